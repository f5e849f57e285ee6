import { z } from 'zod';
import { salesEver } from '../../../database/dailySums';
import { kinds, type StateOf } from '../../../domain/kinds';
import { ROLES, STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { ATTRIBUTION_REASONS } from '../../../domain/words/names';
import * as column from '../../http/columns';
import { endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { timestampInput, timestampOutput, uuid } from '../../http/schemas';
import { type Bind, type Counted, replySummary, summaryResponses } from '../../http/summary';
import { keepDaysSummed } from '../../reports/reports';
import { attributionSchema } from '../commission/explanation';

const attributionReason = attributionSchema.shape.reason;

const listedOrder = z.object({
  id: z.string(),
  state: z.enum(kinds.order.states),
  paidAt: timestampOutput,
  createdAt: timestampOutput,
  currency: z.string(),
  customerId: z.string().nullable().describe('Null for a guest.'),
  region: z.string(),
  distributorId: uuid.nullable(),
  distributorName: z.string().nullable(),
  attributionReason,
  netAmount: z.int(),
  commission: z.int(),
});

const filters = {
  state: z.enum(kinds.order.states).optional(),
  number: z.string().trim().min(1).max(96).optional().describe('The order number, or its beginning.'),
  distributorId: uuid.optional().describe('Orders attributed to this distributor.'),
  customerId: z.string().max(128).optional(),
  region: z.string().max(64).optional().describe('Ship-to region.'),
  attributionReason: attributionReason.optional().describe('Reason of the attribution.'),
  paidAfter: timestampInput.optional(),
  paidBefore: timestampInput.optional(),
  createdAfter: timestampInput.optional(),
  createdBefore: timestampInput.optional(),
};
const filterSchema = z.strictObject(filters);

const list = defineList({
  item: listedOrder,
  columns: {
    id: column.text({ zh: '订单号', en: 'Order' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    paidAt: column.time({ zh: '支付时间', en: 'Paid' }),
    netAmount: column.amount({ zh: '实付金额', en: 'Net amount' }),
    commission: column.amount({ zh: '佣金', en: 'Commission' }),
    currency: column.text(WORDS.currency),
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    attributionReason: column.named({ zh: '归属依据', en: 'Attribution' }, ATTRIBUTION_REASONS),
    customerId: column.text({ zh: '客户', en: 'Customer' }),
    region: column.region({ zh: '收货地区', en: 'Ship-to region' }),
    createdAt: column.time({ zh: '入账时间', en: 'Recorded' }),
  },
  filters,
  sorts: {
    createdAt: { column: 'o.created_at', type: 'timestamptz' },
    paidAt: { column: 'o.paid_at', type: 'timestamptz' },
  },
  defaultSort: '-createdAt',
  tie: { column: 'o.id', type: 'text' },
});

function conditions(
  query: z.output<typeof filterSchema>,
  { distributorId }: Principal,
  bind: Bind,
  sort = '-createdAt',
): Counted['where'] {
  return [
    // A distributor sees the orders that belong to it; those of its downline only as commissions.
    distributorId && `o.distributor_id = ${bind(distributorId)}`,
    query.state && `o.state = ${bind(query.state)}`,
    // Open orders are the newest: a walk from the other end would pass all that are closed, so they are looked up.
    query.state === 'open' &&
      !sort.startsWith('-') &&
      `o.id = ANY (ARRAY(SELECT id FROM orders WHERE state = 'open'))`,
    query.number && `o.id LIKE ${bind(`${query.number.replace(/[\\%_]/g, '\\$&')}%`)}`,
    query.distributorId && `o.distributor_id = ${bind(query.distributorId)}`,
    query.customerId && `o.customer_id = ${bind(query.customerId)}`,
    query.region && `o.region = ${bind(query.region)}`,
    // As in the index.
    query.attributionReason && `(o.attribution ->> 'reason') = ${bind(query.attributionReason)}`,
    // An order is paid before it is recorded, but for small clock differences: so each time bounds the other, and an
    // index over either begins where it has to.
    query.paidAfter &&
      `o.paid_at >= ${bind(query.paidAfter)} AND o.created_at >= ${bind(before(query.paidAfter))}`,
    query.paidBefore && `o.paid_at < ${bind(query.paidBefore)}`,
    query.createdAfter && `o.created_at >= ${bind(query.createdAfter)}`,
    query.createdBefore &&
      `o.created_at < ${bind(query.createdBefore)} AND o.paid_at < ${bind(after(query.createdBefore))}`,
  ];
}

/** Far more than the clocks of shops, API and database differ, see `eventTime`. */
const clockSkewMs = 3_600_000;
const before = (time: Date) => new Date(time.getTime() - clockSkewMs);
const after = (time: Date) => new Date(time.getTime() + clockSkewMs);

const netAmount = '(SELECT sum(l.net_amount)::bigint FROM order_lines l WHERE l.order_id = o.id)';

const listOrders = endpoint({
  method: 'get',
  path: '/v1/orders',
  summary: 'List orders',
  tag: 'orders',
  roles: ROLES,
  scope: 'orders:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, principal, req }) =>
    list.reply({
      context,
      req,
      query,
      // A distributor does not see what its uplines earn by its orders.
      select: (
        bind,
      ) => `o.id, o.state, o.paid_at AS "paidAt", o.created_at AS "createdAt", o.currency, o.customer_id AS "customerId",
        o.region, o.distributor_id AS "distributorId",
        (SELECT name FROM distributors d WHERE d.id = o.distributor_id) AS "distributorName",
        o.attribution ->> 'reason' AS "attributionReason", ${netAmount} AS "netAmount",
        (SELECT coalesce(sum(c.amount), 0)::bigint FROM commissions c WHERE c.order_id = o.id AND c.state <> 'not_accrued'
          ${principal.distributorId ? `AND c.distributor_id = ${bind(principal.distributorId)}` : ''}) AS commission`,
      from: 'orders o',
      where: (bind) => conditions(query, principal, bind, query.sort),
      // Of more, the bound that one time sets to the other is enough.
      sortUpTo: (query.paidBefore ?? query.createdAfter) ? 20_000 : 0,
      toItem: (row: z.input<typeof listedOrder>) => row,
    }),
});

const sumsOfLines = (where: Counted['where']) => `SELECT o.currency, sum(l.net_amount) AS amount
  FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE ${where.filter(Boolean).join(' AND ') || 'true'} GROUP BY 1`;

/**
 * Net amounts of all orders, or of those that are closed, by currency, from the sums of days.
 * @param bind takes the brand's zone as the first parameter of the statement
 * @returns undefined for open orders, which do not grow with the history
 */
function salesSums(state: StateOf<'order'> | undefined, zone: string, bind: Bind): string | undefined {
  if (state === 'open') return undefined;
  bind(zone);
  const all = `SELECT currency, net AS amount FROM (${salesEver}) sold WHERE distributor_id IS NULL`;
  const open = `SELECT currency, -amount FROM (${sumsOfLines(["o.state = 'open'"])}) AS still_open`;
  return `SELECT currency, sum(amount) AS amount FROM (${all} ${state ? `UNION ALL ${open}` : ''}) AS part
    GROUP BY currency HAVING sum(amount) <> 0`;
}

const summarizeOrders = endpoint({
  method: 'get',
  path: '/v1/orders/summary',
  summary: 'Count and total net amount of the orders that match a filter',
  description: 'Uses the filters of the list.',
  tag: 'orders',
  roles: ROLES,
  scope: 'orders:read',
  query: filterSchema,
  responses: summaryResponses,
  handler: ({ query, context, principal }) => {
    const { state, ...others } = query;
    const isBroad = !principal.distributorId && Object.values(others).every((value) => value === undefined);
    if (isBroad) keepDaysSummed(context);
    return replySummary(context.pool, (bind) => {
      const broad = isBroad ? salesSums(state, context.config.BRAND_TIME_ZONE, bind) : undefined;
      const where = conditions(query, principal, bind);
      return { from: 'orders o', where, sums: broad ?? sumsOfLines(where) };
    });
  },
});

/** Far more than there are; a shop that writes addresses into its regions is not listed to its end. */
const mostRegions = 500;

const listRegions = endpoint({
  method: 'get',
  path: '/v1/orders/regions',
  summary: 'List the regions orders were shipped to',
  description: `Max ${mostRegions}, sorted by code.`,
  tag: 'orders',
  roles: STAFF,
  scope: 'orders:read',
  responses: {
    200: { description: 'The regions.', schema: z.object({ regions: z.array(z.string()) }) },
  },
  handler: async ({ context }) => {
    // From one region to the next by the index, however many orders each has.
    const { rows } = await context.pool.query<{ region: string }>(
      `WITH RECURSIVE found AS (
         (SELECT region FROM orders ORDER BY region LIMIT 1)
         UNION ALL
         SELECT (SELECT o.region FROM orders o WHERE o.region > f.region ORDER BY o.region LIMIT 1)
         FROM found f WHERE f.region IS NOT NULL
       ) SELECT region FROM found WHERE region IS NOT NULL LIMIT ${mostRegions}`,
    );
    return { status: 200, body: { regions: rows.map(({ region }) => region) } };
  },
});

/** Finding orders. Before what reads one: the paths of the summary and the regions would pass for an order's number. */
export const orderListEndpoints = [listOrders, summarizeOrders, listRegions];
