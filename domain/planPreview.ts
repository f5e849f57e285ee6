import { attribute, type ChainLink } from './attribution';
import { type CompiledPlan, compilePlan, lineCommissions, type RuleTrace, traceRules } from './commission';
import { arithmetic } from './explanation';
import type { PlanTerms } from './plan';
import { rankBy } from './restriction';

/** A sample order for a plan. Amounts are minor units. */
export interface SampleOrder {
  currency: string;
  lines: {
    sku: string;
    category: string | null;
    quantity: number;
    unitPrice: number;
    discount: number;
  }[];
}

/** Commission of one level on one line, and its reason. */
export interface PreviewLevel {
  level: number;
  tier: string | null;
  /** `earns`, or why this level earns no commission. */
  outcome: ChainLink['outcome'];
  /** Positions in the given chain that were skipped because they are not active. */
  skipped: number[];
  amount: number;
  /** The rule that applied: `default`, `sku`, `category+tier` …; null without commission at this level. */
  matched: string | null;
  rulesTried: RuleTrace[];
  arithmetic: string | null;
}

export interface PlanPreview {
  /** Why there is no commission, if the seller cannot earn. */
  explanation: string;
  lines: { netAmount: number; levels: PreviewLevel[] }[];
  /** Minor units. */
  total: number;
}

/**
 * Computes a sample order under some terms, with the same rules as a paid order.
 * @param people the distributor of the order, then the sponsor, the sponsor's sponsor, and so on
 */
export function previewPlan(
  terms: PlanTerms,
  order: SampleOrder,
  people: { tier: string; active: boolean }[],
): PlanPreview {
  const plan = compilePlan(terms);
  const candidates = people.map(({ tier, active }, place) => ({
    id: String(place),
    tier,
    terminated: !active,
    restrictions: [],
    shopCustomerId: null,
  }));
  const [seller, ...uplines] = candidates;
  const { chain, explanation } = attribute({
    code: 'PREVIEW',
    byCode: seller ?? null,
    byBinding: null,
    uplines,
    buyerCustomerIds: [],
    levels: terms.levels.length,
    inactiveUpline: terms.inactiveUpline,
    tierRank: rankBy([]),
  });
  const lines = order.lines.map((given, index) => {
    const netAmount = given.quantity * given.unitPrice - given.discount;
    const line = { ...given, lineId: String(index), netAmount };
    return { netAmount, levels: levelsOf(line, order.currency, chain, plan) };
  });
  const amounts = lines.flatMap(({ levels }) => levels.map(({ amount }) => amount));
  return { explanation, lines, total: amounts.reduce((sum, amount) => sum + amount, 0) };
}

function levelsOf(
  line: SampleOrder['lines'][number] & { lineId: string; netAmount: number },
  currency: string,
  chain: ChainLink[],
  plan: CompiledPlan,
): PreviewLevel[] {
  const earning = chain.filter(({ outcome }) => outcome === 'earns');
  const earnings = lineCommissions(line, currency, earning, plan);
  return chain.map(({ level, tier, outcome, skipped = [] }) => {
    const earning = earnings.find((one) => one.level === level);
    const { sku, category, netAmount, quantity } = line;
    return {
      level,
      tier,
      outcome,
      skipped: skipped.map(Number),
      amount: earning?.amount ?? 0,
      matched: earning?.rule.matched ?? null,
      rulesTried: earning && tier ? traceRules(plan, level, { sku, category, tier, currency }) : [],
      arithmetic: earning
        ? arithmetic(earning.rule.earning, netAmount, quantity, quantity, earning.amount)
        : null,
    };
  });
}
