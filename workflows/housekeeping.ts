import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Resealed } from '../activities/housekeeping';

const { deleteSpent, eraseApplicants, resealNumbers } = proxyActivities<Activities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '10s', maximumInterval: '10m' },
});

/** What a day of housekeeping did, in rows. */
export interface Housekeeping extends Resealed {
  deleted: number;
  erased: number;
}

/** Once a day, by its schedule: deletes what has no more use, erases what may not be kept longer. */
export async function housekeeping(): Promise<Housekeeping> {
  return {
    erased: await eraseApplicants(Date.now()),
    deleted: await deleteSpent(Date.now()),
    ...(await resealNumbers()),
  };
}
