import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { returnEffect } from '../../../domain/words/names';
import { inLanguage } from '../../../domain/words/text';
import * as column from '../../http/columns';
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
  columns: {
    orderId: column.text({ zh: '订单号', en: 'Order' }),
    id: column.text({ zh: '退货单号', en: 'Return' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    lines: column.shown(
      { zh: '行 × 件数', en: 'Line × units' },
      (lines: { lineId: string; quantity: number }[]) =>
        lines.map(({ lineId, quantity }) => `${lineId} × ${quantity}`).join(', '),
    ),
    reason: column.text(WORDS.reason),
    distributorId: null,
    distributorName: column.text(WORDS.distributor),
    isLate: column.shown(
      { zh: '对佣金的影响', en: 'Effect on commissions' },
      (isLate: boolean, { language }, { state }) => inLanguage(returnEffect(String(state), isLate), language),
    ),
    requestedAt: column.time({ zh: '申请时间', en: 'Requested' }),
    resolvedAt: column.time({ zh: '处理时间', en: 'Decided' }),
  },
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
        context,
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
