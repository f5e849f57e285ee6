import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { inTransaction } from '../../../database/pool';
import { kinds, parseSubject } from '../../../domain/kinds';
import { maskMailAddress } from '../../../domain/mailAddress';
import type { RefusalCode } from '../../../domain/refusals';
import { STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { subjectName } from '../../../domain/words/subject';
import { inLanguage } from '../../../domain/words/text';
import { scrub } from '../../../log';
import { signal } from '../../../temporal/messages';
import { resendApplicationMail } from '../../../workflows/application';
import { resendMail } from '../../../workflows/mail';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { isOfReadableKind } from '../../http/readable';
import { timestampOutput } from '../../http/schemas';
import { senderOf } from '../../workflows/client';
import { actorOfCall } from '../../workflows/decisions';
import { isResendable } from './send';

const stateSchema = z.enum(kinds.mail.states);

const mailSchema = z
  .object({
    key: z.string(),
    about: z.string().describe('The subject, such as application/<id>.'),
    recipient: z.string().describe('Masked.'),
    subject: z.string(),
    state: stateSchema,
    attempts: z.int(),
    lastError: z.string().nullable(),
    createdAt: timestampOutput,
    sentAt: timestampOutput.nullable(),
    resentAt: timestampOutput.nullable().describe('When it was resent.'),
    resendable: z.boolean().describe('Undeliverable and can be resent: it has no expired one-time link.'),
  })
  .meta({ id: 'Mail' });

type MailBody = z.input<typeof mailSchema>;
type MailRow = Omit<MailBody, 'createdAt' | 'sentAt' | 'resentAt'> & {
  createdAt: Date;
  sentAt: Date | null;
  resentAt: Date | null;
};

const columns = `m.key, m.subject_ref AS about, m.recipient, m.subject, m.state, m.attempts,
  m.last_error AS "lastError", m.created_at AS "createdAt", m.sent_at AS "sentAt", m.resent_at AS "resentAt",
  ${isResendable} AS resendable`;

const mails = defineList({
  item: mailSchema,
  columns: {
    key: null,
    subject: column.text({ zh: '主题', en: 'Subject' }),
    recipient: column.text({ zh: '收件人', en: 'Recipient' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    about: column.shown({ zh: '关于', en: 'Subject' }, (subject: string, { language }) =>
      inLanguage(subjectName(subject), language),
    ),
    attempts: column.text({ zh: '尝试次数', en: 'Attempts' }),
    lastError: column.text({ zh: '最近错误', en: 'Last error' }),
    createdAt: column.time({ zh: '生成时间', en: 'Created' }),
    sentAt: column.time({ zh: '发送时间', en: 'Sent' }),
    resentAt: column.time({ zh: '重发时间', en: 'Resent' }),
    resendable: null,
  },
  filters: {
    state: stateSchema.optional(),
    resendable: z
      .stringbool()
      .optional()
      .describe('Only emails that can be resent (true) or only those that cannot (false).'),
    about: z.string().max(200).optional().describe('Such as application/<id>.'),
  },
  sorts: { createdAt: { column: 'm.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'm.key', type: 'text' },
});

const toBody = (row: MailRow): MailBody => ({
  ...row,
  recipient: maskMailAddress(row.recipient),
  lastError: row.lastError && scrub(row.lastError),
  createdAt: row.createdAt.toISOString(),
  sentAt: row.sentAt?.toISOString() ?? null,
  resentAt: row.resentAt?.toISOString() ?? null,
});

/** @throws Problem 404 also where the mail is about something that the caller may not read */
async function readMail({ pool }: ApiContext, { role }: Principal, key: string): Promise<MailRow> {
  const { rows } = await pool.query<MailRow>(
    `SELECT ${columns} FROM mails m WHERE m.key = $1 AND ${isOfReadableKind('m.subject_ref', role)}`,
    [key],
  );
  if (!rows[0]) throw notFound(`The email ${key}`);
  return rows[0];
}

export const mailEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/mails',
    summary: 'List emails',
    description: 'Only emails about subjects the role can read; admins see all.',
    tag: 'system',
    roles: STAFF,
    scope: 'mails:read',
    query: mails.query,
    responses: mails.responses,
    handler: ({ query, context, principal, req }) =>
      mails.reply<MailRow>({
        context,
        req,
        query,
        select: columns,
        from: 'mails m',
        where: (bind) => [
          isOfReadableKind('m.subject_ref', principal.role),
          // Repeats the condition of the index, which holds only what is not sent.
          query.state &&
            `m.state = ${bind(query.state)}${query.state === 'sent' ? '' : " AND m.state <> 'sent'"}`,
          query.resendable !== undefined && (query.resendable ? isResendable : `NOT ${isResendable}`),
          query.resendable && "m.state <> 'sent'",
          query.about && `m.subject_ref = ${bind(query.about)}`,
        ],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/mails/{key}/resend',
    audit: ['mail.resend'],
    summary: 'Resend an undeliverable email',
    description:
      'Sending is retried for MAIL_RETRY_FOR from now on. Write slashes in the key as %2F. An email with an expired one-time link is refused: create a new link, which is emailed automatically.',
    tag: 'system',
    roles: STAFF,
    scope: 'mails:write',
    params: z.object({ key: z.string().min(1).max(300) }),
    responses: { 200: { description: 'The queued email.', schema: mailSchema } },
    errors: ['mail_state', 'mail_link_over'],
    handler: async ({ params: { key }, context, ...call }) => {
      const { about, state, resentAt, resendable } = await readMail(context, call.principal, key);
      const named = parseSubject(about);
      if (state === 'undeliverable' && !resendable) {
        throw conflict(
          'mail_link_over',
          "The one-time link in this email was used or has expired. Create a new one on the user's page; it is emailed automatically.",
        );
      }
      // On its way since an earlier try to send it again, which may have got no further than this row.
      const again = state === 'pending' && resentAt !== null;
      if (!again) {
        await inTransaction(context.pool, async (client) => {
          const { rowCount } = await client.query(
            `UPDATE mails SET state = 'pending', resent_at = now() WHERE key = $1 AND state = 'undeliverable'`,
            [key],
          );
          if (!rowCount) {
            throw conflict('mail_state', 'Only an undeliverable email can be resent.');
          }
          await addAudit(client, {
            actor: actorOfCall(call),
            action: 'mail.resend',
            subject: about,
            before: { mail: key, state: 'undeliverable' },
            after: { state: 'pending' },
          });
        });
      }
      const sender = senderOf(context);
      await (named?.kind === 'application'
        ? signal(sender, {
            kind: 'application',
            id: named.id,
            signal: resendApplicationMail,
            args: [key],
          })
        : signal(sender, { kind: 'mail', id: key, signal: resendMail, args: [] }));
      return { status: 200, body: toBody(await readMail(context, call.principal, key)) };
    },
  }),
];

function conflict(code: RefusalCode, detail: string): Problem {
  return new Problem({ status: 409, code, detail });
}
