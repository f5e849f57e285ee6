import { parseSubject, subjectOf } from './kinds';

/** What a distributor may not do while a restriction is open, or what is kept back from them. */
export const EFFECTS = [
  /** Nothing is accrued on orders that come through them, for nobody. */
  'no_orders',
  /** They accrue nothing, on any order. */
  'no_accrual',
  /** What they have accrued is not released. */
  'no_release',
  /** Nothing is paid out to them; with an amount, that much of what can be withdrawn is kept back. */
  'no_payout',
  /** All of the above. */
  'suspended',
  /** Another tier counts than their own. */
  'tier_at_most',
  /** No goods are brought to them. */
  'no_replenishment',
] as const;

export type Effect = (typeof EFFECTS)[number];

/** Why something is restricted, in one word for whoever is concerned. */
export const RESTRICTION_REASONS = ['finance', 'risk', 'violation', 'credential_expired', 'other'] as const;

export type RestrictionReason = (typeof RESTRICTION_REASONS)[number];

/** The cause of what a person places; what a process places is caused by the subject of the process. */
export function causedByPerson(userId: string): string {
  return subjectOf('user', userId);
}

/** Whether a person placed what has this cause, and not a process. */
export function isCausedByPerson(cause: string): boolean {
  return parseSubject(cause)?.kind === 'user';
}

/** A restriction that was open when an order was paid, as accrual is judged by it. */
export interface OpenRestriction {
  id: string;
  effect: Effect;
  /** Only lines of this category, or of this product; all lines where both are null. */
  category: string | null;
  sku: string | null;
  tier: string | null;
}

/** Whom accrual is judged of, as of the time of the payment. */
export interface Restricted {
  terminated: boolean;
  restrictions: readonly OpenRestriction[];
}

/** A line as far as restrictions tell lines apart; left out where the whole order is asked for. */
type Line = { sku: string; category: string | null } | undefined;

/** Whether a distributor is terminated or suspended, so that a plan may move their share up. */
export function isInactive({ terminated, restrictions }: Restricted): boolean {
  return terminated || restrictions.some(({ effect }) => effect === 'suspended');
}

/** Whether nothing is accrued on orders that come through a distributor, on any line. */
export function takesNoOrders(seller: Restricted): boolean {
  return seller.terminated || covering(seller, ['suspended', 'no_orders'], undefined).length > 0;
}

/**
 * Why nothing is accrued for a beneficiary on a line, or on the whole order.
 * @param seller through whom the order came
 * @returns ids of the restrictions, none where somebody is terminated; null where it is accrued
 */
export function notAccruedBy(seller: Restricted, beneficiary: Restricted, line: Line): string[] | null {
  const ids = new Set([
    ...covering(seller, ['suspended', 'no_orders'], line),
    ...covering(beneficiary, ['suspended', 'no_accrual'], line),
  ]);
  return ids.size > 0 || seller.terminated || beneficiary.terminated ? [...ids] : null;
}

/** The tier that counts: their own, unless a restriction says another. */
export function countingTier(own: string, { restrictions }: Restricted): string {
  return restrictions.find(({ effect }) => effect === 'tier_at_most')?.tier ?? own;
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
