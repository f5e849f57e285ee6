import { createHash } from 'node:crypto';
import type { ImportedOrder } from '../domain/imports/shopExport';
import type { ApiClient } from './client';
import { CommandError } from './connect';

/** Number of distributors that customers are assigned to. */
export type AssignTo = number | 'all';

/**
 * Referral codes of the active distributors, sorted.
 *
 * @param assignTo number of distributors, or all
 * @throws CommandError when there is none
 */
export async function activeCodes(api: ApiClient, assignTo: AssignTo): Promise<string[]> {
  const codes: string[] = [];
  for await (const { referralCode } of api.list<{ referralCode: string }>('/v1/distributors?state=active')) {
    codes.push(referralCode);
  }
  if (codes.length === 0) {
    throw new CommandError('There is no active distributor to assign customers to. Approve one first.');
  }
  codes.sort();
  return assignTo === 'all' ? codes : codes.slice(0, assignTo);
}

/**
 * Assigns customers of a shop without distributors by a fixed rule: each customer goes to the referral
 * code for which the SHA-256 of `<customer>/<code>` is greatest. So a new distributor gets an equal share of the
 * customers, and all others stay. Guests are not assigned.
 *
 * @param codes min one
 * @returns the referral code for an order
 */
export function createAssignment(codes: readonly string[]): (order: ImportedOrder) => string | undefined {
  const assigned = new Map<string, string>();
  return ({ customer }) => {
    if (!customer) return undefined;
    const { externalId } = customer;
    const code = assigned.get(externalId) ?? greatest(externalId, codes);
    assigned.set(externalId, code);
    return code;
  };
}

function greatest(customer: string, codes: readonly string[]): string {
  const rank = (code: string) => createHash('sha256').update(`${customer}/${code}`).digest('hex');
  const ranked = codes.map((code) => ({ code, rank: rank(code) }));
  return ranked.reduce((best, candidate) => (candidate.rank > best.rank ? candidate : best)).code;
}
