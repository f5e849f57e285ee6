import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Empty, Segmented, Skeleton, Space, Table, type TableProps } from 'antd';
import type { EChartsCoreOption } from 'echarts/core';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { theme } from '../../app/theme';
import { Panel } from '../../detail/Panel';
import { ExportButton } from '../../list/ExportButton';
import { type Text, useLocale } from '../../locale/locale';
import { digitsOf, MoneyText, useFormats } from '../../ui/format';
import { useProblemText } from '../../ui/problems';
import { Scroll } from '../../ui/Scroll';
import { CHART_COLORS, Chart } from './Chart';
import { csvQueryOf, type Report, type ReportQuery, type ReportRow, type Series } from './reports';

const TEXTS = {
  chart: { zh: '图表', en: 'Chart' },
  table: { zh: '表格', en: 'Table' },
  show: { zh: '显示方式', en: 'Show as' },
  period: { zh: '时间', en: 'Period' },
  distributor: { zh: '分销商', en: 'Distributor' },
  hours: { zh: '小时', en: 'Hours' },
  none: { zh: '这段时间没有数据', en: 'No data for this period' },
} satisfies Record<string, Text>;

/** One report as chart or table, with CSV export. */
export function ReportPanel({ report, query }: { report: Report; query: ReportQuery }) {
  const { t } = useLocale();
  const problemText = useProblemText();
  const [shape, setShape] = useState<'chart' | 'table'>('chart');
  const answer = useQuery({
    queryKey: ['report', report.key, query],
    queryFn: ({ signal }) => report.load(query, signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  });
  const rows = answer.data;
  const isEmpty = rows?.every(({ values }) => Object.values(values).every((value) => !value));

  return (
    <Panel
      title={report.title}
      extra={
        <Space wrap style={{ fontWeight: 'normal' }}>
          <Segmented<'chart' | 'table'>
            aria-label={`${t(report.title)}: ${t(TEXTS.show)}`}
            size="small"
            value={shape}
            onChange={setShape}
            options={[
              { value: 'chart', label: t(TEXTS.chart) },
              { value: 'table', label: t(TEXTS.table) },
            ]}
          />
          <ExportButton
            path={report.path}
            query={csvQueryOf(report, query)}
            fileName={`${report.key}-${query.from}-${query.to}`}
            of={report.title}
          />
        </Space>
      }
    >
      <p className="muted" style={{ marginTop: 0 }}>
        {t(report.hint)}
      </p>
      {answer.isPending && <Skeleton active paragraph={{ rows: 6 }} />}
      {answer.error && !rows && <p role="alert">{problemText(answer.error).detail}</p>}
      {rows && isEmpty && <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t(TEXTS.none)} />}
      {rows && !isEmpty && (
        <div aria-busy={answer.isPlaceholderData} style={{ opacity: answer.isPlaceholderData ? 0.5 : 1 }}>
          {shape === 'chart' ? (
            <ReportChart report={report} rows={rows} query={query} />
          ) : (
            <ReportTable report={report} rows={rows} currency={query.currency} />
          )}
        </div>
      )}
    </Panel>
  );
}

interface ReportData {
  report: Report;
  rows: ReportRow[];
}

function ReportChart({ report, rows, query }: ReportData & { query: ReportQuery }) {
  const { t, locale } = useLocale();
  const { currency } = query;
  const option = useMemo(
    () => optionOf(report, rows, currency, t, locale),
    [report, rows, currency, t, locale],
  );
  return <Chart option={option} height={report.ranking ? 360 : 300} />;
}

