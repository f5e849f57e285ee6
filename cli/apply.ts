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
import { type ApiClient, ApiError, NotSent } from './client';

/** How items are applied. */
export interface ApplyOptions {
  readonly api: ApiClient;
  /** The code an order gets that has none of its own; see `createAssignment`. */
  readonly codeFor?: (order: ImportedOrder) => string | undefined;
  /** The category of a product that has none of its own. */
  readonly categoryFor?: (product: ProductItem) => string | undefined;
  /** Aborted to stop: what has begun is finished, the rest is left for the next run. */
  readonly signal?: AbortSignal;
  /** Told of each item as soon as it is done. */
  readonly onDone?: (item: ImportItem) => void;
  /**
   * Items begun and not finished: a bound on the memory, and on how much a stop has to wait for.
   * @default 96
   */
  readonly window?: number;
}

/** What an order's POST answers, as far as the import goes by it. */
interface KnownOrder {
  state: 'open' | 'closed';
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
 * Applies items through the API, several orders at once, and gives back what became of them, in the order of the
 * file: what was imported as it is, what was refused as rejected rows with the API's reason.
 *
 * Within an order all goes in turn: its payment, its deliveries, its returns. Payments of one customer go in turn
 * too, since a later one may belong to the distributor of an earlier one. A product is there before the first order
 * with it. Everything is keyed by the file's own numbers, so that applying it again changes nothing.
 *
 * @param items of the importer, in its order
 * @throws whatever is no refusal: the API away, the key not allowed, a fault of the server
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

/** A price difference belongs to the return before it: both are imported, or neither. */
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

/** @param signal aborted when nothing more is to be begun */
async function createApply({ api, codeFor, categoryFor }: ApplyOptions, signal: AbortSignal) {
  const productNames = await readProductNames(api);
  /** What is under way for a product, a customer's payments, an order; gone when it is done. */
  const products = createChains();
  const payments = createChains();
  const orders = createChains();
  const refusedOrders = new Set<string>();
  /** Orders that had returns when their payment was told; only a repeated import finds any. */
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
    // What staff have changed since stays; an order may have left a product named by nothing but its number.
    const known = productNames.get(sku);
    if (known === undefined || (known === sku && name !== sku)) {
      const category = product.category ?? categoryFor?.(product);
      const body = { name, price, ...(category && { category }) };
      try {
        await api.request('PUT', `/v1/products/${encodeURIComponent(sku)}`, { body, signal });
      } catch (error) {
        // The order names the product too, and its refusal is the one that counts.
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
          () => tellPayment(api, item, attributionCode ? undefined : codeFor?.(item.order), signal),
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
      return [item, ...(await tellDeliveries(api, item, order))];
    });
  }

