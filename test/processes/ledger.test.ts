import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { createWithdrawalActivities } from '../../activities/withdrawal/withdrawal';
import type { Pool } from '../../database/pool';
import {
  addCommissions,
  addDistributor,
  addUser,
  balanceOf,
  charge,
  credit,
  ledgerFaults,
  openDatabase,
  testConfig,
} from '../support/payouts';
import { restrict, suspend } from '../support/restrictions';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
});
afterAll(() => database.close());

const release = (ids: number[]) =>
  pool.query<{ commission_id: number; obstacle: string | null; amount: number }>(
    'SELECT * FROM release_commissions($1, now())',
    [ids],
  );

describe('the ledger', () => {
  test.each([['UPDATE transfers SET amount = 1'], ['DELETE FROM transfers'], ['TRUNCATE transfers']])(
    'refuses %s',
    async (statement) => {
      await credit(pool, await addDistributor(pool), 100);
      await expect(pool.query(statement)).rejects.toThrow('append-only');
    },
  );

  test('refuses a transfer that would make a balance negative', async () => {
    const distributor = await addDistributor(pool);
    await credit(pool, distributor, 100);
    await expect(
      pool.query(
        `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
         VALUES ($1, 'available', 'reserved', $2, 'CNY', 101, now())`,
        [randomUUID(), distributor],
      ),
    ).rejects.toThrow('balances_available_check');
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 100, reserved: 0 });
  });

  test('refuses a second transfer of the same cause', async () => {
    const distributor = await addDistributor(pool);
    const key = randomUUID();
    const post = () =>
      pool.query(
        `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
         VALUES ($1, 'commission_expense', 'available', $2, 'CNY', 5, now())`,
        [key, distributor],
      );
    await post();
    await expect(post()).rejects.toThrow('transfers_key_key');
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 5 });
  });

  test('never leaves a distributor money to withdraw while owing', async () => {
    const distributor = await addDistributor(pool);
    await charge(pool, distributor, 10);
    await expect(credit(pool, distributor, 5)).rejects.toThrow('balances_check');
  });
});

