import { z } from 'zod';

/** Whom a reminder is sent to. Each circle includes those before it. */
export const CIRCLES = ['distributor', 'sponsor', 'compliance'] as const;

export type Circle = (typeof CIRCLES)[number];

const rulesSchema = z.strictObject({
  reminders: z
    .array(
      z.strictObject({
        daysBefore: z
          .int()
          .min(0)
          .max(3650)
          .describe('Days before the last valid day; 0 for the day itself.'),
        to: z.enum(CIRCLES).describe('The widest circle of recipients; it includes those before it.'),
      }),
    )
    .max(20)
    .refine((reminders) => new Set(reminders.map(({ daysBefore }) => daysBefore)).size === reminders.length, {
      message: 'lists a number of days twice',
    }),
  graceDays: z
    .int()
    .min(0)
    .max(365)
    .describe('Days after the last valid day before the expiry takes effect.'),
  effect: z
    .enum(['no_accrual', 'no_release', 'no_payout'])
    .describe(
      'What the expiry does: new orders earn nothing, commission is not released, or nothing is paid out.',
    ),
});

/** Rules for credentials of one type. */
export type CredentialRules = z.infer<typeof rulesSchema>;

/** What the expiry of a credential does. */
export type ExpiryEffect = CredentialRules['effect'];

/** The rules for credentials: those of each type, and the default for all other types. */
export const credentialTermsSchema = z.strictObject({
  default: rulesSchema,
  types: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'use small letters, digits and underscores'),
      rulesSchema,
    )
    .default({})
    .describe('Rules of single types in place of the default.'),
});

export type CredentialTerms = z.infer<typeof credentialTermsSchema>;

/** The first version of the rules. */
export const firstCredentialTerms: CredentialTerms = {
  default: {
    reminders: [
      { daysBefore: 60, to: 'distributor' },
      { daysBefore: 30, to: 'distributor' },
      { daysBefore: 14, to: 'sponsor' },
      { daysBefore: 7, to: 'sponsor' },
      { daysBefore: 1, to: 'compliance' },
      { daysBefore: 0, to: 'compliance' },
    ],
    graceDays: 0,
    effect: 'no_release',
  },
  types: {},
};

/** The rules for credentials of a type. */
export function rulesOf({ types, default: others }: CredentialTerms, type: string): CredentialRules {
  return Object.hasOwn(types, type) ? types[type]! : others;
}
