import { parseSubject, subjectOf } from './kinds';
import { CHANNEL, CONTROLLERS, type Role } from './roles';

/** Effects of an open restriction on a distributor. */
export const EFFECTS = [
  /** Orders of the distributor accrue no commission, at any level. */
  'no_orders',
  /** The distributor accrues no commission, on any order. */
  'no_accrual',
  /** Commissions of the distributor are not released. */
  'no_release',
  /** No payouts; with an amount, that part of the available balance is kept back. */
  'no_payout',
  /** All of the above. */
  'suspended',
  /** This tier applies at most: who has a lower one keeps it. */
  'tier_at_most',
  /** No replenishment. */
  'no_replenishment',
] as const;

export type Effect = (typeof EFFECTS)[number];

/** Reason of a restriction, shown to the distributor. */
export const RESTRICTION_REASONS = ['finance', 'risk', 'violation', 'credential_expired', 'other'] as const;

export type RestrictionReason = (typeof RESTRICTION_REASONS)[number];

/** Cause of a restriction that a user places; the cause of a restriction by a process is the subject of the process. */
export function causedByPerson(userId: string): string {
  return subjectOf('user', userId);
}

/** Whether the cause is a user and not a process. */
export function isCausedByPerson(cause: string): boolean {
  return parseSubject(cause)?.kind === 'user';
}

/**
 * Roles that can lift a restriction that a user placed; null where its process lifts it.
 * @param cause its subject
 */
export function liftersOf({ cause, effect }: { cause: string; effect: Effect }): readonly Role[] | null {
  if (!isCausedByPerson(cause)) return null;
  return effect === 'suspended' ? CHANNEL : CONTROLLERS;
}

/** A restriction that was open when an order was paid, for the decision on accrual. */
export interface OpenRestriction {
  id: string;
  effect: Effect;
  /** Only lines of this category, or of this product; all lines where both are null. */
  category: string | null;
  sku: string | null;
  tier: string | null;
}

/** A distributor at the time of payment, for the decision on accrual. */
export interface Restricted {
  terminated: boolean;
  /** The last placed first. */
  restrictions: readonly OpenRestriction[];
}

/** Fields of a line that restrictions refer to; undefined for the whole order. */
type Line = { sku: string; category: string | null } | undefined;

/** Whether a distributor is terminated or suspended, so that a plan may move their share up. */
export function isInactive({ terminated, restrictions }: Restricted): boolean {
  return terminated || restrictions.some(({ effect }) => effect === 'suspended');
}

/** Whether orders of a distributor accrue no commission, on any line. */
export function takesNoOrders(seller: Restricted): boolean {
  return seller.terminated || covering(seller, ['suspended', 'no_orders'], undefined).length > 0;
}

/**
 * Why a beneficiary accrues no commission on a line, or on the whole order.
 * @param seller the distributor of the order
 * @returns IDs of the restrictions, empty if the seller or the beneficiary is terminated; null if it is accrued
 */
export function notAccruedBy(seller: Restricted, beneficiary: Restricted, line: Line): string[] | null {
  const ids = new Set([
    ...covering(seller, ['suspended', 'no_orders'], line),
    ...covering(beneficiary, ['suspended', 'no_accrual'], line),
  ]);
  return ids.size > 0 || seller.terminated || beneficiary.terminated ? [...ids] : null;
}

/** Position of a tier among all tiers, the lowest first; undefined if it is not known. */
export type TierRank = (tier: string) => number | undefined;

/** Ranks tiers by a list of them, the lowest first. */
export function rankBy(tiers: readonly string[]): TierRank {
  const ranks = new Map(tiers.map((tier, rank) => [tier, rank]));
  return (tier) => ranks.get(tier);
}

/**
 * The tier that applies: the lowest of the distributor's own and of those that restrictions allow at most.
 * Tiers without a known rank cannot be compared: there the restriction's tier applies, and of several the last placed.
 */
export function countingTier(own: string, { restrictions }: Restricted, rank: TierRank): string {
  return restrictions.reduceRight((counting, { effect, tier }) => {
    if (effect !== 'tier_at_most' || tier === null) return counting;
    const [present, most] = [rank(counting), rank(tier)];
    return present !== undefined && most !== undefined && present < most ? counting : tier;
  }, own);
}

function covering({ restrictions }: Restricted, effects: Effect[], line: Line): string[] {
  return restrictions
    .filter(({ effect, category, sku }) => {
      const everything = category === null && sku === null;
      const fits = everything || (line && (sku === null ? category === line.category : sku === line.sku));
      return fits && effects.includes(effect);
    })
    .map(({ id }) => id);
}
