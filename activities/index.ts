import type { Config } from '../config';
import type { Pool } from './database';
import { createOrderActivities } from './orders';
import { createPayoutActivities } from './payouts';
import { createReleaseActivities } from './releases';
import { createWithdrawalActivities } from './withdrawals';

/** What activities need from the outside. */
export interface ActivityContext {
  pool: Pool;
  config: Config;
}

/** All activities, bound to what they need. The worker registers these names. */
export function createActivities(context: ActivityContext) {
  return {
    ...createOrderActivities(context.pool),
    ...createWithdrawalActivities(context),
    ...createPayoutActivities(context),
    ...createReleaseActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
