import { z } from 'zod';
import { acceptBulkAction, type BulkWork } from '../../activities/bulk';
import type { Pool } from '../../database/pool';
import { bulkActionNames, bulkRights } from '../../domain/bulk';
import { kinds } from '../../domain/kinds';
import { REVIEWERS, STAFF } from '../../domain/roles';
import { readable } from '../../domain/words/events';
import { NAMES_OF_STATES, WORDS } from '../../domain/words/glossary';
import { BULK } from '../../domain/words/names';
import { refusalText } from '../../domain/words/refusals';
import { inLanguage } from '../../domain/words/text';
import { BULK_WORDS } from '../../domain/words/titles';
import { start } from '../../temporal/messages';
import * as column from '../http/columns';
import { type Endpoint, endpoint, type Principal } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound, Problem } from '../http/problem';
import { commissionId, holdReason, lineOf, timestampOutput, uuid, uuidParams } from '../http/schemas';
import { everyScope } from '../identity/authentication';
import { senderOf } from '../workflows/client';
import { actorOfCall } from '../workflows/decisions';

const mostItems = 5000;
const text = lineOf(1000);

const listOf = (id: z.ZodType<string>) =>
  z.array(id).min(1).max(mostItems).describe('Repeated IDs count once.');
const uuids = listOf(uuid);
const commissions = listOf(commissionId);

const requestSchema = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('withdrawals.approve'),
    ids: uuids,
    input: z.strictObject({ note: text.optional() }).default({}),
  }),
  z.strictObject({
    action: z.literal('withdrawals.reject'),
    ids: uuids,
    input: z.strictObject({ reason: text }),
  }),
  z.strictObject({
    action: z.literal('commissions.hold'),
    ids: commissions,
    input: z.strictObject({ reason: holdReason, note: text }),
  }),
  z.strictObject({
    action: z.literal('commissions.unhold'),
    ids: commissions,
    input: z.strictObject({ note: text, reason: holdReason.optional() }),
  }),
  z.strictObject({
    action: z.literal('distributors.suspend'),
    ids: uuids,
    input: z.strictObject({ reason: lineOf(2000) }),
  }),
  z.strictObject({
    action: z.literal('distributors.reinstate'),
    ids: uuids,
    input: z.strictObject({ reason: lineOf(2000) }),
  }),
  z.strictObject({
    action: z.literal('applications.claim'),
    ids: uuids,
    input: z.strictObject({}).default({}),
  }),
]);

const stateSchema = z.enum(kinds.bulk.states);
const itemStateSchema = z.enum(['pending', 'done', 'refused']);

const bulkSchema = z
  .object({
    id: uuid,
    action: z.enum(bulkActionNames),
    input: z.record(z.string(), z.unknown()),
    state: stateSchema,
    items: z.int(),
    progress: z.object({ pending: z.int(), done: z.int(), refused: z.int() }),
    askedBy: z.object({ id: uuid, name: z.string() }),
    askedAt: timestampOutput,
    finishedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'BulkAction' });

type Bulk = z.input<typeof bulkSchema>;

const columns = `b.id, b.action, b.input, b.state, b.item_count AS items, p.progress,
  jsonb_build_object('id', u.id, 'name', u.name) AS "askedBy", b.asked_at AS "askedAt", b.finished_at AS "finishedAt"`;
const tables = `bulk_actions b JOIN users u ON u.id = b.asked_by CROSS JOIN LATERAL (
  SELECT jsonb_build_object('pending', count(*) FILTER (WHERE i.state = 'pending'),
    'done', count(*) FILTER (WHERE i.state = 'done'), 'refused', count(*) FILTER (WHERE i.state = 'refused')) AS progress
  FROM bulk_items i WHERE i.bulk_id = b.id) p`;

const bulks = defineList({
  item: bulkSchema,
  columns: {
    id: null,
    action: column.named(BULK_WORDS.what, BULK),
    input: null,
    state: column.named(WORDS.state, NAMES_OF_STATES),
    items: column.text(BULK_WORDS.items),
    progress: [
      column.shown(BULK_WORDS.done, (progress: Bulk['progress']) => progress.done),
      column.shown(BULK_WORDS.refused, (progress: Bulk['progress']) => progress.refused),
      column.shown(BULK_WORDS.pending, (progress: Bulk['progress']) => progress.pending),
    ],
    askedBy: column.shown(BULK_WORDS.askedBy, ({ name }: { name: string }) => name),
    askedAt: column.time(BULK_WORDS.askedAt),
    finishedAt: column.time(BULK_WORDS.finishedAt),
  },
  filters: { state: stateSchema.optional() },
  sorts: { askedAt: { column: 'b.asked_at', type: 'timestamptz' } },
  defaultSort: '-askedAt',
  tie: { column: 'b.id', type: 'uuid' },
});

