import { applicationSubject } from '../../../activities/application/row';
import { type ApplicationState, isDecided } from '../../../domain/application';
import type { ApplicationAnswer } from '../../../workflows/application';
import type { ApiContext } from '../../http/endpoint';
import { notFound, Problem, unavailable } from '../../http/problem';
import { callUpdate, WorkflowGone } from '../../workflows/client';
import { type ApplicationBody, applicationSchema, readApplication } from './view';

/** What every step of an application may be refused with, and what it answers. */
export const applicationStep = {
  errors: ['application_decided', 'application_state', 'claimed_by_another'],
  responses: { 200: { description: 'The application after the change.', schema: applicationSchema } },
};

/** Sends a message to the application's workflow and answers with what it made of the application. */
export async function tellApplication(
  context: ApiContext,
  { id, update, args, resourceId }: { id: string; update: string; args: object; resourceId: string },
): Promise<ApplicationBody> {
  try {
    await callUpdate<ApplicationAnswer>(context, {
      workflowId: applicationSubject(id),
      update,
      args: [args],
      updateId: resourceId,
    });
  } catch (error) {
    if (!(error instanceof WorkflowGone)) throw error;
    await explainGone(context, id, resourceId);
  }
  return readApplication(context, id);
}

/** Returns when the message was carried out before the workflow ended, as when a repeat of it comes late. */
async function explainGone({ pool }: ApiContext, id: string, resourceId: string): Promise<void> {
  const { rows } = await pool.query<{ state: ApplicationState; done: boolean }>(
    `SELECT state, EXISTS (SELECT 1 FROM events e WHERE e.subject = $2 AND e.key = e.type || '/' || $3) AS done
     FROM applications WHERE id = $1`,
    [id, applicationSubject(id), resourceId],
  );
  const [row] = rows;
  if (!row) throw notFound(`The application ${id}`);
  if (row.done) return;
  if (!isDecided(row.state))
    throw unavailable('The workflow of this application must be recovered first.', 30);
  throw new Problem({
    status: 409,
    code: 'application_decided',
    detail: `The application is already ${row.state}; that is final.`,
  });
}
