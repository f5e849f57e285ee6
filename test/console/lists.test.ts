import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Download, Page } from 'playwright-core';
import { type ConsoleWorld, settled, startConsole } from '../support/console';
import { addCommissions, addDistributor } from '../support/payouts';

// The console is compiled for browsers, so its modules are not typed here.
const { PAGES } = require('../../console/src/app/pages') as { PAGES: readonly { path: string }[] };

const read = async (file: Download) =>
  parse(readFileSync((await file.path())!, 'utf8'), { columns: true, bom: true }) as Record<string, string>[];

let world: ConsoleWorld;
let ids: number[];

beforeAll(async () => {
  world = await startConsole();
  const { pool } = world.api.context;
  const people = [await addDistributor(pool), await addDistributor(pool)];
  ({ ids } = await addCommissions(pool, people, [700, 800, 900]));
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

async function openCommissions(query = ''): Promise<Page> {
  const page = await world.open();
  await world.signIn(page, await world.person('finance'));
  await page.goto(`${world.api.url}/commissions${query}`);
  await page.locator('tbody tr.ant-table-row').first().waitFor();
  return page;
}

const activeRow = (page: Page) => page.locator('tr.active-row a').first().textContent();

test.each([
  ['nothing', (page: Page) => page.locator('h1').click()],
  [
    'the scrolling part of the list',
    (page: Page) => page.getByRole('region', { name: 'Commissions' }).last().focus(),
  ],
  ['a button', (page: Page) => page.getByRole('button', { name: 'Columns' }).focus()],
  ['a checkbox', (page: Page) => page.locator('thead input[type="checkbox"]').focus()],
  ['a link of the menu', (page: Page) => page.getByRole('link', { name: 'Orders' }).focus()],
] as const)('the keys of a list work while %s has the focus', async (_, focus) => {
  const page = await openCommissions();
  await focus(page);
  await page.keyboard.press('j');
  const first = await activeRow(page);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await activeRow(page)).toBe(first);
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/commissions/${first!.slice(1)}`);
});

test('in a field the keys of a list are letters', async () => {
  const page = await openCommissions();
  await page.getByLabel('Order', { exact: true }).pressSequentially('jkx');
  expect(await page.getByLabel('Order', { exact: true }).inputValue()).toBe('jkx');
  expect(await page.locator('tr.active-row').count()).toBe(0);
});

test('a list is exported as it is filtered and sorted, every entry of it', async () => {
  const page = await openCommissions('?amountMin=800&sort=-amount');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^commissions-\d{4}-\d\d-\d\d\.csv$/);
  const rows = await read(file);
  expect(rows.map(({ Amount, State }) => [Amount, State])).toEqual([
    ['9.00', 'Due'],
    ['8.00', 'Due'],
  ]);
  expect(rows.every(({ Number: id }) => ids.includes(Number(id)))).toBe(true);
  // For programs, as the API gives it.
  const other = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Other export formats' }).click();
  await page.getByRole('menuitem', { name: 'Export raw data (for programs)' }).click();
  expect((await read(await other)).map((row) => [row['amount.amount'], row.state])).toEqual([
    ['900', 'due'],
    ['800', 'due'],
  ]);
});

test.each(['zh-CN', 'en'] as const)(
  'in %s the columns of an export have the names on the screen',
  async (locale) => {
    const page = await world.open({ locale });
    await world.signIn(page, await world.person('admin'));
    const unlike: string[] = [];
    let lists = 0;
    for (const { path } of PAGES.filter((one) => !one.path.includes(':'))) {
      await page.goto(world.api.url + path);
      await page.locator('h1').first().waitFor();
      await settled(page);
      const button = page.getByRole('button', { name: /^(导出 CSV|Export CSV)$/ });
      if ((await button.count()) === 0) continue;
      lists++;
      const shown = await page.locator('thead th').allTextContents();
      const download = page.waitForEvent('download');
      await button.click();
      const file = readFileSync((await (await download).path())!, 'utf8');
      const [headings] = parse(file, { bom: true }) as string[][];
      // Buttons, links and what is put together from several fields are on the screen only.
      const only = [
        '',
        '操作',
        'Actions',
        'Action',
        '资料',
        'Page',
        '变化（前 → 后）',
        'Before → after',
        '起因',
        'Cause',
        '佣金 / 提现',
        'Commission / withdrawal',
      ];
      unlike.push(
        ...shown
          .filter((title) => !only.includes(title) && !headings!.includes(title))
          .map((title) => `${path}: ${title}`),
      );
    }
    expect(lists).toBeGreaterThan(15);
    expect(unlike).toEqual([]);
  },
);

test('orders are found by any region that they have, chosen by its name or typed', async () => {
  const { pool } = world.api.context;
  const { orderId } = await addCommissions(pool, [await addDistributor(pool)], [100]);
  await pool.query(`UPDATE orders SET region = 'GB' WHERE id = $1`, [orderId]);
  const page = await world.open();
  await world.signIn(page, await world.person('operator'));
  await page.goto(`${world.api.url}/orders`);
  await page.getByRole('button', { name: 'More filters' }).click();
  const filter = page.getByLabel('Ship-to region', { exact: true });
  for (const [typed, found] of [
    ['united king', 1],
    ['GB', 1],
    ['Atlantis', 0],
  ] as const) {
    await filter.fill(typed);
    await page.locator('.ant-select-dropdown:visible .ant-select-item-option-active').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/orders?region=${found ? 'GB' : typed}`);
    await page.locator('tbody tr.ant-table-row').nth(found).waitFor({ state: 'detached' });
    await page.locator(found ? 'tbody tr.ant-table-row' : '.ant-table-placeholder').waitFor();
  }
});

test('a button that cannot be pressed says why beside it', async () => {
  const page = await openCommissions();
  const release = page.getByRole('button', { name: 'Release all matching' });
  expect(await release.isDisabled()).toBe(true);
  await page.getByText('Filter by state “Due” first.').waitFor();
  await page.goto(`${world.api.url}/commissions?state=due&amountMin=800`);
  await page.getByText('With other filters, select the entries').waitFor();
  await page.goto(`${world.api.url}/commissions?state=due`);
  await page.locator('tbody tr.ant-table-row').first().waitFor();
  expect(await release.isDisabled()).toBe(false);
});

test("what earned nothing is hidden in a distributor's earnings, and is explained on demand", async () => {
  const { pool } = world.api.context;
  const distributorId = await addDistributor(pool);
  const { ids: earned } = await addCommissions(pool, [distributorId], [500, 0]);
  await pool.query(`UPDATE commissions SET rule = '{"earning": {"rateBp": 0}}' WHERE id = $1`, [earned[1]]);
  const page = await world.open({ width: 390, height: 844 });
  await world.signIn(page, await world.person('distributor', { distributorId }));
  await page.goto(`${world.api.url}/earnings`);
  await page.getByRole('link', { name: '1 more commission is 0: see why' }).waitFor();
  await page.locator('.own-list > li').waitFor();
  await page.getByRole('link', { name: '1 more commission is 0: see why' }).click();
  await page.getByText('The commission plan pays no commission for this product at this level.').waitFor();
  await page.locator('.own-list > li').waitFor();
});
