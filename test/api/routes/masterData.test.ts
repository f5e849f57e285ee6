import { inTransaction } from '../../../database/pool';
import { verifyLedger } from '../../../database/verifyLedger';
import { makeDistributor, startApi, type TestApi } from '../../support/api';

let api: TestApi;
const keys: Record<string, string> = {};
beforeEach(async () => {
  api = await startApi();
  for (const role of ['admin', 'finance', 'compliance', 'operator'] as const)
    keys[role] = await api.keyFor(role);
});
afterEach(() => api.stop());

const level = { default: { rateBp: 500 } };
const makePlan = async (levels = [level]) =>
  (
    await api.call('POST', '/v1/commission-plans', {
      key: keys.finance,
      body: { name: 'plan', terms: { levels } },
    })
  ).body;
const activate = (id: number, body: object = {}) =>
  api.call('POST', `/v1/commission-plans/${id}/activate`, { key: keys.finance, body });
const stateOf = async (id: number) =>
  (await api.call('GET', `/v1/commission-plans/${id}`, { key: keys.operator })).body.state;
const later = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('commission plans', () => {
  test('the very first may begin in the past, no other', async () => {
    const [first, second] = [await makePlan(), await makePlan()];
    expect((await activate(first.id, { effectiveFrom: '2020-01-01T00:00:00+08:00' })).body).toMatchObject({
      state: 'in_force',
      effectiveFrom: '2019-12-31T16:00:00.000Z',
    });
    const past = await activate(second.id, { effectiveFrom: later(-60_000) });
    expect([past.status, past.body.type]).toEqual([422, '/problems/effective_from_past']);
  });

  test('one is in force at a time', async () => {
    const [a, b, c] = [await makePlan(), await makePlan(), await makePlan()];
    await activate(a.id);
    await activate(b.id);
    await activate(c.id, { effectiveFrom: later(60_000) });
    expect([await stateOf(a.id), await stateOf(b.id), await stateOf(c.id)]).toEqual([
      'superseded',
      'in_force',
      'scheduled',
    ]);
  });

  test('the audit trail of an activation names the version it replaces', async () => {
    const [a, b, between] = [await makePlan(), await makePlan(), await makePlan()];
    await activate(a.id);
    await activate(b.id, { effectiveFrom: later(7_200_000) });
    await activate(between.id, { effectiveFrom: later(5_400_000) });
    const { body } = await api.call('GET', '/v1/audit?action=plan.activate&limit=3', { key: keys.admin });
    expect(body.items.map(({ after }: { after: object }) => after)).toMatchObject([
      { planId: between.id, replaces: a.id },
      { planId: b.id, replaces: a.id },
      { planId: a.id },
    ]);
  });

  test('an activated one cannot be activated for another moment, nor two for the same', async () => {
    const [a, b] = [await makePlan(), await makePlan()];
    const effectiveFrom = later(3_600_000);
    await activate(a.id, { effectiveFrom });
    expect((await activate(a.id, { effectiveFrom })).status).toBe(200);
    expect((await activate(a.id, { effectiveFrom: later(7_200_000) })).body.type).toBe(
      '/problems/plan_activated',
    );
    expect((await activate(b.id, { effectiveFrom })).body.type).toBe('/problems/effective_from_taken');
  });

  test('a third level needs the recorded confirmation of compliance', async () => {
    const plan = await makePlan([level, level, level]);
    expect((await activate(plan.id)).body.type).toBe('/problems/acknowledgement_missing');
    const acknowledge = (key: string) =>
      api.call('POST', `/v1/commission-plans/${plan.id}/acknowledge`, {
        key,
        body: { statement: 'Checked with counsel.' },
      });
    expect((await acknowledge(keys.admin!)).status).toBe(403);
    expect((await acknowledge(keys.compliance!)).body).toMatchObject({
      acknowledgement: 'Checked with counsel.',
    });
    expect((await activate(plan.id)).body.state).toBe('in_force');
    const { body } = await api.call('GET', `/v1/audit?subject=plan/${plan.id}`, {
      key: keys.admin,
    });
    expect(body.items.map(({ action, actor }: Record<string, string>) => [action, actor])).toEqual([
      ['plan.activate', 'test finance'],
      ['plan.acknowledge', 'test compliance'],
      ['plan.create', 'test finance'],
    ]);
  });

  test('two levels need none', async () => {
    const plan = await makePlan([level, level]);
    const body = { statement: 'x' };
    const answer = await api.call('POST', `/v1/commission-plans/${plan.id}/acknowledge`, {
      key: keys.compliance,
      body,
    });
    expect(answer.body.type).toBe('/problems/acknowledgement_not_needed');
  });
});

