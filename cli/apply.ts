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
  customer: { externalId: string };
  shipTo: { region: string };
  lines: {
    lineId: string;
    sku: string;
    quantity: number;
    unitPrice: number;
    discount: number;
    state: string;
    deliveredAt: string | null;
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
  /** Returns the order had when its payment was sent; only repeated imports find any. */
  const refunded = new Map<string, Map<string, string>>();

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
        payments.queue([customer.externalId], customer.externalId, () =>
          sendPayment(api, item, attributionCode ? undefined : codeFor?.(item.order), signal),
        ),
    );
    return orders.queue([externalId], externalId, async () => {
      const { order, accepted, rejected } = await paid;
      if (!order || !accepted) {
        refusedOrders.add(externalId);
        return rejected;
      }
      const done = order.returns
        .filter(({ state }) => state === 'refunded')
        .map(({ id, lines }) => [id, textOf(lines)] as const);
      if (done.length > 0) refunded.set(externalId, new Map(done));
      return [accepted, ...rejected, ...(await sendDeliveries(api, accepted, order))];
    });
  }

  async function applyReturn(
    item: ReturnItem,
    difference: PriceDifferenceItem | undefined,
  ): Promise<ImportItem[]> {
    const { orderExternalId, lineId, quantity, at, returnId } = item;
    const imported = [item, ...(difference ? [difference] : [])];
    if (refusedOrders.has(orderExternalId)) {
      const detail = `Order ${orderExternalId} was refused, so it cannot have returns.`;
      return [rejectedReturn(item, difference, 'order_not_imported', detail)];
    }
    // A return with more units than before is refused by the API and reported.
    const known = refunded.get(orderExternalId)?.get(returnId);
    if (known === textOf([{ lineId, quantity }])) return imported;
    const path = `/v1/orders/${encodeURIComponent(orderExternalId)}/returns`;
    const refund = `${path}/${encodeURIComponent(returnId)}/refund`;
    try {
      await api.request('POST', path, {
        body: { returnId, requestedAt: at, lines: [{ lineId, quantity }], reason: RETURN_REASON },
        signal,
      });
      await api.request('POST', refund, { body: { refundedAt: at } });
      return imported;
    } catch (error) {
      if (!(error instanceof ApiError && error.isRefusal)) throw error;
      return [rejectedReturn(item, difference, `refused_${error.code}`, error.message)];
    }
  }
}

async function readProductNames(api: ApiClient): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { sku, name } of api.list<{ sku: string; name: string }>('/v1/products'))
    names.set(sku, name);
  return names;
}

interface Payment {
  /** Unset when the order was refused. */
  order?: KnownOrder;
  /** The item with the imported lines. */
  accepted?: OrderItem;
  rejected: RejectedItem[];
}

/** Sends the payment. Lines refused by the API are removed, so that the others are imported. */
async function sendPayment(
  api: ApiClient,
  item: OrderItem,
  code: string | undefined,
  signal: AbortSignal,
): Promise<Payment> {
  const rejected: RejectedItem[] = [];
  let accepted = item;
  for (;;) {
    const { attributionCode = code } = accepted.order;
    const body = { ...accepted.order, ...(attributionCode && { attributionCode }) };
    try {
      const order = await api.request<KnownOrder>('POST', '/v1/orders', { body, signal });
      return { order, accepted, rejected };
    } catch (error) {
      if (!(error instanceof ApiError && error.isRefusal)) throw error;
      const known = code === undefined ? undefined : await assignedBefore(api, error, accepted.order);
      if (known) return { order: known, accepted, rejected };
      const faults = lineFaults(error);
      const isLine = (index: number) => faults.size === 0 || faults.has(index);
      const reason = `refused_${error.code}` as const;
      rejected.push(
        ...accepted.order.lines.flatMap((_, index) =>
          isLine(index) ? [rejectedLine(accepted, index, reason, faults.get(index) ?? error.message)] : [],
        ),
      );
      accepted = withoutLines(accepted, isLine);
      if (accepted.order.lines.length === 0) return { rejected };
    }
  }
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
      customer.externalId,
      shipTo.region,
      lines.map((line) => [line.lineId, line.sku, line.quantity, line.unitPrice, line.discount ?? 0]),
    ]);
  return content(known) === content(order) ? known : undefined;
}

function withoutLines(item: OrderItem, isLeftOut: (index: number) => boolean): OrderItem {
  const lines = item.order.lines.filter((_, index) => !isLeftOut(index));
  const rows = item.rows.filter((_, index) => !isLeftOut(index));
  return { ...item, order: { ...item.order, lines }, rows };
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
