import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { z } from 'zod';
import { applicationPolicy, applicationSubject } from '../../activities/applications';
import { claimHolds } from '../../activities/claims';
import type { Actor } from '../../activities/journal';
import { applicantToken, tokensEqual } from '../../activities/links';
import { createSealer } from '../../activities/sealing';
import type { Config } from '../../config';
import {
  type ApplicantKind,
  type ApplicationState,
  awaited,
  isDecided,
  type Submission,
} from '../../domain/application';
import { normalisePhone } from '../../domain/credentials';
import { codesFor } from '../../domain/reasonCodes';
import type { ApplicationAnswer, ApplicationInput } from '../../workflows/application';
import { bankAccountSchema, credentialColumns, credentialSchema } from '../credentials';
import { type ApiContext, type Endpoint, endpoint, type Principal } from '../endpoint';
import { canonicalJson } from '../idempotency';
import { defineList } from '../list';
import { notFound, Problem, unavailable } from '../problem';
import { reveal, revealBody, revealResponse } from '../reveal';
import { lineOf, timestampInput, timestampOutput, uuidParams } from '../schemas';
import { callUpdate, startWithUpdate, WorkflowGone } from '../temporal';
import { actorOfCall, readTimeline, timelineEventSchema } from '../timeline';

const TOKEN_HEADER = 'X-Applicant-Token';
const LONGEST_DEADLINE_MS = 366 * 86_400_000;
const staff = ['admin', 'compliance', 'operator'] as const;
const reviewers = ['admin', 'compliance'] as const;

const stateSchema = z.enum([
  'submitted',
  'in_review',
  'changes_requested',
  'approved',
  'rejected',
  'withdrawn',
]);
const kindSchema = z.enum(['person', 'company']);

const submissionBody = z.strictObject({
  kind: kindSchema,
  name: lineOf(200).describe('Of the person or the company.'),
  email: z.email().max(254).describe('Where each step is mailed to.'),
  phone: lineOf(40),
  channels: z.array(lineOf(100)).min(1).max(20).describe('Where the applicant sells, such as douyin.'),
  region: lineOf(100).describe('Where the applicant wants to sell.'),
  locale: z.enum(['zh-CN', 'en']).default('zh-CN').describe('Language of the mails.'),
  sponsorCode: lineOf(40)
    .nullish()
    .describe('Referral code of the distributor who brought the applicant in.'),
  shopCustomerId: lineOf(200)
    .nullish()
    .describe("The applicant's own customer id in the shop, by which own purchases are told."),
  identityNumber: lineOf(64).describe(
    'Resident identity number (GB 11643) of a person, unified social credit code (GB 32100-2015) of a company.',
  ),
  bankAccount: z.strictObject({ number: lineOf(64), holder: lineOf(200), bankName: lineOf(200) }),
  credentials: z
    .array(
      z
        .strictObject({
          type: z
            .string()
            .regex(/^[a-z][a-z0-9_]{0,63}$/, 'use small letters, digits and underscores')
            .describe('Such as resident_identity_card, business_license or food_permit.'),
          number: lineOf(100),
          holder: lineOf(200),
          validFrom: z.iso.date(),
          validUntil: z.iso.date().nullish().describe('Left out or null for a long-term credential.'),
        })
        .refine(({ validFrom, validUntil }) => !validUntil || validUntil >= validFrom, {
          path: ['validUntil'],
          message: 'lies before validFrom',
        }),
    )
    .min(1)
    .max(20),
});

const summarySchema = z.object({
  id: z.uuid(),
  state: stateSchema,
  round: z.int(),
  kind: kindSchema,
  name: z.string(),
  region: z.string(),
  channels: z.array(z.string()),
  submittedAt: timestampOutput,
  failedChecks: z.int().describe('Automatic checks of the present round that failed.'),
  changesDeadline: timestampOutput.nullable(),
  tier: z.string().nullable(),
  decidedAt: timestampOutput.nullable(),
  distributorId: z.uuid().nullable(),
  claim: z
    .object({ userId: z.uuid(), name: z.string(), expiresAt: timestampOutput })
    .nullable()
    .describe('Who works on it. Lapses at expiresAt unless renewed.'),
});

const checkSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  code: z.string(),
  reason: z.string(),
  at: timestampOutput,
});

