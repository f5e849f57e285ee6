import { z } from 'zod';
import { addAudit } from '../../database/journal';
import { inTransaction, type Pool } from '../../database/pool';
import { kinds, subjectOf } from '../../domain/kinds';
import { OPERATORS } from '../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../domain/words/glossary';
import { REJECTIONS } from '../../domain/words/names';
import * as column from '../http/columns';
import { type Endpoint, endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound, Problem } from '../http/problem';
import { lineOf, timestampOutput, uuid, uuidParams } from '../http/schemas';
import { actorOfCall } from '../workflows/decisions';

const stateSchema = z.enum(kinds.import.states);
const count = z.int().min(0).max(2_000_000_000);
/** In major units, exact: a file may hold less than a minor unit. */
const decimal = z.string().regex(/^-?\d{1,20}(\.\d{1,5})?$/, 'use a decimal such as -12.50');
const countedSchema = z.strictObject({ count, amount: decimal });

const reconciliationSchema = z
  .strictObject({
    currency: z.string().max(3),
    rows: count,
    unknownRows: count.default(0).describe('Rows with an unreadable amount.'),
    fileTotal: decimal.nullable().describe('Null if there are unknownRows.'),
    readableTotal: decimal.describe('Sum over all readable rows.'),
    orders: count,
    sales: countedSchema,
    returns: countedSchema,
    priceDifferences: countedSchema.describe('Returns credited with less or more than was paid.'),
    rejected: z
      .record(
        z.string().max(100),
        countedSchema.extend({ unknown: count.default(0).describe('Rows with an unreadable amount.') }),
      )
      .describe('By reason.'),
  })
  .meta({
    id: 'ImportReconciliation',
    outputId: 'ImportReconciliationOutput',
    description: 'readableTotal = sales − returns + priceDifferences + the sum of rejected.',
  });

const runSchema = z
  .object({
    id: uuid,
    fileName: z.string(),
    state: stateSchema.describe('Also running if reports have stopped: see reportedAt.'),
    attempt: z.int().describe('Number of starts; an import continues in the same run until it is finished.'),
    ordersTotal: z.int().nullable(),
    orders: z.int(),
    returns: z.int(),
    rejected: z.int(),
    reconciliations: z.array(reconciliationSchema).nullable(),
    begunBy: z.string(),
    begunAt: timestampOutput,
    reportedAt: timestampOutput,
    finishedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'ImportRun' });

type RunBody = z.input<typeof runSchema>;
type RunRow = Omit<RunBody, 'begunAt' | 'reportedAt' | 'finishedAt'> & {
  begunAt: Date;
  reportedAt: Date;
  finishedAt: Date | null;
};

const columns = `i.id, i.file_name AS "fileName", i.state, i.attempt, i.orders_total AS "ordersTotal", i.orders,
  i.returns, i.rejected, i.reconciliations, u.name AS "begunBy", i.begun_at AS "begunAt",
  i.reported_at AS "reportedAt", i.finished_at AS "finishedAt"`;
const tables = 'import_runs i JOIN users u ON u.id = i.begun_by';

const toBody = (row: RunRow): RunBody => ({
  ...row,
  begunAt: row.begunAt.toISOString(),
  reportedAt: row.reportedAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
});

async function readRun(pool: Pick<Pool, 'query'>, id: string): Promise<RunBody> {
  const { rows } = await pool.query<RunRow>(`SELECT ${columns} FROM ${tables} WHERE i.id = $1`, [id]);
  if (!rows[0]) throw notFound(`The import ${id}`);
  return toBody(rows[0]);
}

