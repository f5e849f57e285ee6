import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation, WorkflowIdConflictPolicy } from '@temporalio/client';
import type { Pool } from '../database/pool';
import { verifyLedger } from '../database/verifyLedger';
import type { Attribution } from '../domain/attribution';
import { approveRelease, proposeRelease, release as releaseWorkflow } from '../workflows/release';
import type { Bench } from './bench';
import { fund, postSingles } from './ledger';
import { alternate, ratio, show, spread } from './rounds';
import { type Seeded, seed } from './seed';
import { type Platform, TASK_QUEUE } from './servers';

const BATCH = 1000;

export const release: Bench = {
  description:
    `Releasing 20,000 due commissions of 550 distributors in batches of ${BATCH}, each its own transaction, against single ` +
    'transfers as in `ledger`: once the SQL function alone, which judges each commission (holds, open returns, states, debts), ' +
    'and once the whole release run, from the second approval through its workflow to the end, with a result kept for each commission.',
  async run(servers, { quick }) {
    const platform = await servers.startPlatform();
    const seeded = await seed(platform.pool);
    const singles = await servers.createDatabase();
    const others = (await seed(singles.pool)).distributors.map(({ id }) => id);
    await fund(singles, others, ['balances']);
    const count = quick ? 200 : 20_000;
    let orders = 0;
    const measure = (work: (ids: number[]) => Promise<() => Promise<void>>) => async () => {
      const run = await work(await makeDue(platform.pool, seeded, count, `round-${orders++}`));
      const start = performance.now();
      await run();
      return (count / (performance.now() - start)) * 1000;
    };
    const sides = {
      batches: measure(async (ids) => async () => {
        for (let from = 0; from < ids.length; from += BATCH) {
          await releaseBatch(platform.pool, ids.slice(from, from + BATCH));
        }
      }),
      run: measure(() => proposeRun(platform, seeded)),
      single: () => postSingles(singles, 'ours', others, quick ? 300 : 3000),
    };
    await alternate('release, warm-up', 1, sides);
    const figures = await alternate('release', quick ? 1 : 4, sides);
    const books = await verifyLedger(platform.pool);
    if (!books.ok) throw new Error(`the books are wrong: ${JSON.stringify(books.mismatches)}`);
    const row = (measured: string, ours: number[]) => ({
      measured,
      ours: show(spread(ours)),
      baseline: show(spread(figures.single)),
      ratio: show(ratio(ours, figures.single)),
      aim: 'at least 10 times',
    });
    return [
      row('Transfers a second in batches, against single ones', figures.batches),
      row('Transfers a second of a release run, against single ones', figures.run),
    ];
  },
};

/**
 * Proposes a run over everything due, and approves it the first of two times.
 * @returns what approves it the second time and waits for its end
 */
async function proposeRun(
  { client }: Platform,
  { users: [first, second] }: Seeded,
): Promise<() => Promise<void>> {
  const id = randomUUID();
  await client.workflow.executeUpdateWithStart(proposeRelease, {
    args: [
      { id, selection: { dueBefore: new Date().toISOString() }, by: { userId: first, name: 'Finance' } },
    ],
    startWorkflowOperation: new WithStartWorkflowOperation(releaseWorkflow, {
      workflowId: `release/${id}`,
      args: [{ id }],
      taskQueue: TASK_QUEUE,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
    }),
  });
  const run = client.workflow.getHandle(`release/${id}`);
  return async () => {
    const by = { userId: second, name: 'Chief of finance' };
    await run.executeUpdate(approveRelease, { args: [{ id, decisionId: 'approval', by }] });
    await run.result();
  };
}

async function releaseBatch(pool: Pool, ids: number[]): Promise<void> {
  const { rows } = await pool.query<{ released: number }>({
    name: 'release-batch',
    text: `SELECT count(*)::int AS released FROM release_commissions($1, '{due}', $2) WHERE obstacle IS NULL`,
    values: [ids, new Date()],
  });
  if (rows[0]!.released !== ids.length) throw new Error('a commission that is due was not released');
}

const ATTRIBUTION: Attribution = {
  reason: 'no_code',
  explanation: 'Made for a bench.',
  distributorId: null,
  code: null,
  chain: [],
};

/**
 * Makes orders whose windows are over, two lines and two levels each.
 * @returns ids of their commissions
 */
export async function makeDue(
  pool: Pool,
  { distributors, sponsors, planId }: Seeded,
  count: number,
  name: string,
) {
  const { rows } = await pool.query<{ id: number }>(
    `WITH o AS (
       INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
       SELECT $1 || '/' || n, $1 || '/' || n, '', 'customer', 'CNY', now(), 'CN-31', $6::jsonb, $2 FROM generate_series(1, $3::int / 4) AS n
       RETURNING id
     ), line AS (
       INSERT INTO order_lines (order_id, line_id, position, state, sku, quantity, unit_price, discount, net_amount)
       SELECT o.id, line::text, line, 'closed', 'sku-1', 1, 10000, 0, 10000 FROM o, generate_series(1, 2) AS line
       RETURNING order_id, line_id
     ), earned AS (
       INSERT INTO commissions (order_id, line_id, level, distributor_id, state, currency, original_amount, amount, rule,
         automatic, due_at)
       SELECT l.order_id, l.line_id, level, CASE level
           WHEN 1 THEN ($4::uuid[])[1 + (hashtext(l.order_id) & 65535) % cardinality($4::uuid[])]
           ELSE ($5::uuid[])[1 + (hashtext(l.order_id) & 65535) % cardinality($5::uuid[])] END,
         'due', 'CNY', 1000 / level, 1000 / level, '{"matched": "default", "earning": {"rateBp": 1000}}', false, now()
       FROM line l, generate_series(1, 2) AS level
       RETURNING id, distributor_id, currency, amount
     ), posted AS (
       INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
       SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, now()
       FROM earned
     )
     SELECT id FROM earned ORDER BY id`,
    [name, planId, count, distributors.map(({ id }) => id), sponsors, ATTRIBUTION],
  );
  // What autovacuum would have done by the time such a run comes, days later.
  await pool.query('VACUUM ANALYZE orders, order_lines, commissions, transfers, balances');
  await pool.query('CHECKPOINT');
  return rows.map(({ id }) => id);
}
