import type { Request } from 'express';
import { type Actor, type AuditEntry, addAudit } from '../../database/journal';
import { linkIdOf } from '../../database/links';
import { type Client, inTransaction } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import { linkIsDead, mailForgottenPassword } from '../../database/signInLinks';
import { subjectOf } from '../../domain/kinds';
import type { Role } from '../../domain/roles';
import type { ApiContext, Principal } from '../http/endpoint';
import { Problem } from '../http/problem';
import { sendQueuedMail } from '../routes/mail/send';
import { hashPassword, isPassword, refuseWeakPassword } from './passwords';
import { removeSecondFactor, spendCode } from './secondFactor';
import { endSessions, startSession } from './sessions';
import { type Attempt, attemptSucceeded, beginAttempt, takeBackAttempt } from './throttle';

/** A user, as sign-in needs it. */
export interface Account {
  id: string;
  email: string;
  name: string;
  role: Role;
  disabled: boolean;
  passwordHash: string | null;
  /** The sealed secret of the second factor, where one is in force. */
  secondFactor: string | null;
}

const accountColumns = `u.id, u.email, u.name, u.role, u.disabled_at IS NOT NULL AS disabled,
  u.password_hash AS "passwordHash",
  CASE WHEN u.totp_confirmed_at IS NOT NULL THEN u.totp_secret_sealed END AS "secondFactor"`;

/** Reads the account of the person who is signed in. */
export async function ownAccount({ pool }: ApiContext, { userId }: Principal): Promise<Account> {
  const { rows } = await pool.query<Account>(`SELECT ${accountColumns} FROM users u WHERE u.id = $1`, [
    userId,
  ]);
  return rows[0]!;
}

/** What every way to sign in needs of the request. */
export interface SignInCall {
  context: ApiContext;
  req: Request;
  requestId: string;
  /** Becomes the id of the session. */
  resourceId: string;
}

/** A new session: its user, and its cookie. */
export interface SignedIn {
  userId: string;
  role: Role;
  setCookie: string;
}

/** An audit entry about a person's own account. */
export function auditOwn(
  client: Client,
  user: Pick<Account, 'id' | 'name'>,
  { requestId, ...entry }: Pick<AuditEntry, 'action' | 'after'> & Pick<Actor, 'requestId'>,
): Promise<void> {
  return addAudit(client, {
    actor: { userId: user.id, name: user.name, requestId },
    subject: subjectOf('user', user.id),
    ...entry,
  });
}

/**
 * Begins a session for a person whose identity is proved, and records how.
 * @param how.secondFactor whether a code of the second factor was given
 * @throws Problem 401 when the user has been disabled meanwhile
 */
export async function openSession(
  client: Client,
  { context, req, requestId, resourceId }: SignInCall,
  user: Pick<Account, 'id' | 'name' | 'role'>,
  { by, secondFactor }: { by: string; secondFactor: boolean },
): Promise<SignedIn> {
  const setCookie = await startSession(client, {
    config: context.config,
    req,
    id: resourceId,
    userId: user.id,
    secondFactor,
  });
  if (!setCookie) throw refused();
  await auditOwn(client, user, { action: 'user.sign_in', after: { sessionId: resourceId, by }, requestId });
  return { userId: user.id, role: user.role, setCookie };
}

/**
 * Signs in with a password, and the code of the second factor where there is one. Neither the answer nor its time
 * reveals whether a mail address has an account.
 * @throws Problem 401 `sign_in_refused` or `code_required`, 429 `too_many_attempts`
 */
export async function signIn(
  call: SignInCall,
  { email, password, code }: { email: string; password: string; code?: string },
): Promise<SignedIn> {
  const { context, req, requestId } = call;
  const attempt = await beginAttempt(context, { email, req });
  const { rows } = await context.pool.query<Account>(
    `SELECT ${accountColumns} FROM users u WHERE u.email = $1`,
    [email],
  );
  const [user] = rows;
  const right = await isPassword(user?.passwordHash, password);
  if (!user || !right || user.disabled) {
    await auditRefusal(context, user, { because: right ? 'disabled' : 'password', requestId });
    throw refused();
  }
  return withCode(call, { user, code, attempt, by: 'password' }, async (client) => {
    // The password may have been changed while this one was checked.
    const { rowCount } = await client.query(
      'SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 FOR SHARE',
      [user.id, user.passwordHash],
    );
    if (!rowCount) throw refused();
  });
}

