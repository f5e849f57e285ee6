import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { policyInForce } from '../../../database/policies';
import { type Client, inTransaction, type Pool } from '../../../database/pool';
import { kinds, subjectOf } from '../../../domain/kinds';
import { POLICY_KINDS, type PolicyKind, policies, policyDifferences } from '../../../domain/policy';
import { policyNames } from '../../../domain/policyNames';
import { STAFF } from '../../../domain/roles';
import { ACTORS } from '../../../domain/words/events';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import * as column from '../../http/columns';
import { type Endpoint, endpoint, type Principal } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { timestampInput, timestampOutput } from '../../http/schemas';
import { actorOfCall, decisionNote } from '../../workflows/decisions';

const stateSchema = z.enum(kinds.policy.states);
const kindSchema = z.enum(POLICY_KINDS);

const policySchema = z
  .object({
    id: z.int(),
    kind: kindSchema,
    version: z.int(),
    state: stateSchema.describe('One version of a kind is in force at a time.'),
    createdBy: z.string().describe('`system` for the first version.'),
    createdAt: timestampOutput,
    approvedBy: z.string().nullable(),
    approvedAt: timestampOutput.nullable(),
    effectiveFrom: timestampOutput.nullable(),
    activatedBy: z.string().nullable(),
    activatedAt: timestampOutput.nullable(),
  })
  .meta({ id: 'Policy' });

const termsSchema = z.record(z.string(), z.unknown());

const detailSchema = policySchema
  .extend({
    terms: termsSchema,
    comparedWith: z.int().nullable().describe('The version that `differences` are from: the one before.'),
    differences: z.array(
      z.object({
        pointer: z.string().describe('JSON pointer into the terms.'),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
      }),
    ),
    mayDecide: z
      .boolean()
      .describe('Whether your role creates, approves and activates versions of this kind.'),
    needsApproval: z.boolean().describe('Whether a second person has to approve it before it is activated.'),
  })
  .meta({ id: 'PolicyDetail' });

type Listed = z.input<typeof policySchema>;

interface Row extends Omit<Listed, 'createdAt' | 'approvedAt' | 'effectiveFrom' | 'activatedAt'> {
  createdAt: Date;
  approvedAt: Date | null;
  effectiveFrom: Date | null;
  activatedAt: Date | null;
}

const state = `CASE WHEN p.effective_from IS NULL THEN 'draft' WHEN p.effective_from > now() THEN 'scheduled'
  WHEN EXISTS (SELECT FROM policies n WHERE n.kind = p.kind AND n.effective_from > p.effective_from
               AND n.effective_from <= now()) THEN 'superseded' ELSE 'in_force' END`;
const nameOf = (user: string) => `(SELECT name FROM users WHERE id = ${user})`;
const columns = `p.id, p.kind, p.version, ${state} AS state, coalesce(${nameOf('p.created_by')}, 'system') AS "createdBy",
  p.created_at AS "createdAt", ${nameOf('p.approved_by')} AS "approvedBy", p.approved_at AS "approvedAt",
  p.effective_from AS "effectiveFrom", ${nameOf('p.activated_by')} AS "activatedBy", p.activated_at AS "activatedAt"`;

const toItem = (row: Row): Listed => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  approvedAt: row.approvedAt?.toISOString() ?? null,
  effectiveFrom: row.effectiveFrom?.toISOString() ?? null,
  activatedAt: row.activatedAt?.toISOString() ?? null,
});

