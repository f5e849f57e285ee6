const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/**
 * Whether a text is a date of the Gregorian calendar written `YYYY-MM-DD`: 2023-02-29 is not.
 *
 * @param text the date to look at
 */
export function isCalendarDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
}

/**
 * Age in full years (周岁).
 *
 * A year of life is complete on the birthday itself, the reckoning of civil law (only criminal law counts from
 * the day after it: 法释〔2006〕1号 article 2). Who was born on 29 February completes it on 28 February of a
 * common year: where the month of expiry lacks the day, its last day takes the place (Civil Code 民法典
 * article 202).
 *
 * @param birthDate `YYYY-MM-DD`, a calendar date
 * @param onDate `YYYY-MM-DD`, a calendar date on or after it
 */
export function ageInFullYears(birthDate: string, onDate: string): number {
  const year = onDate.slice(0, 4);
  const sameDay = `${year}${birthDate.slice(4)}`;
  const birthday = isCalendarDate(sameDay) ? sameDay : `${year}-02-28`;
  return Number(year) - Number(birthDate.slice(0, 4)) - (onDate < birthday ? 1 : 0);
}

/**
 * The calendar day of an instant in a time zone.
 * @param zone IANA zone such as `Asia/Shanghai`
 * @param at milliseconds since 1970
 * @returns `YYYY-MM-DD`
 */
export function dateIn(zone: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at);
}

const DAY_MS = 86_400_000;
const startOf = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** The date a number of days later. @param date `YYYY-MM-DD` @param days negative ones go back */
export function daysLater(date: string, days: number): string {
  return new Date(startOf(date) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from a date to another, negative if that is earlier. Both `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return (startOf(to) - startOf(from)) / DAY_MS;
}
