import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { createSealer } from '../../database/sealing';
import { keyOf } from '../../domain/kinds';
import { mailboxOf } from '../../domain/mailAddress';
import type { ApiContext } from '../http/endpoint';
import { Problem } from '../http/problem';

/** An attempt to sign in, counted as failed until it has succeeded. */
export interface Attempt {
  account: string;
  address: string;
}

// A whole office may share one address.
const allowed = `CASE WHEN a.subject LIKE 'account/%' THEN 10 ELSE 50 END`;

/**
 * Counts an attempt before it is checked, so that a hundred at once cannot get round the limit; in the database,
 * so that it holds over all processes. From some number of failures on, each is followed by a pause: 30 seconds,
 * doubling up to 15 minutes. Forgotten after a day without failures.
 * @param email as it was typed: counted in the same way whether or not it is a user's
 * @throws Problem 429 during a pause, also where the password would be right
 */
export async function beginAttempt(
  { pool, config }: ApiContext,
  { email, req }: { email: string; req: Request },
): Promise<Attempt> {
  const sealer = createSealer(config);
  const account = keyOf('account', sealer.numberHash('sign_in_account', email));
  const address = keyOf('address', sealer.numberHash('sign_in_address', ipKeyGenerator(req.ip ?? 'unknown')));
  const { rows } = await pool.query<{ counted: number; seconds: number | null }>(
    `WITH blocked AS (
       SELECT max(blocked_until) AS until FROM sign_in_attempts WHERE subject = ANY ($1) AND blocked_until > now()
     ), counted AS (
       INSERT INTO sign_in_attempts AS a (subject, failures, last_at)
       SELECT subject, 1, now() FROM unnest($1::text[]) AS subject, blocked WHERE until IS NULL ORDER BY subject
       ON CONFLICT (subject) DO UPDATE SET last_at = now(),
         failures = CASE WHEN a.last_at < now() - interval '1 day' THEN 1 ELSE a.failures + 1 END,
         blocked_until = CASE WHEN a.last_at >= now() - interval '1 day' AND a.failures + 1 >= ${allowed}
           THEN now() + least(interval '15 minutes', interval '30 seconds' * 2 ^ least(a.failures + 1 - ${allowed}, 10)) END
       WHERE a.blocked_until IS NULL OR a.blocked_until <= now()
       RETURNING subject
     )
     SELECT (SELECT count(*)::int FROM counted) AS counted,
       ceil(extract(epoch FROM until - now()))::int AS seconds FROM blocked`,
    [[account, address]],
  );
  const { counted, seconds } = rows[0]!;
  if (counted < 2) {
    // Without a time, another attempt of this moment has begun the pause.
    const wait = seconds ?? 30;
    throw new Problem({
      status: 429,
      code: 'too_many_attempts',
      detail: `Too many failed attempts. Retry in ${wait} seconds.`,
      headers: { 'Retry-After': String(wait) },
    });
  }
  return { account, address };
}

/** A mail that is requested without signing in. */
interface PublicMail {
  /** As it was typed. Counted in the same way whether or not it is known here. */
  email: string;
  req: Request;
  /** UUID: the same for a repeat of the request, which counts once. */
  requestId: string;
}

/**
 * Counts a mail that is requested without signing in, within the bounds for its mail address and its network address;
 * in the database, so that they hold over all processes.
 * @returns seconds to wait; 0 when it is counted
 */
export async function countPublicMail(
  { pool, config }: ApiContext,
  { email, req, requestId }: PublicMail,
): Promise<number> {
  const sealer = createSealer(config);
  const { rows } = await pool.query<{ seconds: number }>(
    `SELECT count_public_mail($1, decode($2, 'hex'), decode($3, 'hex'), $4, $5, $6, $7) AS seconds`,
    [
      requestId,
      sealer.numberHash('sign_in_account', mailboxOf(email)),
      sealer.numberHash('sign_in_address', ipKeyGenerator(req.ip ?? 'unknown')),
      config.PUBLIC_MAILS_PER_ADDRESS_HOUR,
      config.PUBLIC_MAILS_PER_ADDRESS_DAY,
      config.PUBLIC_MAILS_PER_ORIGIN_HOUR,
      config.PUBLIC_MAILS_PER_ORIGIN_DAY,
    ],
  );
  return rows[0]!.seconds;
}

/** Counts a mail as {@link countPublicMail} does. @throws Problem 429 beyond the bounds */
export async function limitPublicMail(context: ApiContext, mail: PublicMail): Promise<void> {
  const seconds = await countPublicMail(context, mail);
  if (!seconds) return;
  throw new Problem({
    status: 429,
    code: 'too_many_mails',
    detail: `Too many emails were requested for this address or from this network address. Check the inbox and the spam folder, or retry in ${seconds} seconds.`,
    headers: { 'Retry-After': String(seconds) },
  });
}

/** Does not count an attempt that was right so far, such as a password without the code that is needed too. */
export async function takeBackAttempt({ pool }: ApiContext, attempt: Attempt): Promise<void> {
  await lower(pool, [attempt.account, attempt.address], 1);
}

/**
 * Notes that an attempt has succeeded: the failures of the account are forgotten, and one of the address, so that
 * those of an office do not add up over the days.
 */
export async function attemptSucceeded({ pool }: ApiContext, attempt: Attempt): Promise<void> {
  await lower(pool, [attempt.address], 2);
  await pool.query(`DELETE FROM sign_in_attempts WHERE subject = $1 OR last_at < now() - interval '1 day'`, [
    attempt.account,
  ]);
}

// While failures are beyond the limit only one attempt at a time is let through, so the pause is this one's own.
async function lower(pool: ApiContext['pool'], subjects: string[], by: number): Promise<void> {
  await pool.query(
    `UPDATE sign_in_attempts SET failures = greatest(0, failures - $2), blocked_until = NULL WHERE subject IN (
       SELECT subject FROM sign_in_attempts WHERE subject = ANY ($1) ORDER BY subject FOR UPDATE)`,
    [subjects, by],
  );
}
