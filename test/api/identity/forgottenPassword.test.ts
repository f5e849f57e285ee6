import { randomUUID } from 'node:crypto';
import { inTransaction } from '../../../database/pool';
import { mailForgottenPassword } from '../../../database/signInLinks';
import { startApi, startWorker, type TestApi } from '../../support/api';
import { until } from '../../support/payouts';
import { makePerson, openBrowser, PASSWORD, signedIn } from '../../support/person';
import { startSmtp, type TestSmtp } from '../../support/smtp';

const NEW_PASSWORD = 'slow clouds over the ridge';

let api: TestApi;
let smtp: TestSmtp;
let stopWorker: () => Promise<void>;
beforeAll(async () => {
  smtp = await startSmtp();
  api = await startApi({
    TRUST_PROXY: 'true',
    SMTP_URL: smtp.url,
    OIDC_ISSUER: 'http://127.0.0.1:1',
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'a secret of the console',
    PUBLIC_MAILS_PER_ORIGIN_HOUR: '20',
  });
  stopWorker = await startWorker(api.context);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
  await smtp.stop();
});

const sql = (text: string, values: unknown[] = []) => api.context.pool.query(text, values);
const ask = (email: string, browser = openBrowser(api)) =>
  browser.call('POST', '/v1/sign-in-links', { body: { email } });
const textsTo = (email: string) =>
  smtp.received
    .filter(({ to }) => to?.some(({ address }) => address === email))
    .map(({ text }) => text ?? '');

/** The tokens of the links that were mailed to an address, once there are so many. */
async function tokensTo(email: string, count = 1): Promise<string[]> {
  await until(async () => textsTo(email).length >= count);
  return textsTo(email).map((text) => /\/welcome#(\S+)/.exec(text)?.[1] ?? '');
}
const redeem = (token: string) =>
  openBrowser(api).call('POST', '/v1/sign-in-links/redeem', { body: { token, password: NEW_PASSWORD } });

test('a repeat of the request of another client with a new address does not mail that link', async () => {
  const [victim, other] = [await makePerson(api, 'admin'), await makePerson(api, 'distributor')];
  const headers = { 'Idempotency-Key': randomUUID() };
  for (const { email } of [victim, other]) {
    const answer = await openBrowser(api).call('POST', '/v1/sign-in-links', { body: { email }, headers });
    expect(answer.status).toBe(202);
  }
  const [token = ''] = await tokensTo(other.email);
  expect((await redeem(token)).body.user.id).toBe(other.id);
  const [own = ''] = await tokensTo(victim.email);
  expect((await redeem(own)).body.user.id).toBe(victim.id);
});

test('a user with a forgotten password is mailed a link that sets a new one, once and within an hour', async () => {
  const { id, email } = await makePerson(api, 'finance');
  const before = await signedIn(api, email);
  expect((await ask(` ${email.toUpperCase()} `)).status).toBe(202);
  const [token = ''] = await tokensTo(email);
  const stored = await sql(
    'SELECT mails::text AS row FROM mails UNION ALL SELECT l::text FROM sign_in_links l',
  );
  expect(JSON.stringify(stored.rows)).not.toContain(token.split('.')[1]);
  expect(api.logged.join('')).not.toContain(token);
  const { rows } = await sql(
    "SELECT expires_at <= now() + interval '1 hour' AS short FROM sign_in_links WHERE user_id = $1",
    [id],
  );
  expect(rows).toEqual([{ short: true }]);
  expect((await before.call('GET', '/v1/me')).status).toBe(200);
  expect((await redeem(token)).body.user.id).toBe(id);
  expect((await before.call('GET', '/v1/me')).status).toBe(401);
  expect((await redeem(token)).status).toBe(409);
  const audit = await sql('SELECT action, actor FROM audit_entries WHERE subject = $1 ORDER BY id', [
    `user/${id}`,
  ]);
  expect(audit.rows.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
    'test finance user.sign_in',
    'somebody user.forgot_password',
    'test finance user.set_password',
    'test finance user.sign_in',
  ]);
});

