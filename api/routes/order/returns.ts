import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { STAFF } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { timestampInput, timestampOutput, uuid } from '../../http/schemas';

const stateSchema = z.enum(kinds.return.states);

const returnSchema = z.object({
  id: z.string().describe('The return number in the shop, unique within the order.'),
  orderId: z.string(),
  state: stateSchema,
  reason: z.string(),
  lines: z.array(z.object({ lineId: z.string(), quantity: z.int() })),
  requestedAt: timestampOutput,
  resolvedAt: timestampOutput.nullable(),
  distributorId: uuid.nullable().describe('The distributor of the order.'),
  distributorName: z.string().nullable(),
  isLate: z
    .boolean()
    .describe('The return is open after its order was closed; it runs as a separate process.'),
});

type ReturnBody = z.input<typeof returnSchema>;
type ReturnRow = Omit<ReturnBody, 'requestedAt' | 'resolvedAt'> & {
  requestedAt: Date;
  resolvedAt: Date | null;
};

const returns = defineList({
  item: returnSchema,
  filters: {
    state: stateSchema.optional(),
    orderId: z.string().max(100).optional(),
    distributorId: uuid.optional(),
    requestedAfter: timestampInput.optional(),
    requestedBefore: timestampInput.optional(),
    resolvedAfter: timestampInput.optional(),
    resolvedBefore: timestampInput.optional(),
  },
  sorts: { requestedAt: { column: 'r.requested_at', type: 'timestamptz' } },
  defaultSort: '-requestedAt',
  // Numbers of shops hold no line feed, so no two returns have one tie.
  tie: { column: "(r.order_id || E'\\n' || r.id)", type: 'text' },
});

export const returnEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/returns',
    summary: 'List returns',
    tag: 'orders',
    roles: STAFF,
    scope: 'orders:read',
    query: returns.query,
    responses: returns.responses,
    handler: ({ query, context, req }) =>
      returns.reply<ReturnRow>({
        pool: context.pool,
        req,
        query,
        select: `r.id, r.order_id AS "orderId", r.state, r.reason, r.lines, r.requested_at AS "requestedAt",
          r.resolved_at AS "resolvedAt", o.distributor_id AS "distributorId", d.name AS "distributorName",
          o.state = 'closed' AND r.state = 'requested' AS "isLate"`,
        from: `returns r JOIN orders o ON o.id = r.order_id LEFT JOIN distributors d ON d.id = o.distributor_id`,
        where: (bind) => [
          query.state && `r.state = ${bind(query.state)}`,
          query.orderId && `r.order_id = ${bind(query.orderId)}`,
          query.distributorId &&
            `r.order_id IN (SELECT id FROM orders WHERE distributor_id = ${bind(query.distributorId)})`,
          query.requestedAfter && `r.requested_at >= ${bind(query.requestedAfter)}`,
          query.requestedBefore && `r.requested_at < ${bind(query.requestedBefore)}`,
          query.resolvedAfter && `r.resolved_at >= ${bind(query.resolvedAfter)}`,
          // Nothing is resolved before it is requested, which gives the index its starting point.
          query.resolvedBefore &&
            `r.resolved_at < ${bind(query.resolvedBefore)} AND r.requested_at < ${bind(query.resolvedBefore)}`,
        ],
        toItem: ({ requestedAt, resolvedAt, ...row }) => ({
          ...row,
          requestedAt: requestedAt.toISOString(),
          resolvedAt: resolvedAt?.toISOString() ?? null,
        }),
      }),
  }),
];
