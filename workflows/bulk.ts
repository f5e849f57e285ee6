import { defineQuery, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { BulkState } from '../activities/bulk';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import type { ProcessInput } from './shared/process';

export const bulkStatus = defineQuery<ProcessStatus>('status');

const { runBulkAction } = proxyActivities<Activities>({
  startToCloseTimeout: '6h',
  heartbeatTimeout: '10s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/**
 * One bulk action: items are handled one by one in the name of the user who requested it. The row exists before and
 * lists them.
 */
export async function bulk({ id }: ProcessInput): Promise<void> {
  let state: BulkState = 'running';
  setHandler(bulkStatus, () => statusOf.bulk(state));
  state = await runBulkAction(id);
}
