import type { Figures } from './figures';
import type { Pool } from './pool';

/** Which commissions a release run is proposed for: those named, or everything due that fits the filter. */
export type ReleaseSelection =
  | { commissionIds: number[] }
  | {
      /** RFC 3339; due before this moment. */
      dueBefore: string;
      distributorId?: string;
      currency?: string;
    };

/**
 * SQL condition on `commissions` for a selection.
 * @param bind turns a value into a parameter of the statement
 */
export function selected(selection: ReleaseSelection, bind: (value: unknown) => string): string {
  if ('commissionIds' in selection) return `id = ANY (${bind(selection.commissionIds)}::bigint[])`;
  const { dueBefore, distributorId, currency } = selection;
  return [
    `state = 'due' AND due_at < ${bind(dueBefore)}`,
    ...(distributorId ? [`distributor_id = ${bind(distributorId)}`] : []),
    ...(currency ? [`currency = ${bind(currency)}`] : []),
  ].join(' AND ');
}

/**
 * The figures that a run of this selection would have if it was proposed now.
 * @returns with `leftOut`, how many are selected but not due, or in another run
 */
export async function previewRelease(
  pool: Pool,
  selection: ReleaseSelection,
): Promise<Figures & { leftOut: number }> {
  const values: unknown[] = [];
  const condition = selected(selection, (value) => `$${values.push(value)}`);
  const { rows } = await pool.query<{ currency: string; items: number; pending: number; total: number }>(
    `SELECT currency, count(*)::int AS items, count(*) FILTER (WHERE waits)::int AS pending,
       coalesce(sum(amount) FILTER (WHERE waits), 0)::bigint AS total
     FROM (
       SELECT currency, amount,
         state = 'due' AND NOT EXISTS (SELECT FROM release_waiting w WHERE w.commission_id = id) AS waits
       FROM commissions WHERE ${condition}
     ) AS chosen GROUP BY currency`,
    values,
  );
  const waiting = rows.filter(({ pending }) => pending > 0);
  const count = waiting.reduce((sum, { pending }) => sum + pending, 0);
  return {
    count,
    totals: Object.fromEntries(waiting.map(({ currency, total }) => [currency, total])),
    leftOut: rows.reduce((sum, { items }) => sum + items, 0) - count,
  };
}
