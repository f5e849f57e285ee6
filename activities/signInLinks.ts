import type { Config } from '../config';
import type { Locale } from '../domain/application';
import { signInLinkMail } from '../domain/mailTexts';
import type { Client } from './database';
import { type Actor, addAudit, SYSTEM } from './journal';
import { queueMail } from './mail';
import { refuse } from './refusal';

const VALID_MS = 86_400_000;

/**
 * Adds a one-time link with which a user sets a password; earlier ones of the user are void. The same id again
 * changes nothing.
 * @returns until when it can be used
 */
export async function addSignInLink(
  client: Client,
  { id, userId, validMs }: { id: string; userId: string; validMs: number },
): Promise<Date> {
  const { rowCount } = await client.query(
    `INSERT INTO sign_in_links (id, user_id, purpose, expires_at)
     VALUES ($1, $2, 'set_password', now() + $3 * interval '1 ms') ON CONFLICT (id) DO NOTHING`,
    [id, userId, validMs],
  );
  if (rowCount) {
    await client.query(
      'UPDATE sign_in_links SET voided_at = now() WHERE user_id = $1 AND id <> $2 AND used_at IS NULL AND voided_at IS NULL',
      [userId, id],
    );
  }
  const { rows } = await client.query<{ expiresAt: Date }>(
    'SELECT expires_at AS "expiresAt" FROM sign_in_links WHERE id = $1',
    [id],
  );
  return rows[0]!.expiresAt;
}

/** A user to whom a link was made. */
interface Linked {
  email: string;
  name: string;
  locale: Locale;
  expiresAt: Date;
}

/**
 * Makes a one-time link for a user, valid for 24 hours.
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
      message: 'The user is disabled and can not sign in.',
    });
  }
  const expiresAt = await addSignInLink(client, { id: linkId, userId, validMs: VALID_MS });
  await addAudit(client, {
    actor,
    action: 'user.make_sign_in_link',
    subject: `user/${userId}`,
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
  const subjectRef = `user/${command.userId}`;
  const mailKey = `${subjectRef}/sign-in-link/${command.linkId}`;
  const setting = { brand: config.BRAND_NAME, timeZone: config.BRAND_TIME_ZONE, locale, name };
  await queueMail(client, {
    key: mailKey,
    subjectRef,
    recipient: email,
    signInLinkId: command.linkId,
    ...signInLinkMail({ ...setting, until: expiresAt }),
  });
  return { expiresAt, mailKey };
}

/**
 * Makes the link of the first start, while nobody has a password: for the first admin.
 * @returns his mail address; undefined when somebody has a password, or there is no admin yet
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
