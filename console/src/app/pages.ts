import type { ComponentType } from 'react';
import { kinds, type ListKind, type PageKind } from '../../../domain/kinds';

/** A page that is fetched on its first visit. */
export interface PageEntry {
  /** Path; parameters start with a colon. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** First API path it reads, if it depends on the address only; with the same parameters. */
  reads?: string;
}

type Load = PageEntry['load'];

/** List page of each kind that has one. */
const LISTS: Record<ListKind, Load> = {
  application: () => import('../pages/application/ApplicationsPage'),
  distributor: () => import('../pages/distributor/DistributorsPage'),
  account_change: () => import('../pages/accountChange/AccountChangesPage'),
  credential: () => import('../pages/credential/CredentialsPage'),
  renewal: () => import('../pages/credential/RenewalsPage'),
  blacklist: () => import('../pages/blacklist/BlacklistPage'),
  order: () => import('../pages/order/OrdersPage'),
  return: () => import('../pages/order/ReturnsPage'),
  commission: () => import('../pages/commission/CommissionsPage'),
  release: () => import('../pages/release/ReleaseRunsPage'),
  withdrawal: () => import('../pages/withdrawal/WithdrawalsPage'),
  payout: () => import('../pages/payout/PayoutBatchesPage'),
  plan: () => import('../pages/plan/PlansPage'),
  policy: () => import('../pages/policy/PoliciesPage'),
  product: () => import('../pages/product/ProductsPage'),
  import: () => import('../pages/import/ImportsPage'),
  bulk: () => import('../pages/bulk/BulkActionsPage'),
  mail: () => import('../pages/mail/MailsPage'),
  user: () => import('../pages/administration/UsersPage'),
  key: () => import('../pages/administration/KeysPage'),
};

/** Detail page of each kind that has one, and the first API path it reads. */
const OF_ONE: Record<PageKind, Pick<PageEntry, 'load' | 'reads'>> = {
  application: {
    load: () => import('../pages/application/ApplicationPage'),
    reads: '/v1/applications/:id',
  },
  distributor: {
    load: () => import('../pages/distributor/DistributorPage'),
    reads: '/v1/distributors/:id',
  },
  account_change: {
    load: () => import('../pages/accountChange/AccountChangePage'),
    reads: '/v1/account-changes/:id',
  },
  credential: {
    load: () => import('../pages/credential/CredentialPage'),
    reads: '/v1/credentials/:id',
  },
  order: { load: () => import('../pages/order/OrderPage'), reads: '/v1/orders/:id' },
  commission: {
    load: () => import('../pages/commission/CommissionPage'),
    reads: '/v1/commissions/:id/explain',
  },
  release: { load: () => import('../pages/release/ReleaseRunPage'), reads: '/v1/commission-releases/:id' },
  withdrawal: { load: () => import('../pages/withdrawal/WithdrawalPage'), reads: '/v1/withdrawals/:id' },
  payout: { load: () => import('../pages/payout/PayoutBatchPage'), reads: '/v1/payout-batches/:id' },
  plan: { load: () => import('../pages/plan/PlanPage') },
  policy: { load: () => import('../pages/policy/PolicyPage'), reads: '/v1/policies/:id' },
  product: { load: () => import('../pages/product/ProductPage') },
  import: { load: () => import('../pages/import/ImportPage') },
  bulk: { load: () => import('../pages/bulk/BulkActionPage') },
  user: { load: () => import('../pages/administration/UserPage') },
};

/** Pages for signed-in users. */
export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('../pages/home/HomePage'), reads: '/v1/home' },
  // Before the detail page of a plan, which would match “new” as an ID.
  { path: '/commission-plans/new', load: () => import('../pages/plan/NewPlanPage') },
  ...(Object.keys(LISTS) as ListKind[]).map((kind) => ({ path: kinds[kind].path, load: LISTS[kind] })),
  ...(Object.keys(OF_ONE) as PageKind[]).map((kind) => ({
    path: `${kinds[kind].path}/:id`,
    ...OF_ONE[kind],
  })),
  { path: '/sponsor-tree', load: () => import('../pages/distributor/SponsorTreePage') },
  { path: '/holds', load: () => import('../pages/commission/HoldsPage') },
  { path: '/balances', load: () => import('../pages/ledger/BalancesPage') },
  { path: '/transfers', load: () => import('../pages/ledger/TransfersPage') },
  { path: '/stuck-work', load: () => import('../pages/health/StuckWorkPage') },
  { path: '/health', load: () => import('../pages/health/HealthPage') },
  { path: '/reports', load: () => import('../pages/reports/ReportsPage') },
  { path: '/audit', load: () => import('../pages/administration/AuditPage') },
  { path: '/account', load: () => import('../pages/account/AccountPage') },
  { path: '/mentions', load: () => import('../pages/account/MentionsPage') },
  // Distributor pages
  { path: '/earnings', load: () => import('../pages/own/EarningsPage') },
  { path: '/my-withdrawals', load: () => import('../pages/own/MyWithdrawalsPage') },
  { path: '/my-details', load: () => import('../pages/own/MyDetailsPage') },
  { path: '/my-credentials', load: () => import('../pages/own/MyCredentialsPage') },
  { path: '/referral', load: () => import('../pages/own/ReferralPage') },
  { path: '/downline', load: () => import('../pages/own/DownlinePage') },
];

/** Pages without sign-in. */
export const PUBLIC_PAGES: readonly PageEntry[] = [
  { path: '/forgot-password', load: () => import('../session/ForgotPasswordPage') },
  { path: '/welcome', load: () => import('../session/WelcomePage') },
  { path: '/confirm-address/:id', load: () => import('../session/ConfirmAddressPage') },
  // Applicants, who have no account.
  { path: '/apply', load: () => import('../pages/application/apply/ApplyPage') },
  { path: '/application/:id', load: () => import('../pages/application/apply/ApplicationStatusPage') },
];

/** First API path that the page at an address reads. */
export const readsAt = (page: PageEntry, address: string): string | undefined =>
  page.reads?.replace(/:\w+/, () => address.slice(address.lastIndexOf('/') + 1));

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
