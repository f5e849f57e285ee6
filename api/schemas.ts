import { z } from 'zod';

const currencies = new Set(Intl.supportedValuesOf('currency'));

/** ISO 4217. */
export const currencySchema = z
  .string()
  .refine((code) => currencies.has(code), 'is no ISO 4217 currency, such as CNY')
  .meta({ description: 'ISO 4217.', example: 'CNY' });

/** Money as requests give it and answers show it. */
export const moneySchema = z
  .strictObject({ amount: z.int().min(0).describe('Minor units: 1999 is 19.99.'), currency: currencySchema })
  .meta({ id: 'Money', outputId: 'MoneyOutput' });

/** A moment in a request. */
export const timestampInput = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .describe('RFC 3339 with offset.');

/** A moment in an answer. */
export const timestampOutput = z.iso.datetime({ offset: true });

/** One line that a person reads, without white space around it. */
export const lineOf = (max: number) => z.string().trim().min(1).max(max);

/** Params of an endpoint about one thing with a UUID. */
export const uuidParams = z.object({ id: z.uuid() });
