import { randomUUID } from 'node:crypto';
import { recover } from '../../cli/recover';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import { subjectOf } from '../../domain/kinds';
import { type Sender, send } from '../../temporal/messages';
import {
  approveAccountChange,
  cancelAccountChange,
  confirmAccountChange,
  rejectAccountChange,
  requestAccountChange,
} from '../../workflows/accountChange';
import { personNumbers } from '../support/applications';
import {
  addDistributor,
  addUser,
  codeOf,
  openDatabase,
  startWorker,
  testConfig,
  until,
} from '../support/payouts';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let li: Actor & { userId: string };
let wang: Actor & { userId: string };
let worker: Awaited<ReturnType<typeof startWorker>>;
const sealer = createSealer(testConfig());

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  [li, wang] = [await addUser(pool, 'Li'), await addUser(pool, 'Wang')];
  worker = await startWorker(pool, testConfig({ ACCOUNT_CHANGE_WAITING: '2s' }));
});
afterAll(async () => {
  await worker.stop();
  await database.close();
});

const sender = (): Sender => ({
  taskQueue: worker.taskQueue,
  call: (work) => work(worker.client.workflow),
});

interface Case {
  id: string;
  distributorId: string;
  number: string;
}

async function requested(): Promise<Case> {
  const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
  const number = personNumbers().bankAccount;
  const bankAccount = { ...sealer.protect('bank_account', number), holder: '王小明', bankName: 'CMB' };
  const change = { field: 'bank_account' as const, bankAccount };
  const args = [{ id, distributorId, change, by: li }] satisfies [object];
  const message = { kind: 'account_change', id, update: requestAccountChange, args, messageId: id } as const;
  await send(sender(), { ...message, resume: false });
  // The same message again, as after a lost answer, also in a later run.
  await send(sender(), { ...message, messageId: randomUUID() });
  return { id, distributorId, number };
}

const decide = (
  update: typeof approveAccountChange,
  { id }: Case,
  by: Actor = li,
  decisionId: string = randomUUID(),
) =>
  send(sender(), {
    kind: 'account_change',
    id,
    update,
    args: [{ id, decisionId, by, text: 'because' }],
    messageId: randomUUID(),
  });

const end = ({ id }: Case) => worker.client.workflow.getHandle(subjectOf('account_change', id)).result();
const lose = ({ id }: Case) =>
  worker.client.workflow.getHandle(subjectOf('account_change', id)).terminate('lost');

async function rowOf({ id }: Case) {
  const { rows } = await pool.query('SELECT * FROM account_changes WHERE id = $1', [id]);
  return rows[0];
}
async function accountOf({ distributorId }: Case): Promise<string> {
  const { rows } = await pool.query('SELECT bank_account_sealed AS sealed FROM distributors WHERE id = $1', [
    distributorId,
  ]);
  return sealer.open(rows[0].sealed);
}
async function eventsOf({ id }: Case): Promise<string[]> {
  const { rows } = await pool.query('SELECT type FROM events WHERE subject = $1 ORDER BY recorded_at', [
    subjectOf('account_change', id),
  ]);
  return rows.map(({ type }) => type);
}

test('a lost workflow is started again from the row in each state, and the change takes effect once', async () => {
  const change = await requested();
  await lose(change);
  await recover({ ...worker, pool });
  await decide(approveAccountChange, change);
  await lose(change);
  await recover({ ...worker, pool });
  await decide(confirmAccountChange, change, wang);
  await lose(change);
  // The list of running workflows may show the lost one for a moment.
  await until(async () => (await recover({ ...worker, pool })).get('account_change')!.started === 1);
  await end(change);
  expect(await accountOf(change)).toBe(change.number);
  expect(await eventsOf(change)).toEqual(['account_change.requested', 'approved', 'confirmed', 'in_effect']);
});

test('a repeated decision counts once, in the same run and in a later one', async () => {
  const change = await requested();
  const decision = randomUUID();
  await decide(approveAccountChange, change, li, decision);
  expect(await decide(approveAccountChange, change, li, decision)).toMatchObject({ state: 'approved' });
  expect(await codeOf(decide(confirmAccountChange, change, li))).toBe('second_person_needed');
  const confirmation = randomUUID();
  await decide(confirmAccountChange, change, wang, confirmation);
  await end(change);
  expect(await decide(confirmAccountChange, change, wang, confirmation)).toMatchObject({
    state: 'in_effect',
  });
  expect(await codeOf(decide(cancelAccountChange, change))).toBe('account_change_decided');
  expect(await accountOf(change)).toBe(change.number);
});

