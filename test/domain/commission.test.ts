import fc from 'fast-check';
import { compilePlan, earned, type LineFacts, ruleFor, traceRules } from '../../domain/commission';
import { mulDivHalfUp } from '../../domain/money';
import { type PlanTerms, planTermsSchema } from '../../domain/plan';

const terms: PlanTerms = planTermsSchema.parse({
  levels: [
    {
      default: { rateBp: 500 },
      rules: [
        { tier: 'gold', earning: { rateBp: 800 } },
        { category: 'tea', earning: { rateBp: 600 } },
        { category: 'tea', tier: 'gold', earning: { rateBp: 900 } },
        { sku: 'T-1', earning: { fixed: 250, currency: 'CNY' } },
        { sku: 'T-1', tier: 'gold', earning: { rateBp: 1200 } },
        { sku: 'GIFT', earning: { fixed: 0, currency: 'CNY' } },
      ],
    },
    { default: { rateBp: 200 } },
  ],
});
const plan = compilePlan(terms);
const line = (facts: Partial<LineFacts>): LineFacts => ({
  sku: 'X',
  category: null,
  tier: 'silver',
  currency: 'CNY',
  ...facts,
});

describe('the rule of a commission', () => {
  it.each<[string, Partial<LineFacts>, string, object]>([
    ['nothing else fits', {}, 'default', { rateBp: 500 }],
    ['the tier', { tier: 'gold' }, 'tier', { rateBp: 800 }],
    ['the category before the tier', { category: 'tea' }, 'category', { rateBp: 600 }],
    [
      'category with tier before category',
      { category: 'tea', tier: 'gold' },
      'category+tier',
      { rateBp: 900 },
    ],
    [
      'the product before its category',
      { sku: 'T-1', category: 'tea' },
      'sku',
      { fixed: 250, currency: 'CNY' },
    ],
    [
      'product with tier before product',
      { sku: 'T-1', category: 'tea', tier: 'gold' },
      'sku+tier',
      { rateBp: 1200 },
    ],
    [
      'a fixed zero, which is a setting',
      { sku: 'GIFT', category: 'tea', tier: 'gold' },
      'sku',
      { fixed: 0, currency: 'CNY' },
    ],
    [
      'no fixed amount of another currency',
      { sku: 'T-1', category: 'tea', currency: 'USD' },
      'category',
      { rateBp: 600 },
    ],
  ])('is %s', (_name, facts, matched, earning) => {
    expect(ruleFor(plan, 1, line(facts))).toEqual({ matched, earning });
  });

  it('differs by level', () => {
    expect(ruleFor(plan, 2, line({ tier: 'gold' }))).toEqual({
      matched: 'default',
      earning: { rateBp: 200 },
    });
  });

  it('is the one that the explanation calls applied', () => {
    const facts = fc.record({
      sku: fc.constantFrom('T-1', 'GIFT', 'X'),
      category: fc.constantFrom('tea', 'cup', null),
      tier: fc.constantFrom('gold', 'silver'),
      currency: fc.constantFrom('CNY', 'USD'),
    });
    fc.assert(
      fc.property(facts, fc.constantFrom(1, 2), (some, level) => {
        const applied = traceRules(plan, level, some).filter((step) => step.outcome === 'applied');
        expect(applied.map((step) => step.earning)).toEqual([ruleFor(plan, level, some).earning]);
      }),
    );
  });
});

describe('the terms of a plan', () => {
  const level = { default: { rateBp: 100 } };
  it.each<[string, object]>([
    ['no level', { levels: [] }],
    ['four levels', { levels: [level, level, level, level] }],
    ['more than everything', { levels: [{ default: { rateBp: 10_001 } }] }],
    ['a rule for everything', { levels: [{ ...level, rules: [{ earning: { rateBp: 1 } }] }] }],
    [
      'a rule for product and category',
      { levels: [{ ...level, rules: [{ sku: 'a', category: 'b', earning: { rateBp: 1 } }] }] },
    ],
    [
      'the same rule twice',
      {
        levels: [
          {
            ...level,
            rules: [
              { sku: 'a', earning: { rateBp: 1 } },
              { sku: 'a', earning: { rateBp: 2 } },
            ],
          },
        ],
      },
    ],
    [
      'a rate and a fixed amount at once',
      { levels: [{ default: { rateBp: 1, fixed: 1, currency: 'CNY' } }] },
    ],
  ])('refuse %s', (_name, wrong) => {
    expect(planTermsSchema.safeParse(wrong).success).toBe(false);
  });
});

describe('amounts', () => {
  it.each([
    [1999, 500, 1, 1, 100],
    [1990, 500, 1, 1, 100],
    [1989, 500, 1, 1, 99],
    [10, 500, 1, 1, 1],
    [9, 500, 1, 1, 0],
    [2997, 500, 3, 2, 100],
  ])(
    'of %i at %i bp with %i units, %i left, round half up to %i',
    (net, rateBp, quantity, left, expected) => {
      expect(earned({ rateBp }, net, quantity, left)).toBe(expected);
    },
  );

  it('are exact where doubles are not', () => {
    const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        amount,
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (value, part, extra) => {
          const whole = part + extra;
          const exact = (2n * BigInt(value) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole));
          expect(mulDivHalfUp(value, part, whole)).toBe(Number(exact));
        },
      ),
    );
  });

  it('that are no whole numbers are refused', () => {
    expect(() => mulDivHalfUp(1.5, 1, 1)).toThrow('whole numbers');
    expect(() => mulDivHalfUp(-1, 1, 1)).toThrow('whole numbers');
  });
});
