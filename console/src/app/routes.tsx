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
                { path: '*', element: <NoSuchPage /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
