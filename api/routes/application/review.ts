import { z } from 'zod';
import { codesFor } from '../../../domain/reasonCodes';
import { REVIEWERS } from '../../../domain/roles';
import {
  approveApplication,
  rejectApplication,
  requestApplicationChanges,
} from '../../../workflows/application';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { reveal, revealBody, revealResponse } from '../../http/reveal';
import { lineOf, timestampInput, uuidParams } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';
import { applicationStep, sendToApplication } from './send';

const LONGEST_DEADLINE_MS = 366 * 86_400_000;
const internalNote = lineOf(2000).optional().describe('Internal note; the applicant never sees it.');
const codeDescription =
  "A code of GET /v1/reason-codes. Its public text is emailed to the applicant in the applicant's language.";

/** What reviewers decide. */
export const applicationReviewEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/approve',
    audit: ['application.approve'],
    summary: 'Approve an application',
    description: 'Creates the distributor. If a check failed, the note must give the reason for approving.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    params: uuidParams,
    body: z.strictObject({
      tier: lineOf(64).describe("Sets the distributor's rates and rights."),
      note: lineOf(2000).nullish(),
    }),
    responses: applicationStep.responses,
    errors: [
      ...applicationStep.errors,
      'note_required',
      'blacklisted',
      'identity_number_taken',
      'shop_customer_taken',
    ],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const args = { tier: body.tier, note: body.note ?? null, actor: actorOfCall(call) };
      return {
        status: 200,
        body: await sendToApplication(context, {
          id,
          update: approveApplication,
          args: [args],
          messageId: resourceId,
        }),
      };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/reject',
    audit: ['application.reject'],
    summary: 'Reject an application',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    params: uuidParams,
    body: z
      .strictObject({
        reasonCode: z.enum(codesFor('reject')).optional().describe(codeDescription),
        reason: lineOf(2000)
          .optional()
          .describe('Emailed to the applicant after the text of the reason code.'),
        note: internalNote,
      })
      .refine(({ reasonCode, reason }) => reasonCode ?? reason, {
        path: ['reason'],
        message: 'is required without a reasonCode, because the applicant must receive a reason',
      }),
    responses: applicationStep.responses,
    errors: applicationStep.errors,
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const { reasonCode = null, reason = null, note = null } = body;
      const args = { reasonCode, reason, note, actor: actorOfCall(call) };
      return {
        status: 200,
        body: await sendToApplication(context, {
          id,
          update: rejectApplication,
          args: [args],
          messageId: resourceId,
        }),
      };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/request-changes',
    audit: ['application.request_changes'],
    summary: 'Request changes from the applicant',
    description:
      'If the applicant does not resubmit by the deadline, the application is withdrawn. A reminder is sent before.',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:decide',
    params: uuidParams,
    body: z
      .strictObject({
        reasonCode: z.enum(codesFor('request_changes')).optional().describe(codeDescription),
        message: lineOf(4000)
          .optional()
          .describe('Emailed to the applicant after the text of the reason code.'),
        note: internalNote,
        deadline: timestampInput
          .refine((date) => date.getTime() < Date.now() + LONGEST_DEADLINE_MS, 'is more than a year ahead')
          .nullish()
          .describe('Default: APPLICATION_CHANGES_DEADLINE from now.'),
      })
      .refine(({ reasonCode, message }) => reasonCode ?? message, {
        path: ['message'],
        message: 'is required without a reasonCode, because the applicant must know what to change',
      }),
    responses: applicationStep.responses,
    errors: [...applicationStep.errors, 'deadline_passed'],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const { reasonCode = null, message = null, note = null } = body;
      const args = {
        reasonCode,
        message,
        note,
        deadline: body.deadline?.getTime() ?? null,
        actor: actorOfCall(call),
      };
      return {
        status: 200,
        body: await sendToApplication(context, {
          id,
          update: requestApplicationChanges,
          args: [args],
          messageId: resourceId,
        }),
      };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/reveal',
    audit: ['application.reveal'],
    summary: 'Reveal a full number of an applicant',
    tag: 'applications',
    roles: REVIEWERS,
    scope: 'applications:reveal',
    params: uuidParams,
    body: revealBody,
    responses: revealResponse,
    handler: async ({ params: { id }, ...call }) => {
      const { rows } = await call.context.pool.query<{ identityNumber: string; bankAccount: string }>(
        `SELECT identity_number_sealed AS "identityNumber", bank_account_sealed AS "bankAccount"
         FROM applications WHERE id = $1`,
        [id],
      );
      if (!rows[0]) throw notFound(`The application ${id}`);
      return reveal({ ...call, of: 'application', id, sealed: rows[0][call.body.field] });
    },
  }),
];