test('of a confirmation, a rejection and a cancellation at once, the account says which won', async () => {
  const changes = await Promise.all(Array.from({ length: 8 }, requested));
  await Promise.all(changes.map((change) => decide(approveAccountChange, change)));
  await Promise.all(
    changes.flatMap((change) => [
      codeOf(decide(confirmAccountChange, change, wang)),
      codeOf(decide(rejectAccountChange, change)),
      codeOf(decide(cancelAccountChange, change)),
    ]),
  );
  for (const change of changes) {
    await end(change);
    const { state, ended_at } = await rowOf(change);
    expect(['rejected', 'canceled']).toContain(state);
    expect(ended_at).not.toBeNull();
    expect(await accountOf(change)).toBe('6222020200112233445');
    expect((await eventsOf(change)).filter((type) => ['rejected', 'canceled'].includes(type))).toEqual([
      state,
    ]);
  }
});

test('a change that is canceled in the waiting period does not take effect when that is over', async () => {
  const change = await requested();
  await decide(approveAccountChange, change);
  await decide(confirmAccountChange, change, wang);
  await decide(cancelAccountChange, change);
  await end(change);
  const { effective_at } = await rowOf(change);
  await until(async () => Date.now() > effective_at.getTime());
  await recover({ ...worker, pool });
  expect(await rowOf(change)).toMatchObject({ state: 'canceled' });
  expect(await accountOf(change)).toBe('6222020200112233445');
});

test('a change that has ended in its row is not applied by a workflow that does not know it', async () => {
  const change = await requested();
  await decide(approveAccountChange, change);
  await decide(confirmAccountChange, change, wang);
  // Changed behind the back of the workflow, as by a step whose answer was lost.
  await pool.query(`UPDATE account_changes SET state = 'canceled', ended_at = now() WHERE id = $1`, [
    change.id,
  ]);
  await end(change);
  expect(await accountOf(change)).toBe('6222020200112233445');
  expect(await eventsOf(change)).not.toContain('in_effect');
});

test('the database lets one change of a field be open, and none end without a time', async () => {
  const change = await requested();
  const copy = `INSERT INTO account_changes SELECT (jsonb_populate_record(NULL::account_changes,
    to_jsonb(c) || jsonb_build_object('id', gen_random_uuid()))).* FROM account_changes c WHERE id = $1`;
  await expect(pool.query(copy, [change.id])).rejects.toThrow('account_changes_open');
  await expect(
    pool.query(`UPDATE account_changes SET state = 'canceled' WHERE id = $1`, [change.id]),
  ).rejects.toThrow('check constraint');
  await expect(
    pool.query(`UPDATE account_changes SET state = 'confirmed' WHERE id = $1`, [change.id]),
  ).rejects.toThrow('check constraint');
  await decide(cancelAccountChange, change);
});

test('after the retention period the numbers that are not in effect are erased', async () => {
  const [effective, canceled] = [await requested(), await requested()];
  await decide(approveAccountChange, effective);
  await decide(confirmAccountChange, effective, wang);
  await decide(cancelAccountChange, canceled);
  await Promise.all([end(effective), end(canceled)]);
  await pool.query(`UPDATE account_changes SET ended_at = now() - interval '366 days' WHERE id = ANY ($1)`, [
    [effective.id, canceled.id],
  ]);
  await worker.client.workflow.execute('housekeeping', {
    workflowId: `housekeeping-${randomUUID()}`,
    taskQueue: worker.taskQueue,
    args: [],
  });
  expect(await rowOf(canceled)).toMatchObject({
    state: 'canceled',
    old_sealed: '',
    new_value: '',
    new_sealed: '',
    new_hash: null,
    new_holder: '',
  });
  const kept = await rowOf(effective);
  expect([kept.old_value, kept.old_sealed, kept.old_holder]).toEqual(['', '', '']);
  expect(sealer.open(kept.new_sealed)).toBe(effective.number);
  expect(await accountOf(effective)).toBe(effective.number);
});
