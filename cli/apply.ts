import { fromMinorUnits } from '../domain/decimal';
import type {
  ImportedOrder,
  ImportItem,
  OrderItem,
  PriceDifferenceItem,
  ProductItem,
  RejectedItem,
  ReturnItem,
} from '../domain/imports/shopExport';
import type { StateOf } from '../domain/kinds';
import { type ApiClient, ApiError, NotSent } from './client';

/** Options of `applyItems`. */
export interface ApplyOptions {
  readonly api: ApiClient;
  /** Referral code for orders without one; see `createAssignment`. */
  readonly codeFor?: (order: ImportedOrder) => string | undefined;
  /** Category for products without one. */
  readonly categoryFor?: (product: ProductItem) => string | undefined;
  /** Abort to stop: started items are finished, the others are left for the next run. */
  readonly signal?: AbortSignal;
  /** Called for each finished item. */
  readonly onDone?: (item: ImportItem) => void;
  /**
   * Max items in progress: limits memory, and the waiting time of a stop.
   * @default 96
   */
  readonly window?: number;
}

/** Fields of the order response that the import uses. */
interface KnownOrder {
  state: StateOf<'order'>;
  paidAt: string;
  currency: string;
  customer: { externalId: string } | null;
  shipTo: { region: string };
  lines: {
    lineId: string;
    sku: string;
    quantity: number;
    unitPrice: number;
    discount: number;
    state: string;
    deliveredAt: string | null;
    returnedQuantity: number;
  }[];
  returns: { id: string; state: string; lines: { lineId: string; quantity: number }[] }[];
}

const RETURN_REASON = 'shop import';

/**
 * Applies items through the API, several orders concurrently, and returns their results in the order of the
 * file: imported items unchanged, refused ones as rejected rows with the API's reason.
 *
 * Within an order, requests are sent in order: payment, deliveries, returns. Payments of one customer are sent in order
 * too, because an earlier one can bind the customer to a distributor. A product is created before the first order
 * with it. All keys come from the numbers in the file, so that applying it again changes nothing.
 *
 * @param items of the importer, in its order
 * @throws errors other than refusals: API unavailable, no permission, server error
 */
export async function* applyItems(
  items: AsyncIterable<ImportItem>,
  options: ApplyOptions,
): AsyncGenerator<ImportItem[]> {
  const { onDone, window = 96 } = options;
  const fault = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, fault.signal]) : fault.signal;
  const apply = await createApply(options, signal);
  const underway: Promise<ImportItem[]>[] = [];

  for await (const { item, difference } of withDifferences(items)) {
    if (signal.aborted) break;
    const done = apply(item, difference).then(
      (outcome) => {
        onDone?.(item);
        return outcome;
      },
      (error: unknown) => {
        if (!(error instanceof NotSent)) fault.abort(error);
        return [];
      },
    );
    underway.push(done);
    if (underway.length >= window) yield (await underway.shift()) ?? [];
  }
  for (const outcome of underway) yield await outcome;
  if (fault.signal.aborted) throw fault.signal.reason;
}

type Applicable = Exclude<ImportItem, PriceDifferenceItem>;

/** A price difference belongs to the return before it: both are imported or neither. */
async function* withDifferences(
  items: AsyncIterable<ImportItem>,
): AsyncGenerator<{ item: Applicable; difference?: PriceDifferenceItem }> {
  let held: Applicable | undefined;
  for await (const item of items) {
    if (item.kind === 'price_difference') {
      if (held) yield { item: held, difference: item };
      held = undefined;
    } else {
      if (held) yield { item: held };
      held = item;
    }
  }
  if (held) yield { item: held };
}

