import { z } from 'zod';
import { isReservedName } from '../../domain/actors';
import { kinds } from '../../domain/kinds';
import { RESTRICTION_REASONS } from '../../domain/restriction';
import { NOT_IN_A_LINE } from '../../domain/storableText';

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** ISO 4217. */
export const currencySchema = z
  .string()
  .refine((code) => currencies.has(code), 'is not an ISO 4217 currency, such as CNY')
  .meta({ description: 'ISO 4217.', example: 'CNY' });

/** Money as requests give it and answers show it. */
export const moneySchema = z
  .strictObject({ amount: z.int().min(0).describe('Minor units: 1999 is 19.99.'), currency: currencySchema })
  .meta({ id: 'Money', outputId: 'MoneyOutput' });

/** Totals by currency as answers show them. */
export const moniesOf = (totals: Record<string, number>) =>
  Object.entries(totals).map(([currency, amount]) => ({ amount, currency }));

/** What a person saw before a decision. */
export const expectedSchema = z
  .strictObject({ count: z.int().min(0), totals: z.array(moneySchema).max(200).describe('Per currency.') })
  .transform(({ count, totals }) => ({
    count,
    totals: Object.fromEntries(totals.map(({ amount, currency }) => [currency, amount])),
  }))
  .describe(
    'The figures you saw. If it is another count or total by now, nothing is changed: figures_changed.',
  );

/** A moment in a request. */
export const timestampInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .describe('RFC 3339 with offset.');

/** A moment in an answer. */
export const timestampOutput = z.iso.datetime({ offset: true });

/** One line that a person reads, without white space around it. */
export const lineOf = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine(
      (text) => !NOT_IN_A_LINE.test(text),
      'must be one line of text, without line feeds, control characters and bidirectional formatting characters',
    );

/** The name of a user or a key: none that looks like one under which the platform itself acts. */
export const accountName = lineOf(200)
  .refine(
    (name) => /(?!\p{Default_Ignorable_Code_Point})[\p{Letter}\p{Number}]/u.test(name),
    'needs a letter or a digit that people can see',
  )
  .refine(
    (name) => !isReservedName(name),
    'is, or looks like, a name under which the platform itself acts, such as "shop" or "system": choose another one',
  );

/**
 * A UUID, always turned into lower case: the database treats both forms as equal, while workflow ids and the subjects
 * of approvals and audit entries are texts.
 */
export const uuid = z.uuid().toLowerCase();

/** Params of an endpoint about one record with a UUID. */
export const uuidParams = z.object({ id: uuid });

/** Id of a commission: a number, which JSON carries as text. */
export const commissionId = z.string().regex(/^[1-9]\d{0,14}$/, 'use the ID of a commission, a number');

/** Why a commission is kept back. */
export const holdReason = z.enum(RESTRICTION_REASONS);

/**
 * A number that the shop assigns: one line of printable text, without invisible characters or characters that change
 * the direction of text. `.` and `..` are excluded because URLs treat them as folders.
 */
export const shopNumber = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(
      /^(?!\.{1,2}$)(?!\p{Z})[^\p{C}\p{Zl}\p{Zp}]*(?<!\p{Z})$/u,
      'use one line of printable text that neither starts nor ends with a space, and is not "." or ".."',
    );

/** Number of an order, a line or a return. */
export const identifier = shopNumber(96);

/** Stock keeping unit, as in the shop. */
export const sku = shopNumber(64);

// Clocks of shops run a little ahead at times; more than this is a mistake.
const clockSkewMs = 30_000;

/** When something happened in the shop: not in the future, not before the year 2000. */
export const eventTime = z.iso
  .datetime({ offset: true, message: 'use RFC 3339 with offset: 2026-03-01T08:00:00+08:00' })
  .refine((time) => Date.parse(time) <= Date.now() + clockSkewMs, {
    message: 'this is in the future: send events after they have happened',
  })
  .refine((time) => Date.parse(time) >= Date.UTC(2000, 0, 1), {
    message: 'this is before the year 2000: check the date',
  });

/** A commission in lists. */
export const commissionSchema = z.object({
  id: z.string(),
  orderId: z.string(),
  lineId: z.string(),
  level: z.int(),
  distributorId: uuid,
  distributorName: z.string(),
  state: z.enum(kinds.commission.states),
  amount: moneySchema,
  originalAmount: moneySchema,
  automatic: z.boolean(),
  createdAt: timestampOutput,
  dueAt: timestampOutput.nullable(),
  releasedAt: timestampOutput.nullable(),
});
