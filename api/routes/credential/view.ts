import { z } from 'zod';
import type { StateOf } from '../../../domain/kinds';
import { uuid } from '../../http/schemas';

/** A credential as answers show it. */
export const credentialSchema = z
  .object({
    id: uuid,
    type: z.string(),
    numberMasked: z.string(),
    holder: z.string(),
    validFrom: z.iso.date(),
    validUntil: z.iso.date().nullable().describe('Null for a long-term credential.'),
  })
  .meta({ id: 'Credential' });

/** What to select from `credentials` for {@link credentialSchema}. */
export const credentialColumns = `id, type, number_masked AS "numberMasked", holder, valid_from AS "validFrom",
  valid_until AS "validUntil"`;

/** How long before its end a credential counts as expiring, in days. */
export const expiringDays = 30;

/**
 * SQL: a credential `c` is in a state on a day. A long-term credential is always valid.
 * @param today `YYYY-MM-DD`, made by the server, so that it may stand in the text
 */
export const stateRanges = (today: string): Record<StateOf<'credential'>, string> => ({
  expired: `${endOfCredential} < '${today}'::date`,
  expiring: `${endOfCredential} BETWEEN '${today}'::date AND '${today}'::date + ${expiringDays}`,
  valid: `${endOfCredential} > '${today}'::date + ${expiringDays}`,
});

/** SQL: the last valid day of a credential `c`, never null so that it can be sorted by: long-term ones come last. */
export const endOfCredential = `coalesce(c.valid_until, '9999-12-31'::date)`;

/** SQL: the state of a credential `c` on a day. */
export const stateOn = (today: string): string => {
  const { expired, expiring } = stateRanges(today);
  return `CASE WHEN ${expired} THEN 'expired' WHEN ${expiring} THEN 'expiring' ELSE 'valid' END`;
};

/** A bank account as answers show it. */
export const bankAccountSchema = z
  .object({ numberMasked: z.string(), holder: z.string(), bankName: z.string() })
  .meta({ id: 'BankAccount' });
