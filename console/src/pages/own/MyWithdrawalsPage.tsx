import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Skeleton } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionDialog } from '../../actions/ActionDialog';
import { api, data } from '../../api/client';
import type { Answer, Item, Money } from '../../api/types';
import { useMe } from '../../app/session';
import { type Text, useT } from '../../locale/locale';
import { FullPageProblem } from '../../ui/FullPage';
import { digitsOf, MoneyText, TimeText, useFormats } from '../../ui/format';
import { Page } from '../../ui/Page';
import { StateTag } from '../../ui/StateTag';
import { OwnList } from './OwnList';
import { useOwnId } from './useOwnId';

type Withdrawal = Item<'/v1/withdrawals'>;
type Balance = Answer<'/v1/distributors/{id}/balance'>['balances'][number];

const TEXTS = {
  title: { zh: '提现', en: 'Withdraw' },
  available: { zh: '可提现', en: 'Available' },
  keptBack: { zh: '暂扣', en: 'Kept back' },
  keptBackHint: {
    zh: '暂扣的金额在解除限制前不能提现。',
    en: 'What is kept back cannot be withdrawn until the restriction ends.',
  },
  reserved: { zh: '提现中', en: 'In withdrawal' },
  debt: { zh: '欠款', en: 'Debt' },
  withdraw: { zh: '提现', en: 'Withdraw' },
  amount: { zh: '提现金额', en: 'Amount' },
  to: { zh: '收款账户：', en: 'Payout account: ' },
  change: { zh: '变更', en: 'Change' },
  done: {
    zh: '提现申请已提交，财务审批后打款。',
    en: 'Withdrawal requested. It is paid out after finance approves it.',
  },
  nothing: {
    zh: '还没有可提现的余额。佣金结算后会显示在这里。',
    en: 'No available balance yet. Released commissions appear here.',
  },
  owes: {
    zh: '有欠款时不能提现：之后结算的佣金会先抵扣欠款。',
    en: 'You cannot withdraw while you have debt. Commissions released from now on pay the debt first.',
  },
  history: { zh: '提现记录', en: 'Withdrawal history' },
  none: { zh: '还没有提现记录。', en: 'No withdrawals yet.' },
  cancel: { zh: '取消提现', en: 'Cancel withdrawal' },
  cancelHint: { zh: '取消后金额退回可提现余额。', en: 'The amount returns to your available balance.' },
  canceled: { zh: '已取消，金额已退回', en: 'Canceled; funds returned to balance' },
} satisfies Record<string, Text>;

/** Withdrawals of the signed-in distributor. */
export default function MyWithdrawalsPage() {
  const t = useT();
  const id = useOwnId();
  const path = { id };
  const balance = useQuery({
    queryKey: ['balance', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}/balance', { params: { path } })),
    refetchInterval: 30_000,
  });
  const me = useQuery({
    queryKey: ['thing', 'distributor', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}', { params: { path } })),
  });
  const error = balance.error ?? me.error;
  if (error && !(balance.data && me.data)) {
    return (
      <FullPageProblem
        error={error}
        retry={() => {
          void balance.refetch();
          void me.refetch();
        }}
      />
    );
  }
  return (
    <Page title={t(TEXTS.title)}>
      <div className="narrow">
        {!balance.data || !me.data ? (
          <Skeleton active />
        ) : (
          <>
            {balance.data.balances.length === 0 && (
              <Alert type="info" showIcon title={t(TEXTS.nothing)} style={{ marginBottom: 16 }} />
            )}
            {balance.data.balances.map((one) => (
              <BalanceView key={one.currency} balance={one} id={id} account={me.data.bankAccount} />
            ))}
          </>
        )}
        <h2>{t(TEXTS.history)}</h2>
        <OwnList<Withdrawal>
          queryKey={['own-withdrawals', id]}
          load={(cursor) =>
            data(
              api.GET('/v1/withdrawals', {
                params: { query: { distributorId: id, limit: 50, ...(cursor && { cursor }) } },
              }),
            )
          }
          idOf={(withdrawal) => withdrawal.id}
          render={(withdrawal) => <WithdrawalView withdrawal={withdrawal} />}
          empty={TEXTS.none}
        />
      </div>
    </Page>
  );
}

interface BalanceViewProps {
  balance: Balance;
  id: string;
  account: Answer<'/v1/distributors/{id}'>['bankAccount'];
}

