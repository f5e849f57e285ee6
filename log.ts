import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from './config';

/** Keys whose values must never be logged. */
const secrets = [
  'authorization',
  'key',
  'secret',
  'token',
  'email',
  'phone',
  'identityNumber',
  'bankAccount',
  'number',
];

/**
 * Creates the log of a process: JSON lines on standard output, without keys and personal numbers.
 * @param destination where else to write
 */
export function createLogger(
  config: Pick<Config, 'LOG_LEVEL'>,
  process: string,
  destination?: DestinationStream,
): Logger {
  return pino(
    {
      level: config.LOG_LEVEL,
      base: { process },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
      serializers: { err: describeError },
    },
    destination ?? pino.destination(1),
  );
}

/**
 * Fields of an error for the log. Only known fields: PostgreSQL puts whole rows into `detail`, and clients of
 * other services put their requests into them.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: scrub(String(error)) };
  const { code, constraint, table } = error as Error & {
    code?: unknown;
    constraint?: unknown;
    table?: unknown;
  };
  return {
    type: error.name,
    message: scrub(error.message),
    stack: scrub(error.stack ?? ''),
    code,
    constraint,
    table,
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

/** Messages of other libraries quote values; removes what looks like a key, an email address or a long number. */
export function scrub(text: string): string {
  return text
    .replace(/\btrib_[\w-]+/g, '[key]')
    .replace(/\bBearer\s+\S+/gi, 'Bearer [key]')
    .replace(/[^\s"'(<=:]+@[^\s"')>,:]+/g, '[email]')
    .replace(/(?<![\w-])\+?\d[\d -]{6,}\d[Xx]?(?![\w-])/g, '[number]');
}
