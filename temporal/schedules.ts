import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Config } from '../config';

/** Id of the schedule, and beginning of the ids of its workflows. */
export const HOUSEKEEPING = 'housekeeping';

/**
 * Schedules housekeeping once a day, at night in the brand's time zone. Safe to call by every process and at any time:
 * an existing schedule gets the present time zone and task queue.
 */
export async function scheduleHousekeeping(
  { schedule }: Client,
  { BRAND_TIME_ZONE: timezone, TEMPORAL_TASK_QUEUE: taskQueue }: Config,
): Promise<void> {
  const spec: ScheduleSpec = { calendars: [{ hour: 3, minute: 30 }], timezone };
  const action = {
    type: 'startWorkflow',
    workflowType: 'housekeeping',
    workflowId: HOUSEKEEPING,
    taskQueue,
  } as const;
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' } as const;
  try {
    await schedule.create({ scheduleId: HOUSEKEEPING, spec, action, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    // A schedule that was paused stays paused.
    await schedule.getHandle(HOUSEKEEPING).update(({ state }) => ({ spec, action, policies, state }));
  }
}
