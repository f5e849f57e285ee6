import { type Kind, kinds } from '../domain/kinds';

/** SQL of the states in which something is still to happen to things of a kind, for `state IN (…)` and `ARRAY[…]`. */
export const openStates = (kind: Kind): string => kinds[kind].open.map((state) => `'${state}'`).join(', ');
