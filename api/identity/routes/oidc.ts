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
    summary: 'Redirect to the single sign-on provider',
    description: 'For the browser. OIDC_ISSUER sets the provider.',
    tag: 'sign-in',
    roles: 'public',
    responses: {
      302: { description: 'Redirect to the provider, or to the sign-in page with a problem.' },
    },
    handler: async ({ context }) => redirect(await beginOidc(context)),
  }),
  endpoint({
    method: 'get',
    path: '/v1/auth/oidc/callback',
    audit: ['user.bind_oidc', 'user.sign_in'],
    summary: 'Handle the redirect from the single sign-on provider',
    description:
      'Signs in the user linked to the subject, or links the user with the verified email address. Creates no users. ' +
      'On failure it redirects to `/sign-in?problem=` with oidc_unavailable, oidc_denied, oidc_failed, oidc_email_not_verified or oidc_user_unknown.',
    tag: 'sign-in',
    roles: 'public',
    // Providers may add parameters of their own.
    query: z.looseObject({}),
    responses: {
      302: { description: 'Redirect to the console, signed in, or to the sign-in page with a problem.' },
    },
    handler: async (call) => redirect(await finishOidc(call)),
  }),
];