/**
 * Sets a password with a one-time link and signs in. All other sessions and links of the user end.
 * @throws Problem 409 `link_not_valid`, 422 for the password, 401 and 429 for the second factor as in {@link signIn}
 */
export async function redeemLink(
  call: SignInCall,
  { token, password, code }: { token: string; password: string; code?: string },
): Promise<SignedIn> {
  const { context, req, requestId } = call;
  const linkId = linkIdOf(createSealer(context.config), token);
  const { rows } = await context.pool.query<Account>(
    `SELECT ${accountColumns} FROM sign_in_links l JOIN users u ON u.id = l.user_id WHERE l.id = $1 AND ${linkLasts}`,
    [linkId],
  );
  const [user] = rows;
  if (!user) throw linkNotValid();
  refuseWeakPassword(password, user.email, '/password');
  // Without a code there is nothing to guess, so the pause caused by failed attempts of others does not apply.
  const attempt = user.secondFactor ? await beginAttempt(context, { email: user.email, req }) : undefined;
  const hash = await hashPassword(password);
  return withCode(call, { user, code, attempt, by: 'link' }, async (client) => {
    const { rowCount } = await client.query(
      `UPDATE sign_in_links l SET used_at = now() FROM users u
       WHERE l.id = $1 AND u.id = l.user_id AND ${linkLasts}`,
      [linkId],
    );
    if (!rowCount) throw linkNotValid();
    await setPassword(client, { userId: user.id, hash });
    await auditOwn(client, user, { action: 'user.set_password', after: { by: 'link', linkId }, requestId });
  });
}

/** Mails a one-time link to the user of this mail address, if they may sign in. Never throws: no caller awaits it. */
export async function mailPasswordLink(
  context: ApiContext,
  request: { email: string; mailId: string; requestId: string },
): Promise<void> {
  try {
    const key = await inTransaction(context.pool, (client) =>
      mailForgottenPassword(client, context.config, request),
    );
    if (key) await sendQueuedMail(context, key);
  } catch (error) {
    context.log.error(
      { err: error, requestId: request.requestId },
      'the link for a forgotten password could not be sent',
    );
  }
}

const linkLasts = `NOT ${linkIsDead} AND u.disabled_at IS NULL`;

/**
 * Stores a password and ends the sessions and links of before.
 * @param change.from the password hash that it replaces; any, when left out
 * @param change.exceptSession a session that goes on
 * @returns false when `from` is no longer the password
 */
export async function setPassword(
  client: Client,
  change: { userId: string; hash: string; from?: string; exceptSession?: string },
): Promise<boolean> {
  const { rowCount } = await client.query(
    'UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash IS NOT DISTINCT FROM coalesce($3, password_hash)',
    [change.userId, change.hash, change.from],
  );
  if (!rowCount) return false;
  await endSessions(client, change.userId, change.exceptSession);
  await client.query(
    'UPDATE sign_in_links SET voided_at = now() WHERE user_id = $1 AND used_at IS NULL AND voided_at IS NULL',
    [change.userId],
  );
  return true;
}

/** The last steps of signing in: asks for the code, then does `work`, uses the code up and begins the session. */
async function withCode(
  call: SignInCall,
  { user, code, attempt, by }: { user: Account; code?: string; attempt?: Attempt; by: string },
  work: (client: Client) => Promise<void>,
): Promise<SignedIn> {
  const { context, requestId } = call;
  const { id, secondFactor } = user;
  if (secondFactor && !code) {
    if (attempt) await takeBackAttempt(context, attempt);
    throw new Problem({
      status: 401,
      code: 'code_required',
      detail: 'Enter the code from your authenticator app, or one of your recovery codes.',
      errors: [{ pointer: '/code', detail: 'is required' }],
    });
  }
  const signedIn = await inTransaction(context.pool, async (client) => {
    await lockUser(client, id);
    let proof = by;
    if (secondFactor) {
      const spent = await spendCode(client, createSealer(context.config), { id, secondFactor }, code!);
      if (!spent) return undefined;
      proof = `${by}+${spent}`;
    }
    await work(client);
    return openSession(client, call, user, { by: proof, secondFactor: secondFactor !== null });
  });
  if (!signedIn) {
    await auditRefusal(context, user, { because: 'code', requestId });
    throw refused();
  }
  if (attempt) await attemptSucceeded(context, attempt);
  return signedIn;
}

