import { randomUUID } from 'node:crypto';
import { type Answer, startApi, type TestApi } from '../../support/api';
import {
  addCommissions,
  addDistributor,
  addUser,
  balanceOf,
  credit,
  startWorker,
} from '../../support/payouts';

const settings = {
  TEMPORAL_TASK_QUEUE: `payouts-${randomUUID()}`,
  SECOND_APPROVAL_ABOVE: '100000',
};
let api: TestApi;
let worker: Awaited<ReturnType<typeof startWorker>>;
const keys: Record<string, string> = {};

beforeAll(async () => {
  api = await startApi(settings);
  worker = await startWorker(api.context.pool, api.context.config, settings.TEMPORAL_TASK_QUEUE);
  for (const role of ['admin', 'finance', 'compliance', 'distributor'] as const)
    keys[role] = await api.keyFor(role);
});
afterAll(async () => {
  await worker.stop();
  await api.stop();
});

const post = (path: string, body: object = {}, key = keys.finance, headers: Record<string, string> = {}) =>
  api.call('POST', path, { key, body, headers });
const get = (path: string, key = keys.finance, headers: Record<string, string> = {}) =>
  api.call('GET', path, { key, headers });
const code = ({ status, body }: Answer) => [status, body.type?.replace('/problems/', '')];

async function withdraw(amount: number, distributor?: string): Promise<Answer> {
  const distributorId = distributor ?? (await addDistributor(api.context.pool));
  if (!distributor) await credit(api.context.pool, distributorId, amount);
  return post('/v1/withdrawals', { distributorId, amount: { amount, currency: 'CNY' } });
}

