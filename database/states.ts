import { type Kind, kinds } from '../domain/kinds';

/** SQL of states, for `state IN (…)` and `ARRAY[…]`. */
export const sqlStates = (states: readonly string[]): string =>
  states.map((state) => `'${state}'`).join(', ');

/** SQL of the open states of a kind. */
export const openStates = (kind: Kind): string => sqlStates(kinds[kind].open);
