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
    detail: `${detail} Try again later, with the same Idempotency-Key.`,
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}

/** What each kind of problem means that no single endpoint owns. Served at /problems/{code}. */
export const commonProblems: Record<string, string> = {
  authentication_required:
    'The request has neither an API key ("Authorization: Bearer <key>") nor the cookie of a person who is signed in.',
  session_ended:
    'The session is over, because of sign-out, time, another role or a disabled user. Sign in again.',
  session_required: 'Only a person who is signed in can do this, not an API key.',
  csrf_refused:
    'A request with the cookie of a session that changes something needs the header "X-Tributary-Console: 1" and has to come from the console itself.',
  sign_in_refused: 'The mail address, the password or the code is not right, or the user is disabled.',
  code_required: 'The password is right; the code of the second factor, or a recovery code, is needed too.',
  too_many_mails:
    'Enough mails were asked for, for this mail address or from this place. Look for them; Retry-After says when to ask again.',
  too_many_attempts: 'Too many attempts to sign in have failed. Wait as many seconds as Retry-After says.',
  password_too_short: 'A password has at least 12 characters. A few words in a row do well.',
  password_contains_address: 'The password contains the mail address. Choose one that does not.',
  password_too_common: 'This password is among the first that guessers try. Choose another.',
  link_not_valid: 'The link was used, replaced by a newer one, or is too old. Ask for a new one.',
  key_not_valid: 'The API key is unknown, expired or revoked, or its user is disabled.',
  role_not_allowed: "The role of the key's user may not do this. The detail names the roles that may.",
  scope_missing: 'The key lacks the scope for this. Ask an admin for a key that has it.',
  too_many_requests: 'The rate limit is reached. Wait as many seconds as the Retry-After header says.',
  not_found: 'What the request names does not exist, or belongs to somebody else.',
  method_not_allowed: 'The address exists, but not for this method. The Allow header names those that do.',
  content_type_not_supported: 'Send the body as UTF-8 JSON, with "Content-Type: application/json".',
  body_too_large: 'The body is larger than this server takes (API_BODY_LIMIT).',
  body_not_json: 'The body is not well-formed JSON.',
  body_not_valid: 'Fields of the body are missing, unknown or not acceptable; errors lists each.',
  query_not_valid: 'Parameters after the "?" are unknown or not acceptable; errors lists each.',
  request_malformed: 'The request could not be read, as with a broken percent-encoding.',
  idempotency_key_not_valid: 'An Idempotency-Key has 1 to 255 printable ASCII characters.',
  idempotency_key_reused:
    'The Idempotency-Key was used for a different request. Use a new one for each intent.',
  already_finished: 'The process that the message is for has ended; it takes no more messages.',
  temporarily_unavailable:
    'A server behind this one is away or busy. Try again with the same Idempotency-Key.',
  seal_not_readable:
    'What is kept encrypted can not be read: its key is missing in FIELD_KEYS, or is another one than then. Whoever runs the server has to put it back.',
  value_not_storable: 'A value has a form or size that can not be stored.',
  internal_error: 'A fault of the server. The request id leads to it in the logs.',
};
