import { z } from 'zod';
import { obstaclesOf } from '../../../database/restrictions';
import { sqlStates } from '../../../database/states';
import { type CommissionFacts, earningStatus, OBSTACLES, whyNothing } from '../../../domain/explanation';
import { kinds } from '../../../domain/kinds';
import type { Earning } from '../../../domain/plan';
import { ROLES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { ZERO_REASONS } from '../../../domain/words/names';
import { OBSTACLE_NAMES } from '../../../domain/words/obstacles';
import { MONEY_TEXTS } from '../../../domain/words/titles';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import { currencySchema, moneySchema, timestampOutput, uuidParams } from '../../http/schemas';

/** What is not paid: in its window, due, or not accrued because of a restriction. */
const unpaid = ['not_accrued', ...kinds.commission.open] as const;

const earningSchema = z
  .object({
    commissionId: z.string(),
    orderId: z.string(),
    lineId: z.string(),
    level: z.int(),
    amount: moneySchema,
    state: z.enum(unpaid),
    paidAt: timestampOutput.describe('When the order was paid.'),
    code: z.enum(OBSTACLES).describe('The main reason why it is not released yet.'),
    data: z.record(z.string(), z.string()).describe('Data of the code: until, returnId, debt.'),
    nothing: z
      .enum(['rule_pays_nothing', 'rounds_to_nothing'])
      .nullable()
      .describe('Why the amount is 0, if it is.'),
    nextAt: timestampOutput.nullable().describe('When the next automatic step happens, if known.'),
  })
  .meta({ id: 'Earning' });

const totalsSchema = z.array(
  z.object({
    currency: z.string(),
    held: moneySchema.describe('In the return window or not delivered.'),
    due: moneySchema.describe('The return window has ended.'),
    available: moneySchema.describe('Released and not paid out, including what is kept back.'),
    keptBack: moneySchema.describe('Kept back now by restrictions; may be more than is available.'),
    withdrawable: moneySchema.describe('Available less what is kept back, not below zero.'),
    reserved: moneySchema.describe('In withdrawals.'),
    debt: moneySchema.describe('Debt; released commissions pay it first.'),
  }),
);

const earnings = defineList({
  item: earningSchema,
  columns: {
    commissionId: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    amount: column.money(WORDS.amount),
    orderId: column.text(MONEY_TEXTS.order),
    lineId: column.text(MONEY_TEXTS.line),
    level: column.text(MONEY_TEXTS.level),
    paidAt: column.time({ zh: '支付时间', en: 'Paid' }),
    code: column.named({ zh: '为什么还没到账', en: 'Why it is not released yet' }, OBSTACLE_NAMES),
    data: null,
    nothing: column.named({ zh: '为什么为 0', en: 'Why it is 0' }, ZERO_REASONS),
    nextAt: column.time({ zh: '下一步', en: 'Next step' }),
  },
  filters: {
    state: z.enum(unpaid).optional(),
    currency: currencySchema.optional(),
    amount: z.enum(['some', 'nothing']).optional().describe('Only commissions above 0, or only those of 0.'),
  },
  sorts: { id: { column: 'c.id', type: 'bigint' } },
  defaultSort: '-id',
  tie: { column: 'c.id', type: 'bigint' },
});

interface Row extends CommissionFacts {
  commissionId: string;
  orderId: string;
  lineId: string;
  level: number;
  amount: { amount: number; currency: string };
  earning: Earning;
  state: (typeof unpaid)[number];
  paidAt: Date;
  debt: number;
}

export const earningEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/earnings',
    summary: 'List unreleased commissions of a distributor, each with the reason',
    description:
      'Commissions that are held or due, and those not accrued because of a restriction. `totals` cover all of them, regardless of the filter. Commissions of 0 are included with their reason; exclude them with `amount=some`.',
    tag: 'distributors',
    roles: ROLES,
    scope: 'commissions:read',
    params: uuidParams,
    query: earnings.query,
    responses: {
      200: {
        ...earnings.responses[200],
        schema: z.object({
          items: z.array(earningSchema),
          nextCursor: z.string().nullable(),
          totals: totalsSchema,
          nothingCount: z.int().describe('Number of commissions of 0, regardless of the filter.'),
        }),
      },
    },
    handler: async ({ params: { id }, query, context, principal, req }) => {
      if (principal.role === 'distributor' && principal.distributorId !== id)
        throw notFound(`The distributor ${id}`);
      const { pool } = context;
      const { rows } = await pool.query<{ totals: z.input<typeof totalsSchema>; nothingCount: number }>(
        totalsSql,
        [id],
      );
      if (!rows[0]) throw notFound(`The distributor ${id}`);
      const reply = await earnings.reply<Row>({
        context,
        req,
        query,
        select,
        from: `commissions c JOIN orders o ON o.id = c.order_id
          LEFT JOIN balances b ON b.distributor_id = c.distributor_id AND b.currency = c.currency`,
        where: (bind) => [
          `c.distributor_id = ${bind(id)} AND c.state IN (${sqlStates(unpaid)})`,
          query.state && `c.state = ${bind(query.state)}`,
          query.currency && `c.currency = ${bind(query.currency)}`,
          query.amount && (query.amount === 'some' ? 'c.amount > 0' : 'c.amount = 0'),
        ],
        toItem: ({
          commissionId,
          orderId,
          lineId,
          level,
          amount,
          earning,
          state,
          paidAt,
          debt,
          ...facts
        }) => ({
          commissionId,
          orderId,
          lineId,
          level,
          amount,
          state,
          paidAt: paidAt.toISOString(),
          nothing: whyNothing(earning, amount.amount),
          ...earningStatus(facts, debt),
        }),
      });
      return reply.raw ? reply : { ...reply, body: { ...(reply.body as object), ...rows[0] } };
    },
  }),
];

