import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { OrderPayment } from '../../domain/order';
import { startPostgres } from '../../embedded/postgres';
import { startTemporal } from '../../embedded/temporal';
import { type Answer, startApi, startWorker, type TestApi } from '../support/api';
import { expectSoundLedger } from '../support/ledger';
import { activatePlan, addDistributor, addUser, payment, type TestDistributor } from '../support/platform';

const day = 86_400_000;

async function openPlan(api: TestApi): Promise<void> {
  const { pool } = api.context;
  const userId = await addUser(pool, 'admin');
  await activatePlan({ pool, userId } as Parameters<typeof activatePlan>[0], { returnWindowDays: 15 });
}

/** Asks until the answer is the awaited one, as a client does that is told to come back. */
async function until(ask: () => Promise<Answer>, awaited: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (awaited(answer)) return answer;
    await pause(200);
  }
}

describe('an order told over HTTP', () => {
  let api: TestApi;
  let shop: string;
  let other: string;
  let seller: TestDistributor;
  let stopWorker: () => Promise<void>;

  beforeAll(async () => {
    api = await startApi();
    stopWorker = await startWorker(api.context);
    [shop, other] = [await api.keyFor('operator'), await api.keyFor('admin')];
    seller = await addDistributor(api.context.pool);
  });
  afterAll(async () => {
    await stopWorker();
    await api.stop();
  });
  afterEach(() => expectSoundLedger(api.context.pool));

  const post = (path: string, body: unknown, key = shop, headers: Record<string, string> = {}) =>
    api.call('POST', path, { key, body, headers });
  const get = (id: string) => api.call('GET', `/v1/orders/${id}`, { key: shop });
  const counts = async () =>
    (
      await api.context.pool.query(
        `SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM accepted_orders) AS accepted,
           (SELECT count(*) FROM early_events) AS early, (SELECT count(*) FROM transfers) AS transfers,
           (SELECT count(*) FROM events) AS events`,
      )
    ).rows[0];

  // The first of all: no plan is in force yet.
  test('and refused while nobody waits says why when it is asked for, and is taken in when told again', async () => {
    const order = payment();
    const accepted = await post('/v1/orders', order, shop, { Prefer: 'respond-async' });
    expect(accepted.status).toBe(202);
    const why = await until(
      () => get(order.externalId),
      ({ body }) => /refused/.test(body.detail),
    );
    expect([why.status, why.body.detail]).toEqual([404, expect.stringMatching(/refused: .*plan/)]);
    await openPlan(api);
    expect((await post('/v1/orders', order)).status).toBe(201);
    expect((await get(order.externalId)).status).toBe(200);
  });

  const paidAt = new Date(Date.now() - 5 * day);
  const later = (hours: number) => new Date(paidAt.getTime() + hours * 3_600_000).toISOString();

  function sold(): OrderPayment {
    const lines = [
      { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 },
      { lineId: '2', sku: 'CUP', quantity: 1, unitPrice: 1000 },
    ];
    return payment({ attributionCode: seller.code, paidAt: paidAt.toISOString(), lines });
  }

  /** Everything that the shop tells of one order, in order. */
  function story(order: OrderPayment): ((key?: string) => Promise<Answer>)[] {
    const url = `/v1/orders/${order.externalId}`;
    const returned = { returnId: 'r', requestedAt: later(48), reason: 'worn' };
    return [
      (key) => post('/v1/orders', order, key),
      (key) => post(`${url}/shipments`, { shippedAt: later(1) }, key),
      (key) => post(`${url}/deliveries`, { deliveredAt: later(24) }, key),
      (key) => post(`${url}/returns`, { ...returned, lines: [{ lineId: '1', quantity: 1 }] }, key),
      (key) => post(`${url}/returns/r/refund`, { refundedAt: later(72) }, key),
    ];
  }

  /** What came of it, without what differs from order to order. */
  async function outcome(order: OrderPayment): Promise<unknown> {
    const { body } = await get(order.externalId);
    const { rows } = await api.context.pool.query(
      `SELECT t.from_account, t.to_account, t.amount FROM transfers t JOIN commissions c ON c.id = t.commission_id
       WHERE c.order_id = $1 ORDER BY 1, 2, 3`,
      [order.externalId],
    );
    const commissions = body.commissions.map(({ id: _id, ...rest }: { id: string }) => rest);
    return { state: body.state, lines: body.lines, returns: body.returns, commissions, transfers: rows };
  }

  async function toldInOrder(): Promise<unknown> {
    const order = sold();
    for (const tell of story(order)) await tell();
    return outcome(order);
  }

  test('five times, shuffled with its delivery and its return, ends as when it is told in order', async () => {
    const expected = await toldInOrder();
    expect(expected).toMatchObject({
      commissions: [{ amount: { amount: 400 } }, { amount: { amount: 100 } }],
      returns: [{ state: 'refunded' }],
    });
    const statuses = new Set<number>();
    const shuffles = fc.sample(fc.shuffledSubarray([0, 0, 0, 0, 0, 1, 2, 3, 4], { minLength: 9 }), 6);
    // The worst order of all is among them.
    for (const shuffle of [[4, 3, 2, 1, 0, 0, 0, 0, 0], ...shuffles]) {
      const order = sold();
      const steps = story(order);
      for (const step of shuffle) statuses.add((await steps[step]!()).status);
      expect(await outcome(order)).toEqual(expected);
    }
    expect([...statuses].sort()).toEqual([200, 201, 202]);
  });

  test('by two tellers, everything at once, ends as when one tells it in order', async () => {
    const expected = await toldInOrder();
    for (let round = 0; round < 3; round++) {
      const order = sold();
      const told = story(order).flatMap((tell) => [() => tell(shop), () => tell(other)]);
      const answers = await Promise.all(told.map((tell) => tell()));
      for (const { status } of answers) expect([200, 201, 202]).toContain(status);
      expect(await outcome(order)).toEqual(expected);
    }
  });

  test('with "Prefer: respond-async" is answered before it is taken in, and then it is there', async () => {
    const order = sold();
    const accepted = await post('/v1/orders', order, shop, { Prefer: 'respond-async' });
    expect([accepted.status, accepted.body, accepted.headers.get('preference-applied')]).toEqual([
      202,
      { status: 'accepted', id: order.externalId },
      'respond-async',
    ]);
    const found = await until(
      () => get(order.externalId),
      ({ status }) => status === 200,
    );
    expect(found.body).toMatchObject({ id: order.externalId, attribution: { reason: 'code' } });
    // Nothing of it is left to be taken in again.
    const { rows } = await api.context.pool.query('SELECT FROM accepted_orders WHERE id = $1', [
      order.externalId,
    ]);
    expect(rows).toEqual([]);
  });

  const line = { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 };
  test.each<[string, (order: OrderPayment) => unknown, string]>([
    ['no number', ({ externalId: _, ...order }) => order, '/externalId'],
    ['an empty number', (order) => ({ ...order, externalId: '' }), '/externalId'],
    ['a number with a slash', (order) => ({ ...order, externalId: 'a/b' }), '/externalId'],
    ['a time without offset', (order) => ({ ...order, paidAt: '2026-01-01T10:00:00' }), '/paidAt'],
    ['a day that does not exist', (order) => ({ ...order, paidAt: '2026-02-30T10:00:00Z' }), '/paidAt'],
    ['a currency that does not exist', (order) => ({ ...order, currency: 'AAA' }), '/currency'],
    ['no customer', ({ customer: _, ...order }) => order, '/customer'],
    ['a customer without a number', (order) => ({ ...order, customer: {} }), '/customer/externalId'],
    ['no region', (order) => ({ ...order, shipTo: {} }), '/shipTo/region'],
    ['no lines', (order) => ({ ...order, lines: [] }), '/lines'],
    [
      '2001 lines',
      (order) => ({ ...order, lines: Array.from({ length: 2001 }, (_, i) => ({ ...line, lineId: `${i}` })) }),
      '/lines',
    ],
    ['a line twice', (order) => ({ ...order, lines: [line, line] }), '/lines/1/lineId'],
    ['nothing of a line', (order) => ({ ...order, lines: [{ ...line, quantity: 0 }] }), '/lines/0/quantity'],
    ['half a unit', (order) => ({ ...order, lines: [{ ...line, quantity: 1.5 }] }), '/lines/0/quantity'],
    [
      'a negative price',
      (order) => ({ ...order, lines: [{ ...line, unitPrice: -1 }] }),
      '/lines/0/unitPrice',
    ],
    [
      'a price as text',
      (order) => ({ ...order, lines: [{ ...line, unitPrice: '1' }] }),
      '/lines/0/unitPrice',
    ],
    [
      'a total beyond all integers',
      (order) => ({ ...order, lines: [{ ...line, quantity: 1_000_000, unitPrice: 1_000_000_000_000 }] }),
      '/lines/0/unitPrice',
    ],
    [
      'a discount above the line',
      (order) => ({ ...order, lines: [{ ...line, discount: 5998 }] }),
      '/lines/0/discount',
    ],
    ['an unknown field', (order) => ({ ...order, coupon: 'x' }), '/coupon'],
  ])('with %s is refused at that field, and nothing is written', async (_what, spoil, pointer) => {
    const before = await counts();
    const { status, body } = await post('/v1/orders', spoil(sold()));
    expect([status, body.errors?.map((one: { pointer: string }) => one.pointer)]).toEqual([422, [pointer]]);
    expect(await counts()).toEqual(before);
  });
});

