import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OrderProgress, ToldEvent } from '../../activities/orders';
import { isKnownOrder } from '../../activities/payment';
import { asRefusal } from '../../activities/refusal';
import { eventKey, needsReturn, type OrderEvent, type OrderPayment } from '../../domain/order';
import { type ApiContext, endpoint, type Principal } from '../endpoint';
import { attributionSchema } from '../explanation';
import { defineList } from '../list';
import { awaitedNext, type OrderView, readOrder, readTimeline } from '../orderView';
import { notFound, Problem, unavailable } from '../problem';
import {
  commissionSchema,
  currencySchema,
  eventTime,
  identifier,
  moneySchema,
  timestampInput,
  timestampOutput,
} from '../schemas';
import { callUpdate, signalWithStart, startWithUpdate, WorkflowGone } from '../temporal';
import { eventForDistributor } from '../timeline';

const lineId = identifier.describe("The line's number in the shop, unique within the order.");
const minorUnits = z.int().min(0).max(1_000_000_000_000);
const quantity = z.int().min(1).max(1_000_000);
/** Wholesale invoices of real shops have more than a thousand. */
const mostLines = 2000;

const paymentSchema = z
  .strictObject({
    externalId: identifier.describe(
      "The order's number in the shop. The same number is the same order, always.",
    ),
    paidAt: eventTime.describe(
      'When it was paid. Attribution, plan and window go by this time, not by when the order arrives here.',
    ),
    currency: currencySchema,
    customer: z.strictObject({
      externalId: z.string().min(1).max(128),
      deviceId: z.string().min(1).max(128).optional(),
    }),
    attributionCode: z.string().min(1).max(64).optional().describe("A distributor's referral code."),
    shipTo: z.strictObject({ region: z.string().min(1).max(64) }),
    lines: z
      .array(
        z.strictObject({
          lineId,
          sku: z.string().min(1).max(64),
          quantity,
          unitPrice: minorUnits.describe('Minor units of the currency.'),
          discount: minorUnits.optional().describe('Of the whole line, minor units.'),
        }),
      )
      .min(1)
      .max(mostLines),
  })
  .superRefine((order, context) => {
    const seen = new Set<string>();
    order.lines.forEach((line, index) => {
      const gross = line.quantity * line.unitPrice;
      if (seen.has(line.lineId)) {
        context.addIssue({
          code: 'custom',
          message: 'another line has this lineId: give each its own',
          path: ['lines', index, 'lineId'],
        });
      }
      if (!Number.isSafeInteger(gross)) {
        context.addIssue({
          code: 'custom',
          message: 'quantity × unitPrice is too large',
          path: ['lines', index, 'unitPrice'],
        });
      } else if (gross >= 0 && (line.discount ?? 0) > gross) {
        context.addIssue({
          code: 'custom',
          message: 'the discount is larger than the line',
          path: ['lines', index, 'discount'],
        });
      }
      seen.add(line.lineId);
    });
  });

const orderSchema = z.object({
  id: z.string(),
  externalId: z.string(),
  state: z.enum(['open', 'closed']),
  paidAt: timestampOutput,
  currency: z.string(),
  customer: z.object({ externalId: z.string() }),
  shipTo: z.object({ region: z.string() }),
  planId: z.string().describe('The version of the plan in force when it was paid, pinned.'),
  attribution: attributionSchema,
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      category: z.string().nullable(),
      quantity: z.int(),
      unitPrice: z.int(),
      discount: z.int(),
      netAmount: z.int(),
      state: z.enum(['paid', 'shipped', 'delivered', 'return_requested', 'closed', 'returned', 'canceled']),
      returnedQuantity: z.int(),
      shippedAt: timestampOutput.nullable(),
      deliveredAt: timestampOutput.nullable(),
      windowEndsAt: timestampOutput.nullable(),
    }),
  ),
  returns: z.array(
    z.object({
      id: z.string(),
      state: z.enum(['requested', 'refunded', 'rejected']),
      reason: z.string(),
      lines: z.array(z.object({ lineId: z.string(), quantity: z.int() })),
      requestedAt: timestampOutput,
      resolvedAt: timestampOutput.nullable(),
    }),
  ),
  commissions: z.array(
    z.object({
      id: z.string(),
      lineId: z.string(),
      level: z.int(),
      distributorId: z.uuid(),
      amount: moneySchema,
      originalAmount: moneySchema,
      state: commissionSchema.shape.state,
      dueAt: timestampOutput.nullable(),
      releasedAt: timestampOutput.nullable(),
    }),
  ),
  createdAt: timestampOutput,
});

