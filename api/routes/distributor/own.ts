import type { ApiContext, Principal } from '../../http/endpoint';
import { notFound } from '../../http/problem';

/** A distributor sees only itself: another id is answered with not found. */
export async function refuseOthers({ pool }: ApiContext, principal: Principal, id: string): Promise<void> {
  if (principal.role === 'distributor' && principal.distributorId !== id)
    throw notFound(`The distributor ${id}`);
  const { rowCount } = await pool.query('SELECT 1 FROM distributors WHERE id = $1', [id]);
  if (!rowCount) throw notFound(`The distributor ${id}`);
}
