import { Tooltip } from 'antd';
import type { Money } from '../api/types';
import { useBrandZone } from '../app/session';
import { useLocale } from '../locale/locale';
import { memoize } from './memoize';
import { zoneName } from './zone';

/** Formats for money, times and numbers in the current language and the brand's time zone. */
export interface Formats {
  /** `¥1,234.50`; a dash for unknown values. */
  money: (money: Money | null | undefined) => string;
  /** Several currencies joined. */
  monies: (monies: readonly Money[]) => string;
  date: (at: string | null | undefined) => string;
  /** A calendar day, `2026-11-22`, independent of time zones. */
  day: (day: string | null | undefined) => string;
  time: (at: string | null | undefined) => string;
  number: (value: number) => string;
  /** `8.5%` from basis points. */
  rate: (basisPoints: number) => string;
  /** `in 3 days`, `2 hours ago`. */
  fromNow: (at: string) => string;
}

const NOTHING = '–';

/** Time zone of shown and entered times: the brand's, or the browser's until it is known. */
export const useTimeZone = (): string => useBrandZone() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Note on the time zone beside a time field. */
export function ZoneNote() {
  const { t, locale } = useLocale();
  const zone = zoneName(useTimeZone(), locale);
  return <>{t({ zh: `按${zone}填写。`, en: `Times in ${zone}.` })}</>;
}

/** The current formats. */
export function useFormats(): Formats {
  const { locale } = useLocale();
  return formatsFor(locale, useBrandZone() ?? '');
}

// Creating a formatter takes longer than formatting hundreds of values, and every table cell needs them.
const formatsFor = memoize((locale: string, timeZone: string): Formats => {
  const zone = { timeZone: timeZone || undefined };
  const day = memoize(() => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...zone }));
  const calendarDay = memoize(
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }),
  );
  const minute = memoize(
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', ...zone }),
  );
  const number = memoize(() => new Intl.NumberFormat(locale));
  const relative = memoize(() => new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }));
  const rate = memoize(() => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }));
  const inCurrency = memoize(
    (currency: string) => new Intl.NumberFormat(locale, { style: 'currency', currency }),
  );
  const money = (value: Money | null | undefined) =>
    value ? inCurrency(value.currency).format(value.amount / 10 ** digitsOf(value.currency)) : NOTHING;
  return {
    money,
    monies: (monies) => (monies.length ? monies.map(money).join(' + ') : NOTHING),
    date: (at) => (at ? day().format(new Date(at)) : NOTHING),
    day: (text) => (text ? calendarDay().format(new Date(text)) : NOTHING),
    time: (at) => (at ? minute().format(new Date(at)) : NOTHING),
    number: (value) => number().format(value),
    rate: (basisPoints) => rate().format(basisPoints / 10_000),
    fromNow: (at) => fromNow(relative(), Date.parse(at) - Date.now()),
  };
});

/** Decimal places of a currency's minor unit. */
export const digitsOf = memoize(
  (currency: string): number =>
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2,
);

const STEPS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function fromNow(format: Intl.RelativeTimeFormat, differenceMs: number): string {
  const [unit, size] = STEPS.find(([, ms]) => Math.abs(differenceMs) >= ms) ?? STEPS[2];
  return format.format(Math.trunc(differenceMs / size), unit);
}

/** An amount of money with aligned digits. */
export function MoneyText({ value, strong }: { value: Money | null | undefined; strong?: boolean }) {
  const { money } = useFormats();
  return <span className={strong ? 'money strong' : 'money'}>{money(value)}</span>;
}

/** A time in the brand's zone, with the relative time as a tooltip. */
export function TimeText({ at, dateOnly }: { at: string | null | undefined; dateOnly?: boolean }) {
  const { time, date, fromNow: relative } = useFormats();
  if (!at) return <span>{NOTHING}</span>;
  return (
    <Tooltip title={dateOnly ? time(at) : relative(at)}>
      <time dateTime={at} className="nowrap">
        {dateOnly ? date(at) : time(at)}
      </time>
    </Tooltip>
  );
}
