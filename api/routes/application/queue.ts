import { z } from 'zod';
import { claimApplication, claimNextApplication, releaseClaim } from '../../../database/claims';
import { reasonCodes } from '../../../domain/reasonCodes';
import { CHANNEL, REVIEWERS } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { uuidParams } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';
import { applicationSchema, readApplication } from './view';

const answer = { 200: { description: 'The application after the change.', schema: applicationSchema } };
const textsSchema = z.object({ 'zh-CN': z.string(), en: z.string() });

export const reviewQueueEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/applications/next',
    audit: ['application.claim'],
    summary: 'Claim the application that has waited longest',
    description: 'Among unclaimed applications in review. Two reviewers at the same time get different ones.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    responses: {
      200: { description: 'The claimed application.', schema: applicationSchema },
      204: { description: 'There are no unclaimed applications.' },
    },
    handler: async ({ context, ...call }) => {
      const id = await claimNextApplication(context.pool, actorOfCall(call));
      return id ? { status: 200, body: await readApplication(context, id) } : { status: 204 };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/claim',
    audit: ['application.claim'],
    summary: 'Claim an application, or renew the claim',
    description:
      'Only the claimer and admins can then decide the application. The claim expires after 30 minutes without renewal and ends with the decision.',
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
    audit: ['application.release_claim'],
    summary: 'Release the claim of an application',
    description: 'An admin can release the claim of another user.',
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
    summary: 'List the reason codes for rejections and requested changes',
    tag: 'applications',
    roles: CHANNEL,
    scope: 'applications:read',
    responses: {
      200: {
        description: 'All entries.',
        schema: z.object({
          items: z.array(
            z.object({
              code: z.string(),
              decision: z.enum(['reject', 'request_changes']),
              public: textsSchema.describe('Message to the applicant.'),
              internal: textsSchema.describe('Internal meaning, for reviewers.'),
            }),
          ),
        }),
      },
    },
    handler: async () => ({ status: 200, body: { items: reasonCodes } }),
  }),
];