/** The user's row first, as everywhere: two concurrent sign-ins must not deadlock. */
async function lockUser(client: Client, id: string): Promise<void> {
  await client.query('SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE', [id]);
}

async function auditRefusal(
  { pool }: ApiContext,
  user: Pick<Account, 'id' | 'name'> | undefined,
  { because, requestId }: { because: 'password' | 'code' | 'disabled'; requestId: string },
): Promise<void> {
  await addAudit(pool, {
    actor: { userId: null, name: 'somebody', requestId },
    action: 'user.sign_in_refused',
    subject: user ? subjectOf('user', user.id) : 'user/unknown',
    after: { because },
  });
}

function refused(): Problem {
  return new Problem({
    status: 401,
    code: 'sign_in_refused',
    detail: 'The email address, password or code is incorrect. Check them, or request a new link.',
  });
}

function linkNotValid(): Problem {
  return new Problem({
    status: 409,
    code: 'link_not_valid',
    detail: 'This link was used, was replaced by a newer one, or has expired. Request a new one.',
  });
}

/**
 * Lets the signed-in user do what takes the password again. Failed attempts count as those at the sign-in.
 * @throws Problem 403 `session_required`, 409 `password_not_set`, 429; 401 `sign_in_refused` when it is wrong
 */
export async function confirmPassword(
  { context, req, principal, requestId }: OwnCall,
  password: string,
): Promise<{ user: Account & { passwordHash: string }; attempt: Attempt }> {
  requireSession(principal);
  const user = await ownAccount(context, principal);
  const { passwordHash } = user;
  if (passwordHash === null) {
    throw new Problem({
      status: 409,
      code: 'password_not_set',
      detail: 'You have no password. Ask an administrator for a link to set one.',
    });
  }
  const attempt = await beginAttempt(context, { email: user.email, req });
  if (!(await isPassword(passwordHash, password))) {
    await auditRefusal(context, user, { because: 'password', requestId });
    throw refused();
  }
  return { user: { ...user, passwordHash }, attempt };
}

/** What users do to their own account. */
export interface OwnCall {
  context: ApiContext;
  req: Request;
  principal: Principal;
  requestId: string;
}

/** @returns the id of the session @throws Problem 403 for an API key, which must not outlive itself by a password */
export function requireSession({ sessionId }: Principal): string {
  if (sessionId) return sessionId;
  throw new Problem({
    status: 403,
    code: 'session_required',
    detail: 'Only a signed-in person can do this, not an API key.',
  });
}

/** Changes the user's own password; all other sessions end. */
export async function changePassword(
  call: OwnCall,
  { current, next }: { current: string; next: string },
): Promise<void> {
  const { context, principal, requestId } = call;
  const { user, attempt } = await confirmPassword(call, current);
  await takeBackAttempt(context, attempt);
  refuseWeakPassword(next, user.email, '/new');
  const hash = await hashPassword(next);
  await inTransaction(context.pool, async (client) => {
    const changed = await setPassword(client, {
      userId: user.id,
      hash,
      from: user.passwordHash,
      exceptSession: principal.sessionId,
    });
    if (!changed) throw refused();
    await auditOwn(client, user, { action: 'user.set_password', after: { by: 'password' }, requestId });
  });
}

/** Removes the user's own second factor, by password and a code. */
export async function disableSecondFactor(
  call: OwnCall,
  { password, code }: { password: string; code: string },
): Promise<void> {
  const { context, requestId } = call;
  const { user, attempt } = await confirmPassword(call, password);
  const { id, secondFactor } = user;
  if (!secondFactor) {
    await takeBackAttempt(context, attempt);
    throw new Problem({
      status: 409,
      code: 'second_factor_off',
      detail: 'Two-step verification is not enabled for you.',
    });
  }
  const disabled = await inTransaction(context.pool, async (client) => {
    await lockUser(client, id);
    const spent = await spendCode(client, createSealer(context.config), { id, secondFactor }, code);
    if (!spent) return false;
    await removeSecondFactor(client, id);
    await auditOwn(client, user, { action: 'second_factor.disable', after: { by: spent }, requestId });
    return true;
  });
  if (!disabled) {
    await auditRefusal(context, user, { because: 'code', requestId });
    throw refused();
  }
  await takeBackAttempt(context, attempt);
}
