import { z } from 'zod';
import { earningSchema } from '../../../domain/plan';
import { uuid } from '../../http/schemas';

/** Which distributor an order belongs to, and why. */
export const attributionSchema = z.object({
  reason: z.enum(['code', 'customer_binding', 'own_purchase', 'code_unknown', 'no_code']),
  explanation: z.string(),
  distributorId: uuid.nullable().optional().describe('For staff.'),
  code: z.string().nullable(),
  chain: z.array(
    z.object({
      level: z.int(),
      distributorId: uuid.nullable(),
      tier: z.string().nullable(),
      outcome: z.enum(['earns', 'not_accrued', 'own_purchase', 'no_upline']),
      skipped: z.array(uuid).optional().describe('Sponsors skipped because they are not active.'),
    }),
  ),
});

/** One step of the search for a rule. */
export const ruleTraceSchema = z.object({
  tried: z.string(),
  outcome: z.enum(['applied', 'no_rule', 'other_currency', 'less_specific']),
  earning: earningSchema.optional(),
});
