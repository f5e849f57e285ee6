import { TOTP } from 'otpauth';
import { v7 as uuidv7 } from 'uuid';
import { hashPassword } from '../../api/identity/passwords';
import type { Role } from '../../domain/roles';
import { type Answer, makeDistributor, type Request, type TestApi } from './api';

export const PASSWORD = 'quiet river under stones';

/** A user who can sign in with {@link PASSWORD}. */
export async function makePerson(
  { context: { pool } }: TestApi,
  role: Role,
  password: string | null = PASSWORD,
): Promise<{ id: string; email: string }> {
  const id = uuidv7();
  const email = `${id}@example.com`;
  await pool.query(
    'INSERT INTO users (id, email, name, role, distributor_id, password_hash) VALUES ($1, $2, $3, $4, $5, $6)',
    [
      id,
      email,
      `test ${role}`,
      role,
      role === 'distributor' ? await makeDistributor({ pool }) : null,
      password && (await hashPassword(password)),
    ],
  );
  return { id, email };
}

/** A browser with the console: keeps the cookie, and sends what the console sends. */
export interface Browser {
  cookie: string | undefined;
  call(method: string, path: string, request?: Request): Promise<Answer>;
}

let browsers = 0;

/** Opens a browser at an address of its own; the API has to trust the proxy header. */
export function openBrowser(api: TestApi): Browser {
  const address = `10.1.${browsers >> 8}.${browsers++ & 255}`;
  const browser: Browser = {
    cookie: undefined,
    async call(method, path, request = {}) {
      const answer = await api.call(method, path, {
        ...request,
        headers: {
          'X-Tributary-Console': '1',
          'X-Forwarded-For': address,
          ...(browser.cookie && { Cookie: browser.cookie }),
          ...request.headers,
        },
      });
      for (const set of answer.headers.getSetCookie()) {
        const [pair = ''] = set.split(';');
        if (pair.startsWith('tributary_session=')) browser.cookie = /Max-Age=0/.test(set) ? undefined : pair;
      }
      return answer;
    },
  };
  return browser;
}

/** A browser in which this user is signed in. */
export async function signedIn(api: TestApi, email: string, password = PASSWORD): Promise<Browser> {
  const browser = openBrowser(api);
  const answer = await browser.call('POST', '/v1/sign-in', { body: { email, password } });
  if (answer.status !== 200) throw new Error(`signing in as ${email}: ${answer.text}`);
  return browser;
}

/** Turns on two-step verification in a browser: its session has then given a code. */
export async function turnOnSecondFactor(browser: Browser): Promise<void> {
  const { body } = await browser.call('POST', '/v1/me/second-factor');
  const code = new TOTP({ secret: body.secret }).generate();
  const confirmed = await browser.call('POST', '/v1/me/second-factor/confirm', { body: { code } });
  if (confirmed.status !== 200) throw new Error(`turning on the second factor: ${confirmed.text}`);
}
