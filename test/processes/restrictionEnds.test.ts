import { randomUUID } from 'node:crypto';
import { createOrderActivities } from '../../activities/order/order';
import { accrueBatch, releaseKeptBackBatch } from '../../activities/release';
import { reinstateDistributor, suspendDistributor } from '../../database/distributors';
import { placeHold } from '../../database/holds';
import { inTransaction, type Pool } from '../../database/pool';
import { asRefusal } from '../../database/refusal';
import { endRestrictions } from '../../database/restrictionEnds';
import {
  moveRestrictions,
  type NewRestriction,
  placeRestriction,
  releaseKeptBack,
  voidRestrictions,
} from '../../database/restrictions';
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
import { lift, restrict, suspend } from '../support/restrictions';

const hour = 3_600_000;
const day = 24 * hour;
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

const ago = (ms: number) => new Date(Date.now() - ms);

/** Records an order of 30000 paid an hour ago. @returns its number */
async function pay(change: Partial<OrderPayment> = {}): Promise<string> {
  const paid = payment({
    attributionCode: seller.code,
    paidAt: ago(hour).toISOString(),
    lines: [{ lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 10_000 }],
    ...change,
  });
  await steps.payOrder(paid, Date.now());
  return paid.externalId;
}

/** A delivery so long ago that the window has ended. */
function deliver(orderId: string) {
  return steps.applyOrderEvent(
    orderId,
    { type: 'delivered', at: Date.now(), actor: 'shop' },
    Date.now() + 60 * day,
  );
}

async function statesOf(orderId: string): Promise<string[]> {
  const { rows } = await pool.query<{ state: string }>(
    'SELECT state FROM commissions WHERE order_id = $1 ORDER BY level',
    [orderId],
  );
  return rows.map(({ state }) => state);
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => 'done',
    (error: unknown) => asRefusal(error)?.code ?? String(error),
  );
}

const command = (distributorId = seller.id) => ({
  ...{ distributorId, commandId: randomUUID(), reason: 'papers', actor: by, now: Date.now() },
});

/** What a process does about a distributor: their row is locked first. */
function decide<T>(work: (client: Parameters<typeof placeRestriction>[0]) => Promise<T>, id = seller.id) {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [id]);
    return work(client);
  });
}

const place = (change: Partial<NewRestriction> = {}) =>
  decide((client) =>
    placeRestriction(client, {
      ...{ id: randomUUID(), distributorId: seller.id, effect: 'no_release', cause: 'credential/1' },
      ...{ reason: 'credential_expired', note: 'x', by, at: Date.now(), ...change },
    }),
  );

/** Voids what a cause restricts, as an overturned case does. @returns id of the run */
const overturn = (cause: string, distributorId = seller.id) =>
  decide(async (client) => {
    const at = Date.now();
    const voided = await voidRestrictions(client, { distributorId, cause }, { by, at, note: 'overturned' });
    const corrected = voided.map(({ id }) => id);
    return releaseKeptBack(client, { distributorId, decisionId: randomUUID(), at, corrected });
  }, distributorId);

/** Carries out a run by its workflow. */
async function carryOut(runId: string | null): Promise<void> {
  if (runId === null) throw new Error('there is nothing to release or accrue');
  const args: [object] = [{ id: runId, resume: true }];
  const options = { workflowId: `release/${runId}`, taskQueue: platform.taskQueue, args };
  const handle = await platform.client.workflow.start('release', options);
  await handle.result();
}

async function ended(): Promise<string[]> {
  const runs: string[] = [];
  for await (const run of endRestrictions(pool)) if (run) runs.push(run);
  return runs;
}

