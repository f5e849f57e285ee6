import { kinds } from '../../../../domain/kinds';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { WITHDRAWAL } from '../../../../domain/words/titles';
import { api, data } from '../../api/client';
import { shortId, ThingLink } from '../../detail/Links';
import { bulkRun } from '../../list/bulkRun';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useListFilters } from '../../list/query';
import { Totals } from '../../list/Totals';
import type { Text } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { YES_NO } from '../shared/financeWords';
import { stateOptions } from '../shared/options';
import '../shared/finance.css';

const TEXTS = {
  title: { zh: '提现', en: 'Withdrawals' },
  approve: { zh: '批准', en: 'Approve' },
  reject: { zh: '驳回', en: 'Reject' },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'withdrawals',
  path: '/v1/withdrawals',
  title: TEXTS.title,
  defaultSort: '-requestedAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/withdrawals/${id}`,
  amountOf: ({ amount }) => amount,
  columns: [
    { key: 'id', title: WORDS.id, render: ({ id }) => shortId(id) },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      sort: 'amount',
      render: ({ amount }) => <MoneyText value={amount} strong />,
    },
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
      key: 'holder',
      title: WITHDRAWAL.holder,
      hidden: true,
      render: ({ bankAccount }) => bankAccount.holder,
    },
    {
      key: 'approvalsNeeded',
      title: WITHDRAWAL.approvalsNeeded,
      align: 'right',
      render: ({ approvalsNeeded }) => approvalsNeeded,
    },
    {
      key: 'requestedAt',
      title: WITHDRAWAL.requestedAt,
      sort: 'requestedAt',
      render: ({ requestedAt }) => <TimeText at={requestedAt} />,
    },
    {
      key: 'requestedBy',
      title: WITHDRAWAL.requestedBy,
      hidden: true,
      render: ({ requestedBy }) => requestedBy ?? '–',
    },
    {
      key: 'batch',
      title: WITHDRAWAL.batch,
      render: ({ batchId }) => (batchId ? <ThingLink kind="payout" id={batchId} /> : '–'),
    },
    { key: 'settledAt', title: WITHDRAWAL.settledAt, render: ({ settledAt }) => <TimeText at={settledAt} /> },
    {
      key: 'reason',
      title: WORDS.reason,
      hidden: true,
      render: ({ reason }) => <div className="note-cell">{reason ?? '–'}</div>,
    },
  ],
  filters: [
    { param: 'state', label: WORDS.state, kind: 'select', options: stateOptions(kinds.withdrawal.states) },
    { param: 'awaitingMe', label: { zh: '等我审批', en: 'Waiting for me' }, kind: 'select', options: YES_NO },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'requestedAfter', label: { zh: '申请起', en: 'Requested from' }, kind: 'from', rare: true },
    { param: 'requestedBefore', label: { zh: '申请止', en: 'Requested until' }, kind: 'until', rare: true },
    { param: 'settledAfter', label: { zh: '完成起', en: 'Finished from' }, kind: 'from', rare: true },
    { param: 'amountMin', label: { zh: '金额不低于', en: 'Min amount' }, kind: 'amount', rare: true },
    { param: 'amountMax', label: { zh: '金额不高于', en: 'Max amount' }, kind: 'amount', rare: true },
    { param: 'currency', label: WORDS.currency, kind: 'text', width: 120, rare: true },
    { param: 'batchId', label: WITHDRAWAL.batch, kind: 'text', rare: true },
  ],
  bulk: [
    {
      key: 'approve',
      label: TEXTS.approve,
      roles: FINANCE,
      applies: ({ state }) => state === 'requested',
      fields: [{ name: 'note', label: WORDS.note, kind: 'textarea' }],
      run: bulkRun('withdrawals.approve'),
    },
    {
      key: 'reject',
      label: TEXTS.reject,
      roles: FINANCE,
      danger: true,
      applies: ({ state }) => state === 'requested',
      fields: [
        {
          name: 'reason',
          label: WORDS.reason,
          kind: 'textarea',
          required: true,
          help: { zh: '分销商会看到这个原因。', en: 'The distributors see this reason.' },
        },
      ],
      run: bulkRun('withdrawals.reject'),
    },
  ],
  empty: {
    title: { zh: '还没有提现', en: 'No withdrawals yet' },
    hint: {
      zh: '佣金结算后，分销商可在自己的页面申请提现。',
      en: 'Distributors can request withdrawals on their own pages after commissions are released.',
    },
  },
});

const loadSummary = (query: Record<string, string>, signal?: AbortSignal) =>
  data(api.GET('/v1/withdrawals/summary', { params: { query }, signal }));

/** Withdrawals, with bulk approval. */
export default function WithdrawalsPage() {
  return (
    <ListPage list={list}>
      <Totals name="withdrawals" query={useListFilters(list)} load={loadSummary} />
    </ListPage>
  );
}
