import { z } from 'zod';
import type { Role } from '../../domain/roles';
import { type ApiContext, type Principal, roleSchema } from '../http/endpoint';
import { uuid } from '../http/schemas';
import { everyScope } from './authentication';

export const localeSchema = z.enum(['zh-CN', 'en']);

/** Who is signed in, what they may do, and for which brand: what the console needs to begin. */
export const meSchema = z
  .object({
    user: z.object({
      id: uuid,
      name: z.string(),
      email: z.string(),
      role: roleSchema,
      distributorId: uuid.nullable(),
      hasSecondFactor: z.boolean(),
      locale: localeSchema,
    }),
    scopes: z.array(z.string()).describe('All permissions.'),
    brand: z.object({
      name: z.string(),
      timeZone: z.string(),
      currency: z.string(),
      withdrawalMinimum: z.int().describe('Minor units.'),
      shopReferralUrl: z.string().nullable().describe('With {code} as placeholder for a referral code.'),
    }),
    temporalUiUrl: z.string().nullable().describe('Address of the Temporal UI, for staff.'),
  })
  .meta({ id: 'Me' });

type MeBody = z.input<typeof meSchema>;

/** The scopes that a user of a role may have. */
export type ScopesOfRole = (role: Role) => string[];

/** Reads what `GET /v1/me` answers. */
export async function readMe(
  { pool, config }: ApiContext,
  { userId, role, scopes }: Pick<Principal, 'userId' | 'role' | 'scopes'>,
  scopesOfRole: ScopesOfRole,
): Promise<MeBody> {
  const { rows } = await pool.query<MeBody['user']>(
    `SELECT id, name, email, role, distributor_id AS "distributorId", locale,
       totp_confirmed_at IS NOT NULL AS "hasSecondFactor"
     FROM users WHERE id = $1`,
    [userId],
  );
  return {
    user: rows[0]!,
    scopes: scopes.includes(everyScope) ? scopesOfRole(role) : scopes,
    brand: {
      name: config.BRAND_NAME,
      timeZone: config.BRAND_TIME_ZONE,
      currency: config.BRAND_CURRENCY,
      withdrawalMinimum: config.WITHDRAWAL_MINIMUM,
      shopReferralUrl: config.SHOP_REFERRAL_URL ?? null,
    },
    temporalUiUrl: role === 'distributor' ? null : (config.TEMPORAL_UI_URL ?? null),
  };
}
