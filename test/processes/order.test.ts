import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import fc from 'fast-check';
import { createOrderActivities, type ReportedEvent } from '../../activities/order/order';
import { isKnownOrder } from '../../activities/order/payment';
import { reinstateDistributor, suspendDistributor } from '../../database/distributors';
import type { OrderEvent } from '../../domain/order';
import { order, orderEvent } from '../../workflows/order';
import { testConfig } from '../support/config';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  addUser,
  balanceOf,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  sendLateEvent,
  startPlatform,
  type TestDistributor,
} from '../support/platform';
import { suspend } from '../support/restrictions';

const second = 1 / 86_400;
const day = 86_400_000;

let platform: Platform;
let upline: TestDistributor;
let seller: TestDistributor;

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());
beforeEach(async () => {
  upline = await addDistributor(platform.pool);
  seller = await addDistributor(platform.pool, { sponsorId: upline.id });
});
afterEach(() => expectSoundLedger(platform.pool));

async function commissionsOf(orderId: string) {
  const { rows } = await platform.pool.query(
    'SELECT line_id AS line, level, state, amount, original_amount AS original FROM commissions WHERE order_id = $1 ORDER BY line_id, level',
    [orderId],
  );
  return rows;
}

describe('a paid order', () => {
  it('holds a commission for the seller and one for the upline', async () => {
    await activatePlan(platform);
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    expect(await commissionsOf(order.externalId)).toEqual([
      { line: '1', level: 1, state: 'held', amount: 600, original: 600 },
      { line: '1', level: 2, state: 'held', amount: 180, original: 180 },
    ]);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 600, available: 0 });
  });

  it('is the same order however often it arrives', async () => {
    await activatePlan(platform);
    const order = payment({ attributionCode: seller.code });
    await Promise.all(Array.from({ length: 5 }, () => payOrder(platform, order)));
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 600 });
  });

  it('keeps its plan, tiers and chain whatever changes later, refunds included', async () => {
    await activatePlan(platform);
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    const other = await addDistributor(platform.pool);
    await activatePlan(platform, { levels: [{ default: { rateBp: 5000 } }] });
    await platform.pool.query(`UPDATE distributors SET tier = 'gold', sponsor_id = $2 WHERE id = $1`, [
      seller.id,
      other.id,
    ]);
    const at = Date.now();
    await sendEvent(platform, order.externalId, {
      type: 'return_requested',
      at,
      returnId: 'r',
      reason: 'x',
      lines: [{ lineId: '1', quantity: 1 }],
    });
    await sendEvent(platform, order.externalId, { type: 'return_refunded', at, returnId: 'r' });
    expect(await commissionsOf(order.externalId)).toEqual([
      { line: '1', level: 1, state: 'held', amount: 400, original: 600 },
      { line: '1', level: 2, state: 'held', amount: 120, original: 180 },
    ]);
    expect(await balanceOf(platform.pool, other.id)).toMatchObject({ held: 0 });
  });

  it('of the distributor as buyer earns nothing and says why', async () => {
    await activatePlan(platform);
    const buyer = await addDistributor(platform.pool, { sponsorId: upline.id, shopCustomerId: 'self-1' });
    const order = payment({ attributionCode: buyer.code, customer: { externalId: 'self-1' } });
    await payOrder(platform, order);
    const { rows } = await platform.pool.query(
      `SELECT attribution ->> 'reason' AS reason FROM orders WHERE id = $1`,
      [order.externalId],
    );
    expect(rows).toEqual([{ reason: 'own_purchase' }]);
    expect(await commissionsOf(order.externalId)).toEqual([]);
  });

  it('of the distributor on a known device of theirs earns nothing either', async () => {
    await activatePlan(platform);
    const buyer = await addDistributor(platform.pool, { shopCustomerId: 'self-2' });
    await payOrder(platform, payment({ customer: { externalId: 'self-2', deviceId: 'phone-2' } }));
    const order = payment({
      attributionCode: buyer.code,
      customer: { externalId: 'alias-2', deviceId: 'phone-2' },
    });
    await payOrder(platform, order);
    expect(await commissionsOf(order.externalId)).toEqual([]);
  });

  it.each<['forfeit' | 'next_up', (ids: { top: string; seller: string }) => string[]]>([
    ['forfeit', (ids) => [ids.seller]],
    ['next_up', (ids) => [ids.seller, ids.top]],
  ])('skips an upline who is not active: %s', async (inactiveUpline, earners) => {
    await activatePlan(platform, { inactiveUpline });
    const top = await addDistributor(platform.pool);
    const middle = await addDistributor(platform.pool, { sponsorId: top.id });
    const bottom = await addDistributor(platform.pool, { sponsorId: middle.id });
    await suspend(platform.pool, middle.id);
    const order = payment({ attributionCode: bottom.code });
    await payOrder(platform, order);
    const { rows } = await platform.pool.query(
      `SELECT distributor_id AS id FROM commissions WHERE order_id = $1 AND state = 'held' ORDER BY level`,
      [order.externalId],
    );
    expect(rows.map((row) => row.id)).toEqual(earners({ top: top.id, seller: bottom.id }));
  });

  it('without a code belongs to the distributor its customer is bound to', async () => {
    await activatePlan(platform);
    const first = payment({ attributionCode: seller.code });
    await payOrder(platform, first);
    const second = payment({ customer: first.customer });
    await payOrder(platform, second);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 1200 });
  });

  it('with a code binds its customer again, also with the same distributor, and that order is what late ones find', async () => {
    await activatePlan(platform, { attributionDays: 365 });
    const other = await addDistributor(platform.pool);
    const start = Date.now() - 500 * day;
    const { customer } = payment();
    const ownerOf = async (days: number, code?: string): Promise<string> => {
      const paidAt = new Date(start + days * day).toISOString();
      const one = payment({ attributionCode: code, paidAt, customer });
      await payOrder(platform, one);
      const { rows } = await platform.pool.query('SELECT distributor_id AS id FROM orders WHERE id = $1', [
        one.externalId,
      ]);
      return rows[0].id;
    };
    await ownerOf(0, seller.code);
    await ownerOf(300, seller.code);
    expect(await ownerOf(400)).toBe(seller.id);
    await ownerOf(299, other.code);
    expect(await ownerOf(301)).toBe(seller.id);
  });

  it('with a code in small letters and with a dash belongs to the distributor of the code', async () => {
    await activatePlan(platform);
    await platform.pool.query("UPDATE distributors SET referral_code = '7K2M9QXD' WHERE id = $1", [
      seller.id,
    ]);
    const order = payment({ attributionCode: '7k2m-9qxd' });
    await payOrder(platform, order);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 600 });
  });

  it('earns a fixed zero where the plan says zero', async () => {
    await activatePlan(platform, {
      levels: [
        { default: { rateBp: 1000 }, rules: [{ sku: 'TEA', earning: { fixed: 0, currency: 'CNY' } }] },
      ],
    });
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    expect(await commissionsOf(order.externalId)).toEqual([
      { line: '1', level: 1, state: 'held', amount: 0, original: 0 },
    ]);
  });

  it('is refused with another content under the same number', async () => {
    await activatePlan(platform);
    const order = payment();
    await payOrder(platform, order);
    await expect(isKnownOrder(platform.pool, { ...order, currency: 'USD' })).rejects.toMatchObject({
      type: 'order_differs',
    });
  });
});

