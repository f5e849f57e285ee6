import { z } from 'zod';
import { maskMailAddress } from '../../domain/mailAddress';
import { ROLES } from '../../domain/roles';
import { ACTORS, EVENTS, readable } from '../../domain/words/events';
import { WORDS } from '../../domain/words/glossary';
import { ENTRY_KINDS } from '../../domain/words/names';
import { inLanguage } from '../../domain/words/text';
import * as column from '../http/columns';
import { type Endpoint, endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { readableSubject, timelineKindSchema } from '../http/readable';
import { timestampOutput } from '../http/schemas';
import {
  accountOf,
  accountSchema,
  beyondEvent,
  eventForDistributor,
  eventsAndAudits,
  timelineAuditSchema,
} from '../http/timeline';

const entrySchema = z
  .object({
    id: z.string(),
    at: timestampOutput,
    kind: z.enum(['event', 'audit', 'mail', 'transfer', 'note']),
    type: z.string().describe('Type of the event, or action of the audit entry.'),
    actor: z.string().describe('Name of the actor.'),
    account: accountSchema,
    data: z
      .record(z.string(), z.unknown())
      .describe(
        'Event: its facts. Email: subject, recipient (masked), state and lastError. Transfer: from, to and amount. Note: body, authorId and retractedAt.',
      ),
    audit: timelineAuditSchema
      .nullable()
      .describe(
        'The audit entry of it. For an event that is a decision, only what its facts do not contain.',
      ),
  })
  .meta({ id: 'StoryEntry' });

type Entry = z.input<typeof entrySchema>;

const entries = defineList({
  item: entrySchema,
  columns: {
    id: null,
    at: column.time({ zh: '时间', en: 'Time' }),
    kind: column.named(WORDS.kind, ENTRY_KINDS),
    type: column.shown({ zh: '内容', en: 'What' }, (type: string, { language }) =>
      inLanguage(EVENTS[type] ?? readable(type), language),
    ),
    actor: column.mostlyNamed({ zh: '操作人', en: 'Actor' }, ACTORS),
    account: column.shown({ zh: '账号', en: 'Account' }, ({ email }: { email: string }) => email),
    data: null,
    audit: null,
  },
  filters: {},
  sorts: { at: { column: 's.at', type: 'timestamptz' } },
  defaultSort: '-at',
  tie: { column: 's.id', type: 'text' },
});

const events = (subject: string) => `
  SELECT 'event/' || key AS id, occurred_at AS at, 'event' AS kind, type, actor, ${accountOf('e.actor_id')} AS account,
    data, NULL::jsonb AS audit
  FROM events e WHERE subject = ${subject}`;
const transfers = (which: string) => `
  SELECT 'transfer/' || t.id, t.occurred_at, 'transfer', t.from_account || '_to_' || t.to_account, 'ledger', NULL,
    jsonb_build_object('key', t.key, 'from', t.from_account, 'to', t.to_account, 'commissionId', t.commission_id::text,
      'withdrawalId', t.withdrawal_id, 'amount', jsonb_build_object('amount', t.amount, 'currency', t.currency)), NULL
  FROM transfers t WHERE ${which}`;
const mails = (subject: string) => `
  SELECT 'mail/' || key, created_at, 'mail', state, 'system', NULL,
    jsonb_build_object('subject', subject, 'recipient', recipient, 'state', state, 'attempts', attempts,
      'lastError', last_error, 'sentAt', sent_at), NULL
  FROM mails WHERE subject_ref = ${subject}`;
const notes = (subject: string) => `
  SELECT 'note/' || n.id, n.created_at, 'note', CASE WHEN n.retracted_at IS NULL THEN 'note' ELSE 'retracted' END, u.name,
    jsonb_build_object('id', u.id, 'email', u.email),
    jsonb_build_object('id', n.id, 'authorId', n.author_id, 'retractedAt', n.retracted_at,
      'body', CASE WHEN n.retracted_at IS NULL THEN n.body END), NULL
  FROM notes n JOIN users u ON u.id = n.author_id WHERE n.subject = ${subject}`;

function toEntry(row: Entry): Entry {
  const { kind, data, audit } = row;
  if (kind === 'mail')
    return { ...row, data: { ...data, recipient: maskMailAddress(String(data.recipient)) } };
  return kind === 'event' && audit ? { ...row, audit: beyondEvent(data, audit) } : row;
}

export const timelineEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/timeline/{kind}/{id}',
    summary: 'Activity of one subject, newest first',
    description:
      'Events, changes by people, emails, transfers and notes. A decision is one entry with the data of its event and its audit entry. Distributors see the activity of their own orders, commissions and withdrawals, without internal changes and notes of staff.',
    tag: 'timeline',
    roles: ROLES,
    scope: 'timeline:read',
    params: z.object({ kind: timelineKindSchema, id: z.string().min(1).max(200) }),
    query: entries.query,
    responses: entries.responses,
    handler: async ({ params: { kind, id }, query, context, principal, req }) => {
      const readable = await readableSubject(context.pool, principal, kind, id);
      const { distributorId } = principal;
      return entries.reply<Entry>({
        context,
        req,
        query,
        select: 's.*',
        from: (bind) => {
          const subject = bind(readable.subject);
          const parts = [
            distributorId ? events(subject) : eventsAndAudits(subject),
            readable.transfers && transfers(readable.transfers(bind(id), bind(distributorId))),
            ...(distributorId ? [] : [mails(subject), notes(subject)]),
          ];
          return `(${parts.filter(Boolean).join(' UNION ALL ')}) s`;
        },
        where: () => [],
        toItem: (row) =>
          distributorId && row.kind === 'event' ? eventForDistributor(row, principal) : toEntry(row),
      });
    },
  }),
];
