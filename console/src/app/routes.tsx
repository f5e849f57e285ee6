import { createBrowserRouter, type RouteObject } from 'react-router';
import { SignInPage } from '../session/SignInPage';
import { WelcomePage } from '../session/WelcomePage';
import { FullPageSpinner } from '../ui/FullPage';
import { BrokenPage, NoSuchPage } from './BrokenPage';
import { Shell } from './Shell';
import { RequireSession } from './session';

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
        { path: '/welcome', element: <WelcomePage /> },
        {
          element: (
            <RequireSession>
              <Shell />
            </RequireSession>
          ),
          children: [
            {
              errorElement: <BrokenPage />,
              children: [
                page('/', () => import('../pages/home/HomePage')),
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