const orderParams = z.object({ id: identifier });
const shopRoles = ['admin', 'operator'] as const;
const readers = ['admin', 'compliance', 'finance', 'operator', 'distributor'] as const;
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
  'line_unknown',
  'already_delivered',
  'line_canceled',
  'order_closed',
] as const;

export const createOrder = endpoint({
  method: 'post',
  path: '/v1/orders',
  summary: 'Take a paid order in',
  description:
    'Attributes the order, computes every commission by the plan in force when it was paid and holds them. A repeated delivery of the same order changes nothing and gives the same answer. With "Prefer: respond-async" the answer is 202 as soon as the order is safely kept.',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  body: paymentSchema,
  responses: {
    201: { description: 'Taken in, or known already.', schema: orderSchema },
    202: {
      description: 'Kept, and worked on soon ("Prefer: respond-async").',
      schema: z.object({ status: z.literal('accepted'), id: z.string() }),
    },
  },
  errors: ['order_differs', 'no_plan_in_force'],
  handler: async ({ body, context, req, requestId }) => {
    const workflow = {
      workflow: 'order',
      workflowId: `order/${body.externalId}`,
      input: [{ orderId: body.externalId }],
    };
    if (await isKnown(context, body))
      return { status: 201, body: await readOrder(context.pool, body.externalId) };
    if (/\brespond-async\b/.test(req.get('prefer') ?? '')) {
      await context.pool.query(
        'INSERT INTO accepted_orders (id, payment) VALUES ($1, $2) ON CONFLICT DO NOTHING',
        [body.externalId, JSON.stringify(body)],
      );
      await signalWithStart(context, { ...workflow, signal: 'paid', args: [body] });
      return {
        status: 202,
        body: { status: 'accepted', id: body.externalId },
        headers: { 'Preference-Applied': 'respond-async' },
      };
    }
    await startWithUpdate(context, { ...workflow, update: 'pay', args: [body], updateId: requestId });
    // The workflow answers only what it was asked: with another content under this number, that is the other order.
    const [, order] = await Promise.all([isKnown(context, body), readOrder(context.pool, body.externalId)]);
    return { status: 201, body: order };
  },
});

async function isKnown(context: ApiContext, payment: OrderPayment): Promise<boolean> {
  try {
    return await isKnownOrder(context.pool, payment);
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal) throw new Problem({ status: refusal.status, code: refusal.code, detail: refusal.message });
    throw error;
  }
}

const listedOrder = z.object({
  id: z.string(),
  state: z.enum(['open', 'closed']),
  paidAt: timestampOutput,
  createdAt: timestampOutput,
  currency: z.string(),
  customerId: z.string(),
  region: z.string(),
  distributorId: z.uuid().nullable(),
  distributorName: z.string().nullable(),
  attributionReason: z.string(),
  netAmount: z.int(),
  commission: z.int(),
});

