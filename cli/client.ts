import { setTimeout as wait } from 'node:timers/promises';

/** One field that the API finds fault with. */
interface FieldError {
  /** JSON pointer into the body. */
  pointer: string;
  detail: string;
}

/** The API's answer to a request that it does not carry out (RFC 9457). */
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

  /** Whether the fault is in what the request says, and not in the caller's rights or the server's state. */
  get isRefusal(): boolean {
    return [400, 409, 413, 422].includes(this.status) && this.code !== 'no_plan_in_force';
  }
}

/** The request's signal was aborted before its turn came: it was not sent. */
export class NotSent extends Error {
  override name = 'NotSent';
}

/** The API did not answer for longer than the client's patience. */
export class ApiUnavailable extends Error {
  override name = 'ApiUnavailable';
}

/** Where the API is, who calls, and how patiently. */
export interface ClientOptions {
  /** Address of the API, without `/v1`. */
  url: string;
  /** API key. */
  key: string;
  /**
   * For how long requests are tried again while the API is away or busy, in milliseconds. A limit of requests a
   * minute (429) is waited for however long it takes.
   * @default 120_000
   */
  patienceMs?: number;
  /**
   * How long one attempt may take, in milliseconds.
   * @default 60_000
   */
  timeoutMs?: number;
  /**
   * Requests under way at once; others wait for their turn. One that waits to be tried again keeps its place, so
   * that a busy API is asked less.
   * @default 16
   */
  maxInFlight?: number;
  /** Told why a request has to wait, and for how long. */
  onRetry?: (why: string, delayMs: number) => void;
}

/** Particulars of one request. */
export interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /**
   * Aborted while the request waits for its turn, it is not sent any more; once sent, it is carried through. Requests
   * without one have their turn first.
   */
  signal?: AbortSignal;
}

/** Calls the API, over connections that are kept open. */
export interface ApiClient {
  readonly url: string;
  /**
   * Sends a request, again and again while the API is away or busy. A repeat is the very same message, so whatever
   * it does must be keyed: by ids in the body, by the path, or by an `Idempotency-Key`.
   *
   * @param path from `/v1` on
   * @returns the JSON body of the answer
   * @throws ApiError when the API refuses or fails
   * @throws NotSent when its signal was aborted before its turn
   * @throws ApiUnavailable when it stays away
   */
  request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ): Promise<T>;
  /** All entries of a list, page after page. */
  list<T>(path: string): AsyncGenerator<T>;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

const LONGEST_PAGE = 200;
const LONGEST_BACKOFF_MS = 10_000;
const AWAY = new Set([502, 503, 504]);

/** Makes a client of the API. It opens no connection before the first request. */
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

  /** Since when no request at all has got an answer. */
  let silentSince: number | undefined;

  async function insist<T>(method: string, path: string, init: RequestOptions): Promise<T> {
    let awaySince: number | undefined;
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
        awaySince ??= now;
        silentSince ??= now;
        // Whoever comes late to a silent API does not begin to be patient anew.
        if (now + delayMs - Math.min(awaySince, silentSince) > patienceMs) {
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
        const query: string = `limit=${LONGEST_PAGE}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
        const address: string = `${path}${path.includes('?') ? '&' : '?'}${query}`;
        const page: Page<T> = await request<Page<T>>('GET', address);
        yield* page.items;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },
  };
}

/**
 * Lets as many pieces of work run at once, the others in the order in which they came; but before what may still be
 * called off comes what may not, so that what has begun is finished first.
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
      // Whoever finishes hands its place on, so that a newcomer can't slip in before those who wait.
      const next = firm.shift() ?? optional.shift();
      if (next) next();
      else free++;
    }
  };
}

/** The answer, or why to try again and after how long. */
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
  if (status !== 429 && !AWAY.has(status)) return { refusal: problem };
  return {
    why: problem.message,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
    isLimit: status === 429,
  };
}

/** What fetch hides behind "fetch failed". */
function connectionFault(error: unknown): string {
  const { cause, message } = error as Error;
  const { code, message: inner } = (cause ?? {}) as { code?: string; message?: string };
  return inner || code || message;
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  // A little later than asked, so that requests that failed together do not all come back together.
  return Number.isNaN(ms) ? undefined : Math.max(0, ms) * (1 + Math.random() / 4);
}

/** Doubles up to a bound, less a random part. */
function backoffMs(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, 250 * 2 ** attempt) * (0.5 + Math.random() / 2);
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
