import { Alert } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { ObstacleCode } from '../../../../domain/explanation';
import { RESTRICTION_REASONS } from '../../../../domain/restriction';
import { CONTROLLERS } from '../../../../domain/roles';
import { accountName } from '../../../../domain/words/events';
import { STATES, WORDS } from '../../../../domain/words/glossary';
import { OBSTACLE_NAMES } from '../../../../domain/words/obstacles';
import { MONEY_TEXTS } from '../../../../domain/words/titles';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useIsRole } from '../../app/session';
import { Cause } from '../../detail/Cause';
import { DetailPage } from '../../detail/DetailPage';
import { DistributorLink } from '../../detail/DistributorLink';
import { ThingLink, useMayOpen } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { ATTRIBUTIONS } from '../../locale/attributions';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { PlainTable } from '../../ui/PlainTable';
import { StateTag } from '../../ui/StateTag';
import { HOLD_REASON_OPTIONS, HOLD_REASONS } from '../shared/financeWords';
import { Calculation, RulesTried } from './calculation';
import '../shared/finance.css';

type Explanation = Answer<'/v1/commissions/{id}/explain'>;

const TEXTS = {
  attribution: { zh: '为什么归属这位分销商', en: 'Why it is attributed to this distributor' },
  plan: { zh: '方案与规则', en: 'Plan and rules' },
  calculation: { zh: '计算过程', en: 'Calculation' },
  transfers: { zh: '资金流水', en: 'Transfers' },
  seeTransfers: { zh: '在账务流水中查看', en: 'View in transfers' },
  holds: { zh: '暂缓记录', en: 'Holds' },
  noHolds: { zh: '从未暂缓结算。', en: 'Never on hold.' },
  noTransfers: { zh: '金额为零，没有流水。', en: 'The amount is zero, so there are no transfers.' },
  amountNow: { zh: '当前金额', en: 'Current amount' },
  originally: { zh: '支付时产生', en: 'At payment' },
  now: { zh: '退货或取消后', en: 'After returns and cancellations' },
  planVersion: { zh: '支付时的方案', en: 'Plan at payment' },
  tier: { zh: '当时等级', en: 'Tier at payment' },
  sku: { zh: '商品', en: 'Product' },
  category: { zh: '品类', en: 'Category' },
  quantity: { zh: '数量', en: 'Quantity' },
  paidAt: { zh: '订单支付时间', en: 'Order paid' },
  lineState: { zh: '订单行状态', en: 'Order line state' },
  hold: { zh: '暂缓结算', en: 'Put on hold' },
  unhold: { zh: '解除暂缓', en: 'Lift holds' },
  allReasons: { zh: '不选则解除全部暂缓', en: 'Leave empty to lift all holds' },
  from: { zh: '从', en: 'From' },
  to: { zh: '到', en: 'To' },
  when: { zh: '时间', en: 'Time' },
  placed: { zh: '暂缓时间', en: 'Placed' },
  lifted: { zh: '解除时间', en: 'Lifted' },
  code: { zh: '推荐码', en: 'Referral code' },
} satisfies Record<string, Text>;

const OUTCOMES: Record<Explanation['attribution']['chain'][number]['outcome'], Text> = {
  earns: { zh: '获得佣金', en: 'earns' },
  own_purchase: { zh: '本人是买家，不获佣金', en: 'is the buyer; no commission' },
  not_accrued: { zh: '受限制，未计佣', en: 'is restricted; not accrued' },
  no_upline: { zh: '没有上级', en: 'no sponsor' },
};

/** One commission: calculation, attribution, and why it is not released yet. */
export default function CommissionPage() {
  const id = usePageId();
  return (
    <DetailPage
      kind="commission"
      id={id}
      load={(signal) => data(api.GET('/v1/commissions/{id}/explain', { params: { path: { id } }, signal }))}
      title={({ distributorName }) => `#${id} · ${distributorName}`}
      state={({ state }) => state}
      actions={actionsOf}
    >
      {(commission) => <Explained commission={commission} />}
    </DetailPage>
  );
}

