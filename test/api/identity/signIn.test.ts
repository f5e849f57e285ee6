import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TOTP } from 'otpauth';
import { v7 as uuidv7 } from 'uuid';
import { createActivities } from '../../../activities';
import { hashPassword, isPassword } from '../../../api/identity/passwords';
import { signInPage } from '../../../database/links';
import { inTransaction } from '../../../database/pool';
import { createSealer } from '../../../database/sealing';
import { firstSignInLink } from '../../../database/signInLinks';
import { startApi, type TestApi } from '../../support/api';
import { personNumbers, personSubmission } from '../../support/applications';
import { activityContext } from '../../support/config';
import { makePerson, openBrowser, PASSWORD, signedIn } from '../../support/person';
import { startSmtp, type TestSmtp } from '../../support/smtp';

const NEW_PASSWORD = 'slow clouds over the ridge';

let api: TestApi;
let admin: string;
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true', TEMPORAL_UI_URL: 'http://temporal.test' });
  admin = await api.keyFor('admin');
});
afterAll(() => api.stop());

const sql = (text: string, values: unknown[] = []) => api.context.pool.query(text, values);

async function audits(userId: string): Promise<string[]> {
  const { rows } = await sql('SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id', [
    `user/${userId}`,
  ]);
  return rows.map(({ action }) => action);
}

const problem = (status: number, code: string) => ({ status, body: { type: `/problems/${code}` } });

/** Sets up a second factor and lets 30 seconds pass. */
async function withSecondFactor(
  email: string,
  id: string,
  password = PASSWORD,
): Promise<{ totp: TOTP; recoveryCodes: string[] }> {
  const browser = await signedIn(api, email, password);
  const { body } = await browser.call('POST', '/v1/me/second-factor');
  const totp = new TOTP({ secret: body.secret });
  const confirmed = await browser.call('POST', '/v1/me/second-factor/confirm', {
    body: { code: totp.generate() },
  });
  expect(confirmed.status).toBe(200);
  await sql('UPDATE users SET totp_last_step = totp_last_step - 2 WHERE id = $1', [id]);
  return { totp, recoveryCodes: confirmed.body.recoveryCodes };
}

