import { setTimeout as delay } from 'node:timers/promises';
import { bootstrapAdmin } from '../../../api/identity/authentication';
import { createPool, inTransaction } from '../../../database/pool';
import { startApi, type TestApi } from '../../support/api';

let api: TestApi;
let admin: string;
beforeEach(async () => {
  api = await startApi();
  admin = await api.keyFor('admin');
});
afterEach(() => api.stop());

async function makeUser(role: string): Promise<string> {
  const body = { email: `${role}@example.com`, name: role, role };
  return (await api.call('POST', '/v1/users', { key: admin, body })).body.id;
}

const get = (key: string | undefined, path = '/v1/products') => api.call('GET', path, { key });

describe('a key', () => {
  test('is shown once, works, and is stored only as a hash', async () => {
    const userId = await makeUser('operator');
    const made = await api.call('POST', '/v1/keys', {
      key: admin,
      body: { userId, name: 'our shop', scopes: ['*'] },
    });
    const { key, id } = made.body;
    expect(key).toMatch(new RegExp(`^trib_${id}_[\\da-f]{64}$`));
    expect((await get(key)).status).toBe(200);
    const { body } = await api.call('GET', '/v1/keys', { key: admin });
    expect(JSON.stringify(body)).not.toContain(key);
    const { rows } = await api.context.pool.query('SELECT api_keys::text AS row FROM api_keys');
    expect(JSON.stringify(rows)).not.toContain(key.split('_')[2]);
    expect(api.logged.join('')).not.toContain(key);
  });

  test('stops working with the next request when it is revoked', async () => {
    const key = await api.keyFor('operator');
    const { body } = await api.call('GET', '/v1/keys?limit=200', { key: admin });
    const id = body.items.at(-1).id;
    expect((await get(key)).status).toBe(200);
    const before = Date.now();
    const revoked = await api.call('DELETE', `/v1/keys/${id}`, { key: admin });
    const revokedAt = Date.parse(revoked.body.revokedAt);
    expect([revokedAt >= before, revokedAt <= Date.now()]).toEqual([true, true]);
    expect((await get(key)).body).toMatchObject({ status: 401, detail: 'This API key has been revoked.' });
    expect((await api.call('DELETE', `/v1/keys/${id}`, { key: admin })).body).toEqual(revoked.body);
  });

  test('expires at the moment that was set, whatever the time zone of the database server', async () => {
    const { pool } = api.context;
    const { rows } = await pool.query('SELECT current_database() AS name');
    await pool.query(`ALTER DATABASE "${rows[0].name}" SET timezone = 'America/New_York'`);
    const elsewhere = createPool(pool.options.connectionString!, 1, () => {});
    const { rows: zone } = await elsewhere.query('SHOW timezone');
    await elsewhere.end();
    await pool.query(`ALTER DATABASE "${rows[0].name}" RESET timezone`);
    // Prisma writes moments without their offset.
    expect(zone).toEqual([{ TimeZone: 'UTC' }]);
    const expiresAt = '2126-12-01T00:00:00.000Z';
    const body = { userId: await makeUser('operator'), name: 'x', scopes: ['*'], expiresAt };
    const made = await api.call('POST', '/v1/keys', { key: admin, body });
    const { rows: kept } = await pool.query('SELECT expires_at AS at FROM api_keys WHERE id = $1', [
      made.body.id,
    ]);
    expect(kept[0].at.toISOString()).toBe(expiresAt);
  });

  test('stops working when it expires, and when its user is disabled', async () => {
    const userId = await makeUser('operator');
    const make = async (expiresAt?: string) =>
      api.call('POST', '/v1/keys', { key: admin, body: { userId, name: 'x', scopes: ['*'], expiresAt } });
    const soon = new Date(Date.now() + 60_000);
    const { key, id } = (await make(soon.toISOString())).body;
    expect((await get(key)).status).toBe(200);
    await api.context.pool.query("UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE id = $1", [
      id,
    ]);
    expect((await get(key)).body.detail).toBe('This API key has expired.');
    const other = (await make()).body.key;
    await api.call('POST', `/v1/users/${userId}/disable`, { key: admin });
    expect((await get(other)).body.detail).toBe('The user of this API key is disabled.');
    expect((await make()).body.type).toBe('/problems/user_disabled');
    expect((await make('2020-01-01T00:00:00Z')).status).toBe(409);
  });

  test('cannot have a scope that the role of its user does not reach', async () => {
    const userId = await makeUser('operator');
    const body = { userId, name: 'x', scopes: ['products:write', 'users:write'] };
    const answer = await api.call('POST', '/v1/keys', { key: admin, body });
    expect(answer.body).toMatchObject({
      type: '/problems/scope_not_for_role',
      errors: [{ pointer: '/scopes/1', detail: expect.stringContaining('users:write') }],
    });
    const { body: offered } = await api.call('GET', '/v1/key-scopes', { key: admin });
    for (const [role, scopes] of Object.entries<string[]>(offered)) {
      if (role === 'distributor') continue;
      const made = await api.call('POST', '/v1/keys', {
        key: admin,
        body: { userId: role === 'operator' ? userId : await makeUser(role), name: 'x', scopes },
      });
      expect([role, made.status, made.body.scopes]).toEqual([role, 201, scopes]);
    }
  });

  test('is not made again by a repeat of the request, which learns which key to revoke', async () => {
    const userId = await makeUser('operator');
    const request = {
      key: admin,
      body: { userId, name: 'x', scopes: ['*'] },
      headers: { 'Idempotency-Key': 'k1' },
    };
    const first = await api.call('POST', '/v1/keys', request);
    const repeat = await api.call('POST', '/v1/keys', request);
    expect(repeat.body).toMatchObject({
      type: '/problems/key_already_made',
      detail: expect.stringContaining(first.body.id),
    });
    const { rows } = await api.context.pool.query('SELECT body::text FROM idempotency_keys');
    expect(JSON.stringify(rows)).not.toContain(first.body.key);
  });
});

