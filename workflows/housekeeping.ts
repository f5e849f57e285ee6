import { patched, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Resealed } from '../activities/housekeeping';

const { deleteDocuments, deleteSpent, eraseApplicants, resealNumbers } = proxyActivities<Activities>({
  startToCloseTimeout: '1h',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '10s', maximumInterval: '10m' },
});

/** Rows that one run of housekeeping changed. */
export interface Housekeeping extends Resealed {
  deleted: number;
  erased: number;
  /** Documents. Left out by older runs. */
  documents?: number;
}

/** Once a day, by its schedule: deletes what is not needed any more, erases what may not be kept longer. */
export async function housekeeping(): Promise<Housekeeping> {
  const erased = await eraseApplicants(Date.now());
  const deleted = await deleteSpent(Date.now());
  // After the applicants, whose documents nothing refers to from then on.
  const documents = patched('documents') ? await deleteDocuments(Date.now()) : undefined;
  return { erased, deleted, documents, ...(await resealNumbers()) };
}
