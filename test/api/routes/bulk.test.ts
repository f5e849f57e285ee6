import { randomUUID } from 'node:crypto';
import { hashKey } from '../../../api/identity/authentication';
import { openProcesses } from '../../../database/recovery';
import { bulkActionNames, bulkRights } from '../../../domain/bulk';
import { subjectOf } from '../../../domain/kinds';
import { endpoints, makeDistributor, startApi, startWorker, type TestApi } from '../../support/api';
import { expectSoundLedger } from '../../support/ledger';
import { addCommissions, credit, until } from '../../support/payouts';
import { startWorkerProcess } from '../../support/workerProcess';

let api: TestApi;
let finance: string;
let financeId: string;
const stops: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  api = await startApi();
  finance = await api.keyFor('finance');
  financeId = await userOf(finance);
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await api.stop();
});

async function userOf(key: string): Promise<string> {
  const { rows } = await api.context.pool.query('SELECT user_id FROM api_keys WHERE secret_hash = $1', [
    hashKey(key),
  ]);
  return rows[0].user_id;
}

/** Withdrawals of 100 that wait for approval. */
async function requested(count: number): Promise<string[]> {
  const { pool } = api.context;
  const distributor = await makeDistributor(api.context);
  await credit(pool, distributor, count * 100);
  const ids = Array.from({ length: count }, () => randomUUID());
  await pool.query(
    `INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed,
       bank_account_masked, bank_account_holder, bank_name, approvals_needed, requested_at)
     SELECT id, $2, 'requested', 'CNY', 100, 'file', '', '', '', '', 1, now() FROM unnest($1::uuid[]) AS t (id)`,
    [ids, distributor],
  );
  await pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
     SELECT 'withdrawal/' || id || '/reserve', 'available', 'reserved', $2, 'CNY', 100, id, now()
     FROM unnest($1::uuid[]) AS t (id)`,
    [ids, distributor],
  );
  return ids;
}

const start = (key: string, body: object) => api.call('POST', '/v1/bulk-actions', { key, body });
const progressOf = async (id: string) =>
  (await api.call('GET', `/v1/bulk-actions/${id}`, { key: finance })).body;
const results = async (id: string) =>
  (await api.call('GET', `/v1/bulk-actions/${id}/items?limit=200`, { key: finance })).body.items;

test('a bulk action asks for the same role and scope as the single call', async () => {
  for (const name of bulkActionNames) {
    const { roles, scope, single } = bulkRights[name];
    const endpoint = endpoints.find(({ method, path }) => method === 'post' && path === single)!;
    expect([name, endpoint.scope, [...endpoint.roles].sort()]).toEqual([name, scope, [...roles].sort()]);
  }
  const body = { action: 'withdrawals.approve', ids: [randomUUID()] };
  expect((await start(await api.keyFor('operator'), body)).body.type).toBe('/problems/role_not_allowed');
  const narrow = await api.keyFor('finance', ['bulk:write']);
  expect((await start(narrow, body)).body.type).toBe('/problems/scope_missing');
  expect((await start(finance, { ...body, ids: ['7'] })).body.errors[0].pointer).toBe('/ids/0');
});

test('fifty approvals whose worker is killed half-way: each is decided once, and a refusal does not stop the others', async () => {
  const { pool, config } = api.context;
  const ids = await requested(50);
  const [rejected, mine] = [ids.slice(10, 14), ids.slice(30, 33)];
  await pool.query(
    `SELECT settle_withdrawals((SELECT jsonb_agg(jsonb_build_object('id', id, 'state', 'rejected'))
       FROM unnest($1::uuid[]) AS t (id)), '{requested}', now())`,
    [rejected],
  );
  await pool.query('UPDATE withdrawals SET approvals_needed = 2 WHERE id = ANY ($1)', [mine]);
  await pool.query(
    `INSERT INTO approvals (subject, user_id) SELECT 'withdrawal/' || id, $2 FROM unnest($1::uuid[]) AS t (id)`,
    [mine, financeId],
  );

  const doomed = await startWorkerProcess({
    databaseUrl: config.DATABASE_URL,
    queues: [{ taskQueue: config.TEMPORAL_TASK_QUEUE, settings: {} }],
  });
  const unknown = randomUUID();
  const input = { note: 'end of month' };
  const { status, body } = await start(finance, {
    action: 'withdrawals.approve',
    ids: [...ids, unknown],
    input,
  });
  expect(status).toBe(202);
  await until(async () => (await progressOf(body.id)).progress.done >= 15);
  doomed.child.kill('SIGKILL');
  await doomed.exited;
  expect((await progressOf(body.id)).state).toBe('running');
  stops.push(await startWorker(api.context));
  await until(async () => (await progressOf(body.id)).state === 'done');

  const items: { id: string; state: string; code: string | null }[] = await results(body.id);
  const codes = new Map(items.map(({ id, code }) => [id, code]));
  expect(items).toHaveLength(51);
  expect(rejected.map((id) => codes.get(id))).toEqual(rejected.map(() => 'withdrawal_decided'));
  expect(mine.map((id) => codes.get(id))).toEqual(mine.map(() => 'second_person_needed'));
  expect(codes.get(unknown)).toBe('withdrawal_not_found');
  expect((await progressOf(body.id)).progress).toEqual({ pending: 0, done: 43, refused: 8 });

  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM withdrawals WHERE state = 'approved') AS approved,
       (SELECT count(*)::int FROM approvals WHERE note = 'end of month') AS approvals,
       (SELECT count(*)::int FROM events WHERE subject LIKE 'withdrawal/%' AND type = 'approved') AS events,
       (SELECT count(*)::int FROM audit_entries WHERE action = 'withdrawal.approve' AND actor_id = $1) AS audited`,
    [financeId],
  );
  expect(rows[0]).toEqual({ approved: 43, approvals: 43, events: 43, audited: 43 });
  await expectSoundLedger(pool);
}, 120_000);

