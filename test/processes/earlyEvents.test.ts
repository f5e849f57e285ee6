import fc from 'fast-check';
import { createOrderActivities, type ReportedEvent } from '../../activities/order/order';
import { asRefusal } from '../../database/refusal';
import { eventKey, type OrderEvent } from '../../domain/order';
import { expectSoundLedger } from '../support/ledger';
import { arrivals, clockHours, quantities } from '../support/orderStories';
import {
  activatePlan,
  addDistributor,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  startPlatform,
} from '../support/platform';

const second = 1000;
const day = 86_400_000;

let platform: Platform;
let steps: ReturnType<typeof createOrderActivities>;
let code: string;

beforeAll(async () => {
  platform = await startPlatform();
  steps = createOrderActivities(platform.pool);
  code = (await addDistributor(platform.pool)).code;
});
afterAll(() => platform.close());
afterEach(() => expectSoundLedger(platform.pool));

const reported = (event: OrderEvent): ReportedEvent => ({ ...event, actor: 'shop' });

/** Keeps an event as the API does while its order or return is not known. */
async function keep(orderId: string, event: OrderEvent): Promise<void> {
  await platform.pool.query('INSERT INTO early_events (order_id, key, event) VALUES ($1, $2, $3)', [
    orderId,
    eventKey(event),
    reported(event),
  ]);
}

/** States and amounts of an order, and what was posted for it. */
async function standOf(orderId: string) {
  const { rows } = await platform.pool.query(
    `SELECT o.state,
       (SELECT json_agg(json_build_array(l.line_id, l.state, l.returned_quantity, l.shipped_at, l.delivered_at, l.window_ends_at)
          ORDER BY l.position) FROM order_lines l WHERE l.order_id = o.id) AS lines,
       (SELECT json_agg(json_build_array(r.id, r.state, r.requested_at, r.resolved_at) ORDER BY r.id)
          FROM returns r WHERE r.order_id = o.id) AS returns,
       (SELECT json_agg(json_build_array(c.line_id, c.state, c.amount) ORDER BY c.id)
          FROM commissions c WHERE c.order_id = o.id) AS commissions,
       (SELECT json_agg(json_build_array(c.line_id, split_part(t.key, '/', 3), substr(t.key, length('commission/' || c.id) + 2), t.amount) ORDER BY c.id, t.key)
          FROM transfers t JOIN commissions c ON c.id = t.commission_id WHERE c.order_id = o.id) AS transfers
     FROM orders o WHERE o.id = $1`,
    [orderId],
  );
  return rows[0];
}

describe('events that arrive before their order', () => {
  it('release nothing for a window that a return among them pauses, and their order ends with the refund', async () => {
    await activatePlan(platform, { returnWindowDays: (10 * second) / day, automaticRelease: true });
    const paidAt = Date.now() - 60 * second;
    const order = payment({ attributionCode: code, paidAt: new Date(paidAt).toISOString() });
    await keep(order.externalId, { type: 'delivered', at: paidAt + second });
    await keep(order.externalId, {
      type: 'return_requested',
      at: paidAt + 2 * second,
      returnId: 'r',
      reason: 'x',
      lines: [{ lineId: '1', quantity: 3 }],
    });
    await payOrder(platform, order);
    expect(await standOf(order.externalId)).toMatchObject({
      state: 'open',
      lines: [['1', 'return_requested', 0, null, expect.anything(), null]],
      commissions: [['1', 'held', 600]],
      transfers: [['1', 'accrue', 'accrue', 600]],
    });

    const refunded: OrderEvent = { type: 'return_refunded', at: paidAt + 3 * second, returnId: 'r' };
    await sendEvent(platform, order.externalId, refunded);
    await finished(platform, order.externalId);
    expect(await standOf(order.externalId)).toMatchObject({
      state: 'closed',
      commissions: [['1', 'reversed', 0]],
      transfers: [
        ['1', 'accrue', 'accrue', 600],
        ['1', 'reverse', 'reverse/return/r', 600],
      ],
    });
  });

  it('that the rules do not allow are kept with the reason, and are deleted when they are sent again and fit', async () => {
    await activatePlan(platform, { returnWindowDays: 15 });
    const paidAt = Date.now() - day;
    const order = payment({ attributionCode: code, paidAt: new Date(paidAt).toISOString() });
    const request: OrderEvent = {
      type: 'return_requested',
      at: paidAt + second,
      returnId: 'r',
      reason: 'x',
      lines: [{ lineId: '1', quantity: 4 }],
    };
    await keep(order.externalId, request);
    await steps.payOrder(order, Date.now());
    expect(await keptOf(order.externalId)).toEqual([
      { key: 'return_requested/r', code: 'quantity_exceeded' },
    ]);
    const { rows } = await platform.pool.query('SELECT type FROM events WHERE subject = $1 ORDER BY type', [
      `order/${order.externalId}`,
    ]);
    expect(rows).toEqual([{ type: 'event_refused' }, { type: 'paid' }]);

    const corrected = { ...request, lines: [{ lineId: '1', quantity: 3 }] };
    expect(await steps.applyOrderEvent(order.externalId, reported(corrected), Date.now())).toMatchObject({
      openReturns: ['r'],
    });
    expect(await keptOf(order.externalId)).toEqual([]);
  });

  async function keptOf(orderId: string) {
    const { rows } = await platform.pool.query(
      "SELECT key, refusal ->> 'code' AS code FROM early_events WHERE order_id = $1 ORDER BY key",
      [orderId],
    );
    return rows;
  }
});

