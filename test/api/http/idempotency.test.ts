import { idempotencyKey } from '../../../api/http/idempotency';
import { startApi, type TestApi } from '../../support/api';

let api: TestApi;
let admin: string;
beforeAll(async () => {
  api = await startApi();
  admin = await api.keyFor('admin');
});
afterAll(() => api.stop());

let count = 0;
const newKey = () => `key-${++count}`;
const user = (name: string) => ({ email: `${name}@example.com`, name, role: 'finance' });
const terms = { levels: [{ default: { rateBp: 500 } }] };
const post = (path: string, body: unknown, key: string, as = admin) =>
  api.call('POST', path, { key: as, body, headers: { 'Idempotency-Key': key } });

test('a repeat gets the very same answer, and nothing happens a second time', async () => {
  const key = newKey();
  const first = await post('/v1/users', user('anna'), key);
  const again = await post('/v1/users', user('anna'), key);
  expect([again.status, again.text]).toEqual([first.status, first.text]);
  expect([first, again].map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true']);
  const audit = await api.call('GET', `/v1/audit?subject=user/${first.body.id}`, { key: admin });
  expect(audit.body.items).toHaveLength(1);
});

test('a repeat may write the same body differently', async () => {
  const key = newKey();
  const first = await post('/v1/users', '{"name":"bo","email":"bo@example.com","role":"finance"}', key);
  const again = await post(
    '/v1/users',
    '{ "role": "finance", "email": "bo@example.com", "name": "bo" }',
    key,
  );
  expect([again.status, again.text]).toEqual([201, first.text]);
});

test('the key of another body or address is refused', async () => {
  const key = newKey();
  await post('/v1/users', user('carl'), key);
  for (const [path, body] of [
    ['/v1/users', user('dora')],
    ['/v1/commission-plans', user('carl')],
  ] as const) {
    const answer = await post(path, path === '/v1/users' ? body : { name: 'x', terms }, key);
    expect([answer.status, answer.body.type]).toEqual([409, '/problems/idempotency_key_reused']);
  }
});

test('the same key of two users are two keys', async () => {
  const key = newKey();
  const other = await api.keyFor('admin');
  expect((await post('/v1/commission-plans', { name: 'a', terms }, key)).status).toBe(201);
  expect((await post('/v1/commission-plans', { name: 'b', terms }, key, other)).status).toBe(201);
});

test.each([
  ['/v1/users', () => user('emil'), "SELECT 1 FROM users WHERE name = 'emil'"],
  [
    '/v1/commission-plans',
    () => ({ name: 'many', terms }),
    "SELECT 1 FROM commission_plans WHERE name = 'many'",
  ],
])('ten repeats at once of POST %s make one record and get one answer', async (path, body, sql) => {
  const key = newKey();
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, body(), key)));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]!.status).toBe(201);
  expect((await api.context.pool.query(sql)).rowCount).toBe(1);
});

test.each([
  ['/v1/users', () => user('fred'), "SELECT 1 FROM users WHERE name = 'fred'"],
  [
    '/v1/commission-plans',
    () => ({ name: 'lost', terms }),
    "SELECT 1 FROM commission_plans WHERE name = 'lost'",
  ],
])(
  'after a crash between the work and the answer, a repeat of POST %s finds what was made',
  async (path, body, sql) => {
    const key = newKey();
    const first = await post(path, body(), key);
    // What a process that died just before noting its answer leaves behind.
    await api.context.pool.query('UPDATE idempotency_keys SET status = NULL, body = NULL WHERE key = $1', [
      key,
    ]);
    const again = await post(path, body(), key);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await api.context.pool.query(sql)).rowCount).toBe(1);
  },
);

test('a refusal is final for its key: a repeat gets the same answer', async () => {
  const key = newKey();
  const taken = user('gus');
  await post('/v1/users', taken, newKey());
  const refused = await post('/v1/users', { ...taken, name: 'gus2' }, key);
  expect(refused.body.type).toBe('/problems/email_taken');
  await api.context.pool.query("UPDATE users SET email = 'moved@example.com' WHERE name = 'gus'");
  expect((await post('/v1/users', { ...taken, name: 'gus2' }, key)).text).toBe(refused.text);
  expect((await post('/v1/users', { ...taken, name: 'gus2' }, newKey())).status).toBe(201);
});

test('what was not found, and what the schema refuses, may be tried again under its key', async () => {
  const key = newKey();
  const { body: plan } = await post('/v1/commission-plans', { name: 'later', terms }, newKey());
  const next = `/v1/commission-plans/${plan.id + 1}/activate`;
  expect((await post(next, {}, key)).status).toBe(404);
  await post('/v1/commission-plans', { name: 'now', terms }, newKey());
  expect((await post(next, {}, key)).status).toBe(200);
  const fixed = newKey();
  expect((await post('/v1/users', { name: 'x' }, fixed)).status).toBe(422);
  expect((await post('/v1/users', user('hanna'), fixed)).status).toBe(201);
});

test('without a key every request is a new one', async () => {
  const make = () => api.call('POST', '/v1/commission-plans', { key: admin, body: { name: 'x', terms } });
  expect((await make()).body.id).not.toBe((await make()).body.id);
});

test.each(['', ' ', 'é', 'x'.repeat(256)])('%j is no Idempotency-Key', (key) => {
  const req = { get: () => key } as unknown as Parameters<typeof idempotencyKey>[0];
  expect(() => idempotencyKey(req)).toThrow('1 to 255');
});
