import { z } from 'zod';
import { durationMs } from '../../../config';
import { addAudit } from '../../../database/journal';
import { inTransaction } from '../../../database/pool';
import { createSealer } from '../../../database/sealing';
import { subjectOf } from '../../../domain/kinds';
import * as column from '../../http/columns';
import { type Endpoint, endpoint } from '../../http/endpoint';
import { defineList } from '../../http/list';
import { notFound, Problem } from '../../http/problem';
import { accountName, timestampOutput, uuid, uuidParams } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';
import { localeSchema, meSchema, readMe, type ScopesOfRole } from '../me';
import { newTotpSecret, otpauthUri, replaceRecoveryCodes, totpStep } from '../secondFactor';
import { sessionLasts } from '../sessions';
import { changePassword, disableSecondFactor, ownAccount, requireSession } from '../signIn';
import { codeInput, everybody, passwordInput } from './signIn';

const sessions = defineList({
  item: z
    .object({
      id: uuid,
      userAgent: z.string().nullable(),
      createdAt: timestampOutput,
      lastSeenAt: timestampOutput.describe('To the minute.'),
      current: z.boolean().describe('Whether it is the session of this request.'),
    })
    .meta({ id: 'Session' }),
  columns: {
    id: null,
    userAgent: column.text({ zh: '浏览器', en: 'Browser' }),
    createdAt: column.time({ zh: '登录时间', en: 'Signed in' }),
    lastSeenAt: column.time({ zh: '最近使用', en: 'Last used' }),
    current: column.yesNo({ zh: '当前会话', en: 'This session' }),
  },
  filters: {},
  sorts: { createdAt: { column: 's.created_at', type: 'timestamptz' } },
  defaultSort: '-createdAt',
  tie: { column: 's.id', type: 'uuid' },
});

interface SessionRow {
  id: string;
  userAgent: string | null;
  createdAt: Date;
  lastSeenAt: Date;
}

function secondFactorOn(): Problem {
  return new Problem({
    status: 409,
    code: 'second_factor_on',
    detail: 'Two-step verification is already enabled. Disable it before you set it up again.',
  });
}

