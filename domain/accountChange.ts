import { isOpen, type StateOf } from './kinds';

/** State of an account change. It only moves forward. */
export type AccountChangeState = StateOf<'account_change'>;

/** What of a distributor can be changed on request. */
export const ACCOUNT_FIELDS = ['bank_account', 'phone', 'email', 'name'] as const;

export type AccountField = (typeof ACCOUNT_FIELDS)[number];

/**
 * Who confirms an approved change: another person of the staff, or the holder of the new mail address by the link sent
 * to it.
 */
export const CONFIRMATIONS = ['second_person', 'new_address', 'none'] as const;

export type Confirmation = (typeof CONFIRMATIONS)[number];

/** What the process of an account change needs to know of its row. */
export interface AccountChangeProgress {
  state: AccountChangeState;
  confirmation: Confirmation;
  /** When a confirmed change takes effect, in milliseconds since 1970; null before. */
  effectiveAt: number | null;
}

const order: Record<AccountChangeState, number> = {
  requested: 0,
  approved: 1,
  confirmed: 2,
  in_effect: 3,
  rejected: 3,
  canceled: 3,
};

/** The later of two views of one change: responses can arrive in another order than the row changed. */
export function laterOf(
  known: AccountChangeProgress | undefined,
  news: AccountChangeProgress,
): AccountChangeProgress {
  return known && order[known.state] > order[news.state] ? known : news;
}

/** True if the change is in effect, or never will be. */
export function isEnded(state: AccountChangeState): boolean {
  return !isOpen('account_change', state);
}

/**
 * Who confirms a change of this field.
 * @param secondPerson whether changes of bank accounts need a second person
 */
export function confirmationOf(field: AccountField, secondPerson: boolean): Confirmation {
  if (field === 'email') return 'new_address';
  return field === 'bank_account' && secondPerson ? 'second_person' : 'none';
}

/** The state after the approval by a reviewer. */
export function afterApproval(confirmation: Confirmation): 'approved' | 'confirmed' {
  return confirmation === 'none' ? 'confirmed' : 'approved';
}

/**
 * Whether a field can still be changed. Of a terminated distributor only what is needed to pay the rest of the balance.
 * @param distributor.owed whether anything is held, available or in a withdrawal
 */
export function canChange(
  field: AccountField,
  { state, owed }: { state: StateOf<'distributor'>; owed: boolean },
): boolean {
  return state !== 'terminated' || (field === 'bank_account' && owed);
}
