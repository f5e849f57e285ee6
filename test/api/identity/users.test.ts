import { setTimeout as delay } from 'node:timers/promises';
import { inTransaction } from '../../../database/pool';
import { startApi, type TestApi } from '../../support/api';
import { makePerson, openBrowser, PASSWORD, signedIn } from '../../support/person';

let api: TestApi;
let admin: string;
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  admin = await api.keyFor('admin');
});
afterAll(() => api.stop());

const sql = (text: string, values: unknown[] = []) => api.context.pool.query(text, values);
const problem = (status: number, code: string) => ({ status, body: { type: `/problems/${code}` } });
const post = (path: string, body?: object, key = admin) => api.call('POST', path, { key, body });
const changeRole = (id: string, role: string, key = admin) =>
  post(`/v1/users/${id}/change-role`, { role, reason: 'moved to another team' }, key);

async function audits(userId: string): Promise<object[]> {
  const { rows } = await sql(
    `SELECT action, before, after, reason FROM audit_entries WHERE subject = $1 AND actor = 'test admin' ORDER BY id`,
    [`user/${userId}`],
  );
  return rows;
}

async function keyOf(userId: string, name = 'our shop'): Promise<string> {
  return (await post('/v1/keys', { userId, name, scopes: ['*'] })).body.key;
}

describe('another role', () => {
  test('counts at once, for keys too; sessions end, and the reason is in the audit trail once', async () => {
    const { id, email } = await makePerson(api, 'compliance');
    const [browser, key] = [await signedIn(api, email), await keyOf(id)];
    expect((await api.call('GET', '/v1/applications', { key })).status).toBe(200);
    const headers = { 'Idempotency-Key': 'role-1' };
    const body = { role: 'finance', reason: 'moved to another team' };
    const path = `/v1/users/${id}/change-role`;
    const first = await api.call('POST', path, { key: admin, body, headers });
    expect(first).toMatchObject({ status: 200, body: { id, role: 'finance' } });
    expect((await api.call('POST', path, { key: admin, body, headers })).body).toEqual(first.body);
    expect((await changeRole(id, 'finance')).status).toBe(200);

    expect((await api.call('GET', '/v1/applications', { key })).status).toBe(403);
    expect((await api.call('GET', '/v1/balances', { key })).status).toBe(200);
    expect(await browser.call('GET', '/v1/me')).toMatchObject(problem(401, 'session_ended'));
    const again = await signedIn(api, email);
    expect((await again.call('GET', '/v1/me')).body.user.role).toBe('finance');
    expect(await audits(id)).toEqual([
      {
        action: 'user.change_role',
        before: { role: 'compliance' },
        after: { role: 'finance' },
        reason: 'moved to another team',
      },
    ]);
  });

  test('needs a reason, and is one of staff', async () => {
    const { id } = await makePerson(api, 'operator');
    const refused = await post(`/v1/users/${id}/change-role`, { role: 'distributor' });
    expect(refused.status).toBe(422);
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/reason',
      '/role',
    ]);
    expect((await changeRole('01a20153-9024-75ed-882c-b2f9524ca828', 'finance')).status).toBe(404);
  });

  test("is nothing for a distributor's user, who could otherwise decide about their own money", async () => {
    const { id } = await makePerson(api, 'distributor');
    expect(await changeRole(id, 'finance')).toMatchObject(problem(409, 'user_of_distributor'));
  });

  test('is given by another admin only, and users cannot disable their own account', async () => {
    const { id, email } = await makePerson(api, 'admin');
    const browser = await signedIn(api, email);
    const own = (path: string, body: object) => browser.call('POST', `/v1/users/${id}/${path}`, { body });
    expect(await own('change-role', { role: 'finance', reason: 'x' })).toMatchObject(
      problem(409, 'own_account'),
    );
    expect(await own('disable', { reason: 'x' })).toMatchObject(problem(409, 'own_account'));
    const inCapitals = `/v1/users/${id.toUpperCase()}/disable`;
    expect(await browser.call('POST', inCapitals, { body: { reason: 'x' } })).toMatchObject(
      problem(409, 'own_account'),
    );
    expect((await browser.call('GET', '/v1/me')).body.user.role).toBe('admin');
  });
});

