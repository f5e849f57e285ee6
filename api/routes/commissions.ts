import { z } from 'zod';
import { earningSchema } from '../../domain/plan';
import { explainCommission } from '../commissionView';
import { endpoint } from '../endpoint';
import { attributionSchema, ruleTraceSchema } from '../explanation';
import { defineList } from '../list';
import { planReader } from '../plans';
import { notFound } from '../problem';
import { commissionSchema, timestampInput, timestampOutput } from '../schemas';

const readers = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;

const list = defineList({
  item: commissionSchema,
  filters: {
    state: commissionSchema.shape.state.optional(),
    distributorId: z.uuid().optional(),
    orderId: z.string().max(64).optional(),
    currency: z.string().length(3).optional(),
    dueBefore: timestampInput.optional().describe('Due, and their return window ended before this time.'),
  },
  sorts: { id: { column: 'c.id', type: 'bigint' } },
  defaultSort: '-id',
  tie: { column: 'c.id', type: 'bigint' },
});

export const listCommissions = endpoint({
  method: 'get',
  path: '/v1/commissions',
  summary: 'List commissions',
  tag: 'commissions',
  roles: readers,
  scope: 'commissions:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, principal, req }) =>
    list.reply({
      pool: context.pool,
      req,
      query,
      select: `c.id::text AS id, c.order_id AS "orderId", c.line_id AS "lineId", c.level, c.distributor_id AS "distributorId",
        (SELECT name FROM distributors WHERE id = c.distributor_id) AS "distributorName", c.state,
        jsonb_build_object('amount', c.amount, 'currency', c.currency) AS amount,
        jsonb_build_object('amount', c.original_amount, 'currency', c.currency) AS "originalAmount",
        c.automatic, c.created_at AS "createdAt", c.due_at AS "dueAt", c.released_at AS "releasedAt"`,
      from: 'commissions c',
      where: (bind) => [
        principal.distributorId && `c.distributor_id = ${bind(principal.distributorId)}`,
        query.state && `c.state = ${bind(query.state)}`,
        query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
        query.orderId && `c.order_id = ${bind(query.orderId)}`,
        query.currency && `c.currency = ${bind(query.currency)}`,
        query.dueBefore && `c.state = 'due' AND c.due_at < ${bind(query.dueBefore)}`,
      ],
      toItem: (row: z.input<typeof commissionSchema>) => row,
    }),
});

const money = z.int().describe('Minor units of the currency.');

export const getExplanation = endpoint({
  method: 'get',
  path: '/v1/commissions/{id}/explain',
  summary: 'Why a commission is this amount, and why it is not paid yet',
  tag: 'commissions',
  roles: readers,
  scope: 'commissions:read',
  params: z.object({ id: z.string().regex(/^[1-9]\d{0,14}$/, 'use the id of a commission, a number') }),
  responses: {
    200: {
      description:
        'Attribution, plan, rules tried, the calculation, every transfer and hold, and what stands in the way.',
      schema: z.object({
        id: z.string(),
        orderId: z.string(),
        lineId: z.string(),
        level: z.int(),
        distributorId: z.uuid(),
        distributorName: z.string(),
        state: commissionSchema.shape.state,
        currency: z.string(),
        amount: money,
        originalAmount: money,
        automatic: z.boolean(),
        paidAt: timestampOutput.describe('When the order was paid.'),
        dueAt: timestampOutput.nullable(),
        releasedAt: timestampOutput.nullable(),
        attribution: attributionSchema,
        plan: z.object({ id: z.string(), name: z.string() }),
        rule: z
          .object({ matched: z.string(), earning: earningSchema, tier: z.string() })
          .describe('The rule that was applied, pinned with the commission.'),
        rulesTried: z.array(ruleTraceSchema),
        line: z.object({
          sku: z.string(),
          category: z.string().nullable(),
          quantity: z.int(),
          returnedQuantity: z.int(),
          netAmount: money,
          state: z.string(),
          windowEndsAt: timestampOutput.nullable(),
        }),
        arithmetic: z.object({ original: z.string(), now: z.string() }),
        whyNotPaid: z.array(
          z.object({ code: z.string(), message: z.string(), until: timestampOutput.optional() }),
        ),
        holds: z.array(
          z.object({
            id: z.uuid(),
            reason: z.string(),
            note: z.string(),
            placedAt: timestampOutput,
            liftedAt: timestampOutput.nullable(),
          }),
        ),
        transfers: z.array(
          z.object({
            key: z.string(),
            from: z.string(),
            to: z.string(),
            amount: money,
            occurredAt: timestampOutput,
            recordedAt: timestampOutput,
          }),
        ),
        pendingRun: z.object({ id: z.uuid(), state: z.string() }).nullable(),
      }),
    },
  },
  handler: async ({ params, context, principal }) => {
    const id = Number(params.id);
    const explanation = await explainCommission(
      context.pool,
      planReader(context),
      id,
      principal.distributorId,
    );
    if (!explanation) throw notFound(`Commission ${params.id}`);
    return { status: 200, body: explanation };
  },
});

export const commissionEndpoints = [listCommissions, getExplanation];