/** @param signal aborted when no further item may start */
async function createApply({ api, codeFor, categoryFor }: ApplyOptions, signal: AbortSignal) {
  const productNames = await readProductNames(api);
  /** Work in progress for a product, a customer's payments, an order; removed when finished. */
  const products = createChains();
  const payments = createChains();
  const orders = createChains();
  const refusedOrders = new Set<string>();
  /** Orders that had returns when their payment was sent; only repeated imports find any. */
  const withReturns = new Map<string, KnownOrder>();

  return (item: Applicable, difference: PriceDifferenceItem | undefined): Promise<ImportItem[]> => {
    switch (item.kind) {
      case 'product':
        return products.queue([item.sku], item.sku, () => putProduct(item));
      case 'order':
        return applyOrder(item);
      case 'return':
        return orders.queue([item.orderExternalId], item.orderExternalId, () =>
          applyReturn(item, difference),
        );
      case 'rejected':
        return Promise.resolve([item]);
    }
  };

  async function putProduct(product: ProductItem): Promise<ImportItem[]> {
    const { sku, name, price } = product;
    // Changes by staff are kept; an order may have created the product with its number as name.
    const known = productNames.get(sku);
    if (known === undefined || (known === sku && name !== sku)) {
      const category = product.category ?? categoryFor?.(product);
      const body = { name, price, ...(category && { category }) };
      try {
        await api.request('PUT', `/v1/products/${encodeURIComponent(sku)}`, { body, signal });
      } catch (error) {
        // The order names the product too, and its refusal is reported.
        if (!(error instanceof ApiError && (error.isRefusal || error.status === 404))) throw error;
      }
    }
    return [product];
  }

  function applyOrder(item: OrderItem): Promise<ImportItem[]> {
    const { externalId, customer, attributionCode, lines } = item.order;
    const paid = products.after(
      lines.map(({ sku }) => sku),
      () =>
        payments.queue(
          customer ? [customer.externalId] : [],
          customer?.externalId ?? `order ${externalId}`,
          () => sendPayment(api, item, attributionCode ? undefined : codeFor?.(item.order), signal),
        ),
    );
    return orders.queue([externalId], externalId, async () => {
      const payment = await paid;
      if ('rejected' in payment) {
        refusedOrders.add(externalId);
        return payment.rejected;
      }
      const { order } = payment;
      if (order.returns.length > 0) withReturns.set(externalId, order);
      return [item, ...(await sendDeliveries(api, item, order))];
    });
  }

  async function applyReturn(
    item: ReturnItem,
    difference: PriceDifferenceItem | undefined,
  ): Promise<ImportItem[]> {
    const { orderExternalId } = item;
    const imported = [item, ...(difference ? [difference] : [])];
    if (refusedOrders.has(orderExternalId)) {
      const detail = `Order ${orderExternalId} was refused, so it cannot have returns.`;
      return [rejectedReturn(item, difference, 'order_not_imported', detail)];
    }
    const known = withReturns.get(orderExternalId);
    const { toRefund, toSend, surplus } = item.isTotal
      ? unreportedOf(item, known)
      : unreportedReturn(item, known);
    if (surplus > 0) {
      const detail = `returned_quantity is ${item.quantity}, but returns of ${item.quantity + surplus} are recorded. Recorded returns do not change: correct the file.`;
      return [rejectedReturn(item, difference, 'conflicting_return', detail)];
    }
    try {
      for (const returnId of toRefund) await refund(item, returnId);
      if (toSend) {
        await api.request('POST', returnsOf(item), {
          body: {
            returnId: toSend.returnId,
            requestedAt: item.at,
            lines: [{ lineId: item.lineId, quantity: toSend.quantity }],
            reason: RETURN_REASON,
          },
          signal,
        });
        await refund(item, toSend.returnId);
      }
      return imported;
    } catch (error) {
      if (!(error instanceof ApiError && error.isRefusal)) throw error;
      return [rejectedReturn(item, difference, `refused_${error.code}`, error.message)];
    }
  }

  function refund(item: ReturnItem, returnId: string): Promise<unknown> {
    return api.request('POST', `${returnsOf(item)}/${encodeURIComponent(returnId)}/refund`, {
      body: { refundedAt: item.at },
    });
  }
}

/** What is still to report of a return in the file. */
interface Unreported {
  /** Open returns of an interrupted import, requested but not refunded. */
  toRefund: string[];
  /** Units not recorded yet. */
  toSend?: { returnId: string; quantity: number };
  /** Recorded units in excess of the file. */
  surplus: number;
}

