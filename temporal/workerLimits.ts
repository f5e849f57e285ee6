import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config';

/** How much a worker does at once and keeps at hand. */
export function workerLimits(
  config: Config,
): Pick<WorkerOptions, 'maxConcurrentLocalActivityExecutions' | 'maxCachedWorkflows'> {
  return {
    // Nearly every local activity is one transaction: more of them at once would only wait for connections.
    maxConcurrentLocalActivityExecutions: config.DATABASE_POOL,
    // Enough for what is in motion. An order then waits for days, and by the default some thousand of these would be kept,
    // which cost each lifecycle nearly a third more of the worker's processor time; without, it is replayed when something comes.
    maxCachedWorkflows: 200,
  };
}
