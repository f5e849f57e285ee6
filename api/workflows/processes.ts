import { z } from 'zod';
import { processKinds, subjectOf } from '../../domain/kinds';
import { STAFF } from '../../domain/roles';
import { type Endpoint, endpoint } from '../http/endpoint';
import { timestampOutput } from '../http/schemas';
import { readProcessState } from './processState';

const stateSchema = z
  .object({
    workflowId: z.string(),
    runId: z.string().nullable(),
    running: z.boolean().describe('False when the process is over, or nothing is known of it.'),
    answered: z.boolean().describe('False while no worker is there to say where the process stands.'),
    state: z.string().nullable(),
    waitsFor: z.array(
      z.object({
        what: z.string().describe('Such as window_end, approval, changes, return_decision.'),
        from: z
          .enum(['system', 'clock', 'compliance', 'finance', 'applicant', 'shop', 'provider'])
          .describe('Who has to act.'),
        until: timestampOutput.nullable().describe('When it passes by itself or is looked at again.'),
        which: z.array(z.string()).optional().describe('Returns or mails, where there may be several.'),
      }),
    ),
    pendingActivities: z.array(
      z.object({
        type: z.string(),
        attempt: z.int(),
        maximumAttempts: z.int().nullable().describe('Null: tried without limit.'),
        lastFailure: z.string().nullable(),
        nextAttemptAt: timestampOutput.nullable(),
      }),
    ),
    url: z.url().nullable().describe("Temporal's page about it (TEMPORAL_UI_URL)."),
  })
  .meta({ id: 'ProcessState' });

export const processEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/processes/{kind}/{id}',
    summary: 'What the process of a thing is at, live',
    description:
      'From the workflow itself: where it stands, what it waits for, and which activities are under way or fail. The id of a return is "<order>/<return>", with the slash between them as %2F, and one within either of them as %252F.',
    tag: 'system',
    roles: STAFF,
    scope: 'processes:read',
    params: z.object({ kind: z.enum(processKinds), id: z.string().min(1).max(300) }),
    responses: { 200: { description: 'Its present state.', schema: stateSchema } },
    handler: async ({ params: { kind, id }, context }) => ({
      status: 200,
      body: await readProcessState(context, kind === 'return' ? `${kind}/${id}` : subjectOf(kind, id)),
    }),
  }),
];
