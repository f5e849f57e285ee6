import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type ConsoleWorld, type Locale, startConsole } from '../support/console';
import { addDistributor, credit } from '../support/payouts';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole();
});
afterAll(() => world.stop());

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const STAFF_PAGES = [
  '/',
  ...['/applications', '/distributors', '/sponsor-tree', '/credentials', '/blacklist', '/bulk-actions'],
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
const OWN_PAGES = ['/', '/earnings', '/my-withdrawals', '/referral', '/downline'];
const PUBLIC_PAGES = ['/sign-in', '/forgot-password', '/apply', '/welcome#x'];

/** What axe finds serious on a page, each as `page: rule (where)`. */
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
  await page.waitForLoadState('networkidle');
  const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ['violations'] })`);
  const { violations } = found as {
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${path}: ${id} (${nodes
          .map(({ target }) => target.join(' '))
          .slice(0, 3)
          .join(' | ')})`,
    );
}

describe.each(['zh-CN', 'en'] as Locale[])('in %s axe finds nothing serious', (locale) => {
  const visit = async (page: Page, paths: readonly string[]) => {
    const faults: string[] = [];
    for (const path of paths) faults.push(...(await faultsOf(page, path)));
    return faults;
  };

  test('on the pages of staff', async () => {
    const distributorId = await addDistributor(world.api.context.pool);
    await credit(world.api.context.pool, distributorId, 500);
    const page = await world.open({ locale });
    await world.signIn(page, await world.person('admin'));
    expect(await visit(page, [...STAFF_PAGES, `/distributors/${distributorId}`])).toEqual([]);
  }, 240_000);

  test('on the pages of distributors and applicants, on a phone', async () => {
    const page = await world.open({ locale, width: 360, height: 740 });
    expect(await visit(page, PUBLIC_PAGES)).toEqual([]);
    const distributorId = await addDistributor(world.api.context.pool);
    await page.goto(`${world.api.url}/sign-in`);
    await world.signIn(page, await world.person('distributor', { distributorId }));
    expect(await visit(page, OWN_PAGES)).toEqual([]);
  }, 240_000);
});
