import { isNativeError } from 'node:util/types';
import { ApplicationFailure } from '@temporalio/client';
import type { Logger } from 'pino';
import { DocumentStoreError } from '../../database/documentStore';
import { SealError } from '../../database/sealing';
import { ProcessGone } from '../../temporal/messages';
import { refusalProblem } from '../workflows/client';
import { Problem, unavailable } from './problem';

/** What express and its body parser throw. */
interface HttpError extends Error {
  status: number;
  type?: string;
}

/**
 * Turns any error of a request into a problem answer.
 * @param log records everything that is a fault of the server
 */
export function toProblem(error: unknown, log: Logger): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ProcessGone) return unavailable('The process ended during the request.');
  const refusal = error instanceof ApplicationFailure ? refusalProblem(error) : undefined;
  if (refusal) return refusal;
  const code = codeOf(error);
  if (isHttpError(error)) return fromHttpError(error);
  if (isUnstorable(code)) {
    // The schemas should have refused it by name; without this answer their gap would be a fault of the server.
    log.warn({ err: error }, 'a value passed the schema but the database rejects it');
    return new Problem({
      status: 422,
      code: 'value_not_storable',
      detail: 'A value has a format or size that cannot be stored.',
    });
  }
  if (error instanceof SealError) {
    log.error({ err: error }, 'encrypted data cannot be read');
    return new Problem({
      status: 503,
      code: 'seal_not_readable',
      detail:
        'Encrypted data cannot be read: its key is missing in FIELD_KEYS or has been replaced. An administrator must restore the key.',
      headers: { 'Retry-After': '300' },
    });
  }
  if (error instanceof DocumentStoreError) {
    log.error({ err: error }, 'the storage of documents cannot be used');
    if (error.reason === 'away') return unavailable('The storage of documents cannot be used.');
    return new Problem({
      status: 503,
      code: 'document_not_readable',
      detail:
        'The file is missing in the storage of documents, or was changed there. An administrator must restore it.',
      headers: { 'Retry-After': '300' },
    });
  }
  if (isAway(code, error)) {
    log.error({ err: error }, 'the database cannot be used');
    return unavailable('The database cannot be reached or is busy.');
  }
  log.error({ err: error }, 'request failed');
  return new Problem({
    status: 500,
    code: 'internal_error',
    detail: 'Server error. Report the request ID to the operator of the server.',
  });
}

/** What the database calls the error; of a raw query Prisma itself only says that it failed. */
function codeOf(error: unknown): string {
  if (!isNativeError(error)) return '';
  const { code, meta } = error as {
    code?: unknown;
    meta?: { driverAdapterError?: { cause?: { originalCode?: string } } };
  };
  return meta?.driverAdapterError?.cause?.originalCode ?? String(code ?? '');
}

function isHttpError(error: unknown): error is HttpError {
  const status = error instanceof Error ? (error as Partial<HttpError>).status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

function fromHttpError({ status, type }: HttpError): Problem {
  if (status === 413) {
    return new Problem({
      status,
      code: 'body_too_large',
      detail: 'The body is larger than this server accepts.',
    });
  }
  if (status === 415) {
    return new Problem({
      status,
      code: 'content_type_not_supported',
      detail: 'Send the body as UTF-8, uncompressed or compressed with gzip, deflate or br.',
    });
  }
  return type === 'entity.parse.failed'
    ? new Problem({ status: 400, code: 'body_not_json', detail: 'The body is not well-formed JSON.' })
    : new Problem({ status: 400, code: 'request_malformed', detail: 'The request could not be read.' });
}

/** PostgreSQL's class 22, data exceptions, as PostgreSQL and as the Prisma client name them. */
function isUnstorable(code: string): boolean {
  return (
    /^22[0-9A-Z]{3}$/.test(code) || ['P2000', 'P2006', 'P2007', 'P2020', 'P2023', 'P2033'].includes(code)
  );
}

/** Connections lost or refused, the server starting or stopping, too many connections, deadlocks. */
function isAway(code: string, error: unknown): boolean {
  return (
    /^(08|53|57P)/.test(code) ||
    ['40001', '40P01', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN'].includes(
      code,
    ) ||
    ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037'].includes(code) ||
    // The pool's and the client's own errors have no code.
    (isNativeError(error) &&
      /^(Connection terminated|timeout exceeded when trying to connect|Client .* is not queryable)/.test(
        error.message,
      ))
  );
}
