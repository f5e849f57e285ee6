import { isStandIn } from '../customer';
import { formatScaled, parseScaled, toMinorUnits } from '../decimal';
import { parseLocalTime } from '../zonedTime';
import type { RejectReason } from './shopExportItems';
import { type ExportFormat, type ParsedRow, WHOLE_NUMBER } from './shopExportRow';
import type { CsvFields } from './table';

const CURRENCY = 'GBP';
/** The shop is in London, and times in the file have no offset. */
const ZONE = 'Europe/London';
const INVOICE = /^([A-Z]?)\d{1,12}$/;

/**
 * Stock codes that are not products: POST, DOT, C2, C3 postage and carriage; D discount; M manual entry; S samples;
 * B bad debt; BANK CHARGES; AMAZONFEE; CRUK a charity's share; ADJUST…; TEST…; GIFT_… vouchers, which are means
 * of payment. PADS and DCGS… look similar but are products.
 */
const NO_PRODUCT =
  /^(POST|DOT|C2|C3|D|M|S|B|BANK CHARGES|AMAZONFEE|CRUK|ADJUST\d*|TEST\d*|GIFT(_[\dA-Z_]*)?)$/;

function orderIdOf(fields: CsvFields): string {
  return (fields.InvoiceNo ?? '').trim().toUpperCase();
}

function parse(row: number, fields: CsvFields): ParsedRow {
  const value = (column: string) => (fields[column] ?? '').trim();
  const orderId = orderIdOf(fields);
  // One product appears as 85123A and 85123a.
  const sku = value('StockCode').toUpperCase();
  const quantity = WHOLE_NUMBER.test(value('Quantity')) ? Number(value('Quantity')) : undefined;
  const price = parseScaled(value('UnitPrice'));
  const amount = quantity === undefined || price === undefined ? undefined : BigInt(quantity) * price;
  const facts = { row, orderId, sku, quantity, amount, currency: CURRENCY };
  const unusable = (reason: RejectReason, detail: string): ParsedRow => ({
    kind: 'unusable',
    ...facts,
    reason,
    detail,
  });
  const malformed = (column: string) =>
    unusable('malformed_row', `${column} "${value(column)}" cannot be read.`);

  const [, prefix] = INVOICE.exec(orderId) ?? [];
  const at = parseLocalTime(value('InvoiceDate'), ZONE);
  if (prefix === undefined) return malformed('InvoiceNo');
  if (sku === '') return malformed('StockCode');
  if (quantity === undefined) return malformed('Quantity');
  if (price === undefined || amount === undefined) return malformed('UnitPrice');
  if (at === undefined) return malformed('InvoiceDate');
  const isCancellation = prefix === 'C';
  if (prefix !== '' && !isCancellation) {
    return unusable('accounting_adjustment', `Invoice ${orderId} is an accounting entry.`);
  }
  if (NO_PRODUCT.test(sku)) return unusable('not_a_product', `Stock code ${sku} is not a product.`);
  if (quantity === 0) return unusable('malformed_row', 'The quantity is zero.');
  if (isCancellation && quantity > 0) {
    return unusable('malformed_row', `Cancellation ${orderId} has the positive quantity ${quantity}.`);
  }
  if (!isCancellation && quantity < 0) {
    return unusable(
      'stock_adjustment',
      `Invoice ${orderId} is not a cancellation, but has the quantity ${quantity}.`,
    );
  }
  if (price < 0n) return unusable('negative_price', `The price is ${formatScaled(price)}.`);
  const customerId = isStandIn(value('CustomerID')) ? '' : value('CustomerID');
  if (isCancellation) {
    return { kind: 'cancellation', ...facts, amount, quantity, at, customerId, unitPrice: price };
  }
  if (price === 0n) return unusable('zero_price', 'Nothing was paid, so there is no commission.');
  const unitPrice = toMinorUnits(price, CURRENCY);
  if (unitPrice === undefined) {
    return unusable(
      'price_below_minor_unit',
      `The price ${formatScaled(price)} is not a whole number of minor units.`,
    );
  }
  if (toMinorUnits(amount, CURRENCY) === undefined) return malformed('UnitPrice');
  const region = value('Country');
  if (region === '') return malformed('Country');
  const name = value('Description') || sku;
  return { kind: 'sale', ...facts, amount, quantity, paidAt: at, customerId, region, name, unitPrice };
}

/**
 * The public "Online Retail" data set (Chen et al. 2012) and shop exports in the same format, in GBP.
 *
 * One row is an invoice line. Special cases:
 * - Rows of an invoice need not be together, and may differ in their time by minutes: the order was paid at
 *   the first imported row's time.
 * - Repeated rows are separate lines; `lineId` is the running number of the row within its invoice.
 * - Rows without CustomerID, or with one that stands for no customer, are orders of a guest.
 * - If a row is malformed, the whole invoice waits. Prices below a penny cannot be corrected: the invoice does not wait.
 * - Invoices `C…` are cancellations, matched to the customer's purchases by `matchCancellation`.
 * - Other letters before the number are accounting entries (`accounting_adjustment`).
 * - Negative quantities elsewhere are stock corrections (`stock_adjustment`).
 * - Prices of zero, below zero and below a penny are rejected, each with its own reason; a cancellation can have
 *   any price that is not negative, because the return is valued at the price of the purchase.
 * - Stock codes that are not products are rejected (`not_a_product`) in sales and cancellations.
 * - Stock codes differ in case for the same product, so they are converted to capitals.
 * - Without a description, the product name is its stock code.
 */
export const onlineRetail: ExportFormat = {
  name: 'Online Retail',
  requiredColumns: [
    'InvoiceNo',
    'StockCode',
    'Description',
    'Quantity',
    'InvoiceDate',
    'UnitPrice',
    'CustomerID',
    'Country',
  ],
  orderColumns: ['InvoiceDate', 'CustomerID', 'Country'],
  correctable: new Set<RejectReason>(['malformed_row']),
  orderIdOf,
  assumesDelivery: true,
  hasCancellations: true,
  parse,
};
