import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { Reconciled } from '../activities/reconcile';

const { reconcileProcesses } = proxyActivities<Activities>({
  startToCloseTimeout: '30m',
  heartbeatTimeout: '1m',
  retry: { initialInterval: '10s', maximumInterval: '1m', maximumAttempts: 3 },
});

/** Every few minutes, by its schedule: compares rows and workflows, and mends what does not know the other. */
export async function reconcile(): Promise<Reconciled> {
  return reconcileProcesses();
}