describe('the return window', () => {
  it('releases automatically when it has ended and the plan says so', async () => {
    await activatePlan(platform, { returnWindowDays: second, automaticRelease: true });
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    await sendEvent(platform, order.externalId, { type: 'delivered', at: Date.now() });
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 600, available: 0 });
    await finished(platform, order.externalId);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 600 });
    expect(await balanceOf(platform.pool, upline.id)).toMatchObject({ held: 0, available: 180 });
  });

  it('leaves a commission due when the plan waits for finance', async () => {
    await activatePlan(platform, { returnWindowDays: 15 });
    const order = payment({
      attributionCode: seller.code,
      paidAt: new Date(Date.now() - 22 * day).toISOString(),
    });
    await payOrder(platform, order);
    // The order's clock is that of its events: three weeks ago is past 15 days at once.
    await sendEvent(platform, order.externalId, { type: 'delivered', at: Date.now() - 21 * day });
    await finished(platform, order.externalId);
    expect(await commissionsOf(order.externalId)).toMatchObject([{ state: 'due' }, { state: 'due' }]);
  });

  it('releases nothing to a suspended distributor, until they are reinstated', async () => {
    await activatePlan(platform, { returnWindowDays: 15, automaticRelease: true });
    const order = payment({
      attributionCode: seller.code,
      paidAt: new Date(Date.now() - 22 * day).toISOString(),
    });
    await payOrder(platform, order);
    const actor = { userId: platform.userId, name: 'Compliance' };
    const command = { distributorId: seller.id, reason: 'under review', actor, now: Date.now() };
    await suspendDistributor(platform.pool, testConfig(), { ...command, commandId: randomUUID() });
    await sendEvent(platform, order.externalId, { type: 'delivered', at: Date.now() - 21 * day });
    await finished(platform, order.externalId);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 600, available: 0 });
    expect(await balanceOf(platform.pool, upline.id)).toMatchObject({ held: 0, available: 180 });
    const { releaseRunId: id } = await reinstateDistributor(platform.pool, testConfig(), {
      ...command,
      commandId: randomUUID(),
    });
    await platform.client.workflow.execute('release', {
      workflowId: `release/${id}`,
      taskQueue: platform.taskQueue,
      args: [{ id, resume: true }],
    });
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 600 });
  });

  it('takes back only the part of the units that are returned', async () => {
    await activatePlan(platform, { returnWindowDays: 15 });
    const order = payment({
      attributionCode: seller.code,
      lines: [
        { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 },
        { lineId: '2', sku: 'CUP', quantity: 1, unitPrice: 1000 },
      ],
    });
    await payOrder(platform, order);
    await sendEvent(platform, order.externalId, { type: 'delivered', at: Date.now() });
    const lines = [
      { lineId: '1', quantity: 2 },
      { lineId: '2', quantity: 1 },
    ];
    await sendEvent(platform, order.externalId, {
      type: 'return_requested',
      at: Date.now(),
      returnId: 'r',
      reason: 'x',
      lines,
    });
    await sendEvent(platform, order.externalId, { type: 'return_refunded', at: Date.now(), returnId: 'r' });
    expect(await commissionsOf(order.externalId)).toEqual([
      { line: '1', level: 1, state: 'held', amount: 200, original: 600 },
      { line: '1', level: 2, state: 'held', amount: 60, original: 180 },
      { line: '2', level: 1, state: 'reversed', amount: 0, original: 100 },
      { line: '2', level: 2, state: 'reversed', amount: 0, original: 30 },
    ]);
  });

  it('never opens for what is canceled before delivery', async () => {
    await activatePlan(platform);
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    await sendEvent(platform, order.externalId, {
      type: 'canceled',
      at: Date.now(),
      reason: 'changed my mind',
    });
    await finished(platform, order.externalId);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 0 });
  });
});

