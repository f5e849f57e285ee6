import fc from 'fast-check';
import {
  addDays,
  formatRfc3339,
  parseLocalTime,
  parseRfc3339,
  shiftDaysToNow,
  type ZonedTime,
} from '../../domain/zonedTime';

const london = (text: string): ZonedTime => parseLocalTime(text, 'Europe/London')!;

describe('times on a clock', () => {
  test.each([
    ['2011-03-26T10:16:00', '2011-03-26T10:16:00+00:00'],
    ['2011-03-27T00:59:59', '2011-03-27T00:59:59+00:00'],
    ['2011-03-27T01:30:00', '2011-03-27T02:30:00+01:00'],
    ['2011-03-27T02:00:00', '2011-03-27T02:00:00+01:00'],
    ['2011-03-27 10:16', '2011-03-27T10:16:00+01:00'],
    ['2011-10-30T01:30:00', '2011-10-30T01:30:00+01:00'],
    ['2011-10-30T02:00:00', '2011-10-30T02:00:00+00:00'],
  ])('%s in London is %s', (local, rfc3339) => {
    expect(formatRfc3339(london(local))).toBe(rfc3339);
  });

  test.each([
    '2011-02-29T10:00:00',
    '2011-13-01T10:00:00',
    '2011-01-01T24:00:00',
    '2011-01-01',
    '1/12/2010 8:26',
  ])('%s is no local time', (text) => {
    expect(parseLocalTime(text, 'Europe/London')).toBeUndefined();
  });

  test.each([
    ['2026-03-01T09:30:00+08:00', '2026-03-01T09:30:00+08:00', '2026-03-01T01:30:00.000Z'],
    ['2026-03-01t09:30:00.123z', '2026-03-01T09:30:00+00:00', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00-03:30', '2026-03-01T09:30:00-03:30', '2026-03-01T13:00:00.000Z'],
  ])('%s keeps its offset', (text, written, utc) => {
    const time = parseRfc3339(text)!;
    expect(formatRfc3339(time)).toBe(written);
    expect(new Date(time.instant).toISOString()).toBe(utc);
  });

  test.each([
    '2026-03-01T09:30:00',
    '2026-03-01T09:30:00+24:00',
    '2026-03-01T09:30:00+08:60',
    '2026-02-30T09:30:00Z',
  ])('%s is no RFC 3339 time', (text) => {
    expect(parseRfc3339(text)).toBeUndefined();
  });

  test('days are added on the clock, across the change to summer time', () => {
    const before = london('2011-03-26T10:16:00');
    expect(formatRfc3339(addDays(before, 1))).toBe('2011-03-27T10:16:00+01:00');
    expect(formatRfc3339(addDays(before, 0))).toBe('2011-03-26T10:16:00+00:00');
    expect(formatRfc3339(addDays(addDays(before, 1), -1))).toBe('2011-03-26T10:16:00+00:00');
  });
});

describe('moving a history to the present', () => {
  test.each([
    ['2011-05-31T15:53:00', '2026-01-15T16:00:00Z', '2026-01-15T15:53:00+00:00'],
    ['2011-05-31T15:53:00', '2026-01-15T15:53:00Z', '2026-01-15T15:53:00+00:00'],
    ['2011-05-31T15:53:00', '2026-01-15T15:52:59Z', '2026-01-14T15:53:00+00:00'],
    ['2011-05-31T15:53:00', '2026-07-15T16:00:00+01:00', '2026-07-15T15:53:00+01:00'],
    ['2030-05-31T15:53:00', '2026-01-15T16:00:00Z', '2026-01-15T15:53:00+00:00'],
  ])('newest %s, now %s', (newest, now, moved) => {
    const time = london(newest);
    expect(formatRfc3339(addDays(time, shiftDaysToNow(time, parseRfc3339(now)!)))).toBe(moved);
  });

  test('the newest time is never after now, and a day more would be', () => {
    const instant = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
    fc.assert(
      fc.property(instant, instant, (newest, present) => {
        const time = london(new Date(newest).toISOString().slice(0, 19));
        const now: ZonedTime = { wallClock: present, zone: 0, instant: present };
        const days = shiftDaysToNow(time, now);
        expect(addDays(time, days).instant).toBeLessThanOrEqual(present);
        expect(addDays(time, days + 1).instant).toBeGreaterThan(present);
      }),
    );
  });
});
