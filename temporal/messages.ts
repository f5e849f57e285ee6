import {
  ApplicationFailure,
  WithStartWorkflowOperation,
  type Workflow,
  type WorkflowClient,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';

/** A workflow that is started where it does not run. */
export interface ProcessStart {
  /** Name of the workflow function. */
  workflow: string;
  workflowId: string;
  input: unknown[];
}

/** A message that a workflow answers. */
export interface ProcessUpdate {
  update: string;
  args: unknown[];
}

/** How a workflow is started: once, however many ask for it, and again after it has ended. */
export function startOptions(taskQueue: string, { workflowId, input }: Omit<ProcessStart, 'workflow'>) {
  return {
    workflowId,
    args: input,
    taskQueue,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  };
}

/**
 * Sends an update to a workflow, which is started first where it does not run.
 * @param updateId the same for repeats of the same message, which then get the first one's answer
 * @throws what the client throws; a refusal is in it as `rootFailure`
 */
export function updateWithStart<R>(
  client: WorkflowClient,
  taskQueue: string,
  { workflow, update, args, updateId, ...start }: ProcessStart & ProcessUpdate & { updateId: string },
): Promise<R> {
  return client.executeUpdateWithStart<Workflow, R, unknown[]>(update, {
    args,
    updateId,
    startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(
      workflow,
      startOptions(taskQueue, start),
    ),
  });
}

/** The failure that a workflow or activity ended an update with, inside what the client throws. */
export function rootFailure(error: unknown): ApplicationFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause;
  }
  return undefined;
}
