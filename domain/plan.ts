import { z } from 'zod';

/** Commission of a rule: a rate of the net amount in basis points, or a fixed amount per unit. Zero means no commission. */
export const earningSchema = z.union([
  z.strictObject({
    rateBp: z
      .int()
      .min(0)
      .max(10_000)
      .describe('Share of the net amount of the line, in basis points: 500 is 5 %.'),
  }),
  z.strictObject({
    // Multiplied by the max units of a line it is still a safe integer.
    fixed: z.int().min(0).max(1_000_000_000).describe('Minor units for each unit sold.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .describe('ISO 4217. The rule does not apply to orders in another currency.'),
  }),
]);
export type Earning = z.infer<typeof earningSchema>;

const ruleSchema = z.strictObject({
  sku: z.string().min(1).max(64).optional(),
  category: z.string().min(1).max(64).optional(),
  tier: z.string().min(1).max(32).optional(),
  earning: earningSchema,
});
export type PlanRule = z.infer<typeof ruleSchema>;

const levelSchema = z
  .strictObject({
    default: earningSchema.describe('Applies where no rule matches.'),
    rules: z.array(ruleSchema).max(1000).default([]),
  })
  .superRefine((level, context) => {
    const seen = new Set<string>();
    level.rules.forEach((rule, index) => {
      const key = JSON.stringify([
        rule.sku,
        rule.category,
        rule.tier,
        'fixed' in rule.earning ? rule.earning.currency : null,
      ]);
      const fault =
        rule.sku && rule.category
          ? 'enter a product or a category, not both: a product already has a category'
          : !(rule.sku || rule.category || rule.tier)
            ? 'enter a sku, a category or a tier; use the default for everything'
            : seen.has(key)
              ? 'this duplicates an earlier rule for the same product, category and tier'
              : undefined;
      if (fault) context.addIssue({ code: 'custom', message: fault, path: ['rules', index] });
      seen.add(key);
    });
  });

/**
 * The terms of a commission plan. An activated version never changes; an order pins the version in
 * force at payment.
 */
export const planTermsSchema = z.strictObject({
  returnWindowDays: z
    .number()
    .min(0)
    .max(365)
    .default(7)
    .describe(
      'Length of the return window from the delivery of each line, in days of 24 hours; fractions allowed. 消费者权益保护法第二十五条: seven days from receipt.',
    ),
  automaticRelease: z
    .boolean()
    .default(false)
    .describe('Release automatically when the return window ends; otherwise finance releases.'),
  inactiveUpline: z
    .enum(['forfeit', 'next_up'])
    .default('forfeit')
    .describe(
      'What happens to the share of an inactive sponsor: it is forfeited, or the next active sponsor up earns it.',
    ),
  attributionDays: z
    .number()
    .min(0)
    .max(3650)
    .default(365)
    .describe('How many days an order with a referral code binds the customer to the distributor.'),
  levels: z
    .array(levelSchema)
    .min(1)
    .max(3)
    .describe('Level 1 is the distributor of the order, level 2 the sponsor.'),
});
export type PlanTerms = z.infer<typeof planTermsSchema>;
export type PlanLevel = PlanTerms['levels'][number];
