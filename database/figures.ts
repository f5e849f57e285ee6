import { majorUnits } from '../domain/payout';
import { refuse } from './refusal';

/** How many entries a decision is about, and their totals. */
export interface Figures {
  count: number;
  /** Minor units by currency. */
  totals: Record<string, number>;
}

/**
 * Refuses a decision whose figures are no longer those that the person saw.
 * @param seen undefined where the caller names none
 * @throws refusal `figures_changed`, which names both
 */
export function checkSeen(seen: Figures | undefined, present: Figures): void {
  if (!seen || textOf(seen) === textOf(present)) return;
  throw refuse({
    code: 'figures_changed',
    status: 409,
    message: `Expected ${textOf(seen)}, but now it is ${textOf(present)}. Nothing was changed; check the new figures and confirm again.`,
    pointer: '/expected',
  });
}

function textOf({ count, totals }: Figures): string {
  const amounts = Object.entries(totals)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([currency, amount]) => `${currency} ${majorUnits({ amount, currency })}`);
  return [`${count} entries`, ...amounts].join(', ');
}
