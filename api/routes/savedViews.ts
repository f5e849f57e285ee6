import { z } from 'zod';
import { type AuditEntry, addAudit } from '../../database/journal';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import type { AuditAction } from '../../domain/journal';
import { subjectOf } from '../../domain/kinds';
import { STAFF } from '../../domain/roles';
import { type Endpoint, endpoint, type Principal } from '../http/endpoint';
import { notFound, Problem } from '../http/problem';
import { lineOf, timestampOutput, uuid, uuidParams } from '../http/schemas';
import { actorOfCall } from '../workflows/decisions';

const listName = z
  .string()
  .regex(/^[a-z][a-z-]{0,63}$/, 'use the name of a list as in its path: commissions');

const viewBody = {
  name: lineOf(100),
  query: z
    .string()
    .max(2000)
    .describe('Filters and sort, as in the query of the list: state=due&currency=CNY.'),
  columns: z
    .array(lineOf(64))
    .max(100)
    .optional()
    .describe('Visible columns in order. Default: the standard columns.'),
  shared: z.boolean().default(false).describe('Whether colleagues in the same role see it.'),
};

const viewSchema = z
  .object({
    id: uuid,
    list: z.string(),
    name: z.string(),
    query: z.string(),
    columns: z.array(z.string()).nullable(),
    shared: z.boolean(),
    owner: z.object({ id: uuid, name: z.string() }),
    mine: z.boolean(),
    createdAt: timestampOutput,
    updatedAt: timestampOutput,
  })
  .meta({ id: 'SavedView' });

type View = z.input<typeof viewSchema>;

const mostViews = 200;

/** The views that the caller sees: own ones, and shared ones of colleagues who have the same role. */
const select = `
  SELECT v.id, v.list, v.name, v.query, v.columns, v.shared, jsonb_build_object('id', u.id, 'name', u.name) AS owner,
    v.owner_id = $1 AS mine, v.created_at AS "createdAt", v.updated_at AS "updatedAt"
  FROM saved_views v JOIN users u ON u.id = v.owner_id
  WHERE (v.owner_id = $1 OR (v.shared AND u.role = $2 AND u.disabled_at IS NULL))`;

async function readView(pool: Pool, { userId, role }: Principal, id: string): Promise<View | undefined> {
  const { rows } = await pool.query<View>(`${select} AND v.id = $3`, [userId, role, id]);
  return rows[0];
}

/** One person's names within a list are unique: two entries of the same name look the same. */
async function refuseTakenName<T>(write: Promise<T>): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== 'saved_views_owner_id_list_name_key') throw error;
    const detail = 'is the name of another of your views of this list';
    throw new Problem({
      status: 409,
      code: 'view_name_taken',
      detail: `The name ${detail}.`,
      errors: [{ pointer: '/name', detail }],
    });
  }
}

function auditView(
  client: Client,
  call: { principal: Principal; requestId: string },
  action: AuditAction,
  sides: Pick<AuditEntry, 'before' | 'after'>,
): Promise<void> {
  const subject = subjectOf('user', call.principal.userId);
  return addAudit(client, { actor: actorOfCall(call), action, subject, ...sides });
}

const answer = { description: 'The view.', schema: viewSchema };

export const savedViewEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/saved-views',
    audit: ['user.save_view'],
    summary: 'Save a view of a list',
    tag: 'saved views',
    roles: STAFF,
    scope: 'views:write',
    body: z.strictObject({ list: listName, ...viewBody }),
    responses: { 201: answer },
    errors: ['view_name_taken'],
    handler: async ({ body, context: { pool }, resourceId: id, ...call }) => {
      const { principal } = call;
      await refuseTakenName(
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            `INSERT INTO saved_views (id, owner_id, list, name, query, columns, shared)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
            [id, principal.userId, body.list, body.name, body.query, body.columns, body.shared],
          );
          if (rowCount) await auditView(client, call, 'user.save_view', { after: body });
        }),
      );
      return { status: 201, body: await readView(pool, principal, id) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/saved-views',
    summary: 'List your views and those shared by colleagues in your role',
    tag: 'saved views',
    roles: STAFF,
    scope: 'views:read',
    query: z.object({ list: listName.optional() }),
    responses: {
      200: {
        description: `Your own views first; max ${mostViews}.`,
        schema: z.object({ items: z.array(viewSchema) }),
      },
    },
    handler: async ({ query, context: { pool }, principal }) => {
      const { rows } = await pool.query<View>(
        `${select} AND ($3::text IS NULL OR v.list = $3)
         ORDER BY (v.owner_id = $1) DESC, v.list, v.name, v.id LIMIT ${mostViews}`,
        [principal.userId, principal.role, query.list ?? null],
      );
      return { status: 200, body: { items: rows } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/saved-views/{id}',
    summary: 'Get a view',
    tag: 'saved views',
    roles: STAFF,
    scope: 'views:read',
    params: uuidParams,
    responses: { 200: answer },
    handler: async ({ params: { id }, context: { pool }, principal }) => {
      const view = await readView(pool, principal, id);
      if (!view) throw notFound(`The view ${id}`);
      return { status: 200, body: view };
    },
  }),
  endpoint({
    method: 'put',
    path: '/v1/saved-views/{id}',
    audit: ['user.save_view'],
    summary: 'Change your own view',
    tag: 'saved views',
    roles: STAFF,
    scope: 'views:write',
    params: uuidParams,
    body: z.strictObject(viewBody),
    responses: { 200: answer },
    errors: ['view_name_taken'],
    handler: async ({ params: { id }, body, context: { pool }, ...call }) => {
      const { principal } = call;
      await refuseTakenName(
        inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            `UPDATE saved_views SET name = $3, query = $4, columns = $5, shared = $6, updated_at = now()
             WHERE id = $1 AND owner_id = $2`,
            [id, principal.userId, body.name, body.query, body.columns, body.shared],
          );
          if (!rowCount) throw notFound(`Your view ${id}`);
          await auditView(client, call, 'user.save_view', { after: body });
        }),
      );
      return { status: 200, body: await readView(pool, principal, id) };
    },
  }),
  endpoint({
    method: 'delete',
    path: '/v1/saved-views/{id}',
    audit: ['user.delete_view'],
    summary: 'Delete your own view',
    tag: 'saved views',
    roles: STAFF,
    scope: 'views:write',
    params: uuidParams,
    responses: { 204: { description: 'Deleted.' } },
    handler: async ({ params: { id }, context: { pool }, ...call }) => {
      await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ list: string; name: string }>(
          'DELETE FROM saved_views WHERE id = $1 AND owner_id = $2 RETURNING list, name',
          [id, call.principal.userId],
        );
        if (!rows[0]) throw notFound(`Your view ${id}`);
        await auditView(client, call, 'user.delete_view', { before: rows[0] });
      });
      return { status: 204 };
    },
  }),
];
