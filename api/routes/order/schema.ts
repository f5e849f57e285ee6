import { z } from 'zod';
import { kinds } from '../../../domain/kinds';
import { LINE_STATES } from '../../../domain/order';
import { commissionSchema, identifier, moneySchema, timestampOutput, uuid } from '../../http/schemas';
import { attributionSchema } from '../commission/explanation';

export const lineId = identifier.describe("The line's number in the shop, unique within the order.");
export const quantity = z.int().min(1).max(1_000_000);
/** Wholesale invoices of real shops have more than a thousand. */
export const mostLines = 2000;

/** Params of an endpoint about one order. */
export const orderParams = z.object({ id: identifier });

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
  createdAt: timestampOutput,
});
