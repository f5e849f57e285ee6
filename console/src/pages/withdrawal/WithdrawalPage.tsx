import { Alert } from 'antd';
import { FINANCE } from '../../../../domain/roles';
import { WORDS } from '../../../../domain/words/glossary';
import { WITHDRAWAL } from '../../../../domain/words/titles';
import type { Action } from '../../actions/ActionBar';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { useMe } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { usePageId } from '../../detail/usePageId';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { Approvals } from '../shared/Approvals';
import '../shared/finance.css';

type Withdrawal = Answer<'/v1/withdrawals/{id}'>;

const TEXTS = {
  overview: { zh: '概要', en: 'Overview' },
  approvals: { zh: '审批', en: 'Approval' },
  approve: { zh: '批准', en: 'Approve' },
  approved: { zh: '已批准', en: 'Approved' },
  reject: { zh: '驳回', en: 'Reject' },
  rejected: { zh: '已驳回，金额已退回', en: 'Rejected; funds returned to balance' },
  cancel: { zh: '取消提现', en: 'Cancel withdrawal' },
  canceled: { zh: '已取消，金额已退回', en: 'Canceled; funds returned to balance' },
  seen: { zh: '分销商会看到这个原因。', en: 'The distributor sees this reason.' },
  byYou: {
    zh: '您已批准。金额超过双人审批线，还需另一位财务人员批准。',
    en: 'You have approved this. The amount is above the two-person limit; a second finance user must approve.',
  },
  two: {
    zh: '金额超过双人审批线，需要两位不同的财务人员批准。',
    en: 'The amount is above the two-person limit: two different finance users must approve.',
  },
  toBatch: {
    zh: '已批准，等待列入打款批次。',
    en: 'Approved, waiting for a payout batch.',
  },
  failed: { zh: '打款失败，金额已退回', en: 'Payout failed; funds returned to balance' },
  returnPayment: { zh: '登记退汇', en: 'Report bank return' },
  returned: { zh: '已登记退汇', en: 'Bank return recorded' },
  returnHelp: {
    zh: '银行退回已付款项时使用：金额退回分销商余额，分销商会看到这个原因。超过双人审批线时，需要两位不同的财务人员登记。',
    en: "Use this when the bank returns a payment: the amount returns to the distributor's balance and the distributor sees this reason. Above the two-person limit, two different finance users must report it.",
  },
  file: { zh: '银行打款文件', en: 'Payout file' },
  http: { zh: '打款服务商接口', en: 'Payout provider' },
} satisfies Record<string, Text>;

/** One withdrawal: approvals, payout account and progress. */
export default function WithdrawalPage() {
  const t = useT();
  const me = useMe();
  const id = usePageId();
  const { money } = useFormats();
  return (
    <DetailPage
      kind="withdrawal"
      id={id}
      process="withdrawal"
      load={(signal) => data(api.GET('/v1/withdrawals/{id}', { params: { path: { id } }, signal }))}
      title={({ amount, distributorName }) => `${t(WITHDRAWAL.one)} ${money(amount)} · ${distributorName}`}
      state={({ state }) => state}
      actions={(withdrawal) => actionsOf(withdrawal, me.user.id)}
    >
      {(withdrawal) => <WithdrawalView withdrawal={withdrawal} />}
    </DetailPage>
  );
}

const approvedBy = ({ approvals }: Withdrawal, userId: string) =>
  approvals.some((approval) => approval.userId === userId);

