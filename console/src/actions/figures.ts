import { ProblemError } from '../api/problem';
import type { Money } from '../api/types';

/** What a decision is about, as the server counts it. Sent with the decision, which is refused if it has changed. */
export interface Figures {
  count: number;
  totals: Money[];
  /** Selected as well, but skipped. */
  leftOut?: number;
}

/** The figures as the API takes them. */
export const expectedOf = ({ count, totals }: Figures) => ({ count, totals });

/**
 * Sends a decision with the figures that the person sees; if they have changed, reads them again for the dialog.
 * @param reload reads the figures and shows them
 * @throws what the request threw
 */
export async function sendSeen<T>(send: () => Promise<T>, reload: () => Promise<unknown>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'figures_changed') await reload();
    throw error;
  }
}
