import type { AccountChangeProgress } from './accountChange';
import { type ApplicationState, awaited } from './application';
import type { CredentialProgress } from './credentialTerm';
import type { ProcessKind, StateOf } from './kinds';
import type { ReleaseRunState } from './release';
import type { WithdrawalProgress } from './withdrawal';

/** Who a process can wait for. */
export const WAITED_FROM = [
  'system',
  'clock',
  'compliance',
  'finance',
  'applicant',
  'distributor',
  'shop',
  'provider',
] as const;

/** Something a process is waiting for. */
export interface Wait {
  what:
    | 'payment'
    | 'checks'
    | 'decision'
    | 'changes'
    | 'confirmation'
    | 'address_confirmation'
    | 'waiting_period'
    | 'mail'
    | 'delivery'
    | 'window_end'
    | 'return_decision'
    | 'approval'
    | 'release'
    | 'payout'
    | 'payout_answer'
    | 'bank_confirmation'
    | 'reminder'
    | 'renewal'
    | 'work';
  /** Who must act; `clock` for a timer. */
  from: (typeof WAITED_FROM)[number];
  /** Time of the timer or of the next check, in milliseconds since 1970; null if it ends only by an action. */
  until: number | null;
  /** IDs, if there can be several: returns or emails. */
  which?: string[];
}

/** Response of every process to the query `status`. */
export interface ProcessStatus<K extends ProcessKind = ProcessKind> {
  /** Null before the first step of the process, and after the last where only the row knows it. */
  state: StateOf<K> | null;
  waitsFor: Wait[];
}

/** Status of an application process. @param mailsUnderway keys of emails not sent yet */
function applicationStatusOf(
  progress:
    | { state: ApplicationState; checked: boolean; reminderAt: number; deadline: number }
    | null
    | undefined,
  mailsUnderway: string[],
): ProcessStatus<'application'> {
  const mails: Wait[] = mailsUnderway.length
    ? [{ what: 'mail', from: 'system', until: null, which: mailsUnderway }]
    : [];
  if (!progress) return { state: null, waitsFor: mails };
  const { state, checked, deadline } = progress;
  const { what, from } = awaited(state, checked, null, null);
  const next: Wait[] =
    what === 'nothing' || from === 'nobody'
      ? []
      : [{ what, from, until: state === 'changes_requested' ? deadline : null }];
  return { state, waitsFor: [...next, ...mails] };
}

/** Status of the process of an account change. */
function accountChangeStatusOf(progress: AccountChangeProgress | undefined): ProcessStatus<'account_change'> {
  if (!progress) return { state: null, waitsFor: [] };
  const { state, confirmation, effectiveAt } = progress;
  const wait = (what: Wait['what'], from: Wait['from'], until: number | null = null) => ({
    state,
    waitsFor: [{ what, from, until }],
  });
  if (state === 'requested') return wait('decision', 'compliance');
  if (state === 'approved') {
    return confirmation === 'new_address'
      ? wait('address_confirmation', 'distributor')
      : wait('confirmation', 'compliance');
  }
  if (state === 'confirmed') return wait('waiting_period', 'clock', effectiveAt);
  return { state, waitsFor: [] };
}

/** Status of an order process. */
function orderStatusOf(
  progress: { finished: boolean; nextWindowEnd: number | null; openReturns: string[] } | undefined,
): ProcessStatus<'order'> {
  if (!progress) return { state: null, waitsFor: [{ what: 'payment', from: 'shop', until: null }] };
  const { finished, nextWindowEnd, openReturns } = progress;
  if (finished) return { state: 'closed', waitsFor: [] };
  const waitsFor: Wait[] = [
    ...(nextWindowEnd === null ? [] : [{ what: 'window_end', from: 'clock', until: nextWindowEnd } as const]),
    ...(openReturns.length
      ? [{ what: 'return_decision', from: 'shop', until: null, which: openReturns } as const]
      : []),
  ];
  return {
    state: 'open',
    waitsFor: waitsFor.length ? waitsFor : [{ what: 'delivery', from: 'shop', until: null }],
  };
}

