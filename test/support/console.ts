import { randomBytes, randomUUID } from 'node:crypto';

import type { BrowserContext, Locator, Page, Request } from 'playwright-core';
import { hashPassword } from '../../api/identity/passwords';
import type { Role } from '../../domain/roles';
import { startApi, startWorker, type TestApi } from './api';
import { startChromium } from './chromium';
import type { TestSettings } from './config';
import { eventually } from './eventually';

/** A user who can sign in. */
export interface Person {
  id: string;
  name: string;
  email: string;
  password: string;
}

export type Locale = 'zh-CN' | 'en';

/** What a browser is like. */
interface Browsing {
  locale?: Locale;
  /** Of the window, in pixels of the page: half as many at a zoom of 200 %. */
  width?: number;
  height?: number;
  /** Where the person is, as an IANA zone. */
  zone?: string;
  /** Whether it is touched instead of clicked, as a phone. */
  touch?: boolean;
}

/** A real browser in front of the real API with a worker behind it. */
export interface ConsoleWorld {
  api: TestApi;
  /** Makes a user with a password. */
  person(role: Role, details?: { name?: string; distributorId?: string | null }): Promise<Person>;
  /** Opens a browser of its own: cookies and storage are not shared. */
  open(options?: Browsing): Promise<Page>;
  /** Signs a person in through the page. */
  signIn(page: Page, person: Person): Promise<void>;
  /** Uncaught errors of the pages. */
  faults: string[];
  stop(): Promise<void>;
}

const DEADLINE_MS = 45_000;
const underWay = new WeakMap<Page, Set<Request>>();

/**
 * Starts it. `stop` it, or Jest waits for ever.
 * @param options.worker whether a worker runs @default true
 */
export async function startConsole(
  settings: TestSettings = {},
  { worker = true } = {},
): Promise<ConsoleWorld> {
  const api = await startApi(settings);
  const stopWorker = worker ? await startWorker(api.context) : async () => {};
  const browser = await startChromium();
  const contexts: BrowserContext[] = [];
  const faults: string[] = [];
  return {
    api,
    faults,
    async person(role, { name, distributorId = null } = {}) {
      const id = randomUUID();
      const person = {
        id,
        name: name ?? `${role} ${id.slice(0, 4)}`,
        email: `${id}@console.example`,
        password: randomBytes(12).toString('base64url'),
      };
      await api.context.pool.query(
        'INSERT INTO users (id, email, name, role, distributor_id, password_hash) VALUES ($1, $2, $3, $4, $5, $6)',
        [id, person.email, person.name, role, distributorId, await hashPassword(person.password)],
      );
      return person;
    },
    async open({ locale = 'en', width = 1440, height = 900, zone, touch = false } = {}) {
      const context = await browser.newContext({
        locale,
        viewport: { width, height },
        timezoneId: zone,
        hasTouch: touch,
        isMobile: touch,
        acceptDownloads: true,
        // A press on what still grows or unfolds can land beside it, which no person's does.
        reducedMotion: 'reduce',
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(DEADLINE_MS);
      page.on('pageerror', (error) => faults.push(String(error)));
      const asked = new Set<Request>();
      page.on('request', (request) => asked.add(request));
      page.on('requestfinished', (request) => asked.delete(request));
      page.on('requestfailed', (request) => asked.delete(request));
      underWay.set(page, asked);
      return page;
    },
    async signIn(page, person) {
      if (!page.url().startsWith(api.url)) await page.goto(`${api.url}/sign-in`);
      await page.locator('input[autocomplete="username"]').fill(person.email);
      await page.locator('input[autocomplete="current-password"]').fill(person.password);
      await page.keyboard.press('Enter');
      await page.locator('.shell-head').waitFor();
    },
    async stop() {
      for (const context of contexts) await context.close();
      await browser.close();
      await stopWorker();
      await api.stop();
    },
  };
}

/** Waits until everything that the page asked for has been answered: at once, where it asks for nothing. */
export async function answered(page: Page): Promise<void> {
  await eventually('the page asks for nothing more', () => underWay.get(page)?.size === 0);
}

/** Waits until the page has drawn what it asked for, and asks for nothing more. */
export async function settled(page: Page): Promise<void> {
  do {
    await answered(page);
    await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))');
  } while (underWay.get(page)?.size !== 0);
}

/** Presses a button of the open dialog, and waits until the dialog has gone. */
export async function confirm(page: Page, button: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: button, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** Chooses an entry of a select by its text. */
export async function choose(select: Locator, text: string): Promise<void> {
  const page = select.page();
  await select.click();
  // A click on a list that is still unfolding can be lost.
  const list = page.locator('.ant-select-dropdown:visible:not([class*="ant-slide-"])');
  await list.locator('.ant-select-item-option', { hasText: text }).first().click();
  await page.locator('.ant-select-dropdown:visible').waitFor({ state: 'hidden' });
}
