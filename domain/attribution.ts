/** A distributor as attribution needs it: pinned when the order is paid. */
export interface Candidate {
  id: string;
  state: string;
  tier: string;
  shopCustomerId: string | null;
}

/** Reason of an attribution. */
export type AttributionReason =
  | 'code'
  | 'customer_binding'
  | 'own_purchase'
  | 'distributor_not_active'
  | 'code_unknown'
  | 'no_code';

/** Result of one level of the plan for this order. */
export interface ChainLink {
  level: number;
  distributorId: string | null;
  tier: string | null;
  /** `earns`, or why this level earns no commission. */
  outcome: 'earns' | 'own_purchase' | 'forfeited_inactive' | 'no_upline';
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
}

/**
 * Determines the distributor of an order and the beneficiary of each level.
 * An existing code has priority over an earlier binding of the customer; an unknown code does not. A distributor's own
 * purchase earns no commission at any level, and a sponsor who is the buyer earns none at that level.
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
  if (distributor.state !== 'active') {
    return {
      ...base,
      reason: 'distributor_not_active',
      explanation: `The distributor was ${distributor.state} when the order was paid, so the order earns no commission.`,
    };
  }
  const viaCode = facts.byCode !== null;
  return {
    reason: viaCode ? 'code' : 'customer_binding',
    explanation: viaCode
      ? `The order used the distributor's referral code ${facts.code}.`
      : 'An earlier order bound the customer to this distributor.',
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
  const chain: ChainLink[] = [{ level: 1, distributorId: first.id, tier: first.tier, outcome: 'earns' }];
  const uplines = [...facts.uplines];
  for (let level = 2; level <= facts.levels; level++) {
    const skipped: string[] = [];
    let upline = uplines.shift();
    while (upline && upline.state !== 'active' && facts.inactiveUpline === 'next_up') {
      skipped.push(upline.id);
      upline = uplines.shift();
    }
    chain.push({
      level,
      distributorId: upline?.id ?? null,
      tier: upline?.tier ?? null,
      outcome: !upline
        ? 'no_upline'
        : upline.state !== 'active'
          ? 'forfeited_inactive'
          : isBuyer(upline)
            ? 'own_purchase'
            : 'earns',
      ...(skipped.length ? { skipped } : {}),
    });
  }
  return chain;
}
