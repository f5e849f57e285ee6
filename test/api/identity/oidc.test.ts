import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import fc from 'fast-check';
import { startApi, type TestApi } from '../../support/api';
import { makePerson, PASSWORD } from '../../support/person';

const CALLBACK = 'http://127.0.0.1:8080/v1/auth/oidc/callback';
const settings = { OIDC_CLIENT_ID: 'console', OIDC_CLIENT_SECRET: 'a secret of the console' };

let api: TestApi;
let provider: ChildProcess;
let issuer: string;
beforeAll(async () => {
  provider = fork(path.join(__dirname, '..', '..', 'support', 'oidcProvider.mjs'), [CALLBACK], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  [{ issuer }] = (await once(provider, 'message')) as [{ issuer: string }];
  api = await startApi({ ...settings, OIDC_ISSUER: issuer, TRUST_PROXY: 'true' });
});
afterAll(async () => {
  provider.disconnect();
  await once(provider, 'exit');
  await api.stop();
});

async function knows(sub: string, claims: object): Promise<void> {
  provider.send({ sub, claims });
  await once(provider, 'message');
}

/** One step of a browser: keeps cookies by site, follows nothing. */
function browser() {
  const jar = new Map<string, string>();
  return async (method: string, url: string, form?: Record<string, string>) => {
    const { origin } = new URL(url);
    const cookies = [...jar]
      .filter(([key]) => key.startsWith(`${origin} `))
      .map(([key, value]) => `${key.split(' ')[1]}=${value}`);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { cookie: cookies.join('; ') },
      body: form && new URLSearchParams(form),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value) jar.set(`${origin} ${name}`, value);
      else jar.delete(`${origin} ${name}`);
    }
    const location = response.headers.get('location');
    return { location: location && new URL(location, url).href, setCookies: response.headers.getSetCookie() };
  };
}

/** Goes to the provider, signs in there and agrees. @returns the address that the provider sends the browser back to */
async function atProvider(go: ReturnType<typeof browser>, sub: string): Promise<string> {
  let { location } = await go('GET', `${api.url}/v1/auth/oidc`);
  for (const prompt of ['login', 'consent']) {
    while (location && !location.includes('/interaction/')) ({ location } = await go('GET', location));
    ({ location } = await go('POST', location!, { prompt, login: sub, password: 'any' }));
  }
  while (location && !location.startsWith(CALLBACK)) ({ location } = await go('GET', location));
  return location!.replace('http://127.0.0.1:8080', api.url);
}

async function signOn(sub: string): Promise<{ location: string | null; cookie: string | undefined }> {
  const go = browser();
  const { location, setCookies } = await go('GET', await atProvider(go, sub));
  const cookie = setCookies.find((set) => set.startsWith('tributary_session='))?.split(';')[0];
  return { location, cookie };
}

const refusal = (code: string) => ({ location: `${api.url}/sign-in?problem=${code}`, cookie: undefined });
const whoIs = async (cookie: string | undefined) =>
  (await api.call('GET', '/v1/me', { headers: { Cookie: cookie ?? '' } })).body.user?.id;

test('single sign-on finds the user by the verified mail address, and later by the subject', async () => {
  const { id, email } = await makePerson(api, 'finance', null);
  await knows('li', { email: email.toUpperCase(), email_verified: true });
  const first = await signOn('li');
  expect(first.location).toBe('http://127.0.0.1:8080/');
  expect(await whoIs(first.cookie)).toBe(id);
  await knows('li', { email: 'other@example.com', email_verified: false });
  expect(await whoIs((await signOn('li')).cookie)).toBe(id);
  // Another person at the provider with that address does not become this user.
  await knows('wang', { email, email_verified: true });
  expect(await signOn('wang')).toEqual(refusal('oidc_user_unknown'));
  const { rows } = await api.context.pool.query(
    'SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id',
    [`user/${id}`],
  );
  expect(rows.map(({ action }) => action)).toEqual(['user.bind_oidc', 'user.sign_in', 'user.sign_in']);
});