function actionsOf({ id, state, holds }: Explanation): Action[] {
  const roles = CONTROLLERS;
  const path = { id };
  const open = new Set(holds.filter(({ liftedAt }) => !liftedAt).map(({ reason }) => reason));
  const mayHold = state === 'held' || state === 'due';
  return [
    {
      key: 'hold',
      label: TEXTS.hold,
      shortcut: 'h',
      roles,
      available: mayHold && open.size < HOLD_REASON_OPTIONS.length,
      fields: [
        {
          name: 'reason',
          label: WORDS.reason,
          kind: 'select',
          required: true,
          options: HOLD_REASON_OPTIONS.filter(({ value }) => !open.has(value)),
        },
        { name: 'note', label: MONEY_TEXTS.holdNote, kind: 'textarea', required: true },
      ],
      run: ({ reason, note }, header) =>
        api.POST('/v1/commissions/{id}/hold', {
          params: { path, header },
          body: { reason: reasonOf(reason)!, note: String(note) },
        }),
    },
    {
      key: 'unhold',
      label: TEXTS.unhold,
      shortcut: 'u',
      roles,
      available: open.size > 0,
      fields: [
        {
          name: 'reason',
          label: WORDS.reason,
          kind: 'select',
          options: HOLD_REASON_OPTIONS.filter(({ value }) => open.has(value)),
          help: TEXTS.allReasons,
        },
        { name: 'note', label: MONEY_TEXTS.holdNote, kind: 'textarea', required: true },
      ],
      run: ({ reason, note }, header) =>
        api.POST('/v1/commissions/{id}/unhold', {
          params: { path, header },
          body: { note: String(note), ...(reason !== undefined && { reason: reasonOf(reason) }) },
        }),
    },
  ];
}

const reasonOf = (value: unknown) => RESTRICTION_REASONS.find((reason) => reason === value);

