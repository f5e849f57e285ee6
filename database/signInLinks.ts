import type { Config } from '../config';
import type { Locale } from '../domain/application';
import { keyOf, subjectOf } from '../domain/kinds';
import { forgottenPasswordMail, signInLinkMail, singleSignOnMail } from '../domain/mail/user';
import { type Actor, addAudit, SYSTEM } from './journal';
import { queueMails } from './mails';
import type { Client } from './pool';
import { refuse } from './refusal';

const VALID_MS = 86_400_000;
/** Shorter, because anybody can ask for it. */
const FORGOTTEN_VALID_MS = 3_600_000;

/** Under which conditions a one-time link `l` opens nothing any more. */
export const linkIsDead = '(l.used_at IS NOT NULL OR l.voided_at IS NOT NULL OR l.expires_at <= now())';

/**
 * Adds a one-time link with which a user sets a password. The same id again changes nothing.
 * @param link.besideOthers leaves earlier ones of the user valid, which are void otherwise
 * @returns until when it can be used
 */
export async function addSignInLink(
  client: Client,
  link: { id: string; userId: string; validMs: number; besideOthers?: boolean },
): Promise<Date> {
  const { id, userId, validMs, besideOthers } = link;
  const { rowCount } = await client.query(
    `INSERT INTO sign_in_links (id, user_id, purpose, expires_at)
     VALUES ($1, $2, 'set_password', now() + $3 * interval '1 ms') ON CONFLICT (id) DO NOTHING`,
    [id, userId, validMs],
  );
  if (rowCount && !besideOthers) {
    await client.query(
      'UPDATE sign_in_links SET voided_at = now() WHERE user_id = $1 AND id <> $2 AND used_at IS NULL AND voided_at IS NULL',
      [userId, id],
    );
  }
  const { rows } = await client.query<{ expiresAt: Date }>(
    'SELECT expires_at AS "expiresAt" FROM sign_in_links WHERE id = $1 AND user_id = $2',
    [id, userId],
  );
  if (!rows[0]) throw new Error(`Sign-in link ${id} is another user's`);
  return rows[0].expiresAt;
}

/** A user to whom a link was made. */
interface Linked {
  email: string;
  name: string;
  locale: Locale;
  expiresAt: Date;
}

/**
 * Makes a one-time link for a user, valid for 24 hours; earlier ones are void.
 * Refused with `not_found` or `user_disabled`.
 * @param command.linkId the same again changes nothing
 */
export async function makeSignInLink(
  client: Client,
  { userId, linkId, actor }: { userId: string; linkId: string; actor: Actor },
): Promise<Linked> {
  const { rows } = await client.query<Omit<Linked, 'expiresAt'> & { disabled: boolean }>(
    'SELECT email, name, locale, disabled_at IS NOT NULL AS disabled FROM users WHERE id = $1 FOR NO KEY UPDATE',
    [userId],
  );
  const [user] = rows;
  if (!user) {
    throw refuse({ code: 'not_found', status: 404, message: `The user ${userId} does not exist.` });
  }
  if (user.disabled) {
    throw refuse({
      code: 'user_disabled',
      status: 409,
      message: 'The user is disabled and cannot sign in.',
    });
  }
  const expiresAt = await addSignInLink(client, { id: linkId, userId, validMs: VALID_MS });
  await addAudit(client, {
    actor,
    action: 'user.make_sign_in_link',
    subject: subjectOf('user', userId),
    after: { linkId, expiresAt },
  });
  return { ...user, expiresAt };
}

/**
 * Makes a one-time link as {@link makeSignInLink} does, and queues the mail with it.
 * @returns until when the link can be used, and the key of the mail
 */
export async function mailSignInLink(
  client: Client,
  config: Pick<Config, 'BRAND_NAME' | 'BRAND_TIME_ZONE'>,
  command: { userId: string; linkId: string; actor: Actor },
): Promise<{ expiresAt: Date; mailKey: string }> {
  const { email, name, locale, expiresAt } = await makeSignInLink(client, command);
  const subjectRef = subjectOf('user', command.userId);
  const mailKey = keyOf('user', command.userId, 'sign-in-link', command.linkId);
  const setting = { brand: config.BRAND_NAME, timeZone: config.BRAND_TIME_ZONE, locale, name };
  const text = signInLinkMail({ ...setting, until: expiresAt });
  await queueMails(client, [
    { key: mailKey, subjectRef, recipient: email, signInLinkId: command.linkId, ...text },
  ]);
  return { expiresAt, mailKey };
}

/**
 * Queues the mail for a forgotten password: with a one-time link, valid for an hour, or, for a user who signs in by
 * single sign-on and has no password, with the advice to do so.
 *
 * It can be requested in the name of any user, so earlier links stay valid: another person cannot void them.
 * @param request.mailId becomes the id of the link
 * @returns the key of the mail; undefined where no user who may sign in has this address
 */
export async function mailForgottenPassword(
  client: Client,
  config: Pick<Config, 'BRAND_NAME' | 'BRAND_TIME_ZONE' | 'OIDC_ISSUER'>,
  { email, mailId, requestId }: { email: string; mailId: string; requestId: string },
): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string; name: string; locale: Locale; bound: boolean }>(
    `SELECT id, name, locale, password_hash IS NULL AND oidc_subject IS NOT NULL AS bound
     FROM users WHERE email = $1 AND disabled_at IS NULL FOR NO KEY UPDATE`,
    [email],
  );
  const [user] = rows;
  if (!user) return undefined;
  const { id: userId, name, locale } = user;
  const subjectRef = subjectOf('user', userId);
  const setting = { brand: config.BRAND_NAME, timeZone: config.BRAND_TIME_ZONE, locale, name };
  const key = keyOf('user', userId, 'forgotten-password', mailId);
  const mail = { key, subjectRef, recipient: email };
  if (user.bound && config.OIDC_ISSUER) {
    await queueMails(client, [{ ...mail, ...singleSignOnMail(setting) }]);
    return mail.key;
  }
  const until = await addSignInLink(client, {
    id: mailId,
    userId,
    validMs: FORGOTTEN_VALID_MS,
    besideOthers: true,
  });
  await addAudit(client, {
    actor: { userId: null, name: 'somebody', requestId },
    action: 'user.forgot_password',
    subject: subjectRef,
    after: { linkId: mailId, expiresAt: until },
  });
  await queueMails(client, [
    { ...mail, signInLinkId: mailId, ...forgottenPasswordMail({ ...setting, until }) },
  ]);
  return mail.key;
}

/**
 * Makes the link of the first start, while no user has a password: for the first admin.
 * @returns the admin's mail address; undefined when a user has a password, or there is no admin yet
 */
export async function firstSignInLink(client: Client, linkId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM users WHERE role = 'admin' AND disabled_at IS NULL
       AND NOT EXISTS (SELECT 1 FROM users WHERE password_hash IS NOT NULL)
     ORDER BY created_at, id LIMIT 1`,
  );
  const [admin] = rows;
  if (!admin) return undefined;
  return (await makeSignInLink(client, { userId: admin.id, linkId, actor: SYSTEM })).email;
}