describe('what has ended by itself', () => {
  it('does not prevent the same cause from restricting the same again, nor for a period to come', async () => {
    expect(await place({ from: Date.now() - 2 * day, until: Date.now() - day })).toBe(true);
    expect(await place()).toBe(true);
    expect(await place()).toBe(false);
    const other = { cause: 'credential/2' };
    expect(await place({ ...other, until: Date.now() + day })).toBe(true);
    expect(await place({ ...other, from: Date.now() + 2 * day, until: Date.now() + 3 * day })).toBe(true);
    expect(await place({ ...other, from: Date.now() + 2.5 * day })).toBe(false);
    expect(await place({ ...other, from: Date.now() + 3 * day })).toBe(true);
  });

  it('is refused by the database where two periods of a cause overlap', async () => {
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    await expect(
      restrict(pool, seller.id, { effect: 'suspended', cause, effective_from: new Date() }),
    ).rejects.toThrow('restrictions_once');
    await restrict(pool, seller.id, { effect: 'no_orders', cause });
    await restrict(pool, seller.id, { effect: 'no_orders', cause, sku: 'TEA' });
    await restrict(pool, seller.id, { effect: 'no_orders', cause, category: 'TEA' });
  });

  it('is no suspension that a person could lift, and none that stands in the way of another', async () => {
    const until = ago(hour);
    const cause = `user/${by.userId}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause, reason: 'other', effective_until: until });
    expect(await codeOf(reinstateDistributor(pool, testConfig(), command()))).toBe('distributor_state');
    expect(await codeOf(suspendDistributor(pool, testConfig(), command()))).toBe('done');
    expect(await codeOf(reinstateDistributor(pool, testConfig(), command()))).toBe('done');
  });

  it('is no hold: the commission can be put on hold again for the same reason', async () => {
    await activatePlan(platform);
    await pay();
    const { rows } = await pool.query<{ id: number }>(
      'SELECT id FROM commissions WHERE distributor_id = $1',
      [seller.id],
    );
    const hold = { commissionId: rows[0]!.id, reason: 'risk' as const, note: 'x', by };
    const dates = { effective_until: ago(hour), cause: `user/${by.userId}`, reason: 'risk' };
    await restrict(pool, seller.id, { effect: 'no_release', commission_id: hold.commissionId, ...dates });
    expect(await codeOf(placeHold(pool, { id: randomUUID(), ...hold }, Date.now()))).toBe('done');
    expect(await codeOf(placeHold(pool, { id: randomUUID(), ...hold }, Date.now()))).toBe('already_on_hold');
  });
});

describe('a restriction that ends by itself', () => {
  const suspendedUntil = (until: Date, cause = `violation/${randomUUID()}`) =>
    restrict(pool, seller.id, { effect: 'suspended', cause, effective_until: until });

  /** A commission of the seller that an automatic plan would have released long ago. */
  async function keptBack(): Promise<string> {
    seller = await addDistributor(pool);
    await activatePlan(platform, { automaticRelease: true });
    const orderId = await pay({ paidAt: ago(3 * day).toISOString() });
    const restriction = await suspend(pool, seller.id);
    await deliver(orderId);
    expect(await statesOf(orderId)).toEqual(['due']);
    // As if it had been placed with an end, which has come.
    await pool.query('UPDATE restrictions SET effective_until = now() WHERE id = $1', [restriction]);
    return orderId;
  }

  it('is followed by the release of what came due meanwhile, once', async () => {
    const orderId = await keptBack();
    const [first, second] = await Promise.all([ended(), ended()]);
    expect([...first, ...second]).toHaveLength(1);
    expect(await ended()).toEqual([]);
    await carryOut(first[0] ?? second[0]!);
    expect(await statesOf(orderId)).toEqual(['released']);
    const { rows } = await pool.query(
      `SELECT e.type, e.actor, e.data ->> 'effect' AS effect, r.lifted_at = r.effective_until AS "atItsEnd", r.lifted_by AS "liftedBy"
       FROM restrictions r JOIN events e ON e.subject = 'distributor/' || r.distributor_id WHERE r.distributor_id = $1`,
      [seller.id],
    );
    expect(rows).toEqual([
      { type: 'restriction_ended', actor: 'system', effect: 'suspended', atItsEnd: true, liftedBy: null },
    ]);
  });

  it('is found and followed by the schedule that compares rows and workflows', async () => {
    const orderId = await keptBack();
    const workflowId = `reconcile-${randomUUID()}`;
    await platform.client.workflow.execute('reconcile', { workflowId, taskQueue: platform.taskQueue });
    await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');
  });

  it('releases nothing while another cause keeps it back, and leaves what has not ended', async () => {
    const orderId = await keptBack();
    const other = await suspendedUntil(new Date(Date.now() + day));
    expect(await ended()).toEqual([]);
    expect(await statesOf(orderId)).toEqual(['due']);
    const { rows } = await pool.query('SELECT lifted_at FROM restrictions WHERE id = $1', [other]);
    expect(rows).toEqual([{ lifted_at: null }]);
    await pool.query('UPDATE restrictions SET effective_until = now() WHERE id = $1', [other]);
    expect(await ended()).toHaveLength(1);
  });

  it('of one commission is followed by the release of that commission', async () => {
    seller = await addDistributor(pool);
    await activatePlan(platform, { automaticRelease: true });
    const orderId = await pay();
    const { rows } = await pool.query('SELECT id FROM commissions WHERE order_id = $1', [orderId]);
    const hold = { effect: 'no_release', commission_id: rows[0].id };
    const id = await restrict(pool, seller.id, hold);
    await deliver(orderId);
    await pool.query('UPDATE restrictions SET effective_until = now() WHERE id = $1', [id]);
    const [run] = await ended();
    await carryOut(run!);
    expect(await statesOf(orderId)).toEqual(['released']);
  });
});

describe('dates that move', () => {
  it('move in one statement and without a gap, as the validity of a credential does', async () => {
    const cause = 'credential/7';
    await place({ cause, from: Date.now() + day });
    const choice = { distributorId: seller.id, cause };
    const moved = await decide((client) =>
      moveRestrictions(client, choice, { from: Date.now() + 365 * day }),
    );
    const { rows } = await pool.query(
      `SELECT id, effective_from > now() + interval '364 days' AS moved, lifted_at FROM restrictions WHERE distributor_id = $1`,
      [seller.id],
    );
    expect(rows).toEqual([{ id: moved[0], moved: true, lifted_at: null }]);
    const others = { distributorId: seller.id, cause: 'credential/8' };
    expect(await decide((client) => moveRestrictions(client, others, { from: Date.now() }))).toEqual([]);
  });

  it('that were wrong leave no trace: what was kept from being accrued is accrued, what was kept back is released', async () => {
    seller = await addDistributor(pool);
    await activatePlan(platform, { automaticRelease: true });
    const before = await pay({ paidAt: ago(20 * day).toISOString() });
    const cause = 'credential/9';
    await restrict(pool, seller.id, { effect: 'suspended', cause, effective_from: ago(10 * day) });
    const during = await pay({ paidAt: ago(5 * day).toISOString() });
    await deliver(before);
    await deliver(during);
    expect([await statesOf(before), await statesOf(during)]).toEqual([['due'], ['not_accrued']]);
    const runId = await decide(async (client) => {
      const distributorId = seller.id;
      const from = Date.now() + 90 * day;
      const corrected = await moveRestrictions(client, { distributorId, cause }, { from });
      return releaseKeptBack(client, { distributorId, decisionId: randomUUID(), at: Date.now(), corrected });
    });
    await carryOut(runId);
    expect([await statesOf(before), await statesOf(during)]).toEqual([['released'], ['released']]);
    expect(await statesOf(await pay())).toEqual(['held']);
  });
});

describe('a restriction that was never right', () => {
  it('does not count for orders of its time that are reported afterwards; one that was only lifted does', async () => {
    await activatePlan(platform);
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    const lifted = await suspend(pool, upline.id);
    await overturn(cause);
    await lift(pool, lifted);
    expect(await statesOf(await pay())).toEqual(['held', 'not_accrued']);
  });

  it('is void also where it was lifted or had ended before', async () => {
    await activatePlan(platform);
    const [first, second] = [`violation/${randomUUID()}`, `violation/${randomUUID()}`];
    await lift(pool, await restrict(pool, seller.id, { effect: 'suspended', cause: first }));
    const until = new Date(Date.now() - 60_000);
    await restrict(pool, seller.id, { effect: 'suspended', cause: second, effective_until: until });
    await ended();
    const orderId = await pay();
    expect(await statesOf(orderId)).toEqual(['not_accrued', 'not_accrued']);
    await carryOut(await overturn(first));
    expect(await statesOf(orderId)).toEqual(['not_accrued', 'not_accrued']);
    await carryOut(await overturn(second));
    expect(await statesOf(orderId)).toEqual(['held', 'held']);
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 3000 });
    expect(await balanceOf(pool, upline.id)).toMatchObject({ held: 900 });
  });

  it('accrues nothing that another restriction forbade at that time as well', async () => {
    await activatePlan(platform);
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    const other = await restrict(pool, upline.id, { effect: 'no_accrual' });
    const orderId = await pay();
    await lift(pool, other);
    await carryOut(await overturn(cause));
    expect(await statesOf(orderId)).toEqual(['held', 'not_accrued']);
    const { rows } = await pool.query('SELECT id FROM commissions WHERE order_id = $1 AND level = 2', [
      orderId,
    ]);
    const accrue = await pool.query('SELECT * FROM accrue_commissions($1, now())', [[rows[0].id]]);
    expect(accrue.rows).toEqual([]);
  });

  it('accrues nothing for who was terminated when the order was paid', async () => {
    await activatePlan(platform);
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'no_accrual', cause });
    await pool.query('UPDATE distributors SET terminated_at = $2 WHERE id = $1', [upline.id, ago(day)]);
    const orderId = await pay();
    await carryOut(await overturn(cause));
    expect(await statesOf(orderId)).toEqual(['held', 'not_accrued']);
  });

  it('has bound the customer of its orders, as if it had not been', async () => {
    await activatePlan(platform, { attributionDays: 30 });
    const customer = { externalId: `customer-${randomUUID()}` };
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    await pay({ customer });
    const next = () => pay({ customer, attributionCode: undefined, paidAt: new Date().toISOString() });
    expect(await statesOf(await next())).toEqual([]);
    await carryOut(await overturn(cause));
    expect(await statesOf(await next())).toEqual(['held', 'held']);
  });

  it('is voided by one row however much it kept from being accrued; a run accrues that in batches', async () => {
    seller = await addDistributor(pool);
    await activatePlan(platform, { automaticRelease: true });
    const cause = `violation/${randomUUID()}`;
    await restrict(pool, seller.id, { effect: 'suspended', cause });
    const orderId = await pay({
      lines: Array.from({ length: 1500 }, (_, line) => ({
        ...{ lineId: String(line), sku: 'TEA', quantity: 1, unitPrice: 100 },
      })),
    });
    await deliver(orderId);
    const runId = (await overturn(cause))!;
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 0 });
    const { rows } = await pool.query('SELECT filter FROM release_runs WHERE id = $1', [runId]);
    const { corrected } = rows[0].filter;
    // A first attempt that ends after its first batch.
    expect(await accrueBatch(pool, { runId, corrected, after: 0, now: Date.now() })).toMatchObject({
      count: 1000,
    });
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 10_000 });
    await carryOut(runId);
    expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 15_000 });
    const { rows: runs } = await pool.query(
      'SELECT state, item_count, totals FROM release_runs WHERE id = $1',
      [runId],
    );
    expect(runs).toEqual([{ state: 'done', item_count: 1500, totals: { CNY: 15_000 } }]);
  });

  it('leaves nothing not accrued or not released, and no deadlock, in 1,000 races with payments and steps', async () => {
    await activatePlan(platform, { automaticRelease: true, levels: [{ default: { rateBp: 1000 } }] });
    const deadlocks = async () => {
      const { rows } = await pool.query(
        'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
      );
      return rows[0].deadlocks;
    };
    const deadlocksBefore = await deadlocks();
    const races = Array.from({ length: 1000 }, (_, number) => number);
    const distributors: string[] = [];
    let runs = 0;
    /** A head start of some round trips, so that the three meet at every point. */
    const headStart = async (roundTrips: number) => {
      for (let trip = 0; trip < roundTrips; trip++) await pool.query('SELECT');
    };
    const delivered = { type: 'delivered' as const, at: Date.now() - 20 * day, actor: 'shop' };
    const lane = async () => {
      for (let race = races.pop(); race !== undefined; race = races.pop()) {
        const { id, code } = await addDistributor(pool);
        distributors.push(id);
        const cause = `violation/${randomUUID()}`;
        await restrict(pool, id, { effect: 'suspended', cause, effective_from: ago(60 * day) });
        const order = { attributionCode: code, paidAt: ago(30 * day).toISOString() };
        const recorded = await pay(order);
        const step = async () => {
          await headStart(race % 4);
          await steps.applyOrderEvent(recorded, delivered, Date.now());
        };
        const payingAndDelivering = async () => {
          await headStart((race >> 2) % 4);
          const orderId = await pay(order);
          await steps.applyOrderEvent(orderId, delivered, Date.now());
        };
        const voiding = async () => {
          await headStart((race >> 4) % 5);
          const runId = await overturn(cause, id);
          if (!runId) return;
          runs++;
          const { rows } = await pool.query('SELECT filter FROM release_runs WHERE id = $1', [runId]);
          const { corrected } = rows[0].filter;
          await accrueBatch(pool, { runId, corrected, after: 0, now: Date.now() });
          await releaseKeptBackBatch(pool, { runId, distributorId: id, after: 0, now: Date.now() });
        };
        await Promise.all([step(), payingAndDelivering(), voiding()]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    const { rows } = await pool.query(
      `SELECT state, count(*)::int AS count FROM commissions WHERE distributor_id = ANY ($1) GROUP BY state`,
      [distributors],
    );
    expect(rows).toEqual([{ state: 'released', count: 2000 }]);
    expect(runs).toBe(1000);
    expect(await deadlocks()).toBe(deadlocksBefore);
  });
});

it('a commission that was not accrued is not put on hold: there is nothing to hold back', async () => {
  await activatePlan(platform);
  await suspend(pool, seller.id);
  const orderId = await pay();
  const { rows } = await pool.query<{ id: number }>('SELECT id FROM commissions WHERE order_id = $1', [
    orderId,
  ]);
  const hold = { id: randomUUID(), commissionId: rows[0]!.id, reason: 'risk' as const, note: 'x', by };
  expect(await codeOf(placeHold(pool, hold, Date.now()))).toBe('commission_not_accrued');
});
