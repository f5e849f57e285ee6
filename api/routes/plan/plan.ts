import { z } from 'zod';
import { addAudit, addEvent } from '../../../database/journal';
import { type Client, inTransaction } from '../../../database/pool';
import { keyOf, kinds, subjectOf } from '../../../domain/kinds';
import { type PlanTerms, planTermsSchema } from '../../../domain/plan';
import type { RefusalCode } from '../../../domain/refusals';
import { COMPLIANCE, FINANCE, STAFF } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { lineOf, timestampInput, timestampOutput, uuid } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';

const planState = z.enum(kinds.plan.states);

const planSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    state: planState.describe(
      'One plan is in force at a time: the activated plan with the latest effectiveFrom that has passed.',
    ),
    terms: planTermsSchema,
    createdBy: uuid,
    createdAt: timestampOutput,
    effectiveFrom: timestampOutput.nullable(),
    activatedBy: uuid.nullable(),
    activatedAt: timestampOutput.nullable(),
    acknowledgedBy: uuid.nullable(),
    acknowledgement: z.string().nullable(),
  })
  .meta({ id: 'CommissionPlan' });

const plans = defineList({
  item: planSchema,
  columns: {
    id: column.text(WORDS.id),
    name: column.text({ zh: '方案名称', en: 'Name' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    effectiveFrom: column.time({ zh: '生效时间', en: 'In force from' }),
    terms: [
      column.shown({ zh: '层级数', en: 'Levels' }, ({ levels }: PlanTerms) => levels.length),
      column.shown({ zh: '规则数', en: 'Rules' }, ({ levels }: PlanTerms) =>
        levels.reduce((sum, { rules = [] }) => sum + rules.length, 0),
      ),
      column.shown(
        { zh: '退货期（天）', en: 'Return window (days)' },
        ({ returnWindowDays }: PlanTerms) => returnWindowDays,
      ),
    ],
    createdBy: null,
    createdAt: column.time({ zh: '创建时间', en: 'Created' }),
    activatedBy: null,
    activatedAt: column.time({ zh: '启用时间', en: 'Activated' }),
    acknowledgedBy: null,
    acknowledgement: column.text({ zh: '合规声明', en: 'Compliance statement' }),
  },
  filters: { state: planState.optional() },
  sorts: { id: { column: 'p.id', type: 'bigint' } },
  defaultSort: '-id',
  tie: { column: 'p.id', type: 'bigint' },
});

interface PlanRow {
  id: number;
  name: string;
  state: z.infer<typeof planState>;
  terms: PlanTerms;
  createdBy: string;
  createdAt: Date;
  effectiveFrom: Date | null;
  activatedBy: string | null;
  activatedAt: Date | null;
  acknowledgedBy: string | null;
  acknowledgement: string | null;
}

const state = `CASE WHEN p.effective_from IS NULL THEN 'draft' WHEN p.effective_from > now() THEN 'scheduled'
  WHEN EXISTS (SELECT FROM commission_plans n WHERE n.effective_from > p.effective_from AND n.effective_from <= now())
  THEN 'superseded' ELSE 'in_force' END`;
const columns = `p.id, p.name, ${state} AS state, p.terms, p.created_by AS "createdBy", p.created_at AS "createdAt",
  p.effective_from AS "effectiveFrom", p.activated_by AS "activatedBy", p.activated_at AS "activatedAt",
  p.acknowledged_by AS "acknowledgedBy", p.acknowledgement`;

const toBody = (plan: PlanRow): z.input<typeof planSchema> => ({
  ...plan,
  createdAt: plan.createdAt.toISOString(),
  effectiveFrom: plan.effectiveFrom?.toISOString() ?? null,
  activatedAt: plan.activatedAt?.toISOString() ?? null,
});

async function readPlan(client: Pick<Client, 'query'>, id: number): Promise<PlanRow> {
  const { rows } = await client.query<PlanRow>(`SELECT ${columns} FROM commission_plans p WHERE p.id = $1`, [
    id,
  ]);
  if (!rows[0]) throw notFound(`The commission plan ${id}`);
  return rows[0];
}

const planParams = z.object({ id: z.coerce.number().int().min(1) });
/** Beyond so many levels a compliance officer must answer for the plan. 《禁止传销条例》第七条. */
const freeLevels = 2;

export const commissionPlanEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/commission-plans',
    audit: ['plan.create'],
    summary: 'Create a new version of the commission plan',
    description: 'The version takes effect only after activation and cannot be changed after that.',
    tag: 'commission plans',
    roles: FINANCE,
    scope: 'plans:write',
    body: z.strictObject({ name: lineOf(200), terms: planTermsSchema }),
    responses: { 201: { description: 'The draft.', schema: planSchema } },
    handler: async ({ body, context: { pool }, resourceId, ...call }) => {
      const plan = await inTransaction(pool, async (client) => {
        // Plans have numbers, which are handed out only now; this line is how a repeat finds the number again. A
        // concurrent repeat waits on it for the first to commit.
        const request = keyOf('request', resourceId);
        const isNew = await addEvent(client, {
          subject: request,
          key: 'plan',
          type: 'plan.requested',
          actor: actorOfCall(call),
          occurredAt: Date.now(),
        });
        if (!isNew) {
          const { rows } = await client.query<{ id: number }>(
            `SELECT (data ->> 'planId')::bigint AS id FROM events WHERE subject = $1 AND key = 'plan'`,
            [request],
          );
          return readPlan(client, rows[0]!.id);
        }
        const { rows } = await client.query<{ id: number }>(
          'INSERT INTO commission_plans (name, terms, created_by) VALUES ($1, $2, $3) RETURNING id',
          [body.name, JSON.stringify(body.terms), call.principal.userId],
        );
        const { id } = rows[0]!;
        await client.query(
          `UPDATE events SET data = jsonb_build_object('planId', $2::bigint) WHERE subject = $1 AND key = 'plan'`,
          [request, id],
        );
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'plan.create',
          subject: subjectOf('plan', id),
          after: { name: body.name, terms: body.terms },
        });
        return readPlan(client, id);
      });
      return { status: 201, body: toBody(plan) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/commission-plans',
    summary: 'List commission plans',
    tag: 'commission plans',
    roles: STAFF,
    scope: 'plans:read',
    query: plans.query,
    responses: plans.responses,
    handler: ({ query, context, req }) =>
      plans.reply<PlanRow>({
        context,
        req,
        query,
        select: columns,
        from: 'commission_plans p',
        where: (bind) => [query.state && `${state} = ${bind(query.state)}`],
        toItem: toBody,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/commission-plans/{id}',
    summary: 'Get a commission plan',
    tag: 'commission plans',
    roles: STAFF,
    scope: 'plans:read',
    params: planParams,
    responses: { 200: { description: 'The plan.', schema: planSchema } },
    handler: async ({ params: { id }, context: { pool } }) => ({
      status: 200,
      body: toBody(await readPlan(pool, id)),
    }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/commission-plans/{id}/acknowledge',
    audit: ['plan.acknowledge'],
    summary: 'Acknowledge a plan with a third level',
    description: 'The statement and the name of the compliance officer are stored with the plan.',
    tag: 'commission plans',
    roles: COMPLIANCE,
    scope: 'plans:acknowledge',
    params: planParams,
    body: z.strictObject({ statement: lineOf(2000) }),
    responses: { 200: { description: 'The plan.', schema: planSchema } },
    errors: ['acknowledgement_not_needed', 'plan_acknowledged'],
    handler: async ({ params: { id }, body: { statement }, context: { pool }, ...call }) => {
      const plan = await inTransaction(pool, async (client) => {
        await client.query('SELECT FROM commission_plans WHERE id = $1 FOR UPDATE', [id]);
        const before = await readPlan(client, id);
        if (before.terms.levels.length <= freeLevels) {
          throw conflict(
            'acknowledgement_not_needed',
            `Plans of up to ${freeLevels} levels need no acknowledgement.`,
          );
        }
        if (before.acknowledgedBy === call.principal.userId && before.acknowledgement === statement)
          return before;
        if (before.acknowledgedBy)
          throw conflict('plan_acknowledged', 'This plan has already been acknowledged.');
        await client.query(
          'UPDATE commission_plans SET acknowledged_by = $2, acknowledgement = $3 WHERE id = $1',
          [id, call.principal.userId, statement],
        );
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'plan.acknowledge',
          subject: subjectOf('plan', id),
          after: { acknowledgement: statement },
        });
        return readPlan(client, id);
      });
      return { status: 200, body: toBody(plan) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/commission-plans/{id}/activate',
    audit: ['plan.activate'],
    summary: 'Activate a commission plan',
    description: 'Applies to orders paid from then on; earlier orders keep their plan.',
    tag: 'commission plans',
    roles: FINANCE,
    scope: 'plans:write',
    params: planParams,
    body: z.strictObject({
      effectiveFrom: timestampInput
        .optional()
        .describe(
          'Default: now. Only the first plan can take effect in the past, so that past orders can be imported.',
        ),
    }),
    responses: { 200: { description: 'The plan.', schema: planSchema } },
    errors: ['acknowledgement_missing', 'plan_activated', 'effective_from_past', 'effective_from_taken'],
    handler: async ({ params: { id }, body: { effectiveFrom }, context: { pool }, ...call }) => {
      const plan = await inTransaction(pool, async (client) => {
        // One activation at a time, so that two cannot both be the very first. Readers don't wait.
        await client.query('LOCK TABLE commission_plans IN SHARE ROW EXCLUSIVE MODE');
        const before = await readPlan(client, id);
        if (before.effectiveFrom) {
          if (!effectiveFrom || effectiveFrom.getTime() === before.effectiveFrom.getTime()) return before;
          throw conflict(
            'plan_activated',
            `This plan has already been activated, from ${before.effectiveFrom.toISOString()}.`,
          );
        }
        if (before.terms.levels.length > freeLevels && !before.acknowledgedBy) {
          throw conflict(
            'acknowledgement_missing',
            'A compliance officer must acknowledge the third level first.',
          );
        }
        await refuseMoment(client, effectiveFrom);
        const { rows } = await client.query<{ effectiveFrom: Date; replaces: number | null }>(
          `UPDATE commission_plans p SET effective_from = coalesce($2, date_trunc('milliseconds', now())),
             activated_by = $3, activated_at = now()
           WHERE id = $1 RETURNING effective_from AS "effectiveFrom", (
             SELECT o.id FROM commission_plans o WHERE o.effective_from < p.effective_from
             ORDER BY o.effective_from DESC LIMIT 1) AS replaces`,
          [id, effectiveFrom, call.principal.userId],
        );
        const [activated] = rows;
        await addAudit(client, {
          actor: actorOfCall(call),
          action: 'plan.activate',
          subject: subjectOf('plan', id),
          after: {
            planId: id,
            effectiveFrom: activated!.effectiveFrom.toISOString(),
            ...(activated!.replaces && { replaces: activated!.replaces }),
          },
        });
        return readPlan(client, id);
      });
      return { status: 200, body: toBody(plan) };
    },
  }),
];

async function refuseMoment(client: Client, effectiveFrom: Date | undefined): Promise<void> {
  if (!effectiveFrom) return;
  const { rows } = await client.query<{ past: boolean; first: boolean; taken: boolean }>(
    `SELECT $1 < now() AS past,
       NOT EXISTS (SELECT FROM commission_plans WHERE activated_at IS NOT NULL) AS first,
       EXISTS (SELECT FROM commission_plans WHERE effective_from = $1) AS taken`,
    [effectiveFrom],
  );
  const { past, first, taken } = rows[0]!;
  const pointer = '/effectiveFrom';
  if (taken) {
    throw conflict('effective_from_taken', 'Another plan takes effect at exactly this time.', pointer);
  }
  if (past && !first) {
    const detail = 'is in the past; omit it to start now';
    throw new Problem({
      status: 422,
      code: 'effective_from_past',
      detail: `${pointer} ${detail}.`,
      errors: [{ pointer, detail }],
    });
  }
}

function conflict(code: RefusalCode, detail: string, pointer?: string): Problem {
  return new Problem({ status: 409, code, detail, errors: pointer ? [{ pointer, detail }] : undefined });
}
