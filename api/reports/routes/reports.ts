import { z } from 'zod';
import type { Role } from '../../../domain/roles';
import { STAFF } from '../../../domain/roles';
import { ACCOUNTS } from '../../../domain/words/events';
import { WORDS } from '../../../domain/words/glossary';
import type { Language } from '../../../domain/words/text';
import * as column from '../../http/columns';
import { csvReply, languageQuery, readableCsvReply } from '../../http/csv';
import { type ApiContext, type Endpoint, endpoint, type Principal, type Reply } from '../../http/endpoint';
import { Problem } from '../../http/problem';
import { currencySchema, uuid } from '../../http/schemas';
import {
  applicationsReport,
  balancesReport,
  commissionsReport,
  keepDaysSummed,
  ordersReport,
  ownCommissionsReport,
  payoutsReport,
  topDistributorsReport,
} from '../reports';

/** A chart of more periods is not readable, and each costs an index look-up. */
const mostPeriods = 400;
const daysOf = { day: 1, week: 7, month: 30 } as const;

const days = {
  from: z.iso.date().describe("First day, in the brand's time zone."),
  to: z.iso.date().describe('Last day, included.'),
};
const interval = z.enum(['day', 'week', 'month']).default('day').describe('Weeks start on Monday.');
const PERIOD = { zh: '时间', en: 'Period' };
const period = z.string().describe('First day of the day, week or month.');
const signedMoney = z.object({ amount: z.int().describe('Minor units.'), currency: z.string() });

type Figures = Record<string, string | number | null>;

interface PeriodQuery {
  from: string;
  to: string;
  interval: keyof typeof daysOf;
  language?: Language;
  currency?: string;
}

interface ReportSpec<Row extends z.ZodObject, Extra extends z.ZodRawShape> {
  name: string;
  summary: string;
  description: string;
  row: Row;
  /** Columns of the CSV for people, besides the period. */
  columns: Omit<column.Columns<z.output<Row>>, 'period'>;
  /** Columns that are amounts of the currency asked for. */
  amounts: readonly string[];
  filters?: Extra;
  /** Besides staff. */
  alsoFor?: Role;
  statement: (principal: Principal, query: Record<string, unknown>) => { sql: string; values?: unknown[] };
}

/** A report by period, as JSON rows or as CSV. */
function periodReport<Row extends z.ZodObject, Extra extends z.ZodRawShape>(
  spec: ReportSpec<Row, Extra>,
): Endpoint {
  const needsCurrency = spec.amounts.length > 0;
  return endpoint({
    method: 'get',
    path: `/v1/reports/${spec.name}`,
    summary: spec.summary,
    description: `${spec.description} With "Accept: text/csv": the rows as CSV.`,
    tag: 'reports',
    roles: spec.alsoFor ? [...STAFF, spec.alsoFor] : STAFF,
    scope: 'reports:read',
    query: z.strictObject({
      ...days,
      interval,
      language: languageQuery,
      ...(needsCurrency && { currency: currencySchema }),
      ...spec.filters,
    }),
    responses: documented(spec.row, { interval: z.string() }),
    handler: async ({ query: given, context, principal, req }) => {
      // What belongs to all reports; what is a report's own, its statement reads.
      const query = given as unknown as PeriodQuery;
      refuseSpan(query, daysOf[query.interval]);
      const { sql, values = [] } = spec.statement(principal, given);
      const zone = context.config.BRAND_TIME_ZONE;
      keepDaysSummed(context);
      const currency = needsCurrency ? [query.currency] : [];
      const { rows } = await context.pool.query<Figures>(sql, [
        zone,
        query.interval,
        query.from,
        query.to,
        ...currency,
        ...values,
      ]);
      const columns = { period: column.day(PERIOD), ...spec.columns };
      return answer(
        { schema: spec.row, columns, language: query.language },
        rows.map(withMoney(spec.amounts, query.currency)),
        req,
        context,
        { interval: query.interval },
      );
    },
  });
}

function documented(row: z.ZodObject, more: z.ZodRawShape) {
  return {
    200: {
      description: 'The rows in order of time.',
      schema: z.object({ timeZone: z.string(), ...more, rows: z.array(row) }),
    },
  };
}

function withMoney(amounts: readonly string[], currency: string | undefined) {
  return (row: Figures) => ({
    ...row,
    ...Object.fromEntries(amounts.map((name) => [name, { amount: row[name], currency }])),
  });
}

function answer(
  { schema, columns, language }: { schema: z.ZodObject; columns: object; language?: Language },
  rows: unknown[],
  req: { accepts(types: string[]): string | false },
  { config }: ApiContext,
  more: Record<string, unknown>,
): Reply {
  if (req.accepts(['json', 'text/csv']) === 'text/csv') {
    if (!language) return csvReply(schema, rows);
    const reading = { language, zone: config.BRAND_TIME_ZONE };
    return readableCsvReply(columns as column.Columns<Record<string, unknown>>, reading, rows);
  }
  return { status: 200, body: { timeZone: config.BRAND_TIME_ZONE, ...more, rows } };
}

function refuseSpan({ from, to }: { from: string; to: string }, daysEach: number): void {
  const count = (Date.parse(to) - Date.parse(from)) / 86_400_000 / daysEach;
  const detail =
    count < 0
      ? 'is before from'
      : count > mostPeriods
        ? `gives more than ${mostPeriods} periods; use a longer interval`
        : undefined;
  if (!detail) return;
  throw new Problem({
    status: 400,
    code: 'query_not_valid',
    detail: `The query is not valid: /to ${detail}.`,
    errors: [{ pointer: '/to', detail }],
  });
}

