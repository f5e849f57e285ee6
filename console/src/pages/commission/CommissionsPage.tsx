import { App, Button } from 'antd';
import { useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { kinds } from '../../../../domain/kinds';
import { CONTROLLERS, FINANCE } from '../../../../domain/roles';
import { ActionDialog } from '../../actions/ActionDialog';
import { api, data, type IdempotencyKey } from '../../api/client';
import { useIsRole } from '../../app/session';
import { ThingLink } from '../../detail/Links';
import { bulkRun } from '../../list/bulkRun';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { useListFilters } from '../../list/query';
import { Totals } from '../../list/Totals';
import { type Text, useT } from '../../locale/locale';
import { WORDS } from '../../locale/words';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { HOLD_REASON_OPTIONS, MONEY_TEXTS, YES_NO } from '../shared/financeWords';
import { stateOptions } from '../shared/options';

const TEXTS = {
  title: { zh: '佣金', en: 'Commissions' },
  automatic: { zh: '自动放款', en: 'Automatic' },
  onHold: { zh: '是否扣留', en: 'On hold' },
  hold: { zh: '扣留', en: 'Hold' },
  unhold: { zh: '解除扣留', en: 'Lift holds' },
  allReasons: { zh: '不选则解除全部扣留', en: 'Left empty, all holds are lifted' },
  release: { zh: '放款', en: 'Release' },
  releaseAll: { zh: '放款全部符合条件的', en: 'Release all matching' },
  dueFirst: {
    zh: '请先筛选状态“待放款”。',
    en: 'Filter by the state “Due” first.',
  },
  otherFilters: {
    zh: '整体放款只能按退货期结束时间、分销商和币种筛选；其他筛选请勾选后放款。',
    en: 'All at once goes by end of window, distributor and currency; with other filters, select the entries.',
  },
  propose: { zh: '发起放款批次', en: 'Propose the release run' },
} satisfies Record<string, Text>;

const noteField = { name: 'note', label: MONEY_TEXTS.holdNote, kind: 'textarea', required: true } as const;

/** Proposes a release run; nothing moves before it is approved. */
async function propose(body: ReleaseBody, header: IdempotencyKey): Promise<string> {
  const run = await data(api.POST('/v1/commission-releases', { params: { header }, body }));
  return `/commission-releases/${run.id}`;
}

type ReleaseBody =
  | { commissionIds: string[] }
  | { dueBefore: string; distributorId?: string; currency?: string };

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
    { param: 'dueBefore', label: { zh: '退货期结束止', en: 'Window ended until' }, kind: 'until' },
    { param: 'orderId', label: MONEY_TEXTS.order, kind: 'text', width: 110 },
    { param: 'onHold', label: TEXTS.onHold, kind: 'select', options: YES_NO },
    {
      param: 'holdReason',
      label: { zh: '扣留原因', en: 'Reason of hold' },
      kind: 'select',
      options: HOLD_REASON_OPTIONS,
      rare: true,
    },
    { param: 'amountMin', label: { zh: '金额不低于', en: 'At least' }, kind: 'amount', rare: true },
    { param: 'amountMax', label: { zh: '金额不高于', en: 'At most' }, kind: 'amount', rare: true },
    { param: 'currency', label: WORDS.currency, kind: 'text', width: 120, rare: true },
    {
      param: 'dueAfter',
      label: { zh: '退货期结束起', en: 'Window ended from' },
      kind: 'from',
      rare: true,
    },
    { param: 'createdAfter', label: { zh: '产生起', en: 'Earned from' }, kind: 'from', rare: true },
    { param: 'createdBefore', label: { zh: '产生止', en: 'Earned until' }, kind: 'until', rare: true },
    { param: 'releasedAfter', label: { zh: '放款起', en: 'Released from' }, kind: 'from', rare: true },
    { param: 'releasedBefore', label: { zh: '放款止', en: 'Released until' }, kind: 'until', rare: true },
  ],
  bulk: [
    {
      key: 'release',
      label: TEXTS.release,
      roles: FINANCE,
      applies: ({ state }) => state === 'due',
      fields: [],
      run: (commissionIds, _, key) => propose({ commissionIds }, key),
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
    title: { zh: '还没有佣金', en: 'There are no commissions yet' },
    hint: {
      zh: '分销商带来的订单支付后，佣金会自动出现在这里。',
      en: 'They appear by themselves when an order that a distributor brought is paid.',
    },
  },
});

/** What a filter has to be for a release of everything that fits. */
const RELEASABLE = new Set(['state', 'dueBefore', 'distributorId', 'currency']);

const loadSummary = (query: Record<string, string>, signal?: AbortSignal) =>
  data(api.GET('/v1/commissions/summary', { params: { query }, signal }));

/** All commissions: what is held, due and released, with what can be done to many. */
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

/** Releases everything the filters find, as one run; the server finds it, so it may be any number. */
function ReleaseAll({ query }: { query: Record<string, string> }) {
  const t = useT();
  const { number, monies } = useFormats();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const why = useId();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<{
    body: ReleaseBody;
    summary: Awaited<ReturnType<typeof loadSummary>>;
  }>();
  const fits = query.state === 'due' && Object.keys(query).every((name) => RELEASABLE.has(name));

  const ask = async () => {
    setBusy(true);
    try {
      // Without an end everything that is due by now: so the sum that is shown is of what will be proposed.
      const { dueBefore = new Date().toISOString(), distributorId, currency } = query;
      const body = { dueBefore, ...(distributorId && { distributorId }), ...(currency && { currency }) };
      setAsked({ body, summary: await loadSummary({ ...body, state: 'due' }) });
    } catch {
      void message.error(t({ zh: '合计无法读取，请重试', en: 'The sum could not be read; try again' }));
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
      {asked && (
        <ActionDialog
          title={t(TEXTS.releaseAll)}
          confirm={TEXTS.propose}
          fields={[]}
          summary={
            <>
              <p className="strong" style={{ fontSize: 18 }}>
                {asked.summary.capped
                  ? t({
                      zh: `超过 ${number(asked.summary.count)} 条，仅前 ${number(asked.summary.count)} 条就有 ${monies(asked.summary.sums)}`,
                      en: `More than ${number(asked.summary.count)}; the first ${number(asked.summary.count)} alone come to ${monies(asked.summary.sums)}`,
                    })
                  : t({
                      zh: `${number(asked.summary.count)} 条，共 ${monies(asked.summary.sums)}`,
                      en: `${number(asked.summary.count)} commissions, ${monies(asked.summary.sums)}`,
                    })}
              </p>
              <p>
                {t({
                  zh: '将生成一个放款批次，批准后才会真正放款。被扣留、有退货或已在其他批次中的佣金会自动跳过，并逐条写明原因。',
                  en: 'This makes a release run; nothing moves before it is approved. What is on hold, has an open return or waits in another run is left out, each with its reason.',
                })}
              </p>
            </>
          }
          onCancel={() => setAsked(undefined)}
          onSubmit={async (_, key) => {
            await navigate(await propose(asked.body, key));
          }}
        />
      )}
    </div>
  );
}
