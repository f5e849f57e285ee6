import type { ApplicationFailure } from '@temporalio/common';
import { notFound } from '../../database/decide';
import { type Reporter, SHOP } from '../../database/journal';
import { createPlanReader } from '../../database/plans';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { asRefusal, refuse, withStanding } from '../../database/refusal';
import { earned } from '../../domain/commission';
import type { AuditAction } from '../../domain/journal';
import { keyOf, partsOf } from '../../domain/kinds';
import {
  applyEvents,
  closeWindows,
  type EventsApplied,
  eventKey,
  isFinished,
  isKnown,
  nextWindowEnd,
  type OrderEvent,
  type OrderLine,
  type OrderPayment,
  type OrderRefusal,
  type OrderReturn,
  type OrderState,
  remainingUnits,
} from '../../domain/order';
import type { Earning } from '../../domain/plan';
import { insertPayment } from './payment';

/** What an order's workflow needs to know to go on waiting. */
export interface OrderProgress {
  /** Nothing more is awaited. */
  finished: boolean;
  /** When the next return window ends, in milliseconds since 1970; null when only events move the order. */
  nextWindowEnd: number | null;
  /** Returns that wait to be refunded or rejected. */
  openReturns: string[];
}

/** An event with who reported it: the name alone in messages of earlier versions. */
export type ReportedEvent = OrderEvent & { actor: string; by?: Reporter };

/** The steps of an order. Each is one short transaction, and may be run again without changing anything twice. */
export function createOrderActivities(pool: Pool) {
  const planById = createPlanReader(pool);

  /**
   * One step: lock, let the rules decide about the event and all that arrived early, then close the windows that have
   * ended, write, and add to the timeline.
   * @param isLate the event belongs to a return of a closed order
   * @throws what refuses `event`; what is refused of that which arrived early is noted
   */
  async function step(
    orderId: string,
    now: number,
    event?: ReportedEvent,
    isLate = false,
  ): Promise<OrderProgress> {
    return inTransaction(pool, async (client) => {
      const order = await lockOrder(client, orderId, planById);
      const early = earlyEventsFor(order, event);
      const events = early.map((kept) => kept.event);
      const outcome = applyEvents(order.state, event ? [event, ...events] : events);
      const { refused, waiting } = outcome;
      const refusal = [...refused, ...waiting].find((one) => one.event === event)?.refusal;
      const isOver = event && order.finished && !isLate && isAfterEnd(order.state, event, outcome.state);
      const failure = isOver ? closedRefusal(orderId) : refusal && toRefusal(refusal);
      if (failure) throw withStanding(failure, progressOf(order.state, order.finished));
      const settled = closeWindows(outcome.state, now);
      if (settled !== order.state || refused.length > 0)
        await save(client, orderId, order, outcome, settled, now);
      if (order.early.length > 0) await settleEarly(client, orderId, early, event, outcome);
      return progressOf(settled, order.finished);
    });
  }

  return {
    /**
     * Records a paid order, with all events that arrived before it.
     * @param now milliseconds since 1970, the workflow's clock
     * @param by who sent it; left out in messages of earlier versions
     */
    async payOrder(payment: OrderPayment, now: number, by?: Reporter): Promise<OrderProgress> {
      const isNew = await insertPayment(pool, planById, payment, by);
      // Read once the order is there: an event kept after this was sent when the order could be seen.
      const early = await pool.query({
        name: 'early',
        text: 'SELECT 1 FROM early_events WHERE order_id = $1 LIMIT 1',
        values: [payment.externalId],
      });
      return isNew && early.rowCount === 0
        ? { finished: false, nextWindowEnd: null, openReturns: [] }
        : step(payment.externalId, now);
    },

    /** Records why an asynchronously accepted order was refused, for the shop and for stuck work. */
    async notePaymentRefused(
      orderId: string,
      message: string,
      now: number,
      by: Reporter = SHOP,
    ): Promise<void> {
      await pool.query(
        `WITH unqueued AS (DELETE FROM accepted_orders WHERE id = $1),
         kept AS (
           INSERT INTO early_events (order_id, key, event, refusal)
           VALUES ($1, 'paid', jsonb_build_object('type', 'paid', 'actor', $5::text, 'at', $4::bigint), $3)
           ON CONFLICT (order_id, key) DO UPDATE SET event = EXCLUDED.event, refusal = EXCLUDED.refusal)
         INSERT INTO events (subject, key, type, actor, actor_id, occurred_at, data)
         VALUES ('order/' || key_part($1), 'payment_refused', 'payment_refused', $5, $6, $2, $3)
         ON CONFLICT (subject, key) DO UPDATE
         SET data = EXCLUDED.data, actor = EXCLUDED.actor, actor_id = EXCLUDED.actor_id, recorded_at = now()`,
        [orderId, toIso(now), JSON.stringify({ message }), now, by.name, by.userId],
      );
    },

    /**
     * Applies one event, with those that arrived early and waited for it.
     * @param isLate it belongs to a return of a closed order, which has a process of its own
     * @throws refusal `order_not_found`, `order_closed`, and what `domain/order` refuses
     */
    applyOrderEvent(
      orderId: string,
      event: ReportedEvent,
      now: number,
      isLate = false,
    ): Promise<OrderProgress> {
      return step(orderId, now, event, isLate);
    },

    /**
     * Closes the windows that have ended; also gives a resumed workflow the state of its order.
     * @returns null where there is no such order
     */
    async settleOrder(orderId: string, now: number): Promise<OrderProgress | null> {
      try {
        return await step(orderId, now);
      } catch (error) {
        if (asRefusal(error)?.code === 'order_not_found') return null;
        throw error;
      }
    },
  };
}

