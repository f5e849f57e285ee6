import type { StateOf } from './kinds';

/** State of a release run. It only moves forward. */
export type ReleaseRunState = StateOf<'release'>;

const order: Record<ReleaseRunState, number> = { proposed: 0, approved: 1, running: 2, done: 3, rejected: 3 };

/** The later of two views of one run: responses can arrive in another order than the row changed. */
export function laterRunState(known: ReleaseRunState | undefined, news: ReleaseRunState): ReleaseRunState {
  return known && order[known] > order[news] ? known : news;
}
