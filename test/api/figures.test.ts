import { sumDays } from '../../database/dailySums';
import { type Answer, startApi, startWorker, type TestApi } from '../support/api';
import { eventually } from '../support/eventually';
import { addCommissions, addDistributor, credit } from '../support/payouts';

let api: TestApi;
let stopWorker: () => Promise<void>;
let finance: string;
let people: string[];

beforeAll(async () => {
  api = await startApi({ WITHDRAWAL_MINIMUM: '1' });
  stopWorker = await startWorker(api.context);
  finance = await api.keyFor('finance');
  people = [await addDistributor(pool()), await addDistributor(pool())];
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const pool = () => api.context.pool;
const post = (path: string, body: object = {}) => api.call('POST', path, { key: finance, body });
const get = async (path: string) => (await api.call('GET', path, { key: finance })).body;
const code = ({ status, body }: Answer) => [status, body.type?.replace('/problems/', '')];
const cny = (amount: number) => ({ amount, currency: 'CNY' });
const rowsOf = async (table: string) =>
  Number((await pool().query(`SELECT count(*) FROM ${table}`)).rows[0].count);

describe('totals', () => {
  const more = 10_050;
  beforeAll(async () => {
    // More than are counted one by one, and the last of them in another currency.
    await addCommissions(pool(), people, Array(more).fill(100), { dueAt: '2026-01-01T00:00:00Z' });
    await addCommissions(pool(), people, [700, 800], { dueAt: '2026-02-01T00:00:00Z', currency: 'GBP' });
    await addCommissions(pool(), people, [50, 60], { state: 'held', currency: 'JPY' });
    // Of days that are summed, and one that is reported after that.
    const paidAt = '2026-03-01T00:00:00Z';
    await addCommissions(pool(), people, [70, 80], { state: 'held', paidAt });
    await sumDays(pool(), api.context.config.BRAND_TIME_ZONE);
    await addCommissions(pool(), people, [90], { state: 'held', paidAt });
    expect(await rowsOf('daily_transfers')).toBe(1);
    expect(await rowsOf('late_entries')).toBeGreaterThan(0);
  }, 120_000);

  /** Each total beside the sum of the commissions themselves. */
  async function compare(): Promise<void> {
    for (const [query, condition] of [
      ['', 'true'],
      ['state=due', "state = 'due'"],
      ['state=held', "state = 'held'"],
      ['state=released', "state = 'released'"],
      ['state=released&currency=GBP', "state = 'released' AND currency = 'GBP'"],
      ['currency=CNY', "currency = 'CNY'"],
      ['state=clawed_back', "state = 'clawed_back'"],
      [`distributorId=${people[0]}`, `distributor_id = '${people[0]}'`],
      ['state=due&dueBefore=2026-01-15T00:00:00Z', "state = 'due' AND due_at < '2026-01-15Z'"],
    ]) {
      const { rows } = await pool().query(
        `SELECT sum(amount)::bigint AS amount, currency FROM commissions WHERE ${condition} GROUP BY currency ORDER BY currency`,
      );
      const { sums } = await get(`/v1/commissions/summary?${query}`);
      expect([query, sums]).toEqual([query, rows]);
    }
  }

  const card = async (key: string) =>
    (await get('/v1/home')).cards.find((one: { key: string }) => one.key === key);

  test('are those of every commission in every currency, however many there are', async () => {
    await compare();
    expect(await card('commissions_due')).toMatchObject({
      count: more + 2,
      capped: false,
      sums: [cny(more * 100), { amount: 1500, currency: 'GBP' }],
      oldestAt: '2026-01-01T00:00:00.000Z',
    });
    const orders = await get('/v1/orders/summary');
    expect(orders.sums).toEqual([
      cny(more * 100 + 240),
      { amount: 1500, currency: 'GBP' },
      { amount: 110, currency: 'JPY' },
    ]);
    expect((await get('/v1/orders/summary?state=closed')).sums).toEqual([]);
  });

  test('only grow while more is released', async () => {
    const first = await post('/v1/commission-releases', {
      dueBefore: '2026-01-15T00:00:00Z',
      currency: 'CNY',
    });
    const approver = await api.keyFor('finance');
    const approve = (id: string) =>
      api.call('POST', `/v1/commission-releases/${id}/approve`, { key: approver, body: {} });
    const done = async (id: string) => {
      await eventually('the run is done', async () => {
        return (await get(`/v1/commission-releases/${id}`)).state === 'done';
      });
    };
    await approve(first.body.id);
    await done(first.body.id);
    expect((await card('commissions_released')).sums).toEqual([cny(more * 100)]);
    await compare();
    const second = await post('/v1/commission-releases', { dueBefore: '2026-03-01T00:00:00Z' });
    await approve(second.body.id);
    await done(second.body.id);
    expect((await card('commissions_released')).sums).toEqual([
      cny(more * 100),
      { amount: 1500, currency: 'GBP' },
    ]);
    await compare();
  }, 120_000);
});

describe('a release run', () => {
  test('is proposed with the figures that were seen, and refused when they are others by now', async () => {
    const { ids } = await addCommissions(pool(), people, [1000, 2000], { dueAt: '2026-05-01T00:00:00Z' });
    const selection = { dueBefore: '2026-06-01T00:00:00Z', distributorId: people[0] };
    const seen = await post('/v1/commission-releases/preview', selection);
    expect(seen.body).toEqual({ count: 1, totals: [cny(1000)], leftOut: 0 });
    await addCommissions(pool(), [people[0]!], [500], { dueAt: '2026-05-02T00:00:00Z' });
    const { count, totals } = seen.body;
    const runs = await rowsOf('release_runs');
    const refused = await post('/v1/commission-releases', { ...selection, expected: { count, totals } });
    expect(code(refused)).toEqual([409, 'figures_changed']);
    expect(refused.body.detail).toContain(
      'Expected 1 entries, CNY 10.00, but now it is 2 entries, CNY 15.00.',
    );
    expect(await rowsOf('release_runs')).toBe(runs);
    const now = await post('/v1/commission-releases/preview', selection);
    const run = await post('/v1/commission-releases', {
      ...selection,
      expected: { count: now.body.count, totals: now.body.totals },
    });
    expect([run.status, run.body.totals]).toEqual([201, [cny(1500)]]);
    // What is in that run is not in another.
    const chosen = await post('/v1/commission-releases/preview', { commissionIds: ids });
    expect(chosen.body).toEqual({ count: 1, totals: [cny(2000)], leftOut: 1 });
  });
});

describe('a payout batch', () => {
  async function approved(amount: number): Promise<string> {
    const distributorId = await addDistributor(pool());
    await credit(pool(), distributorId, amount);
    const { body } = await post('/v1/withdrawals', { distributorId, amount: cny(amount) });
    await post(`/v1/withdrawals/${body.id}/approve`);
    return distributorId;
  }

  test('holds what was seen, or is refused, and is confirmed after its file was downloaded', async () => {
    await approved(300);
    const suspended = await approved(500);
    const compliance = await api.keyFor('compliance');
    await api.call('POST', `/v1/distributors/${suspended}/suspend`, {
      key: compliance,
      body: { reason: 'papers' },
    });
    const seen = await post('/v1/payout-batches/preview');
    expect(seen.body.currencies).toEqual([{ count: 1, total: cny(300) }]);
    await approved(400);
    const expected = { count: 1, totals: [cny(300)] };
    const refused = await post('/v1/payout-batches', { currency: 'CNY', expected });
    expect(code(refused)).toEqual([409, 'figures_changed']);
    const batch = await post('/v1/payout-batches', {
      currency: 'CNY',
      expected: { count: 2, totals: [cny(700)] },
    });
    expect([batch.status, batch.body.total, batch.body.fileFetchedAt]).toEqual([201, cny(700), null]);
    const path = `/v1/payout-batches/${batch.body.id}`;
    expect(code(await post(`${path}/confirm`))).toEqual([409, 'payout_file_not_fetched']);
    expect((await get(path)).state).toBe('open');
    await api.call('GET', `${path}/file`, { key: finance });
    const { fileFetchedAt } = await get(path);
    expect(fileFetchedAt).not.toBeNull();
    await api.call('GET', `${path}/file`, { key: finance });
    expect((await get(path)).fileFetchedAt).toBe(fileFetchedAt);
    expect((await post(`${path}/confirm`)).body.state).toBe('settled');
  });
});