const list = defineList({
  item: policySchema,
  columns: {
    id: null,
    kind: column.named(WORDS.kind, policyNames),
    version: column.text({ zh: '版本', en: 'Version' }),
    state: column.named(WORDS.state, NAMES_OF_STATES),
    effectiveFrom: column.time({ zh: '生效时间', en: 'In force from' }),
    createdBy: column.mostlyNamed({ zh: '创建人', en: 'Created by' }, ACTORS),
    createdAt: column.time({ zh: '创建时间', en: 'Created' }),
    approvedBy: column.text({ zh: '批准人', en: 'Approved by' }),
    approvedAt: column.time({ zh: '批准时间', en: 'Approved' }),
    activatedBy: column.text({ zh: '启用人', en: 'Activated by' }),
    activatedAt: column.time({ zh: '启用时间', en: 'Activated' }),
  },
  filters: { kind: kindSchema.optional(), state: stateSchema.optional() },
  sorts: { createdAt: { column: 'p.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 'p.id', type: 'bigint' },
});

const params = z.object({ id: z.coerce.number().int().min(1) });
const answer = { 200: { description: 'The version after the change.', schema: detailSchema } };

export const policyEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/policies',
    summary: 'List versions of policies',
    tag: 'policies',
    roles: STAFF,
    scope: 'policies:read',
    query: list.query,
    responses: list.responses,
    handler: ({ query, context, req }) =>
      list.reply<Row>({
        context,
        req,
        query,
        select: columns,
        from: 'policies p',
        where: (bind) => [
          query.kind && `p.kind = ${bind(query.kind)}`,
          query.state && `${state} = ${bind(query.state)}`,
        ],
        toItem,
      }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/policies/{id}',
    summary: 'Get a version of a policy with its differences from the version before',
    tag: 'policies',
    roles: STAFF,
    scope: 'policies:read',
    params,
    responses: { 200: { description: 'The version.', schema: detailSchema } },
    handler: async ({ params: { id }, context, principal }) => ({
      status: 200,
      body: await readPolicy(context.pool, principal, id),
    }),
  }),
  endpoint({
    method: 'post',
    path: '/v1/policies',
    audit: ['policy.create'],
    summary: 'Create a draft of the next version of a policy',
    description: 'It takes effect only when it is activated, and cannot be changed after that.',
    tag: 'policies',
    roles: STAFF,
    scope: 'policies:write',
    body: z.strictObject({ kind: kindSchema, terms: termsSchema }),
    responses: { 201: { description: 'The draft.', schema: detailSchema } },
    errors: ['role_not_allowed'],
    handler: async ({ body: { kind, terms }, context: { pool }, principal, resourceId, requestId }) => {
      refuseOtherRoles(principal, kind);
      const checked = checkTerms(kind, terms);
      const id = await inTransaction(pool, async (client) => {
        // So that it is the second one where no process has written the first.
        await policyInForce(client, kind);
        await lockKind(client, kind);
        const known = await client.query<{ id: number }>('SELECT id FROM policies WHERE request_id = $1', [
          resourceId,
        ]);
        if (known.rows[0]) return known.rows[0].id;
        const { rows } = await client.query<{ id: number; version: number }>(
          `INSERT INTO policies (kind, version, terms, request_id, created_by)
           SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4 FROM policies WHERE kind = $1 RETURNING id, version`,
          [kind, JSON.stringify(checked), resourceId, principal.userId],
        );
        const { id: created, version } = rows[0]!;
        await addAudit(client, {
          actor: actorOfCall({ principal, requestId }),
          action: 'policy.create',
          subject: subjectOf('policy', created),
          after: { policyKind: kind, version },
        });
        return created;
      });
      return { status: 201, body: await readPolicy(pool, principal, id) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/policies/{id}/approve',
    audit: ['policy.approve'],
    summary: 'Approve a draft of another person',
    tag: 'policies',
    roles: STAFF,
    scope: 'policies:write',
    params,
    body: z.strictObject({ note: decisionNote.optional() }),
    responses: answer,
    errors: ['role_not_allowed', 'second_person_needed', 'policy_activated'],
    handler: async ({ params: { id }, body, context: { pool }, principal, requestId }) => {
      await inTransaction(pool, async (client) => {
        const row = await lockDraft(client, principal, id);
        if (row.approvedBy === principal.userId) return;
        if (row.createdBy === principal.userId) {
          throw new Problem({
            status: 409,
            code: 'second_person_needed',
            detail: 'You created this version: a second person must approve it.',
          });
        }
        await client.query('UPDATE policies SET approved_by = $2, approved_at = now() WHERE id = $1', [
          id,
          principal.userId,
        ]);
        await addAudit(client, {
          actor: actorOfCall({ principal, requestId }),
          action: 'policy.approve',
          subject: subjectOf('policy', id),
          after: { policyKind: row.kind, version: row.version },
          reason: body.note,
        });
      });
      return { status: 200, body: await readPolicy(pool, principal, id) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/policies/{id}/activate',
    audit: ['policy.activate'],
    summary: 'Activate a version of a policy',
    description:
      'It judges what becomes known from then on; what an earlier version judged keeps that version. Where another person can approve it, it has to be approved first.',
    tag: 'policies',
    roles: STAFF,
    scope: 'policies:write',
    params,
    body: z.strictObject({ effectiveFrom: timestampInput.optional().describe('Default: now.') }),
    responses: answer,
    errors: [
      'role_not_allowed',
      'approval_missing',
      'policy_activated',
      'effective_from_past',
      'effective_from_taken',
    ],
    handler: async ({ params: { id }, body: { effectiveFrom }, context: { pool }, principal, requestId }) => {
      await inTransaction(pool, async (client) => {
        const row = await lockPolicy(client, principal, id);
        if (row.effectiveFrom) {
          if (!effectiveFrom || effectiveFrom.getTime() === row.effectiveFrom.getTime()) return;
          throw activatedAlready(row.effectiveFrom);
        }
        if (!row.approvedBy && (await hasApprover(client, row.kind, row.createdBy))) {
          throw new Problem({
            status: 409,
            code: 'approval_missing',
            detail: 'A second person must approve this version before it is activated.',
          });
        }
        await refuseMoment(client, row.kind, effectiveFrom);
        const { rows } = await client.query<{ effectiveFrom: Date }>(
          `UPDATE policies SET effective_from = coalesce($2, date_trunc('milliseconds', clock_timestamp())),
             activated_by = $3, activated_at = now()
           WHERE id = $1 RETURNING effective_from AS "effectiveFrom"`,
          [id, effectiveFrom, principal.userId],
        );
        await addAudit(client, {
          actor: actorOfCall({ principal, requestId }),
          action: 'policy.activate',
          subject: subjectOf('policy', id),
          after: {
            policyKind: row.kind,
            version: row.version,
            effectiveFrom: rows[0]!.effectiveFrom.toISOString(),
          },
        });
      });
      return { status: 200, body: await readPolicy(pool, principal, id) };
    },
  }),
];

interface LockedPolicy {
  kind: PolicyKind;
  version: number;
  createdBy: string | null;
  approvedBy: string | null;
  effectiveFrom: Date | null;
}

/** One change of a kind at a time. */
async function lockKind(client: Client, kind: PolicyKind): Promise<void> {
  await client.query('SELECT FROM policies WHERE kind = $1 ORDER BY id FOR UPDATE', [kind]);
}

async function lockPolicy(client: Client, principal: Principal, id: number): Promise<LockedPolicy> {
  const found = await client.query<{ kind: PolicyKind }>('SELECT kind FROM policies WHERE id = $1', [id]);
  const kind = found.rows[0]?.kind;
  if (!kind) throw notFound(`The policy ${id}`);
  refuseOtherRoles(principal, kind);
  await lockKind(client, kind);
  const { rows } = await client.query<LockedPolicy>(
    `SELECT kind, version, created_by AS "createdBy", approved_by AS "approvedBy", effective_from AS "effectiveFrom"
     FROM policies WHERE id = $1`,
    [id],
  );
  return rows[0]!;
}

async function lockDraft(client: Client, principal: Principal, id: number): Promise<LockedPolicy> {
  const row = await lockPolicy(client, principal, id);
  if (row.effectiveFrom) throw activatedAlready(row.effectiveFrom);
  return row;
}

function activatedAlready(effectiveFrom: Date): Problem {
  return new Problem({
    status: 409,
    code: 'policy_activated',
    detail: `This version has already been activated, from ${effectiveFrom.toISOString()}. Create a new version.`,
  });
}

/** Whether a person other than the author may approve versions of a kind that are to be approved. */
async function hasApprover(
  database: Pool | Client,
  kind: PolicyKind,
  author: string | null,
): Promise<boolean> {
  const { approved, deciders } = policies[kind];
  if (!approved) return false;
  const { rowCount } = await database.query(
    'SELECT FROM users WHERE role = ANY ($1) AND disabled_at IS NULL AND id IS DISTINCT FROM $2 LIMIT 1',
    [deciders, author],
  );
  return rowCount === 1;
}

function refuseOtherRoles({ role }: Principal, kind: PolicyKind): void {
  const { deciders } = policies[kind];
  if (deciders.includes(role)) return;
  throw new Problem({
    status: 403,
    code: 'role_not_allowed',
    detail: `The roles ${deciders.join(', ')} decide on ${policyNames[kind].en.toLowerCase()}; you have the role ${role}.`,
  });
}

/** @throws Problem 422 with a pointer to each value that is not valid */
function checkTerms(kind: PolicyKind, terms: unknown): unknown {
  const parsed = policies[kind].schema.safeParse(terms);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    pointer: ['/terms', ...path.map(String)].join('/'),
    detail: message,
  }));
  const [first] = errors;
  throw new Problem({
    status: 422,
    code: 'body_not_valid',
    detail: `${first?.pointer} ${first?.detail}.`,
    errors,
  });
}

async function refuseMoment(
  client: Client,
  kind: PolicyKind,
  effectiveFrom: Date | undefined,
): Promise<void> {
  if (!effectiveFrom) return;
  const { rows } = await client.query<{ past: boolean; taken: boolean }>(
    'SELECT $2 < now() AS past, EXISTS (SELECT FROM policies WHERE kind = $1 AND effective_from = $2) AS taken',
    [kind, effectiveFrom],
  );
  const { past, taken } = rows[0]!;
  const pointer = '/effectiveFrom';
  const refused = past
    ? ({ status: 422, code: 'effective_from_past', detail: 'is in the past; omit it to start now' } as const)
    : taken
      ? ({
          status: 409,
          code: 'effective_from_taken',
          detail: 'is when another version takes effect',
        } as const)
      : undefined;
  if (!refused) return;
  const { detail, ...problem } = refused;
  throw new Problem({ ...problem, detail: `${pointer} ${detail}.`, errors: [{ pointer, detail }] });
}

async function readPolicy(
  pool: Pool,
  { role }: Principal,
  id: number,
): Promise<z.input<typeof detailSchema>> {
  const { rows } = await pool.query<
    Row & {
      terms: Record<string, unknown>;
      author: string | null;
      before: { version: number; terms: unknown } | null;
    }
  >(
    `SELECT ${columns}, p.terms, p.created_by AS author,
       (SELECT jsonb_build_object('version', b.version, 'terms', b.terms) FROM policies b
        WHERE b.kind = p.kind AND b.version < p.version AND b.activated_at IS NOT NULL ORDER BY b.version DESC LIMIT 1) AS before
     FROM policies p WHERE p.id = $1`,
    [id],
  );
  const [row] = rows;
  if (!row) throw notFound(`The policy ${id}`);
  const { terms, author, before, ...listed } = row;
  const needsApproval =
    row.state === 'draft' && row.approvedBy === null && (await hasApprover(pool, row.kind, author));
  return {
    ...toItem(listed),
    terms,
    comparedWith: before?.version ?? null,
    differences: before ? policyDifferences(before.terms, terms) : [],
    mayDecide: policies[row.kind].deciders.includes(role),
    needsApproval,
  };
}
