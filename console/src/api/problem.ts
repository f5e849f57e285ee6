import type { RefusalCode } from '../../../domain/refusals';

/** What the API calls it, the status of an answer that is not the API's, or what the console itself refuses. */
export type ProblemCode = RefusalCode | `http_${number}` | 'sku_taken';

/** What the API answers where it refuses (RFC 9457), as an error. */
export class ProblemError extends Error {
  override name = 'ProblemError';
  constructor(
    readonly status: number,
    /** Stable code, the last part of the problem's `type`. */
    readonly code: ProblemCode,
    message: string,
    /** What is wrong with which field, by JSON pointer. */
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

/** Makes an error of an answer that is not a success. */
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
