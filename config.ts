import { z } from 'zod';

/**
 * Every setting of the platform, in one place. Each is an environment variable; `describeConfig` turns this
 * object into the table in docs/configuration.md and into .env.example, so that neither can go stale.
 */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'write a whole number and a unit: 500ms, 30s, 15m, 12h or 7d');

const encryptionKeys = z.string().regex(/^[\w-]+:[A-Za-z0-9+/]{43}=(,[\w-]+:[A-Za-z0-9+/]{43}=)*$/, {
  message: 'write one or more "id:key", separated by commas; make a key with: openssl rand -base64 32',
});

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

export const configSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe(
      'PostgreSQL 15 or newer; lists are as fast as measured from 18 on. `npm start` boots its own when this is unset.',
    ),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(20)
    .describe('Connections this process keeps to PostgreSQL.'),
  TEMPORAL_TASK_QUEUE: z
    .string()
    .min(1)
    .default('tributary')
    .describe('Task queue that API and workers share.'),
  TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of Temporal's page, which the console then links to. `npm start` sets it."),
  TEMPORAL_PAYLOAD_KEYS: encryptionKeys
    .optional()
    .describe('Encrypts every payload in Temporal. The first key encrypts, all decrypt.'),
  FIELD_KEYS: encryptionKeys.describe(
    'Encrypts identity numbers and bank accounts (AES-256-GCM). The first key encrypts, all decrypt. `npm start` makes one.',
  ),
  FIELD_HASH_KEY: z
    .string()
    .min(32)
    .describe(
      'Key of the hash that finds duplicate identity numbers without decrypting them. It can not be changed later. `npm start` makes one.',
    ),
  BOOTSTRAP_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{22,}[\x21-\x7e]$/, 'write 24 or more letters, digits and signs of ASCII')
    .optional()
    .describe('Makes one admin key of this text while no key exists. `npm start` makes one.'),
  API_HOST: z.string().default('127.0.0.1').describe('Address the API listens on.'),
  API_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .describe('Port the API listens on. `npm start` takes the next free one.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Address at which people reach the console: for links in mails, and for cookies, which are Secure when it is https. Unset: http://127.0.0.1 with API_PORT.',
    ),
  API_BODY_LIMIT: z
    .string()
    .regex(/^\d+(kb|mb)$/)
    .default('256kb')
    .describe('Largest request body.'),
  API_RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .default(6000)
    .describe('Requests a minute for each key; 60 for each address without a valid key.'),
  API_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .default(64)
    .describe('Requests that may wait for a workflow at once; more wait their turn.'),
  API_MAX_QUEUE: z.coerce
    .number()
    .int()
    .min(0)
    .default(256)
    .describe('Requests that may wait for a turn; beyond that the answer is 503 with Retry-After.'),
  SESSION_IDLE: duration.default('60m').describe('A person who does nothing for so long is signed out.'),
  SESSION_MAX: duration.default('12h').describe('Longest time a person stays signed in.'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Issuer of an OpenID Connect provider, for single sign-on. Its redirect address is PUBLIC_URL/v1/auth/oidc/callback.',
    ),
  OIDC_CLIENT_ID: z.string().optional().describe('Client id at that provider.'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Client secret at that provider.'),
  SHUTDOWN_GRACE: duration
    .default('20s')
    .describe(
      'How long running requests and activities may take to finish after SIGTERM; what takes longer is cut.',
    ),
  SHUTDOWN_DRAIN: duration
    .default('5s')
    .describe(
      'With TRUST_PROXY: how long an API that stops is not ready and still takes requests, before SHUTDOWN_GRACE begins. Longer than the proxy takes to notice.',
    ),
  WORKER_HTTP_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(9464)
    .describe("Port of the worker's /healthz and /metrics."),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .describe('Where mail goes out. `npm start` catches all mails by itself when this is unset.'),
  MAIL_FROM: z.string().default('Tributary <no-reply@tributary.example>').describe('Sender of all mails.'),
  MAIL_RETRY_FOR: duration
    .default('5d')
    .describe(
      'How long a mail that the mail server does not take is tried again; after that it is undeliverable.',
    ),
  BRAND_NAME: z.string().default('Tributary').describe('Name of the brand in mails.'),
  BRAND_TIME_ZONE: z
    .string()
    .refine(
      (zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC',
      'use a zone of the IANA list, such as Asia/Shanghai',
    )
    .default('Asia/Shanghai')
    .describe('Zone in which business days and month ends are counted.'),
  BRAND_CURRENCY: z
    .string()
    .refine(
      (code) => Intl.supportedValuesOf('currency').includes(code),
      'use a code of ISO 4217, such as CNY',
    )
    .default('CNY')
    .describe('Currency (ISO 4217) that the console shows first.'),
  SHOP_REFERRAL_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.includes('{code}'), 'put {code} where the referral code belongs')
    .optional()
    .describe(
      'Address of the shop that a distributor passes on, with {code} in place of the referral code: https://shop.example/?ref={code}. Unset: the console shows the code alone.',
    ),
  APPLICATION_CHANGES_DEADLINE: duration
    .default('14d')
    .describe('How long an applicant may take to answer requested changes, when the reviewer names no date.'),
  APPLICATION_REMINDER_BEFORE: duration
    .default('3d')
    .describe('How long before that deadline the applicant is reminded.'),
  APPLICANT_DATA_RETENTION: duration
    .default('365d')
    .describe(
      'How long the personal data of an applicant who was not admitted is kept after the decision; then it is erased.',
    ),
  WITHDRAWAL_MINIMUM: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('Smallest withdrawal, in minor units.'),
  SECOND_APPROVAL_ABOVE: z.coerce
    .number()
    .int()
    .min(0)
    .default(1_000_000)
    .describe('Withdrawals and release runs above this amount, in minor units, need approval by two people.'),
  PAYOUT_METHOD: z
    .enum(['file', 'http'])
    .default('file')
    .describe('`file`: finance downloads and confirms a payout file. `http`: a provider is called.'),
  PAYOUT_HTTP_URL: z
    .url()
    .optional()
    .describe('Base address of the HTTP payout provider; required when PAYOUT_METHOD is http.'),
  PAYOUT_HTTP_TOKEN: z.string().optional().describe('Bearer token for the HTTP payout provider.'),
  PAYOUT_HTTP_TIMEOUT: duration
    .default('30s')
    .describe('How long the HTTP payout provider may take to answer before the outcome counts as unknown.'),
  PAYOUT_POLL_INTERVAL: duration
    .default('5s')
    .describe(
      'First wait before the provider is asked about a payout; it doubles with each question, up to 15 minutes.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.data')
    .describe('Folder in which `npm start` keeps databases, mails, logs and secrets.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('How much is logged, as JSON lines on standard output.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('Where OpenTelemetry traces go (OTLP over HTTP). Unset: no tracing.'),
  TRUST_PROXY: flag.default(false).describe('Set to true behind a reverse proxy that sets X-Forwarded-For.'),
});

