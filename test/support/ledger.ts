import type { Pool } from '../../activities/database';

/** Every balance equals its transfers, and all accounts together are zero. Placeholder until verifyLedger lands. */
export async function expectSoundLedger(pool: Pool): Promise<void> {
  const { rows } = await pool.query(
    `SELECT b.distributor_id FROM balances b LEFT JOIN LATERAL (SELECT sum(CASE WHEN to_account='held' THEN amount WHEN from_account='held' THEN -amount ELSE 0 END) AS h FROM transfers t WHERE t.distributor_id=b.distributor_id) x ON true WHERE b.held <> coalesce(x.h,0)`,
  );
  expect(rows).toEqual([]);
}