describe('releasing', () => {
  test('pays debt first, commission by commission, and makes only the rest withdrawable', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ debt: fc.nat(500), amounts: fc.array(fc.nat(200), { minLength: 1, maxLength: 6 }) }),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        async (people) => {
          const expected = [];
          const all: number[] = [];
          for (const { debt, amounts } of people) {
            const distributor = await addDistributor(pool);
            if (debt > 0) await charge(pool, distributor, debt);
            const { ids } = await addCommissions(pool, [distributor], amounts);
            all.push(...ids);
            const sum = amounts.reduce((a, b) => a + b, 0);
            const paid = Math.min(debt, sum);
            expected.push({ distributor, held: 0, debt: debt - paid, available: sum - paid });
          }
          await release(all);
          for (const { distributor, ...balance } of expected) {
            expect(await balanceOf(pool, distributor)).toEqual({ ...balance, reserved: 0 });
          }
          const { rows } = await pool.query(
            `SELECT c.id FROM commissions c LEFT JOIN transfers t ON t.commission_id = c.id AND t.from_account = 'held'
             WHERE c.id = ANY ($1) GROUP BY c.id HAVING coalesce(sum(t.amount), 0) <> c.amount OR c.state <> 'released'`,
            [all],
          );
          expect(rows).toEqual([]);
        },
      ),
      { numRuns: 25 },
    );
    expect(await ledgerFaults(pool)).toEqual([]);
  });

  test('money that returns from a withdrawal pays debt first as well', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.nat(600),
        fc.constantFrom('paid', 'failed', 'rejected', 'canceled'),
        fc.constantFrom('paid', 'failed'),
        async (first, second, debt, firstEnd, secondEnd) => {
          const distributor = await addDistributor(pool);
          await credit(pool, distributor, first + second);
          const ids = [await reserve(distributor, first), await reserve(distributor, second)];
          if (debt > 0) await charge(pool, distributor, debt);
          const items = ids.map((id, i) => ({ id, state: i === 0 ? firstEnd : secondEnd }));
          await pool.query(`SELECT settle_withdrawals($1, '{requested}', now())`, [JSON.stringify(items)]);
          // The same message again changes nothing.
          await pool.query(`SELECT settle_withdrawals($1, '{requested}', now())`, [JSON.stringify(items)]);
          const back = (firstEnd === 'paid' ? 0 : first) + (secondEnd === 'paid' ? 0 : second);
          const paidOff = Math.min(debt, back);
          expect(await balanceOf(pool, distributor)).toEqual({
            held: 0,
            available: back - paidOff,
            reserved: 0,
            debt: debt - paidOff,
          });
        },
      ),
      { numRuns: 25 },
    );
    expect(await ledgerFaults(pool)).toEqual([]);
  });

  test('says what keeps a commission back: its state, the distributor, an open return, a hold', async () => {
    const [active, suspended] = [await addDistributor(pool), await addDistributor(pool)];
    await suspend(pool, suspended);
    const { orderId, ids } = await addCommissions(pool, [active], [10, 20, 30]);
    const { ids: theirs } = await addCommissions(pool, [suspended], [40]);
    const { ids: early } = await addCommissions(pool, [active], [50], { state: 'held' });
    await pool.query(
      `INSERT INTO returns (order_id, id, state, reason, requested_at, lines) VALUES ($1, 'r', 'requested', 'x', now(), $2)`,
      [orderId, JSON.stringify([{ lineId: '1', quantity: 1 }])],
    );
    await restrict(pool, active, { effect: 'no_release', commission_id: ids[1], reason: 'risk' });
    const { rows } = await release([...ids, ...theirs, ...early]);
    expect(rows.sort((a, b) => a.amount - b.amount).map((row) => row.obstacle)).toEqual([
      'return_open',
      'hold_risk',
      null,
      'distributor_suspended',
      'awaiting_delivery',
    ]);
  });

  test('concurrent random releases, reductions, withdrawals and their ends neither deadlock nor lose a cent', async () => {
    const config = testConfig({ WITHDRAWAL_MINIMUM: '1' });
    const steps = createWithdrawalActivities({ pool, config });
    const by = await addUser(pool, 'Li');
    const people = await Promise.all(Array.from({ length: 6 }, () => addDistributor(pool)));
    const { ids } = await addCommissions(
      pool,
      people,
      Array.from({ length: 240 }, (_, i) => 10 + (i % 90)),
    );
    const withdrawals: string[] = [];
    const random = pseudoRandom(20261122);
    const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)]!;
    const some = (count: number) => Array.from({ length: count }, () => pick(ids));
    const unhealthy: unknown[] = [];

    const doSomething = async (turn: number): Promise<void> => {
      const dice = random();
      if (dice < 0.35) await release(some(20));
      else if (dice < 0.6) {
        const chosen = [...new Set(some(8))];
        const part = random();
        await pool.query(
          `SELECT reduce_commissions($1, (SELECT jsonb_agg(jsonb_build_object('id', id, 'amount', floor(original_amount * $3::float / 2)::int, 'final', false))
             FROM commissions WHERE id = ANY ($2) AND amount >= floor(original_amount * $3::float / 2)), now(), now())`,
          [`turn-${turn}`, chosen, part],
        );
      } else if (dice < 0.8) {
        const id = randomUUID();
        await steps.requestWithdrawal(
          { id, distributorId: pick(people), amount: 1 + Math.floor(random() * 60), currency: 'CNY', by },
          Date.now(),
        );
        withdrawals.push(id);
      } else if (withdrawals.length > 0) {
        const chosen = Array.from({ length: 4 }, () => pick(withdrawals));
        const items = [...new Set(chosen)].map((id) => ({ id, state: pick(['paid', 'failed', 'rejected']) }));
        await pool.query(`SELECT settle_withdrawals($1, '{requested}', now())`, [JSON.stringify(items)]);
      }
    };
    const lane = async (number: number): Promise<void> => {
      for (let turn = 0; turn < 40; turn++) {
        await doSomething(number * 1000 + turn).catch((error) => {
          // Refusals are right answers: nothing available, or reduced by another call in between.
          if (!['insufficient_available', 'currency_unknown'].includes(error.type)) unhealthy.push(error);
        });
      }
    };
    await Promise.all(Array.from({ length: 12 }, (_, i) => lane(i)));
    expect(unhealthy).toEqual([]);
    expect(withdrawals.length).toBeGreaterThan(5);
    expect(await ledgerFaults(pool)).toEqual([]);
  });
});

async function reserve(distributorId: string, amount: number): Promise<string> {
  const id = randomUUID();
  const steps = createWithdrawalActivities({ pool, config: testConfig({ WITHDRAWAL_MINIMUM: '1' }) });
  const by = await addUser(pool, 'Li');
  await steps.requestWithdrawal({ id, distributorId, amount, currency: 'CNY', by }, Date.now());
  return id;
}

/** Numbers from 0 to below 1 that look random and are the same each time. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
