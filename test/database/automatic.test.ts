import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities';
import { automaticProcesses } from '../../database/automatic';
import type { Pool } from '../../database/pool';
import { subjectOf } from '../../domain/kinds';
import { activityContext, testConfig } from '../support/config';
import { openRows } from '../support/openRows';
import { addDistributor, addUser, credit, openDatabase } from '../support/payouts';
import { activatePlan } from '../support/platform';
import { restrict } from '../support/restrictions';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let li: Awaited<ReturnType<typeof addUser>>;
let steps: ReturnType<typeof createActivities>;
let rows: ReturnType<typeof openRows>;

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  li = await addUser(pool, 'Li');
  await activatePlan({ pool, userId: li.userId });
  const config = testConfig({ PAYOUT_METHOD: 'http', PAYOUT_HTTP_URL: 'http://127.0.0.1:1' });
  steps = createActivities(activityContext(pool, config));
  rows = openRows(pool, li);
});
afterAll(() => database.close());

const minute = 60_000;
const ago = (minutes: number) => Date.now() - minutes * minute;

/** What is found of a subject: how far it has come. */
async function found(subject: string, which: 'overdue' | 'all'): Promise<string | undefined> {
  for await (const page of automaticProcesses(pool, which)) {
    const one = page.find(({ kind, id }) => subjectOf(kind, id) === subject);
    if (one) return one.progress;
  }
  return undefined;
}
async function expectOverdue(subject: string, isOverdue: boolean): Promise<void> {
  expect((await found(subject, 'overdue')) !== undefined).toBe(isOverdue);
}
/** It is automatic in any case, so that a recovery asks for it, but overdue only in some. */
async function expectAutomatic(subject: string, isOverdue: boolean): Promise<void> {
  expect(await found(subject, 'all')).toBeDefined();
  await expectOverdue(subject, isOverdue);
}

test.each([
  ['ended three minutes ago', '-3 minutes', true],
  ['ended a minute ago', '-1 minute', false],
  ['has not ended', '3 days', false],
])('a return window that %s', async (_what, end, isOverdue) => {
  const { id } = await rows.order();
  await pool.query(
    `UPDATE order_lines SET state = 'delivered', delivered_at = now(), window_ends_at = now() + $2::interval
     WHERE order_id = $1`,
    [id, end],
  );
  await expectAutomatic(subjectOf('order', id), isOverdue);
});

test('an order that waits for its delivery takes no step automatically', async () => {
  const { id } = await rows.order();
  expect(await found(subjectOf('order', id), 'all')).toBeUndefined();
});

/** A withdrawal by provider that was approved. */
async function approved(minutesAgo: number): Promise<{ id: string; distributorId: string }> {
  const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
  await credit(pool, distributorId, 5000);
  await steps.requestWithdrawal({ id, distributorId, amount: 5000, currency: 'CNY', by: li }, ago(60));
  await steps.approveWithdrawal({ id, decisionId: randomUUID(), by: li }, ago(minutesAgo));
  return { id, distributorId };
}

test.each([
  [3, true],
  [1, false],
])(
  'a withdrawal by provider that was approved %d minutes ago and is not being paid',
  async (minutes, isOverdue) => {
    const { id } = await approved(minutes);
    await expectAutomatic(subjectOf('withdrawal', id), isOverdue);
  },
);

test.each([
  ['is open', null, false],
  ['was lifted five minutes ago, when the process may not have looked again', 5, false],
  ['was lifted twenty minutes ago', 20, true],
])('a withdrawal is not late while a suspension keeps it back: it %s', async (_what, lifted, isOverdue) => {
  const { id, distributorId } = await approved(50);
  const liftedAt = lifted === null ? null : new Date(ago(lifted));
  await restrict(pool, distributorId, { effect: 'suspended', lifted_at: liftedAt });
  await expectOverdue(subjectOf('withdrawal', id), isOverdue);
});

test.each([
  ['was marked three minutes ago and never sent', 3, null, true],
  ['was marked a minute ago', 1, null, false],
  ['was asked about five minutes ago', 30, '5 minutes', false],
  ['was not asked about for eighteen minutes', 30, '18 minutes', true],
])('a payout by provider that %s', async (_what, markedAgo, calledAgo, isOverdue) => {
  const { id } = await approved(40);
  await steps.startPayout(id, ago(markedAgo));
  await pool.query('UPDATE withdrawals SET provider_called_at = now() - $2::interval WHERE id = $1', [
    id,
    calledAgo,
  ]);
  await expectAutomatic(subjectOf('withdrawal', id), isOverdue);
});

test('each call of the provider is noted, also one that it does not answer', async () => {
  const { id } = await approved(40);
  await steps.startPayout(id, Date.now());
  const called = async () =>
    (await pool.query('SELECT provider_called_at AS at FROM withdrawals WHERE id = $1', [id])).rows[0].at;
  expect(await called()).toBeNull();
  expect(await steps.sendPayout(id)).toMatchObject({ status: 'unknown' });
  const sent = await called();
  expect(await steps.askPayout(id)).toMatchObject({ status: 'unknown' });
  expect((await called()) > sent).toBe(true);
});

test('a run that was approved is late until it ends, and its progress shows what it has left', async () => {
  const { id } = await rows.release();
  const subject = subjectOf('release', id);
  expect(await found(subject, 'all')).toBeUndefined();
  await steps.approveRelease({ id: String(id), decisionId: randomUUID(), by: li }, ago(3));
  expect(await found(subject, 'overdue')).toBe('approved 1 1');
  await pool.query(`UPDATE release_runs SET state = 'running' WHERE id = $1`, [id]);
  await pool.query('DELETE FROM release_waiting WHERE run_id = $1', [id]);
  expect(await found(subject, 'overdue')).toBe('running 0 1');
  await pool.query(`UPDATE release_runs SET state = 'done', finished_at = now() WHERE id = $1`, [id]);
  expect(await found(subject, 'all')).toBeUndefined();
});

async function application(state: string, submittedAgo: number): Promise<string> {
  const { id } = await rows.application();
  await pool.query('UPDATE applications SET state = $2 WHERE id = $1', [id, state]);
  await pool.query(
    `INSERT INTO events (subject, key, type, actor, occurred_at) VALUES ($1, 'submitted', 'submitted', 'applicant', $2)`,
    [`application/${id}`, new Date(ago(submittedAgo))],
  );
  return String(id);
}

test.each([
  [3, true],
  [1, false],
])('an application that was handed in %d minutes ago and is not checked', async (minutes, isOverdue) => {
  await expectAutomatic(subjectOf('application', await application('submitted', minutes)), isOverdue);
});

test.each([
  ['passed three minutes ago', '-3 minutes', true],
  ['has not passed', '3 days', false],
])('an application whose deadline for changes %s', async (_what, deadline, isOverdue) => {
  const id = await application('changes_requested', 60);
  await pool.query('UPDATE applications SET changes_deadline = now() + $2::interval WHERE id = $1', [
    id,
    deadline,
  ]);
  await expectAutomatic(subjectOf('application', id), isOverdue);
});

test('a decided application is late while nothing was tried to send the mail about it', async () => {
  const id = await application('approved', 60);
  const subject = subjectOf('application', id);
  await expectOverdue(subject, false);
  await pool.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body, created_at)
     VALUES ($1 || '/approved', $1, 'li@example.com', 'x', 'x', now() - interval '3 minutes')`,
    [subject],
  );
  await expectAutomatic(subject, true);
  await pool.query('UPDATE mails SET attempts = 1 WHERE subject_ref = $1', [subject]);
  await expectOverdue(subject, false);
});
