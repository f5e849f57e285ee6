import { useCallback, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';

/** Filters and sorting of a list. */
export interface ListState {
  filters: Record<string, string>;
  sort: string | undefined;
  setFilter: (param: string, value: string | undefined) => void;
  setSort: (sort: string | undefined) => void;
  /** Sets everything together, as a saved view does. */
  replace: (query: string) => void;
  /** Filters and sorting as in the address, to share or save. */
  query: string;
}

type Change = (params: URLSearchParams) => void;

/** Stores filters and sorting in the address of the page, so that a link shows the same list. */
export function useAddressListState(): ListState {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (apply: Change) =>
      setParams(
        (present) => {
          const next = new URLSearchParams(present);
          apply(next);
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return useListStateOf(params, change);
}

/** Stores filters and sorting in the component, for a list within a page. */
export function useLocalListState(): ListState {
  const [params, setParams] = useState(() => new URLSearchParams());
  const change = useCallback(
    (apply: Change) =>
      setParams((present) => {
        const next = new URLSearchParams(present);
        apply(next);
        return next;
      }),
    [],
  );
  return useListStateOf(params, change);
}

function useListStateOf(params: URLSearchParams, change: (apply: Change) => void): ListState {
  return useMemo(() => {
    const { sort, ...filters } = Object.fromEntries(params);
    const put = (name: string, value: string | undefined) =>
      change((next) => (value ? next.set(name, value) : next.delete(name)));
    return {
      filters,
      sort,
      setFilter: put,
      setSort: (value) => put('sort', value),
      replace: (query) =>
        change((next) => {
          for (const name of [...next.keys()]) next.delete(name);
          for (const [name, value] of new URLSearchParams(query)) next.set(name, value);
        }),
      query: params.toString(),
    };
  }, [params, change]);
}