test('a withdrawal goes from request over approval and payout file to paid, with a timeline', async () => {
  const { status, body: requested } = await withdraw(12_345);
  expect([status, requested.state]).toEqual([201, 'requested']);
  expect((await post(`/v1/withdrawals/${requested.id}/approve`, { note: 'ok' })).body.state).toBe('approved');
  const batch = await post('/v1/payout-batches', { currency: 'CNY' });
  expect(batch.body).toMatchObject({
    state: 'open',
    withdrawals: 1,
    total: { amount: 12_345, currency: 'CNY' },
  });
  const file = await get(`/v1/payout-batches/${batch.body.id}/file`);
  // With a tab, the account number is text in a spreadsheet, which would drop its last digits otherwise.
  expect(file.text).toBe(
    `"withdrawal_id","holder","bank","account","amount","currency"\r\n"${requested.id}","王小明","ICBC","6222020200112233445\t","123.45","CNY"\r\n`,
  );
  const bytes = await fetch(`${api.url}/v1/payout-batches/${batch.body.id}/file`, {
    headers: { Authorization: `Bearer ${keys.finance}` },
  });
  expect(Buffer.from(await bytes.arrayBuffer()).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  expect((await get(`/v1/payout-batches/${batch.body.id}/file`)).text).toBe(file.text);
  expect((await post(`/v1/payout-batches/${batch.body.id}/confirm`)).body).toMatchObject({
    state: 'settled',
    paid: 1,
  });
  const { body: paid } = await get(`/v1/withdrawals/${requested.id}`);
  expect(paid).toMatchObject({ state: 'paid', approvals: [{ note: 'ok' }] });
  expect(paid.timeline.map((line: { type: string }) => line.type)).toEqual([
    'requested',
    'approved',
    'paying',
    'paid',
  ]);
  expect(code(await post('/v1/payout-batches', { currency: 'CNY' }))).toEqual([409, 'nothing_to_pay']);
  expect((await get('/v1/payout-batches')).body.items).toHaveLength(1);
  expect((await get('/v1/withdrawals?state=paid')).body.items).toHaveLength(1);
});

test.each([
  ['a formula', '=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['a formula in full width', '＝1＋1', `"'＝1＋1"`],
  ['two rows', 'Wang\r\nLi,ICBC,1', '"Wang Li,ICBC,1"'],
])('a holder name like %s is harmless in the payout file', async (_name, holder, cell) => {
  const distributorId = await addDistributor(api.context.pool, { holder });
  await credit(api.context.pool, distributorId, 5000);
  const { body } = await withdraw(5000, distributorId);
  await post(`/v1/withdrawals/${body.id}/approve`);
  const batch = await post('/v1/payout-batches', { currency: 'CNY' });
  const { text } = await get(`/v1/payout-batches/${batch.body.id}/file`);
  expect(text).toContain(`,${cell},`);
  expect(text.trim().split(/\r|\n/).filter(Boolean)).toHaveLength(2);
});

test('a request repeated with its Idempotency-Key reserves once', async () => {
  const distributorId = await addDistributor(api.context.pool);
  await credit(api.context.pool, distributorId, 5000);
  const send = () =>
    post('/v1/withdrawals', { distributorId, amount: { amount: 2000, currency: 'CNY' } }, keys.finance, {
      'Idempotency-Key': 'once',
    });
  const answers = [await send(), await send()];
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect(answers[1]!.body.id).toBe(answers[0]!.body.id);
  expect(await balanceOf(api.context.pool, distributorId)).toMatchObject({ available: 3000, reserved: 2000 });
});

test('an approval after a rejection is answered with the decision that stands', async () => {
  const { body } = await withdraw(5000);
  await post(`/v1/withdrawals/${body.id}/reject`, { reason: 'unclear' });
  const late = await post(`/v1/withdrawals/${body.id}/approve`, {}, keys.admin);
  expect(code(late)).toEqual([409, 'withdrawal_decided']);
  expect(late.body.detail).toContain('rejected by test finance');
});

test('distributors withdraw, cancel and see only their own', async () => {
  const { pool } = api.context;
  const { rows } = await pool.query<{ distributor_id: string }>(
    `SELECT distributor_id FROM users WHERE role = 'distributor'`,
  );
  const own = rows[0]!.distributor_id;
  await pool.query(
    `UPDATE distributors SET bank_account_sealed = (SELECT bank_account_sealed FROM distributors WHERE id = $2) WHERE id = $1`,
    [own, await addDistributor(pool)],
  );
  await credit(pool, own, 5000);
  const { body: theirs } = await withdraw(5000);
  const key = keys.distributor;
  const amount = { amount: 2000, currency: 'CNY' };
  const { status, body } = await post('/v1/withdrawals', { distributorId: own, amount }, key);
  expect(status).toBe(201);
  expect(code(await post('/v1/withdrawals', { distributorId: theirs.distributorId, amount }, key))).toEqual([
    404,
    'not_found',
  ]);
  expect((await get('/v1/withdrawals', key)).body.items.map((item: { id: string }) => item.id)).toEqual([
    body.id,
  ]);
  expect(code(await get(`/v1/withdrawals/${theirs.id}`, key))).toEqual([404, 'not_found']);
  expect(code(await post(`/v1/withdrawals/${theirs.id}/cancel`, {}, key))).toEqual([404, 'not_found']);
  expect((await post(`/v1/withdrawals/${body.id}/cancel`, {}, key)).body.state).toBe('canceled');
  expect(code(await post(`/v1/withdrawals/${body.id}/approve`, {}, key))).toEqual([403, 'role_not_allowed']);
});

test('a release run is proposed by a filter, approved and done, with a result for each item, also as CSV', async () => {
  const { pool } = api.context;
  const distributorId = await addDistributor(pool);
  const { ids } = await addCommissions(pool, [distributorId], [100, 200, 300]);
  expect((await post(`/v1/commissions/${ids[1]}/hold`, { reason: 'risk', note: 'odd' })).status).toBe(201);
  const proposed = await post('/v1/commission-releases', {
    dueBefore: '2026-06-01T00:00:00+08:00',
    distributorId,
  });
  expect(proposed.status).toBe(201);
  expect(proposed.body).toMatchObject({
    state: 'proposed',
    items: 3,
    totals: [{ amount: 600, currency: 'CNY' }],
    progress: { pending: 3, released: 0, leftOut: 0 },
  });
  const { id } = proposed.body;
  expect((await post(`/v1/commission-releases/${id}/approve`)).status).toBe(200);
  await worker.client.workflow.getHandle(`release/${id}`).result();
  expect((await get(`/v1/commission-releases/${id}`)).body).toMatchObject({
    state: 'done',
    progress: { pending: 0, released: 2, leftOut: 1 },
    leftOutReasons: { hold_risk: 1 },
    releasedTotals: [{ amount: 400, currency: 'CNY' }],
  });
  const items = await get(`/v1/commission-releases/${id}/items?state=left_out`);
  expect(items.body.items).toMatchObject([
    { commissionId: String(ids[1]), reason: 'hold_risk', released: null },
  ]);
  const csv = await get(`/v1/commission-releases/${id}/items`, keys.finance, { Accept: 'text/csv' });
  expect(csv.text.trim().split('\n')).toHaveLength(4);
  expect((await post(`/v1/commissions/${ids[1]}/unhold`, { note: 'fine' })).body).toEqual({
    lifted: ['risk'],
    released: false,
  });
  expect((await get('/v1/commission-releases?state=done')).body.items).toHaveLength(1);
});

test('a withdrawal is the same one, with the same workflow, when its id is written in capital letters', async () => {
  const { body } = await withdraw(12_345);
  const inCapitals = `/v1/withdrawals/${body.id.toUpperCase()}`;
  expect((await post(`${inCapitals}/approve`)).body).toMatchObject({ id: body.id, state: 'approved' });
  const { rows } = await api.context.pool.query(
    'SELECT subject FROM approvals WHERE lower(subject) = $1 UNION SELECT subject FROM events WHERE lower(subject) = $1',
    [`withdrawal/${body.id}`],
  );
  expect(rows).toEqual([{ subject: `withdrawal/${body.id}` }]);
  expect((await worker.client.workflow.getHandle(`withdrawal/${body.id}`).describe()).status.name).toBe(
    'COMPLETED',
  );
});

test('a run above the set amount needs an approver other than its proposer', async () => {
  const { pool } = api.context;
  const { ids } = await addCommissions(pool, [await addDistributor(pool)], [100_001]);
  const { body } = await post('/v1/commission-releases', { commissionIds: ids.map(String) });
  expect(code(await post(`/v1/commission-releases/${body.id}/approve`))).toEqual([
    409,
    'second_person_needed',
  ]);
  // The same id, for the database and for everything else.
  expect(code(await post(`/v1/commission-releases/${body.id.toUpperCase()}/approve`))).toEqual([
    409,
    'second_person_needed',
  ]);
  expect((await post(`/v1/commission-releases/${body.id}/approve`, {}, keys.admin)).status).toBe(200);
  expect(code(await post('/v1/commission-releases', { commissionIds: [999_999_999] }))).toEqual([
    422,
    'commission_not_found',
  ]);
});

test('what a refusal is about is named by code, status and field', async () => {
  const { pool } = api.context;
  await addUser(pool, 'nobody');
  const distributorId = await addDistributor(pool);
  await credit(pool, distributorId, 5000);
  const ask = (amount: number, currency = 'CNY') =>
    post('/v1/withdrawals', { distributorId, amount: { amount, currency } });
  expect(code(await ask(5))).toEqual([422, 'below_minimum']);
  const tooMuch = await ask(6000);
  expect(code(tooMuch)).toEqual([409, 'insufficient_available']);
  expect(tooMuch.body.detail).toContain('50.00 CNY is available');
  expect(tooMuch.body.errors).toMatchObject([{ pointer: '/amount/amount' }]);
  expect(code(await ask(2000, 'USD'))).toEqual([422, 'currency_unknown']);
});
