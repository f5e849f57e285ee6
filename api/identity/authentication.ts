import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { v7 as uuidv7 } from 'uuid';
import { addAudit, SYSTEM } from '../../database/journal';
import { inTransaction, type Pool } from '../../database/pool';
import { subjectOf } from '../../domain/kinds';
import type { Role } from '../../domain/roles';
import type { ApiContext, Endpoint, Principal } from '../http/endpoint';
import { Problem } from '../http/problem';
import { authenticateSession, sessionToken } from './sessions';

/** Stands for every scope that the role of the key's user may have. */
export const everyScope = '*';

/** Makes the text of a new key. Its id is not secret: logs and people name the key by it. */
export function newKeyText(id: string): string {
  return `trib_${id}_${randomBytes(32).toString('hex')}`;
}

/**
 * What is stored of a key. A fast hash will do, since keys are 32 random bytes, not passwords. Keys are found by this
 * hash, so no comparison runs that could leak by its duration how much of a guess was right.
 */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

interface KeyRow {
  keyId: string;
  scopes: string[];
  userId: string;
  name: string;
  role: Role;
  distributorId: string | null;
  machine: boolean;
  unusable: string | null;
}

/** Whether the request carries credentials. */
export function hasCredentials(req: Request): boolean {
  return req.get('authorization') !== undefined || sessionToken(req) !== undefined;
}

/**
 * Finds who makes the request: whose key it carries, or without one whose session. Read from PostgreSQL on each
 * request, so that revoking a key or disabling a user takes effect with the next one.
 * @returns undefined when it carries neither
 * @throws Problem 401 when its key or session cannot be used, 403 when another site may have made it
 */
export async function authenticate(
  { pool, config }: Pick<ApiContext, 'pool' | 'config'>,
  req: Request,
): Promise<Principal | undefined> {
  const header = req.get('authorization');
  if (header === undefined) {
    const person = await authenticateSession(pool, config, req);
    return person && { ...person, scopes: [everyScope] };
  }
  const text = /^Bearer +(\S.*)$/i.exec(header)?.[1];
  if (!text) {
    throw keyNotValid('The Authorization header must have the format "Bearer <key>".');
  }
  const { rows } = await pool.query<KeyRow>({
    name: 'authenticate',
    text: `SELECT k.id AS "keyId", k.scopes, k.machine, u.id AS "userId", u.name, u.role, u.distributor_id AS "distributorId",
             CASE WHEN k.revoked_at IS NOT NULL THEN 'This API key has been revoked.'
                  WHEN k.expires_at <= now() THEN 'This API key has expired.'
                  WHEN u.disabled_at IS NOT NULL THEN 'The user of this API key is disabled.' END AS unusable
           FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.secret_hash = $1`,
    values: [hashKey(text)],
  });
  const row = rows[0];
  if (!row) throw keyNotValid('This API key is unknown.');
  const { unusable, ...principal } = row;
  if (unusable) throw keyNotValid(unusable);
  return principal;
}

function keyNotValid(detail: string): Problem {
  return new Problem({
    status: 401,
    code: 'key_not_valid',
    detail,
    headers: { 'WWW-Authenticate': 'Bearer realm="tributary", error="invalid_token"' },
  });
}

/** @throws Problem 401 or 403 that says what is missing */
export function authorize(principal: Principal | undefined, { roles, scope }: Endpoint): void {
  if (!principal) {
    if (roles === 'public') return;
    throw new Problem({
      status: 401,
      code: 'authentication_required',
      detail: 'Send an API key as "Authorization: Bearer <key>", or sign in.',
      headers: { 'WWW-Authenticate': 'Bearer realm="tributary"' },
    });
  }
  if (roles !== 'public' && !roles.includes(principal.role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `This is allowed for the roles ${roles.join(', ')}; the user of this key has the role ${principal.role}.`,
    });
  }
  if (scope && !principal.scopes.includes(scope) && !principal.scopes.includes(everyScope)) {
    throw new Problem({
      status: 403,
      code: 'scope_missing',
      detail: `This requires a key with the scope ${scope}; this key has ${principal.scopes.join(', ') || 'none'}.`,
    });
  }
}

/** The scopes that a key of a user with this role may have: those of the endpoints open to the role. */
export function scopesOf(role: Role, endpoints: readonly Endpoint[]): string[] {
  const scopes = endpoints.flatMap(({ roles, scope }) =>
    scope && (roles === 'public' || roles.includes(role)) ? [scope] : [],
  );
  return [...new Set(scopes)].sort();
}

/**
 * Makes one admin with one key of this text while no key exists; so the first login needs no access to the database.
 * Safe when several processes start at once.
 * @returns whether it made the key
 */
export function bootstrapAdmin(pool: Pool, keyText: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // Held to the end of the transaction: of two processes the second finds the first one's key.
    await client.query('LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE');
    const { rowCount } = await client.query('SELECT 1 FROM api_keys LIMIT 1');
    if (rowCount) return false;
    const userId = uuidv7();
    const email = 'bootstrap-admin@tributary.invalid';
    const user = { name: 'bootstrap admin', role: 'admin' };
    await client.query('INSERT INTO users (id, email, name, role) VALUES ($1, $2, $3, $4)', [
      userId,
      email,
      user.name,
      user.role,
    ]);
    await client.query(
      'INSERT INTO api_keys (id, user_id, name, secret_hash, scopes) VALUES ($1, $2, $3, $4, $5)',
      ['bootstrap', userId, 'BOOTSTRAP_ADMIN_KEY', hashKey(keyText), [everyScope]],
    );
    await addAudit(client, {
      actor: SYSTEM,
      action: 'user.create',
      subject: subjectOf('user', userId),
      after: user,
    });
    await addAudit(client, {
      actor: SYSTEM,
      action: 'key.create',
      subject: 'key/bootstrap',
      after: { scopes: [everyScope] },
    });
    return true;
  });
}
