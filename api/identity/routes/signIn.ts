import { v5 as uuidv5 } from 'uuid';
import { z } from 'zod';
import { inTransaction } from '../../../database/pool';
import { type ApiContext, type Endpoint, endpoint, type Reply, roleSchema } from '../../http/endpoint';
import { everyScope } from '../authentication';
import { meSchema, readMe, type ScopesOfRole } from '../me';
import { cookie, SESSION_COOKIE } from '../sessions';
import { auditOwn, mailPasswordLink, redeemLink, requireSession, type SignedIn, signIn } from '../signIn';
import { limitPublicMail } from '../throttle';

export const everybody = roleSchema.options;

/** A mail address as it is typed; its form is not checked, since only those of users count. */
const emailInput = z.string().trim().toLowerCase().min(1).max(254);

/** A password as it is typed. The bound only keeps long bodies from costing hash time. */
export const passwordInput = z.string().min(1).max(512);
export const codeInput = z
  .string()
  .trim()
  .min(6)
  .max(20)
  .describe('Code from the authenticator app, or a recovery code.');

const signedInResponse = {
  200: { description: 'The signed-in user; the session cookie is set.', schema: meSchema },
};

/** @param scopesOfRole read when a request is answered, when all endpoints are known */
export function signInEndpoints(scopesOfRole: ScopesOfRole): Endpoint[] {
  async function welcome(context: ApiContext, { userId, role, setCookie }: SignedIn): Promise<Reply> {
    return {
      status: 200,
      body: await readMe(context, { userId, role, scopes: [everyScope] }, scopesOfRole),
      headers: { 'Set-Cookie': setCookie, 'Cache-Control': 'no-store' },
      keep: false,
    };
  }
  return [
    endpoint({
      method: 'get',
      path: '/v1/sign-in/options',
      summary: 'Get the sign-in options',
      tag: 'sign-in',
      roles: 'public',
      responses: {
        200: {
          description: 'What the sign-in page shows.',
          schema: z.object({
            oidc: z.boolean(),
            brand: z.object({ name: z.string(), timeZone: z.string().describe('An IANA time zone.') }),
          }),
        },
      },
      handler: async ({ context: { config } }) => ({
        status: 200,
        body: {
          oidc: config.OIDC_ISSUER !== undefined,
          brand: { name: config.BRAND_NAME, timeZone: config.BRAND_TIME_ZONE },
        },
      }),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-in',
      audit: ['user.sign_in'],
      summary: 'Sign in with a password',
      description:
        'Sets a session cookie. With two-step verification the first call responds with code_required; send the call again with the code. ' +
        'From the tenth failure on, each failure is followed by a waiting time.',
      tag: 'sign-in',
      roles: 'public',
      secretBody: true,
      body: z.strictObject({
        email: emailInput,
        password: passwordInput,
        code: codeInput.optional(),
      }),
      responses: signedInResponse,
      errors: ['sign_in_refused', 'code_required', 'too_many_attempts'],
      handler: async ({ body, ...call }) => welcome(call.context, await signIn(call, body)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-in-links',
      audit: ['user.forgot_password'],
      summary: 'Request a one-time link by email after forgetting the password',
      description:
        'The response is the same whether or not a user has this email address. The link works once, for an hour; a user who signs in by ' +
        'single sign-on only gets an email that says so. The number of emails to one address and from one network address is limited.',
      tag: 'sign-in',
      roles: 'public',
      body: z.strictObject({ email: emailInput }),
      responses: {
        202: { description: 'If an active user has this address, the email is being sent.' },
      },
      errors: ['too_many_mails'],
      handler: async ({ body: { email }, context, req, requestId, resourceId }) => {
        // Of key and address: a repeat of another client's key with a new address must not get that link by mail.
        const mailId = uuidv5(email, resourceId);
        await limitPublicMail(context, { email, req, requestId: mailId });
        // After the answer: otherwise its time would reveal who has an account.
        setImmediate(() => void mailPasswordLink(context, { email, mailId, requestId }));
        return { status: 202 };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-in-links/redeem',
      audit: ['user.set_password', 'user.sign_in'],
      summary: 'Set a password with a one-time link and sign in',
      description: 'All other sessions and links of the user end.',
      tag: 'sign-in',
      roles: 'public',
      secretBody: true,
      body: z.strictObject({
        token: z.string().max(200).describe('The part after the # in the link.'),
        password: passwordInput,
        code: codeInput.optional(),
      }),
      responses: signedInResponse,
      errors: [
        'link_not_valid',
        'password_too_short',
        'password_contains_address',
        'password_too_common',
        'code_required',
        'sign_in_refused',
        'too_many_attempts',
      ],
      handler: async ({ body, ...call }) => welcome(call.context, await redeemLink(call, body)),
    }),
    endpoint({
      method: 'post',
      path: '/v1/sign-out',
      audit: ['user.sign_out'],
      summary: 'Sign out',
      description: 'Ends the session of this request.',
      tag: 'sign-in',
      roles: everybody,
      scope: 'me:write',
      responses: { 204: { description: 'The session has ended.' } },
      errors: ['session_required'],
      handler: async ({ context: { pool, config }, principal, requestId }) => {
        const sessionId = requireSession(principal);
        await inTransaction(pool, async (client) => {
          const { rowCount } = await client.query(
            'UPDATE sessions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL',
            [sessionId],
          );
          const user = { id: principal.userId, name: principal.name };
          if (rowCount)
            await auditOwn(client, user, { action: 'user.sign_out', after: { sessionId }, requestId });
        });
        return { status: 204, headers: { 'Set-Cookie': cookie(config, SESSION_COOKIE, undefined) } };
      },
    }),
  ];
}