describe('the last access cannot be removed', () => {
  test('the last admin key cannot be revoked, nor its user disabled, also not by two at once', async () => {
    const second = await api.keyFor('admin');
    const { body } = await api.call('GET', '/v1/users?role=admin', { key: admin });
    const [a, b] = body.items;
    // Both have been let in before either changes anything.
    const { pool } = api.context;
    const answers = await inTransaction(pool, async (client) => {
      await client.query('LOCK TABLE users IN EXCLUSIVE MODE');
      const both = [
        api.call('POST', `/v1/users/${b.id}/disable`, { key: admin }),
        api.call('POST', `/v1/users/${a.id}/disable`, { key: second }),
      ];
      const waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'users'::regclass";
      while ((await pool.query(waiting)).rowCount !== 2) await delay(10);
      return both;
    }).then((both) => Promise.all(both));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const survivor = answers[0]!.status === 200 ? admin : second;
    const { items } = (await api.call('GET', '/v1/keys', { key: survivor })).body;
    const statuses = [];
    for (const { id } of items)
      statuses.push((await api.call('DELETE', `/v1/keys/${id}`, { key: survivor })).status);
    expect(statuses.sort()).toEqual([200, 409]);
    expect((await get(survivor)).status).toBe(200);
  });
});

describe('BOOTSTRAP_ADMIN_KEY', () => {
  const text = 'the first key of a new system';

  test('makes one admin, however many processes start at once, and only while no key exists', async () => {
    const { pool } = api.context;
    expect(await bootstrapAdmin(pool, text)).toBe(false);
    await pool.query('DELETE FROM api_keys');
    const made = await Promise.all(Array.from({ length: 6 }, () => bootstrapAdmin(pool, text)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect((await get(text, '/v1/users')).body.items).toMatchObject([
      {},
      { name: 'bootstrap admin', role: 'admin' },
    ]);
    await pool.query("UPDATE api_keys SET revoked_at = now() WHERE id = 'bootstrap'");
    expect(await bootstrapAdmin(pool, text)).toBe(false);
  });
});

describe('too many requests', () => {
  test('of one key are refused until the minute has passed, while other keys go on', async () => {
    const limited = await startApi({ API_RATE_LIMIT: '3' });
    try {
      const [one, other] = [await limited.keyFor('admin'), await limited.keyFor('admin')];
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await limited.call('GET', '/v1/products', { key: one }));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
      expect(Number(answers[3]!.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await limited.call('GET', '/v1/products', { key: other })).status).toBe(200);
    } finally {
      await limited.stop();
    }
  });

  test('with wrong keys are refused by address, while right keys from there go on', async () => {
    const statuses = [];
    for (let i = 0; i < 61; i++) statuses.push((await get(`wrong-${i}`)).status);
    expect([statuses[0], statuses[59], statuses[60]]).toEqual([401, 401, 429]);
    expect((await get(admin)).status).toBe(200);
  });
});
