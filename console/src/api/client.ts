import createClient, { type Middleware } from 'openapi-fetch';
import { isUnattended, UNATTENDED_HEADER } from './attendance';
import { CONSOLE_HEADERS, takePrefetched } from './prefetch';
import { problemOf } from './problem';
import type { paths } from './schema';

/** Called when a response says that the session has ended. */
type SignedOutListener = () => Promise<boolean>;
let onSignedOut: SignedOutListener | undefined;
let signIns = 0;

/**
 * Sets the handler that asks the person to sign in again.
 * @param listener resolves to whether to send the request again
 */
export function whenSignedOut(listener: SignedOutListener | undefined): void {
  onSignedOut = listener;
}

// No input is lost if a session ends while a form is open: the request waits for the sign-in and is sent again.
function fetchSignedIn(request: Request): Promise<Response> {
  return attempt(() => request.clone());
}

/** @param make makes the request for each attempt */
async function attempt(make: () => Request): Promise<Response> {
  const request = make();
  if (isUnattended()) request.headers.set(UNATTENDED_HEADER, '1');
  const sentAfter = signIns;
  const response = await (takePrefetched(request) ?? fetch(request));
  const asksToSignIn = response.status === 401 && !/^\/v1\/sign-(in|out)/.test(new URL(request.url).pathname);
  if (!asksToSignIn || !onSignedOut) return response;
  // A late refusal for an earlier session says nothing about the current one.
  if (sentAfter === signIns) {
    if (!(await onSignedOut())) return response;
    signIns = sentAfter + 1;
  }
  return attempt(make);
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

/** API client, typed by the OpenAPI document. Error responses are thrown as `ProblemError`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  headers: CONSOLE_HEADERS,
  fetch: fetchSignedIn,
  // The API reads arrays in a query as comma-separated lists.
  querySerializer: { array: { style: 'form', explode: false } },
});
api.use(refuse);

/**
 * The data of a response.
 * @throws ProblemError if the API refused the request
 */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}

/** Header under which the API carries out a POST only once, regardless of retries. */
export interface IdempotencyKey {
  'Idempotency-Key': string;
}

/** A new key for a POST. */
export const idempotencyKey = (): IdempotencyKey => ({ 'Idempotency-Key': crypto.randomUUID() });

/** Fetches a list as CSV and saves it as a file. */
export async function downloadCsv(
  path: string,
  query: Record<string, string>,
  fileName: string,
): Promise<void> {
  const url = new URL(path, window.location.origin);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  saveFile(await fetchFile(url.href, { Accept: 'text/csv' }), fileName);
}

/**
 * Sends a file as the body of a POST. Not by the client above: of a body that is cloned browsers do not say the length.
 * @throws ProblemError if the API refused it
 */
export async function sendFile<T>(
  path: string,
  file: File,
  { query, headers }: { query: Record<string, string | undefined>; headers: Record<string, string> },
): Promise<T> {
  const url = new URL(path, window.location.origin);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value);
  const type = { 'Content-Type': 'application/octet-stream' };
  const init = { method: 'POST', headers: { ...CONSOLE_HEADERS, ...type, ...headers }, body: file };
  const response = await attempt(() => new Request(url, init));
  const body = parse(await response.text());
  if (!response.ok) throw problemOf(response.status, body);
  return body as T;
}

/** Fetches a file. @throws ProblemError if the API refused it */
export async function fetchFile(path: string, headers: Record<string, string> = {}): Promise<Blob> {
  const url = new URL(path, window.location.origin);
  const response = await attempt(() => new Request(url, { headers: { ...CONSOLE_HEADERS, ...headers } }));
  if (!response.ok) throw problemOf(response.status, parse(await response.text()));
  return response.blob();
}

/** Saves a file created in the browser. */
export function saveFile(content: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = fileName;
  link.click();
  // By the next turn the download has its own reference to the content.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
