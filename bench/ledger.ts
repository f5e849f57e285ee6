import type { Bench } from './bench';
import { alternate, ratio, show, spread, steadyRate } from './rounds';
import { seed } from './seed';
import type { Database } from './servers';

const CONNECTIONS = 16;

/** One transfer, as an activity posts it: the trigger on the table updates the balances. */
const ours = {
  name: 'post',
  text: `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
         VALUES ($1, $2, $3, $4, 'CNY', $5, $6)`,
};

/*
 * Manual SQL instead of the trigger, in the fastest form we know: row and balance in one
 * named statement, so one round trip and one transaction. It relies on an existing balance row and on
 * its caller computing the four changes; ours does neither.
 */
const byHand = {
  name: 'post-by-hand',
  text: `WITH posted AS (
           INSERT INTO by_hand.transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
           VALUES ($1, $2, $3, $4, 'CNY', $5, $6)
         )
         UPDATE by_hand.balances
         SET held = held + $7, available = available + $8, reserved = reserved + $9, debt = debt + $10
         WHERE distributor_id = $4 AND currency = 'CNY'`,
};

// Types, defaults, checks, indexes and foreign keys are those of our tables; only the trigger is missing.
const byHandTables = `
  CREATE SCHEMA by_hand;
  CREATE TABLE by_hand.balances (LIKE public.balances INCLUDING ALL, FOREIGN KEY (distributor_id) REFERENCES distributors);
  CREATE TABLE by_hand.transfers (LIKE public.transfers INCLUDING ALL,
    FOREIGN KEY (commission_id) REFERENCES commissions, FOREIGN KEY (withdrawal_id) REFERENCES withdrawals)`;

const kinds = [
  { from: 'commission_expense', to: 'held', changes: [1, 0, 0, 0] },
  { from: 'held', to: 'available', changes: [-1, 1, 0, 0] },
] as const;

/**
 * Posts single transfers to random distributors for a while, one per connection at a time.
 * @param distributors each needs a sufficient balance
 * @returns transfers per second
 */
export function postSingles(
  { pool }: Database,
  side: 'ours' | 'byHand',
  distributors: string[],
  measureMs: number,
): Promise<number> {
  const post = () => {
    const kind = kinds[count % kinds.length]!;
    const distributor = distributors[Math.floor(Math.random() * distributors.length)]!;
    const values = [`bench/${count++}`, kind.from, kind.to, distributor, 100, new Date()];
    return side === 'ours'
      ? pool.query({ ...ours, values })
      : pool.query({ ...byHand, values: [...values, ...kind.changes.map((sign) => sign * 100)] });
  };
  return steadyRate((done) => post().then(() => done(1)), {
    inFlight: CONNECTIONS,
    rampMs: measureMs / 8,
    measureMs,
  });
}

let count = 0;

/** Funds the held balance of each distributor for the benches. */
export async function fund({ pool }: Database, distributors: string[], tables: string[]): Promise<void> {
  for (const table of tables) {
    await pool.query(
      `INSERT INTO ${table} (distributor_id, currency, held) SELECT unnest($1::uuid[]), 'CNY', 1000000000000`,
      [distributors],
    );
  }
}

export const ledger: Bench = {
  description:
    `Single transfers over ${CONNECTIONS} connections, each its own transaction: an INSERT into our table, whose trigger keeps the ` +
    'balances, against what one writes by hand without it, as one statement that inserts the row and updates the balance ' +
    '(tables with the same columns, checks, keys and indexes). fsync and synchronous_commit are on for both.',
  async run(servers, { quick }) {
    const database = await servers.createDatabase();
    const { distributors } = await seed(database.pool);
    const ids = distributors.map(({ id }) => id);
    await database.pool.query(byHandTables);
    await fund(database, ids, ['balances', 'by_hand.balances']);
    const ms = quick ? 300 : 2000;
    await alternate('ledger, warm-up', 1, {
      ours: () => postSingles(database, 'ours', ids, ms / 2),
      byHand: () => postSingles(database, 'byHand', ids, ms / 2),
    });
    const figures = await alternate('ledger', quick ? 1 : 15, {
      ours: () => postSingles(database, 'ours', ids, ms),
      byHand: () => postSingles(database, 'byHand', ids, ms),
    });
    await checkBalances(database);
    return [
      {
        measured: 'Single transfers a second',
        ours: show(spread(figures.ours)),
        baseline: show(spread(figures.byHand)),
        ratio: show(ratio(figures.ours, figures.byHand)),
        aim: 'at least 0.8',
      },
    ];
  },
};

/** Verifies that the balances equal the sums of the transfers. */
async function checkBalances({ pool }: Database): Promise<void> {
  for (const schema of ['public', 'by_hand']) {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM ${schema}.balances b LEFT JOIN (
         SELECT distributor_id, sum(CASE WHEN to_account = 'held' THEN amount ELSE -amount END) AS held,
           sum(CASE WHEN to_account = 'available' THEN amount ELSE 0 END) AS available
         FROM ${schema}.transfers GROUP BY 1
       ) AS t USING (distributor_id)
       WHERE b.held <> 1000000000000 + coalesce(t.held, 0) OR b.available <> coalesce(t.available, 0)`,
    );
    if (rowCount) throw new Error(`${rowCount} balances of schema ${schema} are not what was transferred`);
  }
}
