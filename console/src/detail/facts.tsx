import { Fragment, type ReactNode } from 'react';
import { policyNames } from '../../../domain/policyNames';
import { EVENTS, readable } from '../../../domain/words/events';
import { ROLES, STATES, WORDS } from '../../../domain/words/glossary';
import { ACCOUNT_FIELD_NAMES, BULK, EFFECT_NAMES } from '../../../domain/words/names';
import type { Money } from '../api/types';
import { useColleagues } from '../api/useColleagues';
import { checkName, REASON_CODES } from '../locale/compliance';
import { type Text, useLocale } from '../locale/locale';
import { payoutState } from '../pages/payout/payout';
import { PlanDifference, TermsSummary } from '../pages/plan/PlanSummary';
import type { Terms } from '../pages/plan/terms';
import { HOLD_REASONS } from '../pages/shared/financeWords';
import { MoneyText, TimeText, useFormats } from '../ui/format';
import { DistributorLink } from './DistributorLink';
import { shortId, ThingLink } from './Links';
import { SubjectLink } from './subjects';

/** Facts of an event or an audit entry, by API name. */
export type FactData = Record<string, unknown>;

/** Label of a fact, and how to show its value if the type is not enough. */
interface Fact {
  label: Text;
  show?: (value: unknown, all: FactData) => ReactNode;
}

/** A value with a translated name, such as a state or a reason. */
const oneOf = (words: Record<string, Text>) => (value: unknown) => (
  <Word words={words} code={String(value)} />
);
const text = (of: (value: string) => Text) => (value: unknown) => <Translated text={of(String(value))} />;
/** A calendar date. */
function Day({ day }: { day: unknown }) {
  return <>{useFormats().day(String(day))}</>;
}

/** Minor units with the currency in a separate fact. */
const amount = (value: unknown, { currency }: FactData) =>
  typeof value === 'number' && typeof currency === 'string' ? (
    <MoneyText value={{ amount: value, currency }} />
  ) : (
    <Value value={value} />
  );
const distributor = (value: unknown) => <DistributorLink id={String(value)} />;
const person = (value: unknown) => <Person id={String(value)} />;

/** An order line by number, with quantity. */
const line = (value: unknown) => {
  const { lineId, quantity } = value as { lineId: string; quantity: number };
  return `${lineId} × ${quantity}`;
};

/** Among all facts only payout batches can be “open”. */
const state = (value: unknown) => <Word words={STATES} code={payoutState(String(value))} />;

const AUTHENTICATION: Record<string, Text> = {
  password: { zh: '密码', en: 'Password' },
  link: { zh: '一次性链接', en: 'One-time sign-in link' },
  oidc: { zh: '单点登录', en: 'Single sign-on' },
  code: { zh: '两步验证码', en: 'Two-step verification code' },
  recovery_code: { zh: '恢复码', en: 'Recovery code' },
};

const CAUSES: Record<string, Text> = {
  applicant: { zh: '申请人撤回', en: 'Withdrawn by the applicant' },
  deadline: { zh: '逾期未补充', en: 'No answer by the deadline' },
  password: { zh: '密码错误', en: 'Wrong password' },
  code: { zh: '两步验证码错误', en: 'Wrong two-step verification code' },
  disabled: { zh: '用户已停用', en: 'User disabled' },
};

const NUMBERS: Record<string, Text> = {
  identityNumber: { zh: '证件号码', en: 'Identity number' },
  identity_number: { zh: '证件号码', en: 'Identity number' },
  bankAccount: { zh: '银行账号', en: 'Bank account' },
  bank_account: { zh: '银行账号', en: 'Bank account' },
  phone: { zh: '手机号', en: 'Phone number' },
  from: { zh: '原账户', en: 'Previous account' },
  to: { zh: '新账户', en: 'New account' },
};

const MEASURES: Record<string, Text> = {
  people: { zh: '人数', en: 'People' },
  levels: { zh: '层级', en: 'Levels' },
};

const LANGUAGES: Record<string, Text> = {
  'zh-CN': { zh: '中文', en: 'Chinese' },
  en: { zh: '英文', en: 'English' },
};

