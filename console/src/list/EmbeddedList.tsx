import type { ListPath } from '../api/types';
import type { Fixed, ListDefinition } from './definition';
import { ListTable } from './ListTable';
import { useLocalListState } from './useListState';

interface EmbeddedListProps<P extends ListPath> {
  list: ListDefinition<P>;
  /** Fixed filters for the entity of the page. */
  fixed?: Fixed<P>;
  /** Path parameters. */
  params?: Record<string, string>;
}

/** A list within another page; its state is not in the address. */
export function EmbeddedList<P extends ListPath>(props: EmbeddedListProps<P>) {
  return <ListTable {...props} state={useLocalListState()} />;
}
