import { keyOf, subjectOf } from '../domain/kinds';
import type { Effect, RestrictionReason } from '../domain/restriction';
import { addEvent, SYSTEM } from './journal';
import { inTransaction, type Pool } from './pool';
import { releaseKeptBack } from './restrictions';

interface Ended {
  id: string;
  effect: Effect;
  reason: RestrictionReason;
  commissionId: number | null;
  until: Date;
}

const pageSize = 500;

/**
 * Follows up restrictions that have ended by themselves, found by an index: in one transaction for each distributor,
 * it marks them as lifted at their end, notes that on the timeline, and makes the run that releases what they kept back.
 * Nothing waits for it but that release: whether a restriction is open is asked of its dates.
 * @returns for each distributor the id of the run, to be started; null where nothing was kept back
 */
export async function* endRestrictions(pool: Pool): AsyncGenerator<string | null> {
  for (;;) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT DISTINCT distributor_id AS id FROM (
         SELECT distributor_id FROM restrictions WHERE lifted_at IS NULL AND effective_until <= now()
         ORDER BY effective_until LIMIT ${pageSize}
       ) AS ended`,
    );
    if (!rows.length) return;
    for (const { id } of rows) yield await endOf(pool, id);
  }
}

function endOf(pool: Pool, distributorId: string): Promise<string | null> {
  return inTransaction(pool, async (client) => {
    await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [distributorId]);
    const { rows } = await client.query<Ended>(
      `UPDATE restrictions SET lifted_at = effective_until
       WHERE distributor_id = $1 AND lifted_at IS NULL AND effective_until <= clock_timestamp()
       RETURNING id, effect, reason, commission_id AS "commissionId", effective_until AS until`,
      [distributorId],
    );
    // Another attempt, or a person who lifted it at that moment, came first.
    if (!rows.length) return null;
    for (const { id, effect, reason, commissionId, until } of rows) {
      await addEvent(client, {
        subject:
          commissionId === null
            ? subjectOf('distributor', distributorId)
            : subjectOf('commission', commissionId),
        key: keyOf('restriction_ended', id),
        type: 'restriction_ended',
        actor: SYSTEM,
        occurredAt: until.getTime(),
        data: { effect, reason },
      });
    }
    const decisionId = rows.map(({ id }) => id).sort()[0]!;
    return releaseKeptBack(client, { distributorId, decisionId, at: Date.now() });
  });
}
