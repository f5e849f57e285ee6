import { Alert, Progress, Select } from 'antd';
import type { ObstacleCode } from '../../../../domain/explanation';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { OBSTACLE_NAMES } from '../../../../domain/words/obstacles';
import { selectionText } from '../../../../domain/words/selection';
import { MONEY_TEXTS, RELEASE } from '../../../../domain/words/titles';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { DistributorLink } from '../../detail/DistributorLink';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { defineList } from '../../list/definition';
import { ListTable } from '../../list/ListTable';
import { useLocalListState } from '../../list/useListState';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';
import { Approvals } from '../shared/Approvals';
import { stateOptions } from '../shared/options';
import { isInProgress } from './release';
import '../shared/finance.css';

type Run = Answer<'/v1/commission-releases/{id}'>;

const TEXTS = {
  run: { zh: '结算批次', en: 'Release run' },
  progress: { zh: '进度', en: 'Progress' },
  items: { zh: '每条佣金的结果', en: 'Results' },
  approve: { zh: '批准结算', en: 'Approve release' },
  reject: { zh: '驳回', en: 'Reject' },
  approved: { zh: '已批准，开始结算', en: 'Approved; release started' },
  rejected: { zh: '已驳回', en: 'Rejected' },
  who: { zh: '发起与审批', en: 'Proposal and approval' },
  onlyYou: {
    zh: '需要另一位财务人员批准：金额超过双人审批线，而这个批次是您发起的。',
    en: 'A second finance user must approve: the total is above the two-person limit and you proposed this run.',
  },
  second: {
    zh: '金额超过双人审批线：发起人之外的另一位财务人员批准后才会结算。',
    en: 'The total is above the two-person limit: a finance user other than the proposer must approve.',
  },
  leftOut: { zh: '跳过原因', en: 'Reasons for skipping' },
  result: { zh: '结果', en: 'Result' },
  proposed: { zh: '拟结算', en: 'Proposed' },
  released: { zh: '已结算', en: 'Released' },
} satisfies Record<string, Text>;

const resultOptions = stateOptions(['pending', 'released', 'left_out']);

const items = defineList({
  key: 'release-items',
  path: '/v1/commission-releases/{id}/items',
  title: TEXTS.items,
  idOf: ({ commissionId }) => commissionId,
  columns: [
    {
      key: 'commission',
      title: { zh: '佣金', en: 'Commission' },
      sort: 'commissionId',
      render: ({ commissionId }) => (
        <ThingLink kind="commission" id={commissionId}>
          #{commissionId}
        </ThingLink>
      ),
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
      key: 'proposed',
      title: TEXTS.proposed,
      align: 'right',
      render: ({ proposed }) => <MoneyText value={proposed} />,
    },
    {
      key: 'released',
      title: TEXTS.released,
      align: 'right',
      render: ({ released }) => <MoneyText value={released} strong />,
    },
    { key: 'state', title: TEXTS.result, render: ({ state }) => <StateTag state={state} /> },
    { key: 'reason', title: WORDS.reason, render: ({ reason }) => <Reason code={reason} /> },
  ],
  filters: [{ param: 'state', label: TEXTS.result, kind: 'select', options: resultOptions }],
  empty: {
    title: { zh: '没有记录', en: 'No entries' },
    hint: { zh: '没有这种结果的佣金。', en: 'There are no commissions with this result.' },
  },
});

/** One release run: proposal, approval, progress, and the result of each commission. */
export default function ReleaseRunPage() {
  const t = useT();
  const id = usePageId();
  const me = useMe();
  const { monies } = useFormats();
  return (
    <DetailPage
      kind="release"
      id={id}
      process="release"
      load={(signal) => data(api.GET('/v1/commission-releases/{id}', { params: { path: { id } }, signal }))}
      refreshEvery={({ state }) => (isInProgress(state) ? 1_500 : 10_000)}
      title={({ totals }) => `${t(TEXTS.run)} · ${monies(totals)}`}
      state={({ state }) => state}
      actions={(run) => actionsOf(run, me.user.id)}
    >
      {(run) => <RunView run={run} />}
    </DetailPage>
  );
}

/** Whether another person must give the approval. */
const needsAnother = (run: Run, userId: string) =>
  run.approvalsNeeded > 1 && run.approvals.some((approval) => approval.userId === userId);

