import { z } from 'zod';
import { liftHolds, placeHold } from '../../activities/holds';
import { endpoint } from '../endpoint';
import { actorOfCall } from '../process';
import { commissionId, holdReason } from '../schemas';

const note = z.string().trim().min(1).max(1000);
const params = z.object({ id: commissionId });
const staff = ['admin', 'finance', 'compliance'] as const;

export const holdCommission = endpoint({
  method: 'post',
  path: '/v1/commissions/{id}/hold',
  summary: 'Keep a commission back',
  description: 'A commission is not released while any hold is open; there is at most one for each reason.',
  tag: 'commissions',
  roles: staff,
  scope: 'commissions:hold',
  params,
  body: z.strictObject({ reason: holdReason, note }),
  responses: {
    201: {
      description: 'On hold.',
      schema: z.object({ id: z.uuid(), commissionId: z.string(), reason: holdReason, note: z.string() }),
    },
  },
  errors: ['commission_unknown', 'commission_settled', 'already_on_hold'],
  handler: async ({ params, body, context, principal, resourceId: id, requestId }) => {
    const hold = { id, commissionId: Number(params.id), ...body, by: actorOfCall({ principal, requestId }) };
    await placeHold(context.pool, hold, Date.now());
    return { status: 201, body: { id, commissionId: params.id, ...body } };
  },
});

export const unholdCommission = endpoint({
  method: 'post',
  path: '/v1/commissions/{id}/unhold',
  summary: 'Lift the holds of a commission',
  description:
    'Lifts all, or only the one of the given reason. When that was the last obstacle of a commission that is due and whose plan releases by itself, it is released at once.',
  tag: 'commissions',
  roles: staff,
  scope: 'commissions:hold',
  params,
  body: z.strictObject({ note, reason: holdReason.optional() }),
  responses: {
    200: { description: 'Lifted.', schema: z.object({ lifted: z.array(holdReason), released: z.boolean() }) },
  },
  errors: ['commission_unknown', 'not_on_hold'],
  handler: async ({ params, body, context, principal, resourceId: decisionId, requestId }) => ({
    status: 200,
    body: await liftHolds(
      context.pool,
      { decisionId, commissionId: Number(params.id), ...body, by: actorOfCall({ principal, requestId }) },
      Date.now(),
    ),
  }),
});

export const holdEndpoints = [holdCommission, unholdCommission];