describe('a refund after release', () => {
  async function releasedOrder() {
    const order = payment({
      attributionCode: seller.code,
      paidAt: new Date(Date.now() - 10 * day).toISOString(),
    });
    await payOrder(platform, order);
    await sendEvent(platform, order.externalId, { type: 'delivered', at: Date.now() - 9 * day });
    await finished(platform, order.externalId);
    return order;
  }

  async function refundLate(orderId: string, quantity: number) {
    const at = Date.now();
    await sendLateEvent(platform, orderId, {
      type: 'return_requested',
      at,
      returnId: 'late',
      reason: 'x',
      lines: [{ lineId: '1', quantity }],
    });
    await sendLateEvent(platform, orderId, { type: 'return_refunded', at, returnId: 'late' });
  }

  it('claws back what is available', async () => {
    await activatePlan(platform, { automaticRelease: true });
    const order = await releasedOrder();
    await refundLate(order.externalId, 1);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ available: 400, debt: 0 });
    await expect(commissionsOf(order.externalId)).resolves.toMatchObject([
      { state: 'released' },
      { state: 'released' },
    ]);
  });

  it('has a process of its own while it is awaited: that of the closed order answers a message and ends', async () => {
    await activatePlan(platform);
    const { externalId: id } = await releasedOrder();
    const asked = (returnId: string) => ({
      ...{ type: 'return_requested' as const, at: Date.now(), reason: 'x', returnId },
      lines: [{ lineId: '1', quantity: 1 }],
    });
    await sendLateEvent(platform, id, asked('late'));
    const second = platform.client.workflow.executeUpdateWithStart(orderEvent, {
      args: [{ ...asked('second'), actor: 'shop' }],
      startWorkflowOperation: new WithStartWorkflowOperation(order, {
        workflowId: `order/${id}`,
        taskQueue: platform.taskQueue,
        args: [{ id, resume: true }],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    });
    await expect(second).rejects.toMatchObject({ cause: { type: 'order_closed' } });
    await finished(platform, id);
  });

  it('leaves a debt for what is no longer available, which the next release pays first', async () => {
    await activatePlan(platform, { automaticRelease: true });
    const order = await releasedOrder();
    await withdrawEverything(seller.id);
    await refundLate(order.externalId, 3);
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ available: 0, debt: 600 });
    expect((await commissionsOf(order.externalId))[0]).toMatchObject({ state: 'clawed_back', amount: 0 });
    await releasedOrder();
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ available: 0, debt: 0 });
    await releasedOrder();
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ available: 600, debt: 0 });
  });

  async function withdrawEverything(distributorId: string) {
    const { available } = await balanceOf(platform.pool, distributorId);
    const { rows } = await platform.pool.query(
      `INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed, bank_account_masked,
         bank_account_holder, bank_name, approvals_needed, requested_by, requested_at)
       VALUES (gen_random_uuid(), $1, 'paid', 'CNY', $2, 'file', 's', '***', 'h', 'b', 1, $3, now()) RETURNING id`,
      [distributorId, available, await addUser(platform.pool, 'finance')],
    );
    await platform.pool.query(
      `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
       VALUES ($1 || '/out', 'available', 'cash', $2, 'CNY', $3, $1::uuid, now())`,
      [rows[0].id, distributorId, available],
    );
  }
});

