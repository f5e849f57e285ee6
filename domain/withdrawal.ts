import { isOpen, type StateOf } from './kinds';

/** State of a withdrawal. It only moves forward; `paid` becomes `failed` if the bank returns the payment. */
export type WithdrawalState = StateOf<'withdrawal'>;

/** Payout method: a file that finance uploads to the bank, or an HTTP provider. */
export type PayoutMethod = 'file' | 'http';

/** Data of the row that a withdrawal's process needs. */
export interface WithdrawalProgress {
  state: WithdrawalState;
  method: PayoutMethod;
}

const order: Record<WithdrawalState, number> = {
  requested: 0,
  approved: 1,
  paying: 2,
  paid: 3,
  failed: 3,
  rejected: 3,
  canceled: 3,
};

/** The later of two views of one withdrawal: responses can arrive in another order than the row changed. */
export function laterOf(known: WithdrawalProgress | undefined, news: WithdrawalProgress): WithdrawalProgress {
  return known && order[known.state] > order[news.state] ? known : news;
}

/** True if it is paid or its funds have returned. */
export function isSettled(state: WithdrawalState): boolean {
  return !isOpen('withdrawal', state);
}

/**
 * True if the withdrawal's own process is finished. A withdrawal paid by file is handed over when it
 * is approved: its payout batch settles it together with all others.
 */
export function isHandedOver({ state, method }: WithdrawalProgress): boolean {
  return isSettled(state) || (method === 'file' && state !== 'requested');
}
