import { useQueries } from '@tanstack/react-query';
import { Alert, Button, Spin, Steps } from 'antd';
import { createContext, useContext, useMemo, useState } from 'react';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { PAYOUT, WITHDRAWAL } from '../../../../domain/words/titles';
import type { Action } from '../../actions/ActionBar';
import { ActionDialog } from '../../actions/ActionDialog';
import { api, data, downloadCsv } from '../../api/client';
import type { Answer, Item } from '../../api/types';
import { DetailPage } from '../../detail/DetailPage';
import { shortId, ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { defineList } from '../../list/definition';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { payoutState } from './payout';
import { type FailureMarks, useFailureMarks } from './useFailureMarks';

type Batch = Answer<'/v1/payout-batches/{id}'>;

const TEXTS = {
  overview: { zh: '概要', en: 'Overview' },
  withdrawals: { zh: '批次中的提现', en: 'Withdrawals in this batch' },
  fetchFirst: {
    zh: '打款文件还没有下载。请先下载并提交银行，再确认打款结果。',
    en: 'The payout file has not been downloaded. Download it, send it to the bank, then confirm the results.',
  },
  download: { zh: '下载打款文件', en: 'Download payout file' },
  downloadHint: {
    zh: '文件包含完整银行账号。每次下载都会写入审计日志，请只发给银行。',
    en: 'The file contains full account numbers. Every download is recorded in the audit log; send the file to the bank only.',
  },
  downloaded: { zh: '已下载', en: 'Downloaded' },
  confirm: { zh: '确认打款结果', en: 'Confirm results' },
  confirmed: { zh: '结果已确认', en: 'Results confirmed' },
  confirmHint: {
    zh: '确认后不可更改：成功的记为已打款，失败的金额退回分销商的可提现余额。',
    en: "This cannot be undone. Successful payouts are recorded as paid; failed amounts return to the distributors' available balances.",
  },
  markFailed: { zh: '标记失败', en: 'Mark as failed' },
  markedFailed: { zh: '将记为失败', en: 'Will be marked as failed' },
  clearMark: { zh: '取消标记', en: 'Undo' },
  willBePaid: { zh: '将记为已打款', en: 'Will be marked as paid' },
  bankReason: { zh: '银行给出的原因', en: 'Reason given by the bank' },
  result: { zh: '结果', en: 'Result' },
  step1: { zh: '下载文件，在网银上传', en: 'Download the file and upload it to the bank' },
  step2: { zh: '在下表标记银行退回的', en: 'Mark the payouts returned by the bank in the table below' },
  step3: { zh: '确认打款结果', en: 'Confirm results' },
  settled: { zh: '这个批次已结清。', en: 'This batch is settled.' },
} satisfies Record<string, Text>;

interface Marks {
  failed: FailureMarks;
  mark: (id: string) => void;
  clearMark: (id: string) => void;
  isOpen: boolean;
}

// Results are chosen in cells of a list that is declared once.
const MarksContext = createContext<Marks | undefined>(undefined);

const list = defineList({
  key: 'payout-withdrawals',
  path: '/v1/withdrawals',
  title: TEXTS.withdrawals,
  idOf: ({ id }) => id,
  href: ({ id }) => `/withdrawals/${id}`,
  columns: [
    { key: 'id', title: WORDS.id, render: ({ id }) => shortId(id) },
    {
      key: 'distributor',
      title: WORDS.distributor,
      render: ({ distributorId, distributorName }) => (
        <ThingLink kind="distributor" id={distributorId}>
          {distributorName}
        </ThingLink>
      ),
    },
    {
      key: 'account',
      title: WITHDRAWAL.account,
      render: ({ bankAccount }) => `${bankAccount.bank} ${bankAccount.number}`,
    },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      sort: 'amount',
      render: ({ amount }) => <MoneyText value={amount} strong />,
    },
    {
      key: 'result',
      title: TEXTS.result,
      render: (withdrawal) => <Result withdrawal={withdrawal} />,
    },
  ],
  filters: [],
  empty: {
    title: { zh: '没有提现', en: 'No withdrawals' },
    hint: { zh: '这个批次是空的。', en: 'This batch is empty.' },
  },
});

