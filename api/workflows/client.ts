import {
  type ApplicationFailure,
  isGrpcServiceError,
  ServiceError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Refusal } from '../../database/refusal';
import { rootFailure, type Sender } from '../../temporal/messages';
import type { ApiContext } from '../http/endpoint';
import { Problem, unavailable } from '../http/problem';
import { answerWithinMs as probeWithinMs, watchServer } from '../http/stall';

/** Longest wait for a workflow's answer. A repeat with the same update id finds the answer if it was given later. */
const answerWithinMs = 20_000;

/**
 * How the API sends messages to workflows: within its limits of load and time, and with failures that a route or the
 * caller can act on.
 * @throws Problem when the workflow refuses, is too slow or cannot be reached
 */
export function senderOf(context: ApiContext): Sender {
  return {
    taskQueue: context.config.TEMPORAL_TASK_QUEUE,
    call: (work) => bounded(context, work),
  };
}

/**
 * Asks a running workflow for its live state.
 * @param withinMs how long its worker may take to answer @default 20 s
 * @throws WorkflowNotFoundError when it is not known (any more)
 */
export function queryWorkflow<R>(
  context: ApiContext,
  { workflowId, query, withinMs }: { workflowId: string; query: string; withinMs?: number },
): Promise<R> {
  return bounded(context, (client) => client.getHandle(workflowId).query<R, unknown[]>(query), withinMs);
}

/** What the Temporal server knows of a workflow's latest run; undefined when it does not know that id (any more). */
export async function describeWorkflow(
  context: ApiContext,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await bounded(context, (client) => client.getHandle(workflowId).describe());
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** How many calls wait for a workflow, and how many for their turn. */
export interface Load {
  inFlight: number;
  queued: number;
}

interface Gate {
  inFlight: number;
  /** How many calls Temporal has answered since the start. */
  answered: number;
  waiting: (() => void)[];
}

// The Temporal server is what saturates first: beyond some number of updates in flight all of them time out. So
// each process holds back the excess. Keyed by context, as each app has its own limits.
const gates = new WeakMap<ApiContext, Gate>();

function gateOf(context: ApiContext): Gate {
  let gate = gates.get(context);
  if (!gate) {
    gate = { inFlight: 0, answered: 0, waiting: [] };
    gates.set(context, gate);
  }
  return gate;
}

/** The present load, for the metrics. */
export function temporalLoad(context: ApiContext): Load {
  const { inFlight, waiting } = gateOf(context);
  return { inFlight, queued: waiting.length };
}

// An immediate "retry later" serves a client better than a wait until it gives up.
const longestWaitMs = 5_000;

/** Waits for a place, up to a limit. */
function turnIn(gate: Gate): Promise<void> {
  return new Promise((resolve, reject) => {
    const place = () => {
      clearTimeout(giveUp);
      resolve();
    };
    const giveUp = setTimeout(() => {
      gate.waiting.splice(gate.waiting.indexOf(place), 1);
      reject(unavailable('Too many requests are waiting for their workflows.', 1));
    }, longestWaitMs);
    gate.waiting.push(place);
  });
}

async function bounded<R>(
  context: ApiContext,
  call: (client: WorkflowClient) => Promise<R>,
  withinMs = answerWithinMs,
): Promise<R> {
  const gate = gateOf(context);
  if (gate.inFlight >= context.config.API_MAX_IN_FLIGHT) {
    if (gate.waiting.length >= context.config.API_MAX_QUEUE) {
      throw unavailable('Too many requests are waiting for their workflows.', 1);
    }
    // A finished call hands its place on, so that a newcomer cannot overtake those who wait.
    await turnIn(gate);
  } else {
    gate.inFlight++;
  }
  const { connection, workflow } = context.temporal;
  const stalled = new AbortController();
  const answers = async () => {
    const before = gate.answered;
    return (await isConnected(context)) || gate.answered > before;
  };
  const stopWatching = watchServer(answers, () => stalled.abort());
  try {
    const answer = await connection.withDeadline(Date.now() + withinMs, () =>
      connection.withAbortSignal(stalled.signal, () => call(workflow)),
    );
    gate.answered++;
    return answer;
  } catch (error) {
    throw explain(error, context);
  } finally {
    stopWatching();
    const next = gate.waiting.shift();
    if (next) next();
    else gate.inFlight--;
  }
}

// gRPC status codes of temporary faults.
const transient: Record<number, string> = {
  1: 'CANCELLED',
  4: 'DEADLINE_EXCEEDED',
  8: 'RESOURCE_EXHAUSTED',
  // The workflow's worker died or kept failing; it accepts no updates until a step of it has succeeded.
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  14: 'UNAVAILABLE',
};

/** Turns a failure of the call into an error that the route or the caller can act on. */
function explain(error: unknown, context: ApiContext): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    const failure = rootFailure(error);
    return (failure && refusalProblem(failure)) ?? error;
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return unavailable('The workflow has not responded in time; the request may still be carried out.');
  }
  const status = isGrpcServiceError(error)
    ? error
    : error instanceof ServiceError && isGrpcServiceError(error.cause)
      ? error.cause
      : undefined;
  const passing = status && transient[status.code];
  if (passing) {
    context.log.warn({ grpcStatus: passing }, 'Temporal did not accept the call');
    return unavailable('The workflow server cannot be reached or is busy.');
  }
  return error;
}

/** The problem answer for a refusal by a workflow or an activity. */
export function refusalProblem(failure: ApplicationFailure): Problem | undefined {
  const refusal = failure.details?.[0] as Partial<Refusal> | undefined;
  const { code, status, message, pointer } = refusal ?? {};
  if (!code || !status || !message) return undefined;
  return new Problem({
    status,
    code,
    detail: message,
    errors: pointer ? [{ pointer, detail: message }] : undefined,
  });
}

/** Whether the Temporal server answers, within two seconds. */
export async function isConnected({ temporal }: ApiContext): Promise<boolean> {
  const { connection } = temporal;
  const ask = () => connection.workflowService.getSystemInfo({});
  return connection.withDeadline(Date.now() + probeWithinMs, ask).then(
    () => true,
    () => false,
  );
}
