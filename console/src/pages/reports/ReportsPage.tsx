import { DatePicker, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { WORDS } from '../../../../domain/words/glossary';
import { type Text, useT } from '../../locale/locale';
import { brandNow } from '../../ui/brandNow';
import { CurrencySelect, useUsualCurrency } from '../../ui/currency';
import { Page } from '../../ui/Page';
import { ReportPanel } from './ReportPanel';
import { REPORTS, type ReportQuery } from './reports';

const TEXTS = {
  title: { zh: '报表', en: 'Reports' },
  from: { zh: '起始日', en: 'From' },
  to: { zh: '截止日', en: 'To' },
  interval: { zh: '按', en: 'Interval' },
} satisfies Record<string, Text>;

const INTERVALS: Record<ReportQuery['interval'], Text> = {
  day: { zh: '日', en: 'Day' },
  week: { zh: '周', en: 'Week' },
  month: { zh: '月', en: 'Month' },
};

const SPANS: { days: number; text: Text }[] = [
  { days: 30, text: { zh: '近 30 天', en: 'Last 30 days' } },
  { days: 90, text: { zh: '近 90 天', en: 'Last 90 days' } },
  { days: 365, text: { zh: '近一年', en: 'Last year' } },
];

const DAY = 'YYYY-MM-DD';
/** Max periods of the API. */
const MAX_PERIODS = 400;
const DAYS_EACH: Record<ReportQuery['interval'], number> = { day: 1, week: 7, month: 30 };

/** Reports over time, each as chart and table. */
export default function ReportsPage() {
  const t = useT();
  const { query, change, isKnown } = useReportQuery();
  const today = brandNow();
  const days = dayjs(query.to).diff(query.from, 'day');
  return (
    <Page title={t(TEXTS.title)}>
      <div className="toolbar">
        <Select
          aria-label={t({ zh: '时间范围', en: 'Period' })}
          style={{ width: 120 }}
          value={
            query.to === today.format(DAY) ? SPANS.find((span) => span.days === days + 1)?.days : undefined
          }
          placeholder={t({ zh: '自定义', en: 'Custom' })}
          options={SPANS.map((span) => ({ value: span.days, label: t(span.text) }))}
          onChange={(span) =>
            change({ from: today.subtract(span - 1, 'day').format(DAY), to: today.format(DAY) })
          }
        />
        <DatePicker
          aria-label={t(TEXTS.from)}
          allowClear={false}
          value={dayjs(query.from)}
          maxDate={dayjs(query.to)}
          onChange={(day) => day && change({ from: day.format(DAY) })}
        />
        <span aria-hidden>–</span>
        <DatePicker
          aria-label={t(TEXTS.to)}
          allowClear={false}
          value={dayjs(query.to)}
          minDate={dayjs(query.from)}
          onChange={(day) => day && change({ to: day.format(DAY) })}
        />
        <Segmented<ReportQuery['interval']>
          aria-label={t(TEXTS.interval)}
          value={query.interval}
          onChange={(interval) => change({ interval })}
          options={(['day', 'week', 'month'] as const).map((value) => ({
            value,
            label: t(INTERVALS[value]),
            disabled: days / DAYS_EACH[value] > MAX_PERIODS,
          }))}
        />
        <CurrencySelect
          label={t(WORDS.currency)}
          value={query.currency}
          onChange={(currency) => change({ currency })}
        />
      </div>
      <div className="reports">
        {isKnown && REPORTS.map((report) => <ReportPanel key={report.key} report={report} query={query} />)}
      </div>
    </Page>
  );
}

interface ReportQueryState {
  query: ReportQuery;
  change: (change: Partial<ReportQuery>) => void;
  /** False until the initial currency is known. */
  isKnown: boolean;
}

/** Parameters of the reports; they are in the address, so that a link shows the same reports. */
function useReportQuery(): ReportQueryState {
  const usual = useUsualCurrency();
  const currency = usual ?? '';
  const [params, setParams] = useSearchParams();
  const query = useMemo<ReportQuery>(() => {
    const interval = params.get('interval');
    const to = params.get('to') ?? brandNow().format(DAY);
    return {
      from: params.get('from') ?? dayjs(to).subtract(89, 'day').format(DAY),
      to,
      interval: interval === 'day' || interval === 'month' ? interval : 'week',
      currency: params.get('currency') ?? currency,
    };
  }, [params, currency]);
  const change = (part: Partial<ReportQuery>) => {
    const next = { ...query, ...part };
    const tooMany = dayjs(next.to).diff(next.from, 'day') / DAYS_EACH[next.interval] > MAX_PERIODS;
    setParams({ ...next, ...(tooMany && { interval: 'month' }) }, { replace: true });
  };
  return { query, change, isKnown: query.currency !== '' };
}