function actionsOf(withdrawal: Withdrawal, userId: string): Action[] {
  const roles = FINANCE;
  const { state, amount, distributorName } = withdrawal;
  const path = { id: withdrawal.id };
  const isOpen = state === 'requested';
  const summary = (
    <span className="strong">
      <MoneyText value={amount} /> · {distributorName}
    </span>
  );
  return [
    {
      key: 'approve',
      label: TEXTS.approve,
      shortcut: 'a',
      roles,
      available: isOpen && !approvedBy(withdrawal, userId),
      primary: true,
      summary,
      fields: [{ name: 'note', label: WORDS.note, kind: 'textarea' }],
      done: TEXTS.approved,
      run: ({ note }, header) =>
        api.POST('/v1/withdrawals/{id}/approve', {
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
      summary,
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', required: true, help: TEXTS.seen }],
      done: TEXTS.rejected,
      run: ({ reason }, header) =>
        api.POST('/v1/withdrawals/{id}/reject', {
          params: { path, header },
          body: { reason: String(reason) },
        }),
    },
    {
      key: 'cancel',
      label: TEXTS.cancel,
      roles,
      available: isOpen || state === 'approved',
      danger: true,
      summary,
      fields: [{ name: 'reason', label: WORDS.reason, kind: 'textarea', help: TEXTS.seen }],
      done: TEXTS.canceled,
      run: ({ reason }, header) =>
        api.POST('/v1/withdrawals/{id}/cancel', {
          params: { path, header },
          body: reason === undefined ? {} : { reason: String(reason) },
        }),
    },
    {
      key: 'return-payment',
      label: TEXTS.returnPayment,
      roles,
      available: state === 'paid',
      danger: true,
      summary,
      fields: [
        { name: 'reason', label: WORDS.reason, kind: 'textarea', required: true, help: TEXTS.returnHelp },
      ],
      done: TEXTS.returned,
      run: ({ reason }, header) =>
        api.POST('/v1/withdrawals/{id}/return-payment', {
          params: { path, header },
          body: { reason: String(reason) },
        }),
    },
  ];
}

function WithdrawalView({ withdrawal }: { withdrawal: Withdrawal }) {
  const t = useT();
  const me = useMe();
  const { state, reason, approvalsNeeded, bankAccount, batchId, providerReference, providerCalledAt } =
    withdrawal;
  const hint: Text | undefined =
    state === 'requested' && approvalsNeeded > 1
      ? approvedBy(withdrawal, me.user.id)
        ? TEXTS.byYou
        : TEXTS.two
      : state === 'approved' && withdrawal.method === 'file'
        ? TEXTS.toBatch
        : undefined;
  return (
    <>
      {hint && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t(hint)} />}
      {reason && (
        <Alert
          type={state === 'failed' || state === 'rejected' ? 'error' : 'info'}
          showIcon
          style={{ marginBottom: 16 }}
          title={t(
            state === 'failed' ? TEXTS.failed : state === 'canceled' ? TEXTS.canceled : TEXTS.rejected,
          )}
          description={reason}
        />
      )}
      <Panel title={TEXTS.overview}>
        <Facts
          facts={[
            [WORDS.amount, <MoneyText key="amount" value={withdrawal.amount} strong />],
            [
              WORDS.distributor,
              <ThingLink key="distributor" kind="distributor" id={withdrawal.distributorId}>
                {withdrawal.distributorName}
              </ThingLink>,
            ],
            [WITHDRAWAL.holder, bankAccount.holder],
            [WITHDRAWAL.bank, bankAccount.bank],
            [WITHDRAWAL.number, <code key="number">{bankAccount.number}</code>],
            [WITHDRAWAL.method, t(withdrawal.method === 'file' ? TEXTS.file : TEXTS.http)],
            [WITHDRAWAL.batch, batchId ? <ThingLink key="batch" kind="payout" id={batchId} /> : undefined],
            [WITHDRAWAL.reference, providerReference ?? undefined],
            [
              WITHDRAWAL.providerCalledAt,
              providerCalledAt ? <TimeText key="called" at={providerCalledAt} /> : undefined,
            ],
            [
              WITHDRAWAL.settledAt,
              withdrawal.settledAt ? <TimeText key="at" at={withdrawal.settledAt} /> : undefined,
            ],
          ]}
        />
      </Panel>
      <Panel title={TEXTS.approvals}>
        <Approvals
          requestedBy={{
            name: withdrawal.requestedBy ?? '–',
            at: withdrawal.requestedAt,
            label: WITHDRAWAL.requestedBy,
          }}
          approvals={withdrawal.approvals}
          needed={approvalsNeeded}
          isOpen={state === 'requested'}
        />
      </Panel>
    </>
  );
}
