import type { Request } from 'express';
import type { Configuration } from 'openid-client' with { 'resolution-mode': 'import' };
import { z } from 'zod';
import { publicUrl } from '../../config';
import { type Client, inTransaction } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import type { Role } from '../../domain/roles';
import type { ApiContext } from '../http/endpoint';
import { notFound } from '../http/problem';
import { cookie, readCookie } from './sessions';
import { auditOwn, openSession, type SignInCall } from './signIn';

const COOKIE = 'tributary_oidc';
const COOKIE_PATH = '/v1/auth/oidc';
const CALLBACK = '/v1/auth/oidc/callback';
const ANSWER_WITHIN_S = 600;

/** Why single sign-on did not work, as the page for signing in explains it. */
export type OidcProblem =
  | 'oidc_unavailable'
  | 'oidc_denied'
  | 'oidc_failed'
  | 'oidc_email_not_verified'
  | 'oidc_user_unknown';

// Checked against the provider's answer. Sealed into a cookie, so that no process has to keep it.
const pendingSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  expiresAt: z.number(),
});

/** The module and the provider's metadata; read once, and again after a failure. */
interface Provider {
  oidc: typeof import('openid-client', { with: { 'resolution-mode': 'import' }});
  provider: Configuration;
}
const providers = new WeakMap<ApiContext, Promise<Provider>>();

function providerOf(context: ApiContext): Promise<Provider> {
  const known = providers.get(context) ?? discover(context);
  providers.set(context, known);
  known.catch(() => providers.delete(context));
  return known;
}

async function discover({ config }: ApiContext): Promise<Provider> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = config;
  if (!OIDC_ISSUER || !OIDC_CLIENT_ID) throw notFound(CALLBACK);
  const oidc = await import('openid-client');
  const issuer = new URL(OIDC_ISSUER);
  const provider = await oidc.discovery(issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, undefined, {
    // Only the operator can configure http:, for a provider in the same network.
    execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
    timeout: 10,
  });
  return { oidc, provider };
}

/** Where the browser is redirected to, with which cookies. */
export interface Redirect {
  location: string;
  setCookies: string[];
}

function refuse(context: ApiContext, problem: OidcProblem): Redirect {
  return {
    location: `/sign-in?problem=${problem}`,
    setCookies: [cookie(context.config, COOKIE, undefined, { path: COOKIE_PATH })],
  };
}

/**
 * Sends the person to the provider: code flow with PKCE, state and nonce.
 * @throws Problem 404 where single sign-on is not configured
 */
export async function beginOidc(context: ApiContext): Promise<Redirect> {
  const { config, log } = context;
  if (!config.OIDC_ISSUER) throw notFound('Single sign-on (OIDC_ISSUER)');
  try {
    const { oidc, provider } = await providerOf(context);
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
      expiresAt: Date.now() + ANSWER_WITHIN_S * 1000,
    };
    const location = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: publicUrl(config) + CALLBACK,
      scope: 'openid email',
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    });
    const sealed = createSealer(config).seal(JSON.stringify(pending));
    return {
      location: location.href,
      setCookies: [cookie(config, COOKIE, sealed, { path: COOKIE_PATH, maxAgeSeconds: ANSWER_WITHIN_S })],
    };
  } catch (error) {
    log.error({ err: error }, 'the single sign-on provider cannot be used');
    return refuse(context, 'oidc_unavailable');
  }
}

/**
 * Takes the provider's answer: signs in the enabled user who is bound to this subject, or binds the one with this
 * verified mail address. Makes no users.
 */
export async function finishOidc(call: SignInCall): Promise<Redirect> {
  const { context, req } = call;
  if (!context.config.OIDC_ISSUER) throw notFound('Single sign-on (OIDC_ISSUER)');
  if (typeof req.query.error === 'string') return refuse(context, 'oidc_denied');
  const pending = readPending(context, req);
  if (!pending) return refuse(context, 'oidc_failed');
  const claims = await readClaims(context, req, pending).catch((error: unknown) => {
    context.log.warn({ err: error }, 'single sign-on failed');
    return undefined;
  });
  if (!claims) return refuse(context, 'oidc_failed');

  const signedIn = await inTransaction(context.pool, async (client) => {
    const user = await findUser(client, claims, call);
    return typeof user === 'string'
      ? user
      : openSession(client, call, user, { by: 'oidc', secondFactor: false });
  });
  if (typeof signedIn === 'string') return refuse(context, signedIn);
  return {
    location: `${publicUrl(context.config)}/`,
    setCookies: [cookie(context.config, COOKIE, undefined, { path: COOKIE_PATH }), signedIn.setCookie],
  };
}

type Pending = z.output<typeof pendingSchema>;

function readPending({ config }: ApiContext, req: Request): Pending | undefined {
  try {
    const text = createSealer(config).open(readCookie(req, COOKIE) ?? '');
    const pending = pendingSchema.parse(JSON.parse(text));
    return pending.expiresAt > Date.now() ? pending : undefined;
  } catch {
    return undefined;
  }
}

const claimsSchema = z.object({
  sub: z.string(),
  email: z.string().optional(),
  email_verified: z.unknown(),
});
type Claims = z.output<typeof claimsSchema> & { issuer: string };

/** @throws Error where the answer is not valid */
async function readClaims(context: ApiContext, req: Request, pending: Pending): Promise<Claims> {
  const { oidc, provider } = await providerOf(context);
  const current = new URL(publicUrl(context.config) + req.originalUrl);
  const tokens = await oidc.authorizationCodeGrant(provider, current, {
    pkceCodeVerifier: pending.codeVerifier,
    expectedState: pending.state,
    expectedNonce: pending.nonce,
    idTokenExpected: true,
  });
  const claims = tokens.claims()!;
  // Many providers send the mail address only on request.
  const merged =
    claims.email === undefined ? await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub) : claims;
  return { ...claimsSchema.parse(merged), issuer: claims.iss };
}

interface User {
  id: string;
  name: string;
  role: Role;
}

async function findUser(
  client: Client,
  { issuer, sub, email, email_verified: verified }: Claims,
  { requestId }: SignInCall,
): Promise<User | OidcProblem> {
  const subject = `${issuer} ${sub}`;
  const { rows } = await client.query<User & { disabled: boolean }>(
    'SELECT id, name, role, disabled_at IS NOT NULL AS disabled FROM users WHERE oidc_subject = $1',
    [subject],
  );
  if (rows[0]) return rows[0].disabled ? 'oidc_user_unknown' : rows[0];
  if (!email) return 'oidc_user_unknown';
  if (verified !== true) return 'oidc_email_not_verified';
  const { rows: bound } = await client.query<User>(
    `UPDATE users SET oidc_subject = $1 WHERE email = $2 AND oidc_subject IS NULL AND disabled_at IS NULL
     RETURNING id, name, role`,
    [subject, email.toLowerCase()],
  );
  const [user] = bound;
  if (!user) return 'oidc_user_unknown';
  await auditOwn(client, user, { action: 'user.bind_oidc', requestId });
  return user;
}
