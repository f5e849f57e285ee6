import type { Figures } from './figures';
import type { Pool } from './pool';

/**
 * SQL: withdrawal `w` of distributor `d` goes into the next payout file.
 * @param at SQL of the moment
 */
export const payableByFile = (at: string) =>
  `w.state = 'approved' AND w.method = 'file' AND payout_obstacle(d, ${at}) IS NULL`;

/** What a payout file of each currency would hold if it was created now. */
export async function previewPayouts(pool: Pool): Promise<Figures[]> {
  const { rows } = await pool.query<{ currency: string; count: number; total: number }>(
    `SELECT w.currency, count(*)::int AS count, sum(w.amount)::bigint AS total
     FROM withdrawals w JOIN distributors d ON d.id = w.distributor_id
     WHERE ${payableByFile('now()')} GROUP BY w.currency ORDER BY w.currency`,
  );
  return rows.map(({ currency, count, total }) => ({ count, totals: { [currency]: total } }));
}
