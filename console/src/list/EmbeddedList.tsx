import type { ListPath } from '../api/types';
import type { ListDefinition } from './definition';
import { ListTable } from './ListTable';
import { useLocalListState } from './useListState';

interface EmbeddedListProps<P extends ListPath> {
  list: ListDefinition<P>;
  /** Filters that make it the list of this page's thing. */
  fixed?: Record<string, string>;
  /** What stands in braces in the path. */
  params?: Record<string, string>;
}

/** A list within the page of something else: its sorting is nobody's address. */
export function EmbeddedList<P extends ListPath>(props: EmbeddedListProps<P>) {
  return <ListTable {...props} state={useLocalListState()} />;
}