export type Config = z.infer<typeof configSchema>;

/** A setting is missing or wrong. The message names it and what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads and checks all settings.
 * @param env where to read them; empty texts count as unset, as compose files produce them
 * @throws ConfigError that lists every wrong setting with its remedy
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = configSchema.safeParse(given);
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${explain(issue, given)}`);
  if (result.success && result.data.PAYOUT_METHOD === 'http' && !result.data.PAYOUT_HTTP_URL) {
    problems.push('  PAYOUT_HTTP_URL: required because PAYOUT_METHOD is http');
  }
  if (result.success && result.data.OIDC_ISSUER) {
    for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const) {
      if (!result.data[name]) problems.push(`  ${name}: required because OIDC_ISSUER is set`);
    }
  }
  if (problems.length || !result.success) {
    throw new ConfigError(
      `The configuration is not usable:\n${problems.join('\n')}\nAll settings: docs/configuration.md`,
    );
  }
  return result.data;
}

function explain(issue: z.core.$ZodIssue, given: NodeJS.ProcessEnv): string {
  const name = String(issue.path[0]);
  if (given[name] !== undefined) return issue.message;
  const description = configSchema.shape[name as keyof typeof configSchema.shape]?.description;
  return `is not set. ${description ?? ''}`.trim();
}

/** One row for each setting: what the docs and .env.example are generated from. */
export function describeConfig(): {
  name: string;
  default: string;
  required: boolean;
  description: string;
}[] {
  return Object.entries(configSchema.shape).map(([name, field]) => {
    const unset = field.safeParse(undefined);
    return {
      name,
      default: unset.success && unset.data !== undefined ? String(unset.data) : '',
      required: !unset.success,
      description: field.description ?? '',
    };
  });
}

/** Where people reach the console, without a slash at the end. */
export function publicUrl({ PUBLIC_URL, API_PORT }: Pick<Config, 'PUBLIC_URL' | 'API_PORT'>): string {
  return (PUBLIC_URL ?? `http://127.0.0.1:${API_PORT}`).replace(/\/+$/, '');
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration setting such as `14d`. */
export function durationMs(text: string): number {
  const [, count, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (!count || !unit)
    throw new ConfigError(`"${text}" is not a duration such as 500ms, 30s, 15m, 12h or 7d`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}
