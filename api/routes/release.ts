import { z } from 'zod';
import { approvalsOf, notApprovedBy } from '../../database/approvals';
import type { Pool } from '../../database/pool';
import { previewRelease, type ReleaseSelection } from '../../database/releaseSelection';
import { OBSTACLES } from '../../domain/explanation';
import { kinds, subjectOf } from '../../domain/kinds';
import { FINANCE } from '../../domain/roles';
import { ACTORS } from '../../domain/words/events';
import { NAMES_OF_STATES, WORDS } from '../../domain/words/glossary';
import { OBSTACLE_NAMES } from '../../domain/words/obstacles';
import { selectionText } from '../../domain/words/selection';
import { inLanguage } from '../../domain/words/text';
import { MONEY_TEXTS, RELEASE } from '../../domain/words/titles';
import { clockTime } from '../../domain/zonedTime';
import { send } from '../../temporal/messages';
import * as messages from '../../workflows/release';
import * as column from '../http/columns';
import { type ApiContext, endpoint, type Principal } from '../http/endpoint';
import { defineList } from '../http/list';
import { notFound } from '../http/problem';
import {
  currencySchema,
  expectedSchema,
  moneySchema,
  moniesOf,
  timestampInput,
  timestampOutput,
  uuid,
} from '../http/schemas';
import { readTimeline, timelineEventSchema } from '../http/timeline';
import { senderOf } from '../workflows/client';
import { actorOfCall, approvalsSchema, decisionNote } from '../workflows/decisions';

const stateSchema = z.enum(kinds.release.states);
const itemStateSchema = z.enum(['pending', 'released', 'left_out']);

const runSchema = z
  .object({
    id: uuid,
    state: stateSchema,
    selection: z.record(z.string(), z.unknown()).describe('The selection of the run.'),
    items: z.int(),
    totals: z.array(moneySchema).describe('Proposed total per currency.'),
    approvalsNeeded: z.int().describe('2: a user other than the proposer must approve it.'),
    proposedBy: z.string().describe('The proposer; `system` if lifting a restriction started the run.'),
    proposedAt: timestampOutput,
    finishedAt: timestampOutput.nullable(),
    reason: z.string().nullable().describe('Why it was rejected.'),
  })
  .meta({ id: 'ReleaseRun' });

const detailSchema = runSchema
  .extend({
    progress: z.object({ pending: z.int(), released: z.int(), leftOut: z.int() }),
    leftOutReasons: z.record(z.string(), z.int()),
    releasedTotals: z.array(moneySchema),
    approvals: approvalsSchema,
    timeline: z.array(timelineEventSchema),
  })
  .meta({ id: 'ReleaseRunDetail' });

type Run = z.input<typeof runSchema>;

const columns = `r.id, r.state, r.filter AS selection, r.item_count AS items,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('amount', t.value, 'currency', t.key) ORDER BY t.key), '[]')
   FROM jsonb_each(r.totals) t) AS totals,
  r.approvals_needed AS "approvalsNeeded", coalesce(u.name, 'system') AS "proposedBy", r.proposed_at AS "proposedAt",
  r.finished_at AS "finishedAt", r.decision_reason AS reason`;
const tables = 'release_runs r LEFT JOIN users u ON u.id = r.proposed_by';

const runs = defineList({
  item: runSchema,
  columns: {
    id: column.text(WORDS.id),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    items: column.text(RELEASE.items),
    totals: column.monies(RELEASE.proposedTotal),
    selection: column.shown(RELEASE.selection, (selection: Record<string, unknown>, { language, zone }) =>
      inLanguage(
        selectionText(selection, (at) => clockTime(Date.parse(at), zone)),
        language,
      ),
    ),
    approvalsNeeded: column.shown(RELEASE.approvals, (needed: number, { language }) =>
      inLanguage(needed > 1 ? RELEASE.two : RELEASE.one, language),
    ),
    proposedBy: column.mostlyNamed(RELEASE.proposedBy, ACTORS),
    proposedAt: column.time(RELEASE.proposedAt),
    finishedAt: column.time(RELEASE.finishedAt),
    reason: column.text(WORDS.reason),
  },
  filters: {
    state: stateSchema.optional(),
    awaitingMe: z.stringbool().optional().describe('Waiting for an approval that you can give.'),
  },
  sorts: { proposedAt: { column: 'r.proposed_at', type: 'timestamptz' } },
  defaultSort: '-proposedAt',
  tie: { column: 'r.id', type: 'uuid' },
});

const itemSchema = z
  .object({
    commissionId: z.string(),
    distributorId: uuid,
    distributorName: z.string(),
    orderId: z.string(),
    state: itemStateSchema,
    proposed: moneySchema,
    released: moneySchema.nullable(),
    reason: z
      .enum(OBSTACLES)
      .nullable()
      .describe('Why it was skipped, such as hold_risk or awaiting_release_run.'),
  })
  .meta({ id: 'ReleaseItem' });

