import { z } from 'zod';
import {
  type DistributorDecision,
  reinstateDistributor,
  suspendDistributor,
} from '../../../database/distributors';
import { OPEN_NOW } from '../../../database/restrictions';
import { kinds, subjectOf } from '../../../domain/kinds';
import { CHANNEL, CONTROLLERS, ROLES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { APPLICANT_KINDS } from '../../../domain/words/names';
import { start } from '../../../temporal/messages';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound } from '../../http/problem';
import { reveal, revealBody, revealResponse } from '../../http/reveal';
import { lineOf, timestampInput, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { readTimeline, timelineEventSchema } from '../../http/timeline';
import { senderOf } from '../../workflows/client';
import { actorOfCall } from '../../workflows/decisions';
import { bankAccountSchema, credentialColumns, credentialSchema } from '../credential/view';
import { sendQueuedMail } from '../mail/send';
import { refuseOthers } from './own';

const stateSchema = z.enum(kinds.distributor.states);

/** SQL: a distributor `d` is in a state, each so that an index or the few who are suspended are where it begins. */
const isIn: Record<z.output<typeof stateSchema>, string> = {
  active: `(d.terminated_at > now()) IS NOT false AND NOT EXISTS (${suspensions('r.distributor_id = d.id')})`,
  suspended: `(d.terminated_at > now()) IS NOT false AND d.id IN (${suspensions('true')})`,
  terminated: 'd.terminated_at <= now()',
};

function suspensions(whose: string): string {
  return `SELECT r.distributor_id FROM restrictions r
    WHERE r.effect = 'suspended' AND ${OPEN_NOW} AND ${whose}`;
}

const summarySchema = z.object({
  id: uuid,
  state: stateSchema,
  name: z.string(),
  kind: z.enum(['person', 'company']),
  tier: z.string(),
  region: z.string(),
  referralCode: z.string(),
  sponsorId: uuid.nullable(),
  directDownline: z.int().describe('Number of distributors in the direct downline.'),
  createdAt: timestampOutput,
});

const distributorSchema = summarySchema
  .extend({
    applicationId: uuid,
    email: z.string(),
    phone: z.string(),
    channels: z.array(z.string()),
    locale: z.string(),
    shopCustomerId: z.string().nullable(),
    identityNumberMasked: z.string(),
    bankAccount: bankAccountSchema,
    stateReason: z
      .string()
      .nullable()
      .describe('Reason of the open suspension, or else of the last reinstatement. Null for distributors.'),
    suspendedUntil: timestampOutput
      .nullable()
      .describe('When the suspension ends automatically; null without an end, or if not suspended.'),
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'Distributor' });

type SummaryBody = z.input<typeof summarySchema>;

interface SummaryRow extends Omit<SummaryBody, 'createdAt'> {
  createdAt: Date;
}

interface Row
  extends SummaryRow,
    Omit<z.input<typeof distributorSchema>, 'createdAt' | 'suspendedUntil' | 'timeline'> {
  createdAt: Date;
  suspendedUntil: Date | null;
}

const summaryColumns = `d.id, distributor_state(d) AS state, d.name, d.kind, d.tier, d.region, d.referral_code AS "referralCode",
  d.sponsor_id AS "sponsorId",
  (SELECT count(*)::int FROM distributors below WHERE below.sponsor_id = d.id) AS "directDownline",
  d.created_at AS "createdAt"`;

const columns = `${summaryColumns}, d.application_id AS "applicationId", d.email, d.phone, d.channels, d.locale,
  d.shop_customer_id AS "shopCustomerId", a.identity_number_masked AS "identityNumberMasked",
  jsonb_build_object('numberMasked', d.bank_account_masked, 'holder', d.bank_account_holder,
    'bankName', d.bank_name) AS "bankAccount",
  (SELECT CASE WHEN ${OPEN_NOW} THEN r.note ELSE r.lift_note END FROM restrictions r
   WHERE r.distributor_id = d.id AND r.commission_id IS NULL AND r.effect = 'suspended'
   ORDER BY (${OPEN_NOW}) DESC, coalesce(r.lifted_at, r.placed_at) DESC, r.id DESC LIMIT 1) AS "stateReason",
  (SELECT CASE WHEN bool_and(r.effective_until IS NOT NULL) THEN max(r.effective_until) END FROM restrictions r
   WHERE r.distributor_id = d.id AND r.effect = 'suspended' AND ${OPEN_NOW}) AS "suspendedUntil"`;

const toSummary = (row: SummaryRow): SummaryBody => ({ ...row, createdAt: row.createdAt.toISOString() });

const peopleColumns: column.Columns<z.output<typeof summarySchema>> = {
  id: null,
  name: column.text(WORDS.name),
  state: column.named(WORDS.state, NAMES_OF_STATES),
  tier: column.text(WORDS.tier),
  region: column.region(WORDS.region),
  kind: column.named(WORDS.kind, APPLICANT_KINDS),
  referralCode: column.text({ zh: '推荐码', en: 'Referral code' }),
  sponsorId: null,
  directDownline: column.text({ zh: '直接下级', en: 'Direct downline' }),
  createdAt: column.time({ zh: '加入时间', en: 'Joined' }),
};

const distributors = defineList({
  item: summarySchema,
  columns: peopleColumns,
  filters: {
    state: stateSchema.optional(),
    tier: z.string().max(64).optional(),
    region: z.string().max(100).optional(),
    q: z.string().trim().min(1).max(200).optional().describe('Part of the name, or the full referral code.'),
  },
  sorts: { createdAt: { column: 'd.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'd.id', type: 'uuid' },
});

const downline = defineList({
  item: summarySchema,
  columns: peopleColumns,
  filters: {},
  sorts: { createdAt: { column: 'd.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'd.id', type: 'uuid' },
});

async function readDistributor({ pool }: ApiContext, id: string): Promise<z.input<typeof distributorSchema>> {
  const { rows } = await pool.query<Row>(
    `SELECT ${columns} FROM distributors d JOIN applications a ON a.id = d.application_id WHERE d.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) throw notFound(`The distributor ${id}`);
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    suspendedUntil: row.suspendedUntil?.toISOString() ?? null,
    timeline: await readTimeline(pool, subjectOf('distributor', id)),
  };
}

const changed = { 200: { description: 'The distributor after the change.', schema: distributorSchema } };

/** The two decisions about the state of a distributor. */
const stateChange = {
  method: 'post',
  tag: 'distributors',
  roles: CHANNEL,
  scope: 'distributors:write',
  params: uuidParams,
  responses: changed,
} as const;

const reason = lineOf(2000).describe('Recorded in the audit log.');

/** Starts what a decision led to, and shows the distributor after it. */
async function answerOf(context: ApiContext, id: string, { releaseRunId, mails }: DistributorDecision) {
  if (releaseRunId) await startRelease(context, releaseRunId);
  for (const mail of mails) await sendQueuedMail(context, mail);
  return { status: 200 as const, body: await readDistributor(context, id) };
}

export const distributorEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/distributors',
    summary: 'List distributors',
    description: 'Users with the role distributor see only their own distributor.',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    query: distributors.query,
    responses: distributors.responses,
    handler: ({ query, context, principal, req }) =>
      distributors.reply<SummaryRow>({
        context,
        req,
        query,
        select: summaryColumns,
        from: 'distributors d',
        where: (bind) => [
          principal.role === 'distributor' && `d.id = ${bind(principal.distributorId)}`,
          query.state && isIn[query.state],
          query.tier && `d.tier = ${bind(query.tier)}`,
          query.region && `d.region = ${bind(query.region)}`,
          query.q &&
            `(strpos(lower(d.name), lower(${bind(query.q)})) > 0 OR d.referral_code = upper(${bind(query.q)}))`,
        ],
        toItem: toSummary,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}',
    summary: 'Get a distributor',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    responses: { 200: { description: 'The distributor.', schema: distributorSchema } },
    handler: async ({ params: { id }, context, principal }) => {
      await refuseOthers(context, principal, id);
      const body = await readDistributor(context, id);
      if (principal.role !== 'distributor') return { status: 200, body };
      // Internal events, such as compliance alerts, are not for the distributor.
      const timeline = body.timeline
        .filter(({ type }) => type !== 'compliance_alert')
        .map((event) => ({ ...event, actor: 'staff', account: null, data: {} }));
      return { status: 200, body: { ...body, stateReason: null, timeline } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/credentials',
    summary: 'List the credentials of a distributor',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    responses: {
      200: { description: 'All entries.', schema: z.object({ items: z.array(credentialSchema) }) },
    },
    handler: async ({ params: { id }, context, principal }) => {
      await refuseOthers(context, principal, id);
      const { rows } = await context.pool.query<z.input<typeof credentialSchema>>(
        `SELECT ${credentialColumns} FROM credentials WHERE distributor_id = $1 ORDER BY type, valid_from, id`,
        [id],
      );
      return { status: 200, body: { items: rows } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/distributors/{id}/downline',
    summary: 'List the direct downline of a distributor',
    description: 'The next level only; `directDownline` of each entry counts the level below.',
    tag: 'distributors',
    roles: ROLES,
    scope: 'distributors:read',
    params: uuidParams,
    query: downline.query,
    responses: downline.responses,
    handler: async ({ params: { id }, query, context, principal, req }) => {
      await refuseOthers(context, principal, id);
      return downline.reply<SummaryRow>({
        context,
        req,
        query,
        select: summaryColumns,
        from: 'distributors d',
        where: (bind) => [`d.sponsor_id = ${bind(id)}`],
        toItem: toSummary,
      });
    },
  }),
  endpoint({
    ...stateChange,
    path: '/v1/distributors/{id}/suspend',
    audit: ['distributor.suspend'],
    summary: 'Suspend a distributor; nothing is accrued, released or paid',
    description:
      'With `until`, the suspension ends automatically at that time. The distributor is notified by email. Suspensions by a process, such as a violation case, are separate.',
    body: z.strictObject({
      reason,
      until: timestampInput
        .optional()
        .describe('When it ends automatically, RFC 3339 with offset; in the future.'),
    }),
    errors: ['distributor_state', 'until_past'],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const decision = await suspendDistributor(context.pool, context.config, {
        distributorId: id,
        commandId: resourceId,
        reason: body.reason,
        until: body.until?.getTime(),
        actor: actorOfCall(call),
        now: Date.now(),
      });
      return answerOf(context, id, decision);
    },
  }),
  endpoint({
    ...stateChange,
    path: '/v1/distributors/{id}/reinstate',
    audit: ['distributor.reinstate'],
    summary: 'Reinstate a suspended distributor',
    description:
      'Lifts the suspensions by users; suspensions by a process stay. A release run releases the commissions that came due under automatic plans in the meantime. The distributor is notified by email.',
    body: z.strictObject({ reason }),
    errors: ['distributor_state'],
    handler: async ({ params: { id }, body, context, resourceId, ...call }) => {
      const decision = await reinstateDistributor(context.pool, context.config, {
        distributorId: id,
        commandId: resourceId,
        reason: body.reason,
        actor: actorOfCall(call),
        now: Date.now(),
      });
      return answerOf(context, id, decision);
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/distributors/{id}/reveal',
    audit: ['distributor.reveal'],
    summary: 'Reveal a full number of a distributor',
    tag: 'distributors',
    roles: CONTROLLERS,
    scope: 'distributors:reveal',
    params: uuidParams,
    body: revealBody,
    responses: revealResponse,
    handler: async ({ params: { id }, ...call }) => {
      const { rows } = await call.context.pool.query<{ identityNumber: string; bankAccount: string }>(
        `SELECT a.identity_number_sealed AS "identityNumber", d.bank_account_sealed AS "bankAccount"
         FROM distributors d JOIN applications a ON a.id = d.application_id WHERE d.id = $1`,
        [id],
      );
      if (!rows[0]) throw notFound(`The distributor ${id}`);
      return reveal({ ...call, of: 'distributor', id, sealed: rows[0][call.body.field] });
    },
  }),
];

/** Starts a run that was made with the decision. Where Temporal cannot be reached, `npm run recover` finds it. */
async function startRelease(context: ApiContext, id: string): Promise<void> {
  await start(senderOf(context), { kind: 'release', id }).catch((error: unknown) =>
    context.log.error({ err: error, releaseRunId: id }, 'could not start a release run'),
  );
}
