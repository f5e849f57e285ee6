import { z } from 'zod';
import { processKinds, subjectOfAddress } from '../../domain/kinds';
import { WAITED_FROM } from '../../domain/processStatus';
import { STAFF } from '../../domain/roles';
import { type Endpoint, endpoint } from '../http/endpoint';
import { notFound } from '../http/problem';
import { timestampOutput } from '../http/schemas';
import { readProcessState } from './processState';

const stateSchema = z
  .object({
    workflowId: z.string(),
    runId: z.string().nullable(),
    running: z.boolean().describe('False if the process has ended or is unknown.'),
    answered: z.boolean().describe('False while no worker responds with the state of the process.'),
    state: z.string().nullable(),
    waitsFor: z.array(
      z.object({
        what: z.string().describe('Such as window_end, approval, changes, return_decision.'),
        from: z.enum(WAITED_FROM).describe('Who has to act.'),
        until: timestampOutput.nullable().describe('When it ends automatically or is checked again.'),
        which: z.array(z.string()).optional().describe('Returns or emails, if there can be several.'),
      }),
    ),
    pendingActivities: z.array(
      z.object({
        type: z.string(),
        attempt: z.int(),
        maximumAttempts: z.int().nullable().describe('Null: retried without limit.'),
        lastFailure: z.string().nullable(),
        nextAttemptAt: timestampOutput.nullable(),
      }),
    ),
    url: z.url().nullable().describe('Page of the workflow in Temporal (TEMPORAL_UI_URL).'),
  })
  .meta({ id: 'ProcessState' });

export const processEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/processes/{kind}/{id}',
    summary: 'Live state of a process',
    description:
      'From the workflow itself: its state, what it waits for, and which activities are running or failing. The ID of a return is "<order>/<return>", with the slash between them as %2F, and a slash within either of them as %252F.',
    tag: 'system',
    roles: STAFF,
    scope: 'processes:read',
    params: z.object({ kind: z.enum(processKinds), id: z.string().min(1).max(300) }),
    responses: { 200: { description: 'The current state.', schema: stateSchema } },
    handler: async ({ params: { kind, id }, context }) => {
      const subject = subjectOfAddress(kind, id);
      if (subject === undefined) throw notFound(`The ${kind} ${id}`);
      return { status: 200, body: await readProcessState(context, subject) };
    },
  }),
];
