import { lazy, Suspense } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { SignInPage } from '../session/SignInPage';
import { FullPageSpinner } from '../ui/FullPage';
import { BrokenPage, NoSuchPage } from './BrokenPage';
import { RequireSession } from './session';

// Whoever is not signed in yet, or applies, needs neither menu nor search.
const Shell = lazy(() => import('./Shell'));

/** A page that is fetched when somebody goes there first. */
const page = (path: string, load: () => Promise<{ default: React.ComponentType }>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
});

/** Every page of the console and its address. */
export function createRouter() {
  return createBrowserRouter([
    {
      errorElement: <BrokenPage />,
      hydrateFallbackElement: <FullPageSpinner />,
      children: [
        { path: '/sign-in', element: <SignInPage /> },
        page('/forgot-password', () => import('../session/ForgotPasswordPage')),
        page('/welcome', () => import('../session/WelcomePage')),
        // Applicants, who have no account.
        page('/apply', () => import('../pages/apply/ApplyPage')),
        page('/application/:id', () => import('../pages/apply/ApplicationStatusPage')),
        {
          element: (
            <RequireSession>
              <Suspense fallback={<FullPageSpinner />}>
                <Shell />
              </Suspense>
            </RequireSession>
          ),
          children: [
            {
              errorElement: <BrokenPage />,
              children: [
                page('/', () => import('../pages/home/HomePage')),
                // Compliance
                page('/applications', () => import('../pages/applications/ApplicationsPage')),
                page('/applications/:id', () => import('../pages/applications/ApplicationPage')),
                page('/distributors', () => import('../pages/distributors/DistributorsPage')),
                page('/distributors/:id', () => import('../pages/distributors/DistributorPage')),
                page('/sponsor-tree', () => import('../pages/sponsor-tree/SponsorTreePage')),
                page('/credentials', () => import('../pages/credentials/CredentialsPage')),
                page('/blacklist', () => import('../pages/blacklist/BlacklistPage')),
                // A distributor's own
                page('/earnings', () => import('../pages/own/EarningsPage')),
                page('/my-withdrawals', () => import('../pages/own/MyWithdrawalsPage')),
                page('/referral', () => import('../pages/own/ReferralPage')),
                page('/downline', () => import('../pages/own/DownlinePage')),
                // Operations, insight, administration, account
                page('/orders', () => import('../pages/operations/OrdersPage')),
                page('/orders/:id', () => import('../pages/operations/OrderPage')),
                page('/returns', () => import('../pages/operations/ReturnsPage')),
                page('/products', () => import('../pages/operations/ProductsPage')),
                page('/products/:sku', () => import('../pages/operations/ProductPage')),
                page('/imports', () => import('../pages/operations/ImportsPage')),
                page('/imports/:id', () => import('../pages/operations/ImportPage')),
                page('/stuck-work', () => import('../pages/operations/StuckWorkPage')),
                page('/mails', () => import('../pages/operations/MailsPage')),
                page('/health', () => import('../pages/operations/HealthPage')),
                page('/reports', () => import('../pages/reports/ReportsPage')),
                page('/users', () => import('../pages/administration/UsersPage')),
                page('/users/:id', () => import('../pages/administration/UserPage')),
                page('/keys', () => import('../pages/administration/KeysPage')),
                page('/audit', () => import('../pages/administration/AuditPage')),
                page('/account', () => import('../pages/account/AccountPage')),
                page('/mentions', () => import('../pages/account/MentionsPage')),
                // Finance
                page('/commissions', () => import('../pages/finance/CommissionsPage')),
                page('/commissions/:id', () => import('../pages/finance/CommissionPage')),
                page('/commission-releases', () => import('../pages/finance/ReleaseRunsPage')),
                page('/commission-releases/:id', () => import('../pages/finance/ReleaseRunPage')),
                page('/holds', () => import('../pages/finance/HoldsPage')),
                page('/withdrawals', () => import('../pages/finance/WithdrawalsPage')),
                page('/withdrawals/:id', () => import('../pages/finance/WithdrawalPage')),
                page('/payout-batches', () => import('../pages/finance/PayoutBatchesPage')),
                page('/payout-batches/:id', () => import('../pages/finance/PayoutBatchPage')),
                page('/balances', () => import('../pages/finance/BalancesPage')),
                page('/transfers', () => import('../pages/finance/TransfersPage')),
                page('/commission-plans', () => import('../pages/plans/PlansPage')),
                page('/commission-plans/new', () => import('../pages/plans/NewPlanPage')),
                page('/commission-plans/:id', () => import('../pages/plans/PlanPage')),
                page('/bulk-actions', () => import('../pages/bulk/BulkActionsPage')),
                page('/bulk-actions/:id', () => import('../pages/bulk/BulkActionPage')),
                { path: '*', element: <NoSuchPage /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
