import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { hashKey } from '../../api/identity/authentication';
import { sumDays } from '../../database/dailySums';
import { dateIn } from '../../domain/calendarDate';
import { startApi, startWorker, type TestApi } from '../support/api';
import { expectSoundLedger } from '../support/ledger';
import { addUser } from '../support/payouts';
import { addDistributor, payment, type TestDistributor } from '../support/platform';

const day = 86_400_000;
const zone = 'Asia/Shanghai';
const today = dateIn(zone, Date.now());
const from = dateIn(zone, Date.now() - 40 * day);
const ago = (days: number) => new Date(Date.now() - days * day).toISOString();

const terms = {
  returnWindowDays: 3,
  levels: [
    {
      default: { rateBp: 1000 },
      rules: [
        { tier: 'gold', earning: { rateBp: 1250 } },
        { sku: 'CUP', earning: { fixed: 77, currency: 'CNY' } },
      ],
    },
    { default: { rateBp: 333 } },
  ],
};

let api: TestApi;
let stopWorker: () => Promise<void>;
const keys: Record<string, string> = {};
let sponsor: TestDistributor;
let seller: TestDistributor;
/** Order numbers by what became of them. */
const orders: Record<string, string> = {};

const get = (path: string, key = keys.finance, headers: Record<string, string> = {}) =>
  api.call('GET', path, { key, headers });
const post = (path: string, body: unknown = {}, key = keys.admin) => api.call('POST', path, { key, body });

async function keyOf(distributorId: string): Promise<string> {
  const { userId } = await addUser(api.context.pool, 'seller', distributorId);
  const text = `key-${randomUUID()}`;
  await api.context.pool.query(
    `INSERT INTO api_keys (id, user_id, name, secret_hash, scopes) VALUES ($1, $2, 'test', $3, '{*}')`,
    [randomUUID(), userId, hashKey(text)],
  );
  return text;
}

const lines = [
  { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 },
  { lineId: '2', sku: 'CUP', quantity: 2, unitPrice: 1000, discount: 100 },
];

async function order(name: string, paidAt: string, deliveredAt?: string): Promise<string> {
  const paid = payment({ paidAt, attributionCode: seller.code, lines });
  orders[name] = paid.externalId;
  const url = `/v1/orders/${paid.externalId}`;
  expect((await post('/v1/orders', paid)).status).toBe(201);
  if (deliveredAt) expect((await post(`${url}/deliveries`, { deliveredAt })).status).toBe(200);
  return url;
}

const back = { lines: [{ lineId: '1', quantity: 1 }], reason: 'worn' };

