import { z } from 'zod';
import { type Endpoint, endpoint, type Reply } from '../../http/endpoint';
import { beginOidc, finishOidc, type Redirect } from '../oidc';

function redirect({ location, setCookies }: Redirect): Reply {
  return {
    status: 302,
    headers: { Location: location, 'Set-Cookie': setCookies, 'Cache-Control': 'no-store' },
  };
}

/** Single sign-on: pages that a browser is sent to. */
export const oidcEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/auth/oidc',
    summary: 'Go to the provider of single sign-on',
    description: 'For the browser. OIDC_ISSUER names the provider.',
    tag: 'sign-in',
    roles: 'public',
    responses: {
      302: { description: 'To the provider, or back to the page for signing in with a problem.' },
    },
    handler: async ({ context }) => redirect(await beginOidc(context)),
  }),
  endpoint({
    method: 'get',
    path: '/v1/auth/oidc/callback',
    summary: 'Come back from the provider of single sign-on',
    description:
      'Signs in the user who is bound to the subject, or binds the one with the verified mail address. Makes no users. ' +
      'What does not work leads to `/sign-in?problem=` with oidc_unavailable, oidc_denied, oidc_failed, oidc_email_not_verified or oidc_user_unknown.',
    tag: 'sign-in',
    roles: 'public',
    // What a provider adds is its own affair.
    query: z.looseObject({}),
    responses: {
      302: { description: 'To the console, signed in, or to the page for signing in with a problem.' },
    },
    handler: async (call) => redirect(await finishOidc(call)),
  }),
];
