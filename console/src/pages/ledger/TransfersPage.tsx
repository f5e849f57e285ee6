import { useMutation } from '@tanstack/react-query';
import { Alert, Button, Table } from 'antd';
import { ACCOUNTS } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import { api, data } from '../../api/client';
import type { Answer } from '../../api/types';
import { ThingLink } from '../../detail/Links';
import { Panel } from '../../detail/Panel';
import { defineList } from '../../list/definition';
import { ListPage } from '../../list/ListPage';
import { type Text, useT } from '../../locale/locale';
import { MoneyText, TimeText, useFormats } from '../../ui/format';
import { useProblemText } from '../../ui/problems';
import { AccountText } from '../distributor/money';
import { optionsOf } from '../shared/options';

type Report = Answer<'/v1/ledger/verify'>;

const TEXTS = {
  title: { zh: '账务流水', en: 'Transfers' },
  verify: { zh: '核对账本', en: 'Verify ledger' },
  answer: { zh: '核对结果', en: 'Verification result' },
  from: { zh: '从', en: 'From' },
  to: { zh: '到', en: 'To' },
  account: { zh: '账户', en: 'Account' },
  cause: { zh: '起因', en: 'Cause' },
  belongs: { zh: '佣金 / 提现', en: 'Commission / withdrawal' },
  occurredAt: { zh: '发生时间', en: 'Occurred' },
  recordedAt: { zh: '记账时间', en: 'Recorded' },
  check: { zh: '检查项', en: 'Check' },
  subject: { zh: '对象', en: 'Subject' },
  expected: { zh: '应为', en: 'Expected' },
  actual: { zh: '实为', en: 'Actual' },
  total: { zh: '合计', en: 'Sum' },
} satisfies Record<string, Text>;

const list = defineList({
  key: 'transfers',
  path: '/v1/transfers',
  title: TEXTS.title,
  defaultSort: '-occurredAt',
  idOf: ({ id }) => String(id),
  columns: [
    {
      key: 'occurredAt',
      title: TEXTS.occurredAt,
      sort: 'occurredAt',
      render: ({ occurredAt }) => <TimeText at={occurredAt} />,
    },
    {
      key: 'amount',
      title: WORDS.amount,
      align: 'right',
      render: ({ amount }) => <MoneyText value={amount} strong />,
    },
    { key: 'from', title: TEXTS.from, render: ({ from }) => <AccountText name={from} /> },
    { key: 'to', title: TEXTS.to, render: ({ to }) => <AccountText name={to} /> },
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
      key: 'belongs',
      title: TEXTS.belongs,
      render: ({ commissionId, withdrawalId }) =>
        commissionId !== null ? (
          <ThingLink kind="commission" id={String(commissionId)}>
            #{commissionId}
          </ThingLink>
        ) : withdrawalId ? (
          <ThingLink kind="withdrawal" id={withdrawalId} />
        ) : (
          '–'
        ),
    },
    { key: 'key', title: TEXTS.cause, hidden: true, render: ({ key }) => <code>{key}</code> },
    {
      key: 'recordedAt',
      title: TEXTS.recordedAt,
      hidden: true,
      render: ({ recordedAt }) => <TimeText at={recordedAt} />,
    },
  ],
  filters: [
    { param: 'distributorId', label: WORDS.distributor, kind: 'distributor' },
    {
      param: 'account',
      label: TEXTS.account,
      kind: 'select',
      options: optionsOf(ACCOUNTS),
    },
    { param: 'occurredAfter', label: { zh: '发生起', en: 'From' }, kind: 'from' },
    { param: 'occurredBefore', label: { zh: '发生止', en: 'Until' }, kind: 'until' },
    { param: 'commissionId', label: { zh: '佣金编号', en: 'Commission' }, kind: 'text', width: 120 },
    { param: 'withdrawalId', label: { zh: '提现编号', en: 'Withdrawal' }, kind: 'text', rare: true },
    { param: 'currency', label: WORDS.currency, kind: 'text', width: 120, rare: true },
  ],
  empty: {
    title: { zh: '还没有流水', en: 'No transfers yet' },
    hint: {
      zh: '每一笔佣金、结算、提现和追回都会记一条流水，不可修改。',
      en: 'Every commission, release, withdrawal and clawback is recorded as a transfer, which is never changed.',
    },
  },
});

/** All transfers, and the verification of the ledger. */
export default function TransfersPage() {
  const t = useT();
  const problemText = useProblemText();
  const check = useMutation({ mutationFn: () => data(api.GET('/v1/ledger/verify')) });
  return (
    <ListPage
      list={list}
      actions={
        <Button loading={check.isPending} onClick={() => check.mutate()}>
          {t(TEXTS.verify)}
        </Button>
      }
    >
      {check.error && (
        <Alert
          type="error"
          showIcon
          style={{ marginBottom: 16 }}
          title={problemText(check.error).title}
          description={problemText(check.error).detail}
        />
      )}
      {check.data && <Checked report={check.data} />}
    </ListPage>
  );
}

function Checked({ report }: { report: Report }) {
  const t = useT();
  const { number, time } = useFormats();
  const { ok, transfers, mismatchCount, mismatches, totals, checkedAt } = report;
  return (
    <Panel title={TEXTS.answer}>
      <Alert
        role="status"
        type={ok ? 'success' : 'error'}
        showIcon
        style={{ marginBottom: 12 }}
        title={
          ok
            ? t({
                zh: `账目相符：核对了 ${number(transfers)} 条流水（${time(checkedAt)}）`,
                en: `The ledger balances: ${number(transfers)} transfers verified (${time(checkedAt)})`,
              })
            : t({
                zh: `发现 ${number(mismatchCount)} 处不符，请立即通知工程师，暂停结算和打款。`,
                en: `${number(mismatchCount)} mismatches found. Inform an engineer immediately and stop releases and payouts.`,
              })
        }
      />
      {mismatches.length > 0 && (
        <Table
          size="small"
          pagination={{ pageSize: 20, hideOnSinglePage: true }}
          scroll={{ x: 'max-content' }}
          rowKey={({ check, subject, currency }) => `${check}/${subject}/${currency}`}
          dataSource={mismatches}
          columns={[
            { title: t(TEXTS.check), render: (_, { check }) => check },
            { title: t(TEXTS.subject), render: (_, { subject }) => <code>{subject}</code> },
            {
              title: t(TEXTS.expected),
              align: 'right',
              render: (_, { expected, currency }) => <MoneyText value={{ amount: expected, currency }} />,
            },
            {
              title: t(TEXTS.actual),
              align: 'right',
              render: (_, { actual, currency }) => <MoneyText value={{ amount: actual, currency }} />,
            },
          ]}
        />
      )}
      <Table
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey={({ currency, account }) => `${currency}/${account}`}
        dataSource={totals}
        columns={[
          { title: t(TEXTS.account), render: (_, { account }) => <AccountText name={account} /> },
          { title: t(WORDS.currency), render: (_, { currency }) => currency },
          {
            title: t(TEXTS.total),
            align: 'right',
            render: (_, { amount, currency }) => <MoneyText value={{ amount, currency }} />,
          },
        ]}
      />
    </Panel>
  );
}