beforeAll(async () => {
  api = await startApi({ BRAND_TIME_ZONE: zone });
  stopWorker = await startWorker(api.context);
  for (const role of ['admin', 'finance', 'compliance', 'operator'] as const)
    keys[role] = await api.keyFor(role);
  const { pool } = api.context;
  sponsor = await addDistributor(pool);
  seller = await addDistributor(pool, { sponsorId: sponsor.id, tier: 'gold' });
  keys.seller = await keyOf(seller.id);
  keys.sponsor = await keyOf(sponsor.id);
  const plan = await post('/v1/commission-plans', { name: 'test', terms });
  await post(`/v1/commission-plans/${plan.body.id}/activate`);

  await order('due', ago(30), ago(28));
  await order('held', ago(20), ago(10));
  const held = await get(`/v1/commissions?orderId=${orders.held}`);
  for (const { id } of held.body.items)
    expect((await post(`/v1/commissions/${id}/hold`, { reason: 'risk', note: 'looks odd' })).status).toBe(
      201,
    );
  const { body: run } = await post('/v1/commission-releases', { dueBefore: ago(0) }, keys.finance);
  expect((await post(`/v1/commission-releases/${run.id}/approve`)).status).toBe(200);
  for (;;) {
    const { body } = await get(`/v1/commission-releases/${run.id}`);
    if (body.state === 'done') break;
  }
  // Released, then returned: charged to what is available.
  await post(`/v1/orders/${orders.due}/returns`, { ...back, returnId: 'late', requestedAt: ago(2) });
  await post(`/v1/orders/${orders.due}/returns/late/refund`, { refundedAt: ago(1) });
  await order('window', ago(4), ago(1));
  await order('way', ago(4));
  const open = await order('return', ago(4), ago(2));
  await post(`${open}/returns`, { ...back, returnId: 'open', requestedAt: ago(1) });
  // Reversed before the release.
  const cut = await order('cut', ago(4), ago(2));
  await post(`${cut}/returns`, { ...back, returnId: 'cut', requestedAt: ago(1) });
  await post(`${cut}/returns/cut/refund`, { refundedAt: ago(0.5) });
  await expectSoundLedger(pool);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

type Rows = Record<string, { amount: number }>[];
const sumOf = (rows: Rows, name: string) => rows.reduce((sum, row) => sum + row[name]!.amount, 0);

describe('reports', () => {
  const span = `from=${from}&to=${today}&currency=CNY`;

  test.each(['day', 'week', 'month'])('of commissions by %s add up to the ledger', async (interval) => {
    const { body } = await get(`/v1/reports/commissions?${span}&interval=${interval}`);
    const { rows } = await api.context.pool.query<{ from: string; to: string; amount: number }>(
      `SELECT from_account AS "from", to_account AS "to", sum(amount)::bigint AS amount FROM transfers GROUP BY 1, 2`,
    );
    const ledger = (source: string, target: string) =>
      rows.find((row) => row.from === source && row.to === target)?.amount ?? 0;
    const found = Object.fromEntries(
      ['accrued', 'released', 'reversed', 'clawedBack'].map((name) => [name, sumOf(body.rows, name)]),
    );
    expect(found).toEqual({
      accrued: ledger('commission_expense', 'held'),
      released: ledger('held', 'available') + ledger('held', 'debt'),
      reversed: ledger('held', 'commission_expense'),
      clawedBack: ledger('available', 'commission_expense') + ledger('debt', 'commission_expense'),
    });
    expect(Object.values(found).every((amount) => amount > 0)).toBe(true);
  });

  test('of balances end at the present, and change by the figures of the report of commissions', async () => {
    const [balances, commissions] = await Promise.all(
      ['balances', 'commissions'].map(async (name) => (await get(`/v1/reports/${name}?${span}`)).body.rows),
    );
    const { rows } = await api.context.pool.query(
      'SELECT sum(held)::bigint AS held, sum(available)::bigint AS available, sum(debt)::bigint AS debt FROM balances',
    );
    const last = balances.at(-1);
    expect({ held: last.held.amount, available: last.available.amount, debt: last.debt.amount }).toEqual(
      rows[0],
    );
    expect(balances[0].held.amount).toBe(0);
    balances.slice(1).forEach((row: Rows[number], index: number) => {
      const { accrued, released, reversed } = commissions[index + 1];
      expect(row.held!.amount - balances[index].held.amount).toBe(
        accrued.amount - released.amount - reversed.amount,
      );
    });
  });

  test('of balances never go below zero, though a refund may be reported days after it was made', async () => {
    const { body } = await get(`/v1/reports/balances?${span}`);
    const amounts = (body.rows as Rows).flatMap(({ held, available, reserved, debt }) =>
      [held, available, reserved, debt].map((money) => money!.amount),
    );
    expect(amounts.length).toBeGreaterThan(100);
    expect(Math.min(...amounts)).toBe(0);
  });

  test('of orders count a sale on the business day of the brand, and refunds when they are made', async () => {
    const { body } = await get(`/v1/reports/orders?${span}`);
    const soldOn = (days: number) =>
      body.rows.find(({ period }: { period: string }) => period === dateIn(zone, Date.now() - days * day));
    expect(soldOn(30)).toMatchObject({ orders: 1, net: { amount: 3 * 1999 + 1900 } });
    expect(sumOf(body.rows, 'net')).toBe(6 * (3 * 1999 + 1900));
    expect(sumOf(body.rows, 'returned')).toBe(2 * 1999);
    const late = await order('night', `${dateIn(zone, Date.now() - 15 * day)}T16:30:00Z`);
    const nextDay = dateIn(zone, Date.now() - 14 * day);
    const { body: after } = await get(`/v1/reports/orders?from=${nextDay}&to=${nextDay}&currency=CNY`);
    expect([late.length > 0, after.rows.length, after.rows[0].orders]).toEqual([true, 1, 1]);
  });

  test('count what is reported late on its day, though that day was summed before', async () => {
    const { pool } = api.context;
    const date = dateIn(zone, Date.now() - 30 * day);
    const ofDay = async (name: string) =>
      (await get(`/v1/reports/${name}?from=${date}&to=${date}&currency=CNY`)).body.rows[0];
    await sumDays(pool, zone);
    const [sales, earned] = await Promise.all(['orders', 'commissions'].map(ofDay));
    const { rows } = await pool.query('SELECT until > $1::date AS summed FROM summed_days', [date]);
    expect(rows).toEqual([{ summed: true }]);
    await order('reported late', ago(30));
    const [salesAfter, earnedAfter] = await Promise.all(['orders', 'commissions'].map(ofDay));
    expect(salesAfter).toMatchObject({
      orders: sales.orders + 1,
      net: { amount: sales.net.amount + 3 * 1999 + 1900 },
    });
    const { body: commissions } = await get(`/v1/commissions?orderId=${orders['reported late']}`);
    const added = commissions.items.reduce(
      (sum: number, { originalAmount }: { originalAmount: { amount: number } }) =>
        sum + originalAmount.amount,
      0,
    );
    expect(earnedAfter.accrued.amount - earned.accrued.amount).toBe(added);
    expect(added).toBeGreaterThan(0);
    await sumDays(pool, zone);
    expect(await Promise.all(['orders', 'commissions'].map(ofDay))).toEqual([salesAfter, earnedAfter]);
    await expectSoundLedger(pool);
  });

  test('that are read while orders are reported late count each of them in the end', async () => {
    const date = dateIn(zone, Date.now() - 25 * day);
    const ordersOf = async () =>
      (await get(`/v1/reports/orders?from=${date}&to=${date}&currency=CNY`)).body.rows[0].orders;
    const before = await ordersOf();
    const asked: Promise<unknown>[] = [];
    for (let number = 0; number < 6; number++) {
      await order(`late ${number}`, ago(25));
      asked.push(ordersOf(), ordersOf());
    }
    await Promise.all(asked);
    await sumDays(api.context.pool, zone);
    expect(await ordersOf()).toBe(before + 6);
    await expectSoundLedger(api.context.pool);
  });

  test('go by the days of the zone that is the brand’s now', async () => {
    const { pool } = api.context;
    await pool.query("UPDATE summed_days SET zone = 'America/Los_Angeles'");
    const { body } = await get(`/v1/reports/orders?${span}`);
    await sumDays(pool, zone);
    expect((await get(`/v1/reports/orders?${span}`)).body).toEqual(body);
    expect(sumOf(body.rows, 'net')).toBeGreaterThan(0);
    const { rows } = await pool.query('SELECT zone FROM summed_days');
    expect(rows).toEqual([{ zone }]);
    await expectSoundLedger(pool);
  });

  test('never show a sum that is not that of its orders unseen: the check of the books finds it', async () => {
    const { pool } = api.context;
    await sumDays(pool, zone);
    await pool.query(
      `UPDATE daily_sales SET net = net + 1 WHERE (day, currency) = (SELECT min(day), 'CNY' FROM daily_sales) AND distributor_id IS NULL`,
    );
    const { body: report } = await get('/v1/ledger/verify');
    expect(report).toMatchObject({
      ok: false,
      mismatches: [{ check: 'sum_of_day_is_rows', currency: 'CNY' }],
    });
    const [{ subject, expected, actual }] = report.mismatches;
    expect([subject, actual - expected]).toEqual([expect.stringMatching(/^day\/.*\/net\/all$/), 1]);
    // The remedy that docs/ledger.md names.
    await pool.query('DELETE FROM summed_days');
    await sumDays(pool, zone);
    await expectSoundLedger(pool);
  });

  test('of another distributor are not visible to a distributor', async () => {
    const own = await get(`/v1/reports/commissions?${span}&distributorId=${seller.id}`, keys.sponsor);
    const sponsors = await get(`/v1/reports/commissions?${span}&distributorId=${sponsor.id}`);
    const sellers = await get(`/v1/reports/commissions?${span}&distributorId=${seller.id}`);
    expect(own.body).toEqual(sponsors.body);
    expect(own.body).not.toEqual(sellers.body);
    for (const name of ['orders', 'payouts', 'applications', 'balances', 'top-distributors'])
      expect((await get(`/v1/reports/${name}?${span}`, keys.sponsor)).status).toBe(403);
    expect((await get(`/v1/distributors/${seller.id}/earnings`, keys.sponsor)).status).toBe(404);
    expect((await get(`/v1/orders/${orders.due}/windows`, await api.keyFor('distributor'))).status).toBe(404);
  });

  test('are available as CSV too, and refuse more periods than a chart can show', async () => {
    const csv = await get(`/v1/reports/commissions?${span}`, keys.finance, { Accept: 'text/csv' });
    const rows = parse(csv.text, { columns: true, bom: true });
    expect(rows).toHaveLength(41);
    expect(Object.keys(rows[0] as object)).toContain('clawedBack.amount');
    const top = await get(`/v1/reports/top-distributors?${span}`);
    expect(top.body.rows[0]).toMatchObject({ distributorId: seller.id });
    expect((await get(`/v1/reports/applications?from=${from}&to=${today}`)).status).toBe(200);
    expect((await get(`/v1/reports/payouts?${span}`)).status).toBe(200);
    const long = await get(`/v1/reports/payouts?from=2020-01-01&to=${today}&currency=CNY`);
    expect([long.status, long.body.errors[0].pointer]).toEqual([400, '/to']);
  });
});

test('a distributor sees of an order that it brought in its own commission, not what its sponsor earns by it', async () => {
  const commissionFor = async (key?: string) => {
    const { body } = await get(`/v1/orders?number=${orders.window}`, key);
    return body.items.map(({ commission }: { commission: number }) => commission);
  };
  const { body } = await get(`/v1/orders/${orders.window}`);
  const sum = (level?: number) =>
    body.commissions
      .filter((one: { level: number }) => level === undefined || one.level === level)
      .reduce((total: number, { amount }: { amount: { amount: number } }) => total + amount.amount, 0);
  expect(sum(2)).toBeGreaterThan(0);
  expect(await commissionFor(keys.seller)).toEqual([sum(1)]);
  expect(await commissionFor()).toEqual([sum()]);
});

test('a distributor sees that a commission is on hold, and why by its code: the note stays with staff', async () => {
  const { body } = await get(`/v1/commissions?orderId=${orders.held}&distributorId=${seller.id}`);
  const path = `/v1/commissions/${body.items[0].id}/explain`;
  expect((await get(path)).text).toContain('looks odd');
  const own = await get(path, keys.seller);
  expect(own.body).toMatchObject({ holds: [{ reason: 'risk', note: null }] });
  expect(own.text).not.toContain('looks odd');
});

test('amounts that no sum could hold are refused, in an order and in a plan', async () => {
  const dear = { quantity: 1, unitPrice: 600_000_000_000 };
  const whole = [1, 2].map((line) => ({ lineId: `${line}`, sku: 'TEA', ...dear }));
  expect((await post('/v1/orders', payment({ lines: whole }))).body).toMatchObject({
    status: 422,
    errors: [{ pointer: '/lines' }],
  });
  const most = { levels: [{ default: { fixed: 9_007_199_254_740_991, currency: 'CNY' } }] };
  const order = { currency: 'CNY', lines: [{ sku: 'TEA', quantity: 2, unitPrice: 0 }] };
  const preview = await post('/v1/commission-plans/preview', { terms: most, order, chain: [{ tier: 'a' }] });
  expect(preview.body).toMatchObject({ status: 422, errors: [{ pointer: '/terms/levels/0/default/fixed' }] });
});

test('the preview of a plan equals what the order really earned', async () => {
  const { body: real } = await get(`/v1/orders/${orders.window}`);
  const { body: preview } = await post('/v1/commission-plans/preview', {
    terms,
    order: { currency: 'CNY', lines: lines.map(({ lineId: _id, ...line }) => line) },
    chain: [{ tier: 'gold' }, { tier: 'silver' }],
  });
  const earned = lines.flatMap(({ lineId }, index) =>
    preview.lines[index].levels.map(({ level, amount }: { level: number; amount: object }) => ({
      lineId,
      level,
      amount,
    })),
  );
  expect(earned).toEqual(
    real.commissions.map(({ lineId, level, originalAmount }: Record<string, unknown>) => ({
      lineId,
      level,
      amount: originalAmount,
    })),
  );
  const [tea, cup] = preview.lines;
  expect([tea.levels[0].matched, cup.levels[0].matched]).toEqual(['tier', 'sku']);
  expect(tea.levels[0].arithmetic).toBe('5997 × 12.5 % = 750, rounded half up');

  const broken = { ...terms, levels: [{ default: { rateBp: 99_999 }, rules: [{ earning: { rateBp: 1 } }] }] };
  const { body: checked } = await post('/v1/commission-plans/validate', { terms: broken });
  expect(checked.problems.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/levels/0/default/rateBp',
    '/levels/0/rules/0',
  ]);
  expect((await post('/v1/commission-plans/validate', { terms })).body).toEqual({
    valid: true,
    problems: [],
  });
});

test('a distributor reads of each earning why it is not paid yet, and totals that agree with the balance', async () => {
  const { body } = await get(`/v1/distributors/${seller.id}/earnings`, keys.seller);
  const codeOf = (name: string) =>
    new Set(
      body.items
        .filter(({ orderId }: { orderId: string }) => orderId === orders[name])
        .map(({ code }: { code: string }) => code),
    );
  expect([...codeOf('window')]).toEqual(['return_window_open']);
  expect([...codeOf('way')]).toEqual(['awaiting_delivery']);
  expect([...codeOf('held')]).toEqual(['hold_risk']);
  expect([...codeOf('return')].sort()).toEqual(['return_open', 'return_window_open']);
  expect([...codeOf('due')]).toEqual([]);
  expect(JSON.stringify(body)).not.toContain('looks odd');
  const { body: balance } = await get(`/v1/distributors/${seller.id}/balance`, keys.seller);
  const [totals] = body.totals;
  expect(totals.held.amount + totals.due.amount).toBe(balance.held.amount);
  expect(totals.available).toEqual(balance.available);
  const { body: due } = await get(`/v1/distributors/${seller.id}/earnings?state=due`, keys.seller);
  expect(due.items).toHaveLength(2);
  expect(
    due.items.reduce((sum: number, { amount }: { amount: { amount: number } }) => sum + amount.amount, 0),
  ).toBe(totals.due.amount);
});

test('the window of an order with an open return is paused in its picture', async () => {
  const { body } = await get(`/v1/orders/${orders.return}/windows`, keys.seller);
  const [paused, running] = body.items;
  expect(paused.window).toMatchObject({ endsAt: null, pauses: [{ returnId: 'open', to: null }] });
  expect(paused.stretches.map(({ kind }: { kind: string }) => kind)).toEqual([
    'on_the_way',
    'window',
    'paused',
  ]);
  expect(running.window.endsAt).not.toBeNull();
  const { body: over } = await get(`/v1/orders/${orders.due}/windows`);
  expect(over.items[0].closedAt).toBe(over.items[0].window.endsAt);
});

describe('the tree of sponsors', () => {
  test('is read level by level, with everybody below counted, and the way to each', async () => {
    const { pool } = api.context;
    const child = await addDistributor(pool, { sponsorId: seller.id });
    await addDistributor(pool, { sponsorId: child.id });
    const roots = await get('/v1/distributors/tree?depth=3');
    const top = roots.body.items.find(({ id }: { id: string }) => id === sponsor.id);
    expect(top).toMatchObject({
      children: 1,
      descendants: 3,
      below: [{ id: seller.id, descendants: 2, below: [{ id: child.id, children: 1, below: [] }] }],
    });
    const level = await get(`/v1/distributors/tree?root=${seller.id}`);
    expect(level.body.items).toMatchObject([{ id: child.id, sponsorId: seller.id, below: [] }]);
    const way = await get(`/v1/distributors/${child.id}/path`);
    expect(way.body.items.map(({ id }: { id: string }) => id)).toEqual([sponsor.id, seller.id, child.id]);
  });
});

test.each([
  ['/v1/returns?state=requested', 1, 'operator'],
  ['/v1/returns?sort=requestedAt', 3, 'operator'],
  ['/v1/holds?open=true&reason=risk', 4, 'finance'],
  ['/v1/holds?open=false', 0, 'finance'],
  ['/v1/balances?sort=-held', 2, 'finance'],
  ['/v1/balances?debtAbove=0', 0, 'finance'],
])('%s lists what there is, page by page and as CSV', async (path, count, role) => {
  const key = keys[role];
  const all = await get(path, key);
  expect(all.body.items).toHaveLength(count);
  const found: unknown[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: unknown[]; nextCursor: string | null } = (
      await get(`${path}&limit=1${cursor ? `&cursor=${cursor}` : ''}`, key)
    ).body;
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  expect(found).toEqual(all.body.items);
  const csv = await get(path, key, { Accept: 'text/csv' });
  expect(parse(csv.text, { columns: true, bom: true })).toHaveLength(count);
});

describe('orders', () => {
  const place = { amount: 3 * 1999, currency: 'CNY' };
  const far = payment({ paidAt: ago(3), shipTo: { region: 'CN-54' } });
  const farther = payment({ paidAt: ago(2), shipTo: { region: 'CN-54' }, externalId: `${far.externalId}-2` });
  beforeAll(async () => {
    for (const one of [far, farther]) expect((await post('/v1/orders', one)).status).toBe(201);
  });

  test.each([
    ['the beginning of their number', `number=${far.externalId}`, 2],
    ['their whole number', `number=${farther.externalId}`, 1],
    ['nothing that only looks like a pattern', 'number=%25', 0],
    ['the region they are shipped to', 'region=CN-54', 2],
    ['their region and when they were paid', `region=CN-54&paidAfter=${ago(2.5)}`, 1],
    ['their region and until when they were paid', `region=CN-54&paidBefore=${ago(2.5)}`, 1],
    ['the reason why they have no distributor', 'region=CN-54&attributionReason=no_code', 2],
    ['another reason', 'region=CN-54&attributionReason=code', 0],
  ])('are found by %s, and added up beside the list', async (_, query, count) => {
    const { body: list } = await get(`/v1/orders?${query}`);
    expect(list.items).toHaveLength(count);
    const { body: summary } = await get(`/v1/orders/summary?${query}`);
    const sums = count ? [{ ...place, amount: count * place.amount }] : [];
    expect(summary).toEqual({ count, capped: false, sums });
  });

  test('are sorted by when they were paid, page by page', async () => {
    const path = '/v1/orders?region=CN-54&sort=paidAt&limit=1';
    const { body: first } = await get(path);
    const { body: second } = await get(`${path}&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual([
      far.externalId,
      farther.externalId,
    ]);
  });

  test('have the regions that the filter offers, each of them once', async () => {
    const { regions } = (await get('/v1/orders/regions')).body;
    expect(regions).toContain('CN-54');
    expect(regions).toEqual([...new Set(regions)].sort());
    const { rows } = await api.context.pool.query('SELECT DISTINCT region FROM orders');
    expect(regions).toHaveLength(rows.length);
  });

  test('of others are neither listed nor added up for a distributor', async () => {
    const { body: list } = await get('/v1/orders?region=CN-54', keys.seller);
    const { body: summary } = await get('/v1/orders/summary?region=CN-54', keys.seller);
    expect([list.items, summary.count]).toEqual([[], 0]);
  });
});

test('transfers are found by account, distributor and commission, the newest first', async () => {
  const { body } = await get(`/v1/transfers?distributorId=${seller.id}&account=available`);
  expect(body.items.map(({ from, to }: Record<string, string>) => [from, to])).toEqual(
    expect.arrayContaining([
      ['held', 'available'],
      ['available', 'commission_expense'],
    ]),
  );
  const { commissionId } = body.items[0];
  const { body: one } = await get(`/v1/transfers?commissionId=${commissionId}`);
  expect(new Set(one.items.map((item: { commissionId: number }) => item.commissionId))).toEqual(
    new Set([commissionId]),
  );
  expect((await get('/v1/transfers', keys.operator)).status).toBe(403);
});

test('credentials are listed by when they expire, counted in days of the brand', async () => {
  const { pool } = api.context;
  const { rows } = await pool.query<{ id: string }>(
    'SELECT application_id AS id FROM distributors WHERE id = $1',
    [seller.id],
  );
  const inDays = (days: number) => dateIn(zone, Date.now() + days * day);
  const until = [inDays(-1), inDays(0), inDays(30), inDays(31), null];
  for (const validUntil of until) {
    await pool.query(
      `INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash,
         number_masked, holder, valid_from, valid_until, known_at)
       VALUES ($1, $2, $3, 1, 'business_license', 's', '\\x00', '***1', 'Li', '2020-01-01', $4, now())`,
      [randomUUID(), rows[0]!.id, seller.id, validUntil],
    );
  }
  const { body } = await get('/v1/credentials', keys.compliance);
  expect(body.items.map(({ state, daysLeft }: Record<string, unknown>) => [state, daysLeft])).toEqual([
    ['expired', -1],
    ['expiring', 0],
    ['expiring', 30],
    ['valid', 31],
    ['valid', null],
  ]);
  expect((await get('/v1/credentials?state=expiring', keys.compliance)).body.items).toHaveLength(2);
  const soon = await get(`/v1/credentials?expiresBefore=${inDays(1)}&sort=-validUntil`, keys.compliance);
  expect(soon.body.items).toHaveLength(2);
});

test('what earned nothing can be left out of the earnings, is counted, and says why', async () => {
  const before = (await get(`/v1/distributors/${seller.id}/earnings`, keys.seller)).body.nothingCount;
  const cheap = payment({
    attributionCode: seller.code,
    lines: [{ lineId: '1', sku: 'PIN', quantity: 1, unitPrice: 1 }],
  });
  await post('/v1/orders', cheap);
  const earnings = (query: string) => get(`/v1/distributors/${seller.id}/earnings?${query}`, keys.seller);
  const { body: some } = await earnings('amount=some&limit=200');
  expect(some.items.every(({ amount }: { amount: { amount: number } }) => amount.amount > 0)).toBe(true);
  const { body: nothing } = await earnings('amount=nothing');
  expect([nothing.nothingCount, some.nothingCount]).toEqual([before + 1, before + 1]);
  expect(nothing.items).toHaveLength(before + 1);
  expect(nothing.items[0]).toMatchObject({
    orderId: cheap.externalId,
    amount: { amount: 0 },
    nothing: 'rounds_to_nothing',
  });
});
