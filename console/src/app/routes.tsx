import { createBrowserRouter, type RouteObject } from 'react-router';
import { SignInPage } from '../session/SignInPage';
import { FullPageSpinner } from '../ui/FullPage';
import { ErrorPage, NotFoundPage } from './ErrorPage';
import { PAGES, type PageEntry, PUBLIC_PAGES } from './pages';
import { PublicPages, RequireSession } from './session';

const toRoute = ({ path, load }: PageEntry): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
});

/** Every page of the console and its address. */
export function createRouter() {
  return createBrowserRouter([
    {
      errorElement: <ErrorPage />,
      hydrateFallbackElement: <FullPageSpinner />,
      children: [
        { path: '/sign-in', element: <SignInPage /> },
        { element: <PublicPages />, children: PUBLIC_PAGES.map(toRoute) },
        {
          // Pages without sign-in need neither menu nor search. Fetched by the router, as the pages are:
          // after a fallback for the shell React would delay the page by 300 ms.
          lazy: async () => {
            const { default: Shell } = await import('./Shell');
            return {
              element: (
                <RequireSession>
                  <Shell />
                </RequireSession>
              ),
            };
          },
          children: [
            {
              errorElement: <ErrorPage />,
              children: [...PAGES.map(toRoute), { path: '*', element: <NotFoundPage /> }],
            },
          ],
        },
      ],
    },
  ]);
}
