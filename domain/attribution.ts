import {
  countingTier,
  isInactive,
  notAccruedBy,
  type Restricted,
  type TierRank,
  takesNoOrders,
} from './restriction';

/** A distributor at the time of payment, for attribution. */
export interface Candidate extends Restricted {
  id: string;
  tier: string;
  shopCustomerId: string | null;
}

/** Reason of an attribution. */
export type AttributionReason = 'code' | 'customer_binding' | 'own_purchase' | 'code_unknown' | 'no_code';

/** Result of one level of the plan for this order. */
export interface ChainLink {
  level: number;
  distributorId: string | null;
  tier: string | null;
  /**
   * `earns`, or why this level earns no commission. For `not_accrued`, the amount is stored, so that it can be
   * accrued after a correction.
   */
  outcome: 'earns' | 'not_accrued' | 'own_purchase' | 'no_upline';
  /** Sponsors skipped because they are not active, if the plan moves their share up. */
  skipped?: string[];
}

/** Pinned with the order: later changes of codes, tiers or sponsors have no effect. */
export interface Attribution {
  reason: AttributionReason;
  /** One sentence for people. */
  explanation: string;
  distributorId: string | null;
  code: string | null;
  chain: ChainLink[];
}

export interface AttributionFacts {
  code: string | null;
  /** The distributor with this code, if any. */
  byCode: Candidate | null;
  /** The distributor the customer was bound to when the order was paid. */
  byBinding: Candidate | null;
  /** Sponsors of the attributed distributor, nearest first. */
  uplines: Candidate[];
  /** The customer of the order, and the customers with the same device. */
  buyerCustomerIds: string[];
  levels: number;
  inactiveUpline: 'forfeit' | 'next_up';
  /** The order of tiers, for restrictions to a tier at most. */
  tierRank: TierRank;
}

/**
 * Determines the distributor of an order and the beneficiary of each level.
 * An existing code has priority over an earlier binding of the customer; an unknown code does not. A distributor's own
 * purchase earns no commission at any level, and a sponsor who is the buyer earns none at that level. An order that
 * is paid while its distributor is restricted is still attributed to that distributor, but accrues no commission.
 */
export function attribute(facts: AttributionFacts): Attribution {
  const base = { code: facts.code, distributorId: null, chain: [] };
  const distributor = facts.byCode ?? facts.byBinding;
  if (!distributor) {
    return facts.code
      ? {
          ...base,
          reason: 'code_unknown',
          explanation: `No distributor has the referral code ${facts.code}, and the customer is not bound to a distributor.`,
        }
      : {
          ...base,
          reason: 'no_code',
          explanation: 'The order has no referral code, and the customer is not bound to a distributor.',
        };
  }
  const isBuyer = (candidate: Candidate) =>
    candidate.shopCustomerId !== null && facts.buyerCustomerIds.includes(candidate.shopCustomerId);
  if (isBuyer(distributor)) {
    return {
      ...base,
      reason: 'own_purchase',
      explanation: 'The buyer is the distributor; own purchases earn no commission.',
    };
  }
  const viaCode = facts.byCode !== null;
  const why = viaCode
    ? `The order used the distributor's referral code ${facts.code}.`
    : 'An earlier order bound the customer to this distributor.';
  return {
    reason: viaCode ? 'code' : 'customer_binding',
    explanation: takesNoOrders(distributor)
      ? `${why} The distributor was restricted when the order was paid, so the order accrues no commission.`
      : why,
    distributorId: distributor.id,
    code: facts.code,
    chain: buildChain(distributor, facts, isBuyer),
  };
}

function buildChain(
  first: Candidate,
  facts: AttributionFacts,
  isBuyer: (candidate: Candidate) => boolean,
): ChainLink[] {
  const outcomeOf = (one: Candidate) => (notAccruedBy(first, one, undefined) ? 'not_accrued' : 'earns');
  const chain: ChainLink[] = [
    {
      level: 1,
      distributorId: first.id,
      tier: countingTier(first.tier, first, facts.tierRank),
      outcome: outcomeOf(first),
    },
  ];
  const uplines = [...facts.uplines];
  for (let level = 2; level <= facts.levels; level++) {
    const skipped: string[] = [];
    let upline = uplines.shift();
    while (upline && isInactive(upline) && facts.inactiveUpline === 'next_up') {
      skipped.push(upline.id);
      upline = uplines.shift();
    }
    chain.push({
      level,
      distributorId: upline?.id ?? null,
      tier: upline ? countingTier(upline.tier, upline, facts.tierRank) : null,
      outcome: !upline ? 'no_upline' : isBuyer(upline) ? 'own_purchase' : outcomeOf(upline),
      ...(skipped.length ? { skipped } : {}),
    });
  }
  return chain;
}
