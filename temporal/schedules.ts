import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import type { Config } from '../config';

/** Id of the schedule, and beginning of the ids of its workflows. */
export const HOUSEKEEPING = 'housekeeping';

/** The same for the comparison of rows and workflows. */
const RECONCILE = 'reconcile';

/**
 * Schedules housekeeping once a day, at night in the brand's time zone, and the comparison of rows and workflows every
 * five minutes. Safe to call by every process and at any time: an existing schedule gets the present time zone and task
 * queue.
 */
export async function scheduleAll(
  client: Client,
  { BRAND_TIME_ZONE: timezone, TEMPORAL_TASK_QUEUE: taskQueue }: Config,
): Promise<void> {
  const daily = { calendars: [{ hour: 3, minute: 30 }], timezone };
  await schedule(client, { id: HOUSEKEEPING, taskQueue, spec: daily, catchupWindow: '1 day' });
  await schedule(client, {
    id: RECONCILE,
    taskQueue,
    spec: { intervals: [{ every: '5 minutes' }] },
    catchupWindow: '1 minute',
  });
}

/** Has the workflow that is called like the schedule run by it. */
async function schedule(
  { schedule: schedules }: Client,
  {
    id,
    taskQueue,
    spec,
    catchupWindow,
  }: { id: string; taskQueue: string; spec: ScheduleSpec; catchupWindow: Duration },
): Promise<void> {
  const action = { type: 'startWorkflow', workflowType: id, workflowId: id, taskQueue } as const;
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow } as const;
  try {
    await schedules.create({ scheduleId: id, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // A schedule that was paused stays paused.
    await schedules.getHandle(id).update(({ state }) => ({ spec, action, policies, state }));
  }
}
