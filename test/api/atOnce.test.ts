import type { Request } from 'express';
import { Secret, TOTP } from 'otpauth';
import { releaseKeptBackBatch } from '../../activities/release';
import { startSession } from '../../api/identity/sessions';
import type { Client } from '../../database/pool';
import { startApi, type TestApi } from '../support/api';
import { eventually } from '../support/eventually';
import { addCommissions, addDistributor } from '../support/payouts';
import { makePerson, PASSWORD, signedIn } from '../support/person';

let api: TestApi;
let admin: string;
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  admin = await api.keyFor('admin');
});
afterAll(() => api.stop());

const sql = (text: string, values: unknown[] = []) => api.context.pool.query(text, values);
const post = (path: string, body?: object) => api.call('POST', path, { key: admin, body });

/**
 * Begins a transaction, like a step that is under way, and makes a call beside it. The transaction goes on
 * when the call is answered or waits for it.
 */
async function beside<T>(
  begun: (client: Client) => Promise<unknown>,
  call: () => Promise<T>,
  goesOn: (client: Client) => Promise<unknown> = async () => {},
): Promise<T> {
  const client = await api.context.pool.connect();
  try {
    await client.query('BEGIN');
    await begun(client);
    let isAnswered = false;
    const answer = call().finally(() => {
      isAnswered = true;
    });
    await eventually('an answer or a wait', async () => isAnswered || (await somebodyWaits()));
    await goesOn(client);
    await client.query('COMMIT');
    return await answer;
  } finally {
    client.release();
  }
}

async function somebodyWaits(): Promise<boolean> {
  const { rowCount } = await sql(
    `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rowCount !== 0;
}

test('a commission that falls due while its distributor is reinstated is released by one of the two', async () => {
  const distributorId = await addDistributor(api.context.pool);
  const { ids } = await addCommissions(api.context.pool, [distributorId], [500], {
    state: 'held',
    automatic: true,
  });
  await sql(
    `UPDATE order_lines SET state = 'closed', window_ends_at = now() WHERE order_id IN (SELECT order_id FROM commissions WHERE id = ANY ($1))`,
    [ids],
  );
  const suspension = await post(`/v1/distributors/${distributorId}/suspend`, {
    reason: 'papers are missing',
  });
  expect(suspension.status).toBe(200);
  const { status } = await beside(
    async (client) => {
      // The end of a window: it finds the distributor suspended, and leaves the commission due.
      const { rows } = await client.query(`SELECT obstacle FROM release_commissions($1, now())`, [ids]);
      expect(rows).toEqual([{ obstacle: 'distributor_suspended' }]);
      await client.query(`UPDATE commissions SET state = 'due', due_at = now() WHERE id = ANY ($1)`, [ids]);
    },
    () => post(`/v1/distributors/${distributorId}/reinstate`, { reason: 'papers are in order' }),
  );
  expect(status).toBe(200);
  // The reinstatement waited for it, and made a run that releases it.
  const { rows: runs } = await sql(
    `SELECT id, state FROM release_runs WHERE filter ->> 'distributorId' = $1`,
    [distributorId],
  );
  expect(runs).toEqual([{ id: expect.any(String), state: 'approved' }]);
  await releaseKeptBackBatch(api.context.pool, {
    runId: runs[0].id,
    distributorId,
    after: 0,
    now: Date.now(),
  });
  const { rows } = await sql('SELECT state FROM commissions WHERE id = ANY ($1)', [ids]);
  expect(rows).toEqual([{ state: 'released' }]);
});

test('a session that begins while its user is disabled ends with the others', async () => {
  const { id } = await makePerson(api, 'finance');
  const sessionId = crypto.randomUUID();
  const req = { get: () => undefined } as unknown as Request;
  const { status } = await beside(
    (client) =>
      startSession(client, {
        config: api.context.config,
        req,
        id: sessionId,
        userId: id,
        secondFactor: false,
      }),
    () => post(`/v1/users/${id}/disable`, {}),
  );
  expect(status).toBe(200);
  const { rows } = await sql('SELECT ended_at IS NOT NULL AS ended FROM sessions WHERE id = $1', [sessionId]);
  expect(rows).toEqual([{ ended: true }]);
});

test('keys that are revoked at once are all revoked', async () => {
  const { id: userId } = await makePerson(api, 'operator');
  for (let round = 0; round < 5; round++) {
    const keys = await Promise.all(
      Array.from({ length: 4 }, () => post('/v1/keys', { userId, name: 'till', scopes: ['*'] })),
    );
    const revoked = await Promise.all(
      keys.map(({ body }) => api.call('DELETE', `/v1/keys/${body.id}`, { key: admin })),
    );
    expect(revoked.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  }
});

test('a recovery code that is used while the second factor is removed counts once', async () => {
  const { id, email } = await makePerson(api, 'compliance');
  const browser = await signedIn(api, email);
  const { secret } = (await browser.call('POST', '/v1/me/second-factor')).body;
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
  const { recoveryCodes } = (await browser.call('POST', '/v1/me/second-factor/confirm', { body: { code } }))
    .body;
  const { status } = await beside(
    (client) => client.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]),
    () =>
      browser.call('POST', '/v1/me/second-factor/disable', {
        body: { password: PASSWORD, code: recoveryCodes[0] },
      }),
    // A sign-in with the same code, which has locked the user first.
    (client) => client.query('UPDATE recovery_codes SET used_at = now() WHERE user_id = $1', [id]),
  );
  expect(status).toBe(401);
});

test('a change that the database aborts because of a deadlock can be retried', async () => {
  const { id } = await makePerson(api, 'finance');
  const disable = () => post(`/v1/users/${id}/disable`, {});
  const given = await beside(
    async (client) => {
      // It is the other one that looks for the circle first.
      await client.query(`SET LOCAL deadlock_timeout = '1min'`);
      await client.query('LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE');
    },
    disable,
    (client) => client.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]),
  );
  expect([given.status, given.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await disable()).status).toBe(200);
});