/** All known facts by API name. */
const FACTS: Record<string, Fact> = {
  // Of several kinds
  state: { label: WORDS.state, show: state },
  amount: { label: WORDS.amount, show: amount },
  currency: { label: WORDS.currency },
  reason: { label: WORDS.reason, show: oneOf({ ...HOLD_REASONS, ...CAUSES }) },
  reasonCode: { label: { zh: '原因类别', en: 'Reason category' }, show: oneOf(REASON_CODES) },
  because: { label: WORDS.reason, show: oneOf(CAUSES) },
  note: { label: WORDS.note },
  message: { label: { zh: '说明', en: 'Message' } },
  id: { label: WORDS.id },
  name: { label: WORDS.name },
  by: { label: { zh: '方式', en: 'Method' }, show: (value) => <SignInMethods proof={String(value)} /> },
  items: { label: { zh: '条数', en: 'Entries' } },
  count: { label: { zh: '笔数', en: 'Count' } },
  total: { label: { zh: '合计', en: 'Total' }, show: amount },
  totals: { label: { zh: '合计', en: 'Total' }, show: (value) => <Totals totals={value} /> },
  about: { label: { zh: '关于', en: 'Subject' }, show: (value) => <SubjectLink subject={String(value)} /> },
  // Applications
  round: { label: { zh: '轮次', en: 'Round' } },
  deadline: { label: { zh: '补充期限', en: 'Deadline' } },
  tier: { label: WORDS.tier },
  distributorId: { label: WORDS.distributor, show: distributor },
  sponsorId: { label: { zh: '上级', en: 'Sponsor' }, show: distributor },
  applicationId: {
    label: { zh: '申请', en: 'Application' },
    show: (value) => <ThingLink kind="application" id={String(value)} />,
  },
  alerts: { label: { zh: '合规预警', en: 'Compliance alerts' } },
  measure: { label: { zh: '指标', en: 'Measure' }, show: oneOf(MEASURES) },
  bound: { label: { zh: '预警线', en: 'Alert threshold' } },
  value: { label: { zh: '当前', en: 'Now' } },
  claimedBy: { label: { zh: '领取人', en: 'Claimed by' } },
  field: { label: { zh: '查看内容', en: 'Data viewed' }, show: oneOf(NUMBERS) },
  kind: { label: WORDS.kind, show: oneOf(NUMBERS) },
  numberMasked: { label: { zh: '号码', en: 'Number' } },
  // Account changes
  accountField: { label: { zh: '变更内容', en: 'Changes' }, show: oneOf(ACCOUNT_FIELD_NAMES) },
  accountChangeId: {
    label: { zh: '资料变更', en: 'Account change' },
    show: (value) => <ThingLink kind="account_change" id={String(value)} />,
  },
  effectiveAt: { label: { zh: '生效时间', en: 'Takes effect' } },
  // Credentials
  renewalId: { label: { zh: '续期', en: 'Renewal' } },
  validFrom: { label: { zh: '有效期自', en: 'Valid from' }, show: (value) => <Day day={value} /> },
  validUntil: { label: { zh: '有效期至', en: 'Valid until' }, show: (value) => <Day day={value} /> },
  releaseRunId: {
    label: { zh: '结算批次', en: 'Release run' },
    show: (value) => <ThingLink kind="release" id={String(value)} />,
  },
  region: { label: { zh: '区域', en: 'Region' } },
  // Documents
  documents: { label: { zh: '证明材料', en: 'Documents' } },
  contentType: { label: { zh: '文件类型', en: 'File type' } },
  size: { label: { zh: '文件大小（字节）', en: 'Size in bytes' } },
  preview: { label: { zh: '仅预览', en: 'Preview only' } },
  // Orders
  at: { label: { zh: '发生时间', en: 'Occurred' } },
  importId: {
    label: { zh: '导入', en: 'Import' },
    show: (value) => <ThingLink kind="import" id={String(value)} />,
  },
  lineIds: { label: { zh: '订单行', en: 'Lines' } },
  lines: { label: { zh: '订单行', en: 'Lines' }, show: each(line) },
  lineId: { label: { zh: '订单行', en: 'Line' } },
  quantity: { label: { zh: '件数', en: 'Units' } },
  returnId: { label: { zh: '退货编号', en: 'Return' } },
  event: { label: { zh: '事件', en: 'Event' }, show: text((type) => EVENTS[type] ?? readable(type)) },
  // Commissions, release runs
  hold: { label: { zh: '暂缓原因', en: 'Hold reason' }, show: oneOf(HOLD_REASONS) },
  holds: { label: { zh: '暂缓原因', en: 'Hold reasons' }, show: each(oneOf(HOLD_REASONS)) },
  lifted: { label: { zh: '解除的暂缓', en: 'Lifted' }, show: each(oneOf(HOLD_REASONS)) },
  effect: { label: { zh: '限制', en: 'Restriction' }, show: oneOf(EFFECT_NAMES) },
  until: { label: { zh: '到期时间', en: 'Until' } },
  released: { label: { zh: '结算', en: 'Released' } },
  leftOut: { label: { zh: '已跳过', en: 'Skipped' } },
  pending: { label: { zh: '待结算', en: 'To release' } },
  filter: { label: { zh: '范围', en: 'Scope' } },
  commissionIds: {
    label: { zh: '佣金', en: 'Commissions' },
    show: each((id) => (
      <ThingLink kind="commission" id={String(id)}>
        #{String(id)}
      </ThingLink>
    )),
  },
  dueBefore: { label: { zh: '退货期结束早于', en: 'Return window ended before' } },
  // Withdrawals, payout batches
  approvals: { label: { zh: '已有批准', en: 'Approvals' } },
  approvalsNeeded: { label: { zh: '需要批准', en: 'Approvals needed' } },
  batchId: {
    label: { zh: '打款批次', en: 'Payout batch' },
    show: (value) => <ThingLink kind="payout" id={String(value)} />,
  },
  reference: { label: { zh: '打款流水号', en: 'Provider reference' } },
  paid: { label: { zh: '已打款', en: 'Paid' } },
  failed: {
    label: { zh: '失败', en: 'Failed' },
    // For an application the names of checks; for a payout batch the count or the list.
    show: (value) =>
      Array.isArray(value) && value.every((name) => typeof name === 'string') ? (
        <Value value={value} show={text(checkName)} />
      ) : (
        <Value value={value} />
      ),
  },
  withdrawalId: {
    label: { zh: '提现', en: 'Withdrawal' },
    show: (value) => <ThingLink kind="withdrawal" id={String(value)} />,
  },
  withdrawals: {
    label: { zh: '提现', en: 'Withdrawals' },
    show: each((id) => <ThingLink kind="withdrawal" id={String(id)} />),
  },
  // Bulk actions
  action: {
    label: { zh: '操作', en: 'Action' },
    show: text((name) => (BULK as Record<string, Text>)[name] ?? readable(name)),
  },
  input: { label: { zh: '内容', en: 'Input' } },
  done: { label: { zh: '成功', en: 'Done' } },
  refused: { label: { zh: '未执行', en: 'Refused' } },
  // Commission plans
  planId: {
    label: { zh: '佣金方案', en: 'Commission plan' },
    show: (value) => (
      <ThingLink kind="plan" id={String(value)}>
        #{String(value)}
      </ThingLink>
    ),
  },
  effectiveFrom: { label: { zh: '生效时间', en: 'In force from' } },
  acknowledgement: { label: { zh: '合规声明', en: 'Compliance statement' } },
  terms: {
    label: { zh: '条款', en: 'Terms' },
    show: (value) => <TermsSummary terms={value as Terms} />,
  },
  replaces: {
    label: { zh: '取代', en: 'Replaces' },
    show: (value, { planId }) => (
      <>
        <ThingLink kind="plan" id={String(value)}>
          #{String(value)}
        </ThingLink>
        <PlanDifference from={Number(value)} to={Number(planId)} />
      </>
    ),
  },
  policyKind: { label: WORDS.kind, show: oneOf(policyNames) },
  version: { label: { zh: '版本', en: 'Version' } },
  // Products
  sku: { label: { zh: '商品 SKU', en: 'SKU' } },
  category: { label: { zh: '品类', en: 'Category' } },
  price: { label: { zh: '价格', en: 'Price' } },
  // People, keys, sessions
  role: { label: { zh: '角色', en: 'Role' }, show: oneOf(ROLES) },
  email: { label: { zh: '邮箱', en: 'Email address' } },
  locale: { label: { zh: '语言', en: 'Language' }, show: oneOf(LANGUAGES) },
  userId: { label: { zh: '所属用户', en: 'Acts as user' }, show: person },
  scopes: { label: { zh: '权限', en: 'Scopes' } },
  machine: { label: { zh: '供系统使用', en: 'For a system' } },
  expiresAt: { label: { zh: '有效期至', en: 'Expires' } },
  disabledAt: { label: { zh: '停用时间', en: 'Disabled' } },
  mentions: { label: { zh: '提到', en: 'Mentions' }, show: each(person) },
  list: { label: { zh: '列表', en: 'List' } },
  query: { label: { zh: '筛选与排序', en: 'Filters and sort' } },
  columns: { label: { zh: '列', en: 'Columns' } },
  shared: { label: { zh: '与同事共享', en: 'Shared' } },
  // Imports
  fileName: { label: { zh: '文件', en: 'File' } },
  attempt: { label: { zh: '第几次', en: 'Attempt' } },
  orders: { label: { zh: '订单', en: 'Orders' } },
  returns: { label: { zh: '退货', en: 'Returns' } },
  rejected: { label: { zh: '未导入', en: 'Rejected' } },
};

