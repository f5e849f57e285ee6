import { z } from 'zod';
import { OBSTACLES } from '../../../domain/explanation';
import { earningSchema } from '../../../domain/plan';
import { ROLES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { MONEY_TEXTS } from '../../../domain/words/titles';
import * as column from '../../http/columns';
import { endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import {
  commissionId,
  commissionSchema,
  holdReason,
  timestampInput,
  timestampOutput,
  uuid,
} from '../../http/schemas';
import { type Bind, type Counted, replySummary, summaryResponses } from '../../http/summary';
import { keepDaysSummed } from '../../reports/reports';
import { planReader } from '../plan/reader';
import { attributionSchema, ruleTraceSchema } from './explanation';
import { ledgerSums } from './totals';
import { explainCommission } from './view';

const minorUnits = z.coerce.number().int().min(0).max(1_000_000_000_000);

const filters = {
  state: commissionSchema.shape.state.optional(),
  distributorId: uuid.optional(),
  orderId: z.string().max(96).optional(),
  currency: z.string().length(3).optional(),
  dueAfter: timestampInput.optional().describe('Their return window ended at this time or later.'),
  dueBefore: timestampInput.optional().describe('Due, and their return window ended before this time.'),
  createdAfter: timestampInput.optional(),
  createdBefore: timestampInput.optional(),
  releasedAfter: timestampInput.optional(),
  releasedBefore: timestampInput.optional(),
  amountMin: minorUnits.optional().describe('Minimum amount, in minor units.'),
  amountMax: minorUnits.optional().describe('Maximum amount, in minor units.'),
  onHold: z.stringbool().optional().describe('Whether a hold is open.'),
  holdReason: holdReason.optional().describe('A hold with this reason is open.'),
};
const filterSchema = z.strictObject(filters);

/** As in the index. What is not due yet sorts last. */
const dueAt = `(coalesce(c.due_at, '9999-12-31 00:00:00+00'::timestamptz))`;

const list = defineList({
  item: commissionSchema,
  columns: {
    id: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    amount: column.money(WORDS.amount),
    originalAmount: column.money(MONEY_TEXTS.original),
    distributorId: null,
    distributorName: column.text(MONEY_TEXTS.beneficiary),
    level: column.text(MONEY_TEXTS.level),
    orderId: column.text(MONEY_TEXTS.order),
    lineId: column.text(MONEY_TEXTS.line),
    dueAt: column.time(MONEY_TEXTS.dueAt),
    releasedAt: column.time(MONEY_TEXTS.releasedAt),
    createdAt: column.time(MONEY_TEXTS.createdAt),
    automatic: column.yesNo({ zh: '自动结算', en: 'Automatic' }),
  },
  filters,
  sorts: {
    createdAt: { column: 'c.created_at', type: 'timestamptz' },
    amount: { column: 'c.amount', type: 'bigint' },
    dueAt: { column: dueAt, type: 'timestamptz' },
  },
  defaultSort: '-createdAt',
  tie: { column: 'c.id', type: 'bigint' },
});

function conditions(
  query: z.output<typeof filterSchema>,
  { distributorId }: Principal,
  bind: Bind,
): Counted['where'] {
  const held =
    'SELECT h.commission_id FROM restrictions h WHERE h.commission_id IS NOT NULL AND h.lifted_at IS NULL AND restriction_open(h, now())';
  return [
    distributorId && `c.distributor_id = ${bind(distributorId)}`,
    query.state && `c.state = ${bind(query.state)}`,
    query.distributorId && `c.distributor_id = ${bind(query.distributorId)}`,
    query.orderId && `c.order_id = ${bind(query.orderId)}`,
    query.currency && `c.currency = ${bind(query.currency)}`,
    query.dueAfter && `${dueAt} >= ${bind(query.dueAfter)} AND c.due_at IS NOT NULL`,
    query.dueBefore && `${dueAt} < ${bind(query.dueBefore)}`,
    // Looked up first: they are the oldest of what is due, and a walk from the newest would pass all others.
    query.dueBefore &&
      `c.id = ANY (ARRAY(SELECT id FROM commissions WHERE state = 'due' AND due_at < ${bind(query.dueBefore)}))`,
    query.createdAfter && `c.created_at >= ${bind(query.createdAfter)}`,
    query.createdBefore && `c.created_at < ${bind(query.createdBefore)}`,
    query.releasedAfter && `c.released_at >= ${bind(query.releasedAfter)}`,
    query.releasedBefore && `c.released_at < ${bind(query.releasedBefore)}`,
    query.amountMin !== undefined && `c.amount >= ${bind(query.amountMin)}`,
    query.amountMax !== undefined && `c.amount <= ${bind(query.amountMax)}`,
    // From the few that are on hold, looked up first, and never the other way round through all commissions.
    query.onHold && `c.id = ANY (ARRAY(${held}))`,
    query.onHold === false && `c.id NOT IN (${held})`,
    query.holdReason && `c.id = ANY (ARRAY(${held} AND h.reason = ${bind(query.holdReason)}))`,
  ];
}

/** Whether a span of time is asked for that is not the one sorted by. */
function spansAnotherTime(query: z.output<typeof list.query>): boolean {
  const spans: Record<string, Date | undefined> = {
    createdAt: query.createdAfter ?? query.createdBefore,
    dueAt: query.dueAfter ?? query.dueBefore,
    releasedAt: query.releasedAfter ?? query.releasedBefore,
  };
  return Object.entries(spans).some(([time, span]) => span && query.sort.replace('-', '') !== time);
}

export const listCommissions = endpoint({
  method: 'get',
  path: '/v1/commissions',
  summary: 'List commissions',
  tag: 'commissions',
  roles: ROLES,
  scope: 'commissions:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, principal, req }) =>
    list.reply({
      context,
      req,
      query,
      select: `c.id::text AS id, c.order_id AS "orderId", c.line_id AS "lineId", c.level, c.distributor_id AS "distributorId",
        (SELECT name FROM distributors WHERE id = c.distributor_id) AS "distributorName", c.state,
        jsonb_build_object('amount', c.amount, 'currency', c.currency) AS amount,
        jsonb_build_object('amount', c.original_amount, 'currency', c.currency) AS "originalAmount",
        c.automatic, c.created_at AS "createdAt", c.due_at AS "dueAt", c.released_at AS "releasedAt"`,
      from: 'commissions c',
      where: (bind) => conditions(query, principal, bind),
      sortUpTo: spansAnotherTime(query) ? 200_000 : 0,
      toItem: (row: z.input<typeof commissionSchema>) => row,
    }),
});

export const summarizeCommissions = endpoint({
  method: 'get',
  path: '/v1/commissions/summary',
  summary: 'Count and total of the commissions that match a filter, without those not accrued',
  description: 'Uses the filters of the list.',
  tag: 'commissions',
  roles: ROLES,
  scope: 'commissions:read',
  query: filterSchema,
  responses: summaryResponses,
  handler: ({ query, context, principal }) => {
    const { state, currency, ...others } = query;
    const isBroad = !principal.distributorId && Object.values(others).every((value) => value === undefined);
    if (isBroad) keepDaysSummed(context);
    return replySummary(context.pool, (bind) => ({
      sums: isBroad ? ledgerSums({ state, currency }, context.config.BRAND_TIME_ZONE, bind) : undefined,
      from: 'commissions c',
      where: conditions(query, principal, bind),
      // What was not accrued counts no money.
      money: { amount: `CASE c.state WHEN 'not_accrued' THEN 0 ELSE c.amount END`, currency: 'c.currency' },
    }));
  },
});

const money = z.int().describe('Minor units of the currency.');

export const getExplanation = endpoint({
  method: 'get',
  path: '/v1/commissions/{id}/explain',
  summary: 'Explain the amount of a commission and why it is not released yet',
  tag: 'commissions',
  roles: ROLES,
  scope: 'commissions:read',
  params: z.object({ id: commissionId }),
  responses: {
    200: {
      description:
        'Attribution, plan, rules tried, calculation, all transfers and holds, and what prevents release.',
      schema: z.object({
        id: z.string(),
        orderId: z.string(),
        lineId: z.string(),
        level: z.int(),
        distributorId: uuid,
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
          z.object({
            code: z.enum(OBSTACLES),
            message: z.string(),
            since: timestampOutput.optional(),
            until: timestampOutput.optional(),
            note: z.string().optional().describe('Internal note.'),
          }),
        ),
        holds: z.array(
          z.object({
            id: uuid,
            reason: z.string(),
            note: z.string().nullable().describe('Internal; null for distributors.'),
            placedAt: timestampOutput,
            liftedAt: timestampOutput.nullable().describe('When it was lifted, or ended.'),
            voidedAt: timestampOutput.nullable(),
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
        pendingRun: z.object({ id: uuid, state: z.string() }).nullable(),
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

export const commissionEndpoints = [listCommissions, summarizeCommissions, getExplanation];
