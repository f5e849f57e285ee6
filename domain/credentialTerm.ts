import { dateIn, daysBetween, daysLater } from './calendarDate';
import type { ValidityPeriod } from './credential';
import type { Circle, CredentialRules } from './credentialRules';
import { parseLocalTime } from './zonedTime';

/** A credential in its present period. */
export interface CredentialTerm extends ValidityPeriod {
  id: string;
  /** When this period became known, in milliseconds since 1970. */
  knownAt: number;
}

/**
 * When the expiry of a credential takes effect: the first instant after its last valid day and the days of grace, in
 * the brand's zone.
 * @param zone IANA zone
 * @returns milliseconds since 1970; null for a long-term credential
 */
export function expiryInstant(
  { validUntil }: Pick<ValidityPeriod, 'validUntil'>,
  { graceDays }: Pick<CredentialRules, 'graceDays'>,
  zone: string,
): number | null {
  return validUntil === null ? null : startOfDay(daysLater(validUntil, graceDays + 1), zone);
}

/**
 * Until when the expiry of the period before restricts, once a renewal is accepted: the first instant of its validity.
 * @param expiredAt when that expiry takes effect, in milliseconds since 1970
 * @param validFrom first day of the renewal, `YYYY-MM-DD`
 * @returns milliseconds since 1970; null where the periods leave no gap, so that it was never right to restrict
 */
export function gapUntil(expiredAt: number, validFrom: string, zone: string): number | null {
  const start = startOfDay(validFrom, zone);
  return start > expiredAt ? start : null;
}

/** Days from today until the last valid day, negative after it. */
export function daysLeft(validUntil: string, now: number, zone: string): number {
  return daysBetween(dateIn(zone, now), validUntil);
}

/** The reminder to send now, and when to look again. */
export interface NextReminder {
  /** The most urgent one that is due; null if none is. */
  due: { daysBefore: number; to: Circle } | null;
  /** The other ones that have passed meanwhile and are not sent any more, in days before the last valid day. */
  passed: number[];
  /** The next one, and when it is due, in milliseconds since 1970; null if there is none. */
  next: { daysBefore: number; to: Circle; at: number } | null;
}

/**
 * Which reminder of a credential is due. Those that would have been due before the period was known, or before it
 * began, are left out. Of several that passed, as while the system was away, only the most urgent one is sent.
 * @param done reminders of this period that were sent or passed, in days before the last valid day
 * @param now milliseconds since 1970
 */
export function nextReminder(
  term: CredentialTerm,
  { reminders }: Pick<CredentialRules, 'reminders'>,
  { done, now, zone }: { done: readonly number[]; now: number; zone: string },
): NextReminder {
  const { validFrom, validUntil, knownAt } = term;
  if (validUntil === null) return { due: null, passed: [], next: null };
  const ahead = reminders
    .filter(({ daysBefore }) => daysLater(validUntil, -daysBefore) >= validFrom)
    .map((reminder) => ({ ...reminder, at: reminderInstant(term.id, validUntil, reminder.daysBefore, zone) }))
    .filter(({ daysBefore, at }) => at > knownAt && !done.includes(daysBefore))
    .sort((a, b) => b.at - a.at);
  const [latest, ...others] = ahead.filter(({ at }) => at <= now);
  const next = ahead.filter(({ at }) => at > now).at(-1);
  return {
    due: latest ? { daysBefore: latest.daysBefore, to: latest.to } : null,
    passed: others.map(({ daysBefore }) => daysBefore),
    next: next ?? null,
  };
}

/** What the process of a credential knows of its row. */
export interface CredentialProgress {
  /** False once its distributor is terminated. */
  open: boolean;
  /** When the next reminder is due, in milliseconds since 1970; null if none is. */
  nextReminderAt: number | null;
  /** ID of the renewal under review. */
  openRenewal: string | null;
  /** Keys of emails that wait for delivery. */
  mails: string[];
  /** Release runs that lifting a restriction has approved. */
  releaseRuns: string[];
}

const sendFromHour = 9;
/** Reminders of one day are spread over this time, so that thousands are not due in one moment. */
const spreadMs = 3 * 3_600_000;

/** When a reminder is due: in the morning, each credential at its own moment. */
function reminderInstant(id: string, validUntil: string, daysBefore: number, zone: string): number {
  const offset = Number.parseInt(id.slice(-8), 16) % spreadMs;
  return startOfDay(daysLater(validUntil, -daysBefore), zone, sendFromHour) + offset;
}

function startOfDay(day: string, zone: string, hour = 0): number {
  return parseLocalTime(`${day}T${String(hour).padStart(2, '0')}:00:00`, zone)!.instant;
}
