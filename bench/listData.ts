import type { Pool } from '../database/pool';
import { progress } from './rounds';
import type { Seeded } from './seed';

/** Over how many days, up to now, the orders are spread. */
export const YEAR_DAYS = 360;

/** A year of business, and some of it to ask for. */
export interface Year {
  distributorId: string;
  sponsorId: string;
  withdrawalId: string;
}

// Rows are made to fit; checking the keys of millions, and keeping indexes one by one, would only take its time.
const tables = [
  'orders',
  'order_lines',
  'commissions',
  'transfers',
  'returns',
  'holds',
  'withdrawals',
  'balances',
];

/** Ten thousand distributors more, so that a day has sales of thousands: $1 how many, $2 the sponsors. */
const insertPeople = `
  WITH person AS (
    SELECT n, gen_random_uuid() AS id, sha256(('person' || n)::bytea) AS hash FROM generate_series(1, $1::int) n
  ), application AS (
    INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed,
      identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked,
      bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at, decided_at)
    SELECT id, 'approved', '{}', 'person', 'Person ' || n, n || '@example.com', '', '{}', 'CN-31', '', hash, '', '', hash, '',
      '', '', hash, hash, at, at + interval '1 day'
    FROM (SELECT *, now() - interval '360 days' * (1 - n / $1::float8) AS at FROM person) p
  )
  INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier,
    sponsor_id, identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name)
  SELECT id, id, 'PERSON' || n, 'person', 'Person ' || n, n || '@example.com', '', '{}', 'CN-31', 'standard',
    ($2::uuid[])[1 + n % cardinality($2::uuid[])], hash, '', '', '', '' FROM person`;

// One order in ten belongs to nobody, one in four has two lines, one in a thousand is in another currency. A few
// distributors sell far more than the others.
const insertOrders = `
  INSERT INTO orders (id, external_id, fingerprint, state, customer_id, currency, paid_at, region, distributor_id, attribution, plan_id, created_at)
  SELECT (20260000 + n)::text, (20260000 + n)::text, '', CASE WHEN n > $2::int * 0.95 THEN 'open' ELSE 'closed' END,
    'customer-' || (hashint4(n) & 1048575) % 200000, CASE WHEN n % 1000 = 0 THEN 'USD' ELSE 'CNY' END, at,
    CASE WHEN n % 50000 = 0 THEN 'CN-91' ELSE 'CN-' || (ARRAY[11, 12, 31, 31, 32, 33, 35, 41, 42, 43, 44, 44, 50, 51, 61])[1 + (hashint4(n) & 65535) % 15] END,
    CASE WHEN n % 10 > 0 THEN ($1::uuid[])[1 + floor(cardinality($1::uuid[]) * ((hashint4(n + 7) & 65535) / 65536.0) ^ 3)::int] END,
    jsonb_build_object('reason', CASE WHEN n % 10 = 0 THEN 'no_code' WHEN n % 20001 = 1 THEN 'own_purchase'
      WHEN n % 3 = 0 THEN 'customer_binding' ELSE 'code' END, 'explanation', 'made for a bench', 'code', 'CODE1', 'chain', '[]'::jsonb),
    $3, at + interval '1 minute'
  FROM (SELECT n, now() - interval '360 days' * (1 - n / $2::float8) AS at FROM generate_series(1, $2::int) n) made`;
const insertLines = `
  INSERT INTO order_lines (order_id, line_id, position, sku, quantity, unit_price, discount, net_amount)
  SELECT (20260000 + n)::text, (1 + line)::text, line, 'sku-1', 2, 5000 + n % 100, 0, 2 * (5000 + n % 100)
  FROM generate_series(1, $1::int) n, generate_series(0, CASE WHEN n % 4 = 0 THEN 1 ELSE 0 END) line`;

// Two of each order: nine of ten released, some held, due, reversed, on hold and in another currency.
const insertCommissions = `
  INSERT INTO commissions (order_id, line_id, level, distributor_id, state, currency, original_amount, amount, rule,
    automatic, due_at, released_at, created_at)
  SELECT o.id, '1', CASE WHEN n % 5000 = 0 THEN 3 ELSE 2 - n % 2 END,
    CASE WHEN n % 2 = 1 THEN coalesce(o.distributor_id, ($1::uuid[])[1])
      ELSE ($1::uuid[])[1 + (hashint4(n) & 65535) % cardinality($1::uuid[])] END,
    made.state, o.currency, 100000, CASE made.state WHEN 'reversed' THEN 0 ELSE amount END,
    '{"tier": "standard", "matched": "default", "earning": {"rateBp": 1000}}', n % 50 = 0,
    CASE WHEN made.state IN ('due', 'released') THEN o.paid_at + interval '12 days' END,
    CASE WHEN made.state = 'released' THEN o.paid_at + interval '13 days' END, o.created_at
  FROM (SELECT n, (hashint4(n + 1) & 2147483647) % 100000 AS amount,
      CASE WHEN n > $2::int * 0.95 THEN 'held' WHEN n % 30 = 0 THEN 'due' WHEN n % 40 = 0 THEN 'reversed'
        ELSE 'released' END AS state
    FROM generate_series(1, $2::int) n) made JOIN orders o ON o.id = (20260000 + (made.n + 1) / 2)::text
  ORDER BY n`;

