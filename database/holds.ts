import { keyOf, subjectOf } from '../domain/kinds';
import { recordDecision } from './decisions';
import { type Actor, hasEvent } from './journal';
import { type Client, inTransaction, type Pool } from './pool';
import { refuse } from './refusal';

/** Why a commission is kept back. */
export type HoldReason = 'finance' | 'risk' | 'violation' | 'credential_expired';

/** Keep a commission back. */
export interface HoldRequest {
  /** Of the hold; the same when the message comes again. */
  id: string;
  commissionId: number;
  reason: HoldReason;
  note: string;
  by: Actor;
}

/** Lift the holds of a commission. */
export interface UnholdRequest {
  decisionId: string;
  commissionId: number;
  /** Only the hold of this reason; all that are open when left out. */
  reason?: HoldReason;
  note: string;
  by: Actor;
}

/** What lifting holds led to. */
export interface UnholdResult {
  lifted: HoldReason[];
  /** True when it was the last obstacle and the plan releases by itself. */
  released: boolean;
}

/**
 * Places a hold. A single transaction that waits for nothing, so no workflow stands behind it.
 * @param now milliseconds since 1970
 * @throws refusal `commission_not_found`, `commission_settled` or `already_on_hold`
 */
export async function placeHold(pool: Pool, hold: HoldRequest, now: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { id, commissionId, reason, note, by } = hold;
    const subject = subjectOf('commission', commissionId);
    // Whoever releases locks this row too: a hold comes before the release or after it, never in between.
    const commission = await lockCommission(client, commissionId);
    if (await hasEvent(client, subject, keyOf('hold', id))) return;
    if (commission.state !== 'held' && commission.state !== 'due') {
      throw refuse({
        code: 'commission_settled',
        status: 409,
        message: `The commission is ${commission.state}: there is nothing left to keep back.`,
      });
    }
    const placed = await client.query(
      `INSERT INTO holds (id, commission_id, reason, note, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (commission_id, reason) WHERE lifted_at IS NULL DO NOTHING`,
      [id, commissionId, reason, note, by.userId, new Date(now)],
    );
    if (placed.rowCount === 0) {
      throw refuse({
        code: 'already_on_hold',
        status: 409,
        message: `The commission is on hold for this reason (${reason}) already.`,
      });
    }
    await recordDecision(client, {
      subject,
      key: keyOf('hold', id),
      type: 'hold_placed',
      action: 'commission.hold',
      by,
      at: now,
      data: { reason, note },
      after: { hold: reason },
      reason: note,
    });
  });
}

/**
 * Lifts holds. When nothing else keeps back a commission that is due and whose plan releases by itself, it is
 * released in the same transaction.
 * @param now milliseconds since 1970
 * @throws refusal `commission_not_found` or `not_on_hold`
 */
export async function liftHolds(pool: Pool, request: UnholdRequest, now: number): Promise<UnholdResult> {
  return inTransaction(pool, async (client) => {
    const { decisionId, commissionId, reason, note, by } = request;
    const subject = subjectOf('commission', commissionId);
    const key = keyOf('unhold', decisionId);
    const commission = await lockCommission(client, commissionId);
    const earlier = await client.query<{ data: UnholdResult }>(
      'SELECT data FROM events WHERE subject = $1 AND key = $2',
      [subject, key],
    );
    if (earlier.rows[0])
      return { lifted: earlier.rows[0].data.lifted, released: earlier.rows[0].data.released };
    const { rows } = await client.query<{ reason: HoldReason }>(
      `UPDATE holds SET lifted_by = $2, lifted_at = $3, lift_note = $4
       WHERE commission_id = $1 AND lifted_at IS NULL AND ($5::text IS NULL OR reason = $5) RETURNING reason`,
      [commissionId, by.userId, new Date(now), note, reason ?? null],
    );
    if (rows.length === 0) {
      throw refuse({
        code: 'not_on_hold',
        status: 409,
        message: reason ? `The commission is not on hold for ${reason}.` : 'The commission is not on hold.',
      });
    }
    const lifted = rows.map((row) => row.reason).sort();
    const mayRelease = commission.automatic && commission.state === 'due';
    const released = mayRelease && (await releaseIfClear(client, commissionId, now));
    await recordDecision(client, {
      subject,
      key,
      type: 'hold_lifted',
      action: 'commission.unhold',
      by,
      at: now,
      data: { lifted, note, released },
      before: { holds: lifted },
      after: { released },
      reason: note,
    });
    return { lifted, released };
  });
}

async function lockCommission(client: Client, id: number): Promise<{ state: string; automatic: boolean }> {
  const { rows } = await client.query<{ state: string; automatic: boolean }>(
    'SELECT state, automatic FROM commissions WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  if (!rows[0])
    throw refuse({ code: 'commission_not_found', status: 404, message: `There is no commission ${id}.` });
  return rows[0];
}

async function releaseIfClear(client: Client, id: number, now: number): Promise<boolean> {
  const { rows } = await client.query<{ obstacle: string | null }>(
    `SELECT obstacle FROM release_commissions(ARRAY[$1::bigint], '{due}', $2)`,
    [id, new Date(now)],
  );
  return rows[0]!.obstacle === null;
}
