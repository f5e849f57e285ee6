import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { LINE_STATES, type OrderEvent } from '../../../domain/order';
import { commissionSchema, identifier, moneySchema, timestampOutput, uuid } from '../../http/schemas';
import { attributionSchema } from '../commission/explanation';

export const lineId = identifier.describe("The line's number in the shop, unique within the order.");
export const quantity = z.int().min(1).max(1_000_000);
/** Wholesale invoices of real shops have more than a thousand. */
export const mostLines = 2000;

/** Params of an endpoint about one order. */
export const orderParams = z.object({ id: identifier });

const eventTypes = [
  'paid',
  'shipped',
  'delivered',
  'canceled',
  'return_requested',
  'return_refunded',
  'return_rejected',
] as const satisfies (OrderEvent['type'] | 'paid')[];

/** An event that was answered with 202 and changed nothing so far; `paid` for an order that was refused. */
export const unappliedEventSchema = z
  .object({
    key: z.string().describe('Names it where it is discarded.'),
    type: z.enum(eventTypes),
    state: z
      .enum(['waiting', 'refused'])
      .describe('Waiting for its order or return, which applies it; or refused when that arrived.'),
    at: timestampOutput.describe('When it happened in the shop.'),
    receivedAt: timestampOutput,
    actor: z.string().describe('Name of the user or key that reported it.'),
    lineIds: z.array(z.string()).nullable().describe('Null where it means all lines, or a return.'),
    returnId: z.string().nullable(),
    refusal: z
      .object({ code: z.string().optional(), message: z.string() })
      .nullable()
      .describe('Why the rules do not allow it. Send it again corrected, or discard it.'),
  })
  .meta({ id: 'UnappliedEvent' });

export type UnappliedEvent = z.input<typeof unappliedEventSchema>;

/** An order in answers. */
export const orderSchema = z.object({
  id: z.string(),
  externalId: z.string(),
  state: z.enum(kinds.order.states),
  paidAt: timestampOutput,
  currency: z.string(),
  customer: z.object({ externalId: z.string() }).nullable().describe('Null for a guest.'),
  shipTo: z.object({ region: z.string() }),
  planId: z.string().describe('The plan version in force at payment, pinned.'),
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
      state: z.enum(LINE_STATES),
      returnedQuantity: z.int(),
      shippedAt: timestampOutput.nullable(),
      deliveredAt: timestampOutput.nullable(),
      windowEndsAt: timestampOutput.nullable(),
    }),
  ),
  returns: z.array(
    z.object({
      id: z.string(),
      state: z.enum(kinds.return.states),
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
      distributorId: uuid,
      amount: moneySchema,
      originalAmount: moneySchema,
      state: commissionSchema.shape.state,
      dueAt: timestampOutput.nullable(),
      releasedAt: timestampOutput.nullable(),
    }),
  ),
  unappliedEvents: z
    .array(unappliedEventSchema)
    .describe(
      'Events that were answered with 202 and changed nothing so far. For staff; empty for distributors.',
    ),
  createdAt: timestampOutput,
});
