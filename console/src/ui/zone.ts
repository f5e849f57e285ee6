import { memoize } from './memoize';

/**
 * Days and times as people of the brand's zone write them, and the moments they stand for. Days are `2026-11-22`, times
 * on the clock `2026-11-22T09:30` without a zone, moments RFC 3339.
 */

/** First moment of a day. What is a moment already, as in links from the home page, stays it. */
export const startOfDay = (day: string, timeZone: string): string =>
  day.includes('T') ? day : momentOf(`${day}T00:00`, timeZone);

/** First moment of the day after. */
export function endOfDay(day: string, timeZone: string): string {
  if (day.includes('T')) return day;
  const next = new Date(`${day}T12:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return momentOf(`${next.toISOString().slice(0, 10)}T00:00`, timeZone);
}

/** The moment when the clock of a zone shows a time. */
export function momentOf(clockTime: string, timeZone: string): string {
  const shown = Date.parse(`${clockTime}Z`);
  // The offset of a zone depends on the moment, so it is looked up twice: once near, once exactly.
  const near = shown - offsetMs(shown, timeZone);
  return new Date(shown - offsetMs(near, timeZone)).toISOString();
}

/** What the clock of a zone shows at a moment, to the second. */
export function clockTimeOf(moment: string, timeZone: string): string {
  const at = Date.parse(moment);
  return new Date(at + offsetMs(at, timeZone)).toISOString().slice(0, 19);
}

/** What a zone is called: `China Time`. */
export function zoneName(timeZone: string, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

// Making one takes longer than all that it is used for afterwards.
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