describe('one story, in whatever order its payment and its events arrive', () => {
  const paidAt = Date.now() - 30 * day;

  /** Takes the arriving payment, null, and events in by the real steps, as the API and the workflows call them. */
  async function taken(
    arriving: (OrderEvent | null)[],
    clock: (index: number) => number,
  ): Promise<{ orderId: string; isClosedEarly: boolean }> {
    const order = payment({
      attributionCode: code,
      paidAt: new Date(paidAt).toISOString(),
      lines: quantities.map((quantity, index) => ({
        lineId: String(index + 1),
        sku: 'TEA',
        quantity,
        unitPrice: 1000,
      })),
    });
    const orderId = order.externalId;
    let isPaid = false;
    let isClosedEarly = false;
    for (const [index, event] of arriving.entries()) {
      if (event === null) {
        await steps.payOrder(order, clock(index));
        isPaid = true;
      } else if (!isPaid) {
        await keep(orderId, event);
      } else {
        const code = await sendStep(orderId, event, clock(index));
        expect([undefined, 'return_not_found']).toContain(code);
        if (code !== undefined) await keep(orderId, event);
      }
      if (index < arriving.length - 1) isClosedEarly ||= await hasClosed(orderId);
      const { rows } = await platform.pool.query(
        "SELECT 1 FROM orders o JOIN returns r ON r.order_id = o.id WHERE o.id = $1 AND o.state = 'closed' AND r.state = 'requested'",
        [orderId],
      );
      // Only a return that was asked for after that is open in a closed order.
      if (rows.length > 0) expect(isClosedEarly).toBe(true);
    }
    const { rows } = await platform.pool.query('SELECT key FROM early_events WHERE order_id = $1', [orderId]);
    expect(rows).toEqual([]);
    return { orderId, isClosedEarly };
  }

  /** Sends an event as the API does: of a closed order to the process of the return. @returns the code of a refusal */
  async function sendStep(orderId: string, event: OrderEvent, now: number): Promise<string | undefined> {
    for (const isLate of [false, true]) {
      try {
        await steps.applyOrderEvent(orderId, reported(event), now, isLate);
        return undefined;
      } catch (error) {
        const code = asRefusal(error)?.code;
        if (code === undefined) throw error;
        if (code !== 'order_closed' || !('returnId' in event)) return code;
      }
    }
    return undefined;
  }

  /** Decides the returns that are left, and lets the windows end. */
  async function endOf(orderId: string): Promise<void> {
    const end = paidAt + 29 * day;
    for (const [returnId, state] of (await standOf(orderId)).returns ?? []) {
      const rejected: OrderEvent = { type: 'return_rejected', at: end, returnId, reason: 'worn' };
      if (state === 'requested') expect(await sendStep(orderId, rejected, end)).toBe(undefined);
    }
    await steps.settleOrder(orderId, Date.now() + 100 * day);
  }

  async function hasClosed(orderId: string): Promise<boolean> {
    const { rows } = await platform.pool.query(
      "SELECT 1 FROM events WHERE subject = $1 AND type = 'window_closed'",
      [`order/${orderId}`],
    );
    return rows.length > 0;
  }

  /** What the distributor has of an order in each account. */
  async function balancesOf(orderId: string) {
    const { rows } = await platform.pool.query(
      `SELECT account, sum(amount) AS amount FROM (
         SELECT t.to_account AS account, t.amount FROM transfers t JOIN commissions c ON c.id = t.commission_id WHERE c.order_id = $1
         UNION ALL
         SELECT t.from_account, -t.amount FROM transfers t JOIN commissions c ON c.id = t.commission_id WHERE c.order_id = $1) moved
       WHERE account IN ('held', 'available', 'debt') GROUP BY account HAVING sum(amount) <> 0 ORDER BY account`,
      [orderId],
    );
    return rows;
  }

  it.each([true, false])(
    'gives the same states, amounts and transfers while no window is closed between; automatic plan: %s',
    async (automaticRelease) => {
      const seen = { alike: 0, closedEarly: 0 };
      await fc.assert(
        fc.asyncProperty(arrivals(paidAt), clockHours, async ({ story, arriving }, hours) => {
          await activatePlan(platform, { returnWindowDays: story.window / day, automaticRelease });
          const clocks = hours.map((hour) => paidAt + hour * 3_600_000).sort((a, b) => a - b);
          const end = clocks[arriving.length - 1]!;
          const { orderId, isClosedEarly } = await taken(arriving, (index) => clocks[index]!);
          // All events before the payment: known at once.
          const inOrder = await taken([...story.events, null], () => end);
          seen[isClosedEarly ? 'closedEarly' : 'alike']++;
          if (!isClosedEarly) expect(await standOf(orderId)).toEqual(await standOf(inOrder.orderId));
          for (const id of [orderId, inOrder.orderId]) await endOf(id);
          expect(await balancesOf(orderId)).toEqual(await balancesOf(inOrder.orderId));
          const [one, other] = [await standOf(orderId), await standOf(inOrder.orderId)];
          expect(one.returns).toEqual(other.returns);
          expect(one.state).toBe(other.state);
        }),
        { numRuns: 60 },
      );
      expect(Math.min(seen.alike, seen.closedEarly)).toBeGreaterThan(3);
    },
    120_000,
  );
});
