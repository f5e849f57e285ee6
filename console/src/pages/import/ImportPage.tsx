import { useQuery } from '@tanstack/react-query';
import { Alert, Progress, Select, Skeleton, Table } from 'antd';
import { useMemo } from 'react';
import { WORDS } from '../../../../domain/words/glossary';
import { REJECTIONS } from '../../../../domain/words/names';
import { api, data } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { Answer } from '../../api/types';
import { NotFoundPage } from '../../app/ErrorPage';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { defineList } from '../../list/definition';
import { ExportButton } from '../../list/ExportButton';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { type Text, useLocale, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { Scroll } from '../../ui/Scroll';
import { ImportState } from './ImportsPage';

type Run = Answer<'/v1/imports/{id}'>;
type Reconciliation = NonNullable<Run['reconciliations']>[number];

const TEXTS = {
  progress: { zh: '进度', en: 'Progress' },
  reconciliation: { zh: '对账', en: 'Reconciliation' },
  notYet: { zh: '导入完成后显示对账结果。', en: 'The reconciliation appears when the import is finished.' },
  balanced: { zh: '文件金额全部有去向。', en: 'Every amount in the file is accounted for.' },
  rejections: { zh: '未导入的行', en: 'Rows not imported' },
  reason: { zh: '原因', en: 'Reason' },
  unknown: { zh: '未知', en: 'Unknown' },
  stopped: {
    zh: '导入已中断。再次执行同一命令会从中断处继续，不会重复导入。',
    en: 'The import has stopped. Run the same command again: it continues where it stopped and imports nothing twice.',
  },
} satisfies Record<string, Text>;

const rejections = defineList({
  key: 'import-rejections',
  path: '/v1/imports/{id}/rejections',
  title: TEXTS.rejections,
  defaultSort: 'number',
  idOf: ({ number }) => String(number),
  filters: [{ param: 'reason', label: TEXTS.reason, kind: 'text' }],
  columns: [
    { key: 'row', title: { zh: '行号', en: 'Row' }, align: 'right', render: ({ row }) => row },
    { key: 'order', title: WORDS.order, render: ({ orderId }) => orderId },
    { key: 'sku', title: { zh: '商品 SKU', en: 'SKU' }, render: ({ sku }) => sku },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      render: ({ amount, currency }) => <Decimal amount={amount} currency={currency} />,
    },
    {
      key: 'reason',
      title: TEXTS.reason,
      render: ({ reason, detail }) => <Reason code={reason} detail={detail} />,
    },
  ],
  empty: {
    title: { zh: '每一行都已导入', en: 'Every row was imported' },
    hint: { zh: '没有需要处理的行。', en: 'There are no rows to handle.' },
  },
});

