import { useQuery } from '@tanstack/react-query';
import { Alert, Breadcrumb, Table, Tabs, type TabsProps, Typography } from 'antd';
import { type ComponentProps, useState } from 'react';
import { Link } from 'react-router';
import { hrefOf } from '../../../../domain/kinds';
import { CHANNEL, CONTROLLERS } from '../../../../domain/roles';
import { ACCOUNTS } from '../../../../domain/words/events';
import { WORDS } from '../../../../domain/words/glossary';
import { APPLICANT_KINDS, CHANNELS } from '../../../../domain/words/names';
import type { Action } from '../../actions/ActionBar';
import { api, data, type idempotencyKey } from '../../api/client';
import type { Answer, ListPath } from '../../api/types';
import { useIsRole } from '../../app/session';
import { DetailPage } from '../../detail/DetailPage';
import { ThingLink } from '../../detail/Links';
import { Facts, Panel } from '../../detail/Panel';
import { Reveal } from '../../detail/Reveal';
import { usePageId } from '../../detail/usePageId';
import { EmbeddedList } from '../../list/EmbeddedList';
import { CodeNames } from '../../locale/compliance';
import { type Text, useT } from '../../locale/locale';
import { RegionText } from '../../locale/regions';
import { MoneyText, TimeText } from '../../ui/format';
import { ChangeButton } from '../accountChange/ChangeButton';
import { accountChangeList } from '../accountChange/list';
import { Credentials } from '../application/Credentials';
import { downlineList } from './list';
import { commissionList, orderList, statementList, withdrawalList } from './money';
import { Restrictions } from './Restrictions';

type Distributor = Answer<'/v1/distributors/{id}'>;
type Balance = Answer<'/v1/distributors/{id}/balance'>['balances'][number];

const TEXTS = {
  overview: { zh: '概览', en: 'Overview' },
  balances: { zh: '余额', en: 'Balances' },
  facts: { zh: '基本信息', en: 'Details' },
  credentials: { zh: '资质', en: 'Credentials' },
  account: { zh: '收款账户', en: 'Bank account' },
  until: { zh: '暂停至（不填则不自动解除）', en: 'Until (leave empty for no end)' },
  untilHelp: {
    zh: '到时自动解除，期间到期的佣金随后结算。',
    en: 'The suspension ends automatically at this time; what came due meanwhile is released afterwards.',
  },
  identityPerson: { zh: '身份证号码', en: 'Identity number' },
  identityCompany: { zh: '统一社会信用代码', en: 'Unified social credit code' },
} satisfies Record<string, Text>;

/** One distributor. */
export default function DistributorPage() {
  const id = usePageId();
  return (
    <DetailPage
      key={id}
      kind="distributor"
      id={id}
      load={(signal) => data(api.GET('/v1/distributors/{id}', { params: { path: { id } }, signal }))}
      title={({ name }) => name}
      state={({ state }) => state}
      actions={actionsFor}
    >
      {(distributor) => <Parts distributor={distributor} />}
    </DetailPage>
  );
}

function actionsFor({ id, state, name }: Distributor): Action[] {
  const params = (header: ReturnType<typeof idempotencyKey>) => ({ path: { id }, header });
  const reason = {
    name: 'reason',
    label: { zh: '原因（写入审计日志）', en: 'Reason (recorded in the audit log)' },
    kind: 'textarea',
    maxLength: 2000,
    required: true,
  } as const;
  return [
    {
      key: 'suspend',
      label: { zh: '暂停', en: 'Suspend' },
      roles: CHANNEL,
      available: state === 'active',
      danger: true,
      summary: <SuspendSummary name={name} />,
      fields: [reason, { name: 'until', label: TEXTS.until, kind: 'time', help: TEXTS.untilHelp }],
      run: ({ reason: why, until }, key) =>
        api.POST('/v1/distributors/{id}/suspend', {
          params: params(key),
          body: { reason: String(why), ...(until !== undefined && { until: String(until) }) },
        }),
      done: { zh: '已暂停', en: 'Suspended' },
    },
    {
      key: 'reinstate',
      label: { zh: '恢复', en: 'Reinstate' },
      roles: CHANNEL,
      available: state === 'suspended',
      primary: true,
      fields: [reason],
      run: (body, key) =>
        api.POST('/v1/distributors/{id}/reinstate', {
          params: params(key),
          body: { reason: String(body.reason) },
        }),
      done: { zh: '已恢复', en: 'Reinstated' },
    },
  ];
}

