import { fromMinorUnits } from '../decimal';
import { addDays, formatRfc3339, parseRfc3339, shiftDaysToNow, type ZonedTime } from '../zonedTime';
import { createPurchaseHistory } from './matchCancellations';
import { onlineRetail } from './onlineRetail';
import { countItem, currencyOf, emptyReconciliation, type Reconciliation } from './reconciliation';
import type { ImportedDelivery, ImportItem, RejectedItem, RejectReason } from './shopExportItems';
import type { CancellationRow, ExportFormat, ParsedRow, RowFacts, SaleRow } from './shopExportRow';
import type { CsvFields } from './table';
import { tributaryCsv } from './tributaryCsv';

export type { Reconciliation } from './reconciliation';
export { assertReconciled, explainedTotal } from './reconciliation';
export type * from './shopExportItems';

/**
 * Rows of an order may stand apart. An order is given out once this many others have begun since its last row:
 * far more than any export mixes, and a bound on the memory for open orders.
 */
const OTHERS_UNTIL_COMPLETE = 100;

const FORMATS = [onlineRetail, tributaryCsv] as const;

/** The header belongs to no known format. */
export class UnknownHeaderError extends Error {
  override name = 'UnknownHeaderError';
}

/** What the importer must know beforehand. */
export interface ImporterOptions {
  /** Column names of the file; they tell its format. */
  readonly header: readonly string[];
  /** The present, RFC 3339. Nothing later than this is imported. */
  readonly now: string;
  /**
   * Days from payment to delivery, for a format that tells no delivery.
   * @default 2
   */
  readonly deliveryDays?: number;
  /**
   * Days to move every time by, of {@link createShiftFinder}.
   * @default 0
   */
  readonly shiftDays?: number;
  /**
   * Orders of which a first reading of the file found rows too far apart (`order_already_complete`). Each waits whole.
   * Without a first reading, the rows that stand together go in.
   */
  readonly scattered?: ReadonlySet<string>;
}

/** Turns rows into items. It holds what open orders and the matching of cancellations need, and no more. */
export interface Importer {
  /**
   * Takes the next row of the file.
   *
   * @param row its number, for reports
   * @param fields its values by column
   * @param fault why they can't be relied on, if so: the row is rejected, and the order waits that it seems to name
   * @returns what can be applied now, in this order
   */
  row(row: number, fields: CsvFields, fault?: string): ImportItem[];
  /** Takes the end of the file and returns all that is left. */
  end(): ImportItem[];
  /** What became of the file's money so far, one for each currency; complete after {@link Importer.end}. */
  reconciliations(): Reconciliation[];
}

/** Finds the number of days by which a file is moved to the present. */
export interface ShiftFinder {
  /** Takes the next row of the file. */
  row(fields: CsvFields): void;
  /** Whole days; zero when no row is usable. */
  shiftDays(): number;
}

interface OpenOrder {
  readonly orderId: string;
  /** Of its first row, for what further rows leave blank. */
  readonly orderValues: CsvFields;
  /** Why it can't go in as it is, by the first row to blame. */
  waitsFor?: string;
  rows: number;
  /** How many orders had begun when its last row came. */
  begunAtLastRow: number;
  readonly lineIds: Set<string>;
  readonly sales: (SaleRow & { readonly lineId: string })[];
  readonly cancellations: (CancellationRow & { readonly lineId: string })[];
}

function detectFormat(header: readonly string[]): ExportFormat {
  const missingOf = (format: ExportFormat) =>
    format.requiredColumns.filter((column) => !header.includes(column));
  const format = FORMATS.find((candidate) => missingOf(candidate).length === 0);
  if (format) return format;
  const missing = FORMATS.map((candidate) => `${candidate.name}: ${missingOf(candidate).join(', ')}`);
  throw new UnknownHeaderError(
    `The header fits no known format. Missing columns for ${missing.join('; for ')}`,
  );
}

/** Which of the order's values a further row does not repeat, with these from its first one. */
function withOrderValues(fields: CsvFields, { orderColumns }: ExportFormat, order: CsvFields): CsvFields {
  const blank = orderColumns.filter((column) => (fields[column] ?? '').trim() === '');
  if (blank.length === 0) return fields;
  return { ...fields, ...Object.fromEntries(blank.map((column) => [column, order[column]])) };
}