test('single sign-on makes no users, and refuses users who are disabled or whose address is not verified', async () => {
  await knows('new', { email: 'new@example.com', email_verified: true });
  expect(await signOn('new')).toEqual(refusal('oidc_user_unknown'));
  const { id, email } = await makePerson(api, 'finance');
  await knows('unverified', { email, email_verified: false });
  expect(await signOn('unverified')).toEqual(refusal('oidc_email_not_verified'));
  await knows('zhao', { email, email_verified: true });
  expect(await whoIs((await signOn('zhao')).cookie)).toBe(id);
  await api.context.pool.query('UPDATE users SET disabled_at = now() WHERE id = $1', [id]);
  expect(await signOn('zhao')).toEqual(refusal('oidc_user_unknown'));
});

test('an answer of the provider counts once, and only in the browser that asked', async () => {
  const { email } = await makePerson(api, 'finance');
  await knows('qian', { email, email_verified: true });
  const go = browser();
  const answer = await atProvider(go, 'qian');
  expect(await browser()('GET', answer)).toMatchObject({ location: refusal('oidc_failed').location });
  const other = browser();
  await other('GET', `${api.url}/v1/auth/oidc`);
  expect(await other('GET', answer)).toMatchObject({ location: refusal('oidc_failed').location });
  expect((await go('GET', answer)).location).toBe('http://127.0.0.1:8080/');
  expect((await go('GET', answer)).location).toBe(refusal('oidc_failed').location);
  const denied = `${api.url}/v1/auth/oidc/callback?error=access_denied&state=x&session_state=y`;
  expect((await go('GET', denied)).location).toBe(refusal('oidc_denied').location);
});

test('a callback that is no answer of the provider leads back to the sign-in page', async () => {
  const odd = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\0', 'x'.repeat(500)));
  const query = fc.dictionary(
    fc.constantFrom('code', 'state', 'iss', 'error', 'error_description', 'odd'),
    odd,
  );
  let calls = 0;
  const cookies = fc.option(fc.string({ unit: fc.constantFrom(...'abc.%=", '), maxLength: 200 }));
  await fc.assert(
    fc.asyncProperty(query, cookies, fc.boolean(), async (asked, cookie, twice) => {
      calls += 1;
      const pairs = Object.entries(asked).flatMap((pair) => (twice ? [pair, pair] : [pair]));
      const text = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
      const { status, headers } = await fetch(`${api.url}/v1/auth/oidc/callback?${text}`, {
        redirect: 'manual',
        headers: {
          'X-Forwarded-For': `10.2.0.${calls}`,
          ...(cookie !== null && { Cookie: `tributary_oidc=${cookie}` }),
        },
      });
      if (status !== 400) {
        expect(status).toBe(302);
        expect(headers.get('location')).toMatch(/^\/sign-in\?problem=oidc_/);
      }
    }),
    { numRuns: 60 },
  );
});

test('while the provider is away sign-in says so, and people can use a password', async () => {
  const away = await startApi({ ...settings, OIDC_ISSUER: 'http://127.0.0.1:1' });
  const { email } = await makePerson(away, 'finance');
  const { headers } = await fetch(`${away.url}/v1/auth/oidc`, { redirect: 'manual' });
  expect(headers.get('location')).toBe('/sign-in?problem=oidc_unavailable');
  const answer = await away.call('POST', '/v1/sign-in', { body: { email, password: PASSWORD } });
  expect(answer.status).toBe(200);
  await away.stop();
});

test('without the setting there is no single sign-on', async () => {
  const without = await startApi();
  const brand = { name: 'Tributary', timeZone: 'Asia/Shanghai' };
  expect((await without.call('GET', '/v1/sign-in/options')).body).toEqual({ oidc: false, brand });
  expect((await api.call('GET', '/v1/sign-in/options')).body).toEqual({ oidc: true, brand });
  expect((await without.call('GET', '/v1/auth/oidc')).status).toBe(404);
  await without.stop();
});
