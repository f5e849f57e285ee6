import { v5 as uuidv5 } from 'uuid';
import { subjectOf } from '../domain/kinds';
import type { Effect, RestrictionReason } from '../domain/restriction';
import { type Actor, addEvent, SYSTEM } from './journal';
import type { Client } from './pool';

/** What a restriction covers of a distributor: everything where nothing is given. */
export interface RestrictedPart {
  category?: string;
  sku?: string;
  commissionId?: number;
  /** Kept back of what can be withdrawn, now or later. Minor units. */
  amount?: { amount: number; currency: string };
}

/** A restriction to be placed. */
export interface NewRestriction extends RestrictedPart {
  id: string;
  distributorId: string;
  effect: Effect;
  /** Of `tier_at_most`. */
  tier?: string;
  /** Subject of what causes it: a person's, or that of the process that places it. */
  cause: string;
  reason: RestrictionReason;
  note: string;
  by: Actor;
  /** Milliseconds since 1970. */
  at: number;
  /** Milliseconds since 1970. @default at */
  from?: number;
  /** Milliseconds since 1970; when it ends automatically. */
  until?: number;
}

/**
 * Places a restriction: one row, however much it keeps back.
 * @returns false where the same cause restricts the same already
 */
export async function placeRestriction(client: Client, restriction: NewRestriction): Promise<boolean> {
  const { distributorId, amount, commissionId, category, sku, by, at, from, until } = restriction;
  // It holds from now on by the clock of the database, also where the caller's clock is ahead.
  const effectiveFrom = from === undefined ? 'least($15, clock_timestamp())' : '$15';
  if (amount) await lockBalance(client, distributorId, amount.currency);
  const { rowCount } = await client.query(
    `INSERT INTO restrictions (id, distributor_id, category, sku, commission_id, currency, amount, effect, tier, cause,
       reason, note, placed_by, placed_at, effective_from, effective_until)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, ${effectiveFrom}, $16) ON CONFLICT DO NOTHING`,
    [
      restriction.id,
      distributorId,
      category ?? null,
      sku ?? null,
      commissionId ?? null,
      amount?.currency ?? null,
      amount?.amount ?? null,
      restriction.effect,
      restriction.tier ?? null,
      restriction.cause,
      restriction.reason,
      restriction.note,
      by.userId,
      new Date(at),
      new Date(from ?? at),
      until === undefined ? null : new Date(until),
    ],
  );
  return rowCount === 1;
}

/**
 * Locks a distributor's balance in a currency, as a request for a withdrawal does: an amount is kept back before a
 * withdrawal or after it, never concurrently.
 */
async function lockBalance(client: Client, distributorId: string, currency: string): Promise<void> {
  await client.query(
    'INSERT INTO balances (distributor_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [distributorId, currency],
  );
  await client.query('SELECT FROM balances WHERE distributor_id = $1 AND currency = $2 FOR UPDATE', [
    distributorId,
    currency,
  ]);
}

/** Which open restrictions of a distributor are lifted. */
export interface Lifted {
  distributorId: string;
  /** Only what this subject caused; `people` for what any person placed. */
  cause: string;
  effect?: Effect;
  /** Only those of this commission. */
  commissionId?: number;
  reason?: RestrictionReason;
}

/** What `cause` is for restrictions that any person placed. */
export const PEOPLE = 'user/%';

/** A restriction that was lifted. */
export interface LiftedRestriction {
  id: string;
  effect: Effect;
  reason: RestrictionReason;
  commissionId: number | null;
}

/**
 * Lifts restrictions by their cause; what another cause keeps back stays back. Waits for steps that are blocked by one
 * of them. What became due meanwhile under automatic plans is released by a run, see `releaseKeptBack`.
 * @param at milliseconds since 1970
 */
export async function liftRestrictions(
  client: Client,
  { distributorId, cause, effect, commissionId, reason }: Lifted,
  { by, at, note }: { by: Actor; at: number; note: string },
): Promise<LiftedRestriction[]> {
  const { rows } = await client.query<LiftedRestriction>(
    `UPDATE restrictions SET lifted_by = $2, lifted_at = $3, lift_note = $4
     WHERE distributor_id = $1 AND lifted_at IS NULL AND cause LIKE $5 AND ($6::text IS NULL OR effect = $6)
       AND ($7::bigint IS NULL OR commission_id = $7) AND ($8::text IS NULL OR reason = $8)
     RETURNING id, effect, reason, commission_id AS "commissionId"`,
    [
      distributorId,
      by.userId,
      new Date(at),
      note,
      cause === PEOPLE ? PEOPLE : cause.replace(/[\\%_]/g, '\\$&'),
      effect ?? null,
      commissionId ?? null,
      reason ?? null,
    ],
  );
  return rows;
}

/** Any namespace of ours: makes the id of the run from that of the decision, so that a repeat makes no second one. */
const RUNS = '6f9c2f0e-6f0c-4c55-9d53-8a3a4f4a7c11';

/**
 * Makes the run that releases what became due under automatic plans while a distributor was restricted, where there is
 * any. Its items are chosen when it is carried out, so lifting stays as short as it is. It is started after the commit;
 * where that is lost, `npm run recover` finds the row.
 *
 * Call it after `liftRestrictions` in a transaction that has locked the distributor's row: of two causes that are lifted
 * at once, the second one makes the run.
 * @returns id of the run; null where there is nothing to release
 */
export async function releaseKeptBack(
  client: Client,
  { distributorId, decisionId, at }: { distributorId: string; decisionId: string; at: number },
): Promise<string | null> {
  const id = uuidv5(decisionId, RUNS);
  const { rowCount } = await client.query(
    `INSERT INTO release_runs (id, state, filter, approvals_needed, proposed_by, proposed_at)
     SELECT $1, 'approved', $3, 0, NULL, $4
     WHERE EXISTS (SELECT FROM commissions WHERE distributor_id = $2 AND state = 'due' AND automatic)
       AND NOT EXISTS (
         SELECT FROM restrictions r WHERE r.distributor_id = $2 AND r.lifted_at IS NULL AND r.commission_id IS NULL
           AND r.effect IN ('suspended', 'no_release') AND r.category IS NULL AND r.sku IS NULL
           AND restriction_open(r, greatest($4, clock_timestamp())))
     ON CONFLICT DO NOTHING`,
    [id, distributorId, { distributorId, automatic: true }, new Date(at)],
  );
  if (!rowCount) return null;
  await addEvent(client, {
    subject: subjectOf('release', id),
    key: 'approved',
    type: 'approved',
    actor: SYSTEM,
    occurredAt: at,
  });
  return id;
}

/**
 * SQL: the obstacles of a commission as a JSON list of `StoredObstacle`.
 * @param id SQL of the commission's id
 * @param staff SQL of whether the reader is staff; a distributor sees neither notes nor causes
 */
export const obstaclesOf = (id: string, staff: string) =>
  `(SELECT coalesce(jsonb_agg(jsonb_build_object('code', o.code,
        'cause', CASE WHEN ${staff} OR o.code = 'return_open' THEN o.cause END,
        'since', o.since, 'until', o.until, 'note', CASE WHEN ${staff} THEN o.note END)
      ORDER BY o.rank, o.since, o.restriction_id), '[]')
    FROM commission_obstacles(ARRAY[${id}], now()) o)`;
