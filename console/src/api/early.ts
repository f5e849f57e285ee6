/** Sent with everything: other sites can not, which is what tells the console's requests from forged ones. */
export const CONSOLE_HEADERS = { 'X-Tributary-Console': '1' } as const;

/** How long an answer that came early stands for one that is asked for now, in milliseconds. */
const FRESH_MS = 10_000;

const answers = new Map<string, Promise<Response>>();

/**
 * Asks for what a page will read, while its scripts are still on their way.
 * @param path of the API
 * @returns whether the API answered with a success
 */
export async function readEarly(path: string): Promise<boolean> {
  const url = new URL(path, window.location.origin).href;
  const answer = readWhole(url);
  answers.set(url, answer);
  setTimeout(() => answers.delete(url), FRESH_MS);
  // Without a connection the page asks again, and says so if that fails, too.
  return answer.then(
    ({ ok }) => ok,
    () => false,
  );
}

// An answer that nobody comes for must not keep its connection.
async function readWhole(url: string): Promise<Response> {
  const answer = await fetch(url, { headers: CONSOLE_HEADERS });
  return new Response(await answer.arrayBuffer(), answer);
}

/** The answer that was asked for early; each is given once. */
export function takeEarly({ method, url }: Request): Promise<Response> | undefined {
  if (method !== 'GET') return undefined;
  const answer = answers.get(url);
  answers.delete(url);
  return answer;
}