/** An event that arrived before its order or its return, as it is kept. */
interface EarlyEvent {
  key: string;
  event: ReportedEvent;
  /** The rules did not allow it; it is kept for a person to look into. */
  isRefused: boolean;
}

interface LockedOrder {
  state: OrderState;
  finished: boolean;
  /** Its commissions are released as soon as they are due, without finance. */
  automatic: boolean;
  commissions: LockedCommission[];
  early: EarlyEvent[];
}

interface LockedCommission {
  id: number;
  lineId: string;
  amount: number;
  state: string;
  earning: Earning;
}

type StoredLine = Omit<OrderLine, 'shippedAt' | 'deliveredAt' | 'windowEndsAt'> &
  Record<'shippedAt' | 'deliveredAt' | 'windowEndsAt', string | null>;
type StoredReturn = Omit<OrderReturn, 'requestedAt' | 'resolvedAt'> & {
  requestedAt: string;
  resolvedAt: string | null;
};

async function lockOrder(
  client: Client,
  orderId: string,
  planById: ReturnType<typeof createPlanReader>,
): Promise<LockedOrder> {
  const { rows } = await client.query<{
    order:
      | null
      | (Pick<LockedOrder, 'commissions' | 'early'> & {
          state: string;
          paidAt: string;
          planId: number;
          lines: StoredLine[];
          returns: StoredReturn[];
        });
  }>({
    name: 'lock-order',
    text: 'SELECT lock_order($1) AS order',
    values: [orderId],
  });
  const stored = rows[0]?.order;
  if (!stored) throw notFound('order', orderId);
  const plan = await planById(stored.planId);
  return {
    finished: stored.state === 'closed',
    automatic: plan.terms.automaticRelease,
    commissions: stored.commissions,
    early: stored.early,
    state: {
      paidAt: Date.parse(stored.paidAt),
      window: plan.terms.returnWindowDays * 86_400_000,
      lines: stored.lines.map((line) => ({
        ...line,
        shippedAt: toMs(line.shippedAt),
        deliveredAt: toMs(line.deliveredAt),
        windowEndsAt: toMs(line.windowEndsAt),
      })),
      returns: stored.returns.map((entry) => ({
        ...entry,
        requestedAt: Date.parse(entry.requestedAt),
        resolvedAt: toMs(entry.resolvedAt),
      })),
    },
  };
}

