import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import type { OrderPayment } from '../../domain/order';
import { query, startPostgres } from '../../embedded/postgres';
import { startTemporal } from '../../embedded/temporal';
import { type Answer, startApi, startWorker, type TestApi } from '../support/api';
import { expectSoundLedger } from '../support/ledger';
import { credit } from '../support/payouts';
import { activatePlan, addDistributor, addUser, payment, type TestDistributor } from '../support/platform';

const day = 86_400_000;

async function openPlan(api: TestApi): Promise<void> {
  const { pool } = api.context;
  const userId = await addUser(pool, 'admin');
  await activatePlan({ pool, userId } as Parameters<typeof activatePlan>[0], { returnWindowDays: 15 });
}

/** Repeats a request until the answer is the awaited one, as a client does that is asked to retry. */
async function until(ask: () => Promise<Answer>, awaited: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (awaited(answer)) return answer;
    await pause(200);
  }
}

describe('an order reported over HTTP', () => {
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

  // Runs first: no plan is in force yet.
  test('and refused asynchronously says why when it is read, and is recorded when sent again', async () => {
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

  /** Everything that the shop reports of one order, in order. */
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

  /** The result, without what differs from order to order. */
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

  async function outcomeInOrder(): Promise<unknown> {
    const order = sold();
    for (const send of story(order)) await send();
    return outcome(order);
  }

  test('five times, shuffled with its delivery and its return, ends as when it is reported in order', async () => {
    const expected = await outcomeInOrder();
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

  test('that is closed answers what it knows, refuses what it does not, and hands returns on', async () => {
    const at = (daysAgo: number) => new Date(Date.now() - daysAgo * day).toISOString();
    const order = payment({ attributionCode: seller.code, paidAt: at(30) });
    const url = `/v1/orders/${order.externalId}`;
    await post('/v1/orders', order);
    const delivered = { deliveredAt: at(20) };
    expect((await post(`${url}/deliveries`, delivered)).body.state).toBe('closed');

    expect((await post(`${url}/deliveries`, delivered)).status).toBe(200);
    const other = await post(`${url}/deliveries`, { deliveredAt: at(19) });
    expect([other.status, other.body.type]).toEqual([409, '/problems/order_closed']);

    // Its return is not known yet: the refund is kept, and applied with the request.
    expect((await post(`${url}/returns/late/refund`, { refundedAt: at(1) })).status).toBe(202);
    const lines = [{ lineId: '1', quantity: 1 }];
    const asked = await post(`${url}/returns`, {
      returnId: 'late',
      requestedAt: at(2),
      lines,
      reason: 'worn',
    });
    expect([asked.status, asked.body.returns]).toEqual([
      201,
      [expect.objectContaining({ state: 'refunded' })],
    ]);
    expect(asked.body.commissions).toMatchObject([{ amount: { amount: 400 } }]);
  });

  test('by two senders, everything at once, ends as when one reports it in order', async () => {
    const expected = await outcomeInOrder();
    for (let round = 0; round < 3; round++) {
      const order = sold();
      const calls = story(order).flatMap((send) => [() => send(shop), () => send(other)]);
      const answers = await Promise.all(calls.map((call) => call()));
      for (const { status } of answers) expect([200, 201, 202]).toContain(status);
      expect(await outcome(order)).toEqual(expected);
    }
  });

  test('with "Prefer: respond-async" is answered before it is recorded, and then it is there', async () => {
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
    // Nothing of it is left to be recorded again.
    const { rows } = await api.context.pool.query('SELECT FROM accepted_orders WHERE id = $1', [
      order.externalId,
    ]);
    expect(rows).toEqual([]);
  });

  const line = { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 };
  test.each<[string, (order: OrderPayment) => unknown, string]>([
    ['no number', ({ externalId: _, ...order }) => order, '/externalId'],
    ['an empty number', (order) => ({ ...order, externalId: '' }), '/externalId'],
    ['a number of two lines', (order) => ({ ...order, externalId: 'a\nb' }), '/externalId'],
    ['a time without offset', (order) => ({ ...order, paidAt: '2026-01-01T10:00:00' }), '/paidAt'],
    ['a day that does not exist', (order) => ({ ...order, paidAt: '2026-02-30T10:00:00Z' }), '/paidAt'],
    ['a currency that does not exist', (order) => ({ ...order, currency: 'AAA' }), '/currency'],
    ['a customer that is not an object', (order) => ({ ...order, customer: 'c-7' }), '/customer'],
    [
      'a customer with an ID that is not a text',
      (order) => ({ ...order, customer: { externalId: 7 } }),
      '/customer/externalId',
    ],
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
  let admin: string;

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
    api = await startApi(
      { DATABASE_POOL: '4' },
      { databaseUrl: postgres.url, temporalAddress: temporal.address },
    );
    stopWorker = await startWorker(api.context, temporal.address);
    await openPlan(api);
    [shop, admin] = [await api.keyFor('operator'), await api.keyFor('admin')];
  });
  afterAll(async () => {
    await stopWorker?.();
    await api?.stop();
    await temporal?.stop();
    await postgres?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const sendOrder = () => api.call('POST', '/v1/orders', { key: shop, body: order });
  const list = async () => (await api.call('GET', '/v1/orders', { key: shop })).body.items;
  const isAway = ({ status, headers }: Answer) => [status, Number(headers.get('retry-after')) > 0];

  test('PostgreSQL: an order is refused for now, and is recorded when it is retried', async () => {
    await postgres.stop();
    expect(isAway(await sendOrder())).toEqual([503, true]);
    postgres = await startPostgres({ dataDir, port: Number(new URL(postgres.url).port), log });
    await until(sendOrder, ({ status }) => status === 201);
    expect(await list()).toHaveLength(1);
    await expectSoundLedger(api.context.pool);
  });

  test('Temporal: an order is refused for now and is recorded when it is retried, and what only reads goes on', async () => {
    await temporal.stop();
    order.externalId += '-2';
    expect(isAway(await sendOrder())).toEqual([503, true]);
    expect(await list()).toHaveLength(1);
    const port = Number(new URL(`http://${temporal.address}`).port);
    temporal = await startTemporal({ dataDir, port, uiPort: 0, log });
    await until(sendOrder, ({ status }) => status === 201);
    expect(await list()).toHaveLength(2);
    await expectSoundLedger(api.context.pool);
  });

  /** Stops these processes like a frozen machine: connections stay open, without any traffic. */
  async function frozen(pids: number[], look: () => Promise<void>): Promise<void> {
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      await look();
    } finally {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    }
  }

  /** Makes all these calls at once. Each has to be answered with "retry later", in a time that a person waits. */
  async function refusedForNow(calls: (() => Promise<Answer>)[]): Promise<void> {
    const startedAt = performance.now();
    const answers = await Promise.all(calls.map((call) => call()));
    expect(answers.map(isAway)).toEqual(calls.map(() => [503, true]));
    expect(answers.map(({ body }) => body.type)).toEqual(
      calls.map(() => '/problems/temporarily_unavailable'),
    );
    expect(performance.now() - startedAt).toBeLessThan(9_000);
  }

  const readiness = async () => (await api.call('GET', '/readyz')).body;
  const call =
    (method: string, path: string, key: string, body?: object, headers = {}) =>
    () =>
      api.call(method, path, { key, body, headers });
  const once = (path: string, key: string, body: object) =>
    call('POST', path, key, body, { 'Idempotency-Key': randomUUID() });

  /** An order, and a withdrawal of a distributor who could pay it twice: each to be retried by the same call. */
  async function messages() {
    const { id: distributorId } = await addDistributor(api.context.pool);
    await credit(api.context.pool, distributorId, 2000);
    const sold = payment();
    return {
      calls: [
        once('/v1/orders', shop, sold),
        once('/v1/withdrawals', admin, { distributorId, amount: { amount: 1000, currency: 'CNY' } }),
      ],
      expectOnce: async () => {
        const { rows } = await api.context.pool.query(
          `SELECT (SELECT count(*) FROM orders WHERE id = $1) AS orders,
             (SELECT available FROM balances WHERE distributor_id = $2) AS available`,
          [sold.externalId, distributorId],
        );
        expect(rows).toEqual([{ orders: 1, available: 1000 }]);
        await expectSoundLedger(api.context.pool);
      },
    };
  }

  test('a frozen PostgreSQL: everything is refused for now, and what is retried is done once', async () => {
    const { calls, expectOnce } = await messages();
    const product = call('PUT', '/v1/products/FROZEN', shop, {
      name: 'Tea',
      category: 'tea',
      price: { amount: 100, currency: 'CNY' },
    });
    // More than the pool has connections: some wait on one that is frozen, some for their turn.
    const others = [
      product,
      call('GET', '/v1/orders', shop),
      call('GET', '/v1/orders', shop, undefined, { Accept: 'text/csv' }),
      call('GET', `/v1/orders/${order.externalId}`, shop),
      call('GET', '/v1/ledger/verify', admin),
      call('GET', '/v1/system/health', admin),
      () => api.call('POST', '/v1/sign-in', { body: { email: 'a@test.invalid', password: 'x' } }),
    ];
    // Connections that are there already, to be frozen too.
    await Promise.all(others.map((one) => one()));
    const backends = await query(
      postgres.url,
      'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()',
    );
    await frozen([postgres.pid, ...backends.map(({ pid }) => Number(pid))], async () => {
      await refusedForNow([...calls, ...others]);
      expect(await readiness()).toEqual({ status: 'unavailable', postgresql: false, temporal: true });
      expect((await api.call('GET', '/healthz')).status).toBe(200);
      expect((await api.call('GET', '/metrics')).text).toContain('tributary_http_requests_in_flight');
    });
    for (const one of calls) await until(one, ({ status }) => status === 201);
    expect(await readiness()).toEqual({ status: 'ok', postgresql: true, temporal: true });
    await until(product, ({ status }) => status === 200);
    await expectOnce();
  });

  test('a frozen Temporal: what needs it is refused for now, and done once when retried; reading goes on', async () => {
    const { calls, expectOnce } = await messages();
    await frozen([temporal.pid], async () => {
      await refusedForNow(calls);
      expect(await readiness()).toEqual({ status: 'unavailable', postgresql: true, temporal: false });
      expect((await call('GET', '/v1/orders', shop)()).status).toBe(200);
      const health = (await call('GET', '/v1/system/health', admin)()).body;
      expect(health).toMatchObject({ database: { reachable: true }, temporal: { reachable: false } });
    });
    for (const one of calls) await until(one, ({ status }) => status === 201);
    expect(await readiness()).toEqual({ status: 'ok', postgresql: true, temporal: true });
    await expectOnce();
  });
});