/** Facts not shown: IDs of links and sessions, times the entry shows itself, and whether the sender named a time. */
const HIDDEN_FACTS = new Set(['linkId', 'sessionId', 'mail', 'createdAt', 'updatedAt', 'untimed']);

/** Names of the facts of an entry to show. */
export function visibleFacts(data: FactData): string[] {
  const money = ['amount', 'total'].some((name) => typeof data[name] === 'number');
  return Object.keys(data).filter(
    (name) => !HIDDEN_FACTS.has(name) && !isNothing(data[name]) && !(money && name === 'currency'),
  );
}

const isNothing = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** Label of a fact. */
export function FactName({ name }: { name: string }) {
  return (
    <span className="muted fact-name">
      <Translated text={FACTS[name]?.label ?? readable(name)} />:{' '}
    </span>
  );
}

/** Value of a fact. */
export function FactValue({ name, all }: { name: string; all: FactData }) {
  const value = all[name];
  if (isNothing(value)) return '–';
  return FACTS[name]?.show?.(value, all) ?? <Value value={value} />;
}

/** Facts, one per line. */
export function FactList({ data }: { data: FactData }) {
  return visibleFacts(data).map((name) => (
    <div key={name}>
      <FactName name={name} />
      <FactValue name={name} all={data} />
    </div>
  ));
}

