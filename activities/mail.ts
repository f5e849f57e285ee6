import { createHash } from 'node:crypto';
import nodemailer from 'nodemailer';
import { type Config, durationMs } from '../config';
import type { Client, Pool } from './database';
import { withLinks } from './links';
import type { Sealer } from './sealing';

/** A mail as it is kept and sent. */
export interface Mail {
  /** What the mail is about, uniquely: the same key is never sent twice. */
  key: string;
  /** The thing it belongs to: `application/<id>`. */
  subjectRef: string;
  recipient: string;
  subject: string;
  body: string;
}

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

/**
 * Keeps a mail for delivery, in the transaction of the step that it tells of: no step is without its mail, and no
 * mail tells of a step that did not happen. `deliverMail` sends it.
 * @param mail.signInLinkId the one-time link that goes in place of `mailLinks.signIn`
 */
export async function queueMail(client: Client, mail: Mail & { signInLinkId?: string }): Promise<void> {
  await client.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body, sign_in_link_id) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (key) DO NOTHING`,
    [mail.key, mail.subjectRef, mail.recipient, mail.subject, mail.body, mail.signInLinkId],
  );
}

/** Keys of the mails about a thing that wait for delivery, oldest first. */
export async function pendingMails(client: Client, subjectRef: string): Promise<string[]> {
  const { rows } = await client.query<{ key: string }>(
    `SELECT key FROM mails WHERE subject_ref = $1 AND state = 'pending' ORDER BY created_at, key`,
    [subjectRef],
  );
  return rows.map(({ key }) => key);
}

interface SmtpError extends Error {
  responseCode?: number;
  command?: string;
}

/**
 * Whether trying again is useless: the server refused this recipient or this message for good. Other permanent
 * answers, such as to a wrong password, are about the server's settings, which somebody can put right.
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
  return {
    /**
     * Sends a queued mail, unless it went out already. What the server refuses for good, or does not take within
     * MAIL_RETRY_FOR, becomes undeliverable, with the reason in the row; that is a result and not a failure.
     * @returns what became of it
     * @throws Error when the mail should be tried again
     */
    async deliverMail(key: string): Promise<'sent' | 'undeliverable'> {
      const { rows } = await pool.query<{
        subject_ref: string;
        recipient: string;
        subject: string;
        body: string;
        state: 'pending' | 'sent' | 'undeliverable';
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
        { body: mail.body, subjectRef, signInLinkId: mail.sign_in_link_id },
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
          [key, (error as Error).message, final],
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