const items = defineList({
  item: itemSchema,
  columns: {
    commissionId: column.text({ zh: '佣金', en: 'Commission' }),
    distributorId: null,
    distributorName: column.text(MONEY_TEXTS.beneficiary),
    orderId: column.text(MONEY_TEXTS.order),
    proposed: column.money(RELEASE.proposedTotal),
    released: column.money(RELEASE.releasedTotal),
    state: column.named({ zh: '结果', en: 'Result' }, NAMES_OF_STATES),
    reason: column.named(WORDS.reason, OBSTACLE_NAMES),
  },
  filters: { state: itemStateSchema.optional() },
  sorts: { commissionId: { column: 'i.commission_id', type: 'bigint' } },
  defaultSort: 'commissionId',
  tie: { column: 'i.commission_id', type: 'bigint' },
});

/** SQL: run `r` waits for an approval that this user can give, who counts once only. */
export const awaitsApprovalOf = (user: string) =>
  `(r.state = 'proposed' AND ${notApprovedBy(user, `'release/' || r.id`)})`;

const params = z.object({ id: uuid });
const answer = { 200: { description: 'The run after the change.', schema: detailSchema } };

const commissionId = z
  .union([z.int().min(1), z.string().regex(/^[1-9]\d{0,14}$/, 'use the ID of a commission, a number')])
  .transform(Number);

const listed = { commissionIds: z.array(commissionId).min(1).max(10_000) };
const matching = {
  dueBefore: timestampInput.describe('Everything due before this time.'),
  distributorId: uuid.optional(),
  currency: currencySchema.optional(),
};
const selectionSchema = z.union([z.strictObject(listed), z.strictObject(matching)]);
const expected = expectedSchema.optional();
const proposalSchema = z.union([
  z.strictObject({ ...listed, expected }),
  z.strictObject({ ...matching, expected }),
]);

/** The selection as it is kept with the run. */
const selectionOf = (body: z.output<typeof selectionSchema>): ReleaseSelection =>
  'commissionIds' in body
    ? { commissionIds: [...new Set(body.commissionIds)] }
    : { ...body, dueBefore: body.dueBefore.toISOString() };

export const createReleaseRun = endpoint({
  method: 'post',
  path: '/v1/commission-releases',
  audit: ['release_run.propose'],
  summary: 'Propose a release run of listed commissions, or of all due commissions that match a filter',
  description:
    'Fixes the items. Commissions that are in another run or not due are skipped immediately, with a reason. Nothing is released before the run is approved.',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:write',
  body: proposalSchema,
  responses: { 201: { description: 'The proposed run.', schema: detailSchema } },
  errors: ['commission_not_found', 'nothing_to_release', 'figures_changed'],
  handler: async ({ body: { expected: seen, ...body }, context, principal, resourceId: id, requestId }) => {
    const selection = selectionOf(body);
    await send(senderOf(context), {
      kind: 'release',
      id,
      update: messages.proposeRelease,
      args: [{ id, selection, by: actorOfCall({ principal, requestId }), expected: seen }],
      messageId: id,
      resume: false,
    });
    return {
      status: 201,
      body: await runOrNotFound(context.pool, id),
      headers: { Location: `/v1/commission-releases/${id}` },
    };
  },
});

export const previewReleaseRun = endpoint({
  method: 'post',
  path: '/v1/commission-releases/preview',
  audit: { none: 'changes nothing' },
  summary: 'Count and totals that a release run of this selection would have now',
  description:
    'Nothing is stored. Send both as `expected` with the proposal. Commissions on hold or with an open return are counted; the run skips them, unless they are free by then.',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:read',
  body: selectionSchema,
  responses: {
    200: {
      description: 'The figures.',
      schema: z.object({
        count: z.int(),
        totals: z.array(moneySchema).describe('Per currency.'),
        leftOut: z.int().describe('Selected as well, but not due or in another run.'),
      }),
    },
  },
  handler: async ({ body, context }) => {
    const { totals, ...figures } = await previewRelease(context.pool, selectionOf(body));
    return { status: 200, body: { ...figures, totals: moniesOf(totals) } };
  },
});

export const listReleaseRuns = endpoint({
  method: 'get',
  path: '/v1/commission-releases',
  summary: 'List release runs',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:read',
  query: runs.query,
  responses: runs.responses,
  handler: ({ query, context, principal, req }) =>
    runs.reply({
      context,
      req,
      query,
      select: columns,
      from: tables,
      where: (bind) => [
        query.state && `r.state = ${bind(query.state)}`,
        query.awaitingMe !== undefined &&
          `${query.awaitingMe ? '' : 'NOT '}${awaitsApprovalOf(bind(principal.userId))}`,
      ],
      toItem: (row: Run) => row,
    }),
});

export const getReleaseRun = endpoint({
  method: 'get',
  path: '/v1/commission-releases/{id}',
  summary: 'Get a release run with its progress',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:read',
  params,
  responses: answer,
  handler: async ({ params: { id }, context }) => ({
    status: 200,
    body: await runOrNotFound(context.pool, id),
  }),
});

