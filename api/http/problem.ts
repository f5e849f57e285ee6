import type { RefusalCode } from '../../domain/refusals';

/** One field at fault. */
export interface FieldError {
  /** JSON pointer into the body, such as `/lines/0/quantity`; for a query, path or header the name after `/`. */
  pointer: string;
  detail: string;
}

interface ProblemInit {
  status: number;
  /** Stable and machine-readable; the last part of the problem's type. */
  code: RefusalCode;
  /** Short name of the kind of problem. @default the code in words */
  title?: string;
  /** What is wrong with this request and what to do about it. */
  detail: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
}

/** A request that is answered with RFC 9457 problem details. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: RefusalCode;
  readonly title: string;
  readonly errors?: FieldError[];
  readonly headers: Record<string, string>;

  constructor({ status, code, title, detail, errors, headers }: ProblemInit) {
    super(detail);
    this.status = status;
    this.code = code;
    this.title = title ?? titleOf(code);
    this.errors = errors;
    this.headers = headers ?? {};
  }

  /** The answer's body. `instance` is the request's id, by which the logs find it. */
  toBody(requestId: string): Record<string, unknown> {
    return {
      type: `/problems/${this.code}`,
      title: this.title,
      status: this.status,
      detail: this.message,
      instance: `urn:request:${requestId}`,
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/** `insufficient_available` in words: `Insufficient available`. */
export function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Something the request names does not exist, or is not the caller's to see: both answers are alike. */
export function notFound(what: string): Problem {
  return new Problem({ status: 404, code: 'not_found', detail: `${what} does not exist.` });
}

/** PostgreSQL or Temporal is away for the moment. */
export function unavailable(detail: string, retryAfterSeconds = 5): Problem {
  return new Problem({
    status: 503,
    code: 'temporarily_unavailable',
    detail: `${detail} Retry later with the same Idempotency-Key.`,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