/** One payout batch: its file, and the bank's result for each withdrawal. */
export default function PayoutBatchPage() {
  const id = usePageId();
  return <PayoutBatch key={id} id={id} />;
}

function PayoutBatch({ id }: { id: string }) {
  const t = useT();
  const { money } = useFormats();
  const [failed, setFailed] = useFailureMarks(id);
  const [marking, setMarking] = useState<string>();
  const marks: Omit<Marks, 'isOpen'> = {
    failed,
    mark: setMarking,
    clearMark: (withdrawal) => setFailed(new Map([...failed].filter(([key]) => key !== withdrawal))),
  };
  return (
    <>
      <DetailPage
        kind="payout"
        id={id}
        process="payout"
        load={(signal) => data(api.GET('/v1/payout-batches/{id}', { params: { path: { id } }, signal }))}
        title={({ total }) => `${t(PAYOUT.one)} ${shortId(id)} · ${money(total)}`}
        state={({ state }) => payoutState(state)}
        actions={(batch) => actionsOf(batch, failed, () => setFailed(new Map()))}
      >
        {(batch) => (
          <MarksContext value={{ ...marks, isOpen: batch.state === 'open' }}>
            <BatchView batch={batch} />
          </MarksContext>
        )}
      </DetailPage>
      {marking && (
        <ActionDialog
          title={t(TEXTS.markFailed)}
          confirm={TEXTS.markFailed}
          fields={[
            { name: 'reason', label: TEXTS.bankReason, kind: 'text', required: true, maxLength: 1000 },
          ]}
          onCancel={() => setMarking(undefined)}
          onSubmit={({ reason }) => {
            setFailed(new Map(failed).set(marking, String(reason)));
            setMarking(undefined);
            return Promise.resolve();
          }}
        />
      )}
    </>
  );
}

function actionsOf(batch: Batch, failed: FailureMarks, onConfirmed: () => void): Action[] {
  const roles = FINANCE;
  const isOpen = batch.state === 'open';
  const path = { id: batch.id };
  return [
    {
      key: 'download',
      label: TEXTS.download,
      shortcut: 'd',
      roles,
      available: true,
      primary: batch.fileFetchedAt === null,
      summary: <DownloadHint />,
      fields: [],
      done: TEXTS.downloaded,
      run: () => downloadCsv(`/v1/payout-batches/${batch.id}/file`, {}, `payout-${batch.id}.csv`),
    },
    {
      key: 'confirm',
      label: TEXTS.confirm,
      shortcut: 'c',
      roles,
      available: isOpen && batch.fileFetchedAt !== null,
      primary: true,
      summary: <ConfirmSummary batch={batch} failed={failed} />,
      fields: [],
      done: TEXTS.confirmed,
      run: async (_, header) => {
        await api.POST('/v1/payout-batches/{id}/confirm', {
          params: { path, header },
          body: { failed: [...failed].map(([withdrawalId, reason]) => ({ withdrawalId, reason })) },
        });
        onConfirmed();
      },
    },
  ];
}

function DownloadHint() {
  return <>{useT()(TEXTS.downloadHint)}</>;
}

