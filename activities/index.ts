import type { Pool } from './database';

/** What activities need from the outside. */
export interface ActivityContext {
  pool: Pool;
}

/** All activities, bound to what they need. The worker registers these names. */
export function createActivities(_context: ActivityContext) {
  return {};
}

export type Activities = ReturnType<typeof createActivities>;
