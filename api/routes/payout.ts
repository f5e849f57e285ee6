import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';
import { type PayoutFileRow, revealPayoutFile } from '../../activities/payout';
import { previewPayouts } from '../../database/payable';
import type { Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import { kinds } from '../../domain/kinds';
import { FINANCE } from '../../domain/roles';
import { digitsCell, harmlessCell } from '../../domain/spreadsheet';
import { NAMES_OF_STATES, WORDS } from '../../domain/words/glossary';
import { PAYOUT } from '../../domain/words/titles';
import { send } from '../../temporal/messages';
import * as messages from '../../workflows/payout';
import * as column from '../http/columns';
import { endpoint } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound, Problem } from '../http/problem';
import {
  currencySchema,
  expectedSchema,
  moneySchema,
  moniesOf,
  timestampInput,
  timestampOutput,
  uuid,
} from '../http/schemas';
import { senderOf } from '../workflows/client';
import { actorOfCall, decisionNote } from '../workflows/decisions';

const stateSchema = z.enum(kinds.payout.states);

const batchSchema = z
  .object({
    id: uuid,
    state: stateSchema,
    currency: z.string(),
    createdBy: z.string(),
    createdAt: timestampOutput,
    settledAt: timestampOutput.nullable(),
    withdrawals: z.int(),
    total: moneySchema,
    paid: z.int(),
    failed: z.int(),
    fileFetchedAt: timestampOutput.nullable().describe('First download of the payout file.'),
  })
  .meta({ id: 'PayoutBatch' });

type Batch = z.input<typeof batchSchema>;

const columns = `b.id, b.state, b.currency, u.name AS "createdBy", b.created_at AS "createdAt",
  b.settled_at AS "settledAt", b.file_fetched_at AS "fileFetchedAt", s.withdrawals, s.total, s.paid, s.failed`;
const tables = `payout_batches b JOIN users u ON u.id = b.created_by CROSS JOIN LATERAL (
  SELECT count(*)::int AS withdrawals, count(*) FILTER (WHERE w.state = 'paid')::int AS paid,
    count(*) FILTER (WHERE w.state = 'failed')::int AS failed,
    jsonb_build_object('amount', coalesce(sum(w.amount), 0), 'currency', b.currency) AS total
  FROM withdrawals w WHERE w.batch_id = b.id) s`;

const list = defineList({
  item: batchSchema,
  columns: {
    id: column.text(WORDS.id),
    state: column.named(WORDS.state, { open: NAMES_OF_STATES.to_confirm, settled: NAMES_OF_STATES.settled }),
    withdrawals: column.text(PAYOUT.count),
    total: column.money(WORDS.amount),
    currency: column.text(WORDS.currency),
    paid: column.text(PAYOUT.paid),
    failed: column.text(PAYOUT.failed),
    fileFetchedAt: column.time(PAYOUT.fetchedAt),
    createdBy: column.text(PAYOUT.createdBy),
    createdAt: column.time(PAYOUT.createdAt),
    settledAt: column.time(PAYOUT.settledAt),
  },
  filters: { state: stateSchema.optional(), createdBefore: timestampInput.optional() },
  sorts: { createdAt: { column: 'b.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'b.id', type: 'uuid' },
});

const params = z.object({ id: uuid });

export const createPayoutBatch = endpoint({
  method: 'post',
  path: '/v1/payout-batches',
  audit: ['payout_batch.open'],
  summary: 'Create a payout batch of all approved withdrawals in a currency',
  description:
    'A withdrawal canceled at the same moment is either in the file or canceled, never both. Withdrawals of distributors who are not active are not included and stay approved.',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:write',
  body: z.strictObject({ currency: currencySchema, expected: expectedSchema.optional() }),
  responses: { 201: { description: 'The batch.', schema: batchSchema } },
  errors: ['nothing_to_pay', 'figures_changed'],
  handler: async ({ body, context, principal, resourceId: id, requestId }) => {
    await send(senderOf(context), {
      kind: 'payout',
      id,
      update: messages.openPayoutBatch,
      args: [{ id, ...body, by: actorOfCall({ principal, requestId }) }],
      messageId: id,
      resume: false,
    });
    return {
      status: 201,
      body: await readBatch(context.pool, id),
      headers: { Location: `/v1/payout-batches/${id}` },
    };
  },
});

export const previewPayoutBatch = endpoint({
  method: 'post',
  path: '/v1/payout-batches/preview',
  audit: { none: 'changes nothing' },
  summary: 'Count and total that a payout batch of each currency would have now',
  description: 'Nothing is stored. Send both as `expected` with the batch.',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:read',
  responses: {
    200: {
      description: 'The currencies in which something can be paid.',
      schema: z.object({ currencies: z.array(z.object({ count: z.int(), total: moneySchema })) }),
    },
  },
  handler: async ({ context }) => {
    const previews = await previewPayouts(context.pool);
    return {
      status: 200,
      body: { currencies: previews.map(({ count, totals }) => ({ count, total: moniesOf(totals)[0]! })) },
    };
  },
});

export const listPayoutBatches = endpoint({
  method: 'get',
  path: '/v1/payout-batches',
  summary: 'List payout batches',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, req }) =>
    list.reply({
      context,
      req,
      query,
      select: columns,
      from: tables,
      where: (bind) => [
        query.state && `b.state = ${bind(query.state)}`,
        query.createdBefore && `b.created_at < ${bind(query.createdBefore)}`,
      ],
      toItem: (row: Batch) => row,
    }),
});