describe('a session', () => {
  test('begins with the password, says who one is and what one may do, and ends with the sign-out', async () => {
    const { id, email } = await makePerson(api, 'finance');
    const browser = openBrowser(api);
    const body = { email: email.toUpperCase(), password: PASSWORD };
    const answer = await browser.call('POST', '/v1/sign-in', { body });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        user: { id, email, role: 'finance', distributorId: null, hasSecondFactor: false, locale: 'zh-CN' },
        brand: {
          name: 'Tributary',
          timeZone: 'Asia/Shanghai',
          currency: 'CNY',
          withdrawalMinimum: 1000,
          shopReferralUrl: null,
        },
        temporalUiUrl: 'http://temporal.test',
      },
    });
    expect(answer.body.scopes).toEqual(expect.arrayContaining(['me:write', 'withdrawals:approve']));
    expect(answer.body.scopes).not.toContain('users:write');
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^tributary_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    expect((await browser.call('GET', '/v1/me')).body).toEqual(answer.body);
    expect((await browser.call('GET', '/v1/users')).status).toBe(403);
    const token = browser.cookie;
    expect((await browser.call('POST', '/v1/sign-out')).status).toBe(204);
    expect(browser.cookie).toBeUndefined();
    browser.cookie = token;
    expect(await browser.call('GET', '/v1/me')).toMatchObject(problem(401, 'session_ended'));
    expect(await audits(id)).toEqual(['user.sign_in', 'user.sign_out']);
    expect(JSON.stringify((await sql('SELECT sessions::text FROM sessions')).rows)).not.toContain(
      token?.split('=')[1],
    );
  });

  test.each([
    ['after an hour without use', "last_seen_at = now() - interval '61 minutes'"],
    ['after twelve hours, however busy', "created_at = now() - interval '12 hours 1 second'"],
  ])('ends %s', async (_when, change) => {
    const { id, email } = await makePerson(api, 'operator');
    const browser = await signedIn(api, email);
    expect((await browser.call('GET', '/v1/me')).status).toBe(200);
    await sql(`UPDATE sessions SET ${change} WHERE user_id = $1`, [id]);
    const answer = await browser.call('GET', '/v1/me');
    expect(answer).toMatchObject(problem(401, 'session_ended'));
    // A late refusal must not remove the cookie of a user who has signed in again meanwhile.
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('is not kept open by what a page reads automatically while it is not in use', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const browser = await signedIn(api, email);
    const idle = "UPDATE sessions SET last_seen_at = now() - interval '59 minutes' WHERE user_id = $1";
    const seenWithin = async (minutes: number) =>
      (
        await sql(
          `SELECT last_seen_at > now() - $2 * interval '1 minute' AS seen FROM sessions WHERE user_id = $1`,
          [id, minutes],
        )
      ).rows[0].seen;
    await sql(idle, [id]);
    const headers = { 'X-Tributary-Unattended': '1' };
    expect((await browser.call('GET', '/v1/me', { headers })).status).toBe(200);
    expect(await seenWithin(58)).toBe(false);
    expect((await browser.call('GET', '/v1/me')).status).toBe(200);
    expect(await seenWithin(1)).toBe(true);
  });

  test('stays open while it is used, which is written max once a minute', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const browser = await signedIn(api, email);
    const seen = async () =>
      (await sql('SELECT last_seen_at::text AS at FROM sessions WHERE user_id = $1', [id])).rows[0].at;
    const first = await seen();
    await browser.call('GET', '/v1/me');
    expect(await seen()).toBe(first);
    await sql("UPDATE sessions SET last_seen_at = now() - interval '61 seconds' WHERE user_id = $1", [id]);
    await browser.call('GET', '/v1/me');
    expect((await seen()) > first).toBe(true);
  });

  test('ends when the user is disabled, who cannot sign in again', async () => {
    const { id, email } = await makePerson(api, 'compliance');
    const browser = await signedIn(api, email);
    const { cookie } = browser;
    await api.call('POST', `/v1/users/${id}/disable`, { key: admin });
    expect(await browser.call('GET', '/v1/me')).toMatchObject(problem(401, 'session_ended'));
    expect(cookie).toBeDefined();
    const again = await browser.call('POST', '/v1/sign-in', { body: { email, password: PASSWORD } });
    expect(again).toMatchObject(problem(401, 'sign_in_refused'));
    const link = await api.call('POST', `/v1/users/${id}/sign-in-link`, { key: admin });
    expect(link).toMatchObject(problem(409, 'user_disabled'));
  });

  test('can be ended from another device, but not by another user', async () => {
    const { email } = await makePerson(api, 'operator');
    const [here, there] = [await signedIn(api, email), await signedIn(api, email)];
    const other = await signedIn(api, (await makePerson(api, 'admin')).email);
    const { items } = (await here.call('GET', '/v1/me/sessions')).body;
    expect(items.map(({ current }: { current: boolean }) => current)).toEqual([false, true]);
    const path = `/v1/me/sessions/${items[0].id}`;
    expect((await other.call('DELETE', path)).status).toBe(404);
    expect((await here.call('DELETE', path)).status).toBe(204);
    expect((await there.call('GET', '/v1/me')).status).toBe(401);
    expect((await here.call('GET', '/v1/me/sessions')).body.items).toHaveLength(1);
  });

  test('cannot be used by another site', async () => {
    const { email } = await makePerson(api, 'operator');
    const browser = await signedIn(api, email);
    const rename = (headers: Record<string, string>) =>
      browser.call('PATCH', '/v1/me', { body: { name: 'Li' }, headers });
    expect(await rename({ 'X-Tributary-Console': '' })).toMatchObject(problem(403, 'csrf_refused'));
    expect(await rename({ 'Sec-Fetch-Site': 'cross-site' })).toMatchObject(problem(403, 'csrf_refused'));
    expect(await rename({ 'Sec-Fetch-Site': 'same-site' })).toMatchObject(problem(403, 'csrf_refused'));
    expect(await rename({ 'Sec-Fetch-Site': 'same-origin' })).toMatchObject({
      body: { user: { name: 'Li' } },
    });
    // An application is public, but cannot be sent from another site in a user's name.
    const apply = { body: {}, headers: { 'X-Tributary-Console': '' } };
    expect(await browser.call('POST', '/v1/applications', apply)).toMatchObject(problem(403, 'csrf_refused'));
  });

  test('that has ended does not keep an applicant from applying', async () => {
    const browser = openBrowser(api);
    browser.cookie = 'tributary_session=of-last-week';
    expect(await browser.call('POST', '/v1/applications', { body: {} })).toMatchObject(
      problem(422, 'body_not_valid'),
    );
  });

  test('has a Secure cookie where people use https', async () => {
    const secure = await startApi({ PUBLIC_URL: 'https://brand.example/' });
    const { email } = await makePerson(secure, 'operator');
    const answer = await secure.call('POST', '/v1/sign-in', { body: { email, password: PASSWORD } });
    expect(answer.headers.getSetCookie()[0]).toMatch(/; Secure$/);
    await secure.stop();
  });
});

