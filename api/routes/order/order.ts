import { z } from 'zod';
import { isKnownOrder } from '../../../activities/order/payment';
import { asRefusal } from '../../../database/refusal';
import { knownCustomer } from '../../../domain/customer';
import type { OrderPayment } from '../../../domain/order';
import { toldCode } from '../../../domain/referralCode';
import { type ApiContext, endpoint, type Principal } from '../../http/endpoint';
import { notFound, Problem } from '../../http/problem';
import { currencySchema, eventTime, identifier, timestampOutput } from '../../http/schemas';
import { eventForDistributor, timelineEventSchema } from '../../http/timeline';
import { signalWithStart, startWithUpdate } from '../../workflows/client';
import { lineId, mostLines, orderParams, orderReaders, orderSchema, quantity, shopRoles } from './schema';
import { awaitedNext, readOrder, readOrderTimeline } from './view';

/** Bound of every amount in an order, and of their sum, so that no sum of many orders outgrows a safe integer. */
const mostMinorUnits = 1_000_000_000_000;
const minorUnits = z.int().min(0).max(mostMinorUnits);

const paymentSchema = z
  .strictObject({
    externalId: identifier.describe(
      "The order's number in the shop. The same number is the same order, always.",
    ),
    paidAt: eventTime.describe(
      'When it was paid. Attribution, plan and window go by this time, not by when the order arrives here.',
    ),
    currency: currencySchema,
    customer: z
      .strictObject({ externalId: z.string().max(128).nullish(), deviceId: z.string().max(128).nullish() })
      .nullish()
      .transform(knownCustomer)
      .describe(
        'Who bought. Left out or null for a guest; an id that stands for nobody, such as "", "0" or "guest", means a guest too.',
      ),
    attributionCode: z
      .string()
      .nullish()
      .transform(toldCode)
      .describe(
        "A distributor's referral code. Left out, null or blank: no code. A code that nobody has refuses no order.",
      ),
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
    const total = order.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
    if (
      total > mostMinorUnits &&
      order.lines.every((line) => line.quantity * line.unitPrice <= mostMinorUnits)
    ) {
      context.addIssue({
        code: 'custom',
        message: `quantity × unitPrice of all lines comes to more than ${mostMinorUnits}: check the prices, which are in minor units`,
        path: ['lines'],
      });
    }
    order.lines.forEach((line, index) => {
      const gross = line.quantity * line.unitPrice;
      if (seen.has(line.lineId)) {
        context.addIssue({
          code: 'custom',
          message: 'another line has this lineId: give each its own',
          path: ['lines', index, 'lineId'],
        });
      }
      if (gross > mostMinorUnits) {
        context.addIssue({
          code: 'custom',
          message: `quantity × unitPrice is more than ${mostMinorUnits}: the price is in minor units`,
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

const createOrder = endpoint({
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

const getOrder = endpoint({
  method: 'get',
  path: '/v1/orders/{id}',
  summary: 'One order',
  tag: 'orders',
  roles: orderReaders,
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
    `SELECT data ->> 'message' AS message FROM events WHERE subject = 'order/' || key_part($1) AND type = 'payment_refused' ORDER BY recorded_at DESC LIMIT 1`,
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

const getOrderTimeline = endpoint({
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  summary: "An order's story in order, and what is awaited next",
  tag: 'orders',
  roles: orderReaders,
  scope: 'orders:read',
  params: orderParams,
  responses: {
    200: {
      description: 'What happened, who told it, what money followed.',
      schema: z.object({
        entries: z.array(timelineEventSchema),
        awaited: z.array(
          z.object({ what: z.string(), lineIds: z.array(z.string()), at: timestampOutput.nullable() }),
        ),
      }),
    },
  },
  handler: async ({ params, context, principal }) => {
    const order = await orderOrNotFound(context, params.id, principal);
    const entries = await readOrderTimeline(context.pool, params.id, principal.distributorId);
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

export const orderEndpoints = [createOrder, getOrder, getOrderTimeline];