const itemSchema = z
  .object({
    position: z.int(),
    id: z.string().describe('ID of the item.'),
    state: itemStateSchema,
    code: z
      .string()
      .nullable()
      .describe('Code of the problem if the item was refused; the same as in the single call.'),
    message: z.string().nullable(),
    finishedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'BulkItem' });

const items = defineList({
  item: itemSchema,
  columns: {
    position: column.text({ zh: '序号', en: 'No.' }),
    id: column.text({ zh: '对象', en: 'Item' }),
    state: column.named({ zh: '结果', en: 'Result' }, NAMES_OF_STATES),
    code: column.shown(WORDS.reason, (code: string, { language }) =>
      inLanguage(refusalText(code) ?? readable(code), language),
    ),
    message: null,
    finishedAt: column.time(BULK_WORDS.finishedAt),
  },
  filters: { state: itemStateSchema.optional() },
  sorts: { position: { column: 'i.position', type: 'bigint' } },
  defaultSort: 'position',
  tie: { column: 'i.position', type: 'bigint' },
});

/** What a single call would refuse the caller, the bulk action refuses as well. */
function refuseWithoutRight({ role, scopes }: Principal, action: BulkWork['action']): void {
  const right = bulkRights[action];
  if (!right.roles.some((allowed) => allowed === role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `${action} is allowed for the roles ${right.roles.join(', ')}; you have the role ${role}.`,
    });
  }
  if (!scopes.includes(right.scope) && !scopes.includes(everyScope)) {
    throw new Problem({
      status: 403,
      code: 'scope_missing',
      detail: `${action} requires a key with the scope ${right.scope}.`,
    });
  }
}

/** Visible to the user who requested it, and to those who find it in the audit log. */
async function bulkOrNotFound(pool: Pool, id: string, principal: Principal): Promise<Bulk> {
  const { rows } = await pool.query<Bulk>(`SELECT ${columns} FROM ${tables} WHERE b.id = $1`, [id]);
  const [bulk] = rows;
  const sees = bulk?.askedBy.id === principal.userId || REVIEWERS.some((role) => role === principal.role);
  if (!bulk || !sees) throw notFound(`The bulk action ${id}`);
  return bulk;
}

export const bulkActionEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/bulk-actions',
    audit: ['bulk.start'],
    summary: 'Start a bulk action',
    description:
      'Runs in the background, one item after another and on your behalf, with the same rules as the single call. Refused items have their reason in /items; the others continue. If your permission ends meanwhile, the remaining items are refused.',
    tag: 'bulk actions',
    roles: STAFF,
    scope: 'bulk:write',
    body: requestSchema,
    responses: { 202: { description: 'The bulk action, accepted.', schema: bulkSchema } },
    errors: ['right_ended'],
    handler: async ({ body, context, principal, resourceId: id, requestId }) => {
      refuseWithoutRight(principal, body.action);
      await acceptBulkAction(context.pool, {
        ...body,
        id,
        ids: [...new Set(body.ids)],
        by: actorOfCall({ principal, requestId }),
        keyId: principal.keyId,
      });
      await start(senderOf(context), { kind: 'bulk', id });
      return {
        status: 202,
        body: await bulkOrNotFound(context.pool, id, principal),
        headers: { Location: `/v1/bulk-actions/${id}` },
      };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/bulk-actions',
    summary: 'List your bulk actions',
    tag: 'bulk actions',
    roles: STAFF,
    scope: 'bulk:read',
    query: bulks.query,
    responses: bulks.responses,
    handler: ({ query, context, principal, req }) =>
      bulks.reply({
        context,
        req,
        query,
        select: columns,
        from: tables,
        where: (bind) => [
          `b.asked_by = ${bind(principal.userId)}`,
          query.state && `b.state = ${bind(query.state)}`,
        ],
        toItem: (row: Bulk) => row,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/bulk-actions/{id}',
    summary: 'Get a bulk action with its progress',
    tag: 'bulk actions',
    roles: STAFF,
    scope: 'bulk:read',
    params: uuidParams,
    responses: { 200: { description: 'The bulk action.', schema: bulkSchema } },
    handler: async ({ params: { id }, context, principal }) => ({
      status: 200,
      body: await bulkOrNotFound(context.pool, id, principal),
    }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/bulk-actions/{id}/items',
    summary: 'List the result of each item of a bulk action',
    tag: 'bulk actions',
    roles: STAFF,
    scope: 'bulk:read',
    params: uuidParams,
    query: items.query,
    responses: items.responses,
    handler: async ({ params: { id }, query, context, principal, req }) => {
      await bulkOrNotFound(context.pool, id, principal);
      return items.reply({
        context,
        req,
        query,
        select: `i.position, i.target AS id, i.state, i.code, i.message, i.finished_at AS "finishedAt"`,
        from: 'bulk_items i',
        where: (bind) => [`i.bulk_id = ${bind(id)}`, query.state && `i.state = ${bind(query.state)}`],
        toItem: (row: z.input<typeof itemSchema>) => row,
      });
    },
  }),
];
