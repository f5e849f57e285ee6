import { isOpen, type OpenStateOf, type StateOf } from './kinds';

/** Where an application stands. It only moves forward, but for in_review ⇄ changes_requested. */
export type ApplicationState = StateOf<'application'>;

/** Who applies: a person (个人) or a company (企业). */
export type ApplicantKind = 'person' | 'company';

/** Languages that applicants are written to in. */
export type Locale = 'zh-CN' | 'en';

/** A sensitive number as it may travel and rest: nobody without the keys reads it. */
export interface ProtectedNumber {
  /** Encrypted, with the id of its key. */
  sealed: string;
  /** Keyed hash in hexadecimal; equal numbers of one kind have equal hashes. */
  hash: string;
  /** What people see of it. */
  masked: string;
}

/** What an applicant hands in, with every sensitive number protected. */
export interface Submission {
  kind: ApplicantKind;
  name: string;
  email: string;
  /** E.164 where it could be brought into that form. */
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
  /** Keyed hash, in hexadecimal, of everything above: tells a repeated request from another one. */
  fingerprint: string;
}

/** Durations of the process, pinned when an application is handed in. */
export interface ApplicationPolicy {
  /** How long an applicant may take to answer requested changes when the reviewer names no date. */
  changesDeadlineMs: number;
  /** How long before that deadline the applicant is reminded. */
  reminderBeforeMs: number;
}

/** True when nothing can change the application any more. */
export function isDecided(
  state: ApplicationState,
): state is Exclude<ApplicationState, OpenStateOf<'application'>> {
  return !isOpen('application', state);
}

/**
 * When to remind an applicant of a deadline. A deadline shorter than twice the lead time is reminded of half-way,
 * so that the reminder never comes along with the request itself.
 * @param requestedAt milliseconds since 1970
 * @param deadline milliseconds since 1970
 * @param beforeMs lead time of the reminder
 * @returns milliseconds since 1970
 */
export function reminderTime(requestedAt: number, deadline: number, beforeMs: number): number {
  return Math.max(deadline - beforeMs, requestedAt + Math.floor((deadline - requestedAt) / 2));
}

/** Who has to act next on an application, and what happens if nobody does. */
export interface Awaited {
  /** `system` runs the automatic checks. */
  from: 'system' | 'compliance' | 'applicant' | 'nobody';
  what: 'checks' | 'decision' | 'changes' | 'nothing';
  /** When the next timer fires: the reminder, or the deadline after which the application is withdrawn. */
  reminderAt: Date | null;
  deadline: Date | null;
}

/**
 * Says what an application waits for.
 * @param checked whether the automatic checks of the present round are complete
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
