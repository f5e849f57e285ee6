import { fromMinorUnits } from '../decimal';
import { keyOf } from '../kinds';
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
 * Rows of an order may be apart. An order is emitted after this many others have started since its last row:
 * more than any export mixes, and a limit on the memory for open orders.
 */
const OTHERS_UNTIL_COMPLETE = 100;

const FORMATS = [onlineRetail, tributaryCsv] as const;

/** The header matches no known format. */
export class UnknownHeaderError extends Error {
  override name = 'UnknownHeaderError';
}

/** Options of the importer. */
export interface ImporterOptions {
  /** Column names of the file; they determine its format. */
  readonly header: readonly string[];
  /** Current time, RFC 3339. Later rows are not imported. */
  readonly now: string;
  /**
   * Days from payment to delivery, for a format without deliveries.
   * @default 2
   */
  readonly deliveryDays?: number;
  /**
   * Days to move every time by, of {@link createShiftFinder}.
   * @default 0
   */
  readonly shiftDays?: number;
  /**
   * Orders whose rows are too far apart (`order_already_complete`), found by an earlier survey of the file. They wait.
   * Without a survey, the consecutive rows are imported.
   */
  readonly scattered?: ReadonlySet<string>;
}

/** Converts rows to items. It stores only what open orders and the matching of cancellations need. */
export interface Importer {
  /**
   * Handles the next row of the file.
   *
   * @param row its number, for reports
   * @param fields its values by column
   * @param fault why the values are unreliable, if so: the row is rejected, and the order it seems to name waits
   * @returns items that can be applied now, in this order
   */
  row(row: number, fields: CsvFields, fault?: string): ImportItem[];
  /** Handles the end of the file and returns the remaining items. */
  end(): ImportItem[];
  /** Reconciliations so far, one per currency; complete after {@link Importer.end}. */
  reconciliations(): Reconciliation[];
}

/** Determines the number of days to move a file to the present. */
export interface ShiftFinder {
  /** Handles the next row of the file. */
  row(fields: CsvFields): void;
  /** Whole days; zero if no row is usable. */
  shiftDays(): number;
}

interface OpenOrder {
  readonly orderId: string;
  /** Values of its first row, for blank values of further rows. */
  readonly orderValues: CsvFields;
  /** Why the order waits: its first bad row. */
  waitsFor?: string;
  rows: number;
  /** Number of orders started when its last row was read. */
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
    `The header does not match a known format. Missing columns for ${missing.join('; for ')}`,
  );
}

/** Fills the blank order values of a further row with those of the order's first row. */
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
 * Reads a file once beforehand, to move its history so that the newest sale or cancellation is within the
 * last 24 hours. Times of day and the days between events do not change.
 *
 * @param options column names of the file, and the current time as RFC 3339
 * @throws UnknownHeaderError when the header fits no format
 * @throws RangeError when `now` is not an RFC 3339 time
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
 * Creates an importer of a shop's export. The same rows give the same items.
 *
 * A product precedes the first order with it, an order its returns. Cancellations are matched in
 * the order of the file, so that they match only earlier purchases.
 *
 * @param options format, current time, and handling of times
 * @throws UnknownHeaderError when the header fits no format
 * @throws RangeError when `now` is not an RFC 3339 time
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
      const detail = `The whole order waits because of ${waitsFor}. Correct this and import the file again.`;
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
        returnId: keyOf(orderId, lineId, 'return'),
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
        const detail = `Order ${purchase.orderExternalId} waits for a corrected file, and so does this return.`;
        return [rejected(part, 'order_not_imported', detail)];
      }
      const returnId = keyOf(orderId, lineId, purchase.orderExternalId, purchase.lineId);
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
    const detail = `There is no earlier purchase by the customer for ${open} of ${wanted} units.`;
    return [...items, rejected(rest, 'cancellation_without_purchase', detail)];
  }

  function complete(order: OpenOrder): ImportItem[] {
    openOrders.delete(order.orderId);
    completeOrders.add(order.orderId);
    if (scattered.has(order.orderId)) order.waitsFor ??= 'its rows, which are too far apart';
    if (order.waitsFor !== undefined) waitingOrders.add(order.orderId);
    return [...orderOf(order), ...order.cancellations.flatMap(returnsOf)];
  }

  /** Completes orders in the order of their first rows, up to the first that can still get rows. */
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

  /** Rejects a row, and makes its order wait. */
  function rejectAndWait(
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
      return rejectAndWait(
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
      return rejectAndWait(order, sale, 'conflicting_order', detail);
    }
    const lineId = sale.lineId ?? String(order.rows);
    if (order.lineIds.has(lineId)) {
      return rejectAndWait(order, sale, 'duplicate_line', `The order already has a line ${lineId}.`);
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
      const detail = `Rows of this order are more than ${OTHERS_UNTIL_COMPLETE} orders apart; sort the file.`;
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
            ? rejectAndWait(order, parsed, parsed.reason, parsed.detail)
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
