import type { ComponentType } from 'react';

/** A page that is fetched on its first visit. */
export interface PageEntry {
  /** Path; parameters start with a colon. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** First API path it reads, if it depends on the address only; with the same parameters. */
  reads?: string;
}

/** Pages for signed-in users. */
export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('../pages/home/HomePage'), reads: '/v1/home' },
  // Compliance
  { path: '/applications', load: () => import('../pages/application/ApplicationsPage') },
  {
    path: '/applications/:id',
    load: () => import('../pages/application/ApplicationPage'),
    reads: '/v1/applications/:id',
  },
  { path: '/distributors', load: () => import('../pages/distributor/DistributorsPage') },
  {
    path: '/distributors/:id',
    load: () => import('../pages/distributor/DistributorPage'),
    reads: '/v1/distributors/:id',
  },
  { path: '/sponsor-tree', load: () => import('../pages/distributor/SponsorTreePage') },
  { path: '/credentials', load: () => import('../pages/credential/CredentialsPage') },
  { path: '/blacklist', load: () => import('../pages/blacklist/BlacklistPage') },
  // A distributor's own
  { path: '/earnings', load: () => import('../pages/own/EarningsPage') },
  { path: '/my-withdrawals', load: () => import('../pages/own/MyWithdrawalsPage') },
  { path: '/referral', load: () => import('../pages/own/ReferralPage') },
  { path: '/downline', load: () => import('../pages/own/DownlinePage') },
  // Operations, insight, administration, account
  { path: '/orders', load: () => import('../pages/order/OrdersPage') },
  { path: '/orders/:id', load: () => import('../pages/order/OrderPage'), reads: '/v1/orders/:id' },
  { path: '/returns', load: () => import('../pages/order/ReturnsPage') },
  { path: '/products', load: () => import('../pages/product/ProductsPage') },
  { path: '/products/:sku', load: () => import('../pages/product/ProductPage') },
  { path: '/imports', load: () => import('../pages/import/ImportsPage') },
  { path: '/imports/:id', load: () => import('../pages/import/ImportPage') },
  { path: '/stuck-work', load: () => import('../pages/health/StuckWorkPage') },
  { path: '/mails', load: () => import('../pages/mail/MailsPage') },
  { path: '/health', load: () => import('../pages/health/HealthPage') },
  { path: '/reports', load: () => import('../pages/reports/ReportsPage') },
  { path: '/users', load: () => import('../pages/administration/UsersPage') },
  { path: '/users/:id', load: () => import('../pages/administration/UserPage') },
  { path: '/keys', load: () => import('../pages/administration/KeysPage') },
  { path: '/audit', load: () => import('../pages/administration/AuditPage') },
  { path: '/account', load: () => import('../pages/account/AccountPage') },
  { path: '/mentions', load: () => import('../pages/account/MentionsPage') },
  // Finance
  { path: '/commissions', load: () => import('../pages/commission/CommissionsPage') },
  {
    path: '/commissions/:id',
    load: () => import('../pages/commission/CommissionPage'),
    reads: '/v1/commissions/:id/explain',
  },
  { path: '/commission-releases', load: () => import('../pages/release/ReleaseRunsPage') },
  {
    path: '/commission-releases/:id',
    load: () => import('../pages/release/ReleaseRunPage'),
    reads: '/v1/commission-releases/:id',
  },
  { path: '/holds', load: () => import('../pages/commission/HoldsPage') },
  { path: '/withdrawals', load: () => import('../pages/withdrawal/WithdrawalsPage') },
  {
    path: '/withdrawals/:id',
    load: () => import('../pages/withdrawal/WithdrawalPage'),
    reads: '/v1/withdrawals/:id',
  },
  { path: '/payout-batches', load: () => import('../pages/payout/PayoutBatchesPage') },
  {
    path: '/payout-batches/:id',
    load: () => import('../pages/payout/PayoutBatchPage'),
    reads: '/v1/payout-batches/:id',
  },
  { path: '/balances', load: () => import('../pages/ledger/BalancesPage') },
  { path: '/transfers', load: () => import('../pages/ledger/TransfersPage') },
  { path: '/commission-plans', load: () => import('../pages/plan/PlansPage') },
  { path: '/commission-plans/new', load: () => import('../pages/plan/NewPlanPage') },
  { path: '/commission-plans/:id', load: () => import('../pages/plan/PlanPage') },
  { path: '/bulk-actions', load: () => import('../pages/bulk/BulkActionsPage') },
  { path: '/bulk-actions/:id', load: () => import('../pages/bulk/BulkActionPage') },
];

/** Pages without sign-in. */
export const PUBLIC_PAGES: readonly PageEntry[] = [
  { path: '/forgot-password', load: () => import('../session/ForgotPasswordPage') },
  { path: '/welcome', load: () => import('../session/WelcomePage') },
  // Applicants, who have no account.
  { path: '/apply', load: () => import('../pages/application/apply/ApplyPage') },
  { path: '/application/:id', load: () => import('../pages/application/apply/ApplicationStatusPage') },
];

/** First API path that the page at an address reads. */
export const readsAt = (page: PageEntry, address: string): string | undefined =>
  page.reads?.replace(/:\w+/, address.slice(address.lastIndexOf('/') + 1));

/** The page at an address. */
export function pageAt(pages: readonly PageEntry[], address: string): PageEntry | undefined {
  const parts = address.split('/');
  return pages.find(({ path }) => {
    const wanted = path.split('/');
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => part.startsWith(':') || part === parts[index])
    );
  });
}
