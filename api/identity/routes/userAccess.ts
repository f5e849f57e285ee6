import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { signInPage } from '../../../database/links';
import { type Client, inTransaction } from '../../../database/pool';
import { createSealer } from '../../../database/sealing';
import { mailSignInLink } from '../../../database/signInLinks';
import { subjectOf } from '../../../domain/kinds';
import { ADMIN, type Role } from '../../../domain/roles';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { timestampOutput, uuidParams } from '../../http/schemas';
import { sendQueuedMail } from '../../routes/mail/send';
import { actorOfCall } from '../../workflows/decisions';
import type { ScopesOfRole } from '../me';
import { guardAccounts } from '../rights';
import { removeSecondFactor } from '../secondFactor';
import { beyondReach, refuseOwn } from './users';

/** The role of a user, which stays until the transaction ends. @throws Problem 404 */
async function lockRole(client: Client, id: string): Promise<Role> {
  const { rows } = await client.query<{ role: Role }>(
    'SELECT role FROM users WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  if (!rows[0]) throw notFound(`The user ${id}`);
  return rows[0].role;
}

/**
 * How admins help users who cannot sign in.
 * @param scopesOfRole read when a request is answered, when all endpoints are known
 */
export function userAccessEndpoints(scopesOfRole: ScopesOfRole): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/v1/users/{id}/sign-in-link',
      audit: ['user.make_sign_in_link'],
      summary: 'Create a one-time link for a user to set a password',
      description:
        'Responds with the link and emails it to the user. It works once, for 24 hours; earlier links become invalid. Two-step verification is still required.',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      params: uuidParams,
      responses: {
        201: {
          description: 'The link.',
          schema: z.object({ url: z.string(), expiresAt: timestampOutput }).meta({ id: 'SignInLink' }),
        },
      },
      errors: ['user_disabled', ...beyondReach],
      handler: async ({ params: { id }, context, resourceId, ...call }) => {
        const { pool, config } = context;
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        const link = await inTransaction(pool, async (client) => {
          guard(await lockRole(client, id));
          return mailSignInLink(client, config, { userId: id, linkId: resourceId, actor: actorOfCall(call) });
        });
        await sendQueuedMail(context, link.mailKey);
        const url = signInPage(config, createSealer(config), resourceId);
        return { status: 201, body: { url, expiresAt: link.expiresAt.toISOString() }, keep: false };
      },
    }),
    endpoint({
      method: 'delete',
      path: '/v1/users/{id}/second-factor',
      audit: ['second_factor.remove'],
      summary: 'Remove two-step verification from a user',
      description: 'For a user who has lost both the device and the recovery codes.',
      tag: 'users',
      roles: ADMIN,
      scope: 'users:write',
      params: uuidParams,
      responses: { 204: { description: 'Two-step verification is removed.' } },
      errors: ['own_account', ...beyondReach],
      handler: async ({ params: { id }, context, ...call }) => {
        refuseOwn(call.principal, id);
        const guard = await guardAccounts(context, call.principal, scopesOfRole);
        await inTransaction(context.pool, async (client) => {
          guard(await lockRole(client, id));
          if (await removeSecondFactor(client, id))
            await addAudit(client, {
              actor: actorOfCall(call),
              action: 'second_factor.remove',
              subject: subjectOf('user', id),
            });
        });
        return { status: 204 };
      },
    }),
  ];
}