  async function applyReturn(
    item: ReturnItem,
    difference: PriceDifferenceItem | undefined,
  ): Promise<ImportItem[]> {
    const { orderExternalId } = item;
    const imported = [item, ...(difference ? [difference] : [])];
    if (refusedOrders.has(orderExternalId)) {
      const detail = `Order ${orderExternalId} was refused, so nothing of it can come back.`;
      return [rejectedReturn(item, difference, 'order_not_imported', detail)];
    }
    const known = withReturns.get(orderExternalId);
    const { toRefund, toTell, surplus } = item.isTotal ? untoldOf(item, known) : untoldReturn(item, known);
    if (surplus > 0) {
      const detail = `The file says that ${item.quantity} came back, but ${item.quantity + surplus} are known. What came back stays so: correct returned_quantity.`;
      return [rejectedReturn(item, difference, 'conflicting_return', detail)];
    }
    try {
      for (const returnId of toRefund) await refund(item, returnId);
      if (toTell) {
        await api.request('POST', returnsOf(item), {
          body: {
            returnId: toTell.returnId,
            requestedAt: item.at,
            lines: [{ lineId: item.lineId, quantity: toTell.quantity }],
            reason: RETURN_REASON,
          },
          signal,
        });
        await refund(item, toTell.returnId);
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

/** What there is to tell of a return that the file has. */
interface Untold {
  /** Returns of an earlier import that were told and not refunded, because it was cut off. */
  toRefund: string[];
  /** The pieces that are not known yet. */
  toTell?: { returnId: string; quantity: number };
  /** Pieces that are known beyond those of the file. */
  surplus: number;
}

const returnsOf = ({ orderExternalId }: ReturnItem) =>
  `/v1/orders/${encodeURIComponent(orderExternalId)}/returns`;

const idOf = ({ returnId }: ReturnItem) => returnId.replaceAll('/', ':');

/** A return by itself: one that has another content than the known one is told, and refused by the API. */
function untoldReturn(item: ReturnItem, known: KnownOrder | undefined): Untold {
  const { lineId, quantity } = item;
  const returnId = idOf(item);
  const before = known?.returns.find(({ id, state }) => id === returnId && state === 'refunded');
  const isKnown = before !== undefined && textOf(before.lines) === textOf([{ lineId, quantity }]);
  return { toRefund: [], surplus: 0, ...(!isKnown && { toTell: { returnId, quantity } }) };
}

/**
 * A total of what came back of a line: only what it has grown by is told, as a return of its own. What was told
 * otherwise counts too, also while it is open: the shop tells of the same pieces.
 */
function untoldOf(item: ReturnItem, known: KnownOrder | undefined): Untold {
  const returnId = idOf(item);
  const isOurs = (id: string) => id === returnId || id.startsWith(`${returnId}:`);
  const open = (known?.returns ?? []).filter(
    ({ state, lines }) => state === 'requested' && lines.some(({ lineId }) => lineId === item.lineId),
  );
  const piecesOf = (lines: { lineId: string; quantity: number }[]) =>
    lines.reduce((sum, { lineId, quantity }) => sum + (lineId === item.lineId ? quantity : 0), 0);
  const refunded = known?.lines.find(({ lineId }) => lineId === item.lineId)?.returnedQuantity ?? 0;
  const told = refunded + open.reduce((sum, { lines }) => sum + piecesOf(lines), 0);
  const toRefund = open.map(({ id }) => id).filter(isOurs);
  if (told >= item.quantity) return { toRefund, surplus: told - item.quantity };
  const grownTo = told === 0 ? returnId : `${returnId}:${item.quantity}`;
  return { toRefund, surplus: 0, toTell: { returnId: grownTo, quantity: item.quantity - told } };
}

async function readProductNames(api: ApiClient): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const { sku, name } of api.list<{ sku: string; name: string }>('/v1/products'))
    names.set(sku, name);
  return names;
}

type Payment = { order: KnownOrder } | { rejected: RejectedItem[] };

/** Tells the payment. Where the API finds fault with some lines, the order waits whole, and the others with it. */
async function tellPayment(
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
    const detail = `The order waits whole, because of row ${item.rows[first]}. Correct that and import the file again.`;
    return rejectedLine(item, index, 'order_waits', detail);
  });
}

/** What is wrong with which lines, by their index; empty when anything else is wrong too. */
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
 * An order that differs from what is known by nothing but its distributor has been imported before, when customers
 * were assigned otherwise: the distributors may have been fewer. What was assigned then stays.
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

/** Tells the deliveries of lines that are still on their way. */
async function tellDeliveries(api: ApiClient, item: OrderItem, known: KnownOrder): Promise<RejectedItem[]> {
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
    // Without names it means all that are under way.
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

/** Work that has to wait for earlier work on the same things, each known by a name. */
interface Chains {
  /** Does work after all that is under way for some names, and makes later work for one name wait for it. */
  queue<T>(after: readonly string[], name: string, work: () => Promise<T>): Promise<T>;
  /** Does work after all that is under way for some names. */
  after<T>(names: readonly string[], work: () => Promise<T>): Promise<T>;
}

function createChains(): Chains {
  const last = new Map<string, Promise<unknown>>();

  async function after<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    // Whoever began that work learns of its failure.
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
