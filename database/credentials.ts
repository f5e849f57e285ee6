import { v7 as uuidv7 } from 'uuid';
import { type CredentialRules, rulesOf } from '../domain/credentialRules';
import { expiryInstant, gapUntil } from '../domain/credentialTerm';
import { subjectOf } from '../domain/kinds';
import { type Actor, SYSTEM } from './journal';
import { policyById, policyInForce } from './policies';
import type { Client, Pool } from './pool';
import { moveRestrictions, placeRestriction, voidRestrictions } from './restrictions';

/** A credential of a distributor, as its process reads it. */
export interface CredentialRow {
  id: string;
  distributor_id: string;
  type: string;
  holder: string;
  number_masked: string;
  /** `YYYY-MM-DD` */
  valid_from: string;
  valid_until: string | null;
  known_at: Date;
  /** The version of the rules that judges this period; null until its process begins, where it was known before. */
  policy_id: number | null;
}

/** Locks a credential of a distributor for the step of this transaction. */
export async function lockCredential(client: Client, id: string): Promise<CredentialRow | undefined> {
  const { rows } = await client.query<CredentialRow>(
    'SELECT * FROM credentials WHERE id = $1 AND distributor_id IS NOT NULL FOR UPDATE',
    [id],
  );
  return rows[0];
}

/** The rules that judge a credential: those pinned, or those in force. */
export async function rulesFor(
  database: Pool | Client,
  { type, policyId }: { type: string; policyId: number | null },
): Promise<CredentialRules> {
  const { terms } =
    policyId === null
      ? await policyInForce(database, 'credential_rules')
      : await policyById(database, 'credential_rules', policyId);
  return rulesOf(terms, type);
}

/**
 * Writes the restriction that the end of a credential is, ahead of its time. The period is judged by the rules in force
 * now. To be called whenever the validity becomes known or changes, in the transaction that writes it and after
 * `endExpiry`.
 * @param at milliseconds since 1970
 */
export async function placeExpiry(
  client: Client,
  { id, distributor_id: distributorId, type, valid_until: validUntil }: CredentialRow,
  { zone, at }: { zone: string; at: number },
): Promise<void> {
  const policy = await policyInForce(client, 'credential_rules');
  await client.query('UPDATE credentials SET policy_id = $2 WHERE id = $1', [id, policy.id]);
  const rules = rulesOf(policy.terms, type);
  const from = expiryInstant({ validUntil }, rules, zone);
  if (from === null) return;
  await placeRestriction(client, {
    id: uuidv7(),
    distributorId,
    effect: rules.effect,
    cause: subjectOf('credential', id),
    reason: 'credential_expired',
    note: `${type}: ${validUntil}`,
    by: SYSTEM,
    at,
    from,
  });
}

/**
 * Ends the restriction of the period before, when a renewal is accepted: at the first instant of the new validity, which
 * may be to come, or as never right where the periods leave no gap. Call it in a transaction that has locked the
 * distributor's row.
 * @param by who accepts
 * @param at milliseconds since 1970
 * @returns ids of the restriction for `releaseKeptBack`
 */
export async function endExpiry(
  client: Client,
  { id, distributor_id: distributorId }: CredentialRow,
  { validFrom, zone, by, at }: { validFrom: string; zone: string; by: Actor; at: number },
): Promise<string[]> {
  const cause = subjectOf('credential', id);
  const { rows } = await client.query<{ id: string; from: Date }>(
    `SELECT r.id, r.effective_from AS from FROM restrictions r
     WHERE r.distributor_id = $1 AND r.cause = $2 AND r.lifted_at IS NULL
       AND (r.effective_until IS NULL OR r.effective_until > $3)`,
    [distributorId, cause, new Date(at)],
  );
  for (const { id: restrictionId, from } of rows) {
    const choice = { distributorId, cause, id: restrictionId };
    const until = gapUntil(from.getTime(), validFrom, zone);
    if (until === null) await voidRestrictions(client, choice, { by, at, note: validFrom });
    else await moveRestrictions(client, choice, { from: from.getTime(), until });
  }
  return rows.map((row) => row.id);
}

/** Writes the restrictions of all credentials with which a distributor joins. */
export async function placeExpiries(
  client: Client,
  distributorId: string,
  { zone, at }: { zone: string; at: number },
): Promise<void> {
  const { rows } = await client.query<CredentialRow>(
    'SELECT * FROM credentials WHERE distributor_id = $1 ORDER BY id FOR UPDATE',
    [distributorId],
  );
  for (const row of rows) await placeExpiry(client, row, { zone, at });
}
