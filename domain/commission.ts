import type { ChainLink } from './attribution';
import { mulDivHalfUp } from './money';
import type { Earning, PlanLevel, PlanRule, PlanTerms } from './plan';

/** Lookup key of a level's rule. `tier` is the beneficiary's, pinned at payment. */
export interface LineFacts {
  sku: string;
  category?: string | null;
  tier: string;
  currency: string;
}

/** The rule of a commission, pinned with it. */
export interface PinnedRule {
  /** `default`, or the subject of the rule: `sku`, `category`, `tier`, `sku+tier`, `category+tier`. */
  matched: string;
  earning: Earning;
}

interface Candidates {
  any?: PlanRule[];
  byTier: Map<string, PlanRule[]>;
}

interface CompiledLevel {
  fallback: PinnedRule;
  bySku: Map<string, Candidates>;
  byCategory: Map<string, Candidates>;
  byTier: Map<string, PlanRule[]>;
}

/** A plan indexed for lookup: a rule lookup costs the same with ten rules as with a thousand. */
export interface CompiledPlan {
  levels: CompiledLevel[];
}

/** Indexes a plan for lookup. Call it once per plan version, not per order. */
export function compilePlan(terms: PlanTerms): CompiledPlan {
  return { levels: terms.levels.map(compileLevel) };
}

function compileLevel(level: PlanLevel): CompiledLevel {
  const compiled: CompiledLevel = {
    fallback: { matched: 'default', earning: level.default },
    bySku: new Map(),
    byCategory: new Map(),
    byTier: new Map(),
  };
  for (const rule of level.rules) {
    if (rule.sku) addCandidate(compiled.bySku, rule.sku, rule);
    else if (rule.category) addCandidate(compiled.byCategory, rule.category, rule);
    else if (rule.tier) append(compiled.byTier, rule.tier, rule);
  }
  return compiled;
}

function addCandidate(index: Map<string, Candidates>, key: string, rule: PlanRule): void {
  let candidates = index.get(key);
  if (!candidates) {
    candidates = { byTier: new Map() };
    index.set(key, candidates);
  }
  if (rule.tier) append(candidates.byTier, rule.tier, rule);
  else candidates.any = [...(candidates.any ?? []), rule];
}

function append(index: Map<string, PlanRule[]>, key: string, rule: PlanRule): void {
  index.set(key, [...(index.get(key) ?? []), rule]);
}

/**
 * Finds the rule for one line and level. The most specific rule applies: product with tier, product, category with tier,
 * category, tier, default. A fixed amount in another currency than the order's does not apply.
 * @param level 1-based
 * @throws RangeError when the plan has no such level
 */
export function ruleFor(plan: CompiledPlan, level: number, line: LineFacts): PinnedRule {
  const compiled = plan.levels[level - 1];
  if (!compiled) throw new RangeError(`the plan has no level ${level}`);
  const product = compiled.bySku.get(line.sku);
  const category = line.category ? compiled.byCategory.get(line.category) : undefined;
  return (
    applicable(product?.byTier.get(line.tier), line, 'sku+tier') ??
    applicable(product?.any, line, 'sku') ??
    applicable(category?.byTier.get(line.tier), line, 'category+tier') ??
    applicable(category?.any, line, 'category') ??
    applicable(compiled.byTier.get(line.tier), line, 'tier') ??
    (fits(compiled.fallback.earning, line) ? compiled.fallback : { matched: 'none', earning: { rateBp: 0 } })
  );
}

function applicable(rules: PlanRule[] | undefined, line: LineFacts, matched: string): PinnedRule | undefined {
  const rule = rules?.find((candidate) => fits(candidate.earning, line));
  return rule && { matched, earning: rule.earning };
}

function fits(earning: Earning, line: LineFacts): boolean {
  return !('fixed' in earning) || earning.currency === line.currency;
}

/** Commission of one beneficiary on one line. */
export interface LineCommission {
  lineId: string;
  level: number;
  distributorId: string;
  /** Minor units. */
  amount: number;
  rule: PinnedRule & { tier: string };
  /** Restrictions because of which it is not accrued; null if it is accrued. */
  notAccruedBy: string[] | null;
}

/**
 * Commission of each level on an order line at payment.
 * @param chain of the order's attribution
 * @param notAccruedBy restrictions because of which a beneficiary accrues no commission on this line, or null
 */
export function lineCommissions(
  line: { lineId: string; sku: string; category: string | null; quantity: number; netAmount: number },
  currency: string,
  chain: readonly ChainLink[],
  plan: CompiledPlan,
  notAccruedBy: (distributorId: string) => string[] | null = () => null,
): LineCommission[] {
  return chain.flatMap(({ level, distributorId, tier, outcome }) => {
    const isBeneficiary = outcome === 'earns' || outcome === 'not_accrued';
    if (!isBeneficiary || distributorId === null || tier === null) return [];
    const rule = ruleFor(plan, level, { sku: line.sku, category: line.category, tier, currency });
    const amount = earned(rule.earning, line.netAmount, line.quantity, line.quantity);
    return [
      {
        lineId: line.lineId,
        level,
        distributorId,
        amount,
        rule: { ...rule, tier },
        notAccruedBy: notAccruedBy(distributorId),
      },
    ];
  });
}

/** One step of the rule lookup, for the explanation of a commission. */
export interface RuleTrace {
  tried: string;
  outcome: 'applied' | 'no_rule' | 'other_currency' | 'less_specific';
  earning?: Earning;
}

/** Every kind of rule in the order tried, with its result. */
export function traceRules(plan: CompiledPlan, level: number, line: LineFacts): RuleTrace[] {
  const compiled = plan.levels[level - 1];
  if (!compiled) throw new RangeError(`the plan has no level ${level}`);
  const product = compiled.bySku.get(line.sku);
  const category = line.category ? compiled.byCategory.get(line.category) : undefined;
  const kinds: [string, PlanRule[] | undefined][] = [
    [`sku ${line.sku} and tier ${line.tier}`, product?.byTier.get(line.tier)],
    [`sku ${line.sku}`, product?.any],
    [`category ${line.category ?? '(none)'} and tier ${line.tier}`, category?.byTier.get(line.tier)],
    [`category ${line.category ?? '(none)'}`, category?.any],
    [`tier ${line.tier}`, compiled.byTier.get(line.tier)],
    ['default', [{ earning: compiled.fallback.earning }]],
  ];
  let decided = false;
  return kinds.map(([tried, rules]) => {
    const fitting = rules?.find((rule) => fits(rule.earning, line));
    if (!fitting)
      return { tried, outcome: rules?.length ? 'other_currency' : 'no_rule', earning: rules?.[0]?.earning };
    const outcome = decided ? 'less_specific' : 'applied';
    decided = true;
    return { tried, outcome, earning: fitting.earning };
  });
}

/**
 * Commission of a rule on the remaining units of a line.
 * A rate applies to the net amount of the remaining units, rounded half up once; a fixed amount counts for each
 * remaining unit. Because it always starts from the whole line and never from an earlier result, any sequence of
 * partial returns that ends with nothing left ends at exactly zero.
 * @param netAmount of the whole line, minor units
 * @param quantity of the whole line
 * @param remaining units neither returned nor canceled
 * @returns minor units
 */
export function earned(earning: Earning, netAmount: number, quantity: number, remaining: number): number {
  if ('fixed' in earning) return mulDivHalfUp(earning.fixed, remaining, 1);
  return mulDivHalfUp(netAmount, earning.rateBp * remaining, 10_000 * quantity);
}
