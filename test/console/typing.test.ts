import type { Page } from 'playwright-core';
import { type ConsoleWorld, confirm, startConsole } from '../support/console';
import { addUser } from '../support/payouts';
import { activatePlan, addDistributor, payment } from '../support/platform';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole({ BRAND_TIME_ZONE: 'Asia/Shanghai', BRAND_CURRENCY: 'CNY' });
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

const pool = () => world.api.context.pool;

async function one<T>(sql: string, ...values: unknown[]): Promise<T> {
  return (await pool().query(sql, values)).rows[0] as T;
}

test.each([
  ['Enter', (page: Page) => page.keyboard.press('Enter')],
  ['Tab', (page: Page) => page.keyboard.press('Tab')],
  ['a press of the button', () => Promise.resolve()],
] as const)(
  'a time is typed on the clock of the brand, wherever the browser is, and taken by %s',
  async (_, leave) => {
    const { userId } = await addUser(pool(), 'planner');
    await activatePlan({ pool: pool(), userId } as Parameters<typeof activatePlan>[0]);
    const { code } = await addDistributor(pool());
    const order = payment({ attributionCode: code, paidAt: '2026-03-01T00:00:00Z' });
    const shop = await world.api.keyFor('operator');
    await world.api.call('POST', '/v1/orders', { key: shop, body: order });
    const page = await world.open({ zone: 'America/New_York' });
    await world.signIn(page, await world.person('operator'));
    await page.goto(`${world.api.url}/orders/${order.externalId}`);
    await page.getByRole('button', { name: 'Record delivery' }).click();
    await page.getByRole('dialog').getByText('Times in China Standard Time.').waitFor();
    await page.getByRole('dialog').getByLabel('Delivered at').fill('2026-03-04 09:15');
    await leave(page);
    await confirm(page, 'Record delivery');
    const line = await one<{ delivered_at: Date }>(
      'SELECT delivered_at FROM order_lines WHERE order_id = $1',
      order.externalId,
    );
    expect(line.delivered_at.toISOString()).toBe('2026-03-04T01:15:00.000Z');
    await page.getByText('Mar 4, 2026, 9:15 AM').first().waitFor();
  },
);

test('a field that begins with now shows what the clock of the brand shows', async () => {
  const { code } = await addDistributor(pool());
  const order = payment({ attributionCode: code });
  await world.api.call('POST', '/v1/orders', { key: await world.api.keyFor('operator'), body: order });
  const page = await world.open({ zone: 'America/New_York' });
  await world.signIn(page, await world.person('operator'));
  await page.goto(`${world.api.url}/orders/${order.externalId}`);
  await page.getByRole('button', { name: 'Record delivery' }).click();
  const shown = await page.getByRole('dialog').getByLabel('Delivered at').inputValue();
  const difference = Date.now() - Date.parse(`${shown.replace(' ', 'T')}+08:00`);
  expect(Math.abs(difference)).toBeLessThan(180_000);
});

test('the days of a filter are those of the brand', async () => {
  const { code } = await addDistributor(pool());
  const key = await world.api.keyFor('operator');
  // The same day in New York; the 5th and the 6th in Shanghai.
  const [before, after] = [payment({ attributionCode: code }), payment({ attributionCode: code })];
  for (const [order, recorded] of [
    [before, '2026-03-05T15:59:00Z'],
    [after, '2026-03-05T16:01:00Z'],
  ] as const) {
    await world.api.call('POST', '/v1/orders', { key, body: order });
    await pool().query('UPDATE orders SET paid_at = $2, created_at = $2 WHERE id = $1', [
      order.externalId,
      recorded,
    ]);
  }
  const page = await world.open({ zone: 'America/New_York' });
  await world.signIn(page, await world.person('operator'));
  await page.goto(`${world.api.url}/orders?createdAfter=2026-03-06&createdBefore=2026-03-06`);
  await page.getByText('Dates in China Standard Time').waitFor();
  await page.getByRole('link', { name: after.externalId }).waitFor();
  expect(await page.getByRole('link', { name: before.externalId }).count()).toBe(0);
});

async function writePlan(page: Page, name: string): Promise<void> {
  await page.goto(`${world.api.url}/commission-plans/new`);
  await page.getByLabel('Plan name').fill(name);
  await page.getByLabel('Level 1: distributor of the order Default: Rate').fill('12.5');
}

test('a plan that was not saved is offered again to its author, until it is saved', async () => {
  const page = await world.open();
  const person = await world.person('finance');
  await world.signIn(page, person);
  await writePlan(page, 'Spring');
  await page.goto(`${world.api.url}/orders`);
  await page.goto(`${world.api.url}/commission-plans/new`);
  expect(await page.getByLabel('Plan name').inputValue()).toBe('');
  await page.getByRole('button', { name: 'Continue editing' }).click();
  expect(await page.getByLabel('Plan name').inputValue()).toBe('Spring');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByRole('heading', { name: /Spring/ }).waitFor();
  await page.goto(`${world.api.url}/commission-plans/new`);
  await page.getByLabel('Plan name').waitFor();
  expect(await page.getByRole('button', { name: 'Continue editing' }).count()).toBe(0);
});

test('a plan is written, saved and put in force, and new orders go by it', async () => {
  const page = await world.open({ zone: 'Europe/Berlin' });
  await world.signIn(page, await world.person('finance'));
  await writePlan(page, 'Autumn');
  await page.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByRole('heading', { name: /Autumn/ }).waitFor();
  await page.getByRole('button', { name: /^Activate/ }).click();
  await confirm(page, 'Activate');
  await page.locator('h1').getByText('In force').waitFor();
  const { code } = await addDistributor(pool());
  const order = payment({ attributionCode: code, paidAt: new Date().toISOString() });
  const { body } = await world.api.call('POST', '/v1/orders', {
    key: await world.api.keyFor('operator'),
    body: order,
  });
  const { rows } = await pool().query('SELECT amount FROM commissions WHERE order_id = $1', [body.id]);
  // 12.5 % of three times 19.99.
  expect(rows).toEqual([{ amount: 750 }]);
});

test('a sample order may be in another currency than that of the brand', async () => {
  const page = await world.open();
  await world.signIn(page, await world.person('finance'));
  await writePlan(page, 'Export');
  const sample = page.getByRole('region', { name: 'Try on a sample order' });
  await sample.getByText('CN¥49.75').first().waitFor();
  await sample.getByLabel('Currency').fill('JPY');
  await page.keyboard.press('Enter');
  await sample.getByText('¥50', { exact: true }).first().waitFor();
});

test('a channel chosen with Enter stays when Tab leads to the next field', async () => {
  const page = await world.open({ locale: 'zh-CN', width: 390, height: 844 });
  await page.goto(`${world.api.url}/apply`);
  await page.getByLabel('销售渠道').focus();
  for (const channel of ['抖音', '我的小店']) {
    await page.keyboard.type(channel);
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Tab');
  await page.locator(':focus').and(page.getByLabel('推荐码')).waitFor();
  const chosen = page.locator('.ant-select-multiple .ant-select-selection-item');
  expect(await chosen.allTextContents()).toEqual(['抖音', '我的小店']);
});