/** Status of the process of a return of a closed order. */
function lateReturnStatusOf(
  returnId: string,
  progress: { openReturns: string[] } | undefined,
): ProcessStatus<'return'> {
  if (!progress) return { state: null, waitsFor: [] };
  return progress.openReturns.includes(returnId)
    ? {
        state: 'requested',
        waitsFor: [{ what: 'return_decision', from: 'shop', until: null, which: [returnId] }],
      }
    : { state: null, waitsFor: [] };
}

/** Status of a withdrawal process. @param nextInquiryAt next inquiry to the provider, milliseconds since 1970 */
function withdrawalStatusOf(
  progress: WithdrawalProgress | undefined,
  nextInquiryAt: number | null,
): ProcessStatus<'withdrawal'> {
  if (!progress) return { state: null, waitsFor: [] };
  const { state, method } = progress;
  if (state === 'requested') return { state, waitsFor: [{ what: 'approval', from: 'finance', until: null }] };
  if (state === 'approved' && method === 'http')
    return { state, waitsFor: [{ what: 'payout', from: 'system', until: null }] };
  if (state === 'paying' && method === 'http')
    return { state, waitsFor: [{ what: 'payout_answer', from: 'provider', until: nextInquiryAt }] };
  return { state, waitsFor: [] };
}

/** Status of a release run. */
function releaseStatusOf(state: ReleaseRunState | undefined): ProcessStatus<'release'> {
  if (state === 'proposed') return { state, waitsFor: [{ what: 'approval', from: 'finance', until: null }] };
  if (state === 'approved' || state === 'running')
    return { state, waitsFor: [{ what: 'release', from: 'system', until: null }] };
  return { state: state ?? null, waitsFor: [] };
}

/** Status of a payout batch. */
function payoutStatusOf(state: StateOf<'payout'> | undefined): ProcessStatus<'payout'> {
  return {
    state: state ?? null,
    waitsFor: state === 'open' ? [{ what: 'bank_confirmation', from: 'finance', until: null }] : [],
  };
}

/** Status of a credential process. */
function credentialStatusOf(progress: CredentialProgress | undefined): ProcessStatus<'credential'> {
  if (!progress) return { state: null, waitsFor: [] };
  const { nextReminderAt, openRenewal } = progress;
  const waitsFor: Wait[] = [
    openRenewal
      ? { what: 'decision', from: 'compliance', until: null, which: [openRenewal] }
      : { what: 'renewal', from: 'distributor', until: null },
    ...(nextReminderAt === null ? [] : [{ what: 'reminder', from: 'clock', until: nextReminderAt } as const]),
  ];
  // Its state is computed from its dates, which only the row has.
  return { state: null, waitsFor };
}

/** Status of an email that a process of its own sends. */
function mailStatusOf(): ProcessStatus<'mail'> {
  return { state: 'pending', waitsFor: [{ what: 'mail', from: 'system', until: null }] };
}

/** Status of a bulk action. */
function bulkStatusOf(state: StateOf<'bulk'>): ProcessStatus<'bulk'> {
  return { state, waitsFor: state === 'running' ? [{ what: 'work', from: 'system', until: null }] : [] };
}

/** The status of each process, from what its workflow knows. */
export const statusOf = {
  account_change: accountChangeStatusOf,
  application: applicationStatusOf,
  credential: credentialStatusOf,
  order: orderStatusOf,
  return: lateReturnStatusOf,
  withdrawal: withdrawalStatusOf,
  release: releaseStatusOf,
  payout: payoutStatusOf,
  mail: mailStatusOf,
  bulk: bulkStatusOf,
} satisfies { [K in ProcessKind]: (...known: never[]) => ProcessStatus<K> };