// In JSON, times come as RFC 3339 texts, as the rules take them.
const select = `c.id::text AS "commissionId", c.order_id AS "orderId", c.line_id AS "lineId", c.level,
  jsonb_build_object('amount', c.amount, 'currency', c.currency) AS amount, c.rule -> 'earning' AS earning, c.state, o.paid_at AS "paidAt",
  coalesce(b.debt, 0) AS debt, ${obstaclesOf('c.id', 'false')} AS obstacles,
  (SELECT jsonb_build_object('id', r.id, 'state', r.state) FROM release_waiting w JOIN release_runs r ON r.id = w.run_id
   WHERE w.commission_id = c.id) AS "pendingRun"`;

const amountOf = (value: string) => `jsonb_build_object('amount', ${value}, 'currency', b.currency)`;
const totalsSql = `
  SELECT (SELECT coalesce(jsonb_agg(jsonb_build_object('currency', b.currency,
      'held', ${amountOf('b.held - due.amount')}, 'due', ${amountOf('due.amount')},
      'available', ${amountOf('b.available')}, 'keptBack', ${amountOf('kept.amount')},
      'withdrawable', ${amountOf('greatest(0, b.available - kept.amount)')}, 'reserved', ${amountOf('b.reserved')}, 'debt', ${amountOf('b.debt')})
      ORDER BY b.currency), '[]')
    FROM balances b CROSS JOIN LATERAL (
      SELECT coalesce(sum(c.amount), 0) AS amount FROM commissions c
      WHERE c.distributor_id = b.distributor_id AND c.currency = b.currency AND c.state = 'due') due
    CROSS JOIN LATERAL (SELECT kept_back(b.distributor_id, b.currency, now()) AS amount) kept
    WHERE b.distributor_id = d.id) AS totals,
    (SELECT count(*)::int FROM commissions c
     WHERE c.distributor_id = d.id AND c.state IN (${sqlStates(unpaid)}) AND c.amount = 0) AS "nothingCount"
  FROM distributors d WHERE d.id = $1`;
