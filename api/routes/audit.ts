import { z } from 'zod';
import { REVIEWERS } from '../../domain/roles';
import { ACTORS, EVENTS } from '../../domain/words/events';
import { WORDS } from '../../domain/words/glossary';
import { subjectName } from '../../domain/words/subject';
import { inLanguage } from '../../domain/words/text';
import * as column from '../http/columns';
import { type Endpoint, endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { timestampInput, timestampOutput, uuid } from '../http/schemas';

const entrySchema = z
  .object({
    id: z.int(),
    at: timestampOutput,
    actorId: uuid.nullable().describe('Null for the system itself.'),
    actor: z.string(),
    actorEmail: z.string().nullable().describe('Address of the account; null where no user acted.'),
    action: z.string(),
    subject: z.string(),
    before: z.unknown().describe('Values before the change; null if there are none.'),
    after: z.unknown(),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' });

const entries = defineList({
  item: entrySchema,
  columns: {
    id: null,
    at: column.time({ zh: '时间', en: 'Time' }),
    actorId: null,
    actor: column.mostlyNamed({ zh: '操作人', en: 'Actor' }, ACTORS),
    actorEmail: column.text({ zh: '账号', en: 'Account' }),
    action: column.mostlyNamed({ zh: '操作', en: 'Action' }, EVENTS),
    subject: column.shown({ zh: '对象', en: 'Subject' }, (subject: string, { language }) =>
      inLanguage(subjectName(subject), language),
    ),
    before: null,
    after: null,
    reason: column.text(WORDS.reason),
    requestId: column.text({ zh: '请求编号', en: 'Request ID' }),
  },
  filters: {
    subject: z.string().max(300).optional().describe('The subject, such as product/SKU-1.'),
    actorId: uuid.optional(),
    action: z.string().max(100).optional().describe('Such as product.update.'),
    from: timestampInput.optional().describe('At this time or later.'),
    to: timestampInput.optional().describe('Before this time.'),
  },
  sorts: { id: { column: 'a.id', type: 'bigint' } },
  defaultSort: '-id',
  tie: { column: 'a.id', type: 'bigint' },
});

interface EntryRow extends Omit<z.input<typeof entrySchema>, 'at'> {
  at: Date;
}

export const auditEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/audit',
    summary: 'List the audit log',
    tag: 'audit',
    roles: REVIEWERS,
    scope: 'audit:read',
    query: entries.query,
    responses: entries.responses,
    handler: ({ query, context, req }) =>
      entries.reply<EntryRow>({
        context,
        req,
        query,
        select: `a.id, a.at, a.actor_id AS "actorId", a.actor, u.email AS "actorEmail", a.action, a.subject, a.before, a.after, a.reason,
                 a.request_id AS "requestId"`,
        from: 'audit_entries a LEFT JOIN users u ON u.id = a.actor_id',
        where: (bind) => [
          query.subject && `a.subject = ${bind(query.subject)}`,
          query.actorId && `a.actor_id = ${bind(query.actorId)}`,
          query.action && `a.action = ${bind(query.action)}`,
          query.from && `a.at >= ${bind(query.from)}`,
          query.to && `a.at < ${bind(query.to)}`,
        ],
        toItem: ({ at, ...row }) => ({ ...row, at: at.toISOString() }),
      }),
  }),
];
