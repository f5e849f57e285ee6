import { z } from 'zod';
import { mask } from '../../domain/credentials';
import { type Endpoint, endpoint } from '../endpoint';
import { defineList } from '../list';
import { timestampOutput } from '../schemas';
import { readableThing, thingKindSchema } from '../things';
import { eventForDistributor } from '../timeline';

const entrySchema = z
  .object({
    id: z.string(),
    at: timestampOutput,
    kind: z.enum(['event', 'audit', 'mail', 'transfer', 'note']),
    type: z.string().describe('What happened: of an event its type, of an audit entry its action.'),
    actor: z.string().describe('Name of who did it.'),
    data: z
      .record(z.string(), z.unknown())
      .describe(
        'Of an audit entry before, after and reason; of a mail subject, recipient (masked), state and lastError; of a transfer from, to and amount; of a note body, authorId and retractedAt.',
      ),
  })
  .meta({ id: 'StoryEntry' });

type Entry = z.input<typeof entrySchema>;

const entries = defineList({
  item: entrySchema,
  filters: {},
  sorts: { at: { column: 's.at', type: 'timestamptz' } },
  defaultSort: '-at',
  tie: { column: 's.id', type: 'text' },
});

const events = (subject: string) => `
  SELECT 'event/' || key AS id, occurred_at AS at, 'event' AS kind, type, actor, data
  FROM events WHERE subject = ${subject}`;
const transfers = (which: string) => `
  SELECT 'transfer/' || t.id, t.occurred_at, 'transfer', t.from_account || '_to_' || t.to_account, 'ledger',
    jsonb_build_object('key', t.key, 'from', t.from_account, 'to', t.to_account, 'commissionId', t.commission_id::text,
      'withdrawalId', t.withdrawal_id, 'amount', jsonb_build_object('amount', t.amount, 'currency', t.currency))
  FROM transfers t WHERE ${which}`;
const audits = (subject: string) => `
  SELECT 'audit/' || id, at, 'audit', action, actor,
    jsonb_build_object('before', before, 'after', after, 'reason', reason, 'actorId', actor_id)
  FROM audit_entries WHERE subject = ${subject}`;
const mails = (subject: string) => `
  SELECT 'mail/' || key, created_at, 'mail', state, 'system',
    jsonb_build_object('subject', subject, 'recipient', recipient, 'state', state, 'attempts', attempts,
      'lastError', last_error, 'sentAt', sent_at)
  FROM mails WHERE subject_ref = ${subject}`;
const notes = (subject: string) => `
  SELECT 'note/' || n.id, n.created_at, 'note', CASE WHEN n.retracted_at IS NULL THEN 'note' ELSE 'retracted' END, u.name,
    jsonb_build_object('id', n.id, 'authorId', n.author_id, 'retractedAt', n.retracted_at,
      'body', CASE WHEN n.retracted_at IS NULL THEN n.body END)
  FROM notes n JOIN users u ON u.id = n.author_id WHERE n.subject = ${subject}`;

/** `wang@example.com` as `w***@example.com`. */
function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? mask(address) : `${address.slice(0, 1)}***${address.slice(at)}`;
}

function toEntry(row: Entry): Entry {
  if (row.kind !== 'mail') return row;
  return { ...row, data: { ...row.data, recipient: maskAddress(String(row.data.recipient)) } };
}

export const timelineEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/timeline/{kind}/{id}',
    summary: 'All that happened to one thing, newest first',
    description:
      'Events, changes by people, mails, movements of money and notes. Distributors see those of their own orders, commissions and withdrawals, without what staff did and noted among themselves.',
    tag: 'timeline',
    roles: ['admin', 'compliance', 'finance', 'operator', 'distributor'],
    scope: 'timeline:read',
    params: z.object({ kind: thingKindSchema, id: z.string().min(1).max(200) }),
    query: entries.query,
    responses: entries.responses,
    handler: async ({ params: { kind, id }, query, context, principal, req }) => {
      const thing = await readableThing(context.pool, principal, kind, id);
      const { distributorId } = principal;
      return entries.reply<Entry>({
        pool: context.pool,
        req,
        query,
        select: 's.*',
        from: (bind) => {
          const subject = bind(thing.subject);
          const parts = [
            events(subject),
            thing.transfers && transfers(thing.transfers(bind(id), bind(distributorId))),
            ...(distributorId ? [] : [audits(subject), mails(subject), notes(subject)]),
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
