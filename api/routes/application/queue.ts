import { z } from 'zod';
import { claimApplication, claimNextApplication, releaseClaim } from '../../../database/claims';
import { reasonCodes } from '../../../domain/reasonCodes';
import { CHANNEL, REVIEWERS } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { uuidParams } from '../../http/schemas';
import { actorOfCall } from '../../workflows/tell';
import { applicationSchema, readApplication } from './view';

const answer = { 200: { description: 'The application as it is now.', schema: applicationSchema } };
const textsSchema = z.object({ 'zh-CN': z.string(), en: z.string() });

export const reviewQueueEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/applications/next',
    summary: 'Claim the application that has waited longest',
    description: 'Of those in review that nobody works on. Two reviewers at once get two different ones.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    responses: {
      200: { description: 'Yours to decide.', schema: applicationSchema },
      204: { description: 'None is left.' },
    },
    handler: async ({ context, ...call }) => {
      const id = await claimNextApplication(context.pool, actorOfCall(call));
      return id ? { status: 200, body: await readApplication(context, id) } : { status: 204 };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/claim',
    summary: 'Claim an application, or renew the claim',
    description:
      'Others are then refused to decide it, but for admins. Lapses after 30 minutes without renewal, and ends with the decision.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    params: uuidParams,
    responses: answer,
    errors: ['application_decided', 'application_state', 'claimed_by_another'],
    handler: async ({ params: { id }, context, ...call }) => {
      await claimApplication(context.pool, { applicationId: id, actor: actorOfCall(call) });
      return { status: 200, body: await readApplication(context, id) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/release-claim',
    summary: 'Give the claim of an application back',
    description: 'An admin may end the claim of somebody else.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    params: uuidParams,
    responses: answer,
    errors: ['claimed_by_another'],
    handler: async ({ params: { id }, context, ...call }) => {
      const command = { applicationId: id, actor: actorOfCall(call) };
      await releaseClaim(context.pool, command, call.principal.role === 'admin');
      return { status: 200, body: await readApplication(context, id) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/reason-codes',
    summary: 'List the reasons for rejecting and for asking for changes',
    tag: 'applications',
    roles: CHANNEL,
    scope: 'applications:read',
    responses: {
      200: {
        description: 'All of them.',
        schema: z.object({
          items: z.array(
            z.object({
              code: z.string(),
              decision: z.enum(['reject', 'request_changes']),
              public: textsSchema.describe('What the applicant is told.'),
              internal: textsSchema.describe('What it means among reviewers.'),
            }),
          ),
        }),
      },
    },
    handler: async () => ({ status: 200, body: { items: reasonCodes } }),
  }),
];
