import { optionalTsToDate, optionalTsToMs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { ApiContext } from '../http/endpoint';

const { TASK_QUEUE_TYPE_ACTIVITY: activityType, TASK_QUEUE_TYPE_WORKFLOW: workflowType } =
  temporal.api.enums.v1.TaskQueueType;

/** The task queue of the processes, as the Temporal server sees it. */
export interface TaskQueue {
  type: 'workflow' | 'activity';
  /** Tasks that wait for a worker, roughly. */
  backlog: number | null;
  backlogAgeMs: number | null;
  /** Pollers of the last minutes, running or not. */
  pollers: { identity: string; lastSeenAt: Date }[];
}

const answerWithinMs = 2_000;

/**
 * Asks the Temporal server about the task queue, for workflows and for activities.
 * @throws when it does not answer
 */
export async function describeTaskQueues({ temporal: client, config }: ApiContext): Promise<TaskQueue[]> {
  const describe = async (taskQueueType: temporal.api.enums.v1.TaskQueueType): Promise<TaskQueue> => {
    const { stats, pollers } = await client.connection.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: config.TEMPORAL_TASK_QUEUE },
      taskQueueType,
      reportStats: true,
    });
    return {
      type: taskQueueType === workflowType ? 'workflow' : 'activity',
      backlog: stats?.approximateBacklogCount?.toNumber() ?? null,
      backlogAgeMs: optionalTsToMs(stats?.approximateBacklogAge) ?? null,
      pollers: pollers.flatMap(({ identity, lastAccessTime }) => {
        const lastSeenAt = optionalTsToDate(lastAccessTime);
        return identity && lastSeenAt ? [{ identity, lastSeenAt }] : [];
      }),
    };
  };
  return client.connection.withDeadline(Date.now() + answerWithinMs, async () => [
    await describe(workflowType),
    await describe(activityType),
  ]);
}

// A worker without work asks again after a minute, which is how long the server lets it wait; one with work at once.
const askedWithinMs = 75_000;
const busyAskedWithinMs = 10_000;

/**
 * The workers that work, with when each last asked for a task. The server keeps those that died for five minutes: one
 * that has asked for nothing for longer than a worker waits, or while tasks wait, is not among them.
 */
export function liveWorkers(queues: TaskQueue[], now: Date): Map<string, Date> {
  const live = new Map<string, Date>();
  for (const { pollers, backlogAgeMs } of queues) {
    const withinMs = (backlogAgeMs ?? 0) > busyAskedWithinMs ? busyAskedWithinMs : askedWithinMs;
    for (const { identity, lastSeenAt } of pollers) {
      if (now.getTime() - lastSeenAt.getTime() > withinMs) continue;
      if (lastSeenAt > (live.get(identity) ?? 0)) live.set(identity, lastSeenAt);
    }
  }
  return live;
}

/** Whether what waits for a worker goes on. */
export type Processing = 'working' | 'no_worker' | 'temporal_away';

const keptMs = 5_000;
const lastAnswers = new WeakMap<ApiContext, { askedAt: number; answer: Promise<Processing> }>();

/** Whether any worker runs. All pages share one call of Temporal in five seconds. */
export function processing(context: ApiContext): Promise<Processing> {
  const last = lastAnswers.get(context);
  if (last && Date.now() - last.askedAt < keptMs) return last.answer;
  const answer = describeTaskQueues(context).then(
    (queues) => (liveWorkers(queues, new Date()).size > 0 ? 'working' : 'no_worker'),
    () => 'temporal_away' as const,
  );
  lastAnswers.set(context, { askedAt: Date.now(), answer });
  return answer;
}