function optionOf(
  { title, series, counts, ranking }: Report,
  rows: ReportRow[],
  currency: string,
  t: (text: Text) => string,
  locale: string,
): EChartsCoreOption {
  const digits = digitsOf(currency);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  // Charts use major units; the table has the exact amounts.
  const shown = ({ key, unit }: Series, { values }: ReportRow) => {
    const value = values[key] ?? null;
    return value !== null && unit === 'money' ? value / 10 ** digits : value;
  };
  // A ranking shows money; the number of orders is in the table.
  const drawn = ranking ? series.filter(({ unit }) => unit === 'money') : series;
  const units = [...new Set(drawn.map(({ unit }) => unit))];
  const labels = {
    type: 'category',
    data: rows.map(({ label }) => label),
    inverse: ranking,
    axisLabel: { color: '#4a4f57', ...(ranking && { width: 130, overflow: 'truncate' }) },
  };
  const axes = units.map((unit, index) => ({
    type: 'value',
    position: !ranking && index > 0 ? 'right' : undefined,
    axisLabel: { formatter: (value: number) => compact.format(value), color: '#4a4f57' },
    splitLine: { show: index === 0 },
    name: unit === 'money' ? currency : unit === 'hours' ? t(TEXTS.hours) : counts && t(counts),
    // Above an upright axis, towards the middle of the chart; below one that lies.
    nameTextStyle: { color: '#4a4f57', align: ranking ? 'center' : index > 0 ? 'right' : 'left' },
    ...(ranking && { nameLocation: 'middle', nameGap: 28 }),
    minInterval: unit === 'count' ? 1 : undefined,
  }));
  return {
    color: CHART_COLORS,
    animation: false,
    aria: { enabled: true, label: { description: describe(title, drawn, rows, shown, t, number) } },
    textStyle: { fontFamily: theme.token?.fontFamily },
    legend: { top: 0, type: 'scroll', itemGap: 18, textStyle: { color: '#22262b' } },
    grid: { left: 8, right: 8, top: 52, bottom: ranking ? 24 : 4, containLabel: true },
    tooltip: { trigger: 'axis', confine: true },
    ...(ranking ? { xAxis: axes[0], yAxis: labels } : { xAxis: labels, yAxis: axes }),
    series: drawn.map((one, index) => ({
      name: t(one.name),
      type: one.shape,
      ...(!ranking && { yAxisIndex: units.indexOf(one.unit) }),
      data: rows.map((row) => shown(one, row)),
      // Distinguishable without colour too.
      symbol: SYMBOLS[index % SYMBOLS.length],
      symbolSize: 7,
      lineStyle: { width: 2, type: one.shape === 'line' ? LINES[index % LINES.length] : 'solid' },
      tooltip: {
        valueFormatter: (value: unknown) =>
          typeof value === 'number' ? (one.unit === 'money' ? money : number).format(value) : '–',
      },
    })),
  };
}

const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'] as const;
const LINES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3]] as const;

/** Text alternative of the chart; the table has every figure. */
function describe(
  title: Text,
  series: readonly Series[],
  rows: ReportRow[],
  shown: (series: Series, row: ReportRow) => number | null,
  t: (text: Text) => string,
  number: Intl.NumberFormat,
): string {
  const [first, last] = [rows[0]?.label ?? '', rows.at(-1)?.label ?? ''];
  const parts = series.map((one) => {
    const values = rows.flatMap((row) => shown(one, row) ?? []);
    const max = Math.max(0, ...values);
    const at = rows.find((row) => shown(one, row) === max)?.label ?? '';
    return t({
      zh: `${one.name.zh}最高 ${number.format(max)}（${at}）`,
      en: `${one.name.en}: max ${number.format(max)} (${at})`,
    });
  });
  return `${t(title)}, ${first} – ${last}. ${parts.join('; ')}.`;
}

function ReportTable({
  report: { title, series, ranking },
  rows,
  currency,
}: ReportData & { currency: string }) {
  const { t } = useLocale();
  const { number } = useFormats();
  const columns: TableProps<ReportRow>['columns'] = [
    {
      key: 'label',
      title: t(ranking ? TEXTS.distributor : TEXTS.period),
      render: (_, { label, href }) => (href ? <Link to={href}>{label}</Link> : label),
    },
    ...series.map((one) => ({
      key: one.key,
      title: t(one.name),
      align: 'right' as const,
      render: (_: unknown, { values }: ReportRow) => {
        const value = values[one.key] ?? null;
        if (value === null) return '–';
        return one.unit === 'money' ? (
          <MoneyText value={{ amount: value, currency }} />
        ) : (
          <span className="money">{number(value)}</span>
        );
      },
    })),
  ];
  return (
    <Scroll label={t(title)} maxHeight={360}>
      <Table<ReportRow> size="small" rowKey="key" pagination={false} dataSource={rows} columns={columns} />
    </Scroll>
  );
}
