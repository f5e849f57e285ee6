import { randomUUID } from 'node:crypto';
import type { Pool } from '../../database/pool';

/**
 * Suspends a distributor since yesterday, as a violation case does: all that is restricted is one row.
 * @returns id of the restriction
 */
export async function suspend(pool: Pool, distributorId: string): Promise<string> {
  return restrict(pool, distributorId, { effect: 'suspended' });
}

/** Restricts a distributor since yesterday. @returns id of the restriction */
export async function restrict(
  pool: Pool,
  distributorId: string,
  columns: Record<string, unknown>,
): Promise<string> {
  const row = {
    id: randomUUID(),
    distributor_id: distributorId,
    cause: `violation/${randomUUID()}`,
    reason: 'violation',
    note: 'x',
    placed_at: new Date(Date.now() - 86_400_000),
    effective_from: new Date(Date.now() - 86_400_000),
    ...columns,
  };
  const names = Object.keys(row);
  await pool.query(
    `INSERT INTO restrictions (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')})`,
    Object.values(row),
  );
  return row.id;
}

/** Lifts what `suspend` or `restrict` placed, without what a lift sets off. */
export async function lift(pool: Pool, id: string): Promise<void> {
  await pool.query('UPDATE restrictions SET lifted_at = now() WHERE id = $1', [id]);
}

/** Voids what `suspend` or `restrict` placed, without what that sets off. */
export async function voided(pool: Pool, id: string): Promise<void> {
  await pool.query('UPDATE restrictions SET lifted_at = now(), voided_at = now() WHERE id = $1', [id]);
}
