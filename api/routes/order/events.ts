import { z } from 'zod';
import { OPERATORS } from '../../../domain/roles';
import { endpoint } from '../../http/endpoint';
import { eventTime, identifier } from '../../http/schemas';
import { lineId, mostLines, orderParams, orderSchema, quantity } from './schema';
import { sendOrderEvent } from './send';

const waitingSchema = z.object({
  status: z.literal('waiting'),
  waitsFor: z.string().describe('What must arrive before this event can be applied.'),
});
const eventResponses = {
  200: {
    description: 'Applied now or before. The response shows the current state of the order.',
    schema: orderSchema,
  },
  202: {
    description:
      'Stored: the order or return of this event has not arrived yet. The event is applied when it arrives.',
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

/** What all reported events have in common. */
const event = {
  method: 'post',
  tag: 'orders',
  roles: OPERATORS,
  scope: 'orders:write',
  params: orderParams,
  responses: eventResponses,
} as const;

const someLines = z.array(lineId).min(1).max(mostLines).optional().describe('Default: all lines in transit.');

const shipOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/shipments',
  audit: ['order.ship', 'order.keep_event'],
  summary: 'Record the shipment of lines',
  body: z.strictObject({ shippedAt: eventTime, lineIds: someLines }),
  errors: eventErrors,
  handler: ({ params, body, ...call }) =>
    sendOrderEvent(call, params.id, {
      type: 'shipped',
      at: Date.parse(body.shippedAt),
      lineIds: body.lineIds,
    }),
});

const deliverOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/deliveries',
  audit: ['order.deliver', 'order.keep_event'],
  summary: 'Record the delivery of lines; their return window starts',
  body: z.strictObject({ deliveredAt: eventTime, lineIds: someLines }),
  errors: eventErrors,
  handler: ({ params, body, ...call }) =>
    sendOrderEvent(call, params.id, {
      type: 'delivered',
      at: Date.parse(body.deliveredAt),
      lineIds: body.lineIds,
    }),
});

const reason = z.string().trim().min(1).max(500);

const cancelOrder = endpoint({
  ...event,
  path: '/v1/orders/{id}/cancel',
  audit: ['order.cancel', 'order.keep_event'],
  summary: 'Cancel lines that were not delivered',
  body: z.strictObject({
    canceledAt: eventTime.optional().describe('Default: now.'),
    lineIds: someLines,
    reason,
  }),
  errors: [...eventErrors, 'return_exists'],
  handler: ({ params, body, ...call }) =>
    sendOrderEvent(call, params.id, {
      type: 'canceled',
      at: body.canceledAt ? Date.parse(body.canceledAt) : Date.now(),
      lineIds: body.lineIds,
      reason: body.reason,
    }),
});

const requestReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns',
  audit: ['order.request_return', 'order.keep_event'],
  summary: 'Request a return of units; pauses the return window of their lines',
  description:
    'Without a returnId, one is generated. Send your own returnId or an Idempotency-Key, so that a repeat is recognised as the same return.',
  body: z.strictObject({
    returnId: identifier.optional().describe("The return's number in the shop."),
    requestedAt: eventTime.optional().describe('Default: now.'),
    lines: z.array(z.strictObject({ lineId, quantity })).min(1).max(mostLines),
    reason,
  }),
  responses: {
    201: {
      description: 'The return is open, now or from an earlier request.',
      schema: orderSchema.extend({ returnId: z.string() }),
    },
    202: eventResponses[202],
  },
  errors: [...eventErrors, 'quantity_exceeded', 'line_repeated', 'return_differs'],
  handler: async ({ params, body, resourceId, ...call }) => {
    const returnId = body.returnId ?? resourceId;
    const reply = await sendOrderEvent(call, params.id, {
      type: 'return_requested',
      ...momentOf(body.requestedAt),
      returnId,
      reason: body.reason,
      lines: body.lines,
    });
    return reply.status === 200 ? { status: 201, body: { ...reply.body, returnId } } : reply;
  },
});

/** When it happened: now, where the sender names no time. */
const momentOf = (text: string | undefined) =>
  text === undefined ? { at: Date.now(), untimed: true as const } : { at: Date.parse(text) };

const returnParams = z.object({ id: identifier, returnId: identifier });

const refundReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns/{returnId}/refund',
  audit: ['order.refund_return', 'order.keep_event'],
  summary: 'Record the refund of a return; commissions on these units are reversed or clawed back',
  params: returnParams,
  body: z.strictObject({ refundedAt: eventTime.optional().describe('Default: now.') }),
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, ...call }) =>
    sendOrderEvent(call, params.id, {
      type: 'return_refunded',
      ...momentOf(body.refundedAt),
      returnId: params.returnId,
    }),
});

const rejectReturn = endpoint({
  ...event,
  path: '/v1/orders/{id}/returns/{returnId}/reject',
  audit: ['order.reject_return', 'order.keep_event'],
  summary: 'Reject a return; the return window continues',
  params: returnParams,
  body: z.strictObject({ rejectedAt: eventTime.optional().describe('Default: now.'), reason }),
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, ...call }) =>
    sendOrderEvent(call, params.id, {
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