describe('products', () => {
  const put = (price: number, category: string | null = null) =>
    api.call('PUT', '/v1/products/T%2F1', {
      key: keys.operator,
      body: { name: 'Tea', category, price: { amount: price, currency: 'CNY' } },
    });

  test('each change leaves an audit entry with what was before, and the same again leaves none', async () => {
    expect((await put(100)).status).toBe(201);
    expect((await put(100)).status).toBe(200);
    expect((await put(0, 'tea')).body).toMatchObject({ sku: 'T/1', price: { amount: 0 }, category: 'tea' });
    const { body } = await api.call('GET', '/v1/audit?subject=product/T%252F1&sort=id', { key: keys.admin });
    expect(body.items).toMatchObject([
      { action: 'product.create', before: null, after: { price: { amount: 100 } } },
      { action: 'product.update', before: { price: { amount: 100 } }, after: { price: { amount: 0 } } },
    ]);
    expect((await api.call('GET', '/v1/products/T%2F1', { key: keys.finance })).body.category).toBe('tea');
  });

  test('concurrent changes all succeed, the last one stays', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => put(i + 1)));
    expect(answers.every(({ status }) => status < 300)).toBe(true);
    const { body } = await api.call('GET', '/v1/audit?subject=product/T%252F1&limit=1', { key: keys.admin });
    const product = await api.call('GET', '/v1/products/T%2F1', { key: keys.finance });
    expect(body.items[0].after.price).toEqual(product.body.price);
  });
});

describe('the books', () => {
  async function book(): Promise<string> {
    const distributor = await makeDistributor(api.context);
    await api.context.pool.query(
      `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at) VALUES
         ('a', 'commission_expense', 'available', $1, 'CNY', 500, now()), ('b', 'available', 'cash', $1, 'CNY', 120, now())`,
      [distributor],
    );
    return distributor;
  }

  test('that are right are found right, with the sum of all accounts at zero', async () => {
    await book();
    const { body } = await api.call('GET', '/v1/ledger/verify', { key: keys.finance });
    expect(body).toMatchObject({ ok: true, transfers: 2, mismatchCount: 0 });
    expect(body.totals).toEqual([
      { currency: 'CNY', account: 'available', amount: 380 },
      { currency: 'CNY', account: 'commission_expense', amount: -500 },
      { currency: 'CNY', account: 'cash', amount: 120 },
    ]);
  });

  test.each([
    [
      'a balance that no transfer explains',
      'UPDATE balances SET available = 381',
      'balance_is_transfers',
      'available',
      380,
      381,
    ],
    ['held money without commissions', 'UPDATE balances SET held = 7', 'held_is_commissions', 'held', 0, 7],
    [
      'reserved money without withdrawals',
      'UPDATE balances SET reserved = 9',
      'reserved_is_withdrawals',
      'reserved',
      0,
      9,
    ],
  ])('%s is found', async (_name, sql, check, account, expected, actual) => {
    const distributor = await book();
    await api.context.pool.query(sql);
    const { ok, mismatches } = await verifyLedger(api.context.pool);
    expect(ok).toBe(false);
    expect(mismatches).toContainEqual({
      check,
      subject: `distributor/${distributor}/${account}`,
      currency: 'CNY',
      expected,
      actual,
    });
  });

  test('commissions and withdrawals that differ from their transfers are found', async () => {
    const distributor = await book();
    const plan = await makePlan();
    await inTransaction(api.context.pool, async (client) => {
      await client.query(
        `INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
         VALUES ('o', 'o', '', 'c', 'CNY', now(), 'CN', '{}', $1)`,
        [plan.id],
      );
      await client.query(
        `INSERT INTO order_lines (order_id, line_id, position, sku, quantity, unit_price, discount, net_amount)
         VALUES ('o', '1', 1, 's', 1, 100, 0, 100)`,
      );
      const { rows } = await client.query<{ id: number }>(
        `INSERT INTO commissions (order_id, line_id, level, distributor_id, currency, original_amount, amount, rule, automatic)
         VALUES ('o', '1', 1, $1, 'CNY', 100, 100, '{}', false) RETURNING id`,
        [distributor],
      );
      await client.query(
        `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
         VALUES ('c', 'commission_expense', 'held', $1, 'CNY', 90, $2, now())`,
        [distributor, rows[0]!.id],
      );
      await client.query(
        `INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed,
           bank_account_masked, bank_account_holder, bank_name, approvals_needed, requested_at)
         VALUES ($1, $1, 'requested', 'CNY', 50, 'file', '', '', '', '', 1, now())`,
        [distributor],
      );
    });
    const { mismatches } = await verifyLedger(api.context.pool);
    const found = mismatches.map(({ check, expected, actual }) => [check, expected, actual]);
    expect(found.sort()).toEqual([
      ['commission_is_transfers', 100, 90],
      ['commission_is_transfers', 100, 90],
      ['held_is_commissions', 100, 90],
      ['reserved_is_withdrawals', 50, 0],
      ['withdrawal_is_transfers', 50, 0],
    ]);
  });
});