test('a request in the name of a user voids none of their links, and changes no password', async () => {
  const { email } = await makePerson(api, 'finance');
  await ask(email);
  await tokensTo(email);
  await ask(email);
  const [first = '', second = ''] = await tokensTo(email, 2);
  expect(first).not.toBe(second);
  await signedIn(api, email);
  expect((await redeem(first)).status).toBe(200);
  // What is left over is void once the password was set.
  expect((await redeem(second)).status).toBe(409);
});

test('neither the answer nor its time reveals whether a mail address has an account', async () => {
  const { email } = await makePerson(api, 'finance');
  const disabled = await makePerson(api, 'finance');
  await sql('UPDATE users SET disabled_at = now() WHERE id = $1', [disabled.id]);
  const answers = await inTransaction(api.context.pool, async (client) => {
    // A look-up of the user before the answer would wait here.
    await client.query('LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
    const all = [];
    for (const address of [email, disabled.email, `${randomUUID()}@example.com`, 'no address at all'])
      all.push(await ask(address));
    return all;
  });
  const shown = answers.map(({ status, text, headers }) => [status, text, headers.get('content-type')]);
  expect(shown).toEqual(Array(4).fill([202, '', null]));
  await tokensTo(email);
});

test('a user who is disabled is mailed nothing, nor is an address without user', async () => {
  const { id, email } = await makePerson(api, 'finance');
  const mailed = (address: string) =>
    inTransaction(api.context.pool, (client) =>
      mailForgottenPassword(client, api.context.config, {
        email: address,
        mailId: randomUUID(),
        requestId: 'r',
      }),
    );
  expect(await mailed(email)).toContain(`user/${id}/`);
  await sql('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
  expect(await mailed(email)).toBeUndefined();
  expect(await mailed(`${randomUUID()}@example.com`)).toBeUndefined();
  const links = await sql('SELECT 1 FROM sign_in_links WHERE user_id = $1', [id]);
  expect(links.rowCount).toBe(1);
});

test('a user with single sign-on and no password is advised by mail, without a link', async () => {
  const { id, email } = await makePerson(api, 'finance', null);
  await sql("UPDATE users SET oidc_subject = 'issuer zhao', locale = 'en' WHERE id = $1", [id]);
  expect((await ask(email)).status).toBe(202);
  expect(await tokensTo(email)).toEqual(['']);
  expect(textsTo(email)[0]).toContain('Use single sign-on');
  expect((await sql('SELECT 1 FROM sign_in_links WHERE user_id = $1', [id])).rowCount).toBe(0);
});

test.each([
  ['a user', true],
  ['nobody', false],
])('three mails for an address of %s are enough for an hour, also of many at once', async (_of, exists) => {
  const email = exists ? (await makePerson(api, 'finance')).email : `${randomUUID()}@example.com`;
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(email)));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 202, 429, 429, 429]);
  const refused = await ask(email);
  expect(refused).toMatchObject({ status: 429, body: { type: '/problems/too_many_mails' } });
  const wait = Number(refused.headers.get('retry-after'));
  expect([wait > 3_500, wait <= 3_600]).toEqual([true, true]);
  await sql("UPDATE public_mails SET at = at - interval '1 hour'");
  expect((await ask(email)).status).toBe(202);
  // Asking for mails is no failed attempt to sign in.
  if (exists) expect((await signedIn(api, email)).cookie).toBeDefined();
});

test('mails from one address of the network are bounded too', async () => {
  const browser = openBrowser(api);
  const statuses = [];
  for (let i = 0; i < 21; i++) statuses.push((await ask(`${randomUUID()}@example.com`, browser)).status);
  expect(statuses).toEqual([...Array(20).fill(202), 429]);
  const { email } = await makePerson(api, 'finance');
  expect((await ask(email)).status).toBe(202);
  const signIn = { email, password: PASSWORD };
  expect((await browser.call('POST', '/v1/sign-in', { body: signIn })).status).toBe(200);
});
