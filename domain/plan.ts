import { z } from 'zod';

/** What a rule pays: a rate of the line's net amount in basis points, or a fixed amount for each unit. Zero is a real setting. */
export const earningSchema = z.union([
  z.strictObject({
    rateBp: z
      .int()
      .min(0)
      .max(10_000)
      .describe('Share of the net amount of the line, in basis points: 500 is 5 %.'),
  }),
  z.strictObject({
    // Times the most units that a line can have it is still a safe integer.
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
          ? 'name a product or a category, not both: a product has one category'
          : !(rule.sku || rule.category || rule.tier)
            ? 'name a sku, a category or a tier; what applies to everything is the default'
            : seen.has(key)
              ? 'this repeats an earlier rule for the same product, category and tier'
              : undefined;
      if (fault) context.addIssue({ code: 'custom', message: fault, path: ['rules', index] });
      seen.add(key);
    });
  });

/**
 * The terms of a commission plan. A version, once activated, never changes; an order pins the version that is in
 * force when it is paid.
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
    .describe('Release by itself when the window is over; otherwise finance releases.'),
  inactiveUpline: z
    .enum(['forfeit', 'next_up'])
    .default('forfeit')
    .describe(
      'What happens to the share of an upline who is not active: nobody earns it, or the next active one above does.',
    ),
  attributionDays: z
    .number()
    .min(0)
    .max(3650)
    .default(365)
    .describe('How long an order with a code binds the customer to that distributor, in days.'),
  levels: z
    .array(levelSchema)
    .min(1)
    .max(3)
    .describe('Level 1 is the distributor the order belongs to, level 2 the sponsor.'),
});
export type PlanTerms = z.infer<typeof planTermsSchema>;
export type PlanLevel = PlanTerms['levels'][number];
