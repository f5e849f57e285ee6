import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { kinds, type StateOf, subjectOf } from '../../../domain/kinds';
import type { RefusalCode } from '../../../domain/refusals';
import { ADMIN, MACHINE_SCOPES } from '../../../domain/roles';
import { NAMES_OF_STATES, WORDS } from '../../../domain/words/glossary';
import { inLanguage } from '../../../domain/words/text';
import { type ApiKey, Prisma } from '../../../prisma/client/client';
import * as column from '../../http/columns';
import { type Endpoint, endpoint, roleSchema } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { accountName, timestampInput, timestampOutput, uuid } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';
import { everyScope, hashKey, newKeyText, scopesOf } from '../authentication';
import { lockAdmins, refuseLockout } from '../lockout';
import { rightExceeded, scopesBeyond } from '../rights';

const keyFields = {
  id: z.string(),
  userId: uuid,
  userName: z.string(),
  name: z.string(),
  machine: z.boolean().describe('Whether a machine makes requests with it, such as the shop.'),
  scopes: z.array(z.string()),
  createdAt: timestampOutput,
  expiresAt: timestampOutput.nullable(),
  revokedAt: timestampOutput.nullable(),
};
const keySchema = z.object(keyFields).meta({ id: 'Key' });
const newKeySchema = z
  .object({
    ...keyFields,
    key: z.string().describe('The key itself. It is shown only once and not stored.'),
  })
  .meta({ id: 'NewKey' });

function stateOf({ revokedAt, expiresAt }: { revokedAt?: unknown; expiresAt?: unknown }): StateOf<'key'> {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(String(expiresAt)) <= Date.now() ? 'expired' : 'active';
}

