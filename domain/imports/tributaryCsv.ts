import { isStandIn } from '../customer';
import { formatScaled, minorUnit, parseScaled, toMinorUnits } from '../decimal';
import { keyOf } from '../kinds';
import { parseRfc3339 } from '../zonedTime';
import type { RejectReason } from './shopExportItems';
import { type ExportFormat, type ParsedRow, WHOLE_NUMBER } from './shopExportRow';
import type { CsvFields } from './table';

/** A return ID is made of order, line and “return”, with max 80 characters. */
const MAX_RETURN_ID_LENGTH = 80;
const MAX_ID_LENGTH = MAX_RETURN_ID_LENGTH - '//return'.length;

/** Share of the line discount of the returned units, rounded half up to a minor unit; all of it for all units. */
function discountShare(discount: bigint, returned: number, quantity: number, unit: bigint): bigint {
  if (returned === quantity) return discount;
  const whole = BigInt(quantity) * unit;
  return ((2n * discount * BigInt(returned) + whole) / (2n * whole)) * unit;
}

/** Sold and returned amount of a row; undefined if this number of units cannot be returned. */
function moneyOf(row: {
  quantity: number;
  price: bigint;
  discount: bigint;
  returnedQuantity: number;
  unit: bigint;
}): { sold: bigint; returned: bigint } | undefined {
  const { quantity, price, discount, returnedQuantity, unit } = row;
  const sold = BigInt(quantity) * price - discount;
  if (returnedQuantity === 0) return { sold, returned: 0n };
  if (returnedQuantity < 0 || returnedQuantity > quantity) return undefined;
  const share = discountShare(discount, returnedQuantity, quantity, unit);
  return { sold, returned: BigInt(returnedQuantity) * price - share };
}

function orderIdOf(fields: CsvFields): string {
  return (fields.order_id ?? '').trim();
}

function parse(row: number, fields: CsvFields): ParsedRow {
  const value = (column: string) => (fields[column] ?? '').trim();
  const wholeNumber = (column: string) =>
    WHOLE_NUMBER.test(value(column)) ? Number(value(column)) : undefined;
  const currency = /^[A-Z]{3}$/.test(value('currency')) ? value('currency') : 'XXX';
  const orderId = orderIdOf(fields);
  const lineId = value('line_id');
  const sku = value('sku');
  const quantity = wholeNumber('quantity');
  const price = parseScaled(value('unit_price'));
  const discount = parseScaled(value('discount') || '0');
  const returnedQuantity = value('returned_quantity') === '' ? 0 : wholeNumber('returned_quantity');
  const money =
    quantity !== undefined && price !== undefined && discount !== undefined && returnedQuantity !== undefined
      ? moneyOf({ quantity, price, discount, returnedQuantity, unit: minorUnit(currency) })
      : undefined;
  const facts = { row, orderId, sku, quantity, amount: money && money.sold - money.returned, currency };
  const unusable = (reason: RejectReason, detail: string): ParsedRow => ({
    kind: 'unusable',
    ...facts,
    reason,
    detail,
  });
  const malformed = (column: string, remedy: string) =>
    unusable('malformed_row', `${column} "${value(column)}" is not valid: ${remedy}.`);

  if (orderId === '') return malformed('order_id', 'enter the order number');
  if (lineId === '') return malformed('line_id', 'enter the line number');
  if (keyOf(orderId, lineId, 'return').length > MAX_RETURN_ID_LENGTH) {
    return malformed(
      'order_id',
      `together with line_id, max ${MAX_ID_LENGTH} characters, where a slash or percent sign counts as three`,
    );
  }
  if (sku === '') return malformed('sku', 'enter the product');
  if (value('region') === '') return malformed('region', 'enter the ship-to region');
  if (currency === 'XXX') return malformed('currency', 'use an ISO 4217 code such as CNY');
  const paidAt = parseRfc3339(value('paid_at'));
  if (!paidAt) return malformed('paid_at', 'use RFC 3339 with an offset');
  if (quantity === undefined || quantity <= 0) {
    return malformed('quantity', 'use a whole number above zero');
  }
  if (price === undefined) return malformed('unit_price', 'use a decimal number');
  if (price < 0n) return unusable('negative_price', `The price is ${formatScaled(price)}.`);
  if (price === 0n) return unusable('zero_price', 'Nothing was paid, so there is no commission.');
  const unitPrice = toMinorUnits(price, currency);
  if (unitPrice === undefined) {
    return unusable(
      'price_below_minor_unit',
      `The price ${formatScaled(price)} is not a whole number of minor units.`,
    );
  }
  const discountMinor = discount === undefined ? undefined : toMinorUnits(discount, currency);
  const gross = BigInt(quantity) * price;
  if (discount === undefined || discountMinor === undefined || discountMinor < 0 || discount > gross) {
    return malformed('discount', 'enter the discount of the whole line, max its price');
  }
  if (toMinorUnits(gross, currency) === undefined) {
    return malformed('unit_price', 'the line is too large');
  }
  const deliveredAt = parseRfc3339(value('delivered_at'));
  if (value('delivered_at') !== '' && (!deliveredAt || deliveredAt.instant < paidAt.instant)) {
    return malformed('delivered_at', 'use RFC 3339 with an offset, not before paid_at');
  }
  if (returnedQuantity === undefined || !money) {
    return malformed('returned_quantity', 'enter the number of returned units, max the quantity');
  }
  const returnedAt = parseRfc3339(value('returned_at'));
  if (returnedQuantity > 0 && (!returnedAt || returnedAt.instant < paidAt.instant)) {
    return malformed('returned_at', 'use RFC 3339 with an offset, not before paid_at');
  }
  if (returnedQuantity === 0 && value('returned_at') !== '') {
    return malformed('returned_at', 'returned_quantity is required');
  }
  return {
    kind: 'sale',
    ...facts,
    amount: money.sold - money.returned,
    quantity,
    paidAt,
    customerId: isStandIn(value('customer_id')) ? '' : value('customer_id'),
    ...(value('attribution_code') && { attributionCode: value('attribution_code') }),
    region: value('region'),
    lineId,
    name: sku,
    unitPrice,
    ...(discountMinor > 0 && { discount: discountMinor }),
    ...(deliveredAt && { deliveredAt }),
    ...(returnedAt && {
      returned: {
        quantity: returnedQuantity,
        value: Number(money.returned / minorUnit(currency)),
        at: returnedAt,
      },
    }),
  };
}

