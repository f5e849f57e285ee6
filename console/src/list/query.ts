import { useMemo } from 'react';
import type { ListPath } from '../api/types';
import { useMe } from '../app/session';
import { endOfDay, startOfDay } from '../ui/zone';
import type { Fixed, ListDefinition } from './definition';
import { type ListState, useAddressListState } from './useListState';

/** Filters and sorting as API parameters. Days become times in the brand's time zone. */
export function toQuery<P extends ListPath>(
  list: ListDefinition<P>,
  state: ListState,
  fixed: Fixed<P> | undefined,
  timeZone: string,
): Record<string, string> {
  const query: Record<string, string> = {};
  for (const { param, kind } of list.filters) {
    const value = state.filters[param];
    if (!value) continue;
    if (kind === 'from') query[param] = startOfDay(value, timeZone);
    else if (kind === 'until') query[param] = endOfDay(value, timeZone);
    else query[param] = value;
  }
  const sort = state.sort ?? list.defaultSort;
  return { ...query, ...(sort && { sort }), ...fixed };
}

/** Only the filters of the current list as API parameters, for totals and actions on all matching entries. */
export function useListFilters<P extends ListPath>(list: ListDefinition<P>): Record<string, string> {
  const state = useAddressListState();
  const { timeZone } = useMe().brand;
  return useMemo(() => {
    const { sort: _, ...filters } = toQuery(list, state, undefined, timeZone);
    return filters;
  }, [list, state, timeZone]);
}
