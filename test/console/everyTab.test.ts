import type { Page } from 'playwright-core';
import { isPageKind, KINDS, kinds } from '../../domain/kinds';
import { STAFF } from '../../domain/roles';
import { type ConsoleWorld, settled, startConsole } from '../support/console';
import { fillWithSamples, type Samples } from '../support/sampleData';

// The console is compiled for browsers, so its modules are not typed here.
const { PAGES } = require('../../console/src/app/pages') as { PAGES: readonly { path: string }[] };

let world: ConsoleWorld;
let samples: Samples;

beforeAll(async () => {
  world = await startConsole({ WITHDRAWAL_MINIMUM: '100' });
  samples = await fillWithSamples(world.api);
}, 300_000);
afterAll(() => world.stop());

const PROBLEM = [
  '.ant-alert-error',
  '.ant-message-error',
  '.ant-result-404',
  '.ant-result-error',
  '.ant-result-warning',
].join(', ');

/** What else of a page a person can open: tabs, filters in a row of buttons, and the sort of each column. */
const OPENABLE = ['[role="tab"]', '.ant-segmented-item', 'th.ant-table-column-has-sorters'].join(', ');

/** Opens an address and everything on it in both languages. @returns problem boxes, each with its place */
async function problemsAt(page: Page, path: string): Promise<string[]> {
  const problems: string[] = [];
  const look = async (part: string) => {
    await settled(page);
    for (const text of await page.locator(PROBLEM).allTextContents())
      problems.push(`${path} ${part}: ${text}`);
  };
  await page.goto(world.api.url + path);
  await page.locator('h1').first().waitFor();
  for (const language of ['first language', 'second language']) {
    await look(language);
    // They are read again each time, because a tab brings columns of its own.
    for (let index = 0; index < (await page.locator(OPENABLE).count()); index++) {
      const one = page.locator(OPENABLE).nth(index);
      const name = await one.textContent();
      await one.click();
      await look(`${language}, ${name}`);
    }
    await page.getByRole('button', { name: /^(English|中文)$/ }).click();
  }
  return problems;
}

/** The address as in the list of pages: the same for each thing of a kind. */
const patternOf = (path: string) =>
  PAGES.find(({ path: pattern }) => pattern === path)?.path ??
  PAGES.find(({ path: pattern }) => new RegExp(`^${pattern.replace(/:\w+/g, '[^/]+')}$`).test(path))?.path;

/** Goes to every page that a link leads to, one of each kind of page. */
async function walk(page: Page): Promise<{ problems: string[]; seen: Set<string> }> {
  const refused: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400)
      refused.push(`${page.url()} asks for ${response.url()}: ${response.status()}`);
  });
  const seen = new Set<string>();
  const problems: string[] = [];
  // No link leads to the account page, but an entry of the person's menu.
  const waiting = ['/', '/account'];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    const pattern = patternOf(path);
    if (pattern === undefined || seen.has(pattern)) continue;
    seen.add(pattern);
    problems.push(...(await problemsAt(page, path)));
    const links = await page
      .locator('a[href^="/"]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')!));
    waiting.push(...links.map((href) => href.split(/[?#]/)[0]!));
  }
  return { problems: [...problems, ...refused], seen };
}

const OWN_PAGES = [
  '/earnings',
  '/my-withdrawals',
  '/my-details',
  '/my-credentials',
  '/referral',
  '/downline',
];

test('an administrator can open every tab and sort every column of every page, in both languages', async () => {
  const page = await world.open();
  await world.signIn(page, await world.person('admin'));
  const { problems, seen } = await walk(page);
  expect(problems).toEqual([]);
  expect(world.faults).toEqual([]);
  const unseen = PAGES.map(({ path }) => path).filter((path) => !seen.has(path) && !OWN_PAGES.includes(path));
  expect(unseen).toEqual([]);
}, 600_000);

test.each(STAFF.filter((role) => role !== 'admin'))(
  'no page and no tab that %s can reach shows a problem, in both languages',
  async (role) => {
    const page = await world.open({ locale: 'zh-CN' });
    await world.signIn(page, await world.person(role));
    const { problems, seen } = await walk(page);
    expect(problems).toEqual([]);
    expect(world.faults).toEqual([]);
    // Bulk actions are each person's own.
    const readable = KINDS.filter(
      (kind) =>
        isPageKind(kind) && kind !== 'bulk' && (kinds[kind].readers as readonly string[]).includes(role),
    );
    expect(readable.map((kind) => `${kinds[kind].path}/:id`).filter((path) => !seen.has(path))).toEqual([]);
  },
  600_000,
);

test('no page and no tab of a distributor shows a problem, in both languages', async () => {
  const page = await world.open({ locale: 'zh-CN', width: 390, height: 844 });
  await world.signIn(page, await world.person('distributor', { distributorId: samples.distributorId }));
  const problems: string[] = [];
  for (const path of ['/', ...OWN_PAGES, '/account']) problems.push(...(await problemsAt(page, path)));
  expect(problems).toEqual([]);
  expect(world.faults).toEqual([]);
}, 300_000);
