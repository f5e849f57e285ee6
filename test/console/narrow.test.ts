import type { Page } from 'playwright-core';
import { type ConsoleWorld, settled, startConsole } from '../support/console';
import { addUser, credit } from '../support/payouts';
import { activatePlan, addDistributor, payment } from '../support/platform';

let world: ConsoleWorld;
const pages: string[] = [];

beforeAll(async () => {
  world = await startConsole();
  const { pool } = world.api.context;
  const { userId } = await addUser(pool, 'planner');
  await activatePlan({ pool, userId } as Parameters<typeof activatePlan>[0]);
  const { id: distributorId, code } = await addDistributor(pool);
  await credit(pool, distributorId, 5000);
  const order = payment({
    attributionCode: code,
    lines: [{ lineId: '1', sku: 'A-VERY-LONG-NUMBER-OF-A-PRODUCT', quantity: 3, unitPrice: 123_456_789 }],
  });
  const { body: paid } = await world.api.call('POST', '/v1/orders', {
    key: await world.api.keyFor('operator'),
    body: order,
  });
  const asked = await world.api.call('POST', '/v1/withdrawals', {
    key: await world.api.keyFor('finance'),
    body: { distributorId, amount: { amount: 5000, currency: 'CNY' } },
  });
  pages.push(
    ...['/', '/applications', '/distributors', '/sponsor-tree', '/commissions', '/commission-releases'],
    ...['/withdrawals', '/payout-batches', '/balances', '/transfers', '/commission-plans/new', '/orders'],
    ...['/imports', '/stuck-work', '/mails', '/health', '/reports', '/keys', '/audit', '/account'],
    `/distributors/${distributorId}`,
    `/orders/${order.externalId}`,
    `/commissions/${paid.commissions[0].id}`,
    `/withdrawals/${asked.body.id}`,
  );
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

/** What reaches beyond the right edge, where nothing around it can be scrolled to it. */
const CUT_OFF = `(() => {
  const width = document.documentElement.clientWidth;
  const canScroll = (element) => {
    for (let e = element.parentElement; e && e !== document.body; e = e.parentElement)
      if (getComputedStyle(e).overflowX !== 'visible') return true;
    return false;
  };
  const found = [...document.querySelectorAll('header *, main *')].filter((element) => {
    const { width: own, height, right } = element.getBoundingClientRect();
    return own > 1 && height > 1 && right > width + 1 && !canScroll(element);
  });
  return found.map((element) => element.tagName + ': ' + element.textContent.slice(0, 40));
})()`;

const WINDOWS = [
  ['on a phone of 360 px', { width: 360, height: 740 }],
  ['at a zoom of 200 % on a screen of 1440 px', { width: 720, height: 450 }],
] as const;

async function faultsOf(page: Page, path: string): Promise<string[]> {
  await page.goto(world.api.url + path);
  await page.locator('h1').first().waitFor();
  await settled(page);
  const faults: string[] = [];
  for (const [where, size] of WINDOWS) {
    await page.setViewportSize(size);
    // The new layout after a change of the window is there in the next frame.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    const spill = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    const cut = await page.evaluate<string[]>(CUT_OFF);
    if (spill > 0) faults.push(`${where} ${path} is ${spill} px wider than the window`);
    faults.push(...cut.map((what) => `${where} ${path} cuts off ${what}`));
  }
  return faults;
}

test('no page of staff is wider than the window, and nothing is cut off, on a phone and at a zoom of 200 %', async () => {
  const page = await world.open({ width: 360, height: 740 });
  await world.signIn(page, await world.person('admin'));
  const faults: string[] = [];
  for (const path of pages) faults.push(...(await faultsOf(page, path)));
  expect(faults).toEqual([]);
}, 300_000);
