import fc from 'fast-check';
import { daysLater } from '../../domain/calendarDate';
import { firstCredentialTerms } from '../../domain/credentialRules';
import {
  type CredentialTerm,
  daysLeft,
  expiryInstant,
  gapUntil,
  nextReminder,
} from '../../domain/credentialTerm';

const zone = 'Asia/Shanghai';
const at = (text: string) => Date.parse(text);
const id = '018f0000-0000-7000-8000-000000000000';
const rules = firstCredentialTerms.default;

/** A credential that was known long before. */
const term = (change: Partial<CredentialTerm> = {}): CredentialTerm => ({
  id,
  validFrom: '2020-03-02',
  validUntil: '2027-03-01',
  knownAt: at('2020-03-02T00:00:00Z'),
  ...change,
});

describe('the end of a credential', () => {
  it.each([
    ['2027-03-01', 0, zone, '2027-03-01T16:00:00.000Z'],
    ['2027-03-01', 30, zone, '2027-03-31T16:00:00.000Z'],
    ['2028-02-28', 0, zone, '2028-02-28T16:00:00.000Z'],
    ['2028-02-29', 0, zone, '2028-02-29T16:00:00.000Z'],
    ['2026-12-31', 0, 'UTC', '2027-01-01T00:00:00.000Z'],
    // Clocks go forward in the night after it.
    ['2027-03-27', 0, 'Europe/London', '2027-03-28T00:00:00.000Z'],
    ['2027-03-28', 0, 'Europe/London', '2027-03-28T23:00:00.000Z'],
  ])(
    'valid until %s, with %i days of grace in %s, takes effect at %s',
    (validUntil, graceDays, where, instant) => {
      expect(new Date(expiryInstant({ validUntil }, { graceDays }, where)!).toISOString()).toBe(instant);
    },
  );

  it('never comes for a long-term credential', () => {
    expect(expiryInstant({ validUntil: null }, { graceDays: 0 }, zone)).toBeNull();
  });

  it.each([
    ['2027-03-01T15:59:59Z', 0],
    ['2027-03-01T16:00:00Z', -1],
    ['2027-02-28T16:00:00Z', 0],
    ['2027-02-28T15:59:59Z', 1],
  ])('counts the days of the zone: at %s there are %i left', (now, days) => {
    expect(daysLeft('2027-03-01', at(now), zone)).toBe(days);
  });
});

test.each([
  ['2027-03-02', null],
  ['2027-02-01', null],
  ['2027-03-03', '2027-03-02T16:00:00.000Z'],
  ['2027-06-01', '2027-05-31T16:00:00.000Z'],
])('a renewal from %s after an end on 2027-03-01 restricts until %s', (validFrom, until) => {
  const gap = gapUntil(at('2027-03-01T16:00:00Z'), validFrom, zone);
  expect(gap && new Date(gap).toISOString()).toBe(until);
});

describe('reminders', () => {
  const ask = (now: string, done: number[] = [], of = term()) =>
    nextReminder(of, rules, { done, now: at(now), zone });

  it('come 60, 30, 14, 7 and 1 days before and on the day, in the morning, to a widening circle', () => {
    const sent: [string, number, string][] = [];
    const done: number[] = [];
    for (;;) {
      const { next } = ask('2026-01-01T00:00:00Z', done);
      if (!next) break;
      sent.push([new Date(next.at).toISOString(), next.daysBefore, next.to]);
      done.push(next.daysBefore);
    }
    expect(sent).toEqual([
      ['2026-12-31T01:00:00.000Z', 60, 'distributor'],
      ['2027-01-30T01:00:00.000Z', 30, 'distributor'],
      ['2027-02-15T01:00:00.000Z', 14, 'sponsor'],
      ['2027-02-22T01:00:00.000Z', 7, 'sponsor'],
      ['2027-02-28T01:00:00.000Z', 1, 'compliance'],
      ['2027-03-01T01:00:00.000Z', 0, 'compliance'],
    ]);
  });

  it('that passed while the system was away are one, the most urgent', () => {
    expect(ask('2027-02-23T00:00:00Z')).toEqual({
      due: { daysBefore: 7, to: 'sponsor' },
      passed: [14, 30, 60],
      next: expect.objectContaining({ daysBefore: 1 }),
    });
    expect(ask('2027-02-23T00:00:00Z', [60, 30, 14])).toMatchObject({ due: { daysBefore: 7 }, passed: [] });
    expect(ask('2027-03-09T00:00:00Z', [60, 30, 14, 7])).toMatchObject({
      due: { daysBefore: 0 },
      passed: [1],
      next: null,
    });
    expect(ask('2027-03-09T00:00:00Z', [60, 30, 14, 7, 1, 0])).toEqual({ due: null, passed: [], next: null });
  });

  it('that lie behind when the credential becomes known are not sent', () => {
    const known = term({ knownAt: at('2027-02-09T00:00:00Z') });
    expect(ask('2027-02-09T00:00:00Z', [], known)).toMatchObject({ due: null, next: { daysBefore: 14 } });
  });

  it('of more days than the whole validity has are not sent', () => {
    const short = term({ validFrom: '2027-02-20', knownAt: at('2026-01-01T00:00:00Z') });
    expect(ask('2026-12-31T12:00:00Z', [], short)).toMatchObject({ due: null, next: { daysBefore: 7 } });
  });

  it('never come for a long-term credential', () => {
    expect(ask('2027-02-23T00:00:00Z', [], term({ validUntil: null }))).toEqual({
      due: null,
      passed: [],
      next: null,
    });
  });

  it('of one day are spread over three hours by the id', () => {
    const first = nextReminder(term(), rules, { done: [], now: 0, zone }).next!.at;
    fc.assert(
      fc.property(fc.uuid(), (other) => {
        const { next } = nextReminder(term({ id: other }), rules, { done: [], now: 0, zone });
        expect(next!.at - first).toBeGreaterThanOrEqual(0);
        expect(next!.at - first).toBeLessThan(3 * 3_600_000);
      }),
    );
  });

  it('are each sent or left out once, at whatever times the process looks', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 120 * 24 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(looks, fc.uuid(), (hours, other) => {
        const of = term({ id: other });
        const start = at(`${daysLater('2027-03-01', -70)}T00:00:00Z`);
        const done: number[] = [];
        for (const hour of hours.sort((a, b) => a - b)) {
          const now = start + hour * 3_600_000;
          for (let mails = 0; ; mails++) {
            const { due, passed, next } = nextReminder(of, rules, { done, now, zone });
            if (!due) {
              expect(next === null || next.at > now).toBe(true);
              break;
            }
            // One look sends one mail.
            expect(mails).toBe(0);
            done.push(due.daysBefore, ...passed);
          }
        }
        expect(new Set(done).size).toBe(done.length);
      }),
    );
  });
});
