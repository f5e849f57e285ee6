import { countingTier, isInactive, notAccruedBy, type Restricted, takesNoOrders } from './restriction';

/** A distributor as attribution needs it, as of the time of the payment. */
export interface Candidate extends Restricted {
  id: string;
  tier: string;
  shopCustomerId: string | null;
}

/** Why an order belongs to a distributor, or to none. */
export type AttributionReason = 'code' | 'customer_binding' | 'own_purchase' | 'code_unknown' | 'no_code';

/** What became of one level of the plan for this order. */
export interface ChainLink {
  level: number;
  distributorId: string | null;
  tier: string | null;
  /**
   * `earns`, or why this level earns nothing. Of `not_accrued` what would have been earned is kept, so that it can be
   * accrued when that is put right.
   */
  outcome: 'earns' | 'not_accrued' | 'own_purchase' | 'no_upline';
  /** Uplines passed over because they are not active, where the plan moves their share up. */
  skipped?: string[];
}

/** Pinned with the order: later changes of codes, tiers or sponsors alter nothing. */
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
  /** The distributor whose code it is, if there is one. */
  byCode: Candidate | null;
  /** The distributor the customer was bound to when the order was paid. */
  byBinding: Candidate | null;
  /** Sponsors of the attributed distributor, nearest first. */
  uplines: Candidate[];
  /** The shop's customer who bought, and the customers who used the same device. */
  buyerCustomerIds: string[];
  levels: number;
  inactiveUpline: 'forfeit' | 'next_up';
}

/**
 * Decides which distributor an order belongs to and who earns at each level.
 * A code that exists wins over an earlier binding of the customer; an unknown code does not. A distributor's own
 * purchase earns nothing at any level, and an upline who is the buyer earns nothing at theirs. An order that comes in
 * while its distributor may not earn belongs to that distributor all the same; nothing is accrued on it.
 */
export function attribute(facts: AttributionFacts): Attribution {
  const base = { code: facts.code, distributorId: null, chain: [] };
  const distributor = facts.byCode ?? facts.byBinding;
  if (!distributor) {
    return facts.code
      ? {
          ...base,
          reason: 'code_unknown',
          explanation: `No distributor has the code ${facts.code}, and the customer is bound to none.`,
        }
      : {
          ...base,
          reason: 'no_code',
          explanation: 'The order carries no code, and the customer is bound to no distributor.',
        };
  }
  const isBuyer = (candidate: Candidate) =>
    candidate.shopCustomerId !== null && facts.buyerCustomerIds.includes(candidate.shopCustomerId);
  if (isBuyer(distributor)) {
    return {
      ...base,
      reason: 'own_purchase',
      explanation: 'The buyer is the distributor: an own purchase earns no commission.',
    };
  }
  const viaCode = facts.byCode !== null;
  const why = viaCode
    ? `The order carries the distributor's code ${facts.code}.`
    : 'The customer came through this distributor before.';
  return {
    reason: viaCode ? 'code' : 'customer_binding',
    explanation: takesNoOrders(distributor)
      ? `${why} The distributor could not take orders when it was paid, so nothing is accrued on it.`
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
    { level: 1, distributorId: first.id, tier: countingTier(first.tier, first), outcome: outcomeOf(first) },
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
      tier: upline ? countingTier(upline.tier, upline) : null,
      outcome: !upline ? 'no_upline' : isBuyer(upline) ? 'own_purchase' : outcomeOf(upline),
      ...(skipped.length ? { skipped } : {}),
    });
  }
  return chain;
}
