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
        // Applicants, who have no account.
        page('/apply', () => import('../pages/apply/ApplyPage')),
        page('/application/:id', () => import('../pages/apply/ApplicationStatusPage')),
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
                { path: '*', element: <NoSuchPage /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