function SuspendSummary({ name }: { name: string }) {
  return useT()({
    zh: `暂停「${name}」后，新订单不计佣，不再结算，也不能提现；恢复后继续结算。`,
    en: `While ${name} is suspended, new orders accrue no commission, commissions are not released and nothing can be withdrawn. Held commissions are released after the distributor is reinstated.`,
  });
}

function Parts({ distributor }: { distributor: Distributor }) {
  const t = useT();
  const { id } = distributor;
  const seesWithdrawals = useIsRole('admin', 'compliance', 'finance');
  const seesTree = !useIsRole('distributor');
  const [tab, setTab] = useState('overview');
  const tabs: TabsProps['items'] = [
    { key: 'overview', label: t(TEXTS.overview), children: <Overview distributor={distributor} /> },
    {
      key: 'statement',
      label: t(statementList.title),
      children: <ListPart list={statementList} params={{ id }} />,
    },
    {
      key: 'commissions',
      label: t(commissionList.title),
      children: <ListPart list={commissionList} fixed={{ distributorId: id }} />,
    },
    {
      key: 'orders',
      label: t(orderList.title),
      children: <ListPart list={orderList} fixed={{ distributorId: id }} />,
    },
    ...(seesWithdrawals
      ? [
          {
            key: 'withdrawals',
            label: t(withdrawalList.title),
            children: <ListPart list={withdrawalList} fixed={{ distributorId: id }} />,
          },
        ]
      : []),
    {
      key: 'account-changes',
      label: t(accountChangeList.title),
      children: <ListPart list={accountChangeList} fixed={{ distributorId: id }} />,
    },
    {
      key: 'downline',
      label: `${t(downlineList.title)} ${distributor.directDownline}`,
      children: <ListPart list={downlineList} params={{ id }} />,
    },
  ];
  return (
    <>
      {distributor.state !== 'active' && distributor.stateReason && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 16 }}
          title={t({ zh: '当前状态的原因', en: 'Reason for the current state' })}
          description={
            <>
              {distributor.stateReason}
              {distributor.suspendedUntil && (
                <div>
                  {t({ zh: '自动解除：', en: 'Ends automatically: ' })}
                  <TimeText at={distributor.suspendedUntil} />
                </div>
              )}
            </>
          }
        />
      )}
      {seesTree && <SponsorPath id={id} />}
      <Tabs activeKey={tab} onChange={setTab} items={tabs} destroyOnHidden />
    </>
  );
}

function ListPart<P extends ListPath>(props: ComponentProps<typeof EmbeddedList<P>>) {
  return (
    <section className="panel">
      <EmbeddedList {...props} />
    </section>
  );
}

/** The sponsor chain of the distributor. */
function SponsorPath({ id }: { id: string }) {
  const t = useT();
  const path = useQuery({
    queryKey: ['sponsor-path', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}/path', { params: { path: { id } } })),
  });
  const above = path.data?.items ?? [];
  return (
    <div style={{ marginBottom: 12, display: 'flex', flexWrap: 'wrap', gap: '4px 16px' }}>
      {above.length > 1 && (
        <Breadcrumb
          items={above.map((one) => ({
            key: one.id,
            title: one.id === id ? one.name : <Link to={hrefOf('distributor', one.id)}>{one.name}</Link>,
          }))}
        />
      )}
      <Link to={`/sponsor-tree?at=${id}`}>{t({ zh: '在关系树中查看', en: 'View in the sponsor tree' })}</Link>
    </div>
  );
}