const list = defineList({
  item: listedOrder,
  filters: {
    state: z.enum(['open', 'closed']).optional(),
    distributorId: z.uuid().optional().describe('Orders that belong to this distributor.'),
    customerId: z.string().max(128).optional(),
    createdAfter: timestampInput.optional(),
    createdBefore: timestampInput.optional(),
  },
  sorts: { createdAt: { column: 'o.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'o.id', type: 'text' },
});

export const listOrders = endpoint({
  method: 'get',
  path: '/v1/orders',
  summary: 'List orders',
  tag: 'orders',
  roles: readers,
  scope: 'orders:read',
  query: list.query,
  responses: list.responses,
  handler: ({ query, context, principal, req }) =>
    list.reply({
      pool: context.pool,
      req,
      query,
      select: `o.id, o.state, o.paid_at AS "paidAt", o.created_at AS "createdAt", o.currency, o.customer_id AS "customerId",
        o.region, o.distributor_id AS "distributorId",
        (SELECT name FROM distributors d WHERE d.id = o.distributor_id) AS "distributorName",
        o.attribution ->> 'reason' AS "attributionReason",
        (SELECT sum(l.net_amount)::bigint FROM order_lines l WHERE l.order_id = o.id) AS "netAmount",
        (SELECT coalesce(sum(c.amount), 0)::bigint FROM commissions c WHERE c.order_id = o.id) AS commission`,
      from: 'orders o',
      where: (bind) => [
        // A distributor sees the orders that belong to it; those of its downline only as commissions.
        principal.distributorId && `o.distributor_id = ${bind(principal.distributorId)}`,
        query.state && `o.state = ${bind(query.state)}`,
        query.distributorId && `o.distributor_id = ${bind(query.distributorId)}`,
        query.customerId && `o.customer_id = ${bind(query.customerId)}`,
        query.createdAfter && `o.created_at >= ${bind(query.createdAfter)}`,
        query.createdBefore && `o.created_at < ${bind(query.createdBefore)}`,
      ],
      toItem: (row: z.input<typeof listedOrder>) => row,
    }),
});

export const getOrder = endpoint({
  method: 'get',
  path: '/v1/orders/{id}',
  summary: 'One order',
  tag: 'orders',
  roles: readers,
  scope: 'orders:read',
  params: orderParams,
  responses: { 200: { description: 'The order.', schema: orderSchema } },
  handler: async ({ params, context, principal }) => ({
    status: 200,
    body: await orderOrNotFound(context, params.id, principal),
  }),
});

async function orderOrNotFound(context: ApiContext, id: string, principal: Principal) {
  const order = await readOrder(context.pool, id, principal.distributorId);
  if (order) return order;
  // An order that was taken in asynchronously may have been refused since: say why, to those who sent it.
  const { rows } = await context.pool.query<{ message: string }>(
    `SELECT data ->> 'message' AS message FROM events WHERE subject = 'order/' || $1 AND type = 'payment_refused' ORDER BY recorded_at DESC LIMIT 1`,
    [id],
  );
  if (rows[0] && !principal.distributorId) {
    throw new Problem({
      status: 404,
      code: 'not_found',
      detail: `Order ${id} was refused: ${rows[0].message}`,
    });
  }
  throw notFound(`Order ${id}`);
}

export const getOrderTimeline = endpoint({
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  summary: "An order's story in order, and what is awaited next",
  tag: 'orders',
  roles: readers,
  scope: 'orders:read',
  params: orderParams,
  responses: {
    200: {
      description: 'What happened, who told it, what money followed.',
      schema: z.object({
        entries: z.array(
          z.object({
            at: timestampOutput.describe('When it happened.'),
            recordedAt: timestampOutput.describe('When it became known here.'),
            type: z.string(),
            actor: z.string(),
            data: z.record(z.string(), z.unknown()),
          }),
        ),
        awaited: z.array(
          z.object({ what: z.string(), lineIds: z.array(z.string()), at: timestampOutput.nullable() }),
        ),
      }),
    },
  },
  handler: async ({ params, context, principal }) => {
    const order = await orderOrNotFound(context, params.id, principal);
    const entries = await readTimeline(context.pool, params.id, principal.distributorId);
    return {
      status: 200,
      body: {
        entries: principal.distributorId
          ? entries.map((entry) =>
              entry.type === 'transfer' ? entry : eventForDistributor(entry, principal),
            )
          : entries,
        awaited: awaitedNext(order),
      },
    };
  },
});

const someLines = z
  .array(lineId)
  .min(1)
  .max(mostLines)
  .optional()
  .describe('Left out: all lines that are still on their way.');

export const shipOrder = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/shipments',
  summary: 'Lines left the warehouse',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: orderParams,
  body: z.strictObject({ shippedAt: eventTime, lineIds: someLines }),
  responses: eventResponses,
  errors: eventErrors,
  handler: ({ params, body, context, principal }) =>
    tell(context, principal, params.id, {
      type: 'shipped',
      at: Date.parse(body.shippedAt),
      lineIds: body.lineIds,
    }),
});

