import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { createSealer } from '../../database/sealing';
import { keyOf } from '../../domain/kinds';
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

/**
 * Limits a mail that can be requested without signing in: three for one mail address and twenty from one network
 * address, then none for an hour.
 * @param email as it was typed: counted in the same way whether or not it is a user's
 * @throws Problem 429
 */
export async function countMailRequest(
  { pool, config }: ApiContext,
  { email, req }: { email: string; req: Request },
): Promise<void> {
  const sealer = createSealer(config);
  const account = keyOf('mail', sealer.numberHash('sign_in_account', email));
  const address = keyOf(
    'mail-address',
    sealer.numberHash('sign_in_address', ipKeyGenerator(req.ip ?? 'unknown')),
  );
  const { rows } = await pool.query<{ counted: number; seconds: number | null }>(
    `WITH wanted AS (
       SELECT * FROM unnest($1::text[], $2::int[]) AS w (subject, allowed)
     ), blocked AS (
       SELECT max(a.last_at) + interval '1 hour' AS until FROM wanted w JOIN sign_in_attempts a USING (subject)
       WHERE a.failures >= w.allowed AND a.last_at > now() - interval '1 hour'
     ), counted AS (
       INSERT INTO sign_in_attempts AS a (subject, failures, last_at)
       SELECT subject, 1, now() FROM wanted, blocked WHERE until IS NULL ORDER BY subject
       ON CONFLICT (subject) DO UPDATE SET last_at = now(),
         failures = CASE WHEN a.last_at > now() - interval '1 hour' THEN a.failures + 1 ELSE 1 END
       WHERE a.last_at <= now() - interval '1 hour'
         OR a.failures < (SELECT allowed FROM wanted w WHERE w.subject = a.subject)
       RETURNING subject
     )
     SELECT (SELECT count(*)::int FROM counted) AS counted,
       ceil(extract(epoch FROM until - now()))::int AS seconds FROM blocked`,
    [
      [account, address],
      [3, 20],
    ],
  );
  const { counted, seconds } = rows[0]!;
  if (counted === 2) return;
  // Without a time, another one of this moment was the last.
  const wait = seconds ?? 3_600;
  throw new Problem({
    status: 429,
    code: 'too_many_mails',
    detail: `Too many emails were requested. Check the inbox and the spam folder, or retry in ${wait} seconds.`,
    headers: { 'Retry-After': String(wait) },
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
