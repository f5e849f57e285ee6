import { z } from 'zod';
import { claimHolds } from '../../../database/claims';
import { documentsOf } from '../../../database/documents';
import { type ApplicantKind, type ApplicationState, awaited } from '../../../domain/application';
import { kinds, subjectOf } from '../../../domain/kinds';
import type { ApiContext } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { timestampOutput, uuid } from '../../http/schemas';
import { readTimeline, timelineEventSchema } from '../../http/timeline';
import { bankAccountSchema, credentialColumns, credentialSchema } from '../credential/view';
import { attachedDocumentSchema, toAttachedDocument } from '../document/view';

export const applicationState = z.enum(kinds.application.states);
export const applicantKind = z.enum(['person', 'company']);

export const applicationSummarySchema = z.object({
  id: uuid,
  state: applicationState,
  round: z.int(),
  kind: applicantKind,
  name: z.string(),
  region: z.string(),
  channels: z.array(z.string()),
  submittedAt: timestampOutput,
  failedChecks: z.int().describe('Failed automatic checks of the current round.'),
  changesDeadline: timestampOutput.nullable(),
  tier: z.string().nullable(),
  decidedAt: timestampOutput.nullable(),
  distributorId: uuid.nullable(),
  claim: z
    .object({ userId: uuid, name: z.string(), expiresAt: timestampOutput })
    .nullable()
    .describe('The claimer. The claim ends at expiresAt unless renewed.'),
});

const checkSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  code: z.string(),
  reason: z.string(),
  at: timestampOutput,
});

export const applicationSchema = applicationSummarySchema
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
    reasonCode: z.string().nullable().describe('Of the rejection or the requested changes. For staff.'),
    changesNote: z.string().nullable().describe('For staff.'),
    credentials: z.array(credentialSchema).describe('Of the current round.'),
    documents: z.array(attachedDocumentSchema).describe('Of all rounds.'),
    checks: z
      .array(checkSchema)
      .describe('Of the current round. The applicant sees the checks of format and validity only.'),
    earlierChecks: z.array(checkSchema.extend({ round: z.int() })).describe('Of previous rounds. For staff.'),
    awaited: z
      .object({
        from: z.enum(['system', 'compliance', 'applicant', 'nobody']),
        what: z.enum(['checks', 'decision', 'changes', 'nothing']),
        reminderAt: timestampOutput.nullable(),
        deadline: timestampOutput.nullable(),
      })
      .describe('Who must act next.'),
    mails: z
      .array(
        z.object({
          subject: z.string(),
          state: z.enum(kinds.mail.states),
          attempts: z.int(),
          lastError: z.string().nullable(),
        }),
      )
      .describe('For staff.'),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'Application' });

type SummaryBody = z.input<typeof applicationSummarySchema>;
export type ApplicationBody = z.input<typeof applicationSchema>;

export interface ApplicationSummaryRow {
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

interface Row extends ApplicationSummaryRow {
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

export const applicationSummaryColumns = `a.id, a.state, a.round, a.kind, a.name, a.region, a.channels, a.submitted_at AS "submittedAt",
  (SELECT count(*)::int FROM application_checks c
   WHERE c.application_id = a.id AND c.round = a.round AND NOT c.passed) AS "failedChecks",
  a.changes_deadline AS "changesDeadline", a.tier, a.decided_at AS "decidedAt", a.distributor_id AS "distributorId",
  (SELECT jsonb_build_object('userId', c.user_id, 'name', u.name, 'expiresAt', c.expires_at)
   FROM application_claims c JOIN users u ON u.id = c.user_id
   WHERE c.application_id = a.id AND ${claimHolds}) AS claim`;

const columns = `${applicationSummaryColumns}, a.email, a.phone, a.locale, a.sponsor_code AS "sponsorCode",
  a.shop_customer_id AS "shopCustomerId", a.identity_number_masked AS "identityNumberMasked",
  jsonb_build_object('numberMasked', a.bank_account_masked, 'holder', a.bank_account_holder,
    'bankName', a.bank_name) AS "bankAccount",
  a.changes_requested AS "changesRequested", a.changes_reminder_at AS "changesReminderAt",
  a.decision_reason AS "decisionReason", a.decision_note AS "decisionNote",
  coalesce(a.decision_reason_code, a.changes_reason_code) AS "reasonCode", a.changes_note AS "changesNote",
  (SELECT u.name FROM users u WHERE u.id = a.decided_by) AS "decidedBy"`;

export function toApplicationSummary(row: ApplicationSummaryRow): SummaryBody {
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
  const subject = subjectOf('application', id);
  const { rows } = await pool.query<Row>(`SELECT ${columns} FROM applications a WHERE a.id = $1`, [id]);
  const [row] = rows;
  if (!row) throw notFound(`The application ${id}`);
  const [checks, credentials, documents, mails, timeline] = await Promise.all([
    pool.query<{ name: string; passed: boolean; code: string; reason: string; at: Date; round: number }>(
      'SELECT name, passed, code, reason, at, round FROM application_checks WHERE application_id = $1 ORDER BY round, name',
      [id],
    ),
    pool.query<z.input<typeof credentialSchema>>(
      `SELECT ${credentialColumns} FROM credentials WHERE application_id = $1 AND round = $2 ORDER BY type, id`,
      [id, row.round],
    ),
    documentsOf(pool, subject),
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
    ...toApplicationSummary(row),
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
    documents: documents.map(toAttachedDocument),
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

/** What the applicant sees of it: nothing of other applicants, nor internal notes. */
export function forApplicant(body: ApplicationBody): ApplicationBody {
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
    documents: body.documents.map((document) => ({
      ...document,
      attachedBy: document.attachedBy === 'applicant' ? 'applicant' : 'staff',
    })),
    timeline: body.timeline.map((event) => ({
      ...event,
      actor: event.actor === 'applicant' || event.actor === 'system' ? event.actor : 'staff',
      account: null,
      data: {},
    })),
  };
}
