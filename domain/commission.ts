import type { ChainLink } from './attribution';
import { mulDivHalfUp } from './money';
import type { Earning, PlanLevel, PlanRule, PlanTerms } from './plan';

/** What a level's rule is looked up by. `tier` is the beneficiary's, pinned when the order is paid. */
export interface LineFacts {
  sku: string;
  category?: string | null;
  tier: string;
  currency: string;
}

/** The rule that decided a commission, as it is pinned with it. */
export interface PinnedRule {
  /** `default`, or what the rule names: `sku`, `category`, `tier`, `sku+tier`, `category+tier`. */
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

/** A plan made ready for computing: looking a rule up costs the same with ten rules as with a thousand. */
export interface CompiledPlan {
  levels: CompiledLevel[];
}

/** Makes a plan ready for computing. Do it once for each plan version, not for each order. */
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
 * Finds the rule for one line and level. The most specific wins: product with tier, product, category with tier,
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

/** What one beneficiary earns on one line. */
export interface LineCommission {
  lineId: string;
  level: number;
  distributorId: string;
  /** Minor units. */
  amount: number;
  rule: PinnedRule & { tier: string };
  /** Restrictions for which it is not accrued, though it would have been earned; null where it is. */
  notAccruedBy: string[] | null;
}

/**
 * What each level earns on a line of an order when it is paid.
 * @param chain of the order's attribution
 * @param notAccruedBy restrictions for which a beneficiary accrues nothing on this line, or null
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

/** One step of the search for a rule, for people who ask why a commission is what it is. */
export interface RuleTrace {
  tried: string;
  outcome: 'applied' | 'no_rule' | 'other_currency' | 'less_specific';
  earning?: Earning;
}

/** Every kind of rule in the order it was tried, and what came of it. */
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
 * What a rule earns on what is left of a line.
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
