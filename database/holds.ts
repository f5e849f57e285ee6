import { keyOf, subjectOf } from '../domain/kinds';
import { causedByPerson, type RestrictionReason } from '../domain/restriction';
import { decide } from './decide';
import type { Actor } from './journal';
import type { Client, Pool } from './pool';
import { refuse } from './refusal';
import { liftRestrictions, NOT_OVER, PEOPLE, placeRestriction } from './restrictions';

/** Keep a commission back. */
export interface HoldRequest {
  /** Of the hold; the same when the message is repeated. */
  id: string;
  commissionId: number;
  reason: RestrictionReason;
  note: string;
  by: Actor & { userId: string };
}

/** Lift the holds of a commission. */
export interface UnholdRequest {
  decisionId: string;
  commissionId: number;
  /** Only the hold of this reason; all that people placed when left out. */
  reason?: RestrictionReason;
  note: string;
  by: Actor;
}

/** What lifting holds led to. */
export interface UnholdResult {
  lifted: RestrictionReason[];
  /** True when it was the last obstacle and the plan releases automatically. */
  released: boolean;
}

interface LockedCommission {
  distributorId: string;
  state: string;
  automatic: boolean;
}

/**
 * Places a person's hold: a restriction of one commission. A single transaction without waiting, so it needs no
 * workflow.
 * @param now milliseconds since 1970
 * @throws refusal `commission_not_found`, `commission_not_accrued`, `commission_settled` or `already_on_hold`
 */
export async function placeHold(pool: Pool, hold: HoldRequest, now: number): Promise<void> {
  const { id, commissionId, reason, note, by } = hold;
  await decide(
    pool,
    { kind: 'commission', id: commissionId, key: keyOf('hold', id), by, at: now },
    // A release locks this row too: a hold is placed before it or after it, never in between.
    (client) => lockCommission(client, commissionId),
    async (client, { distributorId, state }) => {
      if (state === 'not_accrued') {
        throw refuse({
          code: 'commission_not_accrued',
          status: 409,
          message:
            'The commission was not accrued because of a restriction; there is nothing to put on hold.',
        });
      }
      if (state !== 'held' && state !== 'due') {
        throw refuse({
          code: 'commission_settled',
          status: 409,
          message: `The commission is already ${state} and cannot be put on hold.`,
        });
      }
      const { rowCount } = await client.query(
        `SELECT FROM restrictions r WHERE r.commission_id = $1 AND r.reason = $2 AND r.cause LIKE $3 AND ${NOT_OVER}`,
        [commissionId, reason, PEOPLE],
      );
      if (rowCount) {
        throw refuse({
          code: 'already_on_hold',
          status: 409,
          message: `The commission is already on hold for this reason (${reason}).`,
        });
      }
      const cause = causedByPerson(by.userId);
      await placeRestriction(client, {
        id,
        distributorId,
        commissionId,
        effect: 'no_release',
        cause,
        reason,
        note,
        by,
        at: now,
      });
      return {
        type: 'hold_placed',
        action: 'commission.hold',
        data: { reason, note },
        after: { hold: reason },
        reason: note,
      };
    },
    async () => {},
  );
}

/**
 * Lifts holds that people placed; what a process placed stays. When nothing else keeps back a commission that is due
 * and whose plan releases automatically, it is released in the same transaction.
 * @param now milliseconds since 1970
 * @throws refusal `commission_not_found` or `not_on_hold`
 */
export function liftHolds(pool: Pool, request: UnholdRequest, now: number): Promise<UnholdResult> {
  const { decisionId, commissionId, reason, note, by } = request;
  const key = keyOf('unhold', decisionId);
  return decide(
    pool,
    { kind: 'commission', id: commissionId, key, by, at: now },
    (client) => lockCommission(client, commissionId),
    async (client, { distributorId, state, automatic }) => {
      const rows = await liftRestrictions(
        client,
        { distributorId, commissionId, cause: PEOPLE, reason },
        { by, at: now, note },
      );
      if (rows.length === 0) {
        throw refuse({
          code: 'not_on_hold',
          status: 409,
          message: reason ? `The commission is not on hold for ${reason}.` : 'The commission is not on hold.',
        });
      }
      const lifted = [...new Set(rows.map((row) => row.reason))].sort();
      const released = automatic && state === 'due' && (await releaseIfClear(client, commissionId, now));
      return {
        type: 'hold_lifted',
        action: 'commission.unhold',
        data: { lifted, note, released },
        before: { holds: lifted },
        after: { released },
        reason: note,
      };
    },
    async (client) => {
      const { rows } = await client.query<{ data: UnholdResult }>(
        `SELECT data FROM events WHERE subject = $1 AND key = $2`,
        [subjectOf('commission', commissionId), key],
      );
      const { lifted, released } = rows[0]!.data;
      return { lifted, released };
    },
  );
}

async function lockCommission(client: Client, id: number): Promise<LockedCommission | undefined> {
  const { rows } = await client.query<LockedCommission>(
    `SELECT distributor_id AS "distributorId", state, automatic FROM commissions WHERE id = $1 FOR NO KEY UPDATE`,
    [id],
  );
  return rows[0];
}

async function releaseIfClear(client: Client, id: number, now: number): Promise<boolean> {
  const { rows } = await client.query<{ obstacle: string | null }>(
    'SELECT obstacle FROM release_commissions(ARRAY[$1::bigint], $2)',
    [id, new Date(now)],
  );
  return rows[0]!.obstacle === null;
}
