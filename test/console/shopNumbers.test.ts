import { type ConsoleWorld, startConsole } from '../support/console';
import { activatePlan, addUser, payment } from '../support/platform';

let world: ConsoleWorld;

beforeAll(async () => {
  world = await startConsole();
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

test('an order whose number holds slashes, percent and number signs is found and has its page', async () => {
  const { pool } = world.api.context;
  const userId = await addUser(pool, 'admin');
  await activatePlan({ pool, userId } as Parameters<typeof activatePlan>[0], { returnWindowDays: 7 });
  const externalId = 'A/1 %2F #2';
  const lines = [{ lineId: '1/a', sku: 'X Y/Z#1', quantity: 1, unitPrice: 1000 }];
  const key = await world.api.keyFor('operator');
  const paid = await world.api.call('POST', '/v1/orders', { key, body: payment({ externalId, lines }) });
  expect(paid.status).toBe(201);

  const page = await world.open();
  await world.signIn(page, await world.person('operator'));
  await page.getByLabel('Search everything').fill('A/1');
  await page.getByText(externalId, { exact: true }).first().click();
  await page.waitForURL('**/orders/A%2F1%20%252F%20%232');
  await page.getByRole('heading', { name: externalId }).waitFor();
  await page.getByText('X Y/Z#1').first().waitFor();
  await page.getByText('Paid').first().waitFor();
  // The same page by its address alone.
  await page.reload();
  await page.getByRole('heading', { name: externalId }).waitFor();
});