function BalanceView({ balance, id, account }: BalanceViewProps) {
  const { currency, withdrawable, keptBack, reserved, debt } = balance;
  const t = useT();
  const me = useMe();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const { money } = useFormats();
  const [open, setOpen] = useState(false);
  const minimum = { amount: me.brand.withdrawalMinimum, currency };
  const owes = debt.amount > 0;
  const tooLittle = withdrawable.amount < minimum.amount;
  return (
    <section className="panel" aria-label={currency}>
      <div className="totals">
        <Amount label={TEXTS.available} value={withdrawable} large />
        {keptBack.amount > 0 && <Amount label={TEXTS.keptBack} value={keptBack} />}
        {reserved.amount > 0 && <Amount label={TEXTS.reserved} value={reserved} />}
        {owes && <Amount label={TEXTS.debt} value={debt} />}
      </div>
      <p className="muted">
        {t(TEXTS.to)}
        {account.bankName} {account.numberMasked} <Link to="/my-details">{t(TEXTS.change)}</Link>
      </p>
      {keptBack.amount > 0 && <p>{t(TEXTS.keptBackHint)}</p>}
      {owes && <Alert type="warning" showIcon title={t(TEXTS.owes)} style={{ marginBottom: 12 }} />}
      {!owes && tooLittle && (
        <p>
          {t({
            zh: `满 ${money(minimum)} 可以提现。`,
            en: `You can withdraw once you have ${money(minimum)}.`,
          })}
        </p>
      )}
      <Button type="primary" size="large" block disabled={owes || tooLittle} onClick={() => setOpen(true)}>
        {t(TEXTS.withdraw)}
      </Button>
      {open && (
        <ActionDialog
          title={t(TEXTS.withdraw)}
          summary={
            <>
              <div>
                {t(TEXTS.available)} <MoneyText value={withdrawable} strong />
                {t({ zh: `，最低 ${money(minimum)}`, en: `, min ${money(minimum)}` })}
              </div>
              <div>
                {t(TEXTS.to)}
                {account.bankName} {account.numberMasked} {account.holder}
              </div>
            </>
          }
          fields={[
            {
              name: 'amount',
              label: TEXTS.amount,
              kind: 'money',
              currency,
              required: true,
              initial: withdrawable.amount / 10 ** digitsOf(currency),
            },
          ]}
          confirm={TEXTS.withdraw}
          onCancel={() => setOpen(false)}
          onSubmit={async (body, header) => {
            await api.POST('/v1/withdrawals', {
              params: { header },
              // The field converts its input to money.
              body: { distributorId: id, amount: body.amount as Money },
            });
            setOpen(false);
            void message.success(t(TEXTS.done));
            await queries.invalidateQueries();
          }}
        />
      )}
    </section>
  );
}

function Amount({ label, value, large }: { label: Text; value: Money; large?: boolean }) {
  const t = useT();
  return (
    <div>
      <div className="muted">{t(label)}</div>
      <div style={{ fontSize: large ? 24 : 17 }}>
        <MoneyText value={value} strong />
      </div>
    </div>
  );
}

const SENTENCES: Partial<Record<Withdrawal['state'], Text>> = {
  requested: { zh: '等待财务审批。', en: 'Waiting for finance approval.' },
  approved: { zh: '已审批，等待打款。', en: 'Approved, waiting for payout.' },
  paying: {
    zh: '打款中，通常 1 至 3 个工作日到账。',
    en: 'Payout in progress; usually arrives in 1 to 3 business days.',
  },
  paid: { zh: '已打款到您的账户。', en: 'Paid to your account.' },
  failed: {
    zh: '打款失败，金额已退回余额。请核对收款账户（可在“我的资料”中变更）后重新提现。',
    en: 'Payout failed; funds returned to balance. Check your payout account, change it under “My details” if needed, and withdraw again.',
  },
  rejected: { zh: '未批准，金额已退回余额。', en: 'Not approved; funds returned to balance.' },
  canceled: { zh: '已取消，金额已退回余额。', en: 'Canceled; funds returned to balance.' },
};

function WithdrawalView({ withdrawal }: { withdrawal: Withdrawal }) {
  const t = useT();
  const queries = useQueryClient();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const { id, state, amount, requestedAt, settledAt, reason } = withdrawal;
  const sentence = SENTENCES[state];
  return (
    <>
      <div className="own-head">
        <span style={{ fontSize: 17 }}>
          <MoneyText value={amount} strong />
        </span>
        <StateTag state={state} />
      </div>
      {sentence && <div>{t(sentence)}</div>}
      {reason && (
        <div>
          {t({ zh: '原因：', en: 'Reason: ' })}
          {reason}
        </div>
      )}
      <div className="muted">
        {t({ zh: '申请于 ', en: 'Requested ' })}
        <TimeText at={requestedAt} />
        {settledAt && (
          <>
            {t({ zh: ' · 完成于 ', en: ' · finished ' })}
            <TimeText at={settledAt} />
          </>
        )}
      </div>
      {(state === 'requested' || state === 'approved') && (
        <Button style={{ marginTop: 8 }} onClick={() => setAsking(true)}>
          {t(TEXTS.cancel)}
        </Button>
      )}
      {asking && (
        <ActionDialog
          title={t(TEXTS.cancel)}
          summary={t(TEXTS.cancelHint)}
          fields={[]}
          confirm={TEXTS.cancel}
          danger
          onCancel={() => setAsking(false)}
          onSubmit={async (_body, header) => {
            await api.POST('/v1/withdrawals/{id}/cancel', {
              params: { path: { id }, header },
              body: {},
            });
            setAsking(false);
            void message.success(t(TEXTS.canceled));
            await queries.invalidateQueries();
          }}
        />
      )}
    </>
  );
}