describe('messages that arrive twice and in the wrong order', () => {
  it('500 orders, each refunded twice at once, are each reversed exactly once', async () => {
    await activatePlan(platform);
    const orders = Array.from({ length: 500 }, () => payment({ attributionCode: seller.code }));
    // Up to the refunds the orders are only rows, which the workflows then take up: half the load on Temporal.
    const steps = createOrderActivities(platform.pool);
    await atOnce(orders, 20, async (order) => {
      await steps.payOrder(order, Date.now());
      const request: ReportedEvent = {
        type: 'return_requested',
        at: Date.parse(order.paidAt),
        returnId: 'r',
        reason: 'x',
        lines: [{ lineId: '1', quantity: 3 }],
        actor: 'shop',
      };
      await steps.applyOrderEvent(order.externalId, request, Date.now());
    });
    await atOnce(orders, 20, async ({ externalId, paidAt }) => {
      const refund: ReportedEvent = {
        type: 'return_refunded',
        at: Date.parse(paidAt),
        returnId: 'r',
        actor: 'shop',
      };
      const sendOnce = () =>
        platform.client.workflow.executeUpdateWithStart(orderEvent, {
          args: [refund],
          startWorkflowOperation: new WithStartWorkflowOperation(order, {
            workflowId: `order/${externalId}`,
            taskQueue: platform.taskQueue,
            args: [{ id: externalId, resume: true }],
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        });
      const results = await Promise.allSettled([sendOnce(), sendOnce()]);
      // The second may find the workflow gone: the first has finished the order.
      expect(results.some((result) => result.status === 'fulfilled')).toBe(true);
    });
    expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0 });
    const { rows } = await platform.pool.query(
      `SELECT count(*) FROM transfers WHERE distributor_id = $1 AND to_account = 'commission_expense'`,
      [seller.id],
    );
    expect(rows).toEqual([{ count: 500 }]);
  }, 300_000);

  async function atOnce<T>(items: T[], size: number, work: (item: T) => Promise<void>) {
    const left = [...items];
    const workNext = async () => {
      for (let item = left.pop(); item; item = left.pop()) await work(item);
    };
    await Promise.all(Array.from({ length: size }, workNext));
  }

  it.each(['before the payment', 'after it'])(
    'a refund reported ahead of its return, both without a time and %s, takes the commission back',
    async (when) => {
      await activatePlan(platform, { returnWindowDays: 15 });
      const steps = createOrderActivities(platform.pool);
      const order = payment({
        attributionCode: seller.code,
        paidAt: new Date(Date.now() - day).toISOString(),
      });
      const at = Date.now();
      const refund: ReportedEvent = {
        type: 'return_refunded',
        at,
        untimed: true,
        returnId: 'r',
        actor: 'shop',
      };
      const request: ReportedEvent = {
        type: 'return_requested',
        at: at + 2000,
        untimed: true,
        returnId: 'r',
        reason: 'x',
        lines: [{ lineId: '1', quantity: 3 }],
        actor: 'shop',
      };
      const keep = (event: ReportedEvent) =>
        platform.pool.query('INSERT INTO early_events (order_id, key, event) VALUES ($1, $2, $3)', [
          order.externalId,
          event.type,
          event,
        ]);
      await keep(refund);
      if (when === 'before the payment') await keep(request);
      await steps.payOrder(order, Date.now());
      if (when === 'after it') await steps.applyOrderEvent(order.externalId, request, Date.now());
      expect(await commissionsOf(order.externalId)).toMatchObject([{ amount: 0 }, { amount: 0 }]);
      const { rows } = await platform.pool.query('SELECT key FROM early_events WHERE order_id = $1', [
        order.externalId,
      ]);
      expect(rows).toEqual([]);
    },
  );

  it('what arrived before the payment is applied by the next process, when the first ended right after the payment', async () => {
    await activatePlan(platform, { returnWindowDays: 15 });
    const steps = createOrderActivities(platform.pool);
    const order = payment({ attributionCode: seller.code, paidAt: new Date(Date.now() - day).toISOString() });
    await steps.payOrder(order, Date.now());
    const event: ReportedEvent = { type: 'canceled', at: Date.now(), reason: 'x', actor: 'shop' };
    await platform.pool.query('INSERT INTO early_events (order_id, key, event) VALUES ($1, $2, $3)', [
      order.externalId,
      'canceled',
      event,
    ]);
    expect(await steps.settleOrder(order.externalId, Date.now())).toMatchObject({ finished: true });
  });

  it('shuffled deliveries and returns end like those in order', async () => {
    await activatePlan(platform, { returnWindowDays: 15 });
    const base = Date.now() - 5 * day;
    const story: OrderEvent[] = [
      { type: 'shipped', at: base + 1000 },
      { type: 'delivered', at: base + 2000 },
      {
        type: 'return_requested',
        at: base + 3000,
        returnId: 'r',
        reason: 'x',
        lines: [{ lineId: '1', quantity: 1 }],
      },
      { type: 'return_rejected', at: base + 4000, returnId: 'r', reason: 'worn' },
    ];
    const outcomes = new Set<string>();
    const orders = fc.sample(fc.shuffledSubarray([...story, ...story], { minLength: 8 }), 6);
    await Promise.all(
      orders.map(async (events) => {
        const order = payment({ attributionCode: seller.code, paidAt: new Date(base).toISOString() });
        await payOrder(platform, order);
        for (const event of events) {
          // Sent before its return: the shop sends it again, which the second copy here stands for.
          await sendEvent(platform, order.externalId, event).catch((error) =>
            expect(String(error.cause?.type)).toBe('return_not_found'),
          );
        }
        await sendEvent(platform, order.externalId, story[3] as OrderEvent);
        const { rows } = await platform.pool.query(
          'SELECT state, returned_quantity, shipped_at, delivered_at, window_ends_at FROM order_lines WHERE order_id = $1',
          [order.externalId],
        );
        outcomes.add(JSON.stringify([rows, await commissionsOf(order.externalId)]));
      }),
    );
    expect(outcomes.size).toBe(1);
  });
});