export const applicationSchema = summarySchema
  .extend({
    email: z.string(),
    phone: z.string(),
    locale: z.string(),
    sponsorCode: z.string().nullable(),
    shopCustomerId: z.string().nullable(),
    identityNumberMasked: z.string(),
    bankAccount: bankAccountSchema,
    changesRequested: z.string().nullable(),
    decisionReason: z.string().nullable(),
    decisionNote: z.string().nullable().describe('For staff.'),
    decidedBy: z.string().nullable(),
    reasonCode: z.string().nullable().describe('Of the rejection, or of the changes asked for. For staff.'),
    changesNote: z.string().nullable().describe('For staff.'),
    credentials: z.array(credentialSchema).describe('Of the present round.'),
    checks: z
      .array(checkSchema)
      .describe('Of the present round. The applicant sees those of form and validity.'),
    earlierChecks: z
      .array(checkSchema.extend({ round: z.int() }))
      .describe('Of the rounds before. For staff.'),
    awaited: z
      .object({
        from: z.enum(['system', 'compliance', 'applicant', 'nobody']),
        what: z.enum(['checks', 'decision', 'changes', 'nothing']),
        reminderAt: timestampOutput.nullable(),
        deadline: timestampOutput.nullable(),
      })
      .describe('Who has to act next.'),
    mails: z
      .array(
        z.object({
          subject: z.string(),
          state: z.enum(['pending', 'sent', 'undeliverable']),
          attempts: z.int(),
          lastError: z.string().nullable(),
        }),
      )
      .describe('For staff.'),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'Application' });

type SummaryBody = z.input<typeof summarySchema>;
export type ApplicationBody = z.input<typeof applicationSchema>;

interface SummaryRow {
  id: string;
  state: ApplicationState;
  round: number;
  kind: ApplicantKind;
  name: string;
  region: string;
  channels: string[];
  submittedAt: Date;
  failedChecks: number;
  changesDeadline: Date | null;
  tier: string | null;
  decidedAt: Date | null;
  distributorId: string | null;
  claim: SummaryBody['claim'];
}

interface Row extends SummaryRow {
  email: string;
  phone: string;
  locale: string;
  sponsorCode: string | null;
  shopCustomerId: string | null;
  identityNumberMasked: string;
  bankAccount: z.input<typeof bankAccountSchema>;
  changesRequested: string | null;
  changesReminderAt: Date | null;
  decisionReason: string | null;
  decisionNote: string | null;
  decidedBy: string | null;
  reasonCode: string | null;
  changesNote: string | null;
}

const summaryColumns = `a.id, a.state, a.round, a.kind, a.name, a.region, a.channels, a.submitted_at AS "submittedAt",
  (SELECT count(*)::int FROM application_checks c
   WHERE c.application_id = a.id AND c.round = a.round AND NOT c.passed) AS "failedChecks",
  a.changes_deadline AS "changesDeadline", a.tier, a.decided_at AS "decidedAt", a.distributor_id AS "distributorId",
  (SELECT jsonb_build_object('userId', c.user_id, 'name', u.name, 'expiresAt', c.expires_at)
   FROM application_claims c JOIN users u ON u.id = c.user_id
   WHERE c.application_id = a.id AND ${claimHolds}) AS claim`;

const columns = `${summaryColumns}, a.email, a.phone, a.locale, a.sponsor_code AS "sponsorCode",
  a.shop_customer_id AS "shopCustomerId", a.identity_number_masked AS "identityNumberMasked",
  jsonb_build_object('numberMasked', a.bank_account_masked, 'holder', a.bank_account_holder,
    'bankName', a.bank_name) AS "bankAccount",
  a.changes_requested AS "changesRequested", a.changes_reminder_at AS "changesReminderAt",
  a.decision_reason AS "decisionReason", a.decision_note AS "decisionNote",
  coalesce(a.decision_reason_code, a.changes_reason_code) AS "reasonCode", a.changes_note AS "changesNote",
  (SELECT u.name FROM users u WHERE u.id = a.decided_by) AS "decidedBy"`;

const applications = defineList({
  item: summarySchema,
  filters: {
    state: stateSchema.optional(),
    kind: kindSchema.optional(),
    q: z.string().trim().min(1).max(200).optional().describe('Part of the name.'),
    region: z.string().max(100).optional(),
    submittedAfter: timestampInput.optional(),
    submittedBefore: timestampInput.optional(),
    decidedAfter: timestampInput.optional(),
    changesDeadlineBefore: timestampInput
      .optional()
      .describe('Changes are requested, with a deadline before this time.'),
    claimedBy: z
      .union([z.enum(['me', 'none']), z.uuid()])
      .optional()
      .describe('Who works on it: me, none (nobody), or the id of a user.'),
  },
  sorts: { submittedAt: { column: 'a.submitted_at', type: 'timestamptz' } },
  defaultSort: '-submittedAt',
  tie: { column: 'a.id', type: 'uuid' },
});