function actionsOf(run: Run, userId: string): Action[] {
  const roles = FINANCE;
  const path = { id: run.id };
  const isOpen = run.state === 'proposed';
  return [
    {
      key: 'approve',
      label: TEXTS.approve,
      shortcut: 'a',
      roles,
      available: isOpen && !needsAnother(run, userId),
      primary: true,
      fields: [{ name: 'note', label: WORDS.note, kind: 'textarea' }],
      summary: <Sums run={run} />,
      done: TEXTS.approved,
      run: ({ note }, header) =>
        api.POST('/v1/commission-releases/{id}/approve', {
          params: { path, header },
          body: note === undefined ? {} : { note: String(note) },
        }),
    },
    {
      key: 'reject',
      label: TEXTS.reject,
      shortcut: 'x',
      roles,
      available: isOpen,
      danger: true,
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', required: true }],
      done: TEXTS.rejected,
      run: ({ reason }, header) =>
        api.POST('/v1/commission-releases/{id}/reject', {
          params: { path, header },
          body: { reason: String(reason) },
        }),
    },
  ];
}

function Sums({ run }: { run: Run }) {
  const t = useT();
  const { number, monies } = useFormats();
  const { pending } = run.progress;
  return (
    <span className="strong">
      {t({
        zh: `${number(pending)} 条，共 ${monies(run.totals)}`,
        en: `${number(pending)}, total ${monies(run.totals)}`,
      })}
    </span>
  );
}

function RunView({ run }: { run: Run }) {
  const t = useT();
  const me = useMe();
  const { number, monies, time } = useFormats();
  const state = useLocalListState();
  const { pending, released, leftOut } = run.progress;
  const total = pending + released + leftOut;
  const percent = total === 0 ? 100 : Math.floor(((released + leftOut) / total) * 100);
  const { distributorId } = run.selection;
  return (
    <>
      {run.state === 'proposed' && run.approvalsNeeded > 1 && (
        <Alert
          type="info"
          showIcon
          style={{ marginBottom: 16 }}
          title={t(needsAnother(run, me.user.id) ? TEXTS.onlyYou : TEXTS.second)}
        />
      )}
      {run.state === 'rejected' && run.reason && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={t(TEXTS.rejected)}
          description={run.reason}
        />
      )}
      <Panel title={TEXTS.progress}>
        {(isInProgress(run.state) || run.state === 'done') && (
          <Progress
            aria-label={t(TEXTS.progress)}
            percent={percent}
            status={run.state === 'done' ? 'success' : 'active'}
          />
        )}
        <Facts
          facts={[
            [RELEASE.items, number(run.items)],
            [
              RELEASE.proposedTotal,
              <span key="p" className="money strong">
                {monies(run.totals)}
              </span>,
            ],
            [{ zh: '已结算条数', en: 'Commissions released' }, number(released)],
            [
              RELEASE.releasedTotal,
              <span key="r" className="money strong">
                {monies(run.releasedTotals)}
              </span>,
            ],
            [{ zh: '待处理', en: 'Pending' }, number(pending)],
            [{ zh: '已跳过', en: 'Skipped' }, number(leftOut)],
            [RELEASE.selection, t(selectionText(run.selection, time))],
            [
              WORDS.distributor,
              typeof distributorId === 'string' ? <DistributorLink key="d" id={distributorId} /> : undefined,
            ],
            [RELEASE.finishedAt, run.finishedAt ? <TimeText key="f" at={run.finishedAt} /> : undefined],
          ]}
        />
        {Object.keys(run.leftOutReasons).length > 0 && (
          <>
            <div className="strong">{t(TEXTS.leftOut)}</div>
            <ul className="plain-list">
              {Object.entries(run.leftOutReasons).map(([reason, count]) => (
                <li key={reason}>
                  {t(OBSTACLE_NAMES[reason as ObstacleCode])}: {number(count)}
                </li>
              ))}
            </ul>
          </>
        )}
      </Panel>
      <Panel title={TEXTS.who}>
        <Approvals
          requestedBy={{ name: run.proposedBy, at: run.proposedAt, label: RELEASE.proposedBy }}
          approvals={run.approvals}
          needed={run.approvalsNeeded}
          isOpen={run.state === 'proposed'}
        />
      </Panel>
      <Panel title={TEXTS.items}>
        <div className="toolbar">
          <Select
            aria-label={t(TEXTS.result)}
            placeholder={t(TEXTS.result)}
            allowClear
            style={{ minWidth: 140 }}
            value={state.filters.state}
            options={resultOptions.map(({ value, label }) => ({
              value,
              label: t(label),
            }))}
            onChange={(value: string | undefined) => state.setFilter('state', value)}
          />
        </div>
        <ListTable
          list={items}
          state={state}
          params={{ id: run.id }}
          refresh={isInProgress(run.state)}
          keyboard
        />
      </Panel>
    </>
  );
}

function Reason({ code }: { code: ObstacleCode | null }) {
  const t = useT();
  return <>{code === null ? '–' : t(OBSTACLE_NAMES[code])}</>;
}
