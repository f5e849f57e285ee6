import { z } from 'zod';
import { planTermsSchema } from '../../../domain/plan';
import { previewPlan } from '../../../domain/planPreview';
import { STAFF } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { fieldErrors } from '../../http/input';
import { currencySchema, moneySchema } from '../../http/schemas';
import { ruleTraceSchema } from '../commission/explanation';

const minorUnits = z.int().min(0).max(1_000_000_000_000);

const sampleLine = z
  .strictObject({
    sku: z.string().min(1).max(64),
    category: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Default: the category of the product, if the product exists.'),
    quantity: z.int().min(1).max(1_000_000),
    unitPrice: minorUnits,
    discount: minorUnits.default(0).describe('Discount of the whole line.'),
  })
  .refine(({ quantity, unitPrice, discount }) => discount <= quantity * unitPrice, {
    message: 'the discount is larger than the line',
    path: ['discount'],
  })
  .refine(({ quantity, unitPrice }) => Number.isSafeInteger(quantity * unitPrice), {
    message: 'quantity × unitPrice is too large',
    path: ['unitPrice'],
  });

const levelSchema = z.object({
  level: z.int(),
  tier: z.string().nullable(),
  outcome: z.enum(['earns', 'own_purchase', 'not_accrued', 'no_upline']),
  skipped: z.array(z.int()).describe('Positions in the chain, from 0, skipped because they are not active.'),
  amount: moneySchema,
  matched: z.string().nullable().describe('The rule that applied: default, sku, category+tier …'),
  rulesTried: z.array(ruleTraceSchema),
  arithmetic: z.string().nullable(),
});

/** Computes an order by a plan that is not created yet. Nothing is stored. */
export const planPreviewEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/commission-plans/preview',
    audit: { none: 'changes nothing' },
    summary: 'Try plan terms on a sample order',
    description: 'Uses the same rules as a paid order. Nothing is stored.',
    tag: 'commission plans',
    roles: STAFF,
    scope: 'plans:read',
    body: z.strictObject({
      terms: planTermsSchema,
      order: z.strictObject({ currency: currencySchema, lines: z.array(sampleLine).min(1).max(50) }),
      chain: z
        .array(z.strictObject({ tier: z.string().min(1).max(32), active: z.boolean().default(true) }))
        .min(1)
        .max(10)
        .describe("The distributor of the order, then the sponsor, then the sponsor's sponsor, and so on."),
    }),
    responses: {
      200: {
        description: 'The commission of each level, with its calculation.',
        schema: z
          .object({
            explanation: z.string(),
            total: moneySchema,
            lines: z.array(
              z.object({ sku: z.string(), netAmount: moneySchema, levels: z.array(levelSchema) }),
            ),
          })
          .meta({ id: 'PlanPreview' }),
      },
    },
    handler: async ({ body: { terms, order, chain }, context: { pool } }) => {
      const { rows } = await pool.query<{ sku: string; category: string | null }>(
        'SELECT sku, category FROM products WHERE sku = ANY ($1)',
        [order.lines.map(({ sku }) => sku)],
      );
      const categories = new Map(rows.map(({ sku, category }) => [sku, category]));
      const lines = order.lines.map((line) => ({
        ...line,
        category: line.category ?? categories.get(line.sku) ?? null,
      }));
      const { currency } = order;
      const money = (amount: number) => ({ amount, currency });
      const preview = previewPlan(terms, { currency, lines }, chain);
      return {
        status: 200,
        body: {
          explanation: preview.explanation,
          total: money(preview.total),
          lines: preview.lines.map(({ netAmount, levels }, index) => ({
            sku: lines[index]!.sku,
            netAmount: money(netAmount),
            levels: levels.map((level) => ({ ...level, amount: money(level.amount) })),
          })),
        },
      };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/commission-plans/validate',
    audit: { none: 'changes nothing' },
    summary: 'Validate plan terms',
    description: 'Responds with 200 and the problems of each field. Nothing is stored.',
    tag: 'commission plans',
    roles: STAFF,
    scope: 'plans:read',
    body: z.strictObject({ terms: z.unknown() }),
    responses: {
      200: {
        description: 'The problems.',
        schema: z.object({
          valid: z.boolean(),
          problems: z.array(
            z.object({ pointer: z.string().describe('JSON pointer into the terms.'), detail: z.string() }),
          ),
        }),
      },
    },
    handler: async ({ body: { terms } }) => {
      const problems = fieldErrors(planTermsSchema.safeParse(terms).error);
      return { status: 200, body: { valid: problems.length === 0, problems } };
    },
  }),
];
