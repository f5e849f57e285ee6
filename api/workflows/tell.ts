import { z } from 'zod';
import type { Actor } from '../../database/journal';
import type { ApiContext, Principal } from '../http/endpoint';
import { unavailable } from '../http/problem';
import { timestampOutput, uuid } from '../http/schemas';
import { startWithUpdate, WorkflowGone } from './client';

/** Who makes a request, as activities record it. */
export function actorOfCall({
  principal,
  requestId,
}: {
  principal: Principal;
  requestId: string;
}): Actor & { userId: string } {
  return { userId: principal.userId, name: principal.name, requestId };
}

/**
 * Sends a message to the process of a row that exists. Processes end as soon as nothing is left to wait for, or are
 * lost with Temporal's database; where none runs, one is started that goes on from the row.
 * @param updateId the same for repeats of the same message
 * @throws Problem when the process refuses, is too slow or can not be reached
 */
export async function tellProcess(
  context: ApiContext,
  {
    workflow,
    id,
    update,
    message,
    updateId,
  }: {
    workflow: 'withdrawal' | 'payout' | 'release';
    id: string;
    update: string;
    message: unknown;
    updateId: string;
  },
): Promise<void> {
  const send = () =>
    startWithUpdate(context, {
      workflow,
      workflowId: `${workflow}/${id}`,
      input: [{ id, resume: true }],
      update,
      args: [message],
      updateId,
    });
  try {
    await send();
  } catch (error) {
    if (!(error instanceof WorkflowGone)) throw error;
    // It ended while the message was under way; the next one decides by the row.
    await send().catch((again) => {
      throw again instanceof WorkflowGone ? unavailable('The process ended while it was asked.') : again;
    });
  }
}

/** Who approved what takes an approval, or two. */
export const approvalsSchema = z.array(
  z.object({ userId: uuid, name: z.string(), note: z.string().nullable(), at: timestampOutput }),
);

/** Text that says why somebody decided so. */
export const decisionNote = z.string().trim().min(1).max(1000);