// In the order in which they happened, as they are posted.
const insertTransfers = `
  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at, recorded_at)
  SELECT m.* FROM (
    SELECT 'commission/' || id || '/accrue', 'commission_expense'::account, 'held'::account, distributor_id, currency,
      CASE state WHEN 'reversed' THEN 1000 ELSE greatest(amount, 1) END, id, NULL::uuid, created_at - interval '1 minute' AS at, created_at
    FROM commissions
    UNION ALL
    SELECT 'commission/' || id || '/release', 'held', 'available', distributor_id, currency, greatest(amount, 1), id, NULL, released_at, released_at
    FROM commissions WHERE state = 'released'
    UNION ALL
    SELECT 'commission/' || id || '/reverse/canceled', 'held', 'commission_expense', distributor_id, currency, 1000, id, NULL,
      created_at + interval '3 days', created_at + interval '3 days'
    FROM commissions WHERE state = 'reversed' AND created_at < now() - interval '3 days'
    UNION ALL
    SELECT 'withdrawal/' || id || '/reserve', 'available', 'reserved', distributor_id, currency, amount, NULL, id, requested_at, requested_at
    FROM withdrawals
    UNION ALL
    SELECT 'withdrawal/' || id || '/pay', 'reserved', 'cash', distributor_id, currency, amount, NULL, id, settled_at, settled_at
    FROM withdrawals WHERE state = 'paid'
  ) m ORDER BY at`;

const insertWithdrawals = `
  INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed, bank_account_masked,
    bank_account_holder, bank_name, approvals_needed, requested_at, settled_at)
  SELECT gen_random_uuid(), ($1::uuid[])[1 + n % cardinality($1::uuid[])],
    CASE WHEN n > $2::int * 0.99 THEN 'requested' WHEN n % 100 = 0 THEN 'failed' ELSE 'paid' END,
    CASE WHEN n % 1000 = 0 THEN 'USD' ELSE 'CNY' END, 1 + (hashint4(n) & 65535) % 200, 'file', '', '', '', '', 1, at,
    CASE WHEN n <= $2::int * 0.99 THEN at + interval '1 day' END
  FROM (SELECT n, now() - interval '340 days' * (1 - n / $2::float8) AS at FROM generate_series(1, $2::int) n) made`;

const insertReturns = `
  INSERT INTO returns (order_id, id, state, reason, requested_at, resolved_at, lines)
  SELECT id, 'r1', CASE WHEN state = 'open' THEN 'requested' ELSE 'refunded' END, 'worn', paid_at + interval '4 days',
    CASE WHEN state = 'closed' THEN paid_at + interval '6 days' END, '[{"lineId": "1", "quantity": 1}]'
  FROM orders WHERE id::int % 20 = 0`;

const insertHolds = `
  INSERT INTO holds (id, commission_id, reason, note, placed_by, placed_at, lifted_by, lifted_at)
  SELECT gen_random_uuid(), id, CASE WHEN id % 30000 = 0 THEN 'violation' ELSE 'risk' END, 'x', $1::uuid, created_at,
    CASE WHEN state <> 'due' THEN $1::uuid END, CASE WHEN state <> 'due' THEN created_at + interval '1 day' END
  FROM commissions WHERE id % 300 = 0 OR id % 101 = 0`;

const insertBalances = `
  INSERT INTO balances (distributor_id, currency, held, available, reserved)
  SELECT distributor_id, currency,
    sum(CASE 'held'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END),
    greatest(0, sum(CASE 'available'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)),
    sum(CASE 'reserved'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)
  FROM transfers GROUP BY 1, 2`;

/** Fills a database with a year of business. @param orders how many */
export async function fillYear(
  pool: Pool,
  { sponsors, users, planId }: Seeded,
  orders: number,
): Promise<Year> {
  const client = await pool.connect();
  try {
    await client.query('SET session_replication_role = replica');
    await client.query("SET work_mem = '256MB'");
    await client.query("SET maintenance_work_mem = '512MB'");
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
       WHERE indrelid = ANY ($1::text[]::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
      [tables],
    );
    for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
    const fill = async (what: string, sql: string, values: unknown[] = []) => {
      const { rowCount } = await client.query(sql, values);
      progress(`${rowCount} ${what}`);
    };
    await fill('distributors', insertPeople, [Math.max(10, orders / 100), sponsors]);
    const { rows } = await client.query<{ id: string }>(
      'SELECT id FROM distributors WHERE sponsor_id IS NOT NULL ORDER BY referral_code',
    );
    const distributors = rows.map(({ id }) => id);
    await fill('orders', insertOrders, [distributors, orders, planId]);
    await fill('order lines', insertLines, [orders]);
    await client.query('ANALYZE orders');
    await fill('commissions', insertCommissions, [sponsors, 2 * orders]);
    await fill('withdrawals', insertWithdrawals, [distributors, orders / 20]);
    await fill('transfers', insertTransfers);
    await fill('returns', insertReturns);
    await fill('holds', insertHolds, [users[0]]);
    await fill('balances', insertBalances);
    for (const { definition } of indexes) await client.query(definition);
    progress(`${indexes.length} indexes`);
    const { rows: withdrawals } = await client.query<{ id: string }>('SELECT id FROM withdrawals LIMIT 1');
    return {
      distributorId: distributors[Math.floor(distributors.length / 2)]!,
      sponsorId: sponsors[3]!,
      withdrawalId: withdrawals[0]!.id,
    };
  } finally {
    client.release(true);
    // As autovacuum does sooner or later.
    await pool.query(`VACUUM ANALYZE ${tables.join(', ')}, distributors, applications`);
  }
}
