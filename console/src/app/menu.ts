import { kinds, type ListKind } from '../../../domain/kinds';
import { CONTROLLERS, DISTRIBUTOR, FINANCE, OPERATORS, REVIEWERS, ROLES, STAFF } from '../../../domain/roles';
import type { Role } from '../api/types';
import type { Text } from '../locale/locale';

interface Entry {
  href: string;
  label: Text;
  roles: readonly Role[];
}

interface Group {
  title: Text;
  entries: readonly Entry[];
}

/** Menu label of the list of each kind. */
const LISTS: Record<ListKind, Text> = {
  application: { zh: '申请审核', en: 'Applications' },
  distributor: { zh: '分销商', en: 'Distributors' },
  account_change: { zh: '资料变更', en: 'Account changes' },
  credential: { zh: '资质', en: 'Credentials' },
  renewal: { zh: '资质续期', en: 'Renewals' },
  blacklist: { zh: '黑名单', en: 'Blacklist' },
  commission: { zh: '佣金', en: 'Commissions' },
  release: { zh: '结算批次', en: 'Release runs' },
  withdrawal: { zh: '提现', en: 'Withdrawals' },
  payout: { zh: '打款批次', en: 'Payout batches' },
  plan: { zh: '佣金方案', en: 'Commission plans' },
  order: { zh: '订单', en: 'Orders' },
  return: { zh: '退货', en: 'Returns' },
  policy: { zh: '业务规则', en: 'Policies' },
  product: { zh: '商品', en: 'Products' },
  import: { zh: '导入', en: 'Imports' },
  mail: { zh: '邮件', en: 'Emails' },
  bulk: { zh: '批量操作', en: 'Bulk actions' },
  user: { zh: '用户', en: 'Users' },
  key: { zh: 'API 密钥', en: 'API keys' },
};

/** The list of a kind, for staff with read permission; distributors have their own pages. */
const listOf = (kind: ListKind): Entry => ({
  href: kinds[kind].path,
  label: LISTS[kind],
  roles: STAFF.filter((role) => (kinds[kind].readers as readonly Role[]).includes(role)),
});

/** The menu by group; each page is listed once, with its roles. */
const MENU: readonly Group[] = [
  {
    title: { zh: '工作台', en: 'My work' },
    entries: [{ href: '/', label: { zh: '首页', en: 'Home' }, roles: ROLES }, listOf('bulk')],
  },
  {
    title: { zh: '合规', en: 'Compliance' },
    entries: [
      listOf('application'),
      listOf('distributor'),
      { href: '/sponsor-tree', label: { zh: '上下级关系', en: 'Sponsor tree' }, roles: STAFF },
      listOf('account_change'),
      listOf('credential'),
      listOf('renewal'),
      listOf('blacklist'),
    ],
  },
  {
    title: { zh: '财务', en: 'Finance' },
    entries: [
      listOf('commission'),
      listOf('release'),
      { href: '/holds', label: { zh: '暂缓结算', en: 'Holds' }, roles: CONTROLLERS },
      listOf('withdrawal'),
      listOf('payout'),
      { href: '/balances', label: { zh: '余额与欠款', en: 'Balances and debts' }, roles: FINANCE },
      { href: '/transfers', label: { zh: '账务流水', en: 'Transfers' }, roles: FINANCE },
      listOf('plan'),
    ],
  },
  {
    title: { zh: '运营', en: 'Operations' },
    entries: [
      listOf('order'),
      listOf('return'),
      listOf('product'),
      listOf('import'),
      { href: '/stuck-work', label: { zh: '异常任务', en: 'Stuck work' }, roles: STAFF },
      listOf('mail'),
      { href: '/health', label: { zh: '系统状态', en: 'System health' }, roles: OPERATORS },
    ],
  },
  {
    title: { zh: '分析', en: 'Analytics' },
    entries: [{ href: '/reports', label: { zh: '报表', en: 'Reports' }, roles: STAFF }],
  },
  {
    title: { zh: '我的生意', en: 'My business' },
    entries: [
      { href: '/earnings', label: { zh: '我的佣金', en: 'My earnings' }, roles: DISTRIBUTOR },
      { href: '/my-withdrawals', label: { zh: '提现', en: 'Withdraw' }, roles: DISTRIBUTOR },
      { href: '/my-details', label: { zh: '我的资料', en: 'My details' }, roles: DISTRIBUTOR },
      { href: '/my-credentials', label: { zh: '我的资质', en: 'My credentials' }, roles: DISTRIBUTOR },
      { href: '/referral', label: { zh: '推广链接', en: 'Referral link' }, roles: DISTRIBUTOR },
      { href: '/downline', label: { zh: '我的下级', en: 'My downline' }, roles: DISTRIBUTOR },
    ],
  },
  {
    title: { zh: '系统管理', en: 'Administration' },
    entries: [
      listOf('user'),
      listOf('key'),
      listOf('policy'),
      { href: '/audit', label: { zh: '审计日志', en: 'Audit log' }, roles: REVIEWERS },
    ],
  },
];

/**
 * Whether a role can open a page. Pages of the menu and pages below them use the roles of the entry; others, such as
 * the account page, are open to all roles.
 */
export function mayOpen(role: Role, address: string): boolean {
  const page = `/${address.split(/[/?]/)[1]}`;
  const entry = MENU.flatMap(({ entries }) => entries).find(({ href }) => href === page);
  return entry === undefined || entry.roles.includes(role);
}

/** The menu entries of a role. */
export function menuFor(role: Role): Group[] {
  return MENU.map(({ title, entries }) => ({
    title,
    entries: entries.filter(({ roles }) => roles.includes(role)),
  })).filter(({ entries }) => entries.length > 0);
}