describe('guessing', () => {
  test('an unknown mail address gets the same answer as a wrong password, after the same work', async () => {
    const { email } = await makePerson(api, 'operator');
    const withoutPassword = await makePerson(api, 'operator', null);
    const answers = [];
    for (const address of [email, withoutPassword.email, 'nobody@example.com']) {
      const body = { email: address, password: 'not this one at all' };
      const answer = await openBrowser(api).call('POST', '/v1/sign-in', { body });
      answers.push({ status: answer.status, ...answer.body, instance: '' });
    }
    expect(answers[0]).toMatchObject({ status: 401, type: '/problems/sign_in_refused' });
    expect(answers.slice(1)).toEqual([answers[0], answers[0]]);

    const stored = await hashPassword(PASSWORD);
    const work = async (of: string | null) => {
      const before = process.cpuUsage();
      for (let i = 0; i < 5; i++) expect(await isPassword(of, 'not this one at all')).toBe(false);
      return process.cpuUsage(before).user;
    };
    // What would be left out is all of it.
    expect((await work(null)) / (await work(stored))).toBeGreaterThan(0.3);
  });

  test.each([
    ['an account', true],
    ['a mail address without account', false],
  ])(
    'of %s is paused after ten failures in all processes, also for the right password',
    async (_of, exists) => {
      const email = exists ? (await makePerson(api, 'operator')).email : `${randomUUID()}@example.com`;
      const other = await startApi(
        { TRUST_PROXY: 'true' },
        { databaseUrl: api.context.config.DATABASE_URL, temporalAddress: process.env.TEST_TEMPORAL_ADDRESS! },
      );
      const attempt = (at: TestApi, password = 'not this one at all') =>
        openBrowser(at).call('POST', '/v1/sign-in', { body: { email, password } });
      for (let i = 0; i < 9; i++) expect((await attempt(i % 2 ? api : other)).status).toBe(401);
      // Five at once, all let in before any is counted: one more counts, none slips past.
      const atOnce = await inTransaction(api.context.pool, async (client) => {
        await client.query('SELECT 1 FROM sign_in_attempts WHERE failures = 9 FOR UPDATE');
        const all = Array.from({ length: 5 }, (_, i) => attempt(i % 2 ? api : other));
        const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database()
        AND wait_event_type = 'Lock' AND query LIKE '%sign_in_attempts%'`;
        while ((await sql(waiting)).rowCount !== 5) await delay(10);
        return all;
      }).then((all) => Promise.all(all));
      expect(atOnce.map(({ status }) => status).sort()).toEqual([401, 429, 429, 429, 429]);
      const refused = await attempt(other, PASSWORD);
      expect(refused).toMatchObject(problem(429, 'too_many_attempts'));
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30);
      await other.stop();

      // After the pause one more try, and then a longer pause.
      const over = 'UPDATE sign_in_attempts SET blocked_until = now() WHERE blocked_until IS NOT NULL';
      await sql(over);
      expect((await attempt(api)).status).toBe(401);
      expect(Number((await attempt(api)).headers.get('retry-after'))).toBeGreaterThan(30);
      await sql(over);
      if (exists) expect((await attempt(api, PASSWORD)).status).toBe(200);
      // With that the failures are forgotten.
      expect((await attempt(api)).status).toBe(401);
    },
  );

  test('many accounts from one address is paused too', async () => {
    const browser = openBrowser(api);
    const guess = (body: object) => browser.call('POST', '/v1/sign-in', { body });
    for (let i = 0; i < 50; i += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          guess({ email: `guess-${i + n}@example.com`, password: 'password1234' }),
        ),
      );
    }
    const { email } = await makePerson(api, 'operator');
    expect(await guess({ email, password: PASSWORD })).toMatchObject(problem(429, 'too_many_attempts'));
    expect((await signedIn(api, email)).cookie).toBeDefined();
  });

  test('leaves a trace in the audit trail', async () => {
    const { id, email } = await makePerson(api, 'operator');
    await openBrowser(api).call('POST', '/v1/sign-in', { body: { email, password: 'not this one at all' } });
    expect(await audits(id)).toEqual(['user.sign_in_refused']);
  });
});

describe('a password', () => {
  test('is changed with the present one; all other sessions end', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const [here, there] = [await signedIn(api, email), await signedIn(api, email)];
    const change = (body: object) => here.call('POST', '/v1/me/password', { body });
    expect(await change({ current: 'not this one at all', new: NEW_PASSWORD })).toMatchObject(
      problem(401, 'sign_in_refused'),
    );
    expect(await change({ current: PASSWORD, new: 'password1234' })).toMatchObject(
      problem(422, 'password_too_common'),
    );
    expect((await change({ current: PASSWORD, new: NEW_PASSWORD })).status).toBe(204);
    expect((await here.call('GET', '/v1/me')).status).toBe(200);
    expect((await there.call('GET', '/v1/me')).status).toBe(401);
    await expect(signedIn(api, email)).rejects.toThrow('sign_in_refused');
    expect(await audits(id)).toContain('user.set_password');
    const { rows } = await sql('SELECT password_hash AS hash FROM users WHERE id = $1', [id]);
    expect(rows[0].hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('leaves no fast hash of itself behind under an Idempotency-Key', async () => {
    const browser = await signedIn(api, (await makePerson(api, 'operator')).email);
    const headers = { 'Idempotency-Key': randomUUID() };
    const body = { current: PASSWORD, new: NEW_PASSWORD };
    await browser.call('POST', '/v1/me/password', { body, headers });
    const kept = await sql('SELECT 1 FROM idempotency_keys WHERE key = $1', [headers['Idempotency-Key']]);
    expect(kept.rowCount).toBe(0);
  });

  test('cannot be set by an API key, nor can a second factor', async () => {
    for (const [path, body] of [
      ['password', { current: PASSWORD, new: NEW_PASSWORD }],
      ['second-factor', undefined],
      ['second-factor/confirm', { code: '123456' }],
      ['second-factor/disable', { password: PASSWORD, code: '123456' }],
    ] as const) {
      const answer = await api.call('POST', `/v1/me/${path}`, { key: admin, body });
      expect(answer).toMatchObject(problem(403, 'session_required'));
    }
  });
});

describe('a second factor', () => {
  test('is asked for, and none of its codes counts twice, also of two at once', async () => {
    const { id, email } = await makePerson(api, 'finance');
    const { totp } = await withSecondFactor(email, id);
    const attempt = (code?: string) =>
      openBrowser(api).call('POST', '/v1/sign-in', { body: { email, password: PASSWORD, code } });
    expect(await attempt()).toMatchObject(problem(401, 'code_required'));
    expect(await attempt('000000')).toMatchObject(problem(401, 'sign_in_refused'));
    const code = totp.generate();
    const both = await Promise.all([attempt(code), attempt(`${code.slice(0, 3)} ${code.slice(3)}`)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect(await attempt(code)).toMatchObject(problem(401, 'sign_in_refused'));
    const { rows } = await sql('SELECT totp_secret_sealed AS sealed FROM users WHERE id = $1', [id]);
    expect(rows[0].sealed).not.toContain(totp.secret.base32);
  });

  test('can be replaced by each recovery code once', async () => {
    const { id, email } = await makePerson(api, 'finance');
    const { recoveryCodes } = await withSecondFactor(email, id);
    expect(recoveryCodes).toHaveLength(10);
    const attempt = (code: string) =>
      openBrowser(api).call('POST', '/v1/sign-in', { body: { email, password: PASSWORD, code } });
    const [first = '', second = ''] = recoveryCodes;
    const both = await Promise.all([attempt(first), attempt(first.toLowerCase())]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await attempt(second)).status).toBe(200);
    const { rows } = await sql('SELECT recovery_codes::text AS row FROM recovery_codes');
    expect(JSON.stringify(rows)).not.toContain(first);
  });

  test('does not let its codes be guessed by asking with the password alone in between', async () => {
    const { id, email } = await makePerson(api, 'finance');
    await withSecondFactor(email, id);
    const attempt = (code?: string) =>
      openBrowser(api).call('POST', '/v1/sign-in', { body: { email, password: PASSWORD, code } });
    const statuses = [];
    for (let i = 0; i < 10; i++) {
      await attempt();
      statuses.push((await attempt(`00000${i}`)).status);
    }
    expect(statuses).toEqual(Array(10).fill(401));
    expect((await attempt()).status).toBe(429);
  });

  test('is removed with password and code, or by an admin', async () => {
    const { id, email } = await makePerson(api, 'finance');
    const browser = await signedIn(api, email);
    const { recoveryCodes } = await withSecondFactor(email, id);
    const disable = (password: string, code: string) =>
      browser.call('POST', '/v1/me/second-factor/disable', { body: { password, code } });
    expect((await disable(PASSWORD, '000000')).status).toBe(401);
    expect((await disable('not this one at all', recoveryCodes[0]!)).status).toBe(401);
    expect((await disable(PASSWORD, recoveryCodes[0]!)).status).toBe(204);
    expect((await signedIn(api, email)).cookie).toBeDefined();
    await withSecondFactor(email, id);
    expect((await browser.call('POST', '/v1/me/second-factor')).status).toBe(409);
    await api.call('DELETE', `/v1/users/${id}/second-factor`, { key: admin });
    expect((await signedIn(api, email)).cookie).toBeDefined();
    expect(await audits(id)).toEqual(
      expect.arrayContaining(['second_factor.enable', 'second_factor.disable', 'second_factor.remove']),
    );
  });
});

describe('a one-time link', () => {
  const tokenOf = (url: string) => url.split('#')[1];
  const redeem = (token: string | undefined, password = NEW_PASSWORD, code?: string) =>
    openBrowser(api).call('POST', '/v1/sign-in-links/redeem', { body: { token, password, code } });
  const linkFor = async (id: string) =>
    (await api.call('POST', `/v1/users/${id}/sign-in-link`, { key: admin })).body;

  test('sets the password of a new user and signs in, once, also of two at once', async () => {
    const { id, email } = await makePerson(api, 'operator', null);
    const { url } = await linkFor(id);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\/welcome#[\w-]+\.[\da-f]{64}$/);
    expect(await redeem(tokenOf(url), email)).toMatchObject(problem(422, 'password_contains_address'));
    const both = await Promise.all([redeem(tokenOf(url)), redeem(tokenOf(url))]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 200)?.body.user.id).toBe(id);
    expect(await redeem(tokenOf(url))).toMatchObject(problem(409, 'link_not_valid'));
    expect(await audits(id)).toEqual(['user.make_sign_in_link', 'user.set_password', 'user.sign_in']);
  });

  test('is void when it is too old, replaced, forged, or older than the password', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const [first, second] = [await linkFor(id), await linkFor(id)];
    expect((await redeem(tokenOf(first.url))).status).toBe(409);
    expect((await redeem(`${second.url.split('#')[1].split('.')[0]}.${'0'.repeat(64)}`)).status).toBe(409);
    await sql('UPDATE sign_in_links SET expires_at = now() WHERE user_id = $1', [id]);
    expect((await redeem(tokenOf(second.url))).status).toBe(409);
    const third = await linkFor(id);
    const browser = await signedIn(api, email);
    await browser.call('POST', '/v1/me/password', { body: { current: PASSWORD, new: NEW_PASSWORD } });
    expect((await redeem(tokenOf(third.url))).status).toBe(409);
  });

  test('ends earlier sessions, and does not bypass the second factor', async () => {
    const { id, email } = await makePerson(api, 'operator');
    const browser = await signedIn(api, email);
    const { recoveryCodes } = await withSecondFactor(email, id);
    const token = tokenOf((await linkFor(id)).url);
    expect(await redeem(token)).toMatchObject(problem(401, 'code_required'));
    expect(await redeem(token, NEW_PASSWORD, '000000')).toMatchObject(problem(401, 'sign_in_refused'));
    expect((await browser.call('GET', '/v1/me')).status).toBe(200);
    expect((await redeem(token, NEW_PASSWORD, recoveryCodes[0])).status).toBe(200);
    expect((await browser.call('GET', '/v1/me')).status).toBe(401);
  });

  test('of the first start is for the first admin, void at the next start, and gone with the first password', async () => {
    const empty = await startApi({ TRUST_PROXY: 'true' });
    const { pool, config } = empty.context;
    const start = async () => {
      const linkId = uuidv7();
      const email = await inTransaction(pool, (client) => firstSignInLink(client, linkId));
      return email && { email, token: tokenOf(signInPage(config, createSealer(config), linkId)) };
    };
    expect(await start()).toBeUndefined();
    const { email } = await makePerson(empty, 'admin', null);
    const [first, second] = [await start(), await start()];
    expect(second).toMatchObject({ email });
    const redeemed = [];
    for (const link of [first, second]) {
      const body = { token: (link as { token: string }).token, password: NEW_PASSWORD };
      redeemed.push((await openBrowser(empty).call('POST', '/v1/sign-in-links/redeem', { body })).status);
    }
    expect(redeemed).toEqual([409, 200]);
    expect(await start()).toBeUndefined();
    await empty.stop();
  });

  test('is printed by npm run sign-in-link, for operators with the settings of the platform', async () => {
    const { id, email } = await makePerson(api, 'operator', null);
    const { DATABASE_URL, SMTP_URL, FIELD_KEYS, FIELD_HASH_KEY } = api.context.config;
    const run = (...words: string[]) =>
      promisify(execFile)(process.execPath, ['--import', 'tsx', 'cli/signInLink.ts', ...words], {
        cwd: path.join(__dirname, '..', '..', '..'),
        env: { PATH: process.env.PATH, DATABASE_URL, SMTP_URL, FIELD_KEYS, FIELD_HASH_KEY },
      });
    const { stdout } = await run(email);
    expect((await redeem(tokenOf(stdout.trim()))).body.user.id).toBe(id);
    await expect(run('nobody@example.com')).rejects.toMatchObject({
      stderr: /no user .* nobody@example\.com/,
    });
    await withSecondFactor(email, id, NEW_PASSWORD);
    const again = tokenOf((await run(email)).stdout.trim());
    expect(await redeem(again)).toMatchObject(problem(401, 'code_required'));
    const { stdout: without } = await run(email, '--remove-second-factor');
    expect((await redeem(tokenOf(without.trim()))).status).toBe(200);
    expect(await audits(id)).toContain('second_factor.remove');
  });
});

describe('mails', () => {
  let smtp: TestSmtp;
  let activities: ReturnType<typeof createActivities>;
  beforeAll(async () => {
    smtp = await startSmtp();
    const { pool, config } = api.context;
    activities = createActivities(
      activityContext(pool, { ...config, SMTP_URL: smtp.url, PUBLIC_URL: 'https://brand.example' }),
    );
  });
  afterAll(() => smtp.stop());

  async function approve(email: string, name = '王小明'): Promise<{ id: string; texts: string[] }> {
    const sealer = createSealer(api.context.config);
    const [applicationId, distributorId] = [randomUUID(), randomUUID()];
    const compliance = await makePerson(api, 'compliance', null);
    const command = () => ({
      applicationId,
      commandId: randomUUID(),
      actor: { userId: compliance.id, name: 'Li' },
      now: Date.now(),
    });
    const submission = personSubmission(sealer, personNumbers(), { email, name, locale: 'en' });
    await activities.submitApplication({ ...command(), submission });
    await activities.finishChecks({ applicationId, round: 1, now: Date.now() });
    const { pendingMails } = await activities.approveApplication({
      ...command(),
      distributorId,
      tier: 'gold',
      note: null,
    });
    smtp.received.length = 0;
    for (const key of pendingMails) await activities.deliverMail(key);
    return { id: applicationId, texts: smtp.received.map(({ text }) => text ?? '') };
  }

  test('let an approved distributor in, and lead the applicant to the application', async () => {
    const email = `${randomUUID()}@Example.com`;
    const { id, texts } = await approve(email);
    const [, page, applicantToken] =
      /(https:\/\/brand\.example\/application\/[\da-f-]+)#([\da-f]{64})/.exec(texts[0]!) ?? [];
    expect(page).toBe(`https://brand.example/application/${id}`);
    const headers = { 'X-Applicant-Token': applicantToken! };
    expect((await api.call('GET', `/v1/applications/${id}`, { headers })).body.state).toBe('approved');

    const [, token] = /https:\/\/brand\.example\/welcome#(\S+)/.exec(texts[1]!) ?? [];
    const browser = openBrowser(api);
    const body = { token, password: NEW_PASSWORD };
    const { user } = (await browser.call('POST', '/v1/sign-in-links/redeem', { body })).body;
    expect(user).toMatchObject({ email: email.toLowerCase(), role: 'distributor', locale: 'en' });
    const own = await browser.call('GET', `/v1/distributors/${user.distributorId}/balance`);
    expect(own.status).toBe(200);

    const { rows } = await sql(
      'SELECT mails::text AS row FROM mails UNION ALL SELECT l::text FROM sign_in_links l',
    );
    expect(JSON.stringify(rows)).not.toContain(token!.split('.')[1]);
    expect(JSON.stringify(rows)).not.toContain(applicantToken);
  });

  test('give no account to an applicant with the mail address of a user', async () => {
    const { email } = await makePerson(api, 'finance');
    const { texts } = await approve(email);
    expect(texts.join()).not.toContain('/welcome#');
    expect(texts[1]).toContain('Sign in with your existing account: https://brand.example');
    expect((await sql('SELECT role FROM users WHERE email = $1', [email])).rows).toEqual([
      { role: 'finance' },
    ]);
  });

  test('resolve links of their own subject only, whatever a name says', async () => {
    const { id } = await approve(`${randomUUID()}@example.com`);
    const other = await approve(`${randomUUID()}@example.com`, `{{application}} {{application ${id}}} $&`);
    expect(other.texts.join()).not.toContain(`/application/${id}#`);
    expect(other.texts.at(-1)).toContain(`{{application ${id}}} $&`);
  });
});
