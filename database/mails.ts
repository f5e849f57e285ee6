import type { Prisma } from '../prisma/client/client';
import type { Client, Pool } from './pool';

/** A mail as it is kept and sent. */
export interface Mail {
  /** What the mail is about, uniquely: the same key is never sent twice. */
  key: string;
  /** The subject it belongs to: `application/<id>`. */
  subjectRef: string;
  recipient: string;
  subject: string;
  body: string;
}

/** A mail before it is sent. */
export interface QueuedMail extends Mail {
  /** The one-time link that goes in place of `mailLinks.signIn`. */
  signInLinkId?: string;
}

/**
 * Keeps mails for delivery, in the transaction of the step that they report: no step is without its mail, and no
 * mail reports a step that did not happen. `deliverMail` sends them.
 * @param transaction of `pg` or of Prisma
 */
export async function queueMails(
  transaction: Client | Prisma.TransactionClient,
  mails: QueuedMail[],
): Promise<void> {
  if (!mails.length) return;
  const rows = JSON.stringify(mails);
  if ('$executeRawUnsafe' in transaction) await transaction.$executeRawUnsafe(insertMails, rows);
  else await transaction.query(insertMails, [rows]);
}

const insertMails = `INSERT INTO mails (key, subject_ref, recipient, subject, body, sign_in_link_id)
  SELECT key, "subjectRef", recipient, subject, body, "signInLinkId" FROM jsonb_to_recordset($1::jsonb) AS m
    (key text, "subjectRef" text, recipient text, subject text, body text, "signInLinkId" uuid)
  ON CONFLICT (key) DO NOTHING`;

/** Keys of the mails about a subject that wait for delivery, oldest first. */
export async function pendingMails(database: Pool | Client, subjectRef: string): Promise<string[]> {
  const { rows } = await database.query<{ key: string }>(
    `SELECT key FROM mails WHERE subject_ref = $1 AND state = 'pending' ORDER BY created_at, key`,
    [subjectRef],
  );
  return rows.map(({ key }) => key);
}