test('what is left when the requesting user loses the right is refused, even after a recovery', async () => {
  const { pool } = api.context;
  const leaving = await api.keyFor('compliance');
  const { ids } = await addCommissions(pool, [await makeDistributor(api.context)], [100, 200]);
  const held = { action: 'commissions.hold', input: { reason: 'risk', note: 'pattern' } };
  const first = await start(leaving, { ...held, ids: [String(ids[0])] });
  await until(async () => {
    const { rows } = await pool.query('SELECT state FROM bulk_actions WHERE id = $1', [first.body.id]);
    return rows[0].state === 'done';
  });
  await stops.pop()!();
  const second = await start(leaving, { ...held, ids: [String(ids[1])] });
  const open: string[] = [];
  for await (const page of openProcesses(pool, 'bulk'))
    open.push(...page.map(({ kind, id }) => subjectOf(kind, id)));
  expect(open).toContain(`bulk/${second.body.id}`);
  expect(open).not.toContain(`bulk/${first.body.id}`);
  await pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [await userOf(leaving)]);
  stops.push(await startWorker(api.context));
  await until(async () => {
    const { rows } = await pool.query('SELECT state FROM bulk_actions WHERE id = $1', [second.body.id]);
    return rows[0].state === 'done';
  });
  const { rows } = await pool.query(
    'SELECT target, state, code FROM bulk_items WHERE target = ANY ($1) ORDER BY target::bigint',
    [ids.map(String)],
  );
  expect(rows).toEqual([
    { target: String(ids[0]), state: 'done', code: null },
    { target: String(ids[1]), state: 'refused', code: 'right_ended' },
  ]);
  expect((await pool.query('SELECT commission_id FROM restrictions')).rows).toEqual([
    { commission_id: ids[0] },
  ]);
}, 60_000);

test('only admins see the bulk action of another user', async () => {
  const { body } = await api.call('GET', '/v1/bulk-actions', { key: finance });
  const [{ id }] = body.items;
  const other = await api.keyFor('finance');
  expect((await api.call('GET', '/v1/bulk-actions', { key: other })).body.items).toEqual([]);
  for (const part of ['', '/items'])
    expect((await api.call('GET', `/v1/bulk-actions/${id}${part}`, { key: other })).status).toBe(404);
  const admin = await api.keyFor('admin');
  expect((await api.call('GET', `/v1/bulk-actions/${id}`, { key: admin })).status).toBe(200);
});
