import { compilePlan, earned, type LineFacts, ruleFor } from '../domain/commission';
import type { PlanLevel, PlanRule, PlanTerms } from '../domain/plan';
import type { Bench } from './bench';
import { alternate, ratio, show, spread } from './rounds';

const tiers = ['standard', 'silver', 'gold'];

export const commission: Bench = {
  description:
    'Order lines computed by the rules alone (find the rule and round the amount, for both of two levels), on one core, with ' +
    'a plan of 200 rules a level against one of 10. The lines hit rules for products, categories and tiers as well as the default.',
  async run(_servers, { quick }) {
    const lines = makeLines();
    const measure = (rules: number) => {
      const plan = compilePlan(makeTerms(rules));
      return async () => linesPerSecond(plan, lines, quick ? 50 : 300);
    };
    const sides = { of200: measure(200), of10: measure(10) };
    await alternate('commission, warm-up', 1, sides);
    const { of200, of10 } = await alternate('commission', quick ? 1 : 15, sides);
    const against = ratio(of200, of10);
    return [
      {
        measured: 'Lines a second, two levels, plan of 200 rules against 10',
        ours: show(spread(of200)),
        baseline: show(spread(of10)),
        ratio: show(against),
        aim: 'at least 200,000, and no slower with 200 rules',
      },
    ];
  },
};

function linesPerSecond(
  plan: ReturnType<typeof compilePlan>,
  lines: (LineFacts & { netAmount: number; quantity: number })[],
  measureMs: number,
): number {
  const start = performance.now();
  let computed = 0;
  // Used at the end, so that the work cannot be optimised away.
  let total = 0;
  while (performance.now() - start < measureMs) {
    for (const line of lines) {
      for (let level = 1; level <= 2; level++) {
        const { earning } = ruleFor(plan, level, line);
        total += earned(earning, line.netAmount, line.quantity, line.quantity);
      }
    }
    computed += lines.length;
  }
  if (total <= 0) throw new Error('nothing was earned');
  return (computed / (performance.now() - start)) * 1000;
}

/** Rules of every kind with different subjects. */
function makeTerms(count: number): PlanTerms {
  const rules = Array.from({ length: count }, (_, index): PlanRule => {
    const earning =
      index % 7 === 0 ? { fixed: 100 + index, currency: 'CNY' } : { rateBp: 300 + ((index * 37) % 900) };
    switch (index % 5) {
      case 0:
        return { sku: `sku-${index}`, tier: tiers[index % 3], earning };
      case 1:
      case 2:
        return { sku: `sku-${index}`, earning };
      case 3:
        return { category: `category-${index}`, tier: tiers[index % 3], earning };
      default:
        return { category: `category-${index}`, earning };
    }
  });
  const level = (rateBp: number): PlanLevel => ({
    default: { rateBp },
    rules: [...rules.slice(0, -1), { tier: 'gold', earning: { rateBp: rateBp + 200 } }],
  });
  return {
    returnWindowDays: 7,
    automaticRelease: true,
    inactiveUpline: 'forfeit',
    attributionDays: 365,
    levels: [level(1000), level(300)],
  };
}

/** Lines of products with and without rules in both plans. */
function makeLines() {
  return Array.from({ length: 1000 }, (_, index) => ({
    sku: `sku-${index % 12}`,
    category: `category-${index % 8}`,
    tier: tiers[index % 3]!,
    currency: 'CNY',
    quantity: 1 + (index % 4),
    netAmount: 1000 + ((index * 7919) % 100_000),
  }));
}
