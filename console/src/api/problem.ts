import type { RefusalCode } from '../../../domain/refusals';

/** Code of an API problem, the status of a response that is not from the API, or a refusal of the console itself. */
export type ProblemCode = RefusalCode | `http_${number}` | 'sku_taken';

/** A problem response of the API (RFC 9457) as an error. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  constructor(
    readonly status: number,
    /** Stable code, the last part of the problem's `type`. */
    readonly code: ProblemCode,
    message: string,
    /** Errors of fields, by JSON pointer. */
    readonly fields: readonly { pointer: string; detail: string }[] = [],
    readonly requestId?: string,
  ) {
    super(message);
  }
}

interface ProblemBody {
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
  instance?: string;
  errors?: { pointer: string; detail: string }[];
}

/** Creates the error for a response without success. */
export function problemOf(status: number, body: unknown): ProblemError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody;
  const code = (problem.type?.split('/').at(-1) as RefusalCode | undefined) ?? `http_${status}`;
  return new ProblemError(
    status,
    code,
    problem.detail ?? problem.title ?? `HTTP ${status}`,
    problem.errors ?? [],
    problem.instance,
  );
}
