import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { tellAdmins } from '../../../database/newAdmin';
import { subjectOf } from '../../../domain/kinds';
import { ADMIN } from '../../../domain/roles';
import { NAMES_OF_STATES, ROLES, WORDS } from '../../../domain/words/glossary';
import { inLanguage } from '../../../domain/words/text';
import { Prisma, type User } from '../../../prisma/client/client';
import * as column from '../../http/columns';
import { type ApiContext, type Endpoint, endpoint, type Principal, roleSchema } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { accountName, lineOf, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { sendQueuedMail } from '../../routes/mail/send';
import { actorOfCall } from '../../workflows/decisions';
import { refuseLockout } from '../lockout';
import type { ScopesOfRole } from '../me';
import { guardAccounts } from '../rights';

const userSchema = z
  .object({
    id: uuid,
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    distributorId: uuid.nullable(),
    disabledAt: timestampOutput.nullable(),
    hasSecondFactor: z.boolean(),
    createdAt: timestampOutput,
  })
  .meta({ id: 'User' });

type UserBody = z.input<typeof userSchema>;

const users = defineList({
  item: userSchema,
  columns: {
    id: null,
    name: [
      column.text({ zh: '姓名', en: 'Name' }),
      column.shown(WORDS.state, (_, { language }, { disabledAt }) =>
        inLanguage(NAMES_OF_STATES[disabledAt ? 'disabled' : 'active'], language),
      ),
    ],
    email: column.text({ zh: '邮箱', en: 'Email address' }),
    role: column.named({ zh: '角色', en: 'Role' }, ROLES),
    distributorId: null,
    hasSecondFactor: column.yesNo({ zh: '两步验证', en: 'Two-step verification' }),
    createdAt: column.time({ zh: '创建时间', en: 'Created' }),
    disabledAt: column.time({ zh: '停用时间', en: 'Disabled' }),
  },
  filters: {
    role: roleSchema.optional(),
    disabled: z.stringbool().optional().describe('Only disabled users (true) or only active users (false).'),
  },
  sorts: { createdAt: { column: 'u.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'u.id', type: 'uuid' },
});

type UserRow = Pick<
  User,
  'id' | 'email' | 'name' | 'role' | 'distributorId' | 'disabledAt' | 'totpConfirmedAt' | 'createdAt'
>;

const toBody = (user: UserRow): UserBody => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: roleSchema.parse(user.role),
  distributorId: user.distributorId,
  disabledAt: user.disabledAt?.toISOString() ?? null,
  hasSecondFactor: user.totpConfirmedAt !== null,
  createdAt: user.createdAt.toISOString(),
});

const userBody = z
  .strictObject({
    email: z.email().max(254).toLowerCase(),
    name: accountName,
    role: roleSchema,
    distributorId: uuid
      .optional()
      .describe('The distributor whose data a user with the role distributor sees.'),
  })
  .refine(({ role, distributorId }) => (role === 'distributor') === (distributorId !== undefined), {
    path: ['distributorId'],
    message: 'is required for the role distributor and not allowed for other roles',
  });

const reason = lineOf(2000);
const staffRole = roleSchema.exclude(['distributor']);
const userResponse = { 200: { description: 'The user.', schema: userSchema } };

/** An admin who could do this would act without a second person. */
export function refuseOwn(principal: Principal, id: string): void {
  if (principal.userId !== id) return;
  throw new Problem({
    status: 409,
    code: 'own_account',
    detail:
      'You cannot change your own role, disable your own account or remove your own two-step verification here. Ask another admin.',
  });
}

/**
 * Reads and locks a user until the transaction ends.
 * @throws Problem 404
 */
async function lockUser(tx: Prisma.TransactionClient, id: string): Promise<User> {
  await tx.$queryRaw`SELECT 1 FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
  const user = await tx.user.findUnique({ where: { id } });
  if (!user) throw notFound(`The user ${id}`);
  return user;
}

/** Ends the user's sessions; they sign in again. */
async function endSessions(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  await tx.session.updateMany({ where: { userId, endedAt: null }, data: { endedAt: new Date() } });
}

/** Sends the mails that report a new admin to the others. */
async function sendAll(context: ApiContext, keys: readonly string[]): Promise<void> {
  for (const key of keys) await sendQueuedMail(context, key);
}

/** What managing an account can be refused with. */
export const beyondReach = ['right_exceeded', 'second_factor_required'] as const;

const adminsOnly =
  "An admin's account needs a session with two-step verification, as soon as one admin uses it";

/** @param scopesOfRole read when a request is answered, when all endpoints are known */
export function userEndpoints(scopesOfRole: ScopesOfRole): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/users',
      audit: ['user.create'],
      summary: 'Add a user',
      description: `With a role that has no more rights than your own key. ${adminsOnly}; the other admins are informed by email.`,
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      body: userBody,
      responses: { 201: { description: 'The user.', schema: userSchema } },
      errors: ['email_taken', 'distributor_not_found', ...beyondReach],
      handler: async ({ body, context, resourceId: id, ...call }) => {
        const { prisma, config } = context;
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        guard(body.role);
        try {
          const { user, mails } = await prisma.$transaction(async (tx) => {
            const made = await tx.user.create({ data: { id, ...body } });
            const { email: _, ...after } = body;
            await addAudit(tx, {
              actor: actorOfCall(call),
              action: 'user.create',
              subject: subjectOf('user', id),
              after,
            });
            const news = { user: made, by: actorOfCall(call), requestId: id };
            return { user: made, mails: body.role === 'admin' ? await tellAdmins(tx, config, news) : [] };
          });
          await sendAll(context, mails);
          return { status: 201, body: toBody(user) };
        } catch (error) {
          if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error;
          if (error.code === 'P2003') {
            const detail = 'is not a distributor';
            throw new Problem({
              status: 422,
              code: 'distributor_not_found',
              detail: 'No distributor has this distributorId.',
              errors: [{ pointer: '/distributorId', detail }],
            });
          }
          if (error.code !== 'P2002') throw error;
          const repeated = await prisma.user.findUnique({ where: { id } });
          if (repeated) return { status: 201, body: toBody(repeated) };
          throw new Problem({
            status: 409,
            code: 'email_taken',
            detail: 'A user with this email already exists.',
            errors: [{ pointer: '/email', detail: 'is already used' }],
          });
        }
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/users',
      summary: 'List users',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:read',
      query: users.query,
      responses: users.responses,
      handler: ({ query, context, req }) =>
        users.reply<UserRow>({
          context,
          req,
          query,
          select: `u.id, u.email, u.name, u.role, u.distributor_id AS "distributorId", u.disabled_at AS "disabledAt",
                   u.totp_confirmed_at AS "totpConfirmedAt", u.created_at AS "createdAt"`,
          from: 'users u',
          where: (bind) => [
            query.role && `u.role = ${bind(query.role)}`,
            query.disabled !== undefined && `u.disabled_at IS ${query.disabled ? 'NOT NULL' : 'NULL'}`,
          ],
          toItem: toBody,
        }),
    }),
    endpoint({
      method: 'get',
      path: '/v1/users/{id}',
      summary: 'Get a user',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:read',
      params: uuidParams,
      responses: { 200: { description: 'The user.', schema: userSchema } },
      handler: async ({ params: { id }, context: { prisma } }) => {
        const user = await prisma.user.findUnique({ where: { id } });
        if (!user) throw notFound(`The user ${id}`);
        return { status: 200, body: toBody(user) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/users/{id}/change-role',
      audit: ['user.change_role'],
      summary: 'Change the role of a staff user',
      description:
        'Permissions that the new role does not have end with the next request, also for keys. Sessions end and the user signs in again. ' +
        `The role of a distributor's user cannot be changed; add another user for staff work. ${adminsOnly}; the other admins are informed by email of a new one.`,
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      params: uuidParams,
      body: z.strictObject({ role: staffRole, reason }),
      responses: userResponse,
      errors: ['own_account', 'user_of_distributor', 'last_admin', ...beyondReach],
      handler: async ({ params: { id }, body, context, resourceId: requestId, ...call }) => {
        refuseOwn(call.principal, id);
        const { role } = body;
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        const { user, mails } = await context.prisma.$transaction(async (tx) => {
          const before = await lockUser(tx, id);
          guard(roleSchema.parse(before.role));
          guard(role);
          if (before.role === 'distributor') {
            // Who decides about a distributor's money must never have been that distributor.
            throw new Problem({
              status: 409,
              code: 'user_of_distributor',
              detail:
                "The role of a distributor's user cannot be changed. Add another user with a different email address.",
            });
          }
          if (before.role === role) return { user: before, mails: [] };
          const changed = await tx.user.update({ where: { id }, data: { role } });
          await refuseLockout(tx);
          await endSessions(tx, id);
          await addAudit(tx, {
            actor: actorOfCall(call),
            action: 'user.change_role',
            subject: subjectOf('user', id),
            before: { role: before.role },
            after: { role },
            reason: body.reason,
          });
          const news = { user: changed, by: actorOfCall(call), requestId };
          return {
            user: changed,
            mails: role === 'admin' ? await tellAdmins(tx, context.config, news) : [],
          };
        });
        await sendAll(context, mails);
        return { status: 200, body: toBody(user) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/users/{id}/disable',
      audit: ['user.disable'],
      summary: 'Disable a user',
      description:
        'All keys and sessions of the user stop working with the next request, and one-time links become invalid. Records of what the user did stay.',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      params: uuidParams,
      body: z.strictObject({ reason: reason.optional() }),
      responses: userResponse,
      errors: ['own_account', 'last_admin', ...beyondReach],
      handler: async ({ params: { id }, body, context, ...call }) => {
        refuseOwn(call.principal, id);
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        const user = await context.prisma.$transaction(async (tx) => {
          const before = await lockUser(tx, id);
          guard(roleSchema.parse(before.role));
          if (before.disabledAt) return before;
          const now = new Date();
          const disabled = await tx.user.update({ where: { id }, data: { disabledAt: now } });
          await refuseLockout(tx);
          await endSessions(tx, id);
          const openLinks = { userId: id, usedAt: null, voidedAt: null };
          await tx.signInLink.updateMany({ where: openLinks, data: { voidedAt: now } });
          await addAudit(tx, {
            actor: actorOfCall(call),
            action: 'user.disable',
            subject: subjectOf('user', id),
            reason: body.reason,
          });
          return disabled;
        });
        return { status: 200, body: toBody(user) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/users/{id}/enable',
      audit: ['user.enable'],
      summary: 'Enable a disabled user',
      description:
        'The password, two-step verification and keys that were not revoked work again; earlier sessions and one-time links do not.',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      params: uuidParams,
      body: z.strictObject({ reason }),
      responses: userResponse,
      errors: beyondReach,
      handler: async ({ params: { id }, body, context, resourceId: requestId, ...call }) => {
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        const { user, mails } = await context.prisma.$transaction(async (tx) => {
          const before = await lockUser(tx, id);
          guard(roleSchema.parse(before.role));
          if (!before.disabledAt) return { user: before, mails: [] };
          const enabled = await tx.user.update({ where: { id }, data: { disabledAt: null } });
          await addAudit(tx, {
            actor: actorOfCall(call),
            action: 'user.enable',
            subject: subjectOf('user', id),
            before: { disabledAt: before.disabledAt.toISOString() },
            reason: body.reason,
          });
          const news = { user: enabled, by: actorOfCall(call), requestId };
          return {
            user: enabled,
            mails: enabled.role === 'admin' ? await tellAdmins(tx, context.config, news) : [],
          };
        });
        await sendAll(context, mails);
        return { status: 200, body: toBody(user) };
      },
    }),
  ];
}
