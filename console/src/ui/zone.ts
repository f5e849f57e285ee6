import { memoize } from './memoize';

/**
 * Conversion between days and clock times in the brand's time zone and instants. Days are `2026-11-22`, clock times
 * `2026-11-22T09:30` without a zone, instants RFC 3339.
 */

/** Start of a day. An instant, as in links from the home page, stays unchanged. */
export const startOfDay = (day: string, timeZone: string): string =>
  day.includes('T') ? day : momentOf(`${day}T00:00`, timeZone);

/** Start of the next day. */
export function endOfDay(day: string, timeZone: string): string {
  if (day.includes('T')) return day;
  const next = new Date(`${day}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return momentOf(`${next.toISOString().slice(0, 10)}T00:00`, timeZone);
}

/** The instant of a clock time in a zone. */
export function momentOf(clockTime: string, timeZone: string): string {
  const shown = Date.parse(`${clockTime}Z`);
  // The offset of a zone depends on the instant, so it is determined twice: approximately, then exactly.
  const near = shown - offsetMs(shown, timeZone);
  return new Date(shown - offsetMs(near, timeZone)).toISOString();
}

/** The clock time of an instant in a zone, to the second. */
export function clockTimeOf(moment: string, timeZone: string): string {
  const at = Date.parse(moment);
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 19);
}

/** Name of a zone: `China Time`. */
export function zoneName(timeZone: string, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

// Creating one takes longer than all its later uses.
const clockOf = memoize(
  (timeZone: string) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }),
);

function offsetMs(at: number, timeZone: string): number {
  const parts = clockOf(timeZone).formatToParts(at);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value);
  const local = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}