function toSummary(row: SummaryRow): SummaryBody {
  return {
    id: row.id,
    state: row.state,
    round: row.round,
    kind: row.kind,
    name: row.name,
    region: row.region,
    channels: row.channels,
    submittedAt: row.submittedAt.toISOString(),
    failedChecks: row.failedChecks,
    changesDeadline: row.changesDeadline?.toISOString() ?? null,
    tier: row.tier,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    distributorId: row.distributorId,
    claim: row.claim,
  };
}

export async function readApplication({ pool }: ApiContext, id: string): Promise<ApplicationBody> {
  const subject = applicationSubject(id);
  const { rows } = await pool.query<Row>(`SELECT ${columns} FROM applications a WHERE a.id = $1`, [id]);
  const [row] = rows;
  if (!row) throw notFound(`The application ${id}`);
  const [checks, credentials, mails, timeline] = await Promise.all([
    pool.query<{ name: string; passed: boolean; code: string; reason: string; at: Date; round: number }>(
      'SELECT name, passed, code, reason, at, round FROM application_checks WHERE application_id = $1 ORDER BY round, name',
      [id],
    ),
    pool.query<z.input<typeof credentialSchema>>(
      `SELECT ${credentialColumns} FROM credentials WHERE application_id = $1 AND round = $2 ORDER BY type, id`,
      [id, row.round],
    ),
    pool.query<ApplicationBody['mails'][number]>(
      `SELECT subject, state, attempts, last_error AS "lastError" FROM mails WHERE subject_ref = $1
       ORDER BY created_at`,
      [subject],
    ),
    readTimeline(pool, subject),
  ]);
  const checked = timeline.some(({ type, data }) => type === 'checked' && data.round === row.round);
  const next = awaited(row.state, checked, row.changesReminderAt, row.changesDeadline);
  return {
    ...toSummary(row),
    email: row.email,
    phone: row.phone,
    locale: row.locale,
    sponsorCode: row.sponsorCode,
    shopCustomerId: row.shopCustomerId,
    identityNumberMasked: row.identityNumberMasked,
    bankAccount: row.bankAccount,
    changesRequested: row.changesRequested,
    decisionReason: row.decisionReason,
    decisionNote: row.decisionNote,
    decidedBy: row.decidedBy,
    reasonCode: row.reasonCode,
    changesNote: row.changesNote,
    credentials: credentials.rows,
    checks: checks.rows
      .filter(({ round }) => round === row.round)
      .map(({ round: _, ...check }) => toCheck(check)),
    earlierChecks: checks.rows.filter(({ round }) => round < row.round).map(toCheck),
    awaited: {
      ...next,
      reminderAt: next.reminderAt?.toISOString() ?? null,
      deadline: next.deadline?.toISOString() ?? null,
    },
    mails: mails.rows,
    timeline,
  };
}

const toCheck = <Check extends { at: Date }>(check: Check) => ({ ...check, at: check.at.toISOString() });

/** What the applicant sees of it: nothing of other applicants, nor of what staff note among themselves. */
function forApplicant(body: ApplicationBody): ApplicationBody {
  const checks = body.checks.filter(({ name }) => !/^(duplicate\/|blacklist|sponsor)/.test(name));
  return {
    ...body,
    checks,
    earlierChecks: [],
    failedChecks: checks.filter(({ passed }) => !passed).length,
    decisionNote: null,
    decidedBy: null,
    reasonCode: null,
    changesNote: null,
    claim: null,
    mails: [],
    timeline: body.timeline.map(({ type, actor, occurredAt }) => ({
      type,
      actor: actor === 'applicant' || actor === 'system' ? actor : 'staff',
      occurredAt,
      data: {},
    })),
  };
}

/** The applicant by the token he got, or a user of the staff by his key. */
function caller(
  call: { req: Request; context: ApiContext; principal: Principal | undefined; requestId: string },
  id: string,
): { actor: Actor; isApplicant: boolean } {
  const { req, context, principal, requestId } = call;
  const given = req.get(TOKEN_HEADER);
  // The token counts also beside the cookie of a session, as in the browser of who applied and is a distributor now.
  if (principal && (given === undefined || !principal.sessionId)) {
    refuseDistributors(principal);
    return { actor: actorOfCall({ principal, requestId }), isApplicant: false };
  }
  if (given === undefined) {
    throw new Problem({
      status: 401,
      code: 'authentication_required',
      detail: `Send an API key, or as the applicant the token of the application in the header ${TOKEN_HEADER}.`,
      headers: { 'WWW-Authenticate': 'Bearer realm="tributary"' },
    });
  }
  if (!tokensEqual(given, applicantToken(createSealer(context.config), id)))
    throw notFound(`The application ${id}`);
  return { actor: { userId: null, name: 'applicant', requestId }, isApplicant: true };
}

