import { randomUUID } from 'node:crypto';
import { createOrderActivities } from '../../activities/order/order';
import { createSealer } from '../../database/sealing';
import { acceptRenewal, submitRenewal } from '../../workflows/credential';
import { testConfig } from '../support/config';
import { addCredential, dayFromNow, renewalOf } from '../support/credentials';
import { eventually } from '../support/eventually';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  balanceOf,
  type Platform,
  payment,
  startPlatform,
  type TestDistributor,
} from '../support/platform';

const day = 86_400_000;
const sealer = createSealer(testConfig());
let platform: Platform;
let steps: ReturnType<typeof createOrderActivities>;
let seller: TestDistributor;
let by: { userId: string; name: string };

beforeAll(async () => {
  platform = await startPlatform();
  steps = createOrderActivities(platform.pool);
  by = { userId: platform.userId, name: 'Li' };
  await activatePlan(platform, { automaticRelease: true });
});
afterAll(() => platform.close());
beforeEach(async () => {
  seller = await addDistributor(platform.pool);
});
afterEach(() => expectSoundLedger(platform.pool));

/** An order of 10000, delivered so long ago that its window has ended: 1000 of commission. */
async function sellOne(): Promise<string> {
  const paid = payment({
    attributionCode: seller.code,
    paidAt: new Date(Date.now() - 30 * day).toISOString(),
    lines: [{ lineId: '1', sku: 'TEA', quantity: 1, unitPrice: 10_000 }],
  });
  await steps.payOrder(paid, Date.now());
  const delivered = { type: 'delivered', at: Date.now() - 29 * day, actor: 'shop' } as const;
  await steps.applyOrderEvent(paid.externalId, delivered, Date.now());
  return paid.externalId;
}

const run = (id: string) => ({
  workflowId: `credential/${id}`,
  taskQueue: platform.taskQueue,
  args: [{ id, resume: true }] as [{ id: string; resume: true }],
});

async function renew(credentialId: string): Promise<void> {
  const handle = platform.client.workflow.getHandle(`credential/${credentialId}`);
  const request = renewalOf(sealer, { credentialId, by });
  await handle.executeUpdate(submitRenewal, { args: [request] });
  const decision = { decisionId: randomUUID(), credentialId, renewalId: request.id, by };
  await handle.executeUpdate(acceptRenewal, { args: [decision] });
}

const statesOf = async (orderId: string) => {
  const { rows } = await platform.pool.query<{ state: string }>(
    'SELECT state FROM commissions WHERE order_id = $1 ORDER BY id',
    [orderId],
  );
  return rows.map(({ state }) => state);
};

test('an expired credential keeps a commission back, and an accepted renewal releases it', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(-1) });
  await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  expect(await statesOf(orderId)).toEqual(['due']);
  const { rows } = await platform.pool.query(
    'SELECT o.code, o.cause FROM commissions c, commission_obstacles(ARRAY[c.id], now()) o WHERE c.order_id = $1',
    [orderId],
  );
  expect(rows).toEqual([{ code: 'hold_credential_expired', cause: `credential/${id}` }]);

  await renew(id);
  await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');
  expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 1000 });
});

test('of two expired credentials each restricts by itself: what is due is released when both are renewed', async () => {
  const validUntil = dayFromNow(-1);
  const ids = [
    await addCredential(platform.pool, { distributor: seller.id, validUntil }),
    await addCredential(platform.pool, { distributor: seller.id, validUntil, type: 'cosmetics_filing' }),
  ];
  for (const id of ids) await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  await renew(ids[0]!);
  expect(await statesOf(orderId)).toEqual(['due']);
  await renew(ids[1]!);
  await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');
});

test('a credential that ends today restricts nothing until the day is over', async () => {
  await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(0) });
  expect(await statesOf(await sellOne())).toEqual(['released']);
});
