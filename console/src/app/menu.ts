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

const STAFF: readonly Role[] = ['admin', 'compliance', 'finance', 'operator'];

/** The menu by group; each page is listed once, with its roles. */
const MENU: readonly Group[] = [
  {
    title: { zh: '工作台', en: 'My work' },
    entries: [
      { href: '/', label: { zh: '首页', en: 'Home' }, roles: [...STAFF, 'distributor'] },
      { href: '/bulk-actions', label: { zh: '批量操作', en: 'Bulk actions' }, roles: STAFF },
    ],
  },
  {
    title: { zh: '合规', en: 'Compliance' },
    entries: [
      {
        href: '/applications',
        label: { zh: '申请审核', en: 'Applications' },
        roles: ['admin', 'compliance', 'operator'],
      },
      { href: '/distributors', label: { zh: '分销商', en: 'Distributors' }, roles: STAFF },
      { href: '/sponsor-tree', label: { zh: '上下级关系', en: 'Sponsor tree' }, roles: STAFF },
      {
        href: '/credentials',
        label: { zh: '资质', en: 'Credentials' },
        roles: ['admin', 'compliance', 'operator'],
      },
      { href: '/blacklist', label: { zh: '黑名单', en: 'Blacklist' }, roles: ['admin', 'compliance'] },
    ],
  },
  {
    title: { zh: '财务', en: 'Finance' },
    entries: [
      {
        href: '/commissions',
        label: { zh: '佣金', en: 'Commissions' },
        roles: ['admin', 'compliance', 'finance', 'operator'],
      },
      {
        href: '/commission-releases',
        label: { zh: '结算批次', en: 'Release runs' },
        roles: ['admin', 'finance'],
      },
      { href: '/holds', label: { zh: '暂缓结算', en: 'Holds' }, roles: ['admin', 'compliance', 'finance'] },
      {
        href: '/withdrawals',
        label: { zh: '提现', en: 'Withdrawals' },
        roles: ['admin', 'compliance', 'finance'],
      },
      {
        href: '/payout-batches',
        label: { zh: '打款批次', en: 'Payout batches' },
        roles: ['admin', 'finance'],
      },
      {
        href: '/balances',
        label: { zh: '余额与欠款', en: 'Balances and debts' },
        roles: ['admin', 'finance'],
      },
      { href: '/transfers', label: { zh: '账务流水', en: 'Transfers' }, roles: ['admin', 'finance'] },
      { href: '/commission-plans', label: { zh: '佣金方案', en: 'Commission plans' }, roles: STAFF },
    ],
  },
  {
    title: { zh: '运营', en: 'Operations' },
    entries: [
      { href: '/orders', label: { zh: '订单', en: 'Orders' }, roles: STAFF },
      { href: '/returns', label: { zh: '退货', en: 'Returns' }, roles: STAFF },
      { href: '/products', label: { zh: '商品', en: 'Products' }, roles: STAFF },
      { href: '/imports', label: { zh: '导入', en: 'Imports' }, roles: ['admin', 'operator'] },
      { href: '/stuck-work', label: { zh: '异常任务', en: 'Stuck work' }, roles: STAFF },
      { href: '/mails', label: { zh: '邮件', en: 'Emails' }, roles: STAFF },
      { href: '/health', label: { zh: '系统状态', en: 'System health' }, roles: ['admin', 'operator'] },
    ],
  },
  {
    title: { zh: '分析', en: 'Analytics' },
    entries: [{ href: '/reports', label: { zh: '报表', en: 'Reports' }, roles: STAFF }],
  },
  {
    title: { zh: '我的生意', en: 'My business' },
    entries: [
      { href: '/earnings', label: { zh: '我的佣金', en: 'My earnings' }, roles: ['distributor'] },
      { href: '/my-withdrawals', label: { zh: '提现', en: 'Withdraw' }, roles: ['distributor'] },
      { href: '/referral', label: { zh: '推广链接', en: 'Referral link' }, roles: ['distributor'] },
      { href: '/downline', label: { zh: '我的下级', en: 'My downline' }, roles: ['distributor'] },
    ],
  },
  {
    title: { zh: '系统管理', en: 'Administration' },
    entries: [
      { href: '/users', label: { zh: '用户', en: 'Users' }, roles: ['admin'] },
      { href: '/keys', label: { zh: 'API 密钥', en: 'API keys' }, roles: ['admin'] },
      { href: '/audit', label: { zh: '审计日志', en: 'Audit log' }, roles: ['admin', 'compliance'] },
    ],
  },
];

/**
 * Whether a role can open a page. Pages of the menu and pages below them use the roles of the entry; others, such as
 * the own account, are open to all roles.
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
