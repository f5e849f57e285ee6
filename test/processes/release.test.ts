import { randomUUID } from 'node:crypto';
import { liftHolds, placeHold } from '../../database/holds';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import type { ReleaseSelection } from '../../database/releaseSelection';
import {
  addCommissions,
  addDistributor,
  addUser,
  balanceOf,
  charge,
  codeOf,
  ledgerFaults,
  openDatabase,
  sendUpdate,
  startWorker,
  testConfig,
  until,
} from '../support/payouts';
import { suspend } from '../support/restrictions';
import { startWorkerProcess } from '../support/workerProcess';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let worker: Awaited<ReturnType<typeof startWorker>>;
let li: Actor & { userId: string };
let wang: Actor & { userId: string };

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  worker = await startWorker(pool, testConfig({ SECOND_APPROVAL_ABOVE: '100000000' }));
  li = await addUser(pool, 'Li');
  wang = await addUser(pool, 'Wang');
});
afterAll(async () => {
  await worker.stop();
  await database.close();
});
afterEach(async () => expect(await ledgerFaults(pool)).toEqual([]));

type Queue = Pick<typeof worker, 'client' | 'taskQueue'>;

async function propose(
  selection: ReleaseSelection,
  on: Queue = worker,
): Promise<{ id: string; answer: unknown }> {
  const id = randomUUID();
  const answer = await codeOf(
    sendUpdate(on, 'release', id, 'propose', { id, selection, by: li }, { resume: false }),
  );
  return { id, answer };
}
const decide = (id: string, what: 'approve' | 'reject', by: Actor, on: Queue = worker) =>
  codeOf(sendUpdate(on, 'release', id, what, { id, decisionId: randomUUID(), by, text: 'because' }));
const end = (id: string) => worker.client.workflow.getHandle(`release/${id}`).result();
const resultsOf = async (runId: string) =>
  (
    await pool.query<{ outcome: string; count: number }>(
      `SELECT coalesce(reason, state) AS outcome, count(*)::int AS count FROM release_items WHERE run_id = $1 GROUP BY 1`,
      [runId],
    )
  ).rows.reduce<Record<string, number>>(
    (all, { outcome, count }) => Object.assign(all, { [outcome]: count }),
    {},
  );
const runOf = async (id: string) =>
  (
    await pool.query('SELECT state, item_count, totals, approvals_needed FROM release_runs WHERE id = $1', [
      id,
    ])
  ).rows[0];
