import {
  ApplicationFailure,
  WithStartWorkflowOperation,
  type Workflow,
  type WorkflowClient,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { type IdOf, kinds, type ProcessKind, subjectOf } from '../domain/kinds';
import type * as accountChange from '../workflows/accountChange';
import type * as application from '../workflows/application';
import type * as bulk from '../workflows/bulk';
import type * as credential from '../workflows/credential';
import type * as mail from '../workflows/mail';
import type * as order from '../workflows/order';
import type * as payout from '../workflows/payout';
import type * as release from '../workflows/release';
import type { ProcessInput } from '../workflows/shared/process';
import type * as withdrawal from '../workflows/withdrawal';

/** An entry for each process, in which none may be missing. */
type OfEachProcess<T extends Record<ProcessKind, object>> = T;

/** The definitions of the messages that each process accepts. */
type Messages = OfEachProcess<{
  account_change: typeof accountChange;
  application: typeof application;
  credential: typeof credential;
  order: typeof order;
  return: Pick<typeof order, 'orderEvent'>;
  withdrawal: typeof withdrawal;
  release: typeof release;
  payout: typeof payout;
  mail: typeof mail;
  bulk: typeof bulk;
}>;

/** The updates of a process. */
export type UpdateOf<K extends ProcessKind> = Extract<
  Messages[K][keyof Messages[K]],
  UpdateDefinition<unknown, unknown[]>
>;

/** The signals of a process. */
type SignalOf<K extends ProcessKind> = Extract<Messages[K][keyof Messages[K]], SignalDefinition<unknown[]>>;

type AnswerOf<U> = U extends UpdateDefinition<infer Answer, infer _Args> ? Answer : never;
/** The arguments of a message. */
export type ArgsOf<M> =
  M extends UpdateDefinition<infer _Answer, infer Args>
    ? Args
    : M extends SignalDefinition<infer Args>
      ? Args
      : never;

/** Who sends: which task queue the workflows run on, and within which limits calls are made. */
export interface Sender {
  taskQueue: string;
  /** Makes a call of the Temporal client, bounded in time. */
  call<R>(work: (client: WorkflowClient) => Promise<R>): Promise<R>;
}

/** The process that a message is for. */
interface Addressee<K extends ProcessKind> {
  kind: K;
  id: IdOf<K>;
  /** False for the message that creates the subject: a run started for it finds no row to go on from. @default true */
  resume?: boolean;
}

/** The process ended twice while a message to it was on its way. */
export class ProcessGone extends Error {
  override name = 'ProcessGone';
}

/**
 * Sends a message to the process of a subject and waits for its answer. Processes end as soon as nothing is left to
 * wait for, or are lost with Temporal's database; where none runs, one is started, which goes on from the row.
 * @param message.messageId the same for repeats of the message: the run that has it answers them as it did, a later
 *   one by what it finds in the row
 * @throws ProcessGone, and what the client throws; a refusal is in it as `rootFailure`
 */
export async function send<K extends ProcessKind, U extends UpdateOf<K>>(
  { taskQueue, call }: Sender,
  { update, args, messageId, ...addressee }: Addressee<K> & { update: U; args: ArgsOf<U>; messageId: string },
): Promise<AnswerOf<U>> {
  const attempt = () =>
    call(async (client) => {
      const { workflow, options } = startOf(taskQueue, addressee);
      try {
        // `U` is an update with these arguments and this answer.
        return await client.executeUpdateWithStart<Workflow, AnswerOf<U>, unknown[]>(
          update as UpdateDefinition<AnswerOf<U>, unknown[]>,
          {
            args,
            updateId: messageId,
            startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(workflow, {
              ...options,
              workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
            }),
          },
        );
      } catch (error) {
        throw isGone(error)
          ? new ProcessGone(`the process of ${options.workflowId} ended while it was asked`)
          : error;
      }
    });
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof ProcessGone)) throw error;
    // It ended while the message was on its way; the next one decides by the row.
    return attempt();
  }
}

/** Signals the process of a subject without waiting for an answer; it is started where it does not run. */
export async function signal<K extends ProcessKind, S extends SignalOf<K>>(
  { taskQueue, call }: Sender,
  { signal: definition, args, ...addressee }: Addressee<K> & { signal: S; args: ArgsOf<S> },
): Promise<void> {
  const { workflow, options } = startOf(taskQueue, addressee);
  await call((client) =>
    client.signalWithStart<Workflow, unknown[]>(workflow, {
      ...options,
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      signal: definition,
      signalArgs: args,
    }),
  );
}

/** Starts the process of a subject without a message. @returns false when it runs already */
export function start<K extends ProcessKind>(
  { taskQueue, call }: Sender,
  addressee: Addressee<K>,
): Promise<boolean> {
  const { workflow, options } = startOf(taskQueue, addressee);
  return call(async (client) => {
    try {
      await client.start(workflow, { ...options, workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  });
}

function startOf(taskQueue: string, { kind, id, resume = true }: Addressee<ProcessKind>) {
  const input: ProcessInput<IdOf<ProcessKind>> = resume ? { id, resume } : { id };
  return {
    workflow: kinds[kind].workflow,
    options: {
      workflowId: subjectOf(kind, id),
      args: [input],
      taskQueue,
      // It may run again after it has ended.
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    },
  };
}

/** How the server refuses an update whose run ended while it was handled, or in the task that brought it. */
const endedMeanwhile = new Set<string | null | undefined>([
  'AcceptedUpdateCompletedWorkflow',
  'UnprocessedUpdate',
]);

function isGone(error: unknown): boolean {
  return (
    error instanceof WorkflowNotFoundError ||
    (error instanceof WorkflowUpdateFailedError && endedMeanwhile.has(rootFailure(error)?.type))
  );
}

/** The failure that a workflow or activity ended an update with, inside what the client throws. */
export function rootFailure(error: unknown): ApplicationFailure | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause;
  }
  return undefined;
}
