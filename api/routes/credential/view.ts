import { z } from 'zod';
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

/** A bank account as answers show it. */
export const bankAccountSchema = z
  .object({ numberMasked: z.string(), holder: z.string(), bankName: z.string() })
  .meta({ id: 'BankAccount' });
