import { randomUUID } from 'node:crypto';
import { createOrderActivities } from '../../activities/order/order';
import { releaseKeptBackBatch } from '../../activities/release';
import { createWithdrawalActivities } from '../../activities/withdrawal/withdrawal';
import { reinstateDistributor, suspendDistributor } from '../../database/distributors';
import { liftHolds, placeHold } from '../../database/holds';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { openProcesses } from '../../database/recovery';
import { asRefusal } from '../../database/refusal';
import { liftRestrictions, placeRestriction, releaseKeptBack } from '../../database/restrictions';
import { subjectOf } from '../../domain/kinds';
import type { OrderPayment } from '../../domain/order';
import { testConfig } from '../support/config';
import { eventually } from '../support/eventually';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  balanceOf,
  type Platform,
  payment,
  startPlatform,
  type TestDistributor,
} from '../support/platform';
import { lift, restrict, suspend, voided } from '../support/restrictions';

const day = 86_400_000;
let platform: Platform;
let pool: Pool;
let steps: ReturnType<typeof createOrderActivities>;
let by: { userId: string; name: string };
let seller: TestDistributor;
let upline: TestDistributor;

beforeAll(async () => {
  platform = await startPlatform();
  pool = platform.pool;
  steps = createOrderActivities(pool);
  by = { userId: platform.userId, name: 'Li' };
});
afterAll(() => platform.close());
beforeEach(async () => {
  upline = await addDistributor(pool);
  seller = await addDistributor(pool, { sponsorId: upline.id });
});
afterEach(() => expectSoundLedger(pool));

/** Records an order of 3 × 10000 paid an hour ago. */
async function pay(change: Partial<OrderPayment> = {}): Promise<string> {
  const paid = payment({
    attributionCode: seller.code,
    paidAt: new Date(Date.now() - 3_600_000).toISOString(),
    lines: [{ lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 10_000 }],
    ...change,
  });
  await steps.payOrder(paid, Date.now());
  return paid.externalId;
}

/** A delivery so long ago that the window has ended. */
function deliver(orderId: string, at = Date.now()) {
  return steps.applyOrderEvent(orderId, { type: 'delivered', at, actor: 'shop' }, Date.now() + 60 * day);
}

interface Earned {
  id: number;
  level: number;
  state: string;
  amount: number;
}

async function commissionsOf(orderId: string): Promise<Earned[]> {
  const { rows } = await pool.query<Earned>(
    'SELECT id, level, state, amount FROM commissions WHERE order_id = $1 ORDER BY id',
    [orderId],
  );
  return rows;
}

async function obstaclesOf(id: number): Promise<string[]> {
  const { rows } = await pool.query<{ code: string }>('SELECT code FROM commission_obstacles($1, now())', [
    [id],
  ]);
  return rows.map(({ code }) => code);
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'done',
    (error: unknown) => asRefusal(error)?.code ?? String(error),
  );
}

const suspended = (reason = 'papers') =>
  suspendDistributor(pool, testConfig(), {
    distributorId: seller.id,
    commandId: randomUUID(),
    reason,
    actor: by,
    now: Date.now(),
  });
const reinstated = (distributorId = seller.id) =>
  reinstateDistributor(pool, testConfig(), {
    distributorId,
    commandId: randomUUID(),
    reason: 'clear',
    actor: by,
    now: Date.now(),
  });

async function stateOf(distributorId: string): Promise<string> {
  const { rows } = await pool.query(
    'SELECT distributor_state(d) AS state FROM distributors d WHERE id = $1',
    [distributorId],
  );
  return rows[0].state;
}

