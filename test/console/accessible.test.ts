import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { applicationForm, personNumbers } from '../support/applications';
import { type ConsoleWorld, settled, startConsole } from '../support/console';
import { pdf, png } from '../support/files';
import { addDistributor, credit } from '../support/payouts';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole();
});
afterAll(() => world.stop());

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const STAFF_PAGES = [
  '/',
  ...['/applications', '/distributors', '/sponsor-tree', '/account-changes', '/credentials', '/blacklist'],
  '/bulk-actions',
  ...[
    '/commissions',
    '/commission-releases',
    '/holds',
    '/withdrawals',
    '/payout-batches',
    '/balances',
    '/transfers',
  ],
  ...[
    '/commission-plans',
    '/commission-plans/new',
    '/orders',
    '/returns',
    '/products',
    '/imports',
    '/stuck-work',
  ],
  ...['/mails', '/health', '/reports', '/users', '/keys', '/audit', '/account', '/mentions'],
];
const OWN_PAGES = ['/', '/earnings', '/my-withdrawals', '/my-details', '/referral', '/downline'];
const PUBLIC_PAGES = ['/sign-in', '/forgot-password', '/apply', '/welcome#x', '/confirm-address/1#x'];

/** What axe finds serious on a page in both languages, each as `page in language: rule (where)`. */
async function faultsOf(page: Page, path: string): Promise<string[]> {
  await page.goto(world.api.url + path);
  const heading = page.locator('h1').first();
  if (
    !(await heading.waitFor({ timeout: 15_000 }).then(
      () => true,
      () => false,
    ))
  )
    return [`${path}: no heading`];
  await settled(page);
  const inOne = await seriousOn(page, path);
  const other = (await languageOf(page)) === 'en' ? 'zh-CN' : 'en';
  await page.getByRole('button', { name: /^(English|中文)$/ }).click();
  await page.locator(`html[lang="${other}"]`).waitFor({ state: 'attached' });
  return [...inOne, ...(await seriousOn(page, path))];
}

const languageOf = (page: Page) => page.evaluate<string>('document.documentElement.lang');

async function seriousOn(page: Page, path: string): Promise<string[]> {
  // Once a page: the language changes without a new one.
  const found = await page.evaluate(
    `if (!window.axe) { ${axe} }; axe.run(document, { resultTypes: ['violations'] })`,
  );
  const { violations } = found as {
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  };
  const language = await languageOf(page);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => {
      const places = nodes.slice(0, 3).map(({ target }) => target.join(' '));
      return `${path} in ${language}: ${id} (${places.join(' | ')})`;
    });
}

async function visit(page: Page, paths: readonly string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const path of paths) faults.push(...(await faultsOf(page, path)));
  return faults;
}

/** An application with a scan and a PDF, which its page shows. */
async function applyWithDocuments(): Promise<string> {
  const key = await world.api.keyFor('compliance');
  const post = (address: string, body: unknown) => world.api.call('POST', address, { key, body });
  const documentIds: string[] = [];
  for (const file of [await png(), await pdf(2)]) {
    const { body } = await post('/v1/documents?name=licence', file);
    documentIds.push(body.id);
  }
  const { body } = await post('/v1/applications', applicationForm(personNumbers(), { documentIds }));
  return body.id;
}

test('axe finds nothing serious on the pages of staff, in both languages', async () => {
  const distributorId = await addDistributor(world.api.context.pool);
  await credit(world.api.context.pool, distributorId, 500);
  const application = await applyWithDocuments();
  const page = await world.open();
  await world.signIn(page, await world.person('admin'));
  const ones = [`/distributors/${distributorId}`, `/applications/${application}`];
  expect(await visit(page, [...STAFF_PAGES, ...ones])).toEqual([]);
}, 400_000);

test('axe finds nothing serious on the pages of distributors and applicants, on a phone in both languages', async () => {
  const page = await world.open({ width: 360, height: 740 });
  expect(await visit(page, PUBLIC_PAGES)).toEqual([]);
  const distributorId = await addDistributor(world.api.context.pool);
  await page.goto(`${world.api.url}/sign-in`);
  await world.signIn(page, await world.person('distributor', { distributorId }));
  expect(await visit(page, OWN_PAGES)).toEqual([]);
}, 400_000);