describe('while a server is away', () => {
  const log = () => {};
  const order = payment();
  let dataDir: string;
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let temporal: Awaited<ReturnType<typeof startTemporal>>;
  let api: TestApi;
  let stopWorker: () => Promise<void>;
  let shop: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-away-'));
    // PostgreSQL may run as another user, who has to get to its folder in this one.
    chmodSync(dataDir, 0o711);
    postgres = await startPostgres({ dataDir, port: 0, log });
    temporal = await startTemporal({ dataDir, port: 0, uiPort: 0, log });
    // In a process of its own: the engine is an ES module, which Jest does not load.
    const env = { ...process.env, DATABASE_URL: postgres.url };
    const migrate = path.join(__dirname, '..', '..', 'prisma', 'migrate.ts');
    await promisify(execFile)(process.execPath, ['--import', 'tsx', migrate], { env });
    api = await startApi({}, { databaseUrl: postgres.url, temporalAddress: temporal.address });
    stopWorker = await startWorker(api.context, temporal.address);
    await openPlan(api);
    shop = await api.keyFor('operator');
  });
  afterAll(async () => {
    await stopWorker?.();
    await api?.stop();
    await temporal?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const tell = () => api.call('POST', '/v1/orders', { key: shop, body: order });
  const list = async () => (await api.call('GET', '/v1/orders', { key: shop })).body.items;
  const isAway = ({ status, headers }: Answer) => [status, Number(headers.get('retry-after')) > 0];

  test('PostgreSQL: an order is told to come back, and is taken in when it does', async () => {
    await postgres.stop();
    expect(isAway(await tell())).toEqual([503, true]);
    postgres = await startPostgres({ dataDir, port: Number(new URL(postgres.url).port), log });
    await until(tell, ({ status }) => status === 201);
    expect(await list()).toHaveLength(1);
    await expectSoundLedger(api.context.pool);
  });

  test('Temporal: an order is told to come back and is taken in when it does, and what only reads goes on', async () => {
    await temporal.stop();
    order.externalId += '-2';
    expect(isAway(await tell())).toEqual([503, true]);
    expect(await list()).toHaveLength(1);
    const port = Number(new URL(`http://${temporal.address}`).port);
    temporal = await startTemporal({ dataDir, port, uiPort: 0, log });
    await until(tell, ({ status }) => status === 201);
    expect(await list()).toHaveLength(2);
    await expectSoundLedger(api.context.pool);
  });
});