describe('restrictions by cause', () => {
  it('are two rows for two causes on one commission, and a person lifts only what people placed', async () => {
    await activatePlan(platform, { automaticRelease: true });
    const [commission] = await commissionsOf(await pay());
    const { id } = commission!;
    await placeHold(
      pool,
      { id: randomUUID(), commissionId: id, reason: 'violation', note: 'x', by },
      Date.now(),
    );
    const ofCase = await restrict(pool, seller.id, { effect: 'no_release', commission_id: id });
    expect(await obstaclesOf(id)).toEqual(['awaiting_delivery', 'hold_violation', 'hold_violation']);
    const unhold = () =>
      liftHolds(pool, { decisionId: randomUUID(), commissionId: id, note: 'x', by }, Date.now());
    expect(await unhold()).toEqual({ lifted: ['violation'], released: false });
    expect(await obstaclesOf(id)).toEqual(['awaiting_delivery', 'hold_violation']);
    expect(await codeOf(unhold())).toBe('not_on_hold');
    await lift(pool, ofCase);
    expect(await obstaclesOf(id)).toEqual(['awaiting_delivery']);
  });

  it('count for a release that had begun before them, and has not locked the commission yet', async () => {
    await activatePlan(platform);
    const orderId = await pay();
    await deliver(orderId);
    const { id } = (await commissionsOf(orderId))[0]!;
    const obstacle = await inTransaction(pool, async (client) => {
      await client.query('SELECT now()');
      await placeHold(
        pool,
        { id: randomUUID(), commissionId: id, reason: 'risk', note: 'x', by },
        Date.now(),
      );
      const { rows } = await client.query<{ obstacle: string | null }>(
        'SELECT obstacle FROM release_commissions($1, now())',
        [[id]],
      );
      return rows[0]!.obstacle;
    });
    expect(obstacle).toBe('hold_risk');
    expect((await commissionsOf(orderId))[0]).toMatchObject({ state: 'due' });
  });

  it('suspend independently: reinstating ends what people placed, and the state shows what is left', async () => {
    const ofCase = await suspend(pool, seller.id);
    expect(await stateOf(seller.id)).toBe('suspended');
    expect(await codeOf(reinstated())).toBe('distributor_state');
    await suspended();
    expect(await codeOf(suspended())).toBe('distributor_state');
    await reinstated();
    expect(await stateOf(seller.id)).toBe('suspended');
    await lift(pool, ofCase);
    expect(await stateOf(seller.id)).toBe('active');
  });

  it('end automatically at their time', async () => {
    await restrict(pool, seller.id, { effect: 'suspended', effective_until: new Date(Date.now() - 1000) });
    expect(await stateOf(seller.id)).toBe('active');
    await restrict(pool, seller.id, { effect: 'suspended', effective_from: new Date(Date.now() + day) });
    expect(await stateOf(seller.id)).toBe('active');
  });

  it('of a product category keep back only the lines of that category', async () => {
    await activatePlan(platform);
    await pool.query(
      `INSERT INTO products (sku, name, category, price, currency) VALUES ('FISH', 'Fish', 'food', 1, 'CNY') ON CONFLICT DO NOTHING`,
    );
    await restrict(pool, seller.id, { effect: 'no_release', category: 'food', reason: 'credential_expired' });
    const orderId = await pay({
      lines: [
        { lineId: '1', sku: 'TEA', quantity: 1, unitPrice: 10_000 },
        { lineId: '2', sku: 'FISH', quantity: 1, unitPrice: 10_000 },
      ],
    });
    await deliver(orderId);
    const own = (await commissionsOf(orderId)).filter(({ level }) => level === 1);
    expect(await obstaclesOf(own[0]!.id)).toEqual([]);
    expect(await obstaclesOf(own[1]!.id)).toEqual(['hold_credential_expired']);
  });
});