/** Further list items are counted only. */
const MAX_ITEMS = 10;

function each(show: (value: unknown) => ReactNode): NonNullable<Fact['show']> {
  return (value) => <Value value={value} show={show} />;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** A value formatted by its type. */
function Value({ value, show }: { value: unknown; show?: (value: unknown) => ReactNode }): ReactNode {
  const { t } = useLocale();
  const { number } = useFormats();
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ITEMS);
    const more = value.length - shown.length;
    return (
      <>
        {shown.map((item, index) => (
          <Fragment key={index}>
            {index > 0 && t({ zh: '、', en: ', ' })}
            {show ? show(item) : <Value value={item} />}
          </Fragment>
        ))}
        {more > 0 && t({ zh: ` 等共 ${number(value.length)} 项`, en: ` and ${number(more)} more` })}
      </>
    );
  }
  if (show) return show(value);
  if (isMoney(value)) return <MoneyText value={value} />;
  if (typeof value === 'object' && value !== null) return <Inline data={value as FactData} />;
  if (typeof value === 'boolean') return t(value ? { zh: '是', en: 'Yes' } : { zh: '否', en: 'No' });
  if (typeof value === 'number') return number(value);
  if (value === null || value === undefined) return '–';
  const plain = String(value);
  return MOMENT.test(plain) ? <TimeText at={plain} /> : shortId(plain);
}

/** Nested facts on one line. */
function Inline({ data }: { data: FactData }) {
  const { t } = useLocale();
  return visibleFacts(data).map((name, index) => (
    <Fragment key={name}>
      {index > 0 && t({ zh: '，', en: '; ' })}
      <FactName name={name} />
      <FactValue name={name} all={data} />
    </Fragment>
  ));
}

function Translated({ text: label }: { text: Text }) {
  return <>{useLocale().t(label)}</>;
}

function Word({ words, code }: { words: Record<string, Text>; code: string }) {
  const { t } = useLocale();
  const word = words[code];
  // Free text from people can have the same name.
  return <>{word ? t(word) : code}</>;
}

/** `password+code`: how a user was authenticated. */
function SignInMethods({ proof }: { proof: string }) {
  const { t } = useLocale();
  return (
    <>
      {proof
        .split('+')
        .map((part) => t(AUTHENTICATION[part] ?? readable(part)))
        .join(' + ')}
    </>
  );
}

function Totals({ totals }: { totals: unknown }) {
  const { monies } = useFormats();
  const sums = Object.entries(totals as Record<string, number>);
  return <>{monies(sums.map(([currency, sum]) => ({ amount: sum, currency })))}</>;
}

/** A colleague by name. */
function Person({ id }: { id: string }) {
  return <>{useColleagues().find((one) => one.id === id)?.name ?? shortId(id)}</>;
}

const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 2 &&
  'amount' in value &&
  typeof value.amount === 'number' &&
  'currency' in value &&
  typeof value.currency === 'string';