function refuseDistributors({ role }: Principal): void {
  if (!staff.some((allowed) => allowed === role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `This is for applicants, and for the roles ${staff.join(', ')}; the user of this key has the role ${role}.`,
    });
  }
}

/** Seals every sensitive number; from here on nothing has it in plain. */
function protect(config: Config, body: z.output<typeof submissionBody>): Submission {
  const sealer = createSealer(config);
  const { bankAccount, credentials, identityNumber, ...rest } = body;
  const phone = normalisePhone(body.phone);
  return {
    ...rest,
    phone,
    phoneHash: sealer.numberHash('phone', phone),
    sponsorCode: body.sponsorCode ?? null,
    shopCustomerId: body.shopCustomerId ?? null,
    identityNumber: sealer.protect('identity_number', identityNumber),
    bankAccount: {
      ...sealer.protect('bank_account', bankAccount.number),
      holder: bankAccount.holder,
      bankName: bankAccount.bankName,
    },
    credentials: credentials.map(({ number, ...credential }) => ({
      ...credential,
      id: randomUUID(),
      number: sealer.protect(`credential/${credential.type}`, number),
      validUntil: credential.validUntil ?? null,
    })),
    fingerprint: sealer.numberHash('application', canonicalJson(body)),
  };
}

/** Sends a message to the application's workflow and answers with what it made of the application. */
async function tell(
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
    throw unavailable('The workflow of this application has to be recovered first.', 30);
  throw new Problem({
    status: 409,
    code: 'application_decided',
    detail: `The application is already ${row.state}; that is final.`,
  });
}

const decisionErrors = ['application_decided', 'application_state', 'claimed_by_another'];
const internalNote = lineOf(2000).optional().describe('For reviewers; the applicant never sees it.');
const codeDescription =
  'One of GET /v1/reason-codes: its public text is mailed, in the language of the applicant.';
const changed = { 200: { description: 'The application after that.', schema: applicationSchema } };

const claimOf = `SELECT 1 FROM application_claims c WHERE c.application_id = a.id AND ${claimHolds}`;