const runs = defineList({
  item: runSchema,
  columns: {
    id: null,
    fileName: column.text({ zh: '文件', en: 'File' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    attempt: column.text({ zh: '执行次数', en: 'Attempts' }),
    ordersTotal: column.text({ zh: '文件中的订单', en: 'Orders in the file' }),
    orders: column.text({ zh: '订单', en: 'Orders' }),
    returns: column.text({ zh: '退货', en: 'Returns' }),
    rejected: column.text({ zh: '未导入的行', en: 'Rows not imported' }),
    reconciliations: null,
    begunBy: column.text({ zh: '发起人', en: 'Started by' }),
    begunAt: column.time({ zh: '开始时间', en: 'Started' }),
    reportedAt: column.time({ zh: '最近消息', en: 'Last message' }),
    finishedAt: column.time({ zh: '完成时间', en: 'Finished' }),
  },
  filters: { state: stateSchema.optional() },
  sorts: { begunAt: { column: 'i.begun_at', type: 'timestamptz' } },
  defaultSort: '-begunAt',
  tie: { column: 'i.id', type: 'uuid' },
});

const rejectionShape = {
  row: count.describe('Row number in the file; the header is row 1.'),
  orderId: z.string().max(200),
  sku: z.string().max(200),
  amount: decimal.nullable().describe('Null if unreadable.'),
  currency: z.string().max(3),
  reason: lineOf(100).describe('Stable code, such as zero_price or refused_order_differs.'),
  detail: z.string().max(1000),
};
const rejectionSchema = z.object({ number: z.int(), ...rejectionShape });

const rejections = defineList({
  item: rejectionSchema,
  columns: {
    number: null,
    row: column.text({ zh: '行号', en: 'Row' }),
    orderId: column.text(WORDS.order),
    sku: column.text({ zh: '商品 SKU', en: 'SKU' }),
    amount: column.text(WORDS.amount),
    currency: column.text(WORDS.currency),
    reason: column.mostlyNamed(WORDS.reason, REJECTIONS),
    detail: column.text({ zh: '说明', en: 'Detail' }),
  },
  filters: { reason: z.string().max(100).optional() },
  sorts: { number: { column: 'r.number', type: 'bigint' } },
  defaultSort: 'number',
  tie: { column: 'r.number', type: 'bigint' },
});

/** An unfinished run takes reports; one that is finished, none. */
async function refuseUnchanged(pool: Pool, id: string): Promise<never> {
  await readRun(pool, id);
  throw new Problem({
    status: 409,
    code: 'import_finished',
    detail: 'This import is finished. Start another one.',
  });
}

const one = { 200: { description: 'The import.', schema: runSchema } };

export const importEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/imports',
    audit: ['import.begin'],
    summary: 'Start an import',
    description:
      'For import programs to report progress, as npm run import does. If an import of a file with the same hash is not finished, it continues in the same run and its counts restart.',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:write',
    body: z.strictObject({
      fileName: lineOf(300),
      fileHash: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'use 64 hexadecimal digits')
        .optional()
        .describe('SHA-256 of the file. Default: a new run each time.'),
      ordersTotal: count.optional(),
    }),
    responses: { 201: { description: 'The import.', schema: runSchema } },
    handler: async ({ body, context: { pool }, resourceId, ...call }) => {
      const run = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ id: string; attempt: number }>(
          `INSERT INTO import_runs AS i (id, file_name, file_hash, orders_total, begun_by) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (file_hash) WHERE state <> 'finished' DO UPDATE
           SET state = 'running', attempt = i.attempt + 1, file_name = EXCLUDED.file_name,
             orders_total = EXCLUDED.orders_total, orders = 0, returns = 0, rejected = 0, reported_at = now()
           RETURNING id, attempt`,
          [resourceId, body.fileName, body.fileHash ?? resourceId, body.ordersTotal, call.principal.userId],
        );
        const { id, attempt } = rows[0]!;
        // Each attempt judges the whole file.
        if (attempt > 1) await client.query('DELETE FROM import_rejections WHERE run_id = $1', [id]);
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'import.begin',
          subject: subjectOf('import', id),
          after: { fileName: body.fileName, attempt },
        });
        return readRun(client, id);
      });
      return { status: 201, body: run, headers: { Location: `/v1/imports/${run.id}` } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/imports',
    summary: 'List imports',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:read',
    query: runs.query,
    responses: runs.responses,
    handler: ({ query, context, req }) =>
      runs.reply<RunRow>({
        context,
        req,
        query,
        select: columns,
        from: tables,
        where: (bind) => [query.state && `i.state = ${bind(query.state)}`],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/imports/{id}',
    summary: 'Get an import',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:read',
    params: uuidParams,
    responses: one,
    handler: async ({ params: { id }, context: { pool } }) => ({
      status: 200,
      body: await readRun(pool, id),
    }),
  }),
  endpoint({
    method: 'patch',
    path: '/v1/imports/{id}',
    audit: { none: 'part of an import, which is audited when it begins and ends' },
    summary: 'Report the progress of an import',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:write',
    params: uuidParams,
    body: z.strictObject({
      orders: count,
      returns: count,
      rejected: count,
      state: z.enum(['running', 'stopped']).optional().describe('Stopped: it can continue later.'),
    }),
    responses: one,
    errors: ['import_finished'],
    handler: async ({ params: { id }, body, context: { pool } }) => {
      const { rowCount } = await pool.query(
        `UPDATE import_runs SET orders = $2, returns = $3, rejected = $4, state = $5, reported_at = now()
         WHERE id = $1 AND state <> 'finished'`,
        [id, body.orders, body.returns, body.rejected, body.state ?? 'running'],
      );
      if (!rowCount) await refuseUnchanged(pool, id);
      return { status: 200, body: await readRun(pool, id) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/imports/{id}/rejections',
    audit: { none: 'part of an import, which is audited when it begins and ends' },
    summary: 'Report rows that were not imported',
    description: 'Numbered through the run, so that a repeated report adds nothing twice.',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:write',
    params: uuidParams,
    body: z.strictObject({
      first: count.describe('Number of the first of these rows among the rejections of the run, from 0.'),
      rejections: z.array(z.strictObject(rejectionShape)).min(1).max(500),
    }),
    responses: { 204: { description: 'Recorded.' } },
    errors: ['import_finished'],
    handler: async ({ params: { id }, body, context: { pool } }) => {
      const { rows } = await pool.query<{ known: boolean }>(
        `WITH run AS (SELECT id FROM import_runs WHERE id = $1 AND state <> 'finished'), added AS (
           INSERT INTO import_rejections (run_id, number, row_number, order_id, sku, amount, currency, reason, detail)
           SELECT run.id, $2::int + r.place - 1, (r.one ->> 'row')::int, r.one ->> 'orderId', r.one ->> 'sku',
             r.one ->> 'amount', r.one ->> 'currency', r.one ->> 'reason', r.one ->> 'detail'
           FROM run, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS r (one, place)
           ON CONFLICT DO NOTHING)
         SELECT EXISTS (SELECT FROM run) AS known`,
        [id, body.first, JSON.stringify(body.rejections)],
      );
      if (!rows[0]?.known) await refuseUnchanged(pool, id);
      return { status: 204 };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/imports/{id}/finish',
    audit: ['import.finish'],
    summary: 'Report that an import is finished, with its reconciliation',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:write',
    params: uuidParams,
    body: z.strictObject({
      orders: count,
      returns: count,
      rejected: count,
      reconciliations: z.array(reconciliationSchema).max(200),
    }),
    responses: one,
    errors: ['import_finished'],
    handler: async ({ params: { id }, body, context: { pool }, ...call }) => {
      const done = await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `UPDATE import_runs SET state = 'finished', finished_at = now(), reported_at = now(), orders = $2,
             returns = $3, rejected = $4, reconciliations = $5
           WHERE id = $1 AND state <> 'finished'`,
          [id, body.orders, body.returns, body.rejected, JSON.stringify(body.reconciliations)],
        );
        if (!rowCount) return false;
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'import.finish',
          subject: subjectOf('import', id),
          after: { orders: body.orders, returns: body.returns, rejected: body.rejected },
        });
        return true;
      });
      if (!done) await refuseUnchanged(pool, id);
      return { status: 200, body: await readRun(pool, id) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/imports/{id}/rejections',
    summary: 'List the rejected rows of an import',
    tag: 'imports',
    roles: OPERATORS,
    scope: 'imports:read',
    params: uuidParams,
    query: rejections.query,
    responses: rejections.responses,
    handler: async ({ params: { id }, query, context, req }) => {
      await readRun(context.pool, id);
      return rejections.reply<z.input<typeof rejectionSchema>>({
        context,
        req,
        query,
        select: `r.number, r.row_number AS row, r.order_id AS "orderId", r.sku, r.amount, r.currency, r.reason, r.detail`,
        from: 'import_rejections r',
        where: (bind) => [`r.run_id = ${bind(id)}`, query.reason && `r.reason = ${bind(query.reason)}`],
        toItem: (row) => row,
      });
    },
  }),
];
