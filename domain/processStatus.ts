import { type ApplicationState, awaited } from './application';
import type { ProcessKind, StateOf } from './kinds';
import type { ReleaseRunState } from './release';
import type { WithdrawalProgress } from './withdrawal';

/** One thing that a process waits for now. */
export interface Wait {
  what:
    | 'payment'
    | 'checks'
    | 'decision'
    | 'changes'
    | 'mail'
    | 'delivery'
    | 'window_end'
    | 'return_decision'
    | 'approval'
    | 'release'
    | 'payout'
    | 'payout_answer'
    | 'bank_confirmation';
  /** Who has to act; `clock` when it passes by itself. */
  from: 'system' | 'clock' | 'compliance' | 'finance' | 'applicant' | 'shop' | 'provider';
  /** When it passes by itself or is looked at again, in milliseconds since 1970; null when only somebody's act ends it. */
  until: number | null;
  /** Which ones, where there may be several: returns, or mails. */
  which?: string[];
}

/** What every process answers to the query `status`. */
export interface ProcessStatus<K extends ProcessKind = ProcessKind> {
  /** Null before the first step of the process, and after the last where the row alone tells it. */
  state: StateOf<K> | null;
  waitsFor: Wait[];
}

/** Where an application stands, as its process knows it. @param mailsUnderway keys of mails that are not out yet */
export function applicationStatusOf(
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

/** Where an order stands, as its process knows it. */
export function orderStatusOf(
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

/** Where a return of a closed order stands. */
export function lateReturnStatusOf(
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

/** Where a withdrawal stands. @param nextInquiryAt when the provider is asked again, milliseconds since 1970 */
export function withdrawalStatusOf(
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

/** Where a release run stands. */
export function releaseStatusOf(state: ReleaseRunState | undefined): ProcessStatus<'release'> {
  if (state === 'proposed') return { state, waitsFor: [{ what: 'approval', from: 'finance', until: null }] };
  if (state === 'approved' || state === 'running')
    return { state, waitsFor: [{ what: 'release', from: 'system', until: null }] };
  return { state: state ?? null, waitsFor: [] };
}

/** Where a payout batch stands. */
export function payoutStatusOf(state: StateOf<'payout'> | undefined): ProcessStatus<'payout'> {
  return {
    state: state ?? null,
    waitsFor: state === 'open' ? [{ what: 'bank_confirmation', from: 'finance', until: null }] : [],
  };
}
