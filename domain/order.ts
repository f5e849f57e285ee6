import type { Customer } from './customer';
import { keyOf, type StateOf } from './kinds';
import type { RefusalCode } from './refusals';
import { type Pause, windowEnd } from './returnWindow';

/** All states of a line, in order. */
export const LINE_STATES = [
  'paid',
  'shipped',
  'delivered',
  'return_requested',
  'closed',
  'returned',
  'canceled',
] as const;

export type LineState = (typeof LINE_STATES)[number];

/** A line of an order. Times are milliseconds since 1970, amounts minor units. */
export interface OrderLine {
  lineId: string;
  state: LineState;
  quantity: number;
  netAmount: number;
  returnedQuantity: number;
  shippedAt: number | null;
  deliveredAt: number | null;
  /** The delivery named this line. False where it spoke of all lines that were still on their way. */
  deliveryNamed: boolean;
  windowEndsAt: number | null;
}

export interface OrderReturn {
  id: string;
  state: StateOf<'return'>;
  reason: string;
  requestedAt: number;
  resolvedAt: number | null;
  lines: { lineId: string; quantity: number }[];
}

/** State of an order, as needed to apply events. */
export interface OrderState {
  paidAt: number;
  /** Length of the return window in milliseconds, pinned from the plan. */
  window: number;
  lines: OrderLine[];
  returns: OrderReturn[];
}

/** An event of an order in the shop. `at` is the time it occurred there, in milliseconds since 1970. */
export type OrderEvent =
  | { type: 'shipped' | 'delivered'; at: number; lineIds?: string[] }
  | { type: 'canceled'; at: number; lineIds?: string[]; reason: string }
  | {
      type: 'return_requested';
      at: number;
      /** The sender gave no time, so `at` is the time it was received: sent again it differs. */
      untimed?: true;
      returnId: string;
      reason: string;
      lines: { lineId: string; quantity: number }[];
    }
  | { type: 'return_refunded'; at: number; untimed?: true; returnId: string }
  | { type: 'return_rejected'; at: number; untimed?: true; returnId: string; reason: string };

/** The rules do not allow an event. `pointer` is the JSON pointer of the invalid field in the request. */
export class OrderRefusal extends Error {
  override name = 'OrderRefusal';
  constructor(
    readonly code: RefusalCode,
    readonly status: 404 | 409 | 422,
    message: string,
    readonly pointer?: string,
  ) {
    super(message);
  }
}

/** Units of a line that still earn commission. */
export function remainingUnits(line: OrderLine): number {
  return line.state === 'canceled' ? 0 : line.quantity - line.returnedQuantity;
}

/**
 * A key that is the same only for repeats of the same event. Requests name the lines they
 * mean or all; what makes an event unique is the line (shipped, delivered or canceled once) or the return.
 */
export function eventKey(event: OrderEvent): string {
  if ('returnId' in event) return keyOf(event.type, event.returnId);
  // No line has an empty number, so an empty number means all lines.
  const lines = keyOf(...(event.lineIds ?? ['']));
  // Keys are stored in an index, whose entries cannot hold thousands of line numbers.
  return keyOf(event.type, lines.length <= 200 ? lines : fingerprint(lines), event.at);
}

/** 64 bits of FNV-1a (draft-eastlake-fnv), as text. Enough to distinguish the few events of one order. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let index = 0; index < text.length; index++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n);
  }
  return hash.toString(16);
}

/** True for events of a return that must exist before they can be applied. */
export function needsReturn<Event extends { type: string }>(
  event: Event,
): event is Extract<Event, { type: 'return_refunded' | 'return_rejected' }> {
  return event.type === 'return_refunded' || event.type === 'return_rejected';
}

/** True if this shipment, delivery or cancelation is already applied to the lines. */
export function isKnown({ lines }: OrderState, event: Exclude<OrderEvent, { returnId: string }>): boolean {
  const known = (line: OrderLine) => {
    if (event.type === 'canceled') return line.state === 'canceled';
    return (event.type === 'shipped' ? line.shippedAt : line.deliveredAt) === event.at;
  };
  const { lineIds } = event;
  return lineIds
    ? lineIds.every((id) => lines.some((line) => line.lineId === id && known(line)))
    : lines.some(known);
}

/**
 * Applies one event. A repeated event changes nothing, so every message can arrive twice.
 * @returns the new state, or the same object if nothing changes
 * @throws OrderRefusal when the event conflicts with recorded facts
 */
