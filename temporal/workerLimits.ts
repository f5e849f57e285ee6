import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../config';

/** How much a worker does at once and keeps in its cache. */
export function workerLimits(
  config: Config,
): Pick<
  WorkerOptions,
  'maxConcurrentLocalActivityExecutions' | 'maxCachedWorkflows' | 'stickyQueueScheduleToStartTimeout'
> {
  return {
    // Nearly every local activity is one transaction: more of them at once would only wait for connections.
    maxConcurrentLocalActivityExecutions: config.DATABASE_POOL,
    // Enough for what is in motion. An order then waits for days, and by the default some thousand of these would be kept,
    // which cost each lifecycle nearly a third more of the worker's processor time; without, a message replays it.
    maxCachedWorkflows: 200,
    // What waited in the queue of a worker that died goes to another one after this: by the default of ten seconds such
    // updates were answered after 5.6 s in the median, with two after 1.6 s. With one second, an overloaded live worker
    // lost its tasks too (27 times in 150 orders, 200 in flight on two cores), and each meant a replay.
    stickyQueueScheduleToStartTimeout: '2s',
  };
}
