import { isOpen, type OpenStateOf, type StateOf } from './kinds';

/** State of an application. It only moves forward, except in_review ⇄ changes_requested. */
export type ApplicationState = StateOf<'application'>;

/** Kind of applicant: a person (个人) or a company (企业). */
export type ApplicantKind = 'person' | 'company';

/** Languages of emails and of the console. */
export type Locale = 'zh-CN' | 'en';

/** A sensitive number in protected form, unreadable without the keys. */
export interface ProtectedNumber {
  /** Encrypted, with the ID of its key. */
  sealed: string;
  /** Keyed hash in hexadecimal; equal numbers of one kind have equal hashes. */
  hash: string;
  /** Masked, for display. */
  masked: string;
}

/** Data submitted by the applicant, with every sensitive number protected. */
export interface Submission {
  kind: ApplicantKind;
  name: string;
  email: string;
  /** E.164 if it could be normalised. */
  phone: string;
  phoneHash: string;
  channels: string[];
  region: string;
  locale: Locale;
  sponsorCode: string | null;
  shopCustomerId: string | null;
  /** Resident identity number of a person, unified social credit code of a company. */
  identityNumber: ProtectedNumber;
  bankAccount: ProtectedNumber & { holder: string; bankName: string };
  credentials: {
    id: string;
    type: string;
    number: ProtectedNumber;
    holder: string;
    /** `YYYY-MM-DD` */
    validFrom: string;
    /** `YYYY-MM-DD`, or null for a long-term credential. */
    validUntil: string | null;
  }[];
  /** Uploaded documents. Left out by older messages. */
  documentIds?: string[];
  /** Keyed hash, in hexadecimal, of everything above: distinguishes a repeated request from a different one. */
  fingerprint: string;
}

/** Durations of the process, pinned when an application is submitted. */
export interface ApplicationPolicy {
  /** Time to resubmit requested changes if the reviewer sets no deadline. */
  changesDeadlineMs: number;
  /** Lead time of the reminder before that deadline. */
  reminderBeforeMs: number;
}

/** True if the application is in a final state. */
export function isDecided(
  state: ApplicationState,
): state is Exclude<ApplicationState, OpenStateOf<'application'>> {
  return !isOpen('application', state);
}

/**
 * When to remind an applicant of a deadline. If the time is shorter than twice the lead time, the reminder is half-way,
 * so that it is never sent together with the request.
 * @param requestedAt milliseconds since 1970
 * @param deadline milliseconds since 1970
 * @param beforeMs lead time of the reminder
 * @returns milliseconds since 1970
 */
export function reminderTime(requestedAt: number, deadline: number, beforeMs: number): number {
  return Math.max(deadline - beforeMs, requestedAt + Math.floor((deadline - requestedAt) / 2));
}

/** Who must act next on an application, and the next timer. */
export interface Awaited {
  /** `system` runs the automatic checks. */
  from: 'system' | 'compliance' | 'applicant' | 'nobody';
  what: 'checks' | 'decision' | 'changes' | 'nothing';
  /** When the next timer fires: the reminder, or the deadline after which the application is withdrawn. */
  reminderAt: Date | null;
  deadline: Date | null;
}

/**
 * Returns what an application is waiting for.
 * @param checked whether the automatic checks of the current round are complete
 * @param reminderAt when the applicant is or was reminded, in state changes_requested
 * @param deadline when unanswered changes withdraw the application, in state changes_requested
 */
export function awaited(
  state: ApplicationState,
  checked: boolean,
  reminderAt: Date | null,
  deadline: Date | null,
): Awaited {
  if (isDecided(state)) return { from: 'nobody', what: 'nothing', reminderAt: null, deadline: null };
  if (state === 'changes_requested') return { from: 'applicant', what: 'changes', reminderAt, deadline };
  return checked
    ? { from: 'compliance', what: 'decision', reminderAt: null, deadline: null }
    : { from: 'system', what: 'checks', reminderAt: null, deadline: null };
}