export const listReleaseItems = endpoint({
  method: 'get',
  path: '/v1/commission-releases/{id}/items',
  summary: 'List the result of each commission in a run',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:read',
  params,
  query: items.query,
  responses: items.responses,
  handler: async ({ params: { id }, query, context, req }) => {
    const { rowCount } = await context.pool.query('SELECT FROM release_runs WHERE id = $1', [id]);
    if (rowCount === 0) throw notFound(`Release run ${id}`);
    return items.reply({
      context,
      req,
      query,
      select: `i.commission_id::text AS "commissionId", c.distributor_id AS "distributorId",
        (SELECT name FROM distributors WHERE id = c.distributor_id) AS "distributorName", c.order_id AS "orderId", i.state,
        jsonb_build_object('amount', i.proposed_amount, 'currency', c.currency) AS proposed,
        CASE WHEN i.released_amount IS NOT NULL
          THEN jsonb_build_object('amount', i.released_amount, 'currency', c.currency) END AS released,
        i.reason`,
      from: 'release_items i JOIN commissions c ON c.id = i.commission_id',
      where: (bind) => [`i.run_id = ${bind(id)}`, query.state && `i.state = ${bind(query.state)}`],
      toItem: (row: z.input<typeof itemSchema>) => row,
    });
  },
});

export const approveReleaseRun = endpoint({
  method: 'post',
  path: '/v1/commission-releases/{id}/approve',
  audit: ['release_run.approve'],
  summary: 'Approve a release run, which starts it',
  description:
    'If the total of a currency is above SECOND_APPROVAL_ABOVE, a user other than the proposer must approve.',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:approve',
  params,
  body: z.strictObject({ note: decisionNote.optional() }),
  responses: answer,
  errors: ['release_decided', 'second_person_needed'],
  handler: ({ params: { id }, body, ...call }) => decide(messages.approveRelease, id, body.note, call),
});

export const rejectReleaseRun = endpoint({
  method: 'post',
  path: '/v1/commission-releases/{id}/reject',
  audit: ['release_run.reject'],
  summary: 'Reject a release run; its commissions can be proposed again',
  tag: 'commission releases',
  roles: FINANCE,
  scope: 'releases:approve',
  params,
  body: z.strictObject({ reason: decisionNote }),
  responses: answer,
  errors: ['release_decided'],
  handler: ({ params: { id }, body, ...call }) => decide(messages.rejectRelease, id, body.reason, call),
});

async function decide(
  update: typeof messages.approveRelease,
  id: string,
  text: string | undefined,
  {
    context,
    principal,
    resourceId: decisionId,
    requestId,
  }: {
    context: ApiContext;
    principal: Principal;
    resourceId: string;
    requestId: string;
  },
) {
  await runOrNotFound(context.pool, id);
  await send(senderOf(context), {
    kind: 'release',
    id,
    update,
    args: [{ id, decisionId, by: actorOfCall({ principal, requestId }), text }],
    messageId: decisionId,
  });
  return { status: 200, body: await runOrNotFound(context.pool, id) };
}

interface ItemGroup {
  state: z.infer<typeof itemStateSchema>;
  reason: string | null;
  currency: string;
  count: number;
  released: number;
}

async function runOrNotFound(pool: Pool, id: string) {
  const { rows } = await pool.query<Run>(`SELECT ${columns} FROM ${tables} WHERE r.id = $1`, [id]);
  const run = rows[0];
  if (!run) throw notFound(`Release run ${id}`);
  const { rows: groups } = await pool.query<ItemGroup>(
    `SELECT i.state, i.reason, c.currency, count(*)::int AS count, coalesce(sum(i.released_amount), 0)::bigint AS released
     FROM release_items i JOIN commissions c ON c.id = i.commission_id WHERE i.run_id = $1 GROUP BY 1, 2, 3`,
    [id],
  );
  const count = (state: string) =>
    groups.reduce((sum, group) => (group.state === state ? sum + group.count : sum), 0);
  const leftOutReasons: Record<string, number> = {};
  for (const { reason, count: some } of groups) {
    if (reason !== null) leftOutReasons[reason] = (leftOutReasons[reason] ?? 0) + some;
  }
  return {
    ...run,
    approvals: await approvalsOf(pool, subjectOf('release', id)),
    progress: { pending: count('pending'), released: count('released'), leftOut: count('left_out') },
    leftOutReasons,
    releasedTotals: groups
      .filter(({ state }) => state === 'released')
      .map(({ released, currency }) => ({ amount: released, currency })),
    timeline: await readTimeline(pool, subjectOf('release', id)),
  };
}

export const commissionReleaseEndpoints = [
  createReleaseRun,
  previewReleaseRun,
  listReleaseRuns,
  getReleaseRun,
  listReleaseItems,
  approveReleaseRun,
  rejectReleaseRun,
];
