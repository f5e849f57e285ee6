import type { Page } from 'playwright-core';
import { answered, type ConsoleWorld, confirm, startConsole } from '../support/console';
import { addCommissions, addDistributor, addUser, credit } from '../support/payouts';
import { activatePlan, payment } from '../support/platform';

let world: ConsoleWorld;
const orders: string[] = [];

beforeAll(async () => {
  world = await startConsole();
  const people = [await addDistributor(pool())];
  const amounts = Array.from({ length: 30 }, (_, index) => 1000 + index);
  for (let n = 0; n < 2; n++) await addCommissions(pool(), people, amounts);
  const { userId } = await addUser(pool(), 'planner');
  await activatePlan({ pool: pool(), userId } as Parameters<typeof activatePlan>[0]);
  const key = await world.api.keyFor('operator');
  for (let n = 0; n < 2; n++) {
    const body = payment();
    await world.api.call('POST', '/v1/orders', { key, body });
    orders.push(body.externalId);
  }
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

const pool = () => world.api.context.pool;

async function openAs(role: 'finance' | 'operator' | 'compliance', path: string): Promise<Page> {
  const page = await world.open();
  await world.signIn(page, await world.person(role));
  await page.goto(world.api.url + path);
  await page.locator('h1').waitFor();
  await answered(page);
  return page;
}

test('what the bank did not pay stays marked while it is looked into, and is not confirmed as paid', async () => {
  const key = await world.api.keyFor('finance');
  const withdrawals: string[] = [];
  for (const amount of [2000, 3000]) {
    const distributorId = await addDistributor(pool());
    await credit(pool(), distributorId, amount);
    const body = { distributorId, amount: { amount, currency: 'CNY' } };
    const { id } = (await world.api.call('POST', '/v1/withdrawals', { key, body })).body;
    await world.api.call('POST', `/v1/withdrawals/${id}/approve`, { key, body: {} });
    withdrawals.push(id);
  }
  const batch = await world.api.call('POST', '/v1/payout-batches', { key, body: { currency: 'CNY' } });
  const page = await openAs('finance', `/payout-batches/${batch.body.id}`);
  // What the bank never got is not confirmed.
  await page.getByText('The payout file has not been downloaded.').waitFor();
  expect(await page.getByRole('button', { name: 'Confirm results' }).count()).toBe(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download payout file' }).click();
  await confirm(page, 'Download payout file');
  await download;
  const failing = page.locator('tbody tr', { hasText: '20.00' });
  await failing.getByRole('button', { name: 'Mark as failed' }).click();
  await page.getByRole('dialog').getByLabel('Reason given by the bank').fill('account closed');
  await confirm(page, 'Mark as failed');
  await failing.getByText('account closed').waitFor();
  await failing.locator('a').first().click();
  await page.waitForURL('**/withdrawals/*');
  await page.goBack();
  await failing.getByText('account closed').waitFor();
  await page.getByRole('button', { name: 'Confirm results' }).click();
  await page.getByRole('dialog').getByText('Paid: 1 · CN¥30.00').waitFor();
  await page.getByRole('dialog').getByText('Failed: 1 · CN¥20.00').waitFor();
  await confirm(page, 'Confirm results');
  const { rows } = await pool().query(
    'SELECT amount, state FROM withdrawals WHERE id = ANY ($1) ORDER BY 1',
    [withdrawals],
  );
  expect(rows).toEqual([
    { amount: 2000, state: 'failed' },
    { amount: 3000, state: 'paid' },
  ]);
});

test('what is typed about one order is not kept for the next one', async () => {
  const page = await openAs('operator', `/orders/${orders[0]}`);
  const note = page.getByLabel('Write a note; @ mentions a colleague');
  await note.waitFor();
  await page.getByRole('combobox', { name: /Search everything/ }).fill(orders[1]!);
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: orders[1] }).click();
  await page.locator('h1', { hasText: orders[1] }).waitFor();
  await note.fill('about the second');
  await page.goBack();
  await page.locator('h1', { hasText: orders[0] }).waitFor();
  expect(await note.inputValue()).toBe('');
});

test('keys do nothing to a list behind an open dialog, also after a press beside it', async () => {
  const page = await openAs('finance', '/commissions?state=due');
  await page.locator('tbody tr[data-row-key]').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('1 selected').waitFor();
  await page.getByRole('button', { name: 'Put on hold', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await page.mouse.click(5, 400);
  await page.keyboard.press('x');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('1 selected').waitFor();
  expect(new URL(page.url()).pathname).toBe('/commissions');
});

test('a list is turned round by the column that it is sorted by', async () => {
  const page = await openAs('compliance', '/distributors');
  await page.getByRole('columnheader', { name: 'Joined' }).click();
  await page.waitForURL('**/distributors?sort=createdAt');
  await page.getByRole('columnheader', { name: 'Joined' }).click();
  await page.waitForURL('**/distributors?sort=-createdAt');
});

test('going back from an entry leads to its page of the list', async () => {
  const page = await openAs('finance', '/commissions?state=due');
  await page.getByRole('button', { name: 'Next', exact: true }).click();
  await page.getByText('Page 2', { exact: true }).waitFor();
  await answered(page);
  const link = page.locator('tbody a').first();
  const name = await link.textContent();
  await link.click();
  await page.waitForURL('**/commissions/*');
  await page.goBack();
  await page.getByText('Page 2', { exact: true }).waitFor();
  await page.getByRole('link', { name: name!, exact: true }).waitFor();
});

test('a release is proposed with the figures in the dialog, which shows new ones when they change', async () => {
  const people = [await addDistributor(pool())];
  const dueAt = '2026-01-01T00:00:00Z';
  await addCommissions(pool(), people, [1000], { dueAt, currency: 'GBP' });
  const page = await openAs('finance', '/commissions?state=due&currency=GBP');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Release all matching' }).click();
  await dialog.getByText('1 commission, total £10.00').waitFor();
  await addCommissions(pool(), people, [500], { dueAt, currency: 'GBP' });
  const propose = dialog.getByRole('button', { name: 'Propose release run' });
  await propose.click();
  await dialog.getByText('The count or total has changed').waitFor();
  await dialog.getByText('2 commissions, total £15.00').waitFor();
  await addCommissions(pool(), people, [200], { dueAt, currency: 'GBP' });
  await page.keyboard.press('Escape');
  // Chosen one by one, they are asked about in the same way.
  await page.reload();
  await page.locator('thead input[type="checkbox"]').check();
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await dialog.getByText('3 entries, £17.00').waitFor();
  await dialog.getByRole('button', { name: 'Release' }).click();
  await page.waitForURL('**/commission-releases/*');
  await page.getByRole('heading', { name: '£17.00' }).waitFor();
});