/**
 * A closed order accepts only repeats and what happened before its end and is reported late; new events of its returns
 * go to processes of their own.
 */
function isAfterEnd(state: OrderState, event: ReportedEvent, after: OrderState): boolean {
  if ('returnId' in event) return after !== state;
  return after === state && !isKnown(state, event);
}

function closedRefusal(orderId: string): ApplicationFailure {
  return refuse({
    code: 'order_closed',
    status: 409,
    message: `Order ${orderId} is closed; only returns are possible.`,
  });
}

/**
 * What arrived early and is applied with this step. Of a closed order only what speaks of the return that the step is
 * about: no other part of it is awaited.
 */
function earlyEventsFor({ early, finished }: LockedOrder, event: ReportedEvent | undefined): EarlyEvent[] {
  const returnId = event && 'returnId' in event ? event.returnId : undefined;
  const reported = event && eventKey(event);
  return early.filter(
    ({ key, event: kept, isRefused }) =>
      !isRefused &&
      key !== reported &&
      (!finished || (returnId !== undefined && 'returnId' in kept && kept.returnId === returnId)),
  );
}

function toRefusal({ code, status, message, pointer }: OrderRefusal): ApplicationFailure {
  return refuse({ code, status, message, pointer });
}

/**
 * Deletes what arrived early and is applied now or was sent again, and keeps why the rules do not allow the rest of it.
 * @param early what was applied with the step
 */
async function settleEarly(
  client: Client,
  orderId: string,
  early: EarlyEvent[],
  event: ReportedEvent | undefined,
  { waiting, refused }: EventsApplied<ReportedEvent>,
): Promise<void> {
  const refusals = new Map(refused.map((one) => [one.event, one.refusal]));
  const left = new Set([...waiting, ...refused].map((one) => one.event));
  const done = early.filter((kept) => !left.has(kept.event)).map(({ key }) => key);
  await client.query(
    `WITH done AS (DELETE FROM early_events WHERE order_id = $1 AND key = ANY ($2))
     UPDATE early_events e SET refusal = n.refusal
     FROM jsonb_to_recordset($3) AS n (key text, refusal jsonb) WHERE e.order_id = $1 AND e.key = n.key`,
    [
      orderId,
      event ? [...done, eventKey(event)] : done,
      JSON.stringify(
        early.flatMap(({ key, event: kept }) => {
          const refusal = refusals.get(kept);
          return refusal ? [{ key, refusal: { code: refusal.code, message: refusal.message } }] : [];
        }),
      ),
    ],
  );
}