export const applicationEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/applications',
    summary: 'Apply to become a distributor',
    description: `Needs no key. The answer has a token that is shown only here: with it, in the header ${TOKEN_HEADER}, the applicant reads the application, answers requested changes and withdraws.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    body: submissionBody,
    responses: {
      201: {
        description: 'The application. Its automatic checks are under way.',
        schema: applicationSchema.extend({ applicantToken: z.string() }).meta({ id: 'NewApplication' }),
      },
    },
    errors: ['application_id_taken'],
    handler: async ({ body, context, principal: sender, requestId, resourceId: id }) => {
      // A distributor who is signed in may fill the form in for somebody else, like anybody on the street.
      const principal = sender?.role === 'distributor' && sender.sessionId ? undefined : sender;
      if (principal) refuseDistributors(principal);
      const actor = principal
        ? actorOfCall({ principal, requestId })
        : { userId: null, name: 'applicant', requestId };
      const input: ApplicationInput = { applicationId: id, policy: applicationPolicy(context.config) };
      const submission = protect(context.config, body);
      await startWithUpdate<ApplicationAnswer>(context, {
        workflow: 'application',
        workflowId: applicationSubject(id),
        input: [input],
        update: 'submit',
        args: [{ submission, actor }],
        // Other content under the same id is another message, which is refused, and not a repeat of the first.
        updateId: submission.fingerprint,
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
    roles: staff,
    scope: 'applications:read',
    query: applications.query,
    responses: applications.responses,
    handler: ({ query, context, principal, req }) =>
      applications.reply<SummaryRow>({
        pool: context.pool,
        req,
        query,
        select: summaryColumns,
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
        toItem: toSummary,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/applications/{id}',
    summary: 'Get an application',
    description: `For staff by key, for the applicant by the token in the header ${TOKEN_HEADER}.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:read',
    params: uuidParams,
    responses: { 200: { description: 'The application.', schema: applicationSchema } },
    handler: async ({ params: { id }, ...call }) => {
      const { isApplicant } = caller(call, id);
      const body = await readApplication(call.context, id);
      return { status: 200, body: isApplicant ? forApplicant(body) : body };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/approve',
    summary: 'Approve an application',
    description:
      'Makes the distributor. Where a check failed, the note has to say why it is approved all the same.',
    tag: 'applications',
    roles: reviewers,
    scope: 'applications:decide',
    params: uuidParams,
    body: z.strictObject({
      tier: lineOf(64).describe("Sets the distributor's rates and rights."),
      note: lineOf(2000).nullish(),
    }),
    responses: changed,
    errors: [
      ...decisionErrors,
      'note_required',
      'blacklisted',
      'identity_number_taken',
      'shop_customer_taken',
    ],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const args = { tier: body.tier, note: body.note ?? null, actor: actorOfCall(call) };
      return { status: 200, body: await tell(context, { id, update: 'approve', args, resourceId }) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/reject',
    summary: 'Reject an application',
    tag: 'applications',
    roles: reviewers,
    scope: 'applications:decide',
    params: uuidParams,
    body: z
      .strictObject({
        reasonCode: z.enum(codesFor('reject')).optional().describe(codeDescription),
        reason: lineOf(2000).optional().describe('Mailed to the applicant, below the text of the code.'),
        note: internalNote,
      })
      .refine(({ reasonCode, reason }) => reasonCode ?? reason, {
        path: ['reason'],
        message: 'is needed where there is no reasonCode: the applicant is told why',
      }),
    responses: changed,
    errors: decisionErrors,
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const { reasonCode = null, reason = null, note = null } = body;
      const args = { reasonCode, reason, note, actor: actorOfCall(call) };
      return { status: 200, body: await tell(context, { id, update: 'reject', args, resourceId }) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/request-changes',
    summary: 'Ask the applicant for changes',
    description: 'Without an answer by the deadline the application is withdrawn; a reminder comes before.',
    tag: 'applications',
    roles: reviewers,
    scope: 'applications:decide',
    params: uuidParams,
    body: z
      .strictObject({
        reasonCode: z.enum(codesFor('request_changes')).optional().describe(codeDescription),
        message: lineOf(4000).optional().describe('Mailed to the applicant, below the text of the code.'),
        note: internalNote,
        deadline: timestampInput
          .refine((date) => date.getTime() < Date.now() + LONGEST_DEADLINE_MS, 'lies more than a year ahead')
          .nullish()
          .describe('Left out: APPLICATION_CHANGES_DEADLINE from now.'),
      })
      .refine(({ reasonCode, message }) => reasonCode ?? message, {
        path: ['message'],
        message: 'is needed where there is no reasonCode: the applicant is told what to change',
      }),
    responses: changed,
    errors: [...decisionErrors, 'deadline_passed'],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const { reasonCode = null, message = null, note = null } = body;
      const args = {
        reasonCode,
        message,
        note,
        deadline: body.deadline?.getTime() ?? null,
        actor: actorOfCall(call),
      };
      return { status: 200, body: await tell(context, { id, update: 'requestChanges', args, resourceId }) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/resubmit',
    summary: 'Answer requested changes',
    description: `The whole application again, with the changes. For the applicant by the token in the header ${TOKEN_HEADER}, or for staff.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    params: uuidParams,
    body: submissionBody,
    responses: changed,
    errors: decisionErrors,
    handler: async ({ params: { id }, body, resourceId, ...call }) => {
      const { actor, isApplicant } = caller(call, id);
      const args = { submission: protect(call.context.config, body), actor };
      const application = await tell(call.context, { id, update: 'resubmit', args, resourceId });
      return { status: 200, body: isApplicant ? forApplicant(application) : application };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/withdraw',
    summary: 'Withdraw an application',
    description: `For the applicant by the token in the header ${TOKEN_HEADER}, or for staff on his behalf.`,
    tag: 'applications',
    roles: 'public',
    scope: 'applications:write',
    params: uuidParams,
    responses: changed,
    errors: decisionErrors,
    handler: async ({ params: { id }, resourceId, ...call }) => {
      const { actor, isApplicant } = caller(call, id);
      const application = await tell(call.context, { id, update: 'withdraw', args: { actor }, resourceId });
      return { status: 200, body: isApplicant ? forApplicant(application) : application };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/applications/{id}/reveal',
    summary: 'Show a number of an applicant in full',
    tag: 'applications',
    roles: reviewers,
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