/**
 * Tributary's own order file: a table with a header, one row per order line. `paid_at`, `currency`, `customer_id`,
 * `attribution_code` and `region` can be blank in further rows of an order.
 *
 * | column | |
 * | --- | --- |
 * | `order_id` | the order in the shop; together with `line_id` max 72 characters |
 * | `paid_at` | RFC 3339 with offset; the value of the order's first row is used |
 * | `currency` | ISO 4217 |
 * | `customer_id` | the customer in the shop; empty, `0` or `guest` for a guest |
 * | `attribution_code` | optional: the referral code of the order |
 * | `region` | ship-to region |
 * | `line_id` | unique within the order |
 * | `sku` | the product |
 * | `quantity` | whole number above zero |
 * | `unit_price` | decimal, in major units, a whole number of minor units |
 * | `discount` | optional: discount of the whole line, in major units |
 * | `delivered_at` | optional: RFC 3339; empty while the line is in transit |
 * | `returned_quantity`, `returned_at` | optional: total number of returned units so far, and the time of the last |
 *
 * The total of the file is Σ (quantity × unit price − discount − value of the return), where a return of some
 * units includes its share of the discount, rounded half up to a minor unit.
 */
export const tributaryCsv: ExportFormat = {
  name: 'Tributary CSV',
  requiredColumns: [
    'order_id',
    'paid_at',
    'currency',
    'customer_id',
    'region',
    'line_id',
    'sku',
    'quantity',
    'unit_price',
  ],
  orderColumns: ['paid_at', 'currency', 'customer_id', 'attribution_code', 'region'],
  correctable: new Set<RejectReason>(['malformed_row', 'negative_price', 'price_below_minor_unit']),
  orderIdOf,
  assumesDelivery: false,
  hasCancellations: false,
  parse,
};

/** All columns of {@link tributaryCsv} in the documented order, for writing such a file. */
export const TRIBUTARY_CSV_COLUMNS = [
  'order_id',
  'paid_at',
  'currency',
  'customer_id',
  'attribution_code',
  'region',
  'line_id',
  'sku',
  'quantity',
  'unit_price',
  'discount',
  'delivered_at',
  'returned_quantity',
  'returned_at',
] as const;
