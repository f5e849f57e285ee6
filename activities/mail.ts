import { createHash } from 'node:crypto';
import { CancelledFailure, Context } from '@temporalio/activity';
import nodemailer from 'nodemailer';
import { type Config, durationMs } from '../config';
import { withLinks } from '../database/links';
import type { Mail } from '../database/mails';
import type { Pool } from '../database/pool';
import type { Sealer } from '../database/sealing';
import type { StateOf } from '../domain/kinds';
import { subjectOf } from '../domain/kinds';
import { storableText } from '../domain/storableText';
import { activitySender } from '../temporal/activitySender';
import { start } from '../temporal/messages';

/** Hands mails to the mail server. */
export interface Mailer {
  /** @throws Error of the connection or of the server's answer */
  send(mail: Mail): Promise<void>;
}

/**
 * Makes a mailer for the configured server.
 * @param timeoutMs how long to wait for the connection, and for each answer of the server
 */
export function createMailer(config: Pick<Config, 'SMTP_URL' | 'MAIL_FROM'>, timeoutMs = 15_000): Mailer {
  const transport = nodemailer.createTransport({
    url: config.SMTP_URL,
    dnsTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  const domain = /@([\w.-]+)/.exec(config.MAIL_FROM)?.[1] ?? 'tributary.invalid';
  return {
    async send({ key, recipient, subject, body }) {
      // The same for each attempt: a mail that went out twice, because the process died before it could note the
      // first, is recognised by the receiving side.
      const messageId = `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${domain}>`;
      // An object, because a text is parsed as a list of addresses.
      await transport.sendMail({
        from: config.MAIL_FROM,
        to: { name: '', address: recipient },
        subject,
        text: body,
        messageId,
      });
    },
  };
}

/** Longest answer of a mail server that is kept. */
const LONGEST_ERROR = 1000;
/** How many mails about a payout batch are begun at once. */
const LANES = 4;
/** Longest wait for one of them before the next is begun. */
const PATIENCE_MS = 5_000;
/** Longest wait for Temporal to take a start. */
const START_WITHIN_MS = 5_000;

interface SmtpError extends Error {
  responseCode?: number;
  command?: string;
}

/**
 * Whether trying again is useless: the server refused this recipient or this message for good. Other permanent
 * answers, such as to a wrong password, are about the server's settings, which can be corrected.
 */
function isRefusal({ responseCode = 0, command = '' }: SmtpError): boolean {
  return responseCode >= 500 && /^(RCPT|DATA)/.test(command);
}

export function createMailActivities(context: {
  pool: Pool;
  mailer: Mailer;
  sealer: Sealer;
  config: Pick<Config, 'MAIL_RETRY_FOR' | 'PUBLIC_URL' | 'API_PORT'>;
}) {
  const { pool, mailer, sealer, config } = context;
  const retryForMs = durationMs(config.MAIL_RETRY_FOR);

  /** Idempotent: the process is named after the mail. */
  const startProcess = (key: string) => start(activitySender(START_WITHIN_MS), { kind: 'mail', id: key });

  return {
    /** Sends a queued mail by a process of its own, so that the step it reports never waits for a mail server. */
    async startMail(key: string): Promise<void> {
      await startProcess(key);
    },

    /**
     * Sends all waiting mails about the withdrawals of a payout batch, a few at a time: thousands at once would block
     * the workers and the mail server for all others. One that cannot be delivered at once goes on in its own process,
     * and the next is begun.
     */
    async startPayoutMails(batchId: string): Promise<void> {
      const { cancellationSignal, client, heartbeat } = Context.current();
      const { rows } = await pool.query<{ key: string }>(
        `SELECT m.key FROM withdrawals w JOIN mails m ON m.subject_ref = 'withdrawal/' || w.id
         WHERE w.batch_id = $1 AND m.state = 'pending' ORDER BY m.key DESC`,
        [batchId],
      );
      const work = async () => {
        for (let next = rows.pop(); next && !cancellationSignal.aborted; next = rows.pop()) {
          const { key } = next;
          await startProcess(key);
          heartbeat();
          await client.connection
            .withDeadline(Date.now() + PATIENCE_MS, () =>
              client.workflow.getHandle(subjectOf('mail', key)).result(),
            )
            .catch(() => {});
          heartbeat();
        }
      };
      await Promise.all(Array.from({ length: LANES }, work));
      if (cancellationSignal.aborted) throw new CancelledFailure('the worker stops; another attempt goes on');
    },

    /**
     * Sends a queued mail, unless it went out already. What the server refuses for good, or does not take within
     * MAIL_RETRY_FOR, becomes undeliverable, with the reason in the row; that is a result and not a failure.
     * @returns what became of it
     * @throws Error when the mail should be tried again
     */
    async deliverMail(key: string): Promise<Exclude<StateOf<'mail'>, 'pending'>> {
      const { rows } = await pool.query<{
        subject_ref: string;
        recipient: string;
        subject: string;
        body: string;
        state: StateOf<'mail'>;
        created_at: Date;
        sign_in_link_id: string | null;
        resent_at: Date | null;
      }>('UPDATE mails SET attempts = attempts + (state = $2)::int WHERE key = $1 RETURNING *', [
        key,
        'pending',
      ]);
      const [mail] = rows;
      if (!mail) throw new Error(`there is no mail ${key}`);
      if (mail.state !== 'pending') return mail.state;
      const { recipient, subject, subject_ref: subjectRef } = mail;
      const body = withLinks(
        { key, body: mail.body, subjectRef, signInLinkId: mail.sign_in_link_id },
        config,
        sealer,
      );
      try {
        await mailer.send({ key, subjectRef, recipient, subject, body });
      } catch (error) {
        const since = mail.resent_at ?? mail.created_at;
        const final = isRefusal(error as SmtpError) || Date.now() - since.getTime() > retryForMs;
        await pool.query(
          `UPDATE mails SET last_error = $2, state = CASE WHEN $3 THEN 'undeliverable' ELSE state END
           WHERE key = $1 AND state = 'pending'`,
          [key, storableText((error as Error).message, LONGEST_ERROR), final],
        );
        if (final) return 'undeliverable';
        throw error;
      }
      await pool.query(
        `UPDATE mails SET state = 'sent', sent_at = now(), last_error = NULL WHERE key = $1 AND state = 'pending'`,
        [key],
      );
      return 'sent';
    },
  };
}