const returnsOf = ({ orderExternalId }: ReturnItem) =>
  `/v1/orders/${encodeURIComponent(orderExternalId)}/returns`;

/** A single return. If it differs from the recorded one, it is sent, and the API refuses it. */
function unreportedReturn(item: ReturnItem, known: KnownOrder | undefined): Unreported {
  const { lineId, quantity, returnId } = item;
  const before = known?.returns.find(({ id, state }) => id === returnId && state === 'refunded');
  const isKnown = before !== undefined && textOf(before.lines) === textOf([{ lineId, quantity }]);
  return { toRefund: [], surplus: 0, ...(!isKnown && { toSend: { returnId, quantity } }) };
}

/**
 * The total of the returned units of a line: only its increase is sent, as a separate return. Returns reported
 * through the API count too, also open ones, because the shop's total includes the same units.
 */
function unreportedOf(item: ReturnItem, known: KnownOrder | undefined): Unreported {
  const { returnId } = item;
  const isOurs = (id: string) => id === returnId || id.startsWith(`${returnId}/`);
  const open = (known?.returns ?? []).filter(
    ({ state, lines }) => state === 'requested' && lines.some(({ lineId }) => lineId === item.lineId),
  );
  const unitsOf = (lines: { lineId: string; quantity: number }[]) =>
    lines.reduce((sum, { lineId, quantity }) => sum + (lineId === item.lineId ? quantity : 0), 0);
  const refunded = known?.lines.find(({ lineId }) => lineId === item.lineId)?.returnedQuantity ?? 0;
  const reported = refunded + open.reduce((sum, { lines }) => sum + unitsOf(lines), 0);
  const toRefund = open.map(({ id }) => id).filter(isOurs);
  if (reported >= item.quantity) return { toRefund, surplus: reported - item.quantity };
  const nextId = reported === 0 ? returnId : `${returnId}/${item.quantity}`;
  return { toRefund, surplus: 0, toSend: { returnId: nextId, quantity: item.quantity - reported } };
}

async function readProductNames(api: ApiClient): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { sku, name } of api.list<{ sku: string; name: string }>('/v1/products'))
    names.set(sku, name);
  return names;
}

type Payment = { order: KnownOrder } | { rejected: RejectedItem[] };

/** Sends the payment. If the API refuses some lines, the whole order waits. */
async function sendPayment(
  api: ApiClient,
  item: OrderItem,
  code: string | undefined,
  signal: AbortSignal,
): Promise<Payment> {
  const { attributionCode = code } = item.order;
  const body = { ...item.order, ...(attributionCode && { attributionCode }) };
  try {
    return { order: await api.request<KnownOrder>('POST', '/v1/orders', { body, signal }) };
  } catch (error) {
    if (!(error instanceof ApiError && error.isRefusal)) throw error;
    const known = code === undefined ? undefined : await assignedBefore(api, error, item.order);
    return known ? { order: known } : { rejected: refusedLines(item, error) };
  }
}

function refusedLines(item: OrderItem, error: ApiError): RejectedItem[] {
  const faults = lineFaults(error);
  const [first] = faults.keys();
  return item.order.lines.map((_, index) => {
    if (first === undefined || faults.has(index)) {
      return rejectedLine(item, index, `refused_${error.code}`, faults.get(index) ?? error.message);
    }
    const detail = `The whole order waits because of row ${item.rows[first]}. Correct that row and import the file again.`;
    return rejectedLine(item, index, 'order_waits', detail);
  });
}

/** Errors by line index; empty if there are other errors too. */
function lineFaults({ errors }: ApiError): Map<number, string> {
  const faults = new Map<number, string>();
  for (const { pointer, detail } of errors) {
    const [, index, field] = /^\/lines\/(\d+)(?:\/(.*))?$/.exec(pointer) ?? [];
    if (index === undefined) return new Map();
    faults.set(Number(index), field ? `${field}: ${detail}` : detail);
  }
  return faults;
}

/**
 * An order that differs from the stored one only in its distributor was imported before, when customers
 * were assigned differently, perhaps with fewer distributors. The earlier assignment stays.
 */
