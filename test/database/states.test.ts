import { createPool } from '../../database/pool';
import { type Kind, kinds, type ProcessKind, processKinds } from '../../domain/kinds';
import { LINE_STATES } from '../../domain/order';
import { createDatabase } from '../support/database';

/** Where the state of each process stands. */
const tables: Record<Exclude<ProcessKind, 'credential'>, string> = {
  account_change: 'account_changes',
  application: 'applications',
  order: 'orders',
  return: 'returns',
  release: 'release_runs',
  withdrawal: 'withdrawals',
  payout: 'payout_batches',
  bulk: 'bulk_actions',
  mail: 'mails',
};

/** The state columns of other kinds, if any: some states are computed. */
const others: Partial<Record<Kind, string>> = {
  distributor: 'distributors',
  commission: 'commissions',
  import: 'import_runs',
  renewal: 'credential_renewals',
};

let allowed: Map<string, string[]>;

beforeAll(async () => {
  const database = await createDatabase();
  const pool = createPool(database.url, 1, () => {});
  const { rows } = await pool.query<{ name: string; check: string }>(
    `SELECT c.conrelid::regclass::text AS name, pg_get_constraintdef(c.oid) AS check FROM pg_constraint c
     WHERE c.contype = 'c' AND c.conname = c.conrelid::regclass::text || '_state_check'`,
  );
  allowed = new Map(
    rows.map(({ name, check }) => [name, [...check.matchAll(/'(\w+)'/g)].map(([, state]) => state!)]),
  );
  await pool.end();
  await database.drop();
});

// The state of a credential is computed from its dates.
const stored = processKinds.filter((kind) => kind !== 'credential');

test.each(stored)('the database knows the states of the process %s and no others', (kind) => {
  expect(allowed.get(tables[kind])).toEqual([...kinds[kind].states]);
});

test.each(Object.keys(others) as Kind[])('the database knows no state of the kind %s but its own', (kind) => {
  expect(kinds[kind].states).toEqual(expect.arrayContaining(allowed.get(others[kind]!) ?? []));
});

test('the database knows the states of a line of an order and no others', () => {
  expect(allowed.get('order_lines')).toEqual([...LINE_STATES]);
});
