import { linkIsDead } from '../../../database/signInLinks';
import { start } from '../../../temporal/messages';
import type { ApiContext } from '../../http/endpoint';
import { senderOf } from '../../workflows/client';

/**
 * Starts the delivery of a mail in `mails` that no other process sends. Where Temporal is away it stays pending,
 * until `npm run recover` finds it.
 */
export async function sendQueuedMail(context: ApiContext, key: string): Promise<void> {
  await start(senderOf(context), { kind: 'mail', id: key }).catch((error: unknown) =>
    context.log.warn({ err: error, key }, 'an email stays queued'),
  );
}

/**
 * SQL: whether a mail `m` waits to be resent by a person. An expired one-time link opens nothing; those in mails of
 * an application are made again when the mail is sent.
 */
export const isResendable = `(m.state = 'undeliverable' AND (m.subject_ref LIKE 'application/%' OR NOT EXISTS (
  SELECT 1 FROM sign_in_links l WHERE l.id = m.sign_in_link_id AND ${linkIsDead})))`;