async function assignedBefore(
  api: ApiClient,
  { code }: ApiError,
  order: ImportedOrder,
): Promise<KnownOrder | undefined> {
  if (code !== 'order_differs') return undefined;
  const known = await api.request<KnownOrder>('GET', `/v1/orders/${encodeURIComponent(order.externalId)}`);
  const content = ({ paidAt, currency, customer, shipTo, lines }: KnownOrder | ImportedOrder) =>
    JSON.stringify([
      Date.parse(paidAt),
      currency,
      customer?.externalId ?? null,
      shipTo.region,
      lines.map((line) => [line.lineId, line.sku, line.quantity, line.unitPrice, line.discount ?? 0]),
    ]);
  return content(known) === content(order) ? known : undefined;
}

/** Sends the deliveries of lines in transit. */
async function sendDeliveries(api: ApiClient, item: OrderItem, known: KnownOrder): Promise<RejectedItem[]> {
  const rejected: RejectedItem[] = [];
  const underway = new Set(
    known.lines
      .filter(
        ({ state, deliveredAt }) => deliveredAt === null && state !== 'canceled' && state !== 'returned',
      )
      .map(({ lineId }) => lineId),
  );
  for (const { deliveredAt, lineIds } of item.deliveries) {
    const arrived = lineIds.filter((lineId) => underway.delete(lineId));
    if (arrived.length === 0) continue;
    // Without line IDs it means all lines in transit.
    const body = { deliveredAt, ...(underway.size > 0 && { lineIds: arrived }) };
    try {
      await api.request('POST', `/v1/orders/${encodeURIComponent(item.order.externalId)}/deliveries`, {
        body,
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.isRefusal)) throw error;
      const detail = `The line is imported, but its delivery at ${deliveredAt} was refused: ${error.message}`;
      rejected.push(
        ...item.order.lines.flatMap(({ lineId }, index) =>
          arrived.includes(lineId)
            ? [{ ...rejectedLine(item, index, `refused_${error.code}`, detail), amount: 0n }]
            : [],
        ),
      );
    }
  }
  return rejected;
}

function rejectedLine(
  { order, rows }: OrderItem,
  index: number,
  reason: RejectedItem['reason'],
  detail: string,
): RejectedItem {
  const { sku, quantity, unitPrice, discount = 0 } = order.lines[index]!;
  const { externalId: orderId, currency } = order;
  const amount = fromMinorUnits(quantity * unitPrice - discount, currency);
  return { kind: 'rejected', row: rows[index]!, orderId, sku, quantity, amount, currency, reason, detail };
}

function rejectedReturn(
  { row, orderExternalId, sku, quantity, value }: ReturnItem,
  difference: PriceDifferenceItem | undefined,
  reason: RejectedItem['reason'],
  detail: string,
): RejectedItem {
  return {
    kind: 'rejected',
    row,
    orderId: orderExternalId,
    sku,
    quantity: -quantity,
    amount: (difference?.amount ?? 0n) - fromMinorUnits(value.amount, value.currency),
    currency: value.currency,
    reason,
    detail,
  };
}

/** Queues of work by name: work waits for earlier work with the same name. */
interface Chains {
  /** Runs work after all work in progress for some names; later work for one name waits for it. */
  queue<T>(after: readonly string[], name: string, work: () => Promise<T>): Promise<T>;
  /** Runs work after all work in progress for some names. */
  after<T>(names: readonly string[], work: () => Promise<T>): Promise<T>;
}

function createChains(): Chains {
  const last = new Map<string, Promise<unknown>>();

  async function after<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    // The caller of that work gets its error.
    await Promise.allSettled(names.flatMap((name) => last.get(name) ?? []));
    return work();
  }

  return {
    after,
    queue(names, name, work) {
      const done = after(names, work);
      const forget = () => {
        if (last.get(name) === done) last.delete(name);
      };
      last.set(name, done);
      done.then(forget, forget);
      return done;
    },
  };
}

/** Lines of a return, to compare. */
const textOf = (lines: { lineId: string; quantity: number }[]): string =>
  lines.map(({ lineId, quantity }) => `${lineId} × ${quantity}`).join();
