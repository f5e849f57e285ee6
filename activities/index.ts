import type { Pool } from './database';
import { createOrderActivities } from './orders';

/** What activities need from the outside. */
export interface ActivityContext {
  pool: Pool;
}

/** All activities, bound to what they need. The worker registers these names. */
export function createActivities(context: ActivityContext) {
  return { ...createOrderActivities(context.pool) };
}

export type Activities = ReturnType<typeof createActivities>;
