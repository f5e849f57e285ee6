import { z } from 'zod';
import { inTransaction } from '../../activities/database';
import { signInPage } from '../../activities/links';
import { createSealer } from '../../activities/sealing';
import { mailSignInLink } from '../../activities/signInLinks';
import { Prisma, type User } from '../../prisma/client/client';
import { actorOf, audit } from '../audit';
import { type Endpoint, endpoint, roleSchema } from '../endpoint';
import { defineList } from '../list';
import { refuseLockout } from '../lockout';
import { sendQueuedMail } from '../mail';
import { notFound, Problem } from '../problem';
import { lineOf, timestampOutput, uuidParams } from '../schemas';
import { removeSecondFactor } from '../secondFactor';
import { actorOfCall } from '../timeline';

const userSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    distributorId: z.uuid().nullable(),
    disabledAt: timestampOutput.nullable(),
    createdAt: timestampOutput,
  })
  .meta({ id: 'User' });

type UserBody = z.input<typeof userSchema>;

const users = defineList({
  item: userSchema,
  filters: {
    role: roleSchema.optional(),
    disabled: z.stringbool().optional().describe('Only users who are disabled, or only who are not.'),
  },
  sorts: { createdAt: { column: 'u.created_at', type: 'timestamptz' } },
  defaultSort: 'createdAt',
  tie: { column: 'u.id', type: 'uuid' },
});

const toBody = (user: User): UserBody => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: roleSchema.parse(user.role),
  distributorId: user.distributorId,
  disabledAt: user.disabledAt?.toISOString() ?? null,
  createdAt: user.createdAt.toISOString(),
});

const userBody = z
  .strictObject({
    email: z.email().max(254).toLowerCase(),
    name: lineOf(200),
    role: roleSchema,
    distributorId: z.uuid().optional().describe('Whose data a user with the role distributor sees.'),
  })
  .refine(({ role, distributorId }) => (role === 'distributor') === (distributorId !== undefined), {
    path: ['distributorId'],
    message: 'is needed for the role distributor, and for no other',
  });

export const userEndpoints: Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/users',
    summary: 'Add a user',
    tag: 'users',
    roles: ['admin'],
    scope: 'users:write',
    body: userBody,
    responses: { 201: { description: 'The user.', schema: userSchema } },
    errors: ['email_taken', 'distributor_unknown'],
    handler: async ({ body, context: { prisma }, resourceId: id, ...call }) => {
      try {
        const user = await prisma.$transaction(async (tx) => {
          const made = await tx.user.create({ data: { id, ...body } });
          const { email: _, ...after } = body;
          await audit(tx, { ...actorOf(call), action: 'user.create', subject: `user/${id}`, after });
          return made;
        });
        return { status: 201, body: toBody(user) };
      } catch (error) {
        if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error;
        if (error.code === 'P2003') {
          const detail = 'is no distributor';
          throw new Problem({
            status: 422,
            code: 'distributor_unknown',
            detail: 'The distributorId is of no distributor.',
            errors: [{ pointer: '/distributorId', detail }],
          });
        }
        if (error.code !== 'P2002') throw error;
        const repeated = await prisma.user.findUnique({ where: { id } });
        if (repeated) return { status: 201, body: toBody(repeated) };
        throw new Problem({
          status: 409,
          code: 'email_taken',
          detail: 'There is a user with this email already.',
          errors: [{ pointer: '/email', detail: 'is taken' }],
        });
      }
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/users',
    summary: 'List users',
    tag: 'users',
    roles: ['admin'],
    scope: 'users:read',
    query: users.query,
    responses: users.responses,
    handler: ({ query, context, req }) =>
      users.reply<User>({
        pool: context.pool,
        req,
        query,
        select: `u.id, u.email, u.name, u.role, u.distributor_id AS "distributorId", u.disabled_at AS "disabledAt",
                 u.created_at AS "createdAt"`,
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
    roles: ['admin'],
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
    path: '/v1/users/{id}/disable',
    summary: 'Disable a user',
    description:
      'All keys and sessions of the user stop working with the next request. What the user did stays.',
    tag: 'users',
    roles: ['admin'],
    scope: 'users:write',
    params: uuidParams,
    responses: { 200: { description: 'The user.', schema: userSchema } },
    errors: ['last_admin'],
    handler: async ({ params: { id }, context: { prisma }, ...call }) => {
      const user = await prisma.$transaction(async (tx) => {
        const { count } = await tx.user.updateMany({
          where: { id, disabledAt: null },
          data: { disabledAt: new Date() },
        });
        const present = await tx.user.findUnique({ where: { id } });
        if (!present) throw notFound(`The user ${id}`);
        if (count) {
          await refuseLockout(tx);
          await tx.session.updateMany({
            where: { userId: id, endedAt: null },
            data: { endedAt: new Date() },
          });
          await audit(tx, { ...actorOf(call), action: 'user.disable', subject: `user/${id}` });
        }
        return present;
      });
      return { status: 200, body: toBody(user) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/users/{id}/sign-in-link',
    summary: 'Make a one-time link with which a user sets a password',
    description:
      'Answers the link, and mails it to the user. It works once, for 24 hours; earlier ones are void. A second factor is still asked for.',
    tag: 'users',
    roles: ['admin'],
    scope: 'users:write',
    params: uuidParams,
    responses: {
      201: {
        description: 'The link.',
        schema: z.object({ url: z.string(), expiresAt: timestampOutput }).meta({ id: 'SignInLink' }),
      },
    },
    errors: ['user_disabled'],
    handler: async ({ params: { id }, context, resourceId, ...call }) => {
      const { pool, config } = context;
      const link = await inTransaction(pool, (client) =>
        mailSignInLink(client, config, { userId: id, linkId: resourceId, actor: actorOfCall(call) }),
      );
      await sendQueuedMail(context, link.mailKey);
      const url = signInPage(config, createSealer(config), resourceId);
      return { status: 201, body: { url, expiresAt: link.expiresAt.toISOString() }, keep: false };
    },
  }),
  endpoint({
    method: 'delete',
    path: '/v1/users/{id}/second-factor',
    summary: 'Take the second factor from a user',
    description: 'For somebody who has lost both the device and the recovery codes.',
    tag: 'users',
    roles: ['admin'],
    scope: 'users:write',
    params: uuidParams,
    responses: { 204: { description: 'The user has none.' } },
    handler: async ({ params: { id }, context: { pool }, ...call }) => {
      await inTransaction(pool, async (client) => {
        const { rowCount } = await client.query('SELECT 1 FROM users WHERE id = $1', [id]);
        if (!rowCount) throw notFound(`The user ${id}`);
        if (await removeSecondFactor(client, id))
          await audit(client, { ...actorOf(call), action: 'second_factor.remove', subject: `user/${id}` });
      });
      return { status: 204 };
    },
  }),
];
