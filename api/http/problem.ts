/** One field at fault. */
export interface FieldError {
  /** JSON pointer into the body, such as `/lines/0/quantity`; for a query, path or header the name after `/`. */
  pointer: string;
  detail: string;
}

interface ProblemInit {
  status: number;
  /** Stable and machine-readable, such as `insufficient_balance`; the last part of the problem's type. */
  code: string;
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
  readonly code: string;
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

/** `insufficient_balance` in words: `Insufficient balance`. */
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

/** What each kind of problem means that no single endpoint owns. Served at /problems/{code}. */
export const commonProblems: Record<string, string> = {
  authentication_required:
    'The request has neither an API key ("Authorization: Bearer <key>") nor a session cookie.',
  session_ended:
    'The session has ended because of sign-out, expiry, a changed role or a disabled user. Sign in again.',
  session_required: 'Only a signed-in person can do this, not an API key.',
  csrf_refused:
    'A request with a session cookie that changes something requires the header "X-Tributary-Console: 1" and must come from the console itself.',
  sign_in_refused: 'The email address, password or code is incorrect, or the user is disabled.',
  code_required: 'The password is correct; a two-step verification code or a recovery code is also required.',
  too_many_mails:
    'Too many emails were requested for this address or from this network address. Check the inbox; Retry-After says when to retry.',
  too_many_attempts: 'Too many failed sign-in attempts. Wait as many seconds as Retry-After says.',
  password_too_short: 'The password must have at least 12 characters. Several words in a row work well.',
  password_contains_address: 'The password contains the email address. Choose another one.',
  password_too_common: 'This password is common and easy to guess. Choose another one.',
  link_not_valid: 'The link was used, was replaced by a newer one, or has expired. Request a new one.',
  key_not_valid: 'The API key is unknown, expired or revoked, or its user is disabled.',
  role_not_allowed:
    "The role of the key's user is not allowed to do this. The detail lists the roles that are.",
  scope_missing: 'The key does not have the required scope. Ask an admin for a key that has it.',
  too_many_requests: 'The rate limit is reached. Wait as many seconds as the Retry-After header says.',
  not_found: 'The requested resource does not exist, or belongs to another user.',
  method_not_allowed: 'The path does not support this method. The Allow header lists the supported methods.',
  content_type_not_supported: 'Send the body as UTF-8 JSON, with "Content-Type: application/json".',
  body_too_large: 'The body is larger than this server accepts (API_BODY_LIMIT).',
  body_not_json: 'The body is not well-formed JSON.',
  body_not_valid: 'Fields of the body are missing, unknown or not valid; errors lists each.',
  query_not_valid: 'Query parameters are unknown or not valid; errors lists each.',
  request_malformed: 'The request could not be read, as with a broken percent-encoding.',
  idempotency_key_not_valid: 'An Idempotency-Key must have 1 to 255 printable ASCII characters.',
  idempotency_key_reused:
    'The Idempotency-Key was used for a different request. Use a new key for each new request.',
  already_finished: 'The process that the message is for has ended and accepts no more messages.',
  temporarily_unavailable:
    'A server that this one depends on is unavailable or busy. Retry with the same Idempotency-Key.',
  seal_not_readable:
    'Encrypted data cannot be read: its key is missing in FIELD_KEYS or has been replaced. The operator of the server must restore the key.',
  value_not_storable: 'A value has a format or size that cannot be stored.',
  internal_error: 'A server error. Find it in the logs by the request ID.',
};