describe('an order that arrives while its distributor may not earn', () => {
  it('keeps its distributor and what each would have earned, and posts nothing', async () => {
    await activatePlan(platform, { automaticRelease: true });
    await suspend(pool, seller.id);
    const orderId = await pay();
    expect(await commissionsOf(orderId)).toMatchObject([
      { level: 1, state: 'not_accrued', amount: 3000 },
      { level: 2, state: 'not_accrued', amount: 900 },
    ]);
    const { rows } = await pool.query('SELECT distributor_id AS id FROM orders WHERE id = $1', [orderId]);
    expect(rows).toEqual([{ id: seller.id }]);
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 0 });

    // A return makes what would have been earned less; the end of the window releases nothing.
    const at = Date.now();
    const lines = [{ lineId: '1', quantity: 1 }];
    const reported = { actor: 'shop', at, returnId: 'r' };
    await steps.applyOrderEvent(orderId, { ...reported, type: 'return_requested', reason: 'x', lines }, at);
    await steps.applyOrderEvent(orderId, { ...reported, type: 'return_refunded' }, at);
    await deliver(orderId);
    const commissions = await commissionsOf(orderId);
    expect(commissions).toMatchObject([
      { state: 'not_accrued', amount: 2000 },
      { state: 'not_accrued', amount: 600 },
    ]);
    expect(await obstaclesOf(commissions[0]!.id)).toEqual(['not_accrued']);
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 0 });
  });

  it('is judged by the time of the payment, whenever it arrives', async () => {
    await activatePlan(platform);
    const id = await suspend(pool, seller.id);
    const before = await pay({ paidAt: new Date(Date.now() - 2 * day).toISOString() });
    await lift(pool, id);
    const during = await pay();
    const after = await pay({ paidAt: new Date().toISOString() });
    expect(await commissionsOf(before)).toMatchObject([{ state: 'held' }, { state: 'held' }]);
    expect(await commissionsOf(during)).toMatchObject([{ state: 'not_accrued' }, { state: 'not_accrued' }]);
    expect(await commissionsOf(after)).toMatchObject([{ state: 'held' }, { state: 'held' }]);
  });

  it.each([
    ['no_orders', ['not_accrued', 'not_accrued']],
    ['no_accrual', ['not_accrued', 'held']],
  ])('of a seller with %s accrues by level: %j', async (effect, states) => {
    await activatePlan(platform);
    await restrict(pool, seller.id, { effect });
    expect((await commissionsOf(await pay())).map(({ state }) => state)).toEqual(states);
  });

  it('keeps what a suspended upline would have earned, unless the plan moves it up', async () => {
    await activatePlan(platform);
    await suspend(pool, upline.id);
    expect(await commissionsOf(await pay())).toMatchObject([
      { level: 1, state: 'held', amount: 3000 },
      { level: 2, state: 'not_accrued', amount: 900 },
    ]);
    await activatePlan(platform, { inactiveUpline: 'next_up' });
    expect(await commissionsOf(await pay())).toMatchObject([{ level: 1, state: 'held', amount: 3000 }]);
  });

  it('is corrected by accruing it: held in its window, due after it, released where the plan is automatic', async () => {
    for (const [automaticRelease, afterWindow, balance] of [
      [false, 'due', { held: 3000, available: 0 }],
      [true, 'released', { held: 0, available: 3000 }],
    ] as const) {
      seller = await addDistributor(pool);
      await activatePlan(platform, { automaticRelease });
      const restriction = await suspend(pool, seller.id);
      const inWindow = (await commissionsOf(await pay())).map(({ id }) => id);
      const overId = await pay();
      await deliver(overId);
      const over = (await commissionsOf(overId)).map(({ id }) => id);
      await voided(pool, restriction);
      const accrue = (ids: number[]) => pool.query('SELECT * FROM accrue_commissions($1, now())', [ids]);
      expect((await accrue(inWindow)).rows).toEqual(
        inWindow.map((id) => ({ commission_id: id, state: 'held' })),
      );
      expect((await accrue(inWindow)).rows).toEqual([]);
      expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 3000, available: 0 });
      expect((await accrue(over)).rows).toEqual(
        over.map((id) => ({ commission_id: id, state: afterWindow })),
      );
      expect(await balanceOf(pool, seller.id)).toMatchObject({
        held: 3000 + balance.held,
        available: balance.available,
      });
    }
  });

  it('stays as it is when what is left of it is returned', async () => {
    await activatePlan(platform);
    await suspend(pool, seller.id);
    const orderId = await pay();
    await steps.applyOrderEvent(
      orderId,
      { type: 'canceled', at: Date.now(), reason: 'x', actor: 'shop' },
      Date.now(),
    );
    const commissions = await commissionsOf(orderId);
    expect(commissions).toMatchObject([
      { state: 'reversed', amount: 0 },
      { state: 'reversed', amount: 0 },
    ]);
    const ids = commissions.map(({ id }) => id);
    expect((await pool.query('SELECT * FROM accrue_commissions($1, now())', [ids])).rows).toEqual([]);
  });
});

