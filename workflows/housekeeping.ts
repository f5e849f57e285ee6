import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Resealed } from '../activities/housekeeping';

const { deleteSpent, eraseApplicants, resealNumbers } = proxyActivities<Activities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '10s', maximumInterval: '10m' },
});

/** Rows that one run of housekeeping changed. */
export interface Housekeeping extends Resealed {
  deleted: number;
  erased: number;
}

/** Once a day, by its schedule: deletes what is not needed any more, erases what may not be kept longer. */
export async function housekeeping(): Promise<Housekeeping> {
  return {
    erased: await eraseApplicants(Date.now()),
    deleted: await deleteSpent(Date.now()),
    ...(await resealNumbers()),
  };
}
