import createClient, { type Middleware } from 'openapi-fetch';
import { isUnattended, UNATTENDED_HEADER } from './attendance';
import { CONSOLE_HEADERS, takeEarly } from './early';
import { problemOf } from './problem';
import type { paths } from './schema';

/** Told when an answer says that nobody is signed in any more. */
type SignedOutListener = () => Promise<boolean>;
let onSignedOut: SignedOutListener | undefined;
let signIns = 0;

/**
 * Sets who asks the person to sign in again.
 * @param listener resolves to whether the request is to be made once more
 */
export function whenSignedOut(listener: SignedOutListener | undefined): void {
  onSignedOut = listener;
}

// A session that ends in the middle of a form must lose nothing: the request waits for the sign-in and goes out again.
async function fetchSignedIn(request: Request): Promise<Response> {
  if (isUnattended()) request.headers.set(UNATTENDED_HEADER, '1');
  const again = request.clone();
  const sentAfter = signIns;
  const response = await (takeEarly(request) ?? fetch(request));
  const asksToSignIn = response.status === 401 && !/^\/v1\/sign-(in|out)/.test(new URL(request.url).pathname);
  if (!asksToSignIn || !onSignedOut) return response;
  // What is refused late, of a session that ended before, says nothing of the one that there is now.
  if (sentAfter === signIns) {
    if (!(await onSignedOut())) return response;
    signIns = sentAfter + 1;
  }
  return fetchSignedIn(again);
}

const refuse: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const text = await response.text();
    throw problemOf(response.status, parse(text));
  },
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The API, typed by its OpenAPI document. Answers that are no success are thrown as `ProblemError`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  headers: CONSOLE_HEADERS,
  fetch: fetchSignedIn,
  // The API reads arrays in a query as comma-separated lists.
  querySerializer: { array: { style: 'form', explode: false } },
});
api.use(refuse);

/**
 * What a call answered.
 * @throws ProblemError what the API refused with
 */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Under which the API carries a POST out once, however often it is sent. */
export interface IdempotencyKey {
  'Idempotency-Key': string;
}

/** A new key for a POST. */
export const idempotencyKey = (): IdempotencyKey => ({ 'Idempotency-Key': crypto.randomUUID() });

/** Fetches a list as CSV and hands it to the browser as a file. */
export async function downloadCsv(
  path: string,
  query: Record<string, string>,
  fileName: string,
): Promise<void> {
  const url = new URL(path, window.location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const response = await fetchSignedIn(
    new Request(url, { headers: { ...CONSOLE_HEADERS, Accept: 'text/csv' } }),
  );
  if (!response.ok) throw problemOf(response.status, parse(await response.text()));
  saveFile(await response.blob(), fileName);
}

/** Offers a file that was made here for saving. */
export function saveFile(content: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  // The download has its own hold on the content by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
