import { App, Button } from 'antd';
import { useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { kinds } from '../../../../domain/kinds';
import { CONTROLLERS, FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { MONEY_TEXTS } from '../../../../domain/words/titles';
import { ActionDialog } from '../../actions/ActionDialog';
import { type Figures, sendSeen } from '../../actions/figures';
import { LeftOut } from '../../actions/LeftOut';
import { api, data } from '../../api/client';
import { useIsRole } from '../../app/session';
import { ThingLink } from '../../detail/Links';
import { bulkRun } from '../../list/bulkRun';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useListFilters } from '../../list/query';
import { Totals } from '../../list/Totals';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { previewRelease, proposeRelease, type ReleaseSelection } from '../release/propose';
import { HOLD_REASON_OPTIONS, YES_NO } from '../shared/financeWords';
import { stateOptions } from '../shared/options';

const TEXTS = {
  title: { zh: '佣金', en: 'Commissions' },
  automatic: { zh: '自动结算', en: 'Automatic' },
  onHold: { zh: '是否暂缓', en: 'On hold' },
  hold: { zh: '暂缓结算', en: 'Put on hold' },
  unhold: { zh: '解除暂缓', en: 'Lift holds' },
  allReasons: { zh: '不选则解除全部暂缓', en: 'Leave empty to lift all holds' },
  release: { zh: '结算', en: 'Release' },
  releaseAll: { zh: '结算全部符合条件的', en: 'Release all matching' },
  dueFirst: {
    zh: '请先筛选状态“待结算”。',
    en: 'Filter by state “Due” first.',
  },
  otherFilters: {
    zh: '整体结算只能按退货期结束时间、分销商和币种筛选；其他筛选请勾选后结算。',
    en: '“Release all matching” works with the filters return window end, distributor and currency only. With other filters, select the entries.',
  },
  nothing: {
    zh: '没有可列入新批次的佣金：没有待结算的，或都已在其他批次中',
    en: 'Nothing to release: no commission is due, or all of them are in another run',
  },
  propose: { zh: '发起结算批次', en: 'Propose release run' },
} satisfies Record<string, Text>;

const noteField = { name: 'note', label: MONEY_TEXTS.holdNote, kind: 'textarea', required: true } as const;

const list = defineList({
  key: 'commissions',
  path: '/v1/commissions',
  title: TEXTS.title,
  defaultSort: '-createdAt',
  idOf: ({ id }) => id,
  href: ({ id }) => `/commissions/${id}`,
  amountOf: ({ amount }) => amount,
  columns: [
    { key: 'id', title: WORDS.id, sort: 'createdAt', render: ({ id }) => `#${id}` },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      sort: 'amount',
      render: ({ amount }) => <MoneyText value={amount} strong />,
    },
    {
      key: 'original',
      title: MONEY_TEXTS.original,
      align: 'right',
      hidden: true,
      render: ({ originalAmount }) => <MoneyText value={originalAmount} />,
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
    { key: 'level', title: MONEY_TEXTS.level, render: ({ level }) => level },
    {
      key: 'order',
      title: MONEY_TEXTS.order,
      render: ({ orderId }) => <ThingLink kind="order" id={orderId} />,
    },
    { key: 'line', title: MONEY_TEXTS.line, hidden: true, render: ({ lineId }) => lineId },
    { key: 'dueAt', title: MONEY_TEXTS.dueAt, sort: 'dueAt', render: ({ dueAt }) => <TimeText at={dueAt} /> },
    {
      key: 'releasedAt',
      title: MONEY_TEXTS.releasedAt,
      render: ({ releasedAt }) => <TimeText at={releasedAt} />,
    },
    {
      key: 'createdAt',
      title: MONEY_TEXTS.createdAt,
      hidden: true,
      sort: 'createdAt',
      render: ({ createdAt }) => <TimeText at={createdAt} />,
    },
    {
      key: 'automatic',
      title: TEXTS.automatic,
      hidden: true,
      render: ({ automatic }) => <YesNo value={automatic} />,
    },
  ],
  filters: [
    { param: 'state', label: WORDS.state, kind: 'select', options: stateOptions(kinds.commission.states) },
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    { param: 'dueBefore', label: { zh: '退货期结束止', en: 'Return window ended until' }, kind: 'until' },
    { param: 'orderId', label: MONEY_TEXTS.order, kind: 'text', width: 110 },
    { param: 'onHold', label: TEXTS.onHold, kind: 'select', options: YES_NO },
    {
      param: 'holdReason',
      label: { zh: '暂缓原因', en: 'Hold reason' },
      kind: 'select',
      options: HOLD_REASON_OPTIONS,
      rare: true,
    },
    { param: 'amountMin', label: { zh: '金额不低于', en: 'Min amount' }, kind: 'amount', rare: true },
    { param: 'amountMax', label: { zh: '金额不高于', en: 'Max amount' }, kind: 'amount', rare: true },
    { param: 'currency', label: WORDS.currency, kind: 'text', width: 120, rare: true },
    {
      param: 'dueAfter',
      label: { zh: '退货期结束起', en: 'Return window ended from' },
      kind: 'from',
      rare: true,
    },
    { param: 'createdAfter', label: { zh: '产生起', en: 'Earned from' }, kind: 'from', rare: true },
    { param: 'createdBefore', label: { zh: '产生止', en: 'Earned until' }, kind: 'until', rare: true },
    { param: 'releasedAfter', label: { zh: '结算起', en: 'Released from' }, kind: 'from', rare: true },
    { param: 'releasedBefore', label: { zh: '结算止', en: 'Released until' }, kind: 'until', rare: true },
  ],
  bulk: [
    {
      key: 'release',
      label: TEXTS.release,
      roles: FINANCE,
      applies: ({ state }) => state === 'due',
      fields: [],
      preview: (commissionIds) => previewRelease({ commissionIds }),
      run: (commissionIds, _, key, seen) => proposeRelease({ commissionIds }, seen!, key),
    },
    {
      key: 'hold',
      label: TEXTS.hold,
      roles: CONTROLLERS,
      applies: ({ state }) => state === 'held' || state === 'due',
      fields: [
        { name: 'reason', label: WORDS.reason, kind: 'select', required: true, options: HOLD_REASON_OPTIONS },
        noteField,
      ],
      run: bulkRun('commissions.hold'),
    },
    {
      key: 'unhold',
      label: TEXTS.unhold,
      roles: CONTROLLERS,
      applies: ({ state }) => state === 'held' || state === 'due',
      fields: [
        {
          name: 'reason',
          label: WORDS.reason,
          kind: 'select',
          options: HOLD_REASON_OPTIONS,
          help: TEXTS.allReasons,
        },
        noteField,
      ],
      run: bulkRun('commissions.unhold'),
    },
  ],
  empty: {
    title: { zh: '还没有佣金', en: 'No commissions yet' },
    hint: {
      zh: '分销商带来的订单支付后，佣金会自动出现在这里。',
      en: 'Commissions appear here automatically when an attributed order is paid.',
    },
  },
});

/** Filters allowed for a release of all matching commissions. */
const RELEASABLE = new Set(['state', 'dueBefore', 'distributorId', 'currency']);

const loadSummary = (query: Record<string, string>, signal?: AbortSignal) =>
  data(api.GET('/v1/commissions/summary', { params: { query }, signal }));

/** All commissions with their bulk actions. */
export default function CommissionsPage() {
  const query = useListFilters(list);
  const mayRelease = useIsRole(...FINANCE);
  return (
    <ListPage list={list} actions={mayRelease && <ReleaseAll query={query} />}>
      <Totals name="commissions" query={query} load={loadSummary} />
    </ListPage>
  );
}

function YesNo({ value }: { value: boolean }) {
  const t = useT();
  return <>{t(YES_NO[value ? 0 : 1]!.label)}</>;
}

/** Releases all matching commissions as one run; the server selects them, so there is no limit. */
function ReleaseAll({ query }: { query: Record<string, string> }) {
  const t = useT();
  const { number, monies } = useFormats();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const why = useId();
  const [busy, setBusy] = useState(false);
  const [proposal, setProposal] = useState<{ body: ReleaseSelection; figures: Figures }>();
  const fits = query.state === 'due' && Object.keys(query).every((name) => RELEASABLE.has(name));

  const look = async (body: ReleaseSelection) => {
    const figures = await previewRelease(body);
    setProposal(figures.count > 0 ? { body, figures } : undefined);
    if (figures.count === 0) void message.info(t(TEXTS.nothing));
  };
  const ask = async () => {
    setBusy(true);
    try {
      // Default end: now, so that the shown total equals the proposal.
      const { dueBefore = new Date().toISOString(), distributorId, currency } = query;
      const body = { dueBefore, ...(distributorId && { distributorId }), ...(currency && { currency }) };
      await look(body);
    } catch {
      void message.error(t({ zh: '合计无法读取，请重试', en: 'Total unavailable; retry' }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <div className="explained-button">
      <Button
        type="primary"
        disabled={!fits}
        loading={busy}
        aria-describedby={fits ? undefined : why}
        onClick={() => void ask()}
      >
        {t(TEXTS.releaseAll)}
      </Button>
      {!fits && (
        <span id={why} className="muted">
          {t(query.state === 'due' ? TEXTS.otherFilters : TEXTS.dueFirst)}
        </span>
      )}
      {proposal && (
        <ActionDialog
          title={t(TEXTS.releaseAll)}
          confirm={TEXTS.propose}
          fields={[]}
          summary={
            <>
              <p className="strong" style={{ fontSize: 18 }}>
                {t({
                  zh: `${number(proposal.figures.count)} 条，共 ${monies(proposal.figures.totals)}`,
                  en: `${number(proposal.figures.count)} ${proposal.figures.count === 1 ? 'commission' : 'commissions'}, total ${monies(proposal.figures.totals)}`,
                })}
              </p>
              <LeftOut figures={proposal.figures} />
              <p>
                {t({
                  zh: '将生成一个结算批次，批准后才会真正结算。其中已暂缓结算或有退货的佣金，结算时会自动跳过，并逐条写明原因。',
                  en: 'This creates a release run. Nothing is released before the run is approved. Those on hold or with an open return are skipped then, each with a reason.',
                })}
              </p>
            </>
          }
          onCancel={() => setProposal(undefined)}
          onSubmit={async (_, key) => {
            const { body, figures } = proposal;
            await navigate(
              await sendSeen(
                () => proposeRelease(body, figures, key),
                () => look(body),
              ),
            );
          }}
        />
      )}
    </div>
  );
}
