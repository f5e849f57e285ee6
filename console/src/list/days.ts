/**
 * First moment of a day in a zone, and of the day after. Days are `2026-11-22`, moments RFC 3339. What is a moment
 * already, as in links from the home page, stays it.
 */
export const TimeZoneDay = {
  start: (day: string, timeZone: string): string =>
    day.includes('T') ? day : startOf(day, timeZone).toISOString(),
  end: (day: string, timeZone: string): string => {
    if (day.includes('T')) return day;
    const next = new Date(`${day}T12:00:00Z`);
    next.setUTCDate(next.getUTCDate() + 1);
    return startOf(next.toISOString().slice(0, 10), timeZone).toISOString();
  },
};

function startOf(day: string, timeZone: string): Date {
  // The offset of a zone depends on the moment, so it is looked up twice: once near, once exactly.
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const near = midnight - offsetMs(midnight, timeZone);
  return new Date(midnight - offsetMs(near, timeZone));
}

function offsetMs(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
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
