import { api, data } from '../../api/client';
import type { Money } from '../../api/types';
import type { Text } from '../../locale/locale';

/** Parameters of a report. */
export interface ReportQuery {
  from: string;
  to: string;
  interval: 'day' | 'week' | 'month';
  currency: string;
}

/** One series of a report. */
export interface Series {
  key: string;
  name: Text;
  unit: 'money' | 'count' | 'hours';
  shape: 'bar' | 'line';
}

/** A row of a report: a period, or a distributor, with its figures by the key of their series. */
export interface ReportRow {
  key: string;
  label: string;
  href?: string;
  values: Record<string, number | null>;
}

/** Definition of a report. */
export interface Report {
  key: string;
  title: Text;
  hint: Text;
  path: string;
  series: readonly Series[];
  /** Unit of its count series. */
  counts?: Text;
  /** Rows are entities, not periods: horizontal bars, the largest on top. */
  ranking?: boolean;
  load: (query: ReportQuery, signal: AbortSignal) => Promise<ReportRow[]>;
}

const ofPeriod = (period: string, values: Record<string, number | null>): ReportRow => ({
  key: period,
  label: period,
  values,
});

const amount = ({ amount: minorUnits }: Money) => minorUnits;

/** All reports, in the order of the page. */
export const REPORTS: readonly Report[] = [
  {
    key: 'orders',
    title: { zh: '订单与销售额', en: 'Orders and net sales' },
    hint: {
      zh: '按支付时间；退款按退款时间。',
      en: 'By payment time; refunds by refund time.',
    },
    path: '/v1/reports/orders',
    counts: { zh: '订单数', en: 'Orders' },
    series: [
      { key: 'net', name: { zh: '实付金额', en: 'Net sales' }, unit: 'money', shape: 'bar' },
      { key: 'returned', name: { zh: '退款', en: 'Refunded' }, unit: 'money', shape: 'bar' },
      { key: 'orders', name: { zh: '订单数', en: 'Orders' }, unit: 'count', shape: 'line' },
    ],
    load: async (query, signal) =>
      (await data(api.GET('/v1/reports/orders', { params: { query }, signal }))).rows.map((row) =>
        ofPeriod(row.period, { net: amount(row.net), returned: amount(row.returned), orders: row.orders }),
      ),
  },
  {
    key: 'commissions',
    title: { zh: '佣金', en: 'Commissions' },
    hint: { zh: '按入账时间，来自账本。', en: 'By ledger time.' },
    path: '/v1/reports/commissions',
    series: [
      { key: 'accrued', name: { zh: '新增', en: 'Accrued' }, unit: 'money', shape: 'bar' },
      { key: 'released', name: { zh: '已结算', en: 'Released' }, unit: 'money', shape: 'bar' },
      { key: 'reversed', name: { zh: '已冲销', en: 'Reversed' }, unit: 'money', shape: 'bar' },
      { key: 'clawedBack', name: { zh: '已追回', en: 'Clawed back' }, unit: 'money', shape: 'bar' },
    ],
    load: async (query, signal) =>
      (await data(api.GET('/v1/reports/commissions', { params: { query }, signal }))).rows.map((row) =>
        ofPeriod(row.period, {
          accrued: amount(row.accrued),
          released: amount(row.released),
          reversed: amount(row.reversed),
          clawedBack: amount(row.clawedBack),
        }),
      ),
  },
  {
    key: 'balances',
    title: { zh: '分销商余额', en: 'Balances of distributors' },
    hint: { zh: '各期末的合计。', en: 'Totals at the end of each period.' },
    path: '/v1/reports/balances',
    series: [
      { key: 'held', name: { zh: '未结算', en: 'Unreleased' }, unit: 'money', shape: 'line' },
      { key: 'available', name: { zh: '可提现', en: 'Available' }, unit: 'money', shape: 'line' },
      { key: 'reserved', name: { zh: '提现中', en: 'Reserved' }, unit: 'money', shape: 'line' },
      { key: 'debt', name: { zh: '欠款', en: 'Debt' }, unit: 'money', shape: 'line' },
    ],
    load: async (query, signal) =>
      (await data(api.GET('/v1/reports/balances', { params: { query }, signal }))).rows.map((row) =>
        ofPeriod(row.period, {
          held: amount(row.held),
          available: amount(row.available),
          reserved: amount(row.reserved),
          debt: amount(row.debt),
        }),
      ),
  },
  {
    key: 'payouts',
    title: { zh: '打款', en: 'Payouts' },
    hint: { zh: '按结清时间。', en: 'By settlement time.' },
    path: '/v1/reports/payouts',
    counts: { zh: '提现笔数', en: 'Withdrawals' },
    series: [
      { key: 'paid', name: { zh: '已打款', en: 'Paid' }, unit: 'money', shape: 'bar' },
      { key: 'failed', name: { zh: '失败', en: 'Failed' }, unit: 'money', shape: 'bar' },
      { key: 'paidCount', name: { zh: '打款笔数', en: 'Payouts paid' }, unit: 'count', shape: 'line' },
      { key: 'failedCount', name: { zh: '失败笔数', en: 'Payouts failed' }, unit: 'count', shape: 'line' },
    ],
    load: async (query, signal) =>
      (await data(api.GET('/v1/reports/payouts', { params: { query }, signal }))).rows.map((row) =>
        ofPeriod(row.period, {
          paid: amount(row.paid),
          failed: amount(row.failed),
          paidCount: row.paidCount,
          failedCount: row.failedCount,
        }),
      ),
  },
  {
    key: 'applications',
    title: { zh: '申请审核', en: 'Applications' },
    hint: {
      zh: '处理时长为从提交到决定的中位数。',
      en: 'Hours to decision are the median from submission to decision.',
    },
    path: '/v1/reports/applications',
    counts: { zh: '申请数', en: 'Applications' },
    series: [
      { key: 'submitted', name: { zh: '提交', en: 'Submitted' }, unit: 'count', shape: 'bar' },
      { key: 'approved', name: { zh: '批准', en: 'Approved' }, unit: 'count', shape: 'bar' },
      { key: 'rejected', name: { zh: '驳回', en: 'Rejected' }, unit: 'count', shape: 'bar' },
      {
        key: 'medianHours',
        name: { zh: '处理时长（小时）', en: 'Hours to decision' },
        unit: 'hours',
        shape: 'line',
      },
    ],
    load: async ({ currency: _, ...query }, signal) =>
      (await data(api.GET('/v1/reports/applications', { params: { query }, signal }))).rows.map(
        ({ period, ...values }) => ofPeriod(period, values),
      ),
  },
  {
    key: 'top-distributors',
    title: { zh: '销售前十的分销商', en: 'Top ten distributors' },
    hint: { zh: '所选时间内归属订单的实付金额。', en: 'By net sales of attributed orders in this period.' },
    path: '/v1/reports/top-distributors',
    ranking: true,
    series: [
      { key: 'net', name: { zh: '实付金额', en: 'Net sales' }, unit: 'money', shape: 'bar' },
      { key: 'commission', name: { zh: '佣金', en: 'Commission' }, unit: 'money', shape: 'bar' },
      { key: 'orders', name: { zh: '订单数', en: 'Orders' }, unit: 'count', shape: 'line' },
    ],
    load: async ({ interval: _, ...query }, signal) =>
      (await data(api.GET('/v1/reports/top-distributors', { params: { query }, signal }))).rows.map(
        (row) => ({
          key: row.distributorId,
          label: row.name,
          href: `/distributors/${row.distributorId}`,
          values: { net: amount(row.net), commission: amount(row.commission), orders: row.orders },
        }),
      ),
  },
];

/** Query of a report's CSV, with only the parameters the report accepts. */
export function csvQueryOf({ key, ranking }: Report, query: ReportQuery): Record<string, string> {
  const { from, to, interval, currency } = query;
  return {
    from,
    to,
    ...(!ranking && { interval }),
    ...(key !== 'applications' && { currency }),
  };
}