const keys = defineList({
  item: keySchema,
  columns: {
    id: null,
    userId: null,
    name: [
      column.text({ zh: '用途', en: 'Purpose' }),
      column.shown(WORDS.state, (_, { language }, key) =>
        inLanguage(NAMES_OF_STATES[stateOf(key)], language),
      ),
    ],
    userName: column.text({ zh: '所属用户', en: 'Acts as user' }),
    machine: column.shown({ zh: '使用者', en: 'Used by' }, (machine: boolean, { language }) =>
      inLanguage(machine ? { zh: '系统', en: 'System' } : { zh: '人员', en: 'Person' }, language),
    ),
    scopes: column.mostlyNamed({ zh: '权限', en: 'Scopes' }, {}),
    createdAt: column.time({ zh: '创建时间', en: 'Created' }),
    expiresAt: column.time({ zh: '有效期至', en: 'Expires' }),
    revokedAt: column.time({ zh: '吊销时间', en: 'Revoked' }),
  },
  filters: {
    userId: uuid.optional(),
    user: z.string().trim().min(1).max(200).optional().describe("Part of the user's name or email address."),
    state: z.enum(kinds.key.states).optional(),
  },
  sorts: { createdAt: { column: 'k.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'k.id', type: 'text' },
});

type KeyRow = Omit<ApiKey, 'secretHash' | 'createdBy' | 'revokedBy'> & { userName: string };

const inState = {
  active: 'k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())',
  expired: 'k.revoked_at IS NULL AND k.expires_at <= now()',
  revoked: 'k.revoked_at IS NOT NULL',
};

const toBody = (key: KeyRow): z.input<typeof keySchema> => ({
  id: key.id,
  userId: key.userId,
  userName: key.userName,
  name: key.name,
  machine: key.machine,
  scopes: key.scopes,
  createdAt: key.createdAt.toISOString(),
  expiresAt: key.expiresAt?.toISOString() ?? null,
  revokedAt: key.revokedAt?.toISOString() ?? null,
});

const keyParams = z.object({ id: z.string().max(64) });

/** @param others all other endpoints: their scopes are what keys can have */
export function keyEndpoints(others: readonly Endpoint[]): Endpoint[] {
  const own: Endpoint[] = [
    endpoint({
      method: 'post',
      path: '/v1/keys',
      audit: ['key.create'],
      summary: 'Create an API key',
      description:
        'The response shows the key only once: a repeat with the same Idempotency-Key is refused ' +
        'with key_already_made. If the response is lost, revoke the key and create another. ' +
        'A key can be created with at most the scopes of the key that creates it; a session has all scopes of its role. ' +
        'What is done with a key is recorded as done by its user, each change with an audit entry. Only orders and their events ' +
        'that a machine reports are recorded in the activity alone, as by the shop, with the account of the key.',
      tag: 'keys',
      roles: ADMIN,
      scope: 'keys:write',
      body: z.strictObject({
        userId: uuid.describe('The user that requests with this key act as.'),
        name: accountName.describe('Purpose of the key.'),
        machine: z
          .boolean()
          .default(false)
          .describe(
            `Whether a machine makes requests with it, such as the shop, and not a person. Possible scopes: ${MACHINE_SCOPES.join(', ')}.`,
          ),
        scopes: z
          .array(z.string().max(64))
          .min(1)
          .max(100)
          .describe(
            'Scopes of the key, limited by the role of the user and by the scopes of your own key; "*" for all of the role.',
          ),
        expiresAt: timestampInput.optional(),
      }),
      responses: { 201: { description: 'The key.', schema: newKeySchema } },
      errors: [
        'user_not_found',
        'user_disabled',
        'right_exceeded',
        'scope_not_for_machine',
        'scope_not_for_role',
        'expiry_past',
        'key_already_made',
      ],
      handler: async ({ body, context: { prisma }, resourceId, ...call }) => {
        const id = resourceId.replaceAll('-', '');
        const user = await prisma.user.findUnique({ where: { id: body.userId } });
        if (!user) throw refusal(422, 'user_not_found', '/userId', 'is not a user');
        if (user.disabledAt) throw refusal(409, 'user_disabled', '/userId', 'is a disabled user');
        if (body.expiresAt && body.expiresAt <= new Date()) {
          throw refusal(422, 'expiry_past', '/expiresAt', 'is in the past');
        }
        const [beyond] = scopesBeyond(call.principal, body.scopes);
        if (beyond !== undefined) throw rightExceeded([beyond], `/scopes/${body.scopes.indexOf(beyond)}`);
        const allowed = scopesOf(roleSchema.parse(user.role), [...others, ...own]);
        body.scopes.forEach((scope, index) => {
          if (body.machine && !MACHINE_SCOPES.includes(scope)) {
            const detail = `contains ${scope}; a key of a machine can have: ${MACHINE_SCOPES.join(', ')}`;
            throw refusal(422, 'scope_not_for_machine', `/scopes/${index}`, detail);
          }
          if (scope === everyScope || allowed.includes(scope)) return;
          const detail = `contains ${scope}, which is not a scope of the role ${user.role}: ${allowed.join(', ')}`;
          throw refusal(422, 'scope_not_for_role', `/scopes/${index}`, detail);
        });
        const text = newKeyText(id);
        try {
          const key = await prisma.$transaction(async (tx) => {
            const made = await tx.apiKey.create({
              data: {
                id,
                ...body,
                scopes: [...new Set(body.scopes)],
                secretHash: new Uint8Array(hashKey(text)),
                createdBy: call.principal.userId,
              },
            });
            const { name, machine, scopes } = made;
            const after = { userId: user.id, name, machine, scopes };
            await addAudit(tx, {
              actor: actorOfCall(call),
              action: 'key.create',
              subject: subjectOf('key', id),
              after,
            });
            return made;
          });
          return {
            status: 201,
            body: { ...toBody({ ...key, userName: user.name }), key: text },
            keep: false,
          };
        } catch (error) {
          if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') throw error;
          throw new Problem({
            status: 409,
            code: 'key_already_made',
            detail: `This request already created the key ${id} and showed it. If that response is lost, revoke the key and create another.`,
          });
        }
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/keys',
      summary: 'List API keys',
      tag: 'keys',
      roles: ADMIN,
      scope: 'keys:read',
      query: keys.query,
      responses: keys.responses,
      handler: ({ query, context, req }) =>
        keys.reply<KeyRow>({
          context,
          req,
          query,
          select: `k.id, k.user_id AS "userId", u.name AS "userName", k.name, k.machine, k.scopes, k.created_at AS "createdAt",
                   k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt"`,
          from: 'api_keys k JOIN users u ON u.id = k.user_id',
          where: (bind) => [
            query.userId && `k.user_id = ${bind(query.userId)}`,
            query.user && `strpos(lower(u.name || ' ' || u.email), lower(${bind(query.user)})) > 0`,
            query.state && inState[query.state],
          ],
          toItem: toBody,
        }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/key-scopes',
      summary: 'List the scopes a key can have, by role of its user',
      tag: 'keys',
      roles: ADMIN,
      scope: 'keys:read',
      responses: {
        200: {
          description: 'The scopes of each role; a key can have "*" instead of them.',
          schema: z.record(roleSchema, z.array(z.string())),
        },
      },
      handler: async () => ({
        status: 200,
        body: Object.fromEntries(
          roleSchema.options.map((role) => [role, scopesOf(role, [...others, ...own])]),
        ),
      }),
    }),
    endpoint({
      method: 'delete',
      path: '/v1/keys/{id}',
      audit: ['key.revoke'],
      summary: 'Revoke an API key',
      description:
        'The key stops working with the next request. Revoking it again has no effect. A key can revoke itself, and keys with no more scopes than its own.',
      tag: 'keys',
      roles: ADMIN,
      scope: 'keys:write',
      params: keyParams,
      responses: { 200: { description: 'The key.', schema: keySchema } },
      errors: ['last_admin', 'right_exceeded'],
      handler: async ({ params: { id }, context: { prisma }, ...call }) => {
        const key = await prisma.$transaction(async (tx) => {
          await lockAdmins(tx);
          const known = await tx.apiKey.findUnique({ where: { id }, select: { scopes: true } });
          const beyond = id === call.principal.keyId ? [] : scopesBeyond(call.principal, known?.scopes ?? []);
          if (beyond.length) throw rightExceeded(beyond);
          const { count } = await tx.apiKey.updateMany({
            where: { id, revokedAt: null },
            data: { revokedAt: new Date(), revokedBy: call.principal.userId },
          });
          const present = await tx.apiKey.findUnique({ where: { id }, include: { user: true } });
          if (!present) throw notFound(`The key ${id}`);
          if (count) {
            await refuseLockout(tx);
            await addAudit(tx, {
              actor: actorOfCall(call),
              action: 'key.revoke',
              subject: subjectOf('key', id),
            });
          }
          return present;
        });
        return { status: 200, body: toBody({ ...key, userName: key.user.name }) };
      },
    }),
  ];
  return own;
}

function refusal(status: 409 | 422, code: RefusalCode, pointer: string, detail: string): Problem {
  return new Problem({ status, code, detail: `${pointer} ${detail}.`, errors: [{ pointer, detail }] });
}
