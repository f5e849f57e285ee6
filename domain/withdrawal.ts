import { isOpen, type StateOf } from './kinds';

/** Where a withdrawal is. It only ever moves forward; `paid` becomes `failed` when the bank sends the money back. */
export type WithdrawalState = StateOf<'withdrawal'>;

/** How money leaves: in a file that finance hands to the bank, or through an HTTP provider. */
export type PayoutMethod = 'file' | 'http';

/** What a withdrawal's process has to know of its row. */
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

/** The later of two views of one withdrawal: answers may arrive in another order than the row changed. */
export function laterOf(known: WithdrawalProgress | undefined, news: WithdrawalProgress): WithdrawalProgress {
  return known && order[known.state] > order[news.state] ? known : news;
}

/** True when its money has left or come back. */
export function isSettled(state: WithdrawalState): boolean {
  return !isOpen('withdrawal', state);
}

/**
 * True when the withdrawal's own process has nothing left to do. A withdrawal paid by file is handed over once it
 * is approved: the payout batch that collects it settles it together with all others.
 */
export function isHandedOver({ state, method }: WithdrawalProgress): boolean {
  return isSettled(state) || (method === 'file' && state !== 'requested');
}