export function applyEvent(state: OrderState, event: OrderEvent): OrderState {
  if (event.at < state.paidAt) {
    throw new OrderRefusal(
      'event_before_payment',
      422,
      'This happened before the order was paid: correct its time.',
      '/at',
    );
  }
  switch (event.type) {
    case 'shipped':
      return changeLines(state, event.lineIds, (line) => ship(line, event.at));
    case 'delivered':
      if (event.lineIds === undefined && state.lines.every((line) => line.state === 'canceled')) {
        throw new OrderRefusal('line_canceled', 409, 'All lines were canceled: nothing can be delivered.');
      }
      return changeLines(state, event.lineIds, (line) =>
        deliver(line, event.at, event.lineIds !== undefined),
      );
    case 'canceled':
      return changeLines(state, event.lineIds, (line) =>
        wasNeverUnderway(state, line, event)
          ? { ...line, state: 'canceled', deliveredAt: null, windowEndsAt: null }
          : cancel(line, event.lineIds !== undefined),
      );
    case 'return_requested':
      return requestReturn(state, event);
    case 'return_refunded':
    case 'return_rejected':
      return resolveReturn(state, event);
  }
}

/** What a set of events made of an order. */
export interface EventsApplied<Event extends OrderEvent> {
  state: OrderState;
  /** Those that changed something, in the order in which they were applied, with the state before and after each. */
  applied: { event: Event; before: OrderState; after: OrderState }[];
  /** Still too early: the return that they speak of is not known. */
  waiting: RefusedEvent<Event>[];
  /** Those that the rules do not allow. */
  refused: RefusedEvent<Event>[];
}

export interface RefusedEvent<Event extends OrderEvent> {
  event: Event;
  refusal: OrderRefusal;
}

/**
 * Applies all events that are known at once, in the order of their time in the shop, so that it makes no difference in
 * which order they arrived. Windows are closed after it, by what all of them say.
 */
export function applyEvents<Event extends OrderEvent>(
  start: OrderState,
  events: Event[],
): EventsApplied<Event> {
  let state = start;
  const applied: EventsApplied<Event>['applied'] = [];
  const refused: RefusedEvent<Event>[] = [];
  let waiting: RefusedEvent<Event>[] = [];
  const apply = (event: Event) => {
    const before = state;
    try {
      state = applyEvent(before, event);
    } catch (refusal) {
      if (!(refusal instanceof OrderRefusal)) throw refusal;
      (refusal.code === 'return_not_found' ? waiting : refused).push({ event, refusal });
      return;
    }
    if (state !== before) applied.push({ event, before, after: state });
    if (event.type !== 'return_requested') return;
    // A decision reported with an earlier time than its request was passed over; its return exists now.
    const passedOver = waiting;
    waiting = [];
    for (const one of passedOver) apply(one.event);
  };
  for (const event of [...events].sort(byTime)) apply(event);
  return { state, applied, waiting, refused };
}

/** At the same time, an event that names lines precedes one for all others, and a request precedes its decision. */
function byTime(a: OrderEvent, b: OrderEvent): number {
  const [keyOfA, keyOfB] = [eventKey(a), eventKey(b)];
  return (
    a.at - b.at ||
    Number(speaksOfAll(a)) - Number(speaksOfAll(b)) ||
    eventOrder.indexOf(a.type) - eventOrder.indexOf(b.type) ||
    (keyOfA < keyOfB ? -1 : keyOfA > keyOfB ? 1 : 0)
  );
}

const eventOrder: OrderEvent['type'][] = [
  'shipped',
  'delivered',
  'canceled',
  'return_requested',
  'return_refunded',
  'return_rejected',
];

const speaksOfAll = (event: OrderEvent) => !('returnId' in event) && event.lineIds === undefined;

function changeLines(
  state: OrderState,
  lineIds: string[] | undefined,
  change: (line: OrderLine) => OrderLine,
): OrderState {
  for (const [index, lineId] of (lineIds ?? []).entries()) lineOf(state, lineId, `/lineIds/${index}`);
  const lines = state.lines.map((line) => (lineIds && !lineIds.includes(line.lineId) ? line : change(line)));
  if (lines.every((line, index) => line === state.lines[index])) return state;
  return derive({ ...state, lines });
}

function lineOf(state: OrderState, lineId: string, pointer: string): OrderLine {
  const line = state.lines.find((candidate) => candidate.lineId === lineId);
  if (!line) throw new OrderRefusal('line_not_found', 422, `The order has no line ${lineId}.`, pointer);
  return line;
}