describe('an amount that is kept back', () => {
  const amount = { amount: 4000, currency: 'CNY' };
  const keepBack = (client: Client) =>
    placeRestriction(client, {
      ...{ id: randomUUID(), distributorId: seller.id, effect: 'no_payout', amount },
      ...{ cause: `violation/${randomUUID()}`, reason: 'violation', note: 'x', by, at: Date.now() },
    });
  const withdraw = (of: number) =>
    createWithdrawalActivities({ pool, config: testConfig({ WITHDRAWAL_MINIMUM: '1' }) }).requestWithdrawal(
      { id: randomUUID(), distributorId: seller.id, amount: of, currency: 'CNY', by },
      Date.now(),
    );

  beforeEach(async () => {
    await pool.query(`UPDATE distributors SET bank_account_sealed = 's' WHERE id = $1`, [seller.id]);
    await pool.query(
      `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
       VALUES ($1, 'commission_expense', 'available', $2, 'CNY', 5000, now())`,
      [`test/${randomUUID()}`, seller.id],
    );
  });

  it('leaves the rest to be withdrawn, and is not paid out of later earnings', async () => {
    await inTransaction(pool, keepBack);
    expect(await codeOf(withdraw(1001))).toBe('insufficient_available');
    expect(await codeOf(withdraw(1000))).toBe('done');
    expect(await codeOf(withdraw(1))).toBe('insufficient_available');
  });

  it('may exceed the balance: it keeps back later earnings', async () => {
    await inTransaction(pool, keepBack);
    await inTransaction(pool, keepBack);
    expect(await codeOf(withdraw(1))).toBe('insufficient_available');
  });

  it('is placed before a withdrawal or after it, never concurrently', async () => {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await keepBack(client);
      const asked = codeOf(withdraw(5000));
      await eventually('a wait for the balance', async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount !== 0;
      });
      await client.query('COMMIT');
      expect(await asked).toBe('insufficient_available');
    } finally {
      client.release();
    }
    const [placed, asked] = await Promise.all([inTransaction(pool, keepBack), codeOf(withdraw(1000))]);
    expect(placed).toBe(true);
    expect(['done', 'insufficient_available']).toContain(asked);
  });
});

