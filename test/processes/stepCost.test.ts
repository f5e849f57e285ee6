import { randomUUID } from 'node:crypto';
import { createOrderActivities } from '../../activities/order/order';
import { LIFECYCLE_TERMS, seed } from '../../bench/seed';
import { openDatabase } from '../support/payouts';

const DAY = 86_400_000;

let database: Awaited<ReturnType<typeof openDatabase>>;

// One connection, so that plans made early are those that are used later, as in a worker that runs for days.
beforeAll(async () => {
  database = await openDatabase(1);
});
afterAll(() => database.close());

test('the steps of an order read no more rows when many orders are open', async () => {
  const { pool } = database;
  const { distributors, skus } = await seed(pool, { ...LIFECYCLE_TERMS, returnWindowDays: 15 });
  const { payOrder, applyOrderEvent } = createOrderActivities(pool);
  const open = async (paidAt: number) => {
    const externalId = randomUUID();
    await payOrder(
      {
        externalId,
        paidAt: new Date(paidAt).toISOString(),
        currency: 'CNY',
        customer: { externalId },
        attributionCode: distributors[0]!.code,
        shipTo: { region: 'CN-31' },
        lines: [1, 2, 3].map((line) => ({
          lineId: `${line}`,
          sku: skus[0]!,
          quantity: 1,
          unitPrice: 10_000,
        })),
      },
      Date.now(),
    );
    return externalId;
  };
  const complete = async () => {
    const id = await open(Date.now() - 21 * DAY);
    const delivered = { type: 'delivered', at: Date.now() - 20 * DAY, actor: 'shop' } as const;
    expect(await applyOrderEvent(id, delivered, Date.now())).toMatchObject({ finished: true });
  };
  const rowsRead = async () => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ read: number }>(
      `SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables)::bigint
         + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)::bigint AS read`,
    );
    return rows[0]!.read;
  };
  const readBy = async (count: number) => {
    const before = await rowsRead();
    for (let n = 0; n < count; n++) await complete();
    return (await rowsRead()) - before;
  };

  // The server would analyse the tables automatically after a minute, in the middle of this, and change its plans.
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of tables) await pool.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`);
  await readBy(150);
  // What the server then knows is that nothing is held: the worst moment to make a plan for what is.
  await pool.query('ANALYZE orders, order_lines, commissions, transfers, balances');
  const withNoneOpen = await readBy(20);
  for (let n = 0; n < 400; n++) await open(Date.now());
  const withManyOpen = await readBy(20);

  expect(withNoneOpen).toBeGreaterThan(1000);
  expect(withManyOpen / withNoneOpen).toBeLessThan(1.5);
});
