import type { BrowserContext } from 'playwright-core';
import { ensureConsole } from '../cli/buildConsole';
import { startChromium } from '../test/support/chromium';
import type { Bench, Result } from './bench';
import { makeDue } from './release';
import { show, spread } from './rounds';
import { seed } from './seed';

const EMAIL = 'bench@example.com';
const PASSWORD = 'quiet river under stones';

/** The pages users open first or most often. */
const PAGES = [
  ['the sign-in page', '/sign-in'],
  ['home', '/'],
  ['the list of commissions', '/commissions'],
  ['a commission', '/commissions/{id}'],
] as const;

export const pages: Bench = {
  description:
    'Milliseconds until the largest content of a page is painted, in Chromium beside all servers on the same machine: with an ' +
    'empty cache, as on the first visit of all, and with what an earlier visit left in it.',
  async run(servers, { quick }) {
    await ensureConsole();
    const platform = await servers.startPlatform();
    const seeded = await seed(platform.pool);
    const [commission] = await makeDue(platform.pool, seeded, quick ? 40 : 20_000, 'console');
    const { url, key } = await platform.startApi();
    await addPerson(url, key);
    const browser = await startChromium();
    try {
      const results: Result[] = [];
      for (const [name, address] of quick ? PAGES.slice(0, 2) : PAGES) {
        const figures: Record<'first' | 'again', number[]> = { first: [], again: [] };
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
          if (address !== '/sign-in') await signIn(context, url);
          const page = url + address.replace('{id}', String(commission));
          figures.first.push(await largestPaint(context, page));
          figures.again.push(await largestPaint(context, page));
          await context.close();
        }
        for (const [visit, words] of [
          ['first', 'first visit'],
          ['again', 'again'],
        ] as const) {
          results.push({
            measured: `Largest contentful paint of ${name}, ${words}`,
            ours: show(spread(figures[visit]), 'ms'),
            aim: 'max 1,500 ms',
          });
        }
      }
      return results;
    } finally {
      await browser.close();
    }
  },
};

async function addPerson(url: string, key: string): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${await answer.text()}`);
    return (await answer.json()) as { id: string; url: string };
  };
  const { id } = await post('/v1/users', { email: EMAIL, name: 'Bench', role: 'finance' });
  const link = await post(`/v1/users/${id}/sign-in-link`, {});
  await post('/v1/sign-in-links/redeem', { token: new URL(link.url).hash.slice(1), password: PASSWORD });
}

async function signIn(context: BrowserContext, url: string): Promise<void> {
  const answer = await context.request.post(`${url}/v1/sign-in`, {
    headers: { 'X-Tributary-Console': '1' },
    data: { email: EMAIL, password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(await answer.text());
}

/** Opens a page and waits until it is complete. @returns milliseconds from navigation to the last largest paint */
async function largestPaint(context: BrowserContext, address: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('.page h1, form, .ant-result').first().waitFor();
  await page.waitForLoadState('networkidle');
  // An error page is painted early and is not a valid measurement.
  const failure = page.locator('.ant-result');
  if (await failure.isVisible()) throw new Error(`${address} shows: ${await failure.textContent()}`);
  const painted = await page.evaluate<number>(`new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
      .observe({ type: 'largest-contentful-paint', buffered: true });
  })`);
  await page.close();
  return painted;
}
