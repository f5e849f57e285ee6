import { randomUUID } from 'node:crypto';
import { makeDistributor, startApi, startWorker, type TestApi } from '../../support/api';

let api: TestApi;
let stopWorker: () => Promise<void>;
let key: string;

beforeAll(async () => {
  api = await startApi({ TEMPORAL_TASK_QUEUE: `orders-${randomUUID()}` });
  stopWorker = await startWorker(api.context);
  key = await api.keyFor('admin');
  const terms = { levels: [{ default: { rateBp: 1000 } }] };
  const plan = await api.call('POST', '/v1/commission-plans', { key, body: { name: 'test', terms } });
  await api.call('POST', `/v1/commission-plans/${plan.body.id}/activate`, { key, body: {} });
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

async function seller(): Promise<string> {
  const id = await makeDistributor(api.context);
  return (await api.call('GET', `/v1/distributors/${id}`, { key })).body.referralCode;
}

/** Sends an order of 100.00, paid some minutes ago. */
async function pay(fields: object, minutesAgo = 10) {
  return api.call('POST', '/v1/orders', {
    key,
    body: {
      externalId: `order-${randomUUID()}`,
      paidAt: new Date(Date.now() - minutesAgo * 60_000).toISOString(),
      currency: 'CNY',
      shipTo: { region: 'CN-31' },
      lines: [{ lineId: '1', sku: 'TEA', quantity: 1, unitPrice: 10_000 }],
      ...fields,
    },
  });
}

const earned = ({ body }: { body: { commissions: { amount: { amount: number } }[] } }) =>
  body.commissions.map(({ amount }) => amount.amount);

describe('a guest', () => {
  test.each([
    ['no customer', {}],
    ['null', { customer: null }],
    ['a customer without id', { customer: {} }],
    ['an empty id', { customer: { externalId: '' } }],
    ['the id null', { customer: { externalId: null } }],
    ['the id 0', { customer: { externalId: '0' } }],
    ['the id guest', { customer: { externalId: 'Guest' } }],
  ])('%s: an order with a code binds no customer', async (_name, guest) => {
    const attributionCode = await seller();
    const first = await pay({ ...guest, attributionCode }, 20);
    expect([first.status, first.body.customer, earned(first)]).toEqual([201, null, [1000]]);
    const next = await pay(guest);
    expect([next.status, next.body.attribution.reason, earned(next)]).toEqual([201, 'no_code', []]);
  });

  test('is the same order again, whichever way the shop sends a guest', async () => {
    const externalId = `order-${randomUUID()}`;
    const paidAt = new Date(Date.now() - 60_000).toISOString();
    const answers = [
      await pay({ externalId, paidAt }),
      await pay({ externalId, paidAt, customer: null }),
      await pay({ externalId, paidAt, customer: { externalId: '0' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  });

  test('is in lists and in the search without a customer', async () => {
    const { body } = await pay({ customer: { externalId: '0' } });
    const listed = await api.call('GET', `/v1/orders?number=${body.id}`, { key });
    expect(listed.body.items).toMatchObject([{ id: body.id, customerId: null }]);
    const found = await api.call('GET', `/v1/search?q=${body.id}`, { key });
    expect(found.body.items).toMatchObject([{ kind: 'order', id: body.id, subtitle: '' }]);
  });
});

describe('own purchases', () => {
  async function sellerKnownAs(shopCustomerId: string): Promise<string> {
    const id = await makeDistributor(api.context);
    await api.context.pool.query('UPDATE distributors SET shop_customer_id = $2 WHERE id = $1', [
      id,
      shopCustomerId,
    ]);
    return (await api.call('GET', `/v1/distributors/${id}`, { key })).body.referralCode;
  }

  test('an order of a guest on a device of the distributor is a self-purchase', async () => {
    const self = randomUUID();
    const attributionCode = await sellerKnownAs(self);
    const deviceId = randomUUID();
    await pay({ customer: { externalId: self, deviceId } }, 20);
    const { body } = await pay({ attributionCode, customer: { externalId: '0', deviceId } });
    expect(body.attribution.reason).toBe('own_purchase');
  });

  test.each(['', '0', 'unknown'])(
    'the device %j stands for no device and is no evidence',
    async (deviceId) => {
      const self = randomUUID();
      const attributionCode = await sellerKnownAs(self);
      await pay({ customer: { externalId: self, deviceId } }, 20);
      const order = await pay({ attributionCode, customer: { externalId: randomUUID(), deviceId } });
      expect(earned(order)).toEqual([1000]);
    },
  );
});

describe('an attribution code refuses no order', () => {
  test.each([
    ['empty', '', 'no_code'],
    ['null', null, 'no_code'],
    ['blank', '  ', 'no_code'],
    ['unknown', 'UNKNOWN-CODE', 'code_unknown'],
    ['longer than any', 'X'.repeat(500), 'code_unknown'],
  ])('%s', async (_name, attributionCode, reason) => {
    const { status, body } = await pay({ attributionCode });
    expect([status, body.attribution.reason]).toEqual([201, reason]);
  });
});
