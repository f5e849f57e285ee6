import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { api, data } from '../api/client';
import { ProblemError } from '../api/problem';
import type { Me, Role } from '../api/types';
import { setBrandZone } from '../ui/brandNow';
import { FullPageProblem, FullPageSpinner } from '../ui/FullPage';

const SessionContext = createContext<Me | undefined>(undefined);
const ZoneContext = createContext<string | undefined>(undefined);

export const ME = ['me'] as const;

/** The signed-in user, or undefined on a page without sign-in. */
export const useMaybeMe = (): Me | undefined => useContext(SessionContext);

/** The signed-in user. Only below `RequireSession`. */
export function useMe(): Me {
  const me = useMaybeMe();
  if (!me) throw new Error('useMe outside RequireSession');
  return me;
}

/** The brand's zone, as soon as it is known. */
export const useBrandZone = (): string | undefined => useContext(ZoneContext);

/** Whether the user has one of these roles. Controls what is shown; the server decides what is allowed. */
export const useIsRole = (...roles: Role[]): boolean => roles.includes(useMe().user.role);

/** Shows its children to signed-in users and sends others to the sign-in page and back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const { pathname, search } = useLocation();
  const me = useQuery({
    queryKey: ME,
    queryFn: () => data(api.GET('/v1/me')),
    staleTime: 60_000,
    retry: (count, error) => !(error instanceof ProblemError && error.status < 500) && count < 2,
  });
  if (me.data) {
    // Today and now of pickers. Set while rendering, so that children see it in the same pass.
    setBrandZone(me.data.brand.timeZone);
    return (
      <SessionContext value={me.data}>
        <ZoneContext value={me.data.brand.timeZone}>{children}</ZoneContext>
      </SessionContext>
    );
  }
  if (me.error instanceof ProblemError && me.error.status === 401) {
    const back = pathname + search;
    return <Navigate replace to={back === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(back)}`} />;
  }
  if (me.error) return <FullPageProblem error={me.error} retry={() => void me.refetch()} />;
  return <FullPageSpinner />;
}

/** Frame of pages without sign-in; their times are in the brand's time zone as well. */
export function PublicPages() {
  const options = useQuery({
    queryKey: ['sign-in-options'],
    queryFn: () => data(api.GET('/v1/sign-in/options')),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const timeZone = options.data?.brand.timeZone;
  if (timeZone) setBrandZone(timeZone);
  return (
    <ZoneContext value={timeZone}>
      <Outlet />
    </ZoneContext>
  );
}

/** Ends the session and clears all fetched data. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await api.POST('/v1/sign-out').catch((error: unknown) => {
      // The session may have ended already.
      if (!(error instanceof ProblemError && error.status === 401)) throw error;
    });
    queries.clear();
    window.location.assign('/sign-in');
  };
}