function Explained({ commission }: { commission: Explanation }) {
  const t = useT();
  const { line, rule, plan, attribution, currency, level } = commission;
  const transfers = `/transfers?commissionId=${commission.id}`;
  const maySeeTransfers = useMayOpen(transfers);
  const money = (amount: number) => ({ amount, currency });
  const remaining = line.state === 'canceled' ? 0 : line.quantity - line.returnedQuantity;
  const common = { earning: rule.earning, net: money(line.netAmount), quantity: line.quantity };
  return (
    <>
      <WhyNotPaid commission={commission} />
      <Panel title={OVERVIEW}>
        <Facts
          facts={[
            [TEXTS.amountNow, <MoneyText key="now" value={money(commission.amount)} strong />],
            [MONEY_TEXTS.original, <MoneyText key="original" value={money(commission.originalAmount)} />],
            [
              MONEY_TEXTS.beneficiary,
              <ThingLink key="distributor" kind="distributor" id={commission.distributorId}>
                {commission.distributorName}
              </ThingLink>,
            ],
            [MONEY_TEXTS.level, t({ zh: `第 ${level} 级`, en: `Level ${level}` })],
            [WORDS.order, <ThingLink key="order" kind="order" id={commission.orderId} />],
            [MONEY_TEXTS.line, commission.lineId],
            [TEXTS.sku, <ThingLink key="sku" kind="product" id={line.sku} />],
            [TEXTS.category, line.category ?? '–'],
            [TEXTS.paidAt, <TimeText key="paid" at={commission.paidAt} />],
            [TEXTS.lineState, <StateTag key="line" state={line.state} />],
            [MONEY_TEXTS.dueAt, <TimeText key="due" at={commission.dueAt ?? line.windowEndsAt} />],
            [MONEY_TEXTS.releasedAt, <TimeText key="released" at={commission.releasedAt} />],
          ]}
        />
      </Panel>
      <Panel title={TEXTS.calculation}>
        <Calculation
          {...common}
          remaining={line.quantity}
          result={money(commission.originalAmount)}
          resultLabel={TEXTS.originally}
        />
        {remaining !== line.quantity && (
          <Calculation
            {...common}
            remaining={remaining}
            result={money(commission.amount)}
            resultLabel={TEXTS.now}
          />
        )}
      </Panel>
      <Panel title={TEXTS.plan}>
        <Facts
          facts={[
            [
              TEXTS.planVersion,
              <ThingLink key="plan" kind="plan" id={plan.id}>
                {plan.name} (#{plan.id})
              </ThingLink>,
            ],
            [TEXTS.tier, rule.tier],
          ]}
        />
        <RulesTried rules={commission.rulesTried} />
      </Panel>
      <Panel title={TEXTS.attribution}>
        <p>
          {t(ATTRIBUTIONS[attribution.reason])}
          {attribution.code && (
            <span className="muted">
              {' '}
              {t(TEXTS.code)}: <code>{attribution.code}</code>
            </span>
          )}
        </p>
        <ol className="plain-list">
          {attribution.chain.map((link) => (
            <li key={link.level} className={link.level === level ? 'strong' : undefined}>
              {t({ zh: `第 ${link.level} 级：`, en: `Level ${link.level}: ` })}
              {link.distributorId && (
                <>
                  <DistributorLink id={link.distributorId} /> {link.tier && `(${link.tier}) `}
                </>
              )}
              {t(OUTCOMES[link.outcome])}
              {link.skipped && link.skipped.length > 0 && (
                <span className="muted">
                  {t({
                    zh: `；跳过 ${link.skipped.length} 位非正常状态的上级`,
                    en: `; ${link.skipped.length} inactive sponsors skipped`,
                  })}
                </span>
              )}
            </li>
          ))}
        </ol>
      </Panel>
      <Panel
        title={TEXTS.transfers}
        extra={maySeeTransfers && <Link to={transfers}>{t(TEXTS.seeTransfers)}</Link>}
      >
        <PlainTable
          rows={commission.transfers}
          keyOf={({ key }) => key}
          empty={t(TEXTS.noTransfers)}
          columns={[
            { title: t(TEXTS.when), render: ({ occurredAt }) => <TimeText at={occurredAt} /> },
            { title: t(TEXTS.from), render: ({ from }) => t(accountName(from)) },
            { title: t(TEXTS.to), render: ({ to }) => t(accountName(to)) },
            {
              title: t(WORDS.amount),
              align: 'end',
              render: ({ amount }) => <MoneyText value={money(amount)} />,
            },
            { title: t(WORDS.reason), render: ({ key }) => <Cause transferKey={key} /> },
          ]}
        />
      </Panel>
      <Panel title={TEXTS.holds}>
        <PlainTable
          rows={commission.holds}
          keyOf={({ id }) => id}
          empty={t(TEXTS.noHolds)}
          columns={[
            { title: t(WORDS.reason), render: ({ reason }) => reasonName(t, reason) },
            { title: t(MONEY_TEXTS.note), render: ({ note }) => note },
            { title: t(TEXTS.placed), render: ({ placedAt }) => <TimeText at={placedAt} /> },
            {
              title: t(TEXTS.lifted),
              render: ({ liftedAt, voidedAt }) => (
                <>
                  {liftedAt ? <TimeText at={liftedAt} /> : <StateTag state="on_hold" />}
                  {voidedAt && (
                    <>
                      {' '}
                      <StateTag state="voided" />
                    </>
                  )}
                </>
              ),
            },
          ]}
        />
      </Panel>
    </>
  );
}

const OVERVIEW: Text = { zh: '概要', en: 'Overview' };

type T = (text: Text) => string;
const reasonName = (t: T, reason: string) => (HOLD_REASONS[reason] ? t(HOLD_REASONS[reason]) : reason);

/** Why the commission is not released yet. */
function WhyNotPaid({ commission }: { commission: Explanation }) {
  const t = useT();
  const { date, time } = useFormats();
  const plain = useIsRole('distributor');
  const { state, releasedAt, whyNotPaid, pendingRun } = commission;
  if (state === 'released') {
    return (
      <Alert
        type="success"
        showIcon
        style={{ marginBottom: 16 }}
        title={t({
          zh: `已于 ${time(releasedAt)} 结算，可以提现。`,
          en: `Released on ${time(releasedAt)}; it can be withdrawn.`,
        })}
      />
    );
  }
  const sentences = whyNotPaid.map(
    ({ code, message, since, until, note }): { key: string; content: ReactNode } => ({
      key: message,
      content:
        code === 'awaiting_release_run' && pendingRun
          ? pendingText(t, pendingRun, plain)
          : t(SENTENCES[code]({ since: date(since), until: time(until), note: note ?? '' })),
    }),
  );
  const isOver = state === 'reversed' || state === 'clawed_back';
  return (
    <Alert
      type={isOver ? 'info' : 'warning'}
      showIcon
      style={{ marginBottom: 16 }}
      title={t(
        isOver
          ? { zh: '不会结算', en: 'Will not be released' }
          : { zh: '为什么还没有结算', en: 'Why it is not released yet' },
      )}
      description={
        <ul className="plain-list">
          {sentences.map(({ key, content }) => (
            <li key={key}>{content}</li>
          ))}
        </ul>
      }
    />
  );
}

function pendingText(t: T, { id, state }: { id: string; state: string }, plain: boolean): ReactNode {
  const name = STATES[state] ? t(STATES[state]) : state;
  if (plain) return t({ zh: `已列入结算批次（${name}）。`, en: `In a release run (${name}).` });
  return (
    <>
      {t({ zh: '已列入结算批次 ', en: 'In release run ' })}
      <ThingLink kind="release" id={id} />
      {t({ zh: `（${name}）。`, en: ` (${name}).` })}
    </>
  );
}

interface Particulars {
  since: string;
  until: string;
  note: string;
}

const held =
  (code: ObstacleCode) =>
  ({ since, note }: Particulars): Text => ({
    zh: `自 ${since} 起${OBSTACLE_NAMES[code].zh}${note && `：${note}`}`,
    en: `${OBSTACLE_NAMES[code].en}, since ${since}${note && `: ${note}`}`,
  });

const SENTENCES: Record<ObstacleCode, (particulars: Particulars) => Text> = {
  not_accrued: () => ({
    zh: '付款时受限制，佣金未计。',
    en: 'A restriction was open when the order was paid, so the commission was not accrued.',
  }),
  awaiting_delivery: () => ({
    zh: '商品尚未签收；退货期从签收开始计算。',
    en: 'The goods are not delivered yet. The return window starts at delivery.',
  }),
  return_window_open: ({ until }) => ({
    zh: `还在退货期内，客户可在 ${until} 前退货。`,
    en: `Still in the return window: the customer can return the goods until ${until}.`,
  }),
  return_open: () => ({
    zh: '有一笔退货正在处理，退货期暂停，处理完后继续。',
    en: 'A return is being handled. The return window is paused and continues afterwards.',
  }),
  distributor_suspended: ({ note }) => ({
    zh: `分销商已暂停，恢复后才能结算。${note}`,
    en: `The distributor is suspended. The commission can be released after the distributor is reinstated. ${note}`,
  }),
  distributor_terminated: () => OBSTACLE_NAMES.distributor_terminated,
  hold_finance: held('hold_finance'),
  hold_risk: held('hold_risk'),
  hold_violation: held('hold_violation'),
  hold_credential_expired: held('hold_credential_expired'),
  hold_other: held('hold_other'),
  awaiting_release_run: () => OBSTACLE_NAMES.awaiting_release_run,
  awaiting_finance: () => ({
    zh: '退货期已结束，等待财务结算。',
    en: 'The return window has ended. Waiting for finance to release it.',
  }),
  debt_first: () => OBSTACLE_NAMES.debt_first,
  run_rejected: () => OBSTACLE_NAMES.run_rejected,
  released: () => OBSTACLE_NAMES.released,
  reversed: () => ({
    zh: '结算前商品已全部取消或退货。',
    en: 'All units were canceled or returned before release.',
  }),
  clawed_back: () => ({
    zh: '结算后商品已全部退货，佣金已追回。',
    en: 'All units were returned after release; the commission was clawed back.',
  }),
};