export const deliverOrder = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/deliveries',
  summary: 'Lines were received: their return window starts',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: orderParams,
  body: z.strictObject({ deliveredAt: eventTime, lineIds: someLines }),
  responses: eventResponses,
  errors: eventErrors,
  handler: ({ params, body, context, principal }) =>
    tell(context, principal, params.id, {
      type: 'delivered',
      at: Date.parse(body.deliveredAt),
      lineIds: body.lineIds,
    }),
});

const reason = z.string().trim().min(1).max(500);

export const cancelOrder = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/cancel',
  summary: 'Cancel lines that were not delivered',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: orderParams,
  body: z.strictObject({
    canceledAt: eventTime.optional().describe('Left out: now.'),
    lineIds: someLines,
    reason,
  }),
  responses: eventResponses,
  errors: [...eventErrors, 'return_exists'],
  handler: ({ params, body, context, principal }) =>
    tell(context, principal, params.id, {
      type: 'canceled',
      at: body.canceledAt ? Date.parse(body.canceledAt) : Date.now(),
      lineIds: body.lineIds,
      reason: body.reason,
    }),
});

export const requestReturn = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/returns',
  summary: 'Ask to return units of some lines: pauses their window',
  description:
    'Without a returnId one is made up; give your own, or an Idempotency-Key, so that a repeat is the same return.',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: orderParams,
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
    const reply = await tell(context, principal, params.id, {
      type: 'return_requested',
      at: body.requestedAt ? Date.parse(body.requestedAt) : Date.now(),
      returnId,
      reason: body.reason,
      lines: body.lines,
    });
    return reply.status === 200 ? { status: 201, body: { ...reply.body, returnId } } : reply;
  },
});

const returnParams = z.object({ id: identifier, returnId: identifier });

export const refundReturn = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/returns/{returnId}/refund',
  summary: 'The customer got the money back: commissions on these units are taken back',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: returnParams,
  body: z.strictObject({ refundedAt: eventTime.optional().describe('Left out: now.') }),
  responses: eventResponses,
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, context, principal }) =>
    tell(context, principal, params.id, {
      type: 'return_refunded',
      at: body.refundedAt ? Date.parse(body.refundedAt) : Date.now(),
      returnId: params.returnId,
    }),
});

export const rejectReturn = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/returns/{returnId}/reject',
  summary: 'The return is not accepted: the window goes on',
  tag: 'orders',
  roles: shopRoles,
  scope: 'orders:write',
  params: returnParams,
  body: z.strictObject({ rejectedAt: eventTime.optional().describe('Left out: now.'), reason }),
  responses: eventResponses,
  errors: [...eventErrors, 'return_decided', 'resolved_before_requested'],
  handler: ({ params, body, context, principal }) =>
    tell(context, principal, params.id, {
      type: 'return_rejected',
      at: body.rejectedAt ? Date.parse(body.rejectedAt) : Date.now(),
      returnId: params.returnId,
      reason: body.reason,
    }),
});

/**
 * Brings an event to whoever writes this order now: its workflow, or after that has ended the workflow of the
 * return. What is not known yet is kept and applied when it arrives.
 */
