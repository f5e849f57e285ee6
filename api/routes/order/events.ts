import { z } from 'zod';
import { OPERATORS } from '../../../domain/roles';
import { endpoint } from '../../http/endpoint';
import { eventTime, identifier } from '../../http/schemas';
import { lineId, mostLines, orderParams, orderSchema, quantity } from './schema';
import { tellOrder } from './send';

const waitingSchema = z.object({
  status: z.literal('waiting'),
  waitsFor: z.string().describe('What has to arrive before this event can be applied.'),
});
const eventResponses = {
  200: { description: 'Applied, or known already. Shows where the order stands.', schema: orderSchema },
  202: {
    description:
      'Kept: it speaks of an order or a return that has not arrived yet, and is applied as soon as that has.',
    schema: waitingSchema,
  },
};
const eventErrors = [
  'event_before_payment',
  'line_not_found',
  'already_delivered',
  'line_canceled',
  'order_closed',
] as const;

/** What telling of anything has in common. */
const event = {
  method: 'post',
  tag: 'orders',
  roles: OPERATORS,
  scope: 'orders:write',
  params: orderParams,
  responses: eventResponses,
} as const;

const someLines = z
  .array(lineId)
  .min(1)
  .max(mostLines)
  .optional()
  .describe('Left out: all lines that are still on their way.');

const shipOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/shipments',
  summary: 'Lines left the warehouse',
  body: z.strictObject({ shippedAt: eventTime, lineIds: someLines }),
  errors: eventErrors,
  handler: ({ params, body, context, principal }) =>
    tellOrder(context, principal, params.id, {
      type: 'shipped',
      at: Date.parse(body.shippedAt),
      lineIds: body.lineIds,
    }),
});

const deliverOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/deliveries',
  summary: 'Lines were received: their return window starts',
  body: z.strictObject({ deliveredAt: eventTime, lineIds: someLines }),
  errors: eventErrors,
  handler: ({ params, body, context, principal }) =>
    tellOrder(context, principal, params.id, {
      type: 'delivered',
      at: Date.parse(body.deliveredAt),
      lineIds: body.lineIds,
    }),
});

const reason = z.string().trim().min(1).max(500);

const cancelOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/cancel',
  summary: 'Cancel lines that were not delivered',
  body: z.strictObject({
    canceledAt: eventTime.optional().describe('Left out: now.'),
    lineIds: someLines,
    reason,
  }),
  errors: [...eventErrors, 'return_exists'],
  handler: ({ params, body, context, principal }) =>
    tellOrder(context, principal, params.id, {
      type: 'canceled',
      at: body.canceledAt ? Date.parse(body.canceledAt) : Date.now(),
      lineIds: body.lineIds,
      reason: body.reason,
    }),
});

const requestReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns',
  summary: 'Ask to return units of some lines: pauses their window',
  description:
    'Without a returnId one is made up; give your own, or an Idempotency-Key, so that a repeat is the same return.',
  body: z.strictObject({
    returnId: identifier.optional().describe("The return's number in the shop."),
    requestedAt: eventTime.optional().describe('Left out: now.'),
    lines: z.array(z.strictObject({ lineId, quantity })).min(1).max(mostLines),
    reason,
  }),
  responses: {
    201: {
      description: 'The return is open, or was known already.',
      schema: orderSchema.extend({ returnId: z.string() }),
    },
    202: eventResponses[202],
  },
  errors: [...eventErrors, 'quantity_exceeded', 'line_repeated', 'return_differs'],
  handler: async ({ params, body, context, principal, resourceId }) => {
    const returnId = body.returnId ?? resourceId;
    const reply = await tellOrder(context, principal, params.id, {
      type: 'return_requested',
      ...momentOf(body.requestedAt),
      returnId,
      reason: body.reason,
      lines: body.lines,
    });
    return reply.status === 200 ? { status: 201, body: { ...reply.body, returnId } } : reply;
  },
});

/** When it happened: now, where the teller names no time. */
const momentOf = (text: string | undefined) =>
  text === undefined ? { at: Date.now(), untimed: true as const } : { at: Date.parse(text) };

const returnParams = z.object({ id: identifier, returnId: identifier });

const refundReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns/{returnId}/refund',
  summary: 'The customer got the money back: commissions on these units are taken back',
  params: returnParams,
  body: z.strictObject({ refundedAt: eventTime.optional().describe('Left out: now.') }),
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, context, principal }) =>
    tellOrder(context, principal, params.id, {
      type: 'return_refunded',
      ...momentOf(body.refundedAt),
      returnId: params.returnId,
    }),
});

const rejectReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns/{returnId}/reject',
  summary: 'The return is not accepted: the window goes on',
  params: returnParams,
  body: z.strictObject({ rejectedAt: eventTime.optional().describe('Left out: now.'), reason }),
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, context, principal }) =>
    tellOrder(context, principal, params.id, {
      type: 'return_rejected',
      ...momentOf(body.rejectedAt),
      returnId: params.returnId,
      reason: body.reason,
    }),
});

/** What happens to an order after it was paid. */
export const orderEventEndpoints = [
  shipOrder,
  deliverOrder,
  cancelOrder,
  requestReturn,
  refundReturn,
  rejectReturn,
];
