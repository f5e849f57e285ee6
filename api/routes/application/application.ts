import type { Request } from 'express';
import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { claimHolds } from '../../../database/claims';
import { applicantToken } from '../../../database/links';
import { createSealer } from '../../../database/sealing';
import { CHANNEL } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { APPLICANT_KINDS, CHANNELS, checksText } from '../../../domain/words/names';
import { inLanguage } from '../../../domain/words/text';
import { send } from '../../../temporal/messages';
import {
  addApplicationDocuments,
  resubmitApplication,
  submitApplication,
  withdrawApplication,
} from '../../../workflows/application';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { timestampInput, uuid, uuidParams } from '../../http/schemas';
import { countPublicMail, limitPublicMail } from '../../identity/throttle';
import { senderOf } from '../../workflows/client';
import { actorOfCall } from '../../workflows/decisions';
import { documentIdsBody } from '../document/view';
import { applicantOrStaff, refuseDistributors, TOKEN_HEADER } from './applicant';
import { applicationStep, sendToApplication } from './send';
import { protectSubmission, submissionBody } from './submission';
import {
  type ApplicationSummaryRow,
  applicantKind,
  applicationSchema,
  applicationState,
  applicationSummaryColumns,
  applicationSummarySchema,
  forApplicant,
  readApplication,
  toApplicationSummary,
} from './view';

