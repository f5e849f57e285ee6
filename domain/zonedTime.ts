const MINUTE = 60_000;
const QUARTER_HOUR = 15 * MINUTE;
const DAY = 86_400_000;

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;

/** An instant with the clock it was read from, so that days are added on that clock. */
export interface ZonedTime {
  /** Milliseconds since 1970-01-01 of the clock time, as if it were UTC. */
  readonly wallClock: number;
  /** IANA zone such as `Europe/London`, or a fixed offset from UTC in minutes. */
  readonly zone: string | number;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly instant: number;
}

interface Zone {
  readonly formatter: Intl.DateTimeFormat;
  /** Offsets in milliseconds by quarter hour since 1970; zones change theirs only between quarter hours. */
  readonly offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const zone = { formatter, offsets: new Map<number, number>() };
  zones.set(name, zone);
  return zone;
}

/** Milliseconds a zone is ahead of UTC at an instant. */
function offsetAt(name: string | number, instant: number): number {
  if (typeof name === 'number') return name * MINUTE;
  const { formatter, offsets } = zoneOf(name);
  const quarter = Math.floor(instant / QUARTER_HOUR);
  const known = offsets.get(quarter);
  if (known !== undefined) return known;
  const start = quarter * QUARTER_HOUR;
  const part: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(start)) part[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - start;
  offsets.set(quarter, offset);
  return offset;
}

/**
 * The instant at which a clock shows a time. Where clocks go back it is the earlier of the two; where they go
 * forward over it, it is as much later as they skip (RFC 5545 section 3.3.5 takes the same choices).
 */
function onClock(wallClock: number, zone: string | number): ZonedTime {
  const before = offsetAt(zone, wallClock - DAY);
  const after = offsetAt(zone, wallClock + DAY);
  if (before === after) return { wallClock, zone, instant: wallClock - before };
  const fits = [before, after].filter((offset) => offsetAt(zone, wallClock - offset) === offset);
  return { wallClock, zone, instant: wallClock - (fits.length > 0 ? Math.max(...fits) : before) };
}

/**
 * Reads a time without offset, `2011-03-27T10:16:00` (seconds may be missing), on the clock of a zone.
 *
 * @param text local date and time
 * @param zone IANA zone
 * @returns `undefined` when the text is no real date and time of that form
 */
export function parseLocalTime(text: string, zone: string | number): ZonedTime | undefined {
  const match = LOCAL.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const wallClock = Date.UTC(year, month - 1, day, hour, minute, second);
  const normalised = match[6] === undefined ? `${text}:00` : text;
  const isReal = new Date(wallClock).toISOString().slice(0, 19) === normalised.replace(' ', 'T');
  return isReal ? onClock(wallClock, zone) : undefined;
}

/**
 * Reads an RFC 3339 time; fractions of a second are dropped.
 *
 * @param text date, time and offset: `2026-03-01T09:30:00+08:00`
 * @returns `undefined` when the text is no such time
 */
export function parseRfc3339(text: string): ZonedTime | undefined {
  const match = RFC_3339.exec(text);
  if (!match) return undefined;
  const [, local = '', zulu, sign, hours, minutes] = match;
  const offset = zulu ? 0 : Number(hours) * 60 + Number(minutes);
  if (offset >= 24 * 60 || Number(minutes ?? 0) > 59) return undefined;
  return parseLocalTime(local.toUpperCase(), sign === '-' ? -offset : offset);
}

/**
 * Writes RFC 3339 with the offset in force at that time: `2011-03-27T10:16:00+01:00`.
 *
 * @param time any zoned time, to the second
 */
export function formatRfc3339(time: ZonedTime): string {
  const offset = offsetAt(time.zone, time.instant);
  const local = new Date(time.instant + offset).toISOString().slice(0, 19);
  const minutes = Math.abs(offset) / MINUTE;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/**
 * What the clock of a zone shows, to the second: `2026-11-22 09:30:00`.
 *
 * @param instant milliseconds since 1970-01-01T00:00:00Z
 * @param zone IANA zone
 */
export function clockTime(instant: number, zone: string): string {
  return new Date(instant + offsetAt(zone, instant)).toISOString().slice(0, 19).replace('T', ' ');
}

/**
 * The same time of day a number of days later, on the same clock, across changes to summer time.
 *
 * @param time where to start
 * @param days whole days; negative ones go back
 */
export function addDays(time: ZonedTime, days: number): ZonedTime {
  return days === 0 ? time : onClock(time.wallClock + days * DAY, time.zone);
}

/**
 * The number of days by which a history is moved so that its newest time comes as close to now as whole days
 * allow, and never after it: today, or yesterday when that time of day is still to come.
 *
 * @param newest the newest time of the history
 * @param now the present
 * @returns whole days, negative when the history lies in the future
 */
export function shiftDaysToNow(newest: ZonedTime, now: ZonedTime): number {
  const days = Math.ceil((now.instant - newest.instant) / DAY) + 1;
  return (
    [days, days - 1, days - 2].find((shift) => addDays(newest, shift).instant <= now.instant) ?? days - 3
  );
}
