import { z } from 'zod';
import { confirmAddressToken, tokensEqual } from '../../../database/links';
import { createSealer } from '../../../database/sealing';
import { maskMailAddress } from '../../../domain/mailAddress';
import { CONTROLLERS, REVIEWERS, ROLES } from '../../../domain/roles';
import { send } from '../../../temporal/messages';
import {
  approveAccountChange,
  cancelAccountChange,
  confirmAccountChange,
  rejectAccountChange,
} from '../../../workflows/accountChange';
import { type ApiContext, type Endpoint, endpoint, type Principal } from '../../http/endpoint';
import { Problem } from '../../http/problem';
import { reveal, revealResponse } from '../../http/reveal';
import { lineOf, timestampOutput, uuidParams } from '../../http/schemas';
import { senderOf } from '../../workflows/client';
import { actorOfCall, decisionNote } from '../../workflows/decisions';
import { detailSchema, readAccountChange, stateSchema } from './view';

const answer = { 200: { description: 'The account change after the step.', schema: detailSchema } };
const common = { method: 'post', tag: 'account changes', params: uuidParams } as const;

/** What people decide about account changes. */
export const accountChangeDecisionEndpoints: Endpoint[] = [
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/approve',
    audit: ['account_change.approve'],
    summary: 'Approve an account change',
    description: 'If a check failed, the note must give the reason for approving.',
    roles: REVIEWERS,
    scope: 'account-changes:decide',
    body: z.strictObject({ note: decisionNote.optional() }),
    responses: answer,
    errors: ['account_change_decided', 'note_required', 'blacklisted', 'email_taken', 'distributor_state'],
    handler: ({ params: { id }, body, ...call }) => decide(approveAccountChange, id, body.note, call),
  }),
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/confirm',
    audit: ['account_change.confirm'],
    summary: 'Confirm an approved change of bank account as the second person',
    description: 'The waiting period begins.',
    roles: CONTROLLERS,
    scope: 'account-changes:confirm',
    body: z.strictObject({ note: decisionNote.optional() }),
    responses: answer,
    errors: [
      'account_change_state',
      'account_change_decided',
      'second_person_needed',
      'blacklisted',
      'distributor_state',
    ],
    handler: ({ params: { id }, body, ...call }) => decide(confirmAccountChange, id, body.note, call),
  }),
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/reject',
    audit: ['account_change.reject'],
    summary: 'Reject an account change that is not in effect yet',
    roles: CONTROLLERS,
    scope: 'account-changes:confirm',
    body: z.strictObject({ reason: decisionNote }),
    responses: answer,
    errors: ['account_change_decided'],
    handler: ({ params: { id }, body, ...call }) => decide(rejectAccountChange, id, body.reason, call),
  }),
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/cancel',
    audit: ['account_change.cancel'],
    summary: 'Cancel an account change that is not in effect yet',
    roles: ROLES,
    scope: 'account-changes:write',
    body: z.strictObject({ reason: decisionNote.optional() }),
    responses: answer,
    errors: ['account_change_decided'],
    handler: ({ params: { id }, body, ...call }) => decide(cancelAccountChange, id, body.reason, call),
  }),
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/reveal',
    audit: ['account_change.reveal'],
    summary: 'Reveal a full account number of an account change',
    roles: CONTROLLERS,
    scope: 'account-changes:reveal',
    body: z.strictObject({
      field: z.enum(['from', 'to']).describe('The previous or the new account.'),
      reason: lineOf(500).describe('Reason for viewing; recorded in the audit log.'),
    }),
    responses: revealResponse,
    errors: ['number_not_kept'],
    handler: async ({ params: { id }, ...call }) => {
      const { context, principal, body } = call;
      await readAccountChange(context.pool, id, principal);
      const { rows } = await context.pool.query<{ from: string; to: string }>(
        'SELECT old_sealed AS "from", new_sealed AS "to" FROM account_changes WHERE id = $1',
        [id],
      );
      return reveal({ ...call, of: 'account_change', id, sealed: rows[0]![body.field] });
    },
  }),
  endpoint({
    ...common,
    path: '/v1/account-changes/{id}/confirm-address',
    audit: ['account_change.confirm'],
    summary: 'Confirm a new email address with the token of the link sent to it',
    description: 'Needs no key. A repeat changes nothing.',
    roles: 'public',
    secretBody: true,
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    responses: {
      200: {
        description: 'The state after it.',
        schema: z
          .object({
            state: stateSchema,
            email: z.string().describe('The new address, masked.'),
            effectiveAt: timestampOutput.nullable(),
          })
          .meta({ id: 'ConfirmedAddress' }),
      },
    },
    errors: ['address_link_not_valid', 'account_change_decided', 'email_taken', 'distributor_state'],
    handler: async ({ params: { id }, body, context, requestId, resourceId }) => {
      if (!tokensEqual(body.token, confirmAddressToken(createSealer(context.config), id))) {
        throw new Problem({
          status: 403,
          code: 'address_link_not_valid',
          detail: 'The link is incomplete or is not the one that was sent. Open it from the email again.',
        });
      }
      await send(senderOf(context), {
        kind: 'account_change',
        id,
        update: confirmAccountChange,
        args: [
          {
            id,
            // There is one link, so each opening of it is the same decision.
            decisionId: 'address',
            by: { userId: null, name: 'distributor', requestId },
            byLink: true,
          },
        ],
        messageId: resourceId,
      });
      const { rows } = await context.pool.query<{ state: string; email: string; effectiveAt: Date | null }>(
        'SELECT state, new_value AS email, effective_at AS "effectiveAt" FROM account_changes WHERE id = $1',
        [id],
      );
      const { state, email, effectiveAt } = rows[0]!;
      return { status: 200, body: { state, email: maskMailAddress(email), effectiveAt }, keep: false };
    },
  }),
];

interface DecisionCall {
  context: ApiContext;
  principal: Principal;
  resourceId: string;
  requestId: string;
}

async function decide(
  update: typeof approveAccountChange,
  id: string,
  text: string | undefined,
  { context, principal, resourceId: decisionId, requestId }: DecisionCall,
) {
  // Of another distributor there is none.
  await readAccountChange(context.pool, id, principal);
  await send(senderOf(context), {
    kind: 'account_change',
    id,
    update,
    args: [{ id, decisionId, by: actorOfCall({ principal, requestId }), text }],
    messageId: decisionId,
  });
  return { status: 200, body: await readAccountChange(context.pool, id, principal) };
}