async function tell(context: ApiContext, principal: Principal, orderId: string, event: OrderEvent) {
  const told: ToldEvent = { ...event, actor: principal.name };
  if (!(await apply(context, orderId, told))) {
    await keep(context, orderId, told);
    // What was awaited may have arrived between the look and the keeping; then nobody else would apply it.
    if (!(await apply(context, orderId, told))) {
      const waitsFor = needsReturn(event)
        ? `order ${orderId} with return ${event.returnId}`
        : `order ${orderId}`;
      return { status: 202, body: { status: 'waiting' as const, waitsFor } };
    }
    await context.pool.query('DELETE FROM early_events WHERE order_id = $1 AND key = $2', [
      orderId,
      eventKey(event),
    ]);
  }
  return { status: 200, body: await readOrder(context.pool, orderId) };
}

async function keep(context: ApiContext, orderId: string, event: ToldEvent): Promise<void> {
  await context.pool.query(
    'INSERT INTO early_events (order_id, key, event) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [orderId, eventKey(event), JSON.stringify(event)],
  );
}

/** @returns false when the order, or the return that the event speaks of, is not known yet */
async function apply(context: ApiContext, orderId: string, event: ToldEvent): Promise<boolean> {
  const state = await orderState(context, orderId);
  if (!state) return false;
  try {
    if (state === 'open') {
      await callUpdate<OrderProgress>(context, {
        workflowId: `order/${orderId}`,
        update: 'orderEvent',
        args: [event],
      });
    } else {
      await applyLate(context, orderId, event);
    }
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'return_unknown') return false;
    if (!(error instanceof WorkflowGone)) throw error;
    // It ended while the message was under way: then the row says so now.
    if (state === 'open' && (await orderState(context, orderId)) === 'closed')
      return apply(context, orderId, event);
    throw unavailable(`The workflow of order ${orderId} does not run; "npm run recover" starts it again.`);
  }
}

async function applyLate(context: ApiContext, orderId: string, event: ToldEvent): Promise<void> {
  if (!('returnId' in event)) {
    const order = await readOrder(context.pool, orderId);
    if (order && isToldAgain(order, event)) return;
    throw new Problem({
      status: 409,
      code: 'order_closed',
      detail: `Order ${orderId} is closed: only returns can follow.`,
    });
  }
  const input = [{ orderId, returnId: event.returnId }];
  const workflowId = `return/${orderId}/${event.returnId}`;
  await startWithUpdate(context, {
    workflow: 'lateReturn',
    workflowId,
    input,
    update: 'orderEvent',
    args: [event],
    updateId: randomUUID(),
  });
}

/** True when a closed order shows that this shipment, delivery or cancelation was applied while it was open. */
function isToldAgain(order: OrderView, event: Exclude<OrderEvent, { returnId: string }>): boolean {
  const known = (line: OrderView['lines'][number]) => {
    if (event.type === 'canceled') return line.state === 'canceled';
    const at = event.type === 'shipped' ? line.shippedAt : line.deliveredAt;
    return at !== null && Date.parse(at) === event.at;
  };
  const { lineIds } = event;
  return lineIds
    ? lineIds.every((id) => order.lines.some((line) => line.lineId === id && known(line)))
    : order.lines.some(known);
}

async function orderState(context: ApiContext, orderId: string): Promise<'open' | 'closed' | undefined> {
  const { rows } = await context.pool.query<{ state: 'open' | 'closed' }>({
    name: 'order-state',
    text: 'SELECT state FROM orders WHERE id = $1',
    values: [orderId],
  });
  return rows[0]?.state;
}

export const orderEndpoints = [
  createOrder,
  listOrders,
  getOrder,
  getOrderTimeline,
  shipOrder,
  deliverOrder,
  cancelOrder,
  requestReturn,
  refundReturn,
  rejectReturn,
];