function ship(line: OrderLine, at: number): OrderLine {
  // The earliest shipment counts, in whatever order they are reported.
  if (line.shippedAt !== null && line.shippedAt <= at) return line;
  return { ...line, shippedAt: at, state: line.state === 'paid' ? 'shipped' : line.state };
}

function deliver(line: OrderLine, at: number, named: boolean): OrderLine {
  if (line.deliveredAt === at) return line.deliveryNamed || !named ? line : { ...line, deliveryNamed: true };
  if (line.deliveredAt !== null) {
    // "All lines" reported before an earlier delivery of this line arrived: the earlier one counts.
    if (at < line.deliveredAt && !line.deliveryNamed) {
      return { ...line, deliveredAt: at, deliveryNamed: named };
    }
    // "All lines" means lines in transit; a named line must match the recorded facts.
    if (!named) return line;
    const known = new Date(line.deliveredAt).toISOString();
    throw new OrderRefusal(
      'already_delivered',
      409,
      `Line ${line.lineId} was delivered at ${known}; the first delivery counts.`,
    );
  }
  if (line.state === 'canceled') {
    if (!named) return line;
    throw new OrderRefusal('line_canceled', 409, `Line ${line.lineId} was canceled and cannot be delivered.`);
  }
  return {
    ...line,
    deliveredAt: at,
    deliveryNamed: named,
    state: line.state === 'returned' ? 'returned' : 'delivered',
  };
}

/**
 * True for a line that a cancelation names, when all that is known of its delivery is a later one of all lines still
 * on their way: it was not among them. Another line was, or the two contradict each other.
 */
function wasNeverUnderway(state: OrderState, line: OrderLine, { at, lineIds = [] }: Canceled): boolean {
  const { deliveredAt } = line;
  if (deliveredAt === null || deliveredAt < at || line.deliveryNamed) return false;
  return (
    lineIds.includes(line.lineId) &&
    !state.returns.some((entry) => quantityOf(entry, line.lineId) > 0) &&
    state.lines.some(
      (other) => other.deliveredAt === deliveredAt && !other.deliveryNamed && !lineIds.includes(other.lineId),
    )
  );
}

function cancel(line: OrderLine, named: boolean): OrderLine {
  if (line.state === 'canceled') return line;
  if (line.deliveredAt !== null || line.state === 'returned') {
    if (!named && line.state === 'returned') return line;
    throw new OrderRefusal(
      'already_delivered',
      409,
      `Line ${line.lineId} was delivered: request a return instead of canceling.`,
    );
  }
  if (line.returnedQuantity > 0 || line.state === 'return_requested') {
    throw new OrderRefusal(
      'return_exists',
      409,
      `Line ${line.lineId} has a return: finish the return instead of canceling.`,
    );
  }
  return { ...line, state: 'canceled' };
}

type Canceled = Extract<OrderEvent, { type: 'canceled' }>;

type ReturnRequested = Extract<OrderEvent, { type: 'return_requested' }>;

function requestReturn(state: OrderState, event: ReturnRequested): OrderState {
  const known = state.returns.find((candidate) => candidate.id === event.returnId);
  if (known) {
    if (sameLines(known.lines, event.lines) && (event.untimed || known.requestedAt === event.at))
      return state;
    throw new OrderRefusal(
      'return_differs',
      409,
      `Return ${event.returnId} already exists with other lines or another time.`,
    );
  }
  const asked = new Set<string>();
  for (const [index, { lineId, quantity }] of event.lines.entries()) {
    const line = lineOf(state, lineId, `/lines/${index}/lineId`);
    if (asked.has(lineId)) {
      throw new OrderRefusal(
        'line_repeated',
        422,
        `Line ${lineId} is listed twice: add the quantities.`,
        `/lines/${index}/lineId`,
      );
    }
    asked.add(lineId);
    const waiting = openReturns(state, lineId).reduce((sum, open) => sum + quantityOf(open, lineId), 0);
    const left = remainingUnits(line) - waiting;
    if (quantity > left) {
      const message = `Line ${lineId} has ${left} of ${line.quantity} units left to return, not ${quantity}.`;
      throw new OrderRefusal('quantity_exceeded', 409, message, `/lines/${index}/quantity`);
    }
  }
  const opened: OrderReturn = {
    id: event.returnId,
    state: 'requested',
    reason: event.reason,
    requestedAt: event.at,
    resolvedAt: null,
    lines: event.lines,
  };
  return derive({ ...state, returns: [...state.returns, opened] });
}

type ReturnResolved = Extract<OrderEvent, { type: 'return_refunded' | 'return_rejected' }>;