/** One import: progress, reconciliation and rejected rows. */
export default function ImportPage() {
  const id = usePageId();
  const run = useQuery({
    queryKey: ['import', id],
    queryFn: () => data(api.GET('/v1/imports/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 2_000 : false),
  });
  if (run.error instanceof ProblemError && run.error.status === 404) return <NotFoundPage />;
  if (run.error && !run.data) return <FullPageProblem error={run.error} retry={() => void run.refetch()} />;
  if (!run.data) {
    return (
      <div className="page">
        <Skeleton active />
      </div>
    );
  }
  const { data: found } = run;
  return (
    <Page title={found.fileName} tags={<ImportState state={found.state} reportedAt={found.reportedAt} />}>
      <ProgressPanel run={found} />
      <ReconciliationPanel run={found} />
      <RejectionsPanel run={found} />
    </Page>
  );
}

function ProgressPanel({ run }: { run: Run }) {
  const t = useT();
  const { number } = useFormats();
  const percent = run.ordersTotal ? Math.floor((run.orders / run.ordersTotal) * 100) : undefined;
  return (
    <Panel title={TEXTS.progress}>
      {run.state === 'stopped' && <Alert type="warning" showIcon title={t(TEXTS.stopped)} />}
      {run.state !== 'finished' && percent !== undefined && (
        <Progress percent={percent} aria-label={t(TEXTS.progress)} />
      )}
      <Facts
        facts={[
          [
            { zh: '订单', en: 'Orders' },
            run.ordersTotal === null
              ? number(run.orders)
              : `${number(run.orders)} / ${number(run.ordersTotal)}`,
          ],
          [{ zh: '退货', en: 'Returns' }, number(run.returns)],
          [TEXTS.rejections, number(run.rejected)],
          [{ zh: '发起人', en: 'Started by' }, run.begunBy],
          [{ zh: '开始时间', en: 'Started' }, <TimeText key="begun" at={run.begunAt} />],
          [{ zh: '最近消息', en: 'Last message' }, <TimeText key="reported" at={run.reportedAt} />],
          [
            { zh: '完成时间', en: 'Finished' },
            run.finishedAt ? <TimeText key="finished" at={run.finishedAt} /> : undefined,
          ],
          [{ zh: '执行次数', en: 'Attempts' }, run.attempt > 1 ? run.attempt : undefined],
        ]}
      />
    </Panel>
  );
}

interface ReconciliationRow {
  key: string;
  text: string;
  count: number | null;
  amount: string | null;
  strong?: boolean;
}

function ReconciliationPanel({ run }: { run: Run }) {
  const t = useT();
  return (
    <Panel title={TEXTS.reconciliation}>
      {!run.reconciliations && <span className="muted">{t(TEXTS.notYet)}</span>}
      {run.reconciliations?.map((one) => (
        <ReconciliationTable key={one.currency} reconciliation={one} />
      ))}
      {run.reconciliations?.every(({ unknownRows }) => unknownRows === 0) && (
        <p className="muted">{t(TEXTS.balanced)}</p>
      )}
    </Panel>
  );
}

/** file = sales − returns + price differences + rejected rows, line by line. */
function ReconciliationTable({ reconciliation }: { reconciliation: Reconciliation }) {
  const t = useT();
  const { number } = useFormats();
  const {
    currency,
    rows,
    unknownRows,
    fileTotal,
    readableTotal,
    orders,
    sales,
    returns,
    priceDifferences,
    rejected,
  } = reconciliation;
  const lines: ReconciliationRow[] = [
    {
      key: 'file',
      text: t({ zh: '文件合计（行）', en: 'File total (rows)' }),
      count: rows,
      amount: fileTotal,
      strong: true,
    },
    ...(unknownRows > 0
      ? [
          {
            key: 'readable',
            text: t({ zh: '其中金额可识别的行', en: 'Readable rows' }),
            count: rows - unknownRows,
            amount: readableTotal,
          },
        ]
      : []),
    {
      key: 'sales',
      text: t({ zh: `＝ 销售（${orders} 个订单的行）`, en: `= Sales (lines of ${orders} orders)` }),
      ...sales,
    },
    { key: 'returns', text: t({ zh: '− 退货', en: '− Returns' }), ...returns },
    {
      key: 'differences',
      text: t({ zh: '＋ 退货价差', en: '+ Price differences of returns' }),
      ...priceDifferences,
    },
    ...Object.entries(rejected).map(([reason, counted]) => ({
      key: reason,
      text: `${t({ zh: '＋ 未导入：', en: '+ Not imported: ' })}${REJECTIONS[reason] ? t(REJECTIONS[reason]) : reason}`,
      count: counted.count,
      amount: counted.count === counted.unknown ? null : counted.amount,
    })),
  ];
  return (
    <Scroll label={`${t(TEXTS.reconciliation)} ${currency}`}>
      <Table<ReconciliationRow>
        size="small"
        style={{ marginBottom: 12 }}
        pagination={false}
        dataSource={lines}
        columns={[
          {
            key: 'text',
            title: currency,
            render: (_, { text, strong }) => <span className={strong ? 'strong' : undefined}>{text}</span>,
          },
          {
            key: 'count',
            title: t({ zh: '数量', en: 'Count' }),
            align: 'right',
            render: (_, { count }) => count !== null && number(count),
          },
          {
            key: 'amount',
            title: t(WORDS.amount),
            align: 'right',
            render: (_, { amount }) => <Decimal amount={amount} currency={currency} />,
          },
        ]}
      />
    </Scroll>
  );
}

function RejectionsPanel({ run }: { run: Run }) {
  const t = useT();
  const state = useLocalListState();
  const params = useMemo(() => ({ id: run.id }), [run.id]);
  const reasons = [...new Set((run.reconciliations ?? []).flatMap(({ rejected }) => Object.keys(rejected)))];
  const { reason } = state.filters;
  return (
    <Panel title={TEXTS.rejections}>
      {run.rejected > 0 && (
        <div className="toolbar">
          {reasons.length > 0 && (
            <Select
              aria-label={t(TEXTS.reason)}
              placeholder={t(TEXTS.reason)}
              allowClear
              style={{ minWidth: 200 }}
              value={state.filters.reason}
              options={reasons.map((reason) => ({
                value: reason,
                label: REJECTIONS[reason] ? t(REJECTIONS[reason]) : reason,
              }))}
              onChange={(reason: string | undefined) => state.setFilter('reason', reason)}
            />
          )}
          <span className="grow" />
          <ExportButton
            path={`/v1/imports/${run.id}/rejections`}
            query={reason ? { reason } : {}}
            fileName={`rejected-${run.fileName}`}
          />
        </div>
      )}
      <ListTable list={rejections} params={params} state={state} keyboard />
    </Panel>
  );
}

/** The reason as text, with what exactly is wrong in this row, which is in English. */
function Reason({ code, detail }: { code: string; detail: string }) {
  const t = useT();
  return (
    <>
      {REJECTIONS[code] ? t(REJECTIONS[code]) : code}
      <div className="muted" lang="en">
        {detail}
      </div>
    </>
  );
}

/** An exact decimal in major units, with its digits; null if unreadable. */
function Decimal({ amount, currency }: { amount: string | null; currency: string }) {
  const { t, locale } = useLocale();
  if (amount === null) return <span className="muted">{t(TEXTS.unknown)}</span>;
  const digits = amount.split('.')[1]?.length ?? 0;
  if (!/^[A-Z]{3}$/.test(currency)) return <span className="money">{amount}</span>;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: Math.max(2, digits),
  });
  return <span className="money">{format.format(Number(amount))}</span>;
}
