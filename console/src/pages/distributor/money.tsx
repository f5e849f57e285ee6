import { hrefOf } from '../../../../domain/kinds';
import { accountName } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import { MONEY_TEXTS } from '../../../../domain/words/titles';
import { ThingLink } from '../../detail/Links';
import { defineList } from '../../list/definition';
import { useT } from '../../locale/locale';
import { MoneyText, TimeText } from '../../ui/format';
import { StateTag } from '../../ui/StateTag';

/** Name of a ledger account. */
export function AccountText({ name }: { name: string }) {
  return useT()(accountName(name));
}

/** Statement of a distributor. */
export const statementList = defineList({
  key: 'statement',
  path: '/v1/distributors/{id}/statement',
  title: { zh: '账务流水', en: 'Statement' },
  idOf: ({ id }) => String(id),
  defaultSort: '-id',
  columns: [
    {
      key: 'occurredAt',
      title: { zh: '时间', en: 'Time' },
      render: ({ occurredAt }) => <TimeText at={occurredAt} />,
    },
    { key: 'from', title: { zh: '从', en: 'From' }, render: ({ from }) => <AccountText name={from} /> },
    { key: 'to', title: { zh: '到', en: 'To' }, render: ({ to }) => <AccountText name={to} /> },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      render: ({ amount }) => <MoneyText value={amount} />,
    },
    {
      key: 'cause',
      title: { zh: '起因', en: 'Cause' },
      render: ({ commissionId, withdrawalId }) => (
        <CauseLink commissionId={commissionId} withdrawalId={withdrawalId} />
      ),
    },
  ],
  filters: [],
  empty: {
    title: { zh: '还没有资金变动', en: 'No transfers yet' },
    hint: { zh: '第一笔佣金入账后会显示在这里。', en: 'Transfers appear here with the first commission.' },
  },
});

function CauseLink({
  commissionId,
  withdrawalId,
}: {
  commissionId: number | null;
  withdrawalId: string | null;
}) {
  const t = useT();
  if (commissionId !== null) {
    return (
      <ThingLink kind="commission" id={String(commissionId)}>
        {t({ zh: `佣金 ${commissionId}`, en: `Commission ${commissionId}` })}
      </ThingLink>
    );
  }
  return withdrawalId === null ? (
    '–'
  ) : (
    <ThingLink kind="withdrawal" id={withdrawalId}>
      {t({ zh: '提现', en: 'Withdrawal' })}
    </ThingLink>
  );
}

/** Orders attributed to a distributor. */
export const orderList = defineList({
  key: 'distributor-orders',
  path: '/v1/orders',
  title: { zh: '订单', en: 'Orders' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('order', id),
  defaultSort: '-createdAt',
  columns: [
    { key: 'id', title: WORDS.order, render: ({ id }) => id },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'paidAt',
      title: { zh: '支付时间', en: 'Paid' },
      render: ({ paidAt }) => <TimeText at={paidAt} />,
    },
  ],
  filters: [],
  empty: {
    title: { zh: '没有订单', en: 'No orders' },
    hint: { zh: '还没有订单归属于该分销商。', en: 'No orders are attributed to this distributor yet.' },
  },
});

/** Commissions of a distributor. */
export const commissionList = defineList({
  key: 'distributor-commissions',
  path: '/v1/commissions',
  title: { zh: '佣金', en: 'Commissions' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('commission', id),
  defaultSort: '-createdAt',
  columns: [
    { key: 'id', title: WORDS.id, sort: 'createdAt', render: ({ id }) => `#${id}` },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'amount',
      title: WORDS.amount,
      sort: 'amount',
      align: 'right',
      render: ({ amount }) => <MoneyText value={amount} />,
    },
    {
      key: 'order',
      title: WORDS.order,
      render: ({ orderId }) => <ThingLink kind="order" id={orderId} />,
    },
    {
      key: 'level',
      title: { zh: '层级', en: 'Level' },
      align: 'right',
      render: ({ level }) => level,
    },
    {
      key: 'dueAt',
      title: MONEY_TEXTS.dueAt,
      sort: 'dueAt',
      render: ({ dueAt }) => <TimeText at={dueAt} dateOnly />,
    },
  ],
  filters: [],
  empty: {
    title: { zh: '没有佣金', en: 'No commissions' },
    hint: { zh: '订单支付后产生佣金。', en: 'Commissions are created when orders are paid.' },
  },
});

/** Withdrawals of a distributor. */
export const withdrawalList = defineList({
  key: 'distributor-withdrawals',
  path: '/v1/withdrawals',
  title: { zh: '提现', en: 'Withdrawals' },
  idOf: ({ id }) => id,
  href: ({ id }) => hrefOf('withdrawal', id),
  defaultSort: '-requestedAt',
  columns: [
    {
      key: 'requestedAt',
      title: { zh: '申请时间', en: 'Requested' },
      sort: 'requestedAt',
      render: ({ requestedAt }) => <TimeText at={requestedAt} />,
    },
    { key: 'state', title: WORDS.state, render: ({ state }) => <StateTag state={state} /> },
    {
      key: 'amount',
      title: WORDS.amount,
      sort: 'amount',
      align: 'right',
      render: ({ amount }) => <MoneyText value={amount} />,
    },
    { key: 'reason', title: WORDS.reason, render: ({ reason }) => reason ?? '–' },
  ],
  filters: [],
  empty: {
    title: { zh: '没有提现', en: 'No withdrawals' },
    hint: { zh: '该分销商还没有申请过提现。', en: 'This distributor has not requested a withdrawal yet.' },
  },
});
