import { z } from 'zod';
import { isKnownOrder } from '../../../activities/order/payment';
import { inTransaction } from '../../../database/pool';
import { asRefusal } from '../../../database/refusal';
import { knownCustomer } from '../../../domain/customer';
import type { OrderPayment } from '../../../domain/order';
import { sentCode } from '../../../domain/referralCode';
import { OPERATORS, ROLES } from '../../../domain/roles';
import { send, signal } from '../../../temporal/messages';
import { paid, pay } from '../../../workflows/order';
import { type ApiContext, endpoint, type Principal } from '../../http/endpoint';
import { notFound, Problem } from '../../http/problem';
import { currencySchema, eventTime, identifier, sku, timestampOutput } from '../../http/schemas';
import { eventForDistributor, timelineEventSchema } from '../../http/timeline';
import { senderOf } from '../../workflows/client';
import { reporterOf } from '../../workflows/decisions';
import { lineId, mostLines, orderParams, orderSchema, quantity } from './schema';
import { auditKept } from './send';
import { readUnappliedEvents, unappliedEventEndpoints } from './unapplied';
import { awaitedNext, readOrder, readOrderTimeline } from './view';

/** Bound of every amount in an order, and of their sum, so that no sum of many orders exceeds a safe integer. */
const mostMinorUnits = 1_000_000_000_000;
const minorUnits = z.int().min(0).max(mostMinorUnits);

const paymentSchema = z
  .strictObject({
    externalId: identifier.describe(
      'The order number in the shop. The same number always means the same order.',
    ),
    paidAt: eventTime.describe(
      'When the order was paid. Attribution and plan are determined at this time, not at the time the order arrives here.',
    ),
    currency: currencySchema,
    customer: z
      .strictObject({ externalId: z.string().max(128).nullish(), deviceId: z.string().max(128).nullish() })
      .nullish()
      .transform(knownCustomer)
      .describe(
        'Absent or null for a guest; an ID that stands for no customer, such as "", "0" or "guest", means a guest too.',
      ),
    attributionCode: z
      .string()
      .nullish()
      .transform(sentCode)
      .describe(
        "A distributor's referral code. Absent, null or blank: no code. An unknown code does not refuse the order.",
      ),
    shipTo: z.strictObject({ region: z.string().min(1).max(64) }),
    lines: z
      .array(
        z.strictObject({
          lineId,
          sku,
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
        message: `the total of quantity × unitPrice of all lines is more than ${mostMinorUnits}: check the prices, which are in minor units`,
        path: ['lines'],
      });
    }
    order.lines.forEach((line, index) => {
      const gross = line.quantity * line.unitPrice;
      if (seen.has(line.lineId)) {
        context.addIssue({
          code: 'custom',
          message: 'another line has this lineId: use a different one for each line',
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
  audit: ['order.create', 'order.keep_event'],
  summary: 'Record a paid order',
  description:
    'Attributes the order and accrues every commission under the plan in force at payment. Sending the same order again changes nothing and gets the same response. With "Prefer: respond-async" the response is 202 as soon as the order is stored.',
  tag: 'orders',
  roles: OPERATORS,
  scope: 'orders:write',
  body: paymentSchema,
  responses: {
    201: { description: 'Recorded now or before.', schema: orderSchema },
    202: {
      description: 'Stored and handled soon ("Prefer: respond-async").',
      schema: z.object({ status: z.literal('accepted'), id: z.string() }),
    },
  },
  errors: ['order_differs', 'no_plan_in_force'],
  handler: async ({ body, resourceId, ...call }) => {
    const { context, req } = call;
    const id = body.externalId;
    // Shops send the same order repeatedly: a known one needs no process.
    if (await isKnown(context, body)) return { status: 201, body: await readOrder(context.pool, id) };
    const by = await reporterOf(call);
    const process = { kind: 'order', id, resume: false } as const;
    if (/\brespond-async\b/.test(req.get('prefer') ?? '')) {
      await inTransaction(context.pool, async (client) => {
        const { rowCount } = await client.query(
          'INSERT INTO accepted_orders (id, payment, reporter) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
          [id, JSON.stringify(body), JSON.stringify(by)],
        );
        if (rowCount && by.audited)
          await auditKept(client, id, { type: 'paid', at: Date.parse(body.paidAt) }, by);
      });
      await signal(senderOf(context), { ...process, signal: paid, args: [body, by] });
      return {
        status: 202,
        body: { status: 'accepted', id },
        headers: { 'Preference-Applied': 'respond-async' },
      };
    }
    await send(senderOf(context), { ...process, update: pay, args: [body, by], messageId: resourceId });
    return { status: 201, body: await readOrder(context.pool, id) };
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
  summary: 'Get an order',
  description:
    'With the events that got 202 and have not been applied (unappliedEvents). If the order has not arrived, or was refused after a 202, the detail of the 404 says so, and which events wait for it.',
  tag: 'orders',
  roles: ROLES,
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
  // An order that was accepted asynchronously may have been refused since: tell its sender why.
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
  const waiting = principal.distributorId ? [] : await readUnappliedEvents(context.pool, id);
  if (waiting.length > 0) {
    const events = waiting.map(({ type, at }) => `${type.replaceAll('_', ' ')} at ${at}`).join(', ');
    throw new Problem({
      status: 404,
      code: 'not_found',
      detail: `Order ${id} has not arrived, and events wait for it: ${events}. They are applied when it arrives; send it, or discard them.`,
    });
  }
  throw notFound(`Order ${id}`);
}

const getOrderTimeline = endpoint({
  method: 'get',
  path: '/v1/orders/{id}/timeline',
  summary: 'Get the activity of an order in order of time, and what happens next',
  tag: 'orders',
  roles: ROLES,
  scope: 'orders:read',
  params: orderParams,
  responses: {
    200: {
      description: 'Events, who reported them, and the transfers that followed.',
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

export const orderEndpoints = [createOrder, getOrder, getOrderTimeline, ...unappliedEventEndpoints];