/** @param scopesOfRole read when a request is answered, when all endpoints are known */
export function meEndpoints(scopesOfRole: ScopesOfRole): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/me',
      summary: 'Get the signed-in user, or the user of the API key',
      tag: 'me',
      roles: everybody,
      scope: 'me:read',
      responses: { 200: { description: 'The user and the permissions.', schema: meSchema } },
      handler: async ({ context, principal }) => ({
        status: 200,
        body: await readMe(context, principal, scopesOfRole),
      }),
    }),
    endpoint({
      method: 'patch',
      path: '/v1/me',
      audit: ['user.update'],
      summary: 'Change your own name or language',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      body: z.strictObject({ name: accountName.optional(), locale: localeSchema.optional() }),
      responses: { 200: { description: 'The user after the change.', schema: meSchema } },
      handler: async ({ body, context, ...call }) => {
        const { principal } = call;
        await inTransaction(context.pool, async (client) => {
          const { rows } = await client.query<{ name: string; locale: string }>(
            'SELECT name, locale FROM users WHERE id = $1 FOR NO KEY UPDATE',
            [principal.userId],
          );
          const before = rows[0]!;
          const after = { ...before, ...body };
          if (after.name === before.name && after.locale === before.locale) return;
          await client.query('UPDATE users SET name = $2, locale = $3 WHERE id = $1', [
            principal.userId,
            after.name,
            after.locale,
          ]);
          const subject = subjectOf('user', principal.userId);
          await addAudit(client, {
            actor: actorOfCall(call),
            action: 'user.update',
            subject,
            before: { ...before },
            after,
          });
        });
        return { status: 200, body: await readMe(context, principal, scopesOfRole) };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/me/password',
      audit: ['user.set_password'],
      summary: 'Change your own password',
      description: 'All other sessions of the user end.',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      secretBody: true,
      body: z.strictObject({ current: passwordInput, new: passwordInput }),
      responses: { 204: { description: 'The password is changed.' } },
      errors: [
        'session_required',
        'sign_in_refused',
        'password_not_set',
        'password_too_short',
        'password_contains_address',
        'password_too_common',
        'too_many_attempts',
      ],
      handler: async ({ body, ...call }) => {
        await changePassword(call, { current: body.current, next: body.new });
        return { status: 204 };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/me/second-factor',
      audit: ['second_factor.begin'],
      summary: 'Start setting up two-step verification',
      description:
        'Responds with the secret for an authenticator app (TOTP, RFC 6238). Sign-in requires a code after you confirm one.',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      responses: {
        201: {
          description: 'The secret for the authenticator app.',
          schema: z
            .object({
              otpauthUri: z.string().describe('For a QR code.'),
              secret: z.string().describe('Base32, for manual entry.'),
            })
            .meta({ id: 'NewSecondFactor' }),
        },
      },
      errors: ['session_required', 'second_factor_on'],
      handler: async ({ context: { pool, config }, principal, requestId }) => {
        requireSession(principal);
        const secret = newTotpSecret();
        const user = await inTransaction(pool, async (client) => {
          const { rows } = await client.query<{ email: string }>(
            'UPDATE users SET totp_secret_sealed = $2 WHERE id = $1 AND totp_confirmed_at IS NULL RETURNING email',
            [principal.userId, createSealer(config).seal(secret)],
          );
          if (!rows[0]) throw secondFactorOn();
          const subject = subjectOf('user', principal.userId);
          const actor = actorOfCall({ principal, requestId });
          await addAudit(client, { actor, action: 'second_factor.begin', subject });
          return rows[0];
        });
        return {
          status: 201,
          body: { otpauthUri: otpauthUri(secret, { brand: config.BRAND_NAME, email: user.email }), secret },
          keep: false,
        };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/me/second-factor/confirm',
      audit: ['second_factor.enable'],
      summary: 'Confirm two-step verification with a code from the app',
      description: 'From now on sign-in requires a code. The recovery codes are shown only once.',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      secretBody: true,
      body: z.strictObject({ code: z.string().trim().max(20) }),
      responses: {
        200: {
          description: 'Two-step verification is enabled.',
          schema: z
            .object({
              recoveryCodes: z
                .array(z.string())
                .describe('Each can be used once instead of a code from the app.'),
            })
            .meta({ id: 'RecoveryCodes' }),
        },
      },
      errors: ['session_required', 'second_factor_on', 'second_factor_not_begun', 'code_not_right'],
      handler: async ({ body, context, principal, requestId }) => {
        const sessionId = requireSession(principal);
        const sealer = createSealer(context.config);
        const user = await ownAccount(context, principal);
        if (user.secondFactor) throw secondFactorOn();
        const { rows } = await context.pool.query<{ sealed: string | null }>(
          'SELECT totp_secret_sealed AS sealed FROM users WHERE id = $1',
          [user.id],
        );
        const sealed = rows[0]?.sealed;
        if (!sealed) {
          throw new Problem({
            status: 409,
            code: 'second_factor_not_begun',
            detail: 'Call POST /v1/me/second-factor first.',
          });
        }
        const step = totpStep(sealer.open(sealed), body.code.replace(/\s/g, ''));
        if (step === undefined) {
          throw new Problem({
            status: 422,
            code: 'code_not_right',
            detail:
              'This is not the current code of the app. Check the clock of the device and enter the next code.',
            errors: [{ pointer: '/code', detail: 'is not the current code' }],
          });
        }
        const recoveryCodes = await inTransaction(context.pool, async (client) => {
          const { rowCount } = await client.query(
            `UPDATE users SET totp_confirmed_at = now(), totp_last_step = $3
             WHERE id = $1 AND totp_secret_sealed = $2 AND totp_confirmed_at IS NULL`,
            [user.id, sealed, step],
          );
          if (!rowCount) throw secondFactorOn();
          await client.query('UPDATE sessions SET second_factor = true WHERE id = $1', [sessionId]);
          const subject = subjectOf('user', user.id);
          const actor = actorOfCall({ principal, requestId });
          await addAudit(client, { actor, action: 'second_factor.enable', subject });
          return replaceRecoveryCodes(client, sealer, user.id);
        });
        return { status: 200, body: { recoveryCodes } };
      },
    }),
    endpoint({
      method: 'post',
      path: '/v1/me/second-factor/disable',
      audit: ['second_factor.disable'],
      summary: 'Disable your two-step verification',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      secretBody: true,
      body: z.strictObject({ password: passwordInput, code: codeInput }),
      responses: {
        204: { description: 'Two-step verification is disabled and the recovery codes are invalid.' },
      },
      errors: [
        'session_required',
        'sign_in_refused',
        'password_not_set',
        'second_factor_off',
        'too_many_attempts',
      ],
      handler: async ({ body, ...call }) => {
        await disableSecondFactor(call, body);
        return { status: 204 };
      },
    }),
    endpoint({
      method: 'get',
      path: '/v1/me/sessions',
      summary: 'List your own sessions',
      tag: 'me',
      roles: everybody,
      scope: 'me:read',
      query: sessions.query,
      responses: sessions.responses,
      handler: ({ query, context, principal, req }) =>
        sessions.reply<SessionRow>({
          context,
          req,
          query,
          select: `s.id, s.user_agent AS "userAgent", s.created_at AS "createdAt", s.last_seen_at AS "lastSeenAt"`,
          from: 'sessions s',
          where: (bind) => [
            `s.user_id = ${bind(principal.userId)}`,
            sessionLasts(
              bind(durationMs(context.config.SESSION_IDLE)),
              bind(durationMs(context.config.SESSION_MAX)),
            ),
          ],
          toItem: ({ id, userAgent, createdAt, lastSeenAt }) => ({
            id,
            userAgent,
            createdAt: createdAt.toISOString(),
            lastSeenAt: lastSeenAt.toISOString(),
            current: id === principal.sessionId,
          }),
        }),
    }),
    endpoint({
      method: 'delete',
      path: '/v1/me/sessions/{id}',
      audit: ['session.end'],
      summary: 'End one of your own sessions',
      tag: 'me',
      roles: everybody,
      scope: 'me:write',
      params: uuidParams,
      responses: { 204: { description: 'The session has ended.' } },
      handler: async ({ params: { id }, context: { pool }, ...call }) => {
        const { principal } = call;
        await inTransaction(pool, async (client) => {
          const { rows } = await client.query<{ ended: boolean }>(
            `SELECT ended_at IS NOT NULL AS ended FROM sessions WHERE id = $1 AND user_id = $2 FOR UPDATE`,
            [id, principal.userId],
          );
          const [session] = rows;
          if (!session) throw notFound(`The session ${id}`);
          if (session.ended) return;
          await client.query('UPDATE sessions SET ended_at = now() WHERE id = $1', [id]);
          await addAudit(client, {
            actor: actorOfCall(call),
            action: 'session.end',
            subject: subjectOf('session', id),
          });
        });
        return { status: 204 };
      },
    }),
  ];
}
