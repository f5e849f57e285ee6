import { randomUUID } from 'node:crypto';
import { reinstateDistributor, suspendDistributor } from '../database/distributors';
import type { Pool } from '../database/pool';
import type { Bench } from './bench';
import { alternate, ratio, show, spread } from './rounds';
import { type Seeded, seed } from './seed';

const MANY = 100_000;
const FEW = 10;
const brand = { BRAND_NAME: 'Bench', BRAND_TIME_ZONE: 'Asia/Shanghai' };

export const suspend: Bench = {
  description:
    `Suspending a distributor with ${MANY.toLocaleString('en-US')} held commissions, and reinstating them, against one with ${FEW}: ` +
    'each is one row, whatever is kept back. What fell due meanwhile is released by a run afterwards, see `release`.',
  async run(servers, { quick }) {
    const { pool } = await servers.createDatabase();
    const seeded = await seed(pool);
    const [many, few] = [seeded.distributors[0]!.id, seeded.distributors[1]!.id];
    await makeHeld(pool, seeded, many, quick ? 400 : MANY);
    await makeHeld(pool, seeded, few, FEW);
    await pool.query('VACUUM ANALYZE commissions, orders, order_lines');
    const actor = { userId: seeded.users[0], name: 'Bench' };
    const timed = (decide: typeof suspendDistributor, distributorId: string) => async () => {
      const start = performance.now();
      await decide(pool, brand, {
        distributorId,
        commandId: randomUUID(),
        reason: 'x',
        actor,
        now: Date.now(),
      });
      return performance.now() - start;
    };
    const suspended = { many: [] as number[], few: [] as number[] };
    const lifted = { many: [] as number[], few: [] as number[] };
    for (let round = quick ? 1 : 30; round > 0; round--) {
      const ends = await alternate('suspend, ms', 1, {
        many: timed(suspendDistributor, many),
        few: timed(suspendDistributor, few),
      });
      const begins = await alternate('reinstate, ms', 1, {
        many: timed(reinstateDistributor, many),
        few: timed(reinstateDistributor, few),
      });
      for (const side of ['many', 'few'] as const) {
        suspended[side].push(...ends[side]);
        lifted[side].push(...begins[side]);
      }
    }
    const row = (measured: string, figures: typeof lifted) => ({
      measured,
      ours: show(spread(figures.many), 'ms'),
      baseline: show(spread(figures.few), 'ms'),
      ratio: show(ratio(figures.many, figures.few)),
      aim: 'no longer',
    });
    return [
      row(`Suspending with ${MANY.toLocaleString('en-US')} held commissions, against ${FEW}`, suspended),
      row('Reinstating with as many, against as few', lifted),
    ];
  },
};

/** Makes orders of 100 lines, of which a distributor holds a commission each. */
async function makeHeld(pool: Pool, { planId }: Seeded, distributorId: string, count: number): Promise<void> {
  await pool.query(
    `WITH o AS (
       INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, distributor_id, attribution, plan_id)
       SELECT id, id, '', 'customer', 'CNY', now(), 'CN-31', $1, '{}', $2
       FROM (SELECT gen_random_uuid()::text AS id FROM generate_series(1, ceil($3::int / 100.0)::int)) made RETURNING id
     ), line AS (
       INSERT INTO order_lines (order_id, line_id, position, sku, quantity, unit_price, discount, net_amount)
       SELECT o.id, line::text, line, 'sku-1', 1, 10000, 0, 10000 FROM o, generate_series(1, least(100, $3::int)) AS line
       RETURNING order_id, line_id
     ), earned AS (
       INSERT INTO commissions (order_id, line_id, level, distributor_id, currency, original_amount, amount, rule, automatic)
       SELECT order_id, line_id, 1, $1, 'CNY', 1000, 1000, '{"matched": "default", "earning": {"rateBp": 1000}}', true
       FROM line RETURNING id, distributor_id, currency, amount
     )
     INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
     SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, now()
     FROM earned`,
    [distributorId, planId, count],
  );
}
