import { z } from 'zod';
import { addAudit } from '../../database/journal';
import { inTransaction } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import { normalisePhone } from '../../domain/credential';
import { subjectOf } from '../../domain/kinds';
import { REVIEWERS } from '../../domain/roles';
import { WORDS } from '../../domain/words/glossary';
import { BLACKLIST_KINDS } from '../../domain/words/names';
import * as column from '../http/columns';
import { type Endpoint, endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound, Problem } from '../http/problem';
import { lineOf, timestampOutput, uuid, uuidParams } from '../http/schemas';
import { actorOfCall } from '../workflows/decisions';

const kindSchema = z.enum(['identity_number', 'bank_account', 'phone']);

const entrySchema = z
  .object({
    id: uuid,
    kind: kindSchema,
    numberMasked: z.string(),
    reason: z.string(),
    createdBy: z.string(),
    createdAt: timestampOutput,
  })
  .meta({ id: 'BlacklistEntry' });

interface Row extends Omit<z.input<typeof entrySchema>, 'createdAt'> {
  createdAt: Date;
}

const columns = `b.id, b.kind, b.number_masked AS "numberMasked", b.reason,
  (SELECT u.name FROM users u WHERE u.id = b.created_by) AS "createdBy", b.created_at AS "createdAt"`;

const toBody = (row: Row): z.input<typeof entrySchema> => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
});

const entries = defineList({
  item: entrySchema,
  columns: {
    id: null,
    kind: column.named(WORDS.kind, BLACKLIST_KINDS),
    numberMasked: column.text({ zh: '号码', en: 'Number' }),
    reason: column.text(WORDS.reason),
    createdBy: column.text({ zh: '添加人', en: 'Added by' }),
    createdAt: column.time({ zh: '添加时间', en: 'Added' }),
  },
  filters: { kind: kindSchema.optional() },
  sorts: { createdAt: { column: 'b.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'b.id', type: 'uuid' },
});

export const blacklistEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/blacklist',
    audit: ['blacklist.add'],
    summary: 'Add a number to the blacklist',
    description:
      'Applications with this number cannot be approved. Only a keyed hash of the number is stored.',
    tag: 'blacklist',
    roles: REVIEWERS,
    scope: 'blacklist:write',
    body: z.strictObject({ kind: kindSchema, number: lineOf(64), reason: lineOf(2000) }),
    responses: { 201: { description: 'The entry.', schema: entrySchema } },
    errors: ['already_blacklisted'],
    handler: async ({ body, context, resourceId: id, ...call }) => {
      const { kind, reason } = body;
      const number = kind === 'phone' ? normalisePhone(body.number) : body.number;
      const { hash, masked } = createSealer(context.config).protect(kind, number);
      return inTransaction(context.pool, async (client) => {
        const actor = actorOfCall(call);
        const added = await client.query(
          `INSERT INTO blacklist_entries (id, kind, number_hash, number_masked, reason, created_by)
           VALUES ($1, $2, decode($3, 'hex'), $4, $5, $6) ON CONFLICT DO NOTHING`,
          [id, kind, hash, masked, reason, actor.userId],
        );
        if (added.rowCount) {
          await addAudit(client, {
            actor,
            action: 'blacklist.add',
            subject: subjectOf('blacklist', id),
            after: { kind, numberMasked: masked },
            reason,
          });
        }
        const { rows } = await client.query<Row>(
          `SELECT ${columns} FROM blacklist_entries b WHERE b.kind = $1 AND b.number_hash = decode($2, 'hex')`,
          [kind, hash],
        );
        const [entry] = rows;
        if (entry?.id !== id) {
          throw new Problem({
            status: 409,
            code: 'already_blacklisted',
            detail: `The number is already on the blacklist (entry ${entry?.id}).`,
          });
        }
        return { status: 201, body: toBody(entry) };
      });
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/blacklist',
    summary: 'List the blacklist',
    tag: 'blacklist',
    roles: REVIEWERS,
    scope: 'blacklist:read',
    query: entries.query,
    responses: entries.responses,
    handler: ({ query, context, req }) =>
      entries.reply<Row>({
        context,
        req,
        query,
        select: columns,
        from: 'blacklist_entries b',
        where: (bind) => [query.kind && `b.kind = ${bind(query.kind)}`],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/blacklist/{id}',
    audit: ['blacklist.remove'],
    summary: 'Remove a number from the blacklist',
    tag: 'blacklist',
    roles: REVIEWERS,
    scope: 'blacklist:write',
    params: uuidParams,
    query: z.object({ reason: lineOf(2000).optional().describe('Recorded in the audit log.') }),
    responses: { 204: { description: 'The entry is removed.' } },
    handler: async ({ params: { id }, query, context, ...call }) => {
      await inTransaction(context.pool, async (client) => {
        const { rows } = await client.query<{ kind: string; numberMasked: string; reason: string }>(
          `DELETE FROM blacklist_entries WHERE id = $1
           RETURNING kind, number_masked AS "numberMasked", reason`,
          [id],
        );
        if (!rows[0]) throw notFound(`The blacklist entry ${id}`);
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'blacklist.remove',
          subject: subjectOf('blacklist', id),
          before: rows[0],
          reason: query.reason,
        });
      });
      return { status: 204 };
    },
  }),
];
