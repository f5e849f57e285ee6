import type { Config } from '../config';
import { createApplicationCheckActivities } from './applicationChecks';
import { createApplicationActivities } from './applications';
import { createBulkActivities } from './bulk';
import type { Pool } from './database';
import { createHousekeepingActivities } from './housekeeping';
import { createMailActivities, type Mailer } from './mail';
import { createOrderActivities } from './orders';
import { createPayoutActivities } from './payouts';
import { createReleaseActivities } from './releases';
import type { Sealer } from './sealing';
import { createWithdrawalActivities } from './withdrawals';

/** What activities need from the outside. */
export interface ActivityContext {
  pool: Pool;
  sealer: Sealer;
  mailer: Mailer;
  config: Config;
}

/** All activities, bound to what they need. The worker registers these names. */
export function createActivities(context: ActivityContext) {
  return {
    ...createOrderActivities(context.pool),
    ...createApplicationActivities(context),
    ...createApplicationCheckActivities(context),
    ...createMailActivities(context),
    ...createWithdrawalActivities(context),
    ...createPayoutActivities(context),
    ...createReleaseActivities(context),
    ...createBulkActivities(context),
    ...createHousekeepingActivities(context),
  };
}

export type Activities = ReturnType<typeof createActivities>;
