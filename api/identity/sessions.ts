import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { type Config, durationMs, publicUrl } from '../../config';
import type { Client, Pool } from '../../database/pool';
import type { Principal } from '../http/endpoint';
import { Problem } from '../http/problem';

export const SESSION_COOKIE = 'tributary_session';

/** Pages of other sites cannot send it: that would take a CORS permission, which is never given. */
export const CONSOLE_HEADER = 'X-Tributary-Console';
/** Sent as 1 with what a page reads automatically while it is not in use. */
const UNATTENDED_HEADER = 'X-Tributary-Unattended';

type Settings = Pick<Config, 'PUBLIC_URL' | 'API_PORT' | 'SESSION_IDLE' | 'SESSION_MAX'>;

/**
 * The text of a Set-Cookie header.
 * @param value without one, the cookie is removed
 */
export function cookie(
  config: Pick<Config, 'PUBLIC_URL' | 'API_PORT'>,
  name: string,
  value: string | undefined,
  { path = '/', maxAgeSeconds }: { path?: string; maxAgeSeconds?: number } = {},
): string {
  const maxAge = value === undefined ? 0 : maxAgeSeconds;
  return [
    `${name}=${value ?? ''}`,
    `Path=${path}`,
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    'HttpOnly',
    'SameSite=Lax',
    ...(publicUrl(config).startsWith('https:') ? ['Secure'] : []),
  ].join('; ');
}

/** The value of a cookie that the request carries. */
export function readCookie(req: Request, name: string): string | undefined {
  const pairs = (req.get('cookie') ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) || undefined;
}

/** The token of the session that the request is made in. */
export function sessionToken(req: Request): string | undefined {
  return readCookie(req, SESSION_COOKIE);
}

// A fast hash will do, since tokens are 32 random bytes.
const hashToken = (token: string) => createHash('sha256').update(token).digest();

/**
 * Conditions under which a session lasts, without those on its user.
 * @param idle,max parameters of the statement: SESSION_IDLE and SESSION_MAX in milliseconds
 */
export const sessionLasts = (idle: string, max: string) =>
  `s.ended_at IS NULL AND s.last_seen_at > now() - ${idle}::float8 * interval '1 ms'
   AND s.created_at > now() - ${max}::float8 * interval '1 ms'`;

interface SessionRow extends Omit<Principal, 'scopes' | 'keyId' | 'sessionId' | 'machine'> {
  id: string;
  live: boolean;
}

/**
 * Finds whose session the request is made in, and records max once a minute that it is in use: not for what a page
 * reads automatically while it is not in use.
 * @returns undefined when it carries no session
 * @throws Problem 401 when the session has ended, 403 when another site may have made the request
 */
export async function authenticateSession(
  pool: Pool,
  config: Settings,
  req: Request,
): Promise<Omit<Principal, 'scopes'> | undefined> {
  const token = sessionToken(req);
  if (token === undefined) return undefined;
  refuseCrossSite(req);
  const { rows } = await pool.query<SessionRow>({
    name: 'authenticate-session',
    text: `WITH found AS (
             SELECT s.id, u.id AS user_id, u.name, u.role, u.distributor_id,
               s.second_factor AND u.totp_confirmed_at IS NOT NULL AS second_factor,
               u.disabled_at IS NULL AND ${sessionLasts('$2', '$3')} AS live
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1
           ), seen AS (
             UPDATE sessions SET last_seen_at = now() FROM found
             WHERE sessions.id = found.id AND found.live AND sessions.ended_at IS NULL
               AND NOT $4 AND sessions.last_seen_at < now() - least(60000, $2::float8 / 4) * interval '1 ms'
           )
           SELECT id, user_id AS "userId", name, role, distributor_id AS "distributorId",
             second_factor AS "secondFactor", live FROM found`,
    values: [
      hashToken(token),
      durationMs(config.SESSION_IDLE),
      durationMs(config.SESSION_MAX),
      req.get(UNATTENDED_HEADER) === '1',
    ],
  });
  const [row] = rows;
  if (!row?.live) {
    // The cookie is left: a user who has signed in again before this arrives would be signed out by its removal.
    throw new Problem({
      status: 401,
      code: 'session_ended',
      detail: 'Your session has ended. Sign in again.',
    });
  }
  const { id, userId, name, role, distributorId, secondFactor } = row;
  return { userId, name, role, distributorId, secondFactor, keyId: `session:${id}`, sessionId: id };
}

/** @see https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html */
function refuseCrossSite(req: Request): void {
  if (req.method === 'GET' || req.method === 'HEAD') return;
  const site = req.get('sec-fetch-site') ?? 'none';
  if (req.get(CONSOLE_HEADER) === '1' && (site === 'same-origin' || site === 'none')) return;
  throw new Problem({
    status: 403,
    code: 'csrf_refused',
    detail: `Requests with a session cookie must come from the console itself and have the header "${CONSOLE_HEADER}: 1".`,
  });
}

/**
 * Begins a session, in the transaction that has verified the person's identity. The user's row is
 * locked, so that disabling the user or changing the role at this moment ends this session too.
 * @param options.secondFactor whether the person has given a code of the second factor
 * @returns the Set-Cookie header; undefined when the user has been disabled since
 */
export async function startSession(
  client: Client,
  {
    config,
    req,
    id,
    userId,
    secondFactor,
  }: { config: Settings; req: Request; id: string; userId: string; secondFactor: boolean },
): Promise<string | undefined> {
  const token = randomBytes(32).toString('base64url');
  const { rowCount } = await client.query(
    `INSERT INTO sessions (id, user_id, token_hash, user_agent, second_factor)
     SELECT $1, id, $3, $4, $5 FROM users WHERE id = $2 AND disabled_at IS NULL FOR SHARE`,
    [id, userId, hashToken(token), req.get('user-agent')?.slice(0, 500), secondFactor],
  );
  return rowCount ? cookie(config, SESSION_COOKIE, token) : undefined;
}

/** Ends all sessions of a user, except, optionally, the present one. */
export async function endSessions(client: Client, userId: string, except?: string): Promise<void> {
  await client.query(
    'UPDATE sessions SET ended_at = now() WHERE user_id = $1 AND ended_at IS NULL AND id IS DISTINCT FROM $2',
    [userId, except],
  );
}
