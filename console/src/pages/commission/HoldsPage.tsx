import { CONTROLLERS } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { MONEY_TEXTS } from '../../../../domain/words/titles';
import { ThingLink } from '../../detail/Links';
import { bulkRun } from '../../list/bulkRun';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { HOLD_REASON_OPTIONS, HOLD_REASONS } from '../shared/financeWords';
import '../shared/finance.css';

const TEXTS = {
  title: { zh: '暂缓结算', en: 'Holds' },
  commission: { zh: '佣金', en: 'Commission' },
  commissionState: { zh: '佣金状态', en: 'Commission state' },
  placedBy: { zh: '暂缓操作人', en: 'Placed by' },
  placedAt: { zh: '暂缓时间', en: 'Placed' },
  liftedBy: { zh: '解除操作人', en: 'Lifted by' },
  liftedAt: { zh: '解除时间', en: 'Lifted' },
  liftNote: { zh: '解除说明', en: 'Lift note' },
  unhold: { zh: '解除暂缓', en: 'Lift holds' },
  onlyReason: {
    zh: '只解除所选佣金因该原因的暂缓，其他原因的暂缓不变',
    en: 'Only holds with this reason are lifted on the selected commissions; other holds stay',
  },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'holds',
  path: '/v1/holds',
  title: TEXTS.title,
  defaultSort: '-placedAt',
  idOf: ({ id }) => id,
  href: ({ commissionId }) => `/commissions/${commissionId}`,
  amountOf: ({ amount }) => amount,
  columns: [
    { key: 'commission', title: TEXTS.commission, render: ({ commissionId }) => `#${commissionId}` },
    {
      key: 'open',
      title: WORDS.state,
      render: ({ open }) => <StateTag state={open ? 'on_hold' : 'lifted'} />,
    },
    { key: 'reason', title: WORDS.reason, render: ({ reason }) => <Reason code={reason} /> },
    { key: 'note', title: MONEY_TEXTS.note, render: ({ note }) => <div className="note-cell">{note}</div> },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      render: ({ amount }) => <MoneyText value={amount} strong />,
    },
    {
      key: 'commissionState',
      title: TEXTS.commissionState,
      render: ({ commissionState }) => <StateTag state={commissionState} />,
    },
    {
      key: 'distributor',
      title: MONEY_TEXTS.beneficiary,
      render: ({ distributorId, distributorName }) => (
        <ThingLink kind="distributor" id={distributorId}>
          {distributorName}
        </ThingLink>
      ),
    },
    {
      key: 'order',
      title: MONEY_TEXTS.order,
      render: ({ orderId }) => <ThingLink kind="order" id={orderId} />,
    },
    {
      key: 'placedAt',
      title: TEXTS.placedAt,
      sort: 'placedAt',
      render: ({ placedAt }) => <TimeText at={placedAt} />,
    },
    { key: 'placedBy', title: TEXTS.placedBy, render: ({ placedBy }) => placedBy },
    { key: 'liftedAt', title: TEXTS.liftedAt, render: ({ liftedAt }) => <TimeText at={liftedAt} /> },
    { key: 'liftedBy', title: TEXTS.liftedBy, hidden: true, render: ({ liftedBy }) => liftedBy ?? '–' },
    {
      key: 'liftNote',
      title: TEXTS.liftNote,
      hidden: true,
      render: ({ liftNote }) => <div className="note-cell">{liftNote ?? '–'}</div>,
    },
  ],
  filters: [
    {
      param: 'open',
      label: WORDS.state,
      kind: 'select',
      options: [
        { value: 'true', label: { zh: '暂缓中', en: 'On hold' } },
        { value: 'false', label: { zh: '已解除', en: 'Lifted' } },
      ],
    },
    { param: 'reason', label: WORDS.reason, kind: 'select', options: HOLD_REASON_OPTIONS },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'placedAfter', label: { zh: '暂缓起', en: 'Placed from' }, kind: 'from', rare: true },
    { param: 'placedBefore', label: { zh: '暂缓止', en: 'Placed until' }, kind: 'until', rare: true },
  ],
  bulk: [
    {
      key: 'unhold',
      label: TEXTS.unhold,
      roles: CONTROLLERS,
      applies: ({ open }) => open,
      target: ({ commissionId }) => commissionId,
      fields: [
        {
          name: 'reason',
          label: WORDS.reason,
          kind: 'select',
          options: HOLD_REASON_OPTIONS,
          required: true,
          help: TEXTS.onlyReason,
        },
        { name: 'note', label: MONEY_TEXTS.holdNote, kind: 'textarea', required: true },
      ],
      run: bulkRun('commissions.unhold'),
    },
  ],
  empty: {
    title: { zh: '没有暂缓结算的佣金', en: 'No holds' },
    hint: {
      zh: '在佣金列表或佣金详情中可以暂缓结算；暂缓期间不会结算。',
      en: 'Put commissions on hold in the commission list or on the commission page. They are not released while on hold.',
    },
  },
});

/** Holds on commissions, open and lifted. */
export default function HoldsPage() {
  return <ListPage list={list} />;
}

function Reason({ code }: { code: string }) {
  const t = useT();
  const name = HOLD_REASONS[code];
  return <>{name ? t(name) : code}</>;
}