function presentOf(now: string): ZonedTime {
  const present = parseRfc3339(now);
  if (!present) throw new RangeError(`now must be an RFC 3339 time, not ${now}`);
  return present;
}

/**
 * Reads a file once beforehand, to move its history so that the newest sale or cancellation lies within the
 * last 24 hours. Times of day and the days between events stay as they are.
 *
 * @param options the file's column names, and the present as RFC 3339
 * @throws UnknownHeaderError when the header fits no format
 * @throws RangeError when `now` is no RFC 3339 time
 */
export function createShiftFinder({ header, now }: { header: readonly string[]; now: string }): ShiftFinder {
  const format = detectFormat(header);
  const present = presentOf(now);
  let newest: ZonedTime | undefined;
  return {
    row(fields) {
      const parsed = format.parse(0, fields);
      if (parsed.kind === 'unusable') return;
      const time = parsed.kind === 'sale' ? parsed.paidAt : parsed.at;
      if (!newest || time.instant > newest.instant) newest = time;
    },
    shiftDays: () => (newest ? shiftDaysToNow(newest, present) : 0),
  };
}

/**
 * Makes an importer of a shop's export. The same rows give the same items.
 *
 * A product comes before the first order with it, an order before its returns. Cancellations are matched in
 * the order of the file, so that one finds only purchases that stand before it.
 *
 * @param options format, present, and how times are treated
 * @throws UnknownHeaderError when the header fits no format
 * @throws RangeError when `now` is no RFC 3339 time
 */
