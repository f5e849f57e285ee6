import { createPlanReader } from '../../database/plans';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { asRefusal, refuse } from '../../database/refusal';
import { earned } from '../../domain/commission';
import { keyOf } from '../../domain/kinds';
import {
  applyEvent,
  closeWindows,
  eventKey,
  isFinished,
  nextWindowEnd,
  type OrderEvent,
  type OrderLine,
  type OrderPayment,
  OrderRefusal,
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
  /** When the next return window ends by itself, in milliseconds since 1970; null when only events move the order. */
  nextWindowEnd: number | null;
  /** Returns that wait to be refunded or rejected. */
  openReturns: string[];
}

/** An event with the name of who told it. */
export type ToldEvent = OrderEvent & { actor: string };

/** The steps of an order. Each is one short transaction, and may be run again without changing anything twice. */
export function createOrderActivities(pool: Pool) {
  const planById = createPlanReader(pool);

  /** One step: lock, let the rules decide, write, and tell the timeline. */
  async function step(orderId: string, now: number, event?: ToldEvent): Promise<OrderProgress> {
    return inTransaction(pool, async (client) => {
      const order = await lockOrder(client, orderId, planById);
      const happened = event ? decide(order.state, event) : order.state;
      const settled = closeWindows(happened, now);
      if (settled !== order.state) await save(client, orderId, order, settled, now, event);
      return progressOf(settled);
    });
  }

  return {
    /**
     * Takes a paid order in, with all events that arrived before it.
     * @param now milliseconds since 1970, the workflow's clock
     */
    async payOrder(payment: OrderPayment, now: number): Promise<OrderProgress> {
      const isNew = await insertPayment(pool, planById, payment);
      const early = await pool.query({
        name: 'early',
        text: 'SELECT 1 FROM early_events WHERE order_id = $1 LIMIT 1',
        values: [payment.externalId],
      });
      if (early.rowCount) return applyEarlyEvents(payment.externalId, now);
      return isNew
        ? { finished: false, nextWindowEnd: null, openReturns: [] }
        : step(payment.externalId, now);
    },

    /** Leaves word why an order that nobody waited for was not taken in. */
    async notePaymentRefused(orderId: string, message: string, now: number): Promise<void> {
      await pool.query(
        `WITH unqueued AS (DELETE FROM accepted_orders WHERE id = $1)
         INSERT INTO events (subject, key, type, actor, occurred_at, data)
         VALUES ('order/' || key_part($1), 'payment_refused', 'payment_refused', 'shop', $2, $3)
         ON CONFLICT (subject, key) DO UPDATE SET data = EXCLUDED.data, recorded_at = now()`,
        [orderId, toIso(now), JSON.stringify({ message })],
      );
    },

    /** Applies one event, and those that arrived early and waited for it. */
    async applyOrderEvent(orderId: string, event: ToldEvent, now: number): Promise<OrderProgress> {
      const progress = await step(orderId, now, event);
      return event.type === 'return_requested'
        ? ((await applyEarlyEvents(orderId, now)) ?? progress)
        : progress;
    },

    /** Closes the windows that are over; also tells a resumed workflow where its order stands. */
    async settleOrder(orderId: string, now: number, resumed = false): Promise<OrderProgress> {
      // What waited for the payment may have been left behind by a process that ended right after it.
      return resumed ? applyEarlyEvents(orderId, now) : step(orderId, now);
    },
  };

  async function applyEarlyEvents(orderId: string, now: number): Promise<OrderProgress> {
    const { rows } = await pool.query<{ key: string; event: ToldEvent }>(
      'SELECT key, event FROM early_events WHERE order_id = $1',
      [orderId],
    );
    // A request comes before its decision even when both carry the same time.
    const waiting = rows.sort((a, b) => a.event.at - b.event.at || rank(a.event) - rank(b.event));
    for (let index = 0; index < waiting.length; ) {
      const { key, event } = waiting[index]!;
      const outcome = await step(orderId, now, event).catch((error: unknown) => error);
      const refusal = asRefusal(outcome);
      // Still too early: its return is not known. It keeps waiting.
      if (refusal?.code === 'return_unknown') {
        index++;
        continue;
      }
      if (outcome instanceof Error && !refusal) throw outcome;
      if (refusal) await noteRefusedEvent(orderId, key, event, refusal.message);
      await pool.query('DELETE FROM early_events WHERE order_id = $1 AND key = $2', [orderId, key]);
      waiting.splice(index, 1);
      // A decision told with an earlier time than its request was passed over, and has its return now.
      if (event.type === 'return_requested') index = 0;
    }
    return step(orderId, now);
  }

  async function noteRefusedEvent(
    orderId: string,
    key: string,
    event: ToldEvent,
    message: string,
  ): Promise<void> {
    await pool.query(
      `INSERT INTO events (subject, key, type, actor, occurred_at, data)
       VALUES ('order/' || key_part($1), 'refused/' || $2, 'event_refused', $3, to_timestamp($4 / 1000.0), $5) ON CONFLICT DO NOTHING`,
      [orderId, key, event.actor, event.at, JSON.stringify({ event: event.type, message })],
    );
  }
}

