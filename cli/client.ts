import { setTimeout as wait } from 'node:timers/promises';

/** An invalid field. */
interface FieldError {
  /** JSON pointer into the body. */
  pointer: string;
  detail: string;
}

/** The API's problem response (RFC 9457). */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    /** Stable and machine-readable, such as `order_differs`. */
    readonly code: string,
    detail: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(detail);
  }

  /** Whether the content of the request is invalid, as opposed to permissions or the server's state. */
  get isRefusal(): boolean {
    const { status, code } = this;
    return (
      [400, 409, 413, 422].includes(status) && code !== 'no_plan_in_force' && code !== 'import_not_running'
    );
  }
}

/** The request was aborted while queued and was not sent. */
export class NotSent extends Error {
  override name = 'NotSent';
}

/** The API did not respond within the retry time. */
export class ApiUnavailable extends Error {
  override name = 'ApiUnavailable';
}

/** Options of the API client. */
export interface ClientOptions {
  /** Address of the API, without `/v1`. */
  url: string;
  /** API key. */
  key: string;
  /**
   * How long requests are retried while the API is unavailable or busy, in milliseconds. A rate limit
   * (429) is waited for without a time limit.
   * @default 120_000
   */
  patienceMs?: number;
  /**
   * Timeout of one attempt, in milliseconds.
   * @default 60_000
   */
  timeoutMs?: number;
  /**
   * Max concurrent requests; others are queued. A request waiting for a retry keeps its slot, so
   * that a busy API gets fewer requests.
   * @default 16
   */
  maxInFlight?: number;
  /** Called when a request is retried, with reason and delay. */
  onRetry?: (why: string, delayMs: number) => void;
}

/** Options of one request. */
export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /**
   * If aborted while queued, the request is not sent; once sent, it is completed. Requests
   * without a signal go first.
   */
  signal?: AbortSignal;
}

/** Calls the API over keep-alive connections. */
export interface ApiClient {
  readonly url: string;
  /**
   * Sends a request and retries while the API is unavailable or busy. A retry sends the same message, so
   * its effect must be keyed: by IDs in the body, by the path, or by an `Idempotency-Key`.
   *
   * @param path from `/v1` on
   * @returns the JSON body of the answer
   * @throws ApiError when the API refuses or fails
   * @throws NotSent when its signal was aborted while queued
   * @throws ApiUnavailable when it stays unavailable
   */
  request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ): Promise<T>;
  /** All entries of a list, page by page. */
  list<T>(path: string): AsyncGenerator<T>;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const PAGE_SIZE = 200;
const MAX_BACKOFF_MS = 10_000;
const UNAVAILABLE = new Set([502, 503, 504]);

/** The same client, whose requests carry these headers too. */
export function withHeaders(api: ApiClient, headers: Record<string, string>): ApiClient {
  return {
    ...api,
    request: (method, path, options) =>
      api.request(method, path, { ...options, headers: { ...options?.headers, ...headers } }),
  };
}

/** Creates an API client. It opens no connection before the first request. */
export function createClient(options: ClientOptions): ApiClient {
  const { key, patienceMs = 120_000, timeoutMs = 60_000, maxInFlight = 16, onRetry } = options;
  const url = options.url.replace(/\/+$/, '');
  const inTurn = createTurns(maxInFlight);

  function send(method: string, path: string, { body, headers }: RequestOptions): Promise<Response> {
    return fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
  }

  /** Start of the time without any response. */
  let silentSince: number | undefined;

  async function insist<T>(method: string, path: string, init: RequestOptions): Promise<T> {
    let unavailableSince: number | undefined;
    for (let attempt = 0; ; attempt++) {
      const outcome = await attemptOnce<T>(() => send(method, path, init));
      if ('answer' in outcome || 'refusal' in outcome) {
        silentSince = undefined;
        if ('answer' in outcome) return outcome.answer;
        throw outcome.refusal;
      }
      const now = Date.now();
      const delayMs = outcome.retryAfterMs ?? backoffMs(attempt);
      if (!outcome.isLimit) {
        unavailableSince ??= now;
        silentSince ??= now;
        // Later requests do not restart the retry time.
        if (now + delayMs - Math.min(unavailableSince, silentSince) > patienceMs) {
          throw new ApiUnavailable(`The API at ${url} cannot be used: ${outcome.why}`);
        }
      }
      onRetry?.(outcome.why, delayMs);
      await wait(delayMs);
    }
  }

  const request = <T>(method: string, path: string, init: RequestOptions = {}) =>
    inTurn(async () => {
      if (init.signal?.aborted) throw new NotSent(`${method} ${path} was not sent`);
      return insist<T>(method, path, init);
    }, init.signal !== undefined);

  return {
    url,
    request,
    async *list<T>(path: string) {
      let cursor: string | null = null;
      do {
        const query: string = `limit=${PAGE_SIZE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
        const address: string = `${path}${path.includes('?') ? '&' : '?'}${query}`;
        const page: Page<T> = await request<Page<T>>('GET', address);
        yield* page.items;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

/**
 * Limits concurrency; other work runs in order of arrival, but work that cannot be aborted goes before work that can,
 * so that started items finish first.
 */
function createTurns(places: number): <T>(work: () => Promise<T>, canBeCalledOff: boolean) => Promise<T> {
  const firm: (() => void)[] = [];
  const optional: (() => void)[] = [];
  let free = places;
  return async (work, canBeCalledOff) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => (canBeCalledOff ? optional : firm).push(resolve));
    try {
      return await work();
    } finally {
      // A finished piece passes its slot to the next in the queue, so that new work cannot overtake.
      const next = firm.shift() ?? optional.shift();
      if (next) next();
      else free++;
    }
  };
}

/** The response, or the reason and delay of a retry. */
type Outcome<T> =
  | { answer: T }
  | { refusal: ApiError }
  | { why: string; retryAfterMs?: number; isLimit?: boolean };

async function attemptOnce<T>(send: () => Promise<Response>): Promise<Outcome<T>> {
  let response: Response;
  let text: string;
  try {
    response = await send();
    text = await response.text();
  } catch (error) {
    return { why: connectionFault(error) };
  }
  const { status } = response;
  if (response.ok) return { answer: parseJson(text) as T };
  const problem = problemOf(status, text);
  if (status !== 429 && !UNAVAILABLE.has(status)) return { refusal: problem };
  return {
    why: problem.message,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    isLimit: status === 429,
  };
}

/** The cause behind "fetch failed". */
function connectionFault(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return inner || code || message;
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  // Slightly later than requested, so that requests that failed together are not retried together.
  return Number.isNaN(ms) ? undefined : Math.max(0, ms) * (1 + Math.random() / 4);
}

/** Exponential backoff with a limit and jitter. */
function backoffMs(attempt: number): number {
  return Math.min(MAX_BACKOFF_MS, 250 * 2 ** attempt) * (0.5 + Math.random() / 2);
}

function problemOf(status: number, text: string): ApiError {
  const { type, detail, errors } = (parseJson(text) ?? {}) as {
    type?: string;
    detail?: string;
    errors?: FieldError[];
  };
  const code = type?.split('/').pop() ?? `status_${status}`;
  return new ApiError(status, code, detail ?? `The API responded with ${status}.`, errors);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