const applications = defineList({
  item: applicationSummarySchema,
  columns: {
    id: column.text(WORDS.id),
    name: column.text({ zh: '申请人', en: 'Applicant' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    kind: column.named(WORDS.kind, APPLICANT_KINDS),
    region: column.region({ zh: '申请区域', en: 'Region' }),
    channels: column.mostlyNamed({ zh: '销售渠道', en: 'Channels' }, CHANNELS),
    submittedAt: column.time({ zh: '提交时间', en: 'Submitted' }),
    round: column.text({ zh: '轮次', en: 'Round' }),
    failedChecks: column.shown({ zh: '自动检查', en: 'Checks' }, (failed: number, { language }, { state }) =>
      inLanguage(checksText(failed, state === 'submitted'), language),
    ),
    claim: column.shown({ zh: '审核人', en: 'Claimed by' }, ({ name }: { name: string }) => name),
    changesDeadline: column.time({ zh: '补充期限', en: 'Deadline' }),
    tier: column.text(WORDS.tier),
    decidedAt: column.time({ zh: '处理时间', en: 'Decided' }),
    distributorId: null,
  },
  filters: {
    state: applicationState.optional(),
    kind: applicantKind.optional(),
    q: z.string().trim().min(1).max(200).optional().describe('Part of the name.'),
    region: z.string().max(100).optional(),
    submittedAfter: timestampInput.optional(),
    submittedBefore: timestampInput.optional(),
    decidedAfter: timestampInput.optional(),
    changesDeadlineBefore: timestampInput
      .optional()
      .describe('Changes are requested, with a deadline before this time.'),
    claimedBy: z
      .union([z.enum(['me', 'none']), uuid])
      .optional()
      .describe('Claimed by: me, none, or the ID of a user.'),
  },
  sorts: { submittedAt: { column: 'a.submitted_at', type: 'timestamptz' } },
  defaultSort: '-submittedAt',
  tie: { column: 'a.id', type: 'uuid' },
});

const claimOf = `SELECT 1 FROM application_claims c WHERE c.application_id = a.id AND ${claimHolds}`;

const documentRefusals = ['document_attached', 'document_not_found', 'too_many_documents'] as const;

/**
 * Counts the mail that confirms a withdrawal by the applicant. Beyond the bounds the application is withdrawn all the
 * same: the applicant sees it on the page.
 */
async function mayMail(
  { context, req }: { context: ApiContext; req: Request },
  id: string,
): Promise<boolean> {
  const { rows } = await context.pool.query<{ email: string }>(
    'SELECT email FROM applications WHERE id = $1',
    [id],
  );
  const [row] = rows;
  if (!row) return false;
  const requestId = uuidv5('withdrawn', id);
  return (await countPublicMail(context, { email: row.email, req, requestId })) === 0;
}

/** Applying, as applicants do it and as staff do it for them, and finding applications. */
export const applicationEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/applications',
    audit: ['application.submit'],
    summary: 'Apply to become a distributor',
    description: `Needs no key. The response has a token that is shown only once. With the token in the header ${TOKEN_HEADER}, the applicant can read, resubmit and withdraw the application. Without a key the number of applications is limited for one email address and for one network address.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    body: submissionBody,
    responses: {
      201: {
        description: 'The application. Its automatic checks are running.',
        schema: applicationSchema.extend({ applicantToken: z.string() }).meta({ id: 'NewApplication' }),
      },
    },
    errors: ['application_differs', 'too_many_mails', ...documentRefusals],
    handler: async ({ body, context, principal: sender, req, requestId, resourceId: id }) => {
      // A signed-in distributor may fill in the form for another person, as in public.
      const principal = sender?.role === 'distributor' && sender.sessionId ? undefined : sender;
      if (principal) refuseDistributors(principal);
      if (!principal) await limitPublicMail(context, { email: body.email, req, requestId: id });
      const actor = principal
        ? actorOfCall({ principal, requestId })
        : { userId: null, name: 'applicant', requestId };
      const submission = protectSubmission(context.config, body);
      await send(senderOf(context), {
        kind: 'application',
        id,
        update: submitApplication,
        args: [{ submission, actor }],
        // Other content under the same id is another message, which is refused, and not a repeat of the first.
        messageId: submission.fingerprint,
        resume: false,
      });
      const application = await readApplication(context, id);
      return {
        status: 201,
        body: {
          ...(principal ? application : forApplicant(application)),
          applicantToken: applicantToken(createSealer(context.config), id),
        },
        headers: { Location: `/v1/applications/${id}` },
        // The token is a secret.
        keep: false,
      };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/applications',
    summary: 'List applications',
    tag: 'applications',
    roles: CHANNEL,
    scope: 'applications:read',
    query: applications.query,
    responses: applications.responses,
    handler: ({ query, context, principal, req }) =>
      applications.reply<ApplicationSummaryRow>({
        context,
        req,
        query,
        select: applicationSummaryColumns,
        from: 'applications a',
        where: (bind) => [
          query.state && `a.state = ${bind(query.state)}`,
          query.kind && `a.kind = ${bind(query.kind)}`,
          query.region && `a.region = ${bind(query.region)}`,
          query.q && `strpos(lower(a.name), lower(${bind(query.q)})) > 0`,
          query.submittedAfter && `a.submitted_at >= ${bind(query.submittedAfter)}`,
          query.submittedBefore && `a.submitted_at < ${bind(query.submittedBefore)}`,
          query.decidedAfter && `a.decided_at >= ${bind(query.decidedAfter)}`,
          query.changesDeadlineBefore &&
            `a.state = 'changes_requested' AND a.changes_deadline < ${bind(query.changesDeadlineBefore)}`,
          query.claimedBy &&
            (query.claimedBy === 'none'
              ? `NOT EXISTS (${claimOf})`
              : `EXISTS (${claimOf} AND c.user_id = ${bind(query.claimedBy === 'me' ? principal.userId : query.claimedBy)})`),
        ],
        toItem: toApplicationSummary,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/applications/{id}',
    summary: 'Get an application',
    description: `For staff with a key or session, for the applicant with the token in the header ${TOKEN_HEADER}.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:read',
    params: uuidParams,
    responses: { 200: { description: 'The application.', schema: applicationSchema } },
    handler: async ({ params: { id }, ...call }) => {
      const { isApplicant } = applicantOrStaff(call, id);
      const body = await readApplication(call.context, id);
      return { status: 200, body: isApplicant ? forApplicant(body) : body };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/resubmit',
    audit: ['application.resubmit'],
    summary: 'Resubmit an application with the requested changes',
    description: `Send the whole application with the changes. For the applicant with the token in the header ${TOKEN_HEADER}, or for staff.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    params: uuidParams,
    body: submissionBody,
    responses: applicationStep.responses,
    errors: [...applicationStep.errors, ...documentRefusals],
    handler: async ({ params: { id }, body, resourceId, ...call }) => {
      const { actor, isApplicant } = applicantOrStaff(call, id);
      const submission = protectSubmission(call.context.config, body);
      const application = await sendToApplication(call.context, {
        id,
        update: resubmitApplication,
        args: [{ submission, actor }],
        messageId: resourceId,
      });
      return { status: 200, body: isApplicant ? forApplicant(application) : application };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/documents',
    summary: 'Add uploaded documents to an application',
    description: `While it is not decided, as after a first submission, whose applicant can upload only then. For the applicant with the token in the header ${TOKEN_HEADER}, or for staff.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    params: uuidParams,
    body: z.strictObject({ documentIds: documentIdsBody }),
    audit: ['application.add_documents'],
    responses: applicationStep.responses,
    errors: ['application_decided', 'application_state', ...documentRefusals],
    handler: async ({ params: { id }, body: { documentIds }, resourceId, ...call }) => {
      const { actor, isApplicant } = applicantOrStaff(call, id);
      const application = await sendToApplication(call.context, {
        id,
        update: addApplicationDocuments,
        args: [{ documentIds, actor }],
        messageId: resourceId,
      });
      return { status: 200, body: isApplicant ? forApplicant(application) : application };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/withdraw',
    audit: ['application.withdraw'],
    summary: 'Withdraw an application',
    description: `For the applicant with the token in the header ${TOKEN_HEADER}, or for staff on the applicant's behalf.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    params: uuidParams,
    responses: applicationStep.responses,
    errors: applicationStep.errors,
    handler: async ({ params: { id }, resourceId, ...call }) => {
      const { actor, isApplicant } = applicantOrStaff(call, id);
      const application = await sendToApplication(call.context, {
        id,
        update: withdrawApplication,
        args: [{ actor, quiet: isApplicant && !(await mayMail(call, id)) }],
        messageId: resourceId,
      });
      return { status: 200, body: isApplicant ? forApplicant(application) : application };
    },
  }),
];