export const getPayoutBatch = endpoint({
  method: 'get',
  path: '/v1/payout-batches/{id}',
  summary: 'Get a payout batch',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:read',
  params,
  responses: { 200: { description: 'The batch.', schema: batchSchema } },
  handler: async ({ params: { id }, context }) => ({
    status: 200,
    body: await batchOrNotFound(context.pool, id),
  }),
});

export const getPayoutFile = endpoint({
  method: 'get',
  path: '/v1/payout-batches/{id}/file',
  audit: ['payout_batch.reveal_file'],
  summary: 'Download the payout file',
  description:
    'CSV with full account numbers, identical at each download: UTF-8 with a byte order mark, all values quoted. A tab follows each account number, so that a spreadsheet keeps all digits. Every download is recorded in the audit log. Amounts are in major units.',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:reveal',
  params,
  responses: { 200: { description: 'The file.', schema: z.string(), contentType: 'text/csv' } },
  handler: async ({ params: { id }, context, principal, requestId }) => {
    const rows = await revealPayoutFile(
      { pool: context.pool, sealer: createSealer(context.config) },
      { id, by: actorOfCall({ principal, requestId }) },
    );
    if (!rows) throw notFound(`Payout batch ${id}`);
    return {
      status: 200,
      raw: { contentType: 'text/csv; charset=utf-8', content: payoutFile(rows) },
      headers: {
        'Content-Disposition': `attachment; filename="payout-${id}.csv"`,
        'Cache-Control': 'no-store',
      },
    };
  },
});

/** The file for a bank's program, and for finance in a spreadsheet. */
function payoutFile(rows: PayoutFileRow[]): string {
  // Names cannot have a line feed. In many programs one would end the row, also in quotes.
  const name = (text: string) => harmlessCell(text.replace(/\p{Cc}+/gu, ' '));
  return stringify(
    rows.map(({ holder, bank, account, ...row }) => ({
      ...row,
      holder: name(holder),
      bank: name(bank),
      account: digitsCell(account),
    })),
    {
      header: true,
      columns: {
        withdrawalId: 'withdrawal_id',
        holder: 'holder',
        bank: 'bank',
        account: 'account',
        amount: 'amount',
        currency: 'currency',
      },
      record_delimiter: 'windows',
      quoted: true,
      // Without it, Excel reads Chinese names in another encoding.
      bom: true,
    },
  );
}

export const confirmPayoutBatch = endpoint({
  method: 'post',
  path: '/v1/payout-batches/{id}/confirm',
  audit: ['payout_batch.confirm'],
  summary: 'Confirm the bank results of a payout batch',
  description:
    'All withdrawals in it are paid, except those listed as failed, whose funds return to the balance. Possible after the payout file was downloaded.',
  tag: 'payouts',
  roles: FINANCE,
  scope: 'payouts:write',
  params,
  body: z.strictObject({
    failed: z
      .array(z.strictObject({ withdrawalId: uuid, reason: decisionNote }))
      .max(100_000)
      .default([]),
  }),
  responses: { 200: { description: 'The settled batch.', schema: batchSchema } },
  errors: ['payout_decided', 'not_in_batch', 'payout_file_not_fetched'],
  handler: async ({ params: { id }, body, context, principal, resourceId: decisionId, requestId }) => {
    const { state, fileFetchedAt } = await batchOrNotFound(context.pool, id);
    if (state === 'open' && !fileFetchedAt) {
      throw new Problem({
        status: 409,
        code: 'payout_file_not_fetched',
        detail:
          'Nobody has downloaded the payout file yet, so the bank cannot have paid it. Download it first.',
      });
    }
    await send(senderOf(context), {
      kind: 'payout',
      id,
      update: messages.confirmPayoutBatch,
      args: [{ id, decisionId, failed: body.failed, by: actorOfCall({ principal, requestId }) }],
      messageId: decisionId,
    });
    return { status: 200, body: await batchOrNotFound(context.pool, id) };
  },
});

async function batchOrNotFound(pool: Pool, id: string): Promise<Batch> {
  const batch = await readBatch(pool, id);
  if (!batch) throw notFound(`Payout batch ${id}`);
  return batch;
}

async function readBatch(pool: Pool, id: string): Promise<Batch | undefined> {
  const { rows } = await pool.query<Batch>(`SELECT ${columns} FROM ${tables} WHERE b.id = $1`, [id]);
  return rows[0];
}

export const payoutBatchEndpoints = [
  createPayoutBatch,
  previewPayoutBatch,
  listPayoutBatches,
  getPayoutBatch,
  getPayoutFile,
  confirmPayoutBatch,
];