function ConfirmSummary({ batch, failed }: { batch: Batch; failed: FailureMarks }) {
  const t = useT();
  const { money, number } = useFormats();
  const { currency } = batch.total;
  // The marks have no amounts, and the withdrawals may be on another page of the list.
  const back = useQueries({
    queries: [...failed.keys()].map((id) => ({
      queryKey: ['thing', 'withdrawal', id],
      queryFn: () => data(api.GET('/v1/withdrawals/{id}', { params: { path: { id } } })),
    })),
    combine: (withdrawals) =>
      withdrawals.every(({ data: withdrawal }) => withdrawal)
        ? withdrawals.reduce((sum, { data: withdrawal }) => sum + withdrawal!.amount.amount, 0)
        : undefined,
  });
  const line = (label: Text, count: number, amount: number | undefined) => (
    <div className="strong" style={{ fontSize: 18 }}>
      {t({ zh: `${label.zh}：${number(count)} 笔`, en: `${label.en}: ${number(count)}` })} ·{' '}
      {amount === undefined ? <Spin size="small" /> : money({ amount, currency })}
    </div>
  );
  return (
    <>
      {line(
        PAYOUT.paid,
        batch.withdrawals - failed.size,
        back === undefined ? undefined : batch.total.amount - back,
      )}
      {line(PAYOUT.failed, failed.size, back)}
      <p className="muted">
        {t({ zh: `批次合计 ${money(batch.total)}`, en: `Batch total ${money(batch.total)}` })}
      </p>
      <p>{t(TEXTS.confirmHint)}</p>
    </>
  );
}

function BatchView({ batch }: { batch: Batch }) {
  const t = useT();
  const state = useLocalListState();
  const fixed = useMemo(() => ({ batchId: batch.id }), [batch.id]);
  const isOpen = batch.state === 'open';
  return (
    <>
      {isOpen && (
        <Panel title={{ zh: '接下来', en: 'Next steps' }}>
          <Steps
            size="small"
            current={-1}
            responsive
            items={[TEXTS.step1, TEXTS.step2, TEXTS.step3].map((text, index) => ({
              title: t(text),
              status: index === 0 && batch.fileFetchedAt ? ('finish' as const) : ('process' as const),
            }))}
          />
          {!batch.fileFetchedAt && <p className="muted">{t(TEXTS.fetchFirst)}</p>}
        </Panel>
      )}
      {!isOpen && (
        <Alert
          type={batch.failed > 0 ? 'warning' : 'success'}
          showIcon
          style={{ marginBottom: 16 }}
          title={t(TEXTS.settled)}
        />
      )}
      <Panel title={TEXTS.overview}>
        <Facts
          facts={[
            [PAYOUT.count, batch.withdrawals],
            [WORDS.amount, <MoneyText key="total" value={batch.total} strong />],
            [PAYOUT.paid, isOpen ? undefined : batch.paid],
            [PAYOUT.failed, isOpen ? undefined : batch.failed],
            [
              PAYOUT.fetchedAt,
              batch.fileFetchedAt ? <TimeText key="fetched" at={batch.fileFetchedAt} /> : undefined,
            ],
            [PAYOUT.createdBy, batch.createdBy],
            [PAYOUT.createdAt, <TimeText key="made" at={batch.createdAt} />],
            [PAYOUT.settledAt, batch.settledAt ? <TimeText key="settled" at={batch.settledAt} /> : undefined],
          ]}
        />
      </Panel>
      <Panel title={TEXTS.withdrawals}>
        <ListTable list={list} state={state} fixed={fixed} keyboard />
      </Panel>
    </>
  );
}

function Result({ withdrawal: { id, state, reason } }: { withdrawal: Item<'/v1/withdrawals'> }) {
  const t = useT();
  const marks = useContext(MarksContext);
  if (!marks?.isOpen) {
    return (
      <>
        <StateTag state={state} /> {reason}
      </>
    );
  }
  const failure = marks.failed.get(id);
  if (failure === undefined) {
    return (
      <>
        {t(TEXTS.willBePaid)}{' '}
        <Button size="small" onClick={() => marks.mark(id)}>
          {t(TEXTS.markFailed)}
        </Button>
      </>
    );
  }
  return (
    <>
      <span className="strong">{t(TEXTS.markedFailed)}</span>: {failure}{' '}
      <Button size="small" type="link" onClick={() => marks.clearMark(id)}>
        {t(TEXTS.clearMark)}
      </Button>
    </>
  );
}
