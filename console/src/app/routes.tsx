import { lazy, Suspense } from 'react';
import { createBrowserRouter, type RouteObject } from 'react-router';
import { SignInPage } from '../session/SignInPage';
import { FullPageSpinner } from '../ui/FullPage';
import { BrokenPage, NoSuchPage } from './BrokenPage';
import { PAGES, type PageEntry, PUBLIC_PAGES } from './pages';
import { RequireSession } from './session';

// Whoever is not signed in yet, or applies, needs neither menu nor search.
const Shell = lazy(() => import('./Shell'));

const toRoute = ({ path, load }: PageEntry): RouteObject => ({
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
        ...PUBLIC_PAGES.map(toRoute),
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
              children: [...PAGES.map(toRoute), { path: '*', element: <NoSuchPage /> }],
            },
          ],
        },
      ],
    },
  ]);
}
