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
 * @returns false where the same cause restricts the same at a time of this one already
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

/** Which restrictions of a distributor are meant. */
export interface RestrictionChoice {
  distributorId: string;
  /** Only what this subject caused; `PEOPLE` for what any person placed. */
  cause: string;
  effect?: Effect;
  /** Only those of this commission. */
  commissionId?: number;
  reason?: RestrictionReason;
  /** Only this one. */
  id?: string;
}

/** What `cause` is for restrictions that any person placed. */
export const PEOPLE = 'user/%';

/** SQL: restriction `r` is open or still to come. What has ended by itself is neither, also before `endRestrictions`. */
export const NOT_OVER =
  'r.lifted_at IS NULL AND (r.effective_until IS NULL OR r.effective_until > clock_timestamp())';

/** SQL: restriction `r` is open now. */
export const OPEN_NOW = 'r.lifted_at IS NULL AND restriction_open(r, now())';

/** SQL of a choice of restrictions `r`, with its values as $1 to $6. */
const CHOSEN = `r.distributor_id = $1 AND r.cause LIKE $2 AND ($3::text IS NULL OR r.effect = $3)
  AND ($4::bigint IS NULL OR r.commission_id = $4) AND ($5::text IS NULL OR r.reason = $5)
  AND ($6::uuid IS NULL OR r.id = $6)`;

function valuesOf({ distributorId, cause, effect, commissionId, reason, id }: RestrictionChoice): unknown[] {
  const pattern = cause === PEOPLE ? PEOPLE : cause.replace(/[\\%_]/g, '\\$&');
  return [distributorId, pattern, effect ?? null, commissionId ?? null, reason ?? null, id ?? null];
}

/** A restriction that was lifted or voided. */
export interface LiftedRestriction {
  id: string;
  effect: Effect;
  reason: RestrictionReason;
  commissionId: number | null;
}

const LIFTED = 'r.id, r.effect, r.reason, r.commission_id AS "commissionId"';

/** Who lifts or voids, when in milliseconds since 1970, and why. */
interface Lifting {
  by: Actor;
  at: number;
  note: string;
}

/**
 * Lifts restrictions by their cause from now on; what another cause keeps back stays back, and what was not accrued
 * while they were open stays so. Waits for steps that are blocked by one of them. What became due meanwhile under
 * automatic plans is released by a run, see `releaseKeptBack`.
 * @returns those that were open or to come
 */
export async function liftRestrictions(
  client: Client,
  choice: RestrictionChoice,
  { by, at, note }: Lifting,
): Promise<LiftedRestriction[]> {
  const { rows } = await client.query<LiftedRestriction>(
    `UPDATE restrictions r SET lifted_by = $7, lifted_at = $8, lift_note = $9 WHERE ${CHOSEN} AND ${NOT_OVER}
     RETURNING ${LIFTED}`,
    [...valuesOf(choice), by.userId, new Date(at), note],
  );
  return rows;
}

/**
 * Voids restrictions: they were never right, such as those of a case that was overturned. Orders that were paid while
 * they were open accrue, those reported later as well as, by the run of `releaseKeptBack`, those recorded already. It
 * also covers what was lifted or has ended.
 * @returns those that were not voided before
 */
export async function voidRestrictions(
  client: Client,
  choice: RestrictionChoice,
  { by, at, note }: Lifting,
): Promise<LiftedRestriction[]> {
  const { rows } = await client.query<LiftedRestriction>(
    `UPDATE restrictions r SET voided_at = $8, lifted_at = coalesce(r.lifted_at, $8),
       lifted_by = CASE WHEN r.lifted_at IS NULL THEN $7::uuid ELSE r.lifted_by END,
       lift_note = CASE WHEN r.lifted_at IS NULL THEN $9 ELSE r.lift_note END
     WHERE ${CHOSEN} AND r.voided_at IS NULL RETURNING ${LIFTED}`,
    [...valuesOf(choice), by.userId, new Date(at), note],
  );
  return rows;
}

/**
 * Moves the dates of what a cause restricts or is going to restrict, without a gap, as when a credential's validity
 * becomes another. At no time outside of the new dates was it open: where they leave out a part of the past or end
 * it now, call `releaseKeptBack` as after `voidRestrictions`.
 * @param dates milliseconds since 1970; `until` is when it ends automatically
 * @returns ids of what was moved; empty where this cause restricts nothing that is not over
 */
export async function moveRestrictions(
  client: Client,
  choice: RestrictionChoice,
  { from, until }: { from: number; until?: number },
): Promise<string[]> {
  const values = valuesOf(choice);
  const { rows: currencies } = await client.query<{ currency: string }>(
    `SELECT DISTINCT r.currency FROM restrictions r WHERE ${CHOSEN} AND ${NOT_OVER} AND r.currency IS NOT NULL ORDER BY 1`,
    values,
  );
  for (const { currency } of currencies) await lockBalance(client, choice.distributorId, currency);
  const { rows } = await client.query<{ id: string }>(
    `UPDATE restrictions r SET effective_from = $7, effective_until = $8 WHERE ${CHOSEN} AND ${NOT_OVER} RETURNING r.id`,
    [...values, new Date(from), until === undefined ? null : new Date(until)],
  );
  return rows.map(({ id }) => id);
}

/** Any namespace of ours: makes the id of the run from that of the decision, so that a repeat makes no second one. */
const RUNS = '6f9c2f0e-6f0c-4c55-9d53-8a3a4f4a7c11';

/** What a run of `releaseKeptBack` is for. */
export interface KeptBackDecision {
  distributorId: string;
  /** Of the decision, so that a repeat makes no second run. */
  decisionId: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Ids of restrictions that were voided or moved: what only they kept from being accrued is accrued, of anybody. */
  corrected?: string[];
}

/**
 * Makes the run that releases what became due under automatic plans while a distributor was restricted, where there is
 * any, and first accrues what should not have been kept from it. Its items are chosen when it is carried out, so the
 * decision stays as short as it is: it writes one row, whatever number of commissions is concerned. It is started
 * after the commit; where that is lost, the comparison of rows and workflows or `npm run recover` finds the row.
 *
 * Call it after `liftRestrictions`, `voidRestrictions` or `moveRestrictions` in a transaction that has locked the
 * distributor's row: of two causes that are lifted at once, the second one makes the run.
 * @returns id of the run; null where there is nothing to release or accrue
 */
export async function releaseKeptBack(
  client: Client,
  { distributorId, decisionId, at, corrected = [] }: KeptBackDecision,
): Promise<string | null> {
  const id = uuidv5(decisionId, RUNS);
  const { rowCount } = await client.query(
    `INSERT INTO release_runs (id, state, filter, approvals_needed, proposed_by, proposed_at)
     SELECT $1, 'approved', $3, 0, NULL, $4
     WHERE EXISTS (SELECT FROM commissions WHERE state = 'not_accrued' AND not_accrued_by && $5::uuid[])
       OR EXISTS (SELECT FROM commissions WHERE distributor_id = $2 AND state = 'due' AND automatic)
       AND NOT EXISTS (
         SELECT FROM restrictions r WHERE r.distributor_id = $2 AND r.lifted_at IS NULL AND r.commission_id IS NULL
           AND r.effect IN ('suspended', 'no_release') AND r.category IS NULL AND r.sku IS NULL
           AND restriction_open(r, greatest($4, clock_timestamp())))
     ON CONFLICT DO NOTHING`,
    [
      id,
      distributorId,
      { distributorId, automatic: true, ...(corrected.length && { corrected }) },
      new Date(at),
      corrected,
    ],
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