function resolveReturn(state: OrderState, event: ReturnResolved): OrderState {
  const resolved = event.type === 'return_refunded' ? 'refunded' : 'rejected';
  const known = state.returns.find((candidate) => candidate.id === event.returnId);
  if (!known) throw new OrderRefusal('return_not_found', 404, `The order has no return ${event.returnId}.`);
  if (known.state === resolved) return state;
  if (known.state !== 'requested') {
    throw new OrderRefusal('return_decided', 409, `Return ${event.returnId} was already ${known.state}.`);
  }
  if (event.at < known.requestedAt && !event.untimed) {
    throw new OrderRefusal(
      'resolved_before_requested',
      422,
      'The return was requested later than this: correct the time.',
      '/at',
    );
  }
  // Without a time it counts as after the request, even if it was received earlier.
  const returns = state.returns.map(
    (entry): OrderReturn =>
      entry === known
        ? { ...known, state: resolved, resolvedAt: Math.max(event.at, known.requestedAt) }
        : entry,
  );
  const lines = state.lines.map((line) => {
    const quantity = resolved === 'refunded' ? quantityOf(known, line.lineId) : 0;
    return quantity ? { ...line, returnedQuantity: line.returnedQuantity + quantity } : line;
  });
  return derive({ ...state, lines, returns });
}

function sameLines(a: OrderReturn['lines'], b: OrderReturn['lines']): boolean {
  const text = (lines: OrderReturn['lines']) =>
    lines
      .map((line) => `${line.lineId}:${line.quantity}`)
      .sort()
      .join();
  return text(a) === text(b);
}

function quantityOf(entry: OrderReturn, lineId: string): number {
  return entry.lines.find((line) => line.lineId === lineId)?.quantity ?? 0;
}

function openReturns(state: OrderState, lineId: string): OrderReturn[] {
  return state.returns.filter((entry) => entry.state === 'requested' && quantityOf(entry, lineId) > 0);
}

/** Computes the state and the return window of each open line from the recorded facts. */
function derive(state: OrderState): OrderState {
  const lines = state.lines.map((line): OrderLine => {
    if (line.state === 'canceled') return line;
    if (line.returnedQuantity === line.quantity) return { ...line, state: 'returned', windowEndsAt: null };
    // An ended return window stays ended: later returns are separate.
    if (line.state === 'closed') return line;
    const pauses: Pause[] = state.returns
      .filter((entry) => quantityOf(entry, line.lineId) > 0)
      .map((entry) => ({ start: entry.requestedAt, end: entry.resolvedAt }));
    const windowEndsAt = line.deliveredAt === null ? null : windowEnd(line.deliveredAt, state.window, pauses);
    const open = openReturns(state, line.lineId).length > 0;
    const unpaused: LineState =
      line.deliveredAt !== null ? 'delivered' : line.shippedAt !== null ? 'shipped' : 'paid';
    return {
      ...line,
      windowEndsAt,
      state: open && (line.deliveredAt === null || windowEndsAt === null) ? 'return_requested' : unpaused,
    };
  });
  return { ...state, lines };
}

/**
 * Closes every line whose return window has ended at `now`.
 * @param now milliseconds since 1970
 */
export function closeWindows(state: OrderState, now: number): OrderState {
  const over = (line: OrderLine) =>
    line.state === 'delivered' && line.windowEndsAt !== null && line.windowEndsAt <= now;
  if (!state.lines.some(over)) return state;
  return { ...state, lines: state.lines.map((line) => (over(line) ? { ...line, state: 'closed' } : line)) };
}

/** The next time a return window ends, or null if all lines wait for an event. */
export function nextWindowEnd(state: OrderState): number | null {
  const ends = state.lines.flatMap((line) =>
    line.state === 'delivered' && line.windowEndsAt !== null ? [line.windowEndsAt] : [],
  );
  return ends.length ? Math.min(...ends) : null;
}

/** True if the order is finished: every line is closed, returned or canceled, and no return is open. */
export function isFinished(state: OrderState): boolean {
  return (
    state.lines.every(
      (line) => line.state === 'closed' || line.state === 'returned' || line.state === 'canceled',
    ) && !state.returns.some((entry) => entry.state === 'requested')
  );
}

/** An order sent by the shop, validated by the API. Amounts are minor units of `currency`. */
export interface OrderPayment {
  externalId: string;
  /** RFC 3339 */
  paidAt: string;
  currency: string;
  /** Absent for a guest. */
  customer?: Customer;
  attributionCode?: string;
  shipTo: { region: string };
  lines: { lineId: string; sku: string; quantity: number; unitPrice: number; discount?: number }[];
}