interface LockedOrder {
  state: OrderState;
  finished: boolean;
  /** Its commissions are released as soon as they are due, without finance. */
  automatic: boolean;
  commissions: { id: number; lineId: string; amount: number; state: string; earning: Earning }[];
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
      | (Pick<LockedOrder, 'commissions'> & {
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
  if (!stored) throw refuse({ code: 'order_unknown', status: 404, message: `There is no order ${orderId}.` });
  const plan = await planById(stored.planId);
  return {
    finished: stored.state === 'closed',
    automatic: plan.terms.automaticRelease,
    commissions: stored.commissions,
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

function decide(state: OrderState, event: ToldEvent): OrderState {
  try {
    return applyEvent(state, event);
  } catch (error) {
    if (error instanceof OrderRefusal) {
      throw refuse({
        code: error.code,
        status: error.status,
        message: error.message,
        pointer: error.pointer,
      });
    }
    throw error;
  }
}

async function save(
  client: Client,
  orderId: string,
  before: LockedOrder,
  after: OrderState,
  now: number,
  event: ToldEvent | undefined,
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
  const remaining = new Map(changed.map((line) => [line.lineId, line]));
  const cuts = before.commissions.flatMap((commission) => {
    const line = remaining.get(commission.lineId);
    if (!line || commission.state === 'reversed' || commission.state === 'clawed_back') return [];
    const units = remainingUnits(line);
    const amount = earned(commission.earning, line.netAmount, line.quantity, units);
    return amount === commission.amount && units > 0
      ? []
      : [{ id: commission.id, amount, final: units === 0 }];
  });
  const changes = {
    lines: changed.map((line) => ({
      lineId: line.lineId,
      state: line.state,
      returnedQuantity: line.returnedQuantity,
      shippedAt: toIso(line.shippedAt),
      deliveredAt: toIso(line.deliveredAt),
      windowEndsAt: toIso(line.windowEndsAt),
    })),
    returns: returns.map((entry) => ({
      ...entry,
      requestedAt: toIso(entry.requestedAt),
      resolvedAt: toIso(entry.resolvedAt),
    })),
    cuts,
    cause: event && ('returnId' in event ? keyOf('return', event.returnId) : event.type),
    causeAt: toIso(event?.at ?? now),
    due: due.map(({ id }) => id),
    automatic: before.automatic,
    finished: isFinished(after) && !before.finished,
    events: [
      ...(event ? [timelineEntry(event)] : []),
      ...closed.map((line) => ({
        key: keyOf('window_closed', line.lineId),
        type: 'window_closed',
        actor: 'clock',
        at: toIso(line.windowEndsAt),
        data: { lineIds: [line.lineId] },
      })),
    ],
  };
  await client.query({
    name: 'save-order',
    text: 'SELECT save_order($1, $2, $3)',
    values: [orderId, JSON.stringify(changes), toIso(now)],
  });
}

function timelineEntry(event: ToldEvent) {
  const { actor, at, type, ...data } = event;
  return { key: eventKey(event), type, actor, at: toIso(at), data };
}

function progressOf(state: OrderState): OrderProgress {
  return {
    finished: isFinished(state),
    nextWindowEnd: nextWindowEnd(state),
    openReturns: state.returns.filter((entry) => entry.state === 'requested').map((entry) => entry.id),
  };
}

function rank(event: OrderEvent): number {
  return [
    'shipped',
    'delivered',
    'canceled',
    'return_requested',
    'return_refunded',
    'return_rejected',
  ].indexOf(event.type);
}

function toMs(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function toIso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
