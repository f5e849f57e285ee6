import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { type Chromium, hasChineseFont, startChromium } from '../support/chromium';
import { type Person, type SampleSystem, startSampleSystem } from './sampleSystem';

const USAGE = `npm run screens [-- NAME …]

Takes a picture of every page of the console in both languages into docs/screens/<locale>/<page>.png, from a system of
its own with the data of "npm run demo". With names, such as orders or reports, only of pages whose names begin so.`;

const TARGET = path.join(__dirname, '..', '..', 'docs', 'screens');
const LOCALES = ['zh-CN', 'en'] as const;
/** What a page may take of a guide; longer ones are cut. */
const MOST_HEIGHT = 1500;
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

type Locale = (typeof LOCALES)[number];

/** A page to take. */
interface Shot {
  name: string;
  address: string;
  size: { width: number; height: number };
}

/** Pages without sign-in. */
const PUBLIC: readonly Shot[] = [
  { name: 'sign-in', address: '/sign-in', size: WIDE },
  { name: 'apply', address: '/apply', size: PHONE },
];

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  if (wanted.includes('--help')) return console.log(USAGE);
  if (!hasChineseFont()) console.error('No font with Chinese letters is installed: they will be boxes.');
  const browser = await startChromium();
  const system = await startSampleSystem(console.error);
  try {
    if (wanted.length === 0) rmSync(TARGET, { recursive: true, force: true });
    await takeAll(
      browser,
      system,
      ({ name }) => !wanted.length || wanted.some((start) => name.startsWith(start)),
    );
  } finally {
    await browser.close();
    await system.stop();
  }
}

async function takeAll(
  browser: Chromium,
  system: SampleSystem,
  isWanted: (shot: Shot) => boolean,
): Promise<void> {
  const taken = new Set<string>();
  const take = async (context: BrowserContext, shots: readonly Shot[]) => {
    const fresh = shots.filter((shot) => !taken.has(shot.name) && isWanted(shot));
    for (const locale of LOCALES) {
      for (const shot of fresh) await takeOne(context, system.url, locale, shot);
    }
    for (const { name } of fresh) taken.add(name);
  };

  const signedOut = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' });
  await take(signedOut, PUBLIC);
  await signedOut.close();
  for (const person of system.people) {
    const context = await browser.newContext({ viewport: WIDE, reducedMotion: 'reduce' });
    await signIn(context, system.url, person);
    await take(context, await pagesOf(context, system, person));
    await context.close();
  }
  console.log(`${taken.size} pages in ${LOCALES.length} languages: ${TARGET}`);
}

async function signIn(context: BrowserContext, url: string, { email, password }: Person): Promise<void> {
  const answer = await context.request.post(`${url}/v1/sign-in`, {
    headers: { 'X-Tributary-Console': '1' },
    data: { email, password },
  });
  if (!answer.ok()) throw new Error(`${email} can't sign in: ${await answer.text()}`);
}

/** The pages of a person's menu, the first entry of each list, and what stands beside the menu. */
async function pagesOf(context: BrowserContext, system: SampleSystem, { role }: Person): Promise<Shot[]> {
  const size = role === 'distributor' ? PHONE : WIDE;
  const page = await context.newPage();
  await open(page, `${system.url}/`);
  const addresses = await page
    .locator('nav a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  const shots: Shot[] = [];
  for (const address of addresses.filter((href) => href !== null)) {
    if (address === '/') {
      shots.push({ name: `home-${role}`, address, size });
      continue;
    }
    shots.push({ name: address.slice(1), address, size });
    await open(page, system.url + address);
    const first = page.locator(`main tbody a[href^="${address}/"]`).first();
    const one = (await first.count()) ? await first.getAttribute('href') : null;
    if (one) shots.push({ name: `${address.slice(1)}-one`, address: system.tellingOf(one), size });
  }
  await page.close();
  const others = role === 'distributor' ? ['/account'] : ['/account', '/mentions'];
  const more = role === 'finance' ? ['/commission-plans/new', ...others] : others;
  return [...shots, ...more.map((address) => ({ name: nameOf(address, role), address, size }))];
}

const nameOf = (address: string, role: string): string =>
  role === 'distributor'
    ? `distributor${address.replaceAll('/', '-')}`
    : address.slice(1).replaceAll('/', '-');

async function open(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('h1').first().waitFor({ timeout: 15_000 });
  // Some pages read again for ever; those are drawn long before.
  await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => undefined);
  const loading = page.locator('.ant-spin-spinning, .ant-skeleton');
  while (await loading.count()) await loading.first().waitFor({ state: 'detached', timeout: 15_000 });
}

async function takeOne(context: BrowserContext, url: string, locale: Locale, { name, address, size }: Shot) {
  const page = await context.newPage();
  try {
    await page.setViewportSize(size);
    await page.addInitScript({ content: `localStorage.setItem('tributary.locale', '${locale}')` });
    await open(page, url + address);
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    const png = await page.screenshot({
      fullPage: true,
      animations: 'disabled',
      clip: { x: 0, y: 0, width: size.width, height: Math.min(Math.max(height, size.height), MOST_HEIGHT) },
    });
    const file = path.join(TARGET, locale, `${name}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    // A palette is enough for pages of text, at a third of the size.
    await sharp(png).png({ palette: true, effort: 10 }).toFile(file);
    const spill = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    console.log(`${locale}  ${name}${spill > 0 ? `  wider than the window by ${spill} px` : ''}`);
  } catch (error) {
    throw new Error(`${name} (${address}) in ${locale}: ${(error as Error).message}`);
  } finally {
    await page.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
