import type { Config } from '../config';
import type { Pool } from '../database/pool';
import type { Sealer } from '../database/sealing';
import { createAccountChangeActivities } from './accountChange/accountChange';
import { createApplicationActivities } from './application/application';
import { createApplicationCheckActivities } from './application/checks';
import { createBulkActivities } from './bulk';
import { createCredentialActivities } from './credential/credential';
import { createHousekeepingActivities } from './housekeeping';
import { createMailActivities, type Mailer } from './mail';
import { createOrderActivities } from './order/order';
import { createPayoutActivities } from './payout';
import { createReconcileActivities } from './reconcile';
import { createReleaseActivities } from './release';
import { createWithdrawalActivities } from './withdrawal/withdrawal';

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
    ...createAccountChangeActivities(context),
    ...createApplicationActivities(context),
    ...createApplicationCheckActivities(context),
    ...createCredentialActivities(context),
    ...createMailActivities(context),
    ...createWithdrawalActivities(context),
    ...createPayoutActivities(context),
    ...createReleaseActivities(context),
    ...createBulkActivities(context),
    ...createHousekeepingActivities(context),
    ...createReconcileActivities(context.pool),
  };
}

export type Activities = ReturnType<typeof createActivities>;