export const reportEndpoints: Endpoint[] = [
  periodReport({
    name: 'orders',
    summary: 'Orders paid, net sales and refunds over time',
    description: 'Net sales are before cancellations and returns; refunds count at refund time.',
    row: z.object({ period, orders: z.int(), net: signedMoney, returned: signedMoney }),
    columns: {
      orders: column.text({ zh: '订单数', en: 'Orders' }),
      net: column.money({ zh: '实付金额', en: 'Net sales' }),
      returned: column.money({ zh: '退款', en: 'Refunded' }),
    },
    amounts: ['net', 'returned'],
    statement: () => ({ sql: ordersReport }),
  }),
  periodReport({
    name: 'commissions',
    summary: 'Commissions accrued, released, reversed and clawed back over time',
    description:
      'From the ledger, by the time transfers occurred. Users with the role distributor see only their own.',
    row: z.object({
      period,
      accrued: signedMoney,
      released: signedMoney,
      reversed: signedMoney.describe('Reversed before release.'),
      clawedBack: signedMoney.describe('Clawed back after release.'),
    }),
    columns: {
      accrued: column.money({ zh: '新增', en: 'Accrued' }),
      released: column.money({ zh: '已结算', en: 'Released' }),
      reversed: column.money({ zh: '已冲销', en: 'Reversed' }),
      clawedBack: column.money({ zh: '已追回', en: 'Clawed back' }),
    },
    amounts: ['accrued', 'released', 'reversed', 'clawedBack'],
    filters: { distributorId: uuid.optional() },
    alsoFor: 'distributor',
    statement: (principal, query) => {
      const distributorId = principal.distributorId ?? query.distributorId;
      return distributorId
        ? { sql: ownCommissionsReport, values: [distributorId] }
        : { sql: commissionsReport };
    },
  }),
  periodReport({
    name: 'payouts',
    summary: 'Withdrawals paid and failed over time',
    description: 'By settlement time.',
    row: z.object({
      period,
      paidCount: z.int(),
      paid: signedMoney,
      failedCount: z.int(),
      failed: signedMoney,
    }),
    columns: {
      paidCount: column.text({ zh: '打款笔数', en: 'Payouts paid' }),
      paid: column.money({ zh: '已打款', en: 'Paid' }),
      failedCount: column.text({ zh: '失败笔数', en: 'Payouts failed' }),
      failed: column.money({ zh: '失败', en: 'Failed' }),
    },
    amounts: ['paid', 'failed'],
    statement: () => ({ sql: payoutsReport }),
  }),
  periodReport({
    name: 'applications',
    summary: 'Applications submitted and decided over time',
    description: 'Decisions count at decision time.',
    row: z.object({
      period,
      submitted: z.int(),
      approved: z.int(),
      rejected: z.int(),
      medianHours: z
        .number()
        .nullable()
        .describe('From submission to decision; null if there was no decision.'),
    }),
    columns: {
      submitted: column.text({ zh: '提交', en: 'Submitted' }),
      approved: column.text({ zh: '批准', en: 'Approved' }),
      rejected: column.text({ zh: '驳回', en: 'Rejected' }),
      medianHours: column.text({ zh: '处理时长（小时）', en: 'Hours to decision' }),
    },
    amounts: [],
    statement: () => ({ sql: applicationsReport }),
  }),
  periodReport({
    name: 'balances',
    summary: 'Total balances and debt of all distributors at the end of each period',
    description:
      'From the ledger, by the time transfers occurred; the current period shows the balances so far.',
    row: z.object({
      period,
      held: signedMoney,
      available: signedMoney,
      reserved: signedMoney,
      debt: signedMoney,
    }),
    columns: {
      held: column.money(ACCOUNTS.held),
      available: column.money(ACCOUNTS.available),
      reserved: column.money(ACCOUNTS.reserved),
      debt: column.money(ACCOUNTS.debt),
    },
    amounts: ['held', 'available', 'reserved', 'debt'],
    statement: () => ({ sql: balancesReport }),
  }),
  topDistributors(),
];

function topDistributors(): Endpoint {
  const row = z.object({
    distributorId: uuid,
    name: z.string(),
    orders: z.int(),
    net: signedMoney.describe('Of the orders attributed to it.'),
    commission: signedMoney.describe('Accrued at any level, less reversals and clawbacks.'),
  });
  const columns: column.Columns<z.output<typeof row>> = {
    distributorId: null,
    name: column.text(WORDS.distributor),
    orders: column.text({ zh: '订单数', en: 'Orders' }),
    net: column.money({ zh: '实付金额', en: 'Net sales' }),
    commission: column.money({ zh: '佣金', en: 'Commission' }),
  };
  return endpoint({
    method: 'get',
    path: '/v1/reports/top-distributors',
    summary: 'Top distributors by net sales in a period',
    description: 'With "Accept: text/csv": the rows as CSV.',
    tag: 'reports',
    roles: STAFF,
    scope: 'reports:read',
    query: z.strictObject({
      ...days,
      currency: currencySchema,
      language: languageQuery,
      limit: z.coerce.number().int().min(1).max(100).default(10),
    }),
    responses: documented(row, {}),
    handler: async ({ query, context, req }) => {
      refuseSpan(query, daysOf.day);
      const { from, to, currency, limit, language } = query;
      keepDaysSummed(context);
      const { rows } = await context.pool.query<Figures>(topDistributorsReport, [
        context.config.BRAND_TIME_ZONE,
        from,
        to,
        currency,
        limit,
      ]);
      return answer(
        { schema: row, columns, language },
        rows.map(withMoney(['net', 'commission'], currency)),
        req,
        context,
        {},
      );
    },
  });
}
