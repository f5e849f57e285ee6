import { z } from 'zod';

/**
 * All settings of the platform. Each is an environment variable; `describeConfig` turns this
 * object into the table in docs/configuration.md and into .env.example, so that both stay up to date.
 */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'use a whole number and a unit: 500ms, 30s, 15m, 12h or 7d');

const encryptionKeys = z.string().regex(/^[\w-]+:[A-Za-z0-9+/]{43}=(,[\w-]+:[A-Za-z0-9+/]{43}=)*$/, {
  message: 'use one or more "id:key", separated by commas; create a key with: openssl rand -base64 32',
});

const bound = (standard: number) => z.coerce.number().int().min(1).max(1_000_000).default(standard);

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

export const configSchema = z.object({
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe(
      'PostgreSQL 15 or newer; lists reach the measured speed from 18 on. If unset, `npm start` starts its own.',
    ),
  DATABASE_POOL: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(20)
    .describe('Connections of this process to PostgreSQL.'),
  TEMPORAL_TASK_QUEUE: z
    .string()
    .min(1)
    .default('tributary')
    .describe('Task queue that API and workers share.'),
  TEMPORAL_UI_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the Temporal UI; the console links to it. `npm start` sets it.'),
  TEMPORAL_PAYLOAD_KEYS: encryptionKeys
    .optional()
    .describe('Encrypts every payload in Temporal. The first key encrypts, all decrypt.'),
  FIELD_KEYS: encryptionKeys.describe(
    'Encrypts identity numbers and bank accounts (AES-256-GCM). The first key encrypts, all decrypt. `npm start` creates one.',
  ),
  FIELD_HASH_KEY: z
    .string()
    .min(32)
    .describe(
      'Key of the hash that finds duplicate identity numbers without decrypting them. It cannot be changed later. `npm start` creates one.',
    ),
  BOOTSTRAP_ADMIN_KEY: z
    .string()
    .regex(/^[\x21-\x7e][\x20-\x7e]{22,}[\x21-\x7e]$/, 'use 24 or more ASCII letters, digits and symbols')
    .optional()
    .describe('Creates one admin key from this text if no key exists. `npm start` creates one.'),
  API_HOST: z.string().default('127.0.0.1').describe('Address the API listens on.'),
  API_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8080)
    .describe('Port the API listens on. `npm start` uses the next free one.'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Public address of the console, used for links in emails and for cookies, which are Secure if it is https. Unset: http://127.0.0.1 with API_PORT.',
    ),
  API_BODY_LIMIT: z
    .string()
    .regex(/^\d+(kb|mb)$/)
    .default('256kb')
    .describe('Max size of a request body.'),
  API_RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(1)
    .default(6000)
    .describe('Max requests per minute for each key; 60 for each address without a valid key.'),
  API_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .default(64)
    .describe('Max requests that wait for a workflow at the same time; further requests queue.'),
  API_MAX_QUEUE: z.coerce
    .number()
    .int()
    .min(0)
    .default(256)
    .describe('Max queued requests; beyond that the response is 503 with Retry-After.'),
  PUBLIC_MAILS_PER_ADDRESS_HOUR: bound(3).describe(
    'Max emails per hour to one address that are requested without signing in: by an application, or for a forgotten password.',
  ),
  PUBLIC_MAILS_PER_ADDRESS_DAY: bound(10).describe('The same, per day.'),
  PUBLIC_MAILS_PER_ORIGIN_HOUR: bound(60).describe(
    'Max such requests per hour from one network address (IPv6: one network), over all API processes; see TRUST_PROXY.',
  ),
  PUBLIC_MAILS_PER_ORIGIN_DAY: bound(300).describe('The same, per day.'),
  SESSION_IDLE: duration.default('60m').describe('Time without activity after which a person is signed out.'),
  SESSION_MAX: duration.default('12h').describe('Max time a person stays signed in.'),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Issuer of an OpenID Connect provider for single sign-on. The redirect address is PUBLIC_URL/v1/auth/oidc/callback.',
    ),
  OIDC_CLIENT_ID: z.string().optional().describe('Client ID at that provider.'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('Client secret at that provider.'),
  SHUTDOWN_GRACE: duration
    .default('20s')
    .describe('Time for running requests and activities to finish after SIGTERM.'),
  SHUTDOWN_DRAIN: duration
    .default('5s')
    .describe(
      'With TRUST_PROXY: how long a stopping API reports that it is not ready but still accepts requests, before SHUTDOWN_GRACE starts. Must be longer than the proxy needs to notice.',
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
    .describe('SMTP server for outgoing email. If unset, `npm start` catches all emails.'),
  MAIL_FROM: z.string().default('Tributary <no-reply@tributary.example>').describe('Sender of all emails.'),
  MAIL_RETRY_FOR: duration
    .default('5d')
    .describe(
      'How long sending an email is retried if the mail server does not accept it; after that it is undeliverable.',
    ),
  BRAND_NAME: z.string().default('Tributary').describe('Name of the brand in emails.'),
  BRAND_TIME_ZONE: z
    .string()
    .refine(
      (zone) => Intl.supportedValuesOf('timeZone').includes(zone) || zone === 'UTC',
      'use an IANA time zone, such as Asia/Shanghai',
    )
    .default('Asia/Shanghai')
    .describe('Time zone of business days and month ends.'),
  BRAND_CURRENCY: z
    .string()
    .refine((code) => Intl.supportedValuesOf('currency').includes(code), 'use an ISO 4217 code, such as CNY')
    .default('CNY')
    .describe('Currency (ISO 4217) that the console shows first.'),
  SHOP_REFERRAL_URL: z
    .url({ protocol: /^https?$/ })
    .refine((url) => url.includes('{code}'), 'put {code} where the referral code belongs')
    .optional()
    .describe(
      'Shop address that distributors share, with {code} as placeholder for the referral code: https://shop.example/?ref={code}. Unset: the console shows only the code.',
    ),
  APPLICATION_CHANGES_DEADLINE: duration
    .default('14d')
    .describe('Time for the applicant to resubmit requested changes, if the reviewer sets no deadline.'),
  APPLICATION_REMINDER_BEFORE: duration
    .default('3d')
    .describe('How long before that deadline the applicant gets a reminder.'),
  APPLICANT_DATA_RETENTION: duration
    .default('365d')
    .describe(
      'How long personal data of a rejected or withdrawn applicant, and data that an account change replaced or did not bring into effect, is stored after the decision; then it is erased.',
    ),
  ACCOUNT_CHANGE_WAITING: duration
    .default('24h')
    .describe(
      'How long a confirmed change of bank account, phone number, email address or name of a distributor waits before it takes effect. Set when the change is requested.',
    ),
  ACCOUNT_CHANGE_SECOND_PERSON: flag
    .default(true)
    .describe(
      'Whether a second person must confirm a change of bank account. Set when the change is requested.',
    ),
  DOCUMENTS_FOLDER: z
    .string()
    .min(1)
    .default('.data/documents')
    .describe(
      'Folder of the encrypted documents that applicants and distributors upload. All API and worker processes need the same one. `npm start` uses the data folder.',
    ),
  DOCUMENTS_S3_BUCKET: z
    .string()
    .min(3)
    .optional()
    .describe(
      "Stores documents in this bucket instead of the folder. Credentials and region are those of the AWS SDK's own variables, such as AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION.",
    ),
  DOCUMENTS_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of an S3-compatible storage other than Amazon S3.'),
  DOCUMENT_RETENTION: duration
    .default('1095d')
    .describe(
      'How long documents of a terminated distributor are stored after the termination; then they are deleted. Those of rejected and withdrawn applicants: APPLICANT_DATA_RETENTION.',
    ),
  WITHDRAWAL_MINIMUM: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('Min withdrawal, in minor units.'),
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
    .describe('Max time for a response of the HTTP payout provider; after that the outcome is unknown.'),
  PAYOUT_POLL_INTERVAL: duration
    .default('5s')
    .describe(
      'First wait before the provider is asked about a payout; it doubles with each request, up to 15 minutes.',
    ),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.data')
    .describe('Folder where `npm start` stores databases, emails, logs and secrets.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .describe('Log level; logs are JSON lines on standard output.'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url()
    .optional()
    .describe('Address for OpenTelemetry traces (OTLP over HTTP). Unset: no tracing.'),
  TRUST_PROXY: flag.default(false).describe('Set to true behind a reverse proxy that sets X-Forwarded-For.'),
});

export type Config = z.infer<typeof configSchema>;

/** A setting is missing or invalid. The message names it and says what to do. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads and validates all settings.
 * @param env source of the settings; empty values count as unset, as compose files produce them
 * @throws ConfigError that lists every invalid setting and how to fix it
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

/** One row per setting, for the generated docs and .env.example. */
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

/** Public address of the console, without a trailing slash. */
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
