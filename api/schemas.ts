import { z } from 'zod';

/** Pieces of schemas that several resources share. */

export const uuid = z.uuid();
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'use an ISO 4217 code such as CNY')
  .describe('ISO 4217.');
export const timestamp = z.iso.datetime({
  offset: true,
  message: 'use RFC 3339 with offset: 2026-03-01T08:00:00+08:00',
});
export const moneySchema = z.object({ amount: z.int().describe('Minor units.'), currency: z.string() });

/** Ids that shops give: they become workflow ids and parts of addresses. */
export const identifier = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}$/,
    'use 1 to 96 letters, digits, ".", "_", ":" or "-", beginning with a letter or digit',
  );

// Clocks of shops run a little ahead at times; more than this is a mistake.
const clockSkewMs = 30_000;

/** When something happened in the shop: not in the future, not before the year 2000. */
export const eventTime = timestamp
  .refine((time) => Date.parse(time) <= Date.now() + clockSkewMs, {
    message: 'this is in the future: tell events when they have happened',
  })
  .refine((time) => Date.parse(time) >= Date.UTC(2000, 0, 1), {
    message: 'this is before the year 2000: check the date',
  });

export const commissionSchema = z.object({
  id: z.string(),
  orderId: z.string(),
  lineId: z.string(),
  level: z.int(),
  distributorId: uuid,
  state: z.enum(['held', 'due', 'released', 'reversed', 'clawed_back']),
  amount: moneySchema,
  originalAmount: moneySchema,
  automatic: z.boolean(),
  createdAt: timestamp,
  dueAt: timestamp.nullable(),
  releasedAt: timestamp.nullable(),
});
