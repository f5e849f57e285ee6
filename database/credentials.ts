import { v7 as uuidv7 } from 'uuid';
import { type CredentialRules, defaultCredentialRules, expiryInstant } from '../domain/credentialTerm';
import { subjectOf } from '../domain/kinds';
import { type Actor, SYSTEM } from './journal';
import type { Client } from './pool';
import { liftRestrictions, placeRestriction } from './restrictions';

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
}

/** Locks a credential of a distributor for the step of this transaction. */
export async function lockCredential(client: Client, id: string): Promise<CredentialRow | undefined> {
  const { rows } = await client.query<CredentialRow>(
    'SELECT * FROM credentials WHERE id = $1 AND distributor_id IS NOT NULL FOR UPDATE',
    [id],
  );
  return rows[0];
}

/** The rules for credentials of a type. */
export function credentialRules(_type: string): CredentialRules {
  return defaultCredentialRules;
}

/**
 * Writes the restriction that the end of a credential is, ahead of its time, and lifts the one of the period before.
 * To be called whenever the validity becomes known or changes, in the transaction that writes it.
 * @param at milliseconds since 1970
 * @returns whether a restriction that was open has been lifted
 */
export async function placeExpiry(
  client: Client,
  { id, distributor_id: distributorId, type, valid_until: validUntil }: CredentialRow,
  { zone, by, at }: { zone: string; by: Actor; at: number },
): Promise<void> {
  const cause = subjectOf('credential', id);
  const until = validUntil ?? 'long-term';
  await liftRestrictions(client, { distributorId, cause }, { by, at, note: `${type}: ${until}` });
  const rules = credentialRules(type);
  const from = expiryInstant({ validUntil }, rules, zone);
  if (from === null) return;
  await placeRestriction(client, {
    id: uuidv7(),
    distributorId,
    effect: rules.effect,
    cause,
    reason: 'credential_expired',
    note: `${type}: ${until}`,
    by: SYSTEM,
    at,
    from,
  });
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
  for (const row of rows) await placeExpiry(client, row, { zone, by: SYSTEM, at });
}