function Overview({ distributor }: { distributor: Distributor }) {
  const t = useT();
  const { id, kind, bankAccount, sponsorId } = distributor;
  const identity = kind === 'person' ? TEXTS.identityPerson : TEXTS.identityCompany;
  const credentials = useQuery({
    queryKey: ['distributor-credentials', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}/credentials', { params: { path: { id } } })),
  });
  const roles = CONTROLLERS;
  return (
    <>
      <Balances id={id} />
      <Restrictions id={id} />
      <Panel title={TEXTS.facts}>
        <Facts
          facts={[
            [WORDS.tier, distributor.tier],
            [
              { zh: '推荐码', en: 'Referral code' },
              <Typography.Text key="code" copyable code>
                {distributor.referralCode}
              </Typography.Text>,
            ],
            [WORDS.region, <RegionText key="region" region={distributor.region} />],
            [WORDS.kind, t(APPLICANT_KINDS[kind])],
            [
              WORDS.name,
              <span key="name">
                {distributor.name} <ChangeButton field="name" distributor={distributor} />
              </span>,
            ],
            [
              { zh: '手机', en: 'Phone' },
              <span key="phone">
                {distributor.phone} <ChangeButton field="phone" distributor={distributor} />
              </span>,
            ],
            [
              { zh: '邮箱', en: 'Email' },
              <span key="mail" style={{ overflowWrap: 'anywhere' }}>
                {distributor.email} <ChangeButton field="email" distributor={distributor} />
              </span>,
            ],
            [
              { zh: '销售渠道', en: 'Channels' },
              <CodeNames key="channels" names={CHANNELS} codes={distributor.channels} />,
            ],
            [{ zh: '加入时间', en: 'Joined' }, <TimeText key="at" at={distributor.createdAt} />],
            [
              identity,
              <Reveal
                key="identity"
                masked={distributor.identityNumberMasked}
                label={identity}
                roles={roles}
                of="distributors"
                id={id}
                field="identityNumber"
              />,
            ],
            [
              TEXTS.account,
              <span key="account">
                <Reveal
                  masked={bankAccount.numberMasked}
                  label={TEXTS.account}
                  roles={roles}
                  of="distributors"
                  id={id}
                  field="bankAccount"
                />
                <ChangeButton field="bank_account" distributor={distributor} />
                <div>
                  {bankAccount.holder}
                  {t({ zh: '，', en: ', ' })}
                  {bankAccount.bankName}
                </div>
              </span>,
            ],
            [{ zh: '商城客户号', en: 'Customer ID in the shop' }, distributor.shopCustomerId ?? undefined],
            [
              { zh: '上级', en: 'Sponsor' },
              sponsorId ? (
                <Link to={hrefOf('distributor', sponsorId)}>{t({ zh: '查看上级', en: 'Open' })}</Link>
              ) : (
                t({ zh: '无', en: 'None' })
              ),
            ],
            [
              { zh: '申请', en: 'Application' },
              <ThingLink key="application" kind="application" id={distributor.applicationId} />,
            ],
          ]}
        />
      </Panel>
      <Credentials title={TEXTS.credentials} items={credentials.data?.items ?? []} />
    </>
  );
}

function Balances({ id }: { id: string }) {
  const t = useT();
  const balance = useQuery({
    queryKey: ['balance', id],
    queryFn: () => data(api.GET('/v1/distributors/{id}/balance', { params: { path: { id } } })),
  });
  const balances = balance.data?.balances ?? [];
  const isKeptBack = balances.some(({ keptBack }) => keptBack.amount > 0);
  const money = (key: Exclude<keyof Balance, 'currency'>, title: Text) => ({
    key,
    title: t(title),
    align: 'right' as const,
    render: (_: unknown, item: Balance) => (
      <MoneyText value={item[key]} strong={key === (isKeptBack ? 'withdrawable' : 'available')} />
    ),
  });
  return (
    <Panel title={TEXTS.balances}>
      <Table<Balance>
        size="small"
        rowKey="currency"
        pagination={false}
        loading={balance.isPending}
        dataSource={balances}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: t({ zh: '还没有佣金入账', en: 'No commissions yet' }) }}
        columns={[
          { key: 'currency', title: t(WORDS.currency), dataIndex: 'currency' },
          money('held', ACCOUNTS.held),
          ...(isKeptBack
            ? [
                money('available', { zh: '已结算余额', en: 'Available' }),
                money('keptBack', { zh: '暂扣', en: 'Kept back' }),
                money('withdrawable', { zh: '可提现', en: 'Withdrawable' }),
              ]
            : [money('available', ACCOUNTS.available)]),
          money('reserved', ACCOUNTS.reserved),
          money('debt', ACCOUNTS.debt),
        ]}
      />
    </Panel>
  );
}