const releasesOf = async (ids: number[]) =>
  (
    await pool.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM transfers WHERE commission_id = ANY ($1) AND key LIKE '%/release'`,
      [ids],
    )
  ).rows[0]!.count;
const amounts = (count: number, amount = 100) => Array.from({ length: count }, () => amount);

async function people(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => addDistributor(pool)));
}

test('a run releases what is due, pays debts first, and gives the reason for each commission it leaves out', async () => {
  const [rich, indebted, suspended] = (await people(3)) as [string, string, string];
  await charge(pool, indebted, 150);
  const { ids } = await addCommissions(pool, [rich, indebted], amounts(4000));
  const { ids: theirs } = await addCommissions(pool, [suspended], amounts(3));
  const { ids: early } = await addCommissions(pool, [rich], amounts(2), { state: 'held' });
  await suspend(pool, suspended);
  const { id, answer } = await propose({ commissionIds: [...ids, ...theirs, ...early] });
  expect(answer).toBe('proposed');
  expect(await runOf(id)).toMatchObject({ item_count: 4005, totals: { CNY: 400_300 }, approvals_needed: 1 });
  await placeHold(
    pool,
    { id: randomUUID(), commissionId: ids[0]!, reason: 'risk', note: 'looks odd', by: wang },
    Date.now(),
  );
  await pool.query(`SELECT reduce_commissions('refund', $1, now(), now())`, [
    JSON.stringify([
      { id: ids[2], amount: 0, final: true },
      { id: ids[4], amount: 40, final: false },
    ]),
  ]);
  await decide(id, 'approve', li);
  await end(id);
  expect(await resultsOf(id)).toEqual({
    released: 3998,
    hold_risk: 1,
    reversed: 1,
    distributor_suspended: 3,
    awaiting_delivery: 2,
  });
  const part = await pool.query(
    'SELECT released_amount FROM release_items WHERE run_id = $1 AND commission_id = $2',
    [id, ids[4]],
  );
  expect(part.rows).toEqual([{ released_amount: 40 }]);
  expect(await balanceOf(pool, rich)).toEqual({ held: 300, available: 199_740, reserved: 0, debt: 0 });
  expect(await balanceOf(pool, indebted)).toEqual({ held: 0, available: 199_850, reserved: 0, debt: 0 });
  expect(await runOf(id)).toMatchObject({ state: 'done' });
});

test('two runs over the same commissions, proposed and approved at once, release each once', async () => {
  const distributors = await people(3);
  const { ids } = await addCommissions(pool, distributors, amounts(600));
  const selection = { dueBefore: '2026-06-01T00:00:00Z' };
  const [backwards, filtered] = await Promise.all([
    propose({ commissionIds: [...ids].reverse() }),
    propose(selection),
  ]);
  const runs = [backwards, filtered].filter(({ answer }) => answer === 'proposed');
  await Promise.all(runs.map(({ id }) => decide(id, 'approve', li)));
  await Promise.all(runs.map(({ id }) => end(id)));
  expect(await releasesOf(ids)).toBe(600);
  const { rows } = await pool.query(
    `SELECT commission_id FROM release_items WHERE commission_id = ANY ($1) AND state = 'released'
     GROUP BY 1 HAVING count(*) <> 1`,
    [ids],
  );
  expect(rows).toEqual([]);
});

test('a commission that waits in one run is left out of the next, until the first is rejected', async () => {
  const { ids } = await addCommissions(pool, await people(1), amounts(3));
  const first = await propose({ commissionIds: ids.slice(0, 2) });
  const second = await propose({ commissionIds: ids });
  expect(await resultsOf(second.id)).toEqual({ pending: 1, awaiting_release_run: 2 });
  expect((await propose({ commissionIds: ids })).answer).toBe('nothing_to_release');
  expect(await decide(first.id, 'reject', wang)).toBe('rejected');
  expect(await resultsOf(first.id)).toEqual({ run_rejected: 2 });
  const third = await propose({ commissionIds: ids.slice(0, 2) });
  expect(await resultsOf(third.id)).toEqual({ pending: 2 });
});

test('a run over an unknown commission is refused as a whole', async () => {
  const { ids } = await addCommissions(pool, await people(1), amounts(1));
  expect((await propose({ commissionIds: [...ids, 999_999_999] })).answer).toBe('commission_not_found');
  expect((await propose({ commissionIds: ids })).answer).toBe('proposed');
});

test('a run above the set amount is approved by a person other than its proposer', async () => {
  const { ids } = await addCommissions(pool, await people(1), [100_000_001]);
  const { id } = await propose({ commissionIds: ids });
  expect(await runOf(id)).toMatchObject({ approvals_needed: 2 });
  expect(await decide(id, 'approve', li)).toBe('second_person_needed');
  expect(await decide(id, 'approve', wang)).toBe('approved');
  await end(id);
  expect(await releasesOf(ids)).toBe(1);
});

test('approved and rejected by two people at once, a run has one decision', async () => {
  for (let round = 0; round < 4; round++) {
    const { ids } = await addCommissions(pool, await people(1), amounts(5));
    const { id } = await propose({ commissionIds: ids });
    const answers = await Promise.all([decide(id, 'approve', li), decide(id, 'reject', wang)]);
    expect(answers.filter((answer) => answer === 'release_decided')).toHaveLength(1);
    await end(id);
    expect(await releasesOf(ids)).toBe(answers.includes('approved') ? 5 : 0);
  }
});

test('a run whose worker is killed in the middle resumes, and nothing is released twice', async () => {
  const queue = { client: worker.client, taskQueue: `killed-${randomUUID()}` };
  const { child, exited } = await startWorkerProcess({
    databaseUrl: database.url,
    queues: [{ taskQueue: queue.taskQueue, settings: {} }],
  });
  const { ids } = await addCommissions(pool, await people(4), amounts(5000));
  const { id } = await propose({ commissionIds: ids }, queue);
  // The first commission of one distributor is kept locked, so that the run is caught with only the others done.
  const blocker = await pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM commissions WHERE id = $1 FOR UPDATE', [ids[0]]);
  await decide(id, 'approve', li, queue);
  await until(async () => (await releasesOf(ids)) === 3750);
  child.kill('SIGKILL');
  await exited;
  await blocker.query('ROLLBACK');
  blocker.release();
  const another = await startWorker(pool, testConfig(), queue.taskQueue);
  await end(id);
  await another.stop();
  expect(await resultsOf(id)).toEqual({ released: 5000 });
  expect(await releasesOf(ids)).toBe(5000);
}, 90_000);

test('a run whose workflow was lost goes on from the rows', async () => {
  const { ids } = await addCommissions(pool, await people(2), amounts(50));
  const { id } = await propose({ commissionIds: ids });
  await worker.client.workflow.getHandle(`release/${id}`).terminate('Temporal lost it');
  await pool.query(`UPDATE release_runs SET state = 'running' WHERE id = $1`, [id]);
  await worker.client.workflow.execute('release', {
    workflowId: `release/${id}`,
    args: [{ id, resume: true }],
    taskQueue: worker.taskQueue,
  });
  expect(await resultsOf(id)).toEqual({ released: 50 });
});

describe('a hold', () => {
  const hold = (commissionId: number, reason: 'risk' | 'finance' = 'risk', id = randomUUID() as string) =>
    codeOf(placeHold(pool, { id, commissionId, reason, note: 'n', by: li }, Date.now()));
  const unhold = (commissionId: number, decisionId = randomUUID() as string, reason?: 'risk') =>
    codeOf(liftHolds(pool, { decisionId, commissionId, reason, note: 'n', by: wang }, Date.now()));

  test('lifted as the last one of a due commission of an automatic plan releases it, once', async () => {
    const [distributor] = await people(1);
    const { ids } = await addCommissions(pool, [distributor!], [100], { automatic: true });
    await hold(ids[0]!);
    await hold(ids[0]!, 'finance');
    expect(await unhold(ids[0]!, randomUUID(), 'risk')).toEqual({ lifted: ['risk'], released: false });
    const decision = randomUUID();
    expect(await unhold(ids[0]!, decision)).toEqual({ lifted: ['finance'], released: true });
    expect(await unhold(ids[0]!, decision)).toEqual({ lifted: ['finance'], released: true });
    expect(await unhold(ids[0]!)).toBe('not_on_hold');
    expect(await balanceOf(pool, distributor!)).toMatchObject({ held: 0, available: 100 });
  });

  test('lifted from a commission that finance releases, or that is not due, releases nothing', async () => {
    const [distributor] = await people(1);
    const { ids: manual } = await addCommissions(pool, [distributor!], [100]);
    const { ids: early } = await addCommissions(pool, [distributor!], [100], {
      automatic: true,
      state: 'held',
    });
    for (const id of [...manual, ...early]) {
      await hold(id);
      expect(await unhold(id)).toEqual({ lifted: ['risk'], released: false });
    }
    expect(await balanceOf(pool, distributor!)).toMatchObject({ held: 200, available: 0 });
  });

  test('is placed once for each reason, and never on what was released', async () => {
    const { ids } = await addCommissions(pool, await people(1), [100, 100]);
    const id = randomUUID();
    expect(await hold(ids[0]!, 'risk', id)).toBeUndefined();
    expect(await hold(ids[0]!, 'risk', id)).toBeUndefined();
    expect(await hold(ids[0]!, 'risk')).toBe('already_on_hold');
    await pool.query(`SELECT release_commissions($1, now())`, [[ids[1]]]);
    expect(await hold(ids[1]!)).toBe('commission_settled');
  });
});