describe('the last admin', () => {
  test('stays one, also when two take the role from each other at once', async () => {
    const own = await startApi({ TRUST_PROXY: 'true' });
    const [a, b] = [await makePerson(own, 'admin'), await makePerson(own, 'admin')];
    const [asA, asB] = [await signedIn(own, a.email), await signedIn(own, b.email)];
    const body = { role: 'finance', reason: 'x' };
    const { pool } = own.context;
    // Both have been let in before either changes anything.
    const answers = await inTransaction(pool, async (client) => {
      await client.query('LOCK TABLE users IN EXCLUSIVE MODE');
      const both = [
        asA.call('POST', `/v1/users/${b.id}/change-role`, { body }),
        asB.call('POST', `/v1/users/${a.id}/change-role`, { body }),
      ];
      const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass";
      while ((await pool.query(waiting)).rowCount !== 2) await delay(10);
      return both;
    }).then((both) => Promise.all(both));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.type).toBe('/problems/last_admin');
    const { rows } = await pool.query("SELECT count(*)::int AS admins FROM users WHERE role = 'admin'");
    expect(rows).toEqual([{ admins: 1 }]);
    await own.stop();
  });

  test('is one who can sign in: an admin without password or key does not count', async () => {
    const own = await startApi({ TRUST_PROXY: 'true' });
    const key = await own.keyFor('admin');
    const { items } = (await own.call('GET', '/v1/keys', { key })).body;
    const revoke = () => own.call('DELETE', `/v1/keys/${items[0].id}`, { key });
    await makePerson(own, 'admin', null);
    expect(await revoke()).toMatchObject(problem(409, 'last_admin'));
    const { email } = await makePerson(own, 'admin');
    expect((await revoke()).status).toBe(200);
    const browser = await signedIn(own, email);
    expect((await browser.call('GET', '/v1/users')).status).toBe(200);
    await own.stop();
  });
});

describe('a user who was disabled', () => {
  test('is enabled again with password and keys, but without the sessions and links of before', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const [browser, key] = [await signedIn(api, email), await keyOf(id)];
    const { url } = (await post(`/v1/users/${id}/sign-in-link`)).body;
    const { cookie } = browser;
    expect((await post(`/v1/users/${id}/disable`, { reason: 'lost laptop' })).body.disabledAt).toEqual(
      expect.any(String),
    );
    expect((await api.call('GET', '/v1/products', { key })).status).toBe(401);

    expect((await post(`/v1/users/${id}/enable`, {})).status).toBe(422);
    const enabled = await post(`/v1/users/${id}/enable`, { reason: 'laptop found' });
    expect(enabled).toMatchObject({ status: 200, body: { disabledAt: null } });
    expect((await post(`/v1/users/${id}/enable`, { reason: 'again' })).status).toBe(200);
    expect((await api.call('GET', '/v1/products', { key })).status).toBe(200);
    browser.cookie = cookie;
    expect(await browser.call('GET', '/v1/me')).toMatchObject(problem(401, 'session_ended'));
    const body = { token: url.split('#')[1], password: 'slow clouds over the ridge' };
    expect(await openBrowser(api).call('POST', '/v1/sign-in-links/redeem', { body })).toMatchObject(
      problem(409, 'link_not_valid'),
    );
    const signIn = { email, password: PASSWORD };
    expect((await openBrowser(api).call('POST', '/v1/sign-in', { body: signIn })).status).toBe(200);
    expect(await audits(id)).toMatchObject([
      { action: 'user.make_sign_in_link' },
      { action: 'user.disable', reason: 'lost laptop' },
      { action: 'user.enable', reason: 'laptop found' },
    ]);
  });
});

test('the list of users says who has a second factor', async () => {
  const [withOne, without] = [await makePerson(api, 'finance'), await makePerson(api, 'finance')];
  await sql("UPDATE users SET totp_secret_sealed = 's', totp_confirmed_at = now() WHERE id = $1", [
    withOne.id,
  ]);
  await sql("UPDATE users SET totp_secret_sealed = 'begun' WHERE id = $1", [without.id]);
  const { items } = (await api.call('GET', '/v1/users?role=finance&limit=200', { key: admin })).body;
  const shown = (id: string) => items.find((one: { id: string }) => one.id === id).hasSecondFactor;
  expect([shown(withOne.id), shown(without.id)]).toEqual([true, false]);
});

test('the list of keys says whose each is, and finds them by name, mail address and state', async () => {
  const { id, email } = await makePerson(api, 'operator');
  await sql("UPDATE users SET name = 'Zhao Liu' WHERE id = $1", [id]);
  for (const name of ['one that works', 'one that has expired', 'one that is revoked']) await keyOf(id, name);
  await sql("UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE name = 'one that has expired'");
  const found = async (query: string): Promise<{ id: string; name: string; userName: string }[]> =>
    (await api.call('GET', `/v1/keys?${query}`, { key: admin })).body.items;
  const all = await found('user=zhao');
  expect(all.map(({ userName }) => userName)).toEqual(Array(3).fill('Zhao Liu'));
  const last = all.find(({ name }) => name === 'one that is revoked')!;
  const revoked = await api.call('DELETE', `/v1/keys/${last.id}`, { key: admin });
  expect(revoked.body).toMatchObject({ userName: 'Zhao Liu', revokedAt: expect.any(String) });
  for (const [state, name] of [
    ['active', 'one that works'],
    ['expired', 'one that has expired'],
    ['revoked', 'one that is revoked'],
  ]) {
    const items = await found(`user=${encodeURIComponent(email)}&state=${state}`);
    expect(items.map((one) => one.name)).toEqual([name]);
  }
  expect(await found('user=nobody-at-all')).toEqual([]);
});
