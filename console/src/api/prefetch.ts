/** Sent with every request: other sites cannot send it, which distinguishes the console's requests from forged ones. */
export const CONSOLE_HEADERS = { 'X-Tributary-Console': '1' } as const;

/** How long a prefetched response can be used, in milliseconds. */
const FRESH_MS = 10_000;

const answers = new Map<string, Promise<Response>>();

/**
 * Prefetches the data of a page while its scripts are loading.
 * @param path of the API
 * @returns whether the API responded with success
 */
export async function prefetch(path: string): Promise<boolean> {
  const url = new URL(path, window.location.origin).href;
  const answer = readWhole(url);
  answers.set(url, answer);
  setTimeout(() => answers.delete(url), FRESH_MS);
  // Without a connection the page requests it again and shows the error.
  return answer.then(
    ({ ok }) => ok,
    () => false,
  );
}

// An unused response must not keep its connection.
async function readWhole(url: string): Promise<Response> {
  const answer = await fetch(url, { headers: CONSOLE_HEADERS });
  return new Response(await answer.arrayBuffer(), answer);
}

/** The prefetched response; returned only once. */
export function takePrefetched({ method, url }: Request): Promise<Response> | undefined {
  if (method !== 'GET') return undefined;
  const answer = answers.get(url);
  answers.delete(url);
  return answer;
}