export function createImporter(options: ImporterOptions): Importer {
  const { deliveryDays = 2, shiftDays = 0, scattered = new Set() } = options;
  const format = detectFormat(options.header);
  const present = presentOf(options.now);
  const history = createPurchaseHistory();
  const openOrders = new Map<string, OpenOrder>();
  const completeOrders = new Set<string>();
  const waitingOrders = new Set<string>();
  const products = new Set<string>();
  const reconciliations = new Map<string, Reconciliation>();
  let begun = 0;

  const shifted = (time: ZonedTime) => addDays(time, shiftDays);
  const isFuture = (time: ZonedTime) => time.instant > present.instant;

  function reconciliationOf(currency: string): Reconciliation {
    const reconciliation = reconciliations.get(currency) ?? emptyReconciliation(currency);
    reconciliations.set(currency, reconciliation);
    return reconciliation;
  }

  function counted(items: ImportItem[]): ImportItem[] {
    for (const item of items) countItem(reconciliationOf(currencyOf(item)), item);
    return items;
  }

  function rejected(facts: RowFacts, reason: RejectReason, detail: string): RejectedItem {
    const { row, orderId, sku, quantity, amount, currency } = facts;
    return { kind: 'rejected', row, orderId, sku, quantity, amount, currency, reason, detail };
  }

  function productOf(sale: SaleRow): ImportItem[] {
    if (products.has(sale.sku)) return [];
    products.add(sale.sku);
    const price = { amount: sale.unitPrice, currency: sale.currency };
    return [{ kind: 'product', sku: sale.sku, name: sale.name, price }];
  }

  function deliveriesOf(sales: OpenOrder['sales'], paidAt: ZonedTime): ImportedDelivery[] {
    const lineIds = new Map<string, string[]>();
    for (const sale of sales) {
      const at = format.assumesDelivery ? addDays(paidAt, deliveryDays) : sale.deliveredAt;
      if (!at || isFuture(at)) continue;
      const deliveredAt = formatRfc3339(at);
      const together = lineIds.get(deliveredAt) ?? [];
      together.push(sale.lineId);
      lineIds.set(deliveredAt, together);
    }
    return [...lineIds].map(([deliveredAt, ids]) => ({ deliveredAt, lineIds: ids }));
  }

  function orderOf({ orderId, sales, waitsFor }: OpenOrder): ImportItem[] {
    const [first] = sales;
    if (!first) return [];
    if (format.hasCancellations && first.customerId !== '') {
      for (const { lineId, sku, quantity, unitPrice } of sales) {
        const paidAt = first.paidAt.instant;
        history.add(first.customerId, sku, { orderExternalId: orderId, lineId, unitPrice, paidAt, quantity });
      }
    }
    if (waitsFor !== undefined) {
      const detail = `The order waits whole, because of ${waitsFor}. Correct that and import the file again.`;
      return sales.map((sale) => rejected(sale, 'order_waits', detail));
    }
    const order: ImportItem = {
      kind: 'order',
      order: {
        externalId: orderId,
        paidAt: formatRfc3339(first.paidAt),
        currency: first.currency,
        ...(first.customerId && { customer: { externalId: first.customerId } }),
        ...(first.attributionCode && { attributionCode: first.attributionCode }),
        shipTo: { region: first.region },
        lines: sales.map(({ lineId, sku, quantity, unitPrice, discount }) => ({
          lineId,
          sku,
          quantity,
          unitPrice,
          ...(discount && { discount }),
        })),
      },
      rows: sales.map(({ row }) => row),
      deliveries: deliveriesOf(sales, first.paidAt),
    };
    return [...sales.flatMap(productOf), order, ...sales.flatMap(statedReturnOf)];
  }

  function statedReturnOf(sale: SaleRow & { readonly lineId: string }): ImportItem[] {
    const { row, returned, orderId, lineId, sku, currency } = sale;
    if (!returned) return [];
    if (isFuture(returned.at)) {
      const value = fromMinorUnits(returned.value, currency);
      const part = { ...sale, quantity: -returned.quantity, amount: -value };
      return [rejected(part, 'time_in_future', `The return would be at ${formatRfc3339(returned.at)}.`)];
    }
    return [
      {
        kind: 'return',
        row,
        sku,
        returnId: `${orderId}/${lineId}/return`,
        orderExternalId: orderId,
        lineId,
        quantity: returned.quantity,
        isTotal: true,
        at: formatRfc3339(returned.at),
        value: { amount: returned.value, currency },
      },
    ];
  }

  function returnsOf(cancellation: CancellationRow & { readonly lineId: string }): ImportItem[] {
    const { row, orderId, lineId, sku, customerId, currency, unitPrice, at } = cancellation;
    const wanted = -cancellation.quantity;
    const matched = customerId === '' ? [] : history.takeBack(customerId, sku, wanted, at.instant);
    const items = matched.flatMap(({ purchase, quantity }): ImportItem[] => {
      if (waitingOrders.has(purchase.orderExternalId)) {
        const part = { ...cancellation, quantity: -quantity, amount: -BigInt(quantity) * unitPrice };
        const detail = `Order ${purchase.orderExternalId} waits for a corrected file, and this return with it.`;
        return [rejected(part, 'order_not_imported', detail)];
      }
      const returnId = `${orderId}/${lineId}/${purchase.orderExternalId}/${purchase.lineId}`;
      const value = { amount: quantity * purchase.unitPrice, currency };
      const amount = fromMinorUnits(value.amount, currency) - BigInt(quantity) * unitPrice;
      return [
        {
          kind: 'return',
          row,
          sku,
          returnId,
          orderExternalId: purchase.orderExternalId,
          lineId: purchase.lineId,
          quantity,
          isTotal: false,
          at: formatRfc3339(at),
          value,
        },
        ...(amount === 0n ? [] : [{ kind: 'price_difference' as const, returnId, amount, currency }]),
      ];
    });
    const open = wanted - matched.reduce((sum, { quantity }) => sum + quantity, 0);
    if (open === 0) return items;
    const rest = { ...cancellation, quantity: -open, amount: -BigInt(open) * unitPrice };
    const detail = `No earlier purchase of the customer is left for ${open} of ${wanted} pieces.`;
    return [...items, rejected(rest, 'cancellation_without_purchase', detail)];
  }

  function complete(order: OpenOrder): ImportItem[] {
    openOrders.delete(order.orderId);
    completeOrders.add(order.orderId);
    if (scattered.has(order.orderId)) order.waitsFor ??= 'its rows, which stand too far apart';
    if (order.waitsFor !== undefined) waitingOrders.add(order.orderId);
    return [...orderOf(order), ...order.cancellations.flatMap(returnsOf)];
  }

  /** Completes orders in the order of their first rows, up to the first that may still go on. */
  function completeOld(): ImportItem[] {
    const items: ImportItem[] = [];
    for (const order of openOrders.values()) {
      if (begun - order.begunAtLastRow <= OTHERS_UNTIL_COMPLETE) break;
      items.push(...complete(order));
    }
    return items;
  }

  function openOrder(orderId: string, fields: CsvFields): OpenOrder {
    const open = openOrders.get(orderId);
    if (open) {
      open.rows += 1;
      open.begunAtLastRow = begun;
      return open;
    }
    begun += 1;
    const order: OpenOrder = {
      orderId,
      orderValues: fields,
      rows: 1,
      begunAtLastRow: begun,
      lineIds: new Set(),
      sales: [],
      cancellations: [],
    };
    openOrders.set(orderId, order);
    return order;
  }

  /** Rejects a row without which its order is not whole. */
  function keepWaiting(
    order: OpenOrder,
    facts: RowFacts,
    reason: RejectReason,
    detail: string,
  ): ImportItem[] {
    order.waitsFor ??= `row ${facts.row}`;
    return [rejected(facts, reason, detail)];
  }

  function addSale(order: OpenOrder, sale: SaleRow): ImportItem[] {
    const paidAt = shifted(sale.paidAt);
    if (isFuture(paidAt)) {
      return keepWaiting(
        order,
        sale,
        'time_in_future',
        `The order would be paid at ${formatRfc3339(paidAt)}.`,
      );
    }
    const [first] = order.sales;
    const conflict = (['customerId', 'region', 'currency', 'attributionCode'] as const).find(
      (name) => first && first[name] !== sale[name],
    );
    if (conflict) {
      const detail = `${conflict} is "${sale[conflict] ?? ''}", but "${first?.[conflict] ?? ''}" in the order's first line.`;
      return keepWaiting(order, sale, 'conflicting_order', detail);
    }
    const lineId = sale.lineId ?? String(order.rows);
    if (order.lineIds.has(lineId)) {
      return keepWaiting(order, sale, 'duplicate_line', `The order has a line ${lineId} already.`);
    }
    order.lineIds.add(lineId);
    const { deliveredAt, returned } = sale;
    order.sales.push({
      ...sale,
      paidAt,
      lineId,
      ...(deliveredAt && { deliveredAt: shifted(deliveredAt) }),
      ...(returned && { returned: { ...returned, at: shifted(returned.at) } }),
    });
    return [];
  }

  function addCancellation(order: OpenOrder, cancellation: CancellationRow): ImportItem[] {
    const at = shifted(cancellation.at);
    if (isFuture(at)) {
      return [rejected(cancellation, 'time_in_future', `The return would be at ${formatRfc3339(at)}.`)];
    }
    order.cancellations.push({ ...cancellation, at, lineId: String(order.rows) });
    return [];
  }

  function parse(row: number, fields: CsvFields, fault: string | undefined): ParsedRow {
    const open = openOrders.get(format.orderIdOf(fields));
    const parsed = format.parse(row, open ? withOrderValues(fields, format, open.orderValues) : fields);
    if (fault === undefined) return parsed;
    const { orderId, currency } = parsed;
    return { kind: 'unusable', row, orderId, sku: '', currency, reason: 'malformed_row', detail: fault };
  }

  function take(row: number, fields: CsvFields, fault: string | undefined): ImportItem[] {
    const parsed = parse(row, fields, fault);
    const reconciliation = reconciliationOf(parsed.currency);
    reconciliation.rows += 1;
    if (parsed.amount === undefined) reconciliation.unknownRows += 1;
    else reconciliation.fileTotal += parsed.amount;
    if (completeOrders.has(parsed.orderId)) {
      const detail = `More than ${OTHERS_UNTIL_COMPLETE} other orders stand between rows of this one; sort the file.`;
      return [rejected(parsed, 'order_already_complete', detail)];
    }
    if (parsed.orderId === '' && parsed.kind === 'unusable') {
      return [rejected(parsed, parsed.reason, parsed.detail)];
    }
    const order = openOrder(parsed.orderId, fields);
    const items = completeOld();
    switch (parsed.kind) {
      case 'unusable':
        return [
          ...items,
          ...(format.correctable.has(parsed.reason)
            ? keepWaiting(order, parsed, parsed.reason, parsed.detail)
            : [rejected(parsed, parsed.reason, parsed.detail)]),
        ];
      case 'sale':
        return [...items, ...addSale(order, parsed)];
      case 'cancellation':
        return [...items, ...addCancellation(order, parsed)];
    }
  }

  return {
    row: (row, fields, fault) => counted(take(row, fields, fault)),
    end: () => counted([...openOrders.values()].flatMap(complete)),
    reconciliations: () => [...reconciliations.values()],
  };
}
