import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Looked } from '../activities/looks';

const { lookAtProcesses } = proxyActivities<Activities>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '10s', maximumInterval: '1m', maximumAttempts: 3 },
});

/** Every few minutes, by its schedule: compares rows and workflows, and mends what does not know the other. */
export async function looks(): Promise<Looked> {
  return lookAtProcesses();
}