describe('suspending and lifting', () => {
  /** An order of many lines, all held or all due and kept back. */
  async function manyCommissions(lines: number, delivered: boolean): Promise<void> {
    await activatePlan(platform, { automaticRelease: true });
    const orderId = await pay({
      paidAt: new Date(Date.now() - 30 * day).toISOString(),
      lines: Array.from({ length: lines }, (_, line) => ({
        ...{ lineId: String(line), sku: 'TEA', quantity: 1, unitPrice: 100 },
      })),
    });
    if (delivered) await deliver(orderId, Date.now() - 20 * day);
  }

  it('is one row each, however many commissions are held', async () => {
    await manyCommissions(300, false);
    const changed = async () => {
      const { rows } = await pool.query(
        `SELECT count(*)::int AS rows, count(lifted_at)::int AS lifted FROM restrictions WHERE distributor_id = $1`,
        [seller.id],
      );
      return rows[0];
    };
    await suspended();
    expect(await changed()).toEqual({ rows: 1, lifted: 0 });
    // Nothing is due yet, so there is nothing to release.
    expect(await reinstated()).toMatchObject({ releaseRunId: null });
    expect(await changed()).toEqual({ rows: 1, lifted: 1 });
  });

  it('releases what fell due meanwhile by a run in batches, which resumes where it stopped', async () => {
    await suspended();
    await manyCommissions(1500, true);
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 15_000, available: 0 });
    const { releaseRunId } = await reinstated();
    const runId = releaseRunId!;
    const now = Date.now();
    // A first attempt that ends after its first batch.
    expect(
      await releaseKeptBackBatch(pool, { runId, distributorId: seller.id, after: 0, now }),
    ).toMatchObject({ count: 1000 });
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 5000, available: 10_000 });

    const found: string[] = [];
    for await (const page of openProcesses(pool, 'release'))
      found.push(...page.map(({ kind, id }) => subjectOf(kind, id)));
    expect(found).toContain(`release/${runId}`);
    const handle = await platform.client.workflow.start('release', {
      ...{
        workflowId: `release/${runId}`,
        taskQueue: platform.taskQueue,
        args: [{ id: runId, resume: true }],
      },
    });
    await handle.result();
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 15_000 });
    const { rows } = await pool.query(
      `SELECT state, proposed_by, item_count, totals,
         (SELECT count(*)::int FROM release_items i WHERE i.run_id = r.id AND i.state = 'released') AS released
       FROM release_runs r WHERE id = $1`,
      [runId],
    );
    expect(rows).toEqual([
      { state: 'done', proposed_by: null, item_count: 1500, totals: { CNY: 15_000 }, released: 1500 },
    ]);
  });

  it('of two causes that are lifted at once makes one run, by the last of them', async () => {
    await suspended();
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    await manyCommissions(2, true);
    const liftCase = () =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [seller.id]);
        const distributorId = seller.id;
        await liftRestrictions(client, { distributorId, cause }, { by, at: Date.now(), note: 'overturned' });
        return releaseKeptBack(client, { distributorId, decisionId: randomUUID(), at: Date.now() });
      });
    const [first, second] = await Promise.all([reinstated(), liftCase()]);
    expect([first.releaseRunId, second].filter((id) => id !== null)).toHaveLength(1);
  });

  it('leaves no commission due, automatic, unrestricted and not released, in 1,000 races with a step of its order', async () => {
    await activatePlan(platform, { automaticRelease: true, levels: [{ default: { rateBp: 1000 } }] });
    const races = Array.from({ length: 1000 }, (_, number) => number);
    const distributors: string[] = [];
    let byRun = 0;
    /** A head start of up to two round trips, so that the two meet at every point. */
    const headStart = async (roundTrips: number) => {
      for (let trip = 0; trip < roundTrips; trip++) await pool.query('SELECT');
    };
    const lane = async () => {
      for (let race = races.pop(); race !== undefined; race = races.pop()) {
        const distributor = await addDistributor(pool);
        distributors.push(distributor.id);
        const orderId = await pay({
          attributionCode: distributor.code,
          paidAt: new Date(Date.now() - 30 * day).toISOString(),
        });
        const command = { distributorId: distributor.id, reason: 'x', actor: by, now: Date.now() };
        await suspendDistributor(pool, testConfig(), { ...command, commandId: randomUUID() });
        const step = async () => {
          await headStart(race % 3);
          const delivered = { type: 'delivered' as const, at: Date.now() - 20 * day, actor: 'shop' };
          await steps.applyOrderEvent(orderId, delivered, Date.now());
        };
        const lifting = async () => {
          await headStart((race >> 2) % 5);
          const { releaseRunId } = await reinstated(distributor.id);
          if (!releaseRunId) return;
          byRun++;
          const batch = { runId: releaseRunId, distributorId: distributor.id, after: 0, now: Date.now() };
          await releaseKeptBackBatch(pool, batch);
        };
        await Promise.all([step(), lifting()]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    const { rows } = await pool.query(
      `SELECT state, count(*)::int AS count FROM commissions WHERE distributor_id = ANY ($1) GROUP BY state`,
      [distributors],
    );
    expect(rows).toEqual([{ state: 'released', count: 1000 }]);
    // Some were released by the step and some by the run, or nothing met.
    expect(byRun).toBeGreaterThan(0);
    expect(byRun).toBeLessThan(1000);
  });
});
