import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { optionalTsToDate } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import type { ProcessStatus } from '../../domain/processStatus';
import { scrub } from '../../log';
import type { ApiContext } from '../http/endpoint';
import { describeWorkflow, queryWorkflow } from './client';

/** An activity that has begun and not ended. Times are RFC 3339. */
export interface PendingActivity {
  type: string;
  attempt: number;
  /** Null where it is tried without limit. */
  maximumAttempts: number | null;
  lastFailure: string | null;
  nextAttemptAt: string | null;
}

/** What runs for a subject at this moment. */
export interface ProcessState {
  workflowId: string;
  runId: string | null;
  running: boolean;
  /** Whether a worker answered with the state of the process; none does while all workers are away. */
  answered: boolean;
  state: string | null;
  waitsFor: (Omit<ProcessStatus['waitsFor'][number], 'until'> & { until: string | null })[];
  pendingActivities: PendingActivity[];
  /** Temporal's page about it. */
  url: string | null;
}

// A page that shows more than the state of the process should not wait for it.
const queryWithinMs = 3_000;

/**
 * Asks Temporal and the workflow itself what a process is at. One that has ended, or is unknown, does not run.
 * @throws Problem 503 when Temporal is away
 */
export async function readProcessState(context: ApiContext, workflowId: string): Promise<ProcessState> {
  const description = await describeWorkflow(context, workflowId);
  if (description?.status.name !== 'RUNNING') {
    return {
      workflowId,
      runId: description?.runId ?? null,
      running: false,
      answered: false,
      state: null,
      waitsFor: [],
      pendingActivities: [],
      url: description ? pageOf(context, workflowId, description.runId) : null,
    };
  }
  const [status, remote, local] = await Promise.all([
    queryWorkflow<Partial<ProcessStatus>>(context, {
      workflowId,
      query: 'status',
      withinMs: queryWithinMs,
    }).catch((error: unknown) => {
      context.log.warn({ err: error, workflowId }, 'a workflow did not say where it stands');
      return undefined;
    }),
    Promise.all((description.raw.pendingActivities ?? []).map((one) => pendingActivity(context, one))),
    failingLocalActivities(context, workflowId),
  ]);
  return {
    workflowId,
    runId: description.runId,
    running: true,
    answered: status !== undefined,
    state: status?.state ?? null,
    waitsFor: (status?.waitsFor ?? []).map(({ until, ...wait }) => ({
      ...wait,
      until: until === null ? null : new Date(until).toISOString(),
    })),
    pendingActivities: [...remote, ...local],
    url: pageOf(context, workflowId, description.runId),
  };
}

/** The address of Temporal's page about a workflow; null where the settings do not say where that page is. */
export function pageOf(
  { config, temporal: { options } }: ApiContext,
  workflowId: string,
  runId?: string,
): string | null {
  if (!config.TEMPORAL_UI_URL) return null;
  const base = config.TEMPORAL_UI_URL.replace(/\/+$/, '');
  const page = `${base}/namespaces/${encodeURIComponent(options.namespace)}/workflows`;
  return runId
    ? `${page}/${encodeURIComponent(workflowId)}/${runId}/history`
    : `${page}/${encodeURIComponent(workflowId)}`;
}

async function pendingActivity(
  { temporal: client }: ApiContext,
  info: temporal.api.workflow.v1.IPendingActivityInfo,
): Promise<PendingActivity> {
  const waits =
    info.state === temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED &&
    (info.attempt ?? 1) > 1;
  const failure = await decodeOptionalFailureToOptionalError(
    client.options.loadedDataConverter,
    info.lastFailure,
  );
  return {
    type: info.activityType?.name ?? '',
    attempt: info.attempt ?? 1,
    maximumAttempts: info.maximumAttempts || null,
    lastFailure: failure ? scrub(failure.message) : null,
    nextAttemptAt: waits ? (optionalTsToDate(info.scheduledTime)?.toISOString() ?? null) : null,
  };
}

/** Local activities run inside the worker: their failures are only in the worker's note. */
async function failingLocalActivities({ pool }: ApiContext, workflowId: string): Promise<PendingActivity[]> {
  const { rows } = await pool.query<Pick<PendingActivity, 'type' | 'attempt' | 'lastFailure'>>(
    `SELECT type, attempt, message AS "lastFailure" FROM failing_activities
     WHERE workflow_id = $1 AND activity_id LIKE 'local/%' AND last_failed_at > now() - interval '1 hour'
     ORDER BY activity_id`,
    [workflowId],
  );
  return rows.map((row) => ({ ...row, maximumAttempts: null, nextAttemptAt: null }));
}