async function save(
  client: Client,
  orderId: string,
  before: LockedOrder,
  { applied, refused }: EventsApplied<ReportedEvent>,
  after: OrderState,
  now: number,
): Promise<void> {
  const changed = after.lines.filter((line, index) => line !== before.state.lines[index]);
  const wasClosed = new Set(
    before.state.lines.filter((line) => line.state === 'closed').map((line) => line.lineId),
  );
  const closed = changed.filter((line) => line.state === 'closed' && !wasClosed.has(line.lineId));
  const closedIds = new Set(closed.map((line) => line.lineId));
  const due = before.commissions.filter(
    ({ lineId, state }) =>
      (state === 'held' && closedIds.has(lineId)) || (state === 'due' && before.automatic),
  );
  const returns = after.returns.filter((entry) => !before.state.returns.includes(entry));
  const changes = {
    lines: changed.map((line) => ({
      lineId: line.lineId,
      state: line.state,
      returnedQuantity: line.returnedQuantity,
      shippedAt: toIso(line.shippedAt),
      deliveredAt: toIso(line.deliveredAt),
      deliveryNamed: line.deliveryNamed,
      windowEndsAt: toIso(line.windowEndsAt),
    })),
    returns: returns.map((entry) => ({
      ...entry,
      requestedAt: toIso(entry.requestedAt),
      resolvedAt: toIso(entry.resolvedAt),
    })),
    cuts: cutsOf(before.commissions, applied),
    due: due.map(({ id }) => id),
    automatic: before.automatic,
    finished: isFinished(after) && !before.finished,
    events: [
      ...applied.map(({ event }) => timelineEntry(event)),
      ...refused.map(({ event, refusal }) => ({
        key: keyOf('refused', ...partsOf(eventKey(event))),
        type: 'event_refused',
        actor: event.actor,
        actorId: event.by?.userId,
        at: toIso(event.at),
        data: { event: event.type, message: refusal.message },
      })),
      ...closed.map((line) => ({
        key: keyOf('window_closed', line.lineId),
        type: 'window_closed',
        actor: 'clock',
        at: toIso(line.windowEndsAt),
        data: { lineIds: [line.lineId] },
      })),
    ],
    audits: applied.flatMap(({ event }) => auditOf(event)),
  };
  await client.query({
    name: 'save-order',
    text: 'SELECT save_order($1, $2, $3)',
    values: [orderId, JSON.stringify(changes), toIso(now)],
  });
}

/** What each event takes back of the commissions, in order, so that each has transfers of its own. */
function cutsOf(commissions: LockedCommission[], applied: EventsApplied<ReportedEvent>['applied']) {
  const left = new Map(
    commissions
      .filter(({ state }) => state !== 'reversed' && state !== 'clawed_back')
      .map(({ id, amount }) => [id, amount]),
  );
  return applied.flatMap(({ event, before, after }) => {
    const changed = new Map(
      after.lines.filter((line, index) => line !== before.lines[index]).map((line) => [line.lineId, line]),
    );
    const items = commissions.flatMap(({ id, lineId, earning }) => {
      const line = changed.get(lineId);
      const present = left.get(id);
      if (!line || present === undefined) return [];
      const units = remainingUnits(line);
      const amount = earned(earning, line.netAmount, line.quantity, units);
      if (amount === present && units > 0) return [];
      if (units > 0) left.set(id, amount);
      else left.delete(id);
      return [{ id, amount, final: units === 0 }];
    });
    const cause = 'returnId' in event ? keyOf('return', event.returnId) : event.type;
    return items.length > 0 ? [{ cause, at: toIso(event.at), items }] : [];
  });
}

function timelineEntry(event: ReportedEvent) {
  const { actor, at, type, by, ...data } = event;
  const { importId } = by ?? {};
  return {
    key: eventKey(event),
    type,
    actor,
    actorId: by?.userId,
    at: toIso(at),
    data: { ...data, ...(importId && { importId }) },
  };
}

/** What a person does who reports an event. */
export const reportActions: Record<OrderEvent['type'], AuditAction> = {
  shipped: 'order.ship',
  delivered: 'order.deliver',
  canceled: 'order.cancel',
  return_requested: 'order.request_return',
  return_refunded: 'order.refund_return',
  return_rejected: 'order.reject_return',
};

function auditOf(event: ReportedEvent) {
  const { actor: _, at, type, by, ...after } = event;
  if (!by?.audited) return [];
  const { userId, name, requestId } = by;
  const reason = 'reason' in event ? event.reason : undefined;
  const action = reportActions[type];
  return [
    { userId, name, action, key: eventKey(event), after: { ...after, at: toIso(at) }, reason, requestId },
  ];
}

/** @param wasFinished what is open of a closed order are returns, which have processes of their own */
function progressOf(state: OrderState, wasFinished: boolean): OrderProgress {
  return {
    finished: wasFinished || isFinished(state),
    nextWindowEnd: nextWindowEnd(state),
    openReturns: state.returns.filter((entry) => entry.state === 'requested').map((entry) => entry.id),
  };
}

function toMs(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
