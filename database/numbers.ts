import type { Client, Pool } from './pool';

/** A number that applicants and distributors have, by its keyed hash. */
export interface HashedNumber {
  kind: 'identity_number' | 'bank_account' | 'phone';
  /** `ProtectedNumber.hash` as bytes. */
  hash: Buffer;
}

/**
 * Finds the live applications, and the distributors, that have or had the same number.
 * @param except the application or the distributor that is compared with the others
 * @returns such as `application <id>` and `distributor <id>`, the first to have it first; ten at most
 */
export async function othersWithNumber(
  database: Pool | Client,
  { kind, hash }: HashedNumber,
  except: { applicationId?: string; distributorId?: string },
): Promise<string[]> {
  // What a distributor had at the application stays in that; what came later is in the changes.
  const { rows } = await database.query<{ found: string }>(
    `SELECT found FROM (
       SELECT CASE WHEN a.distributor_id IS NULL THEN 'application ' || a.id ELSE 'distributor ' || a.distributor_id END AS found,
         a.submitted_at AS at
       FROM applications a
       WHERE a.${kind}_hash = $1 AND a.state NOT IN ('rejected', 'withdrawn') AND a.id IS DISTINCT FROM $2
         AND ($3::uuid IS NULL OR a.distributor_id IS DISTINCT FROM $3)
       UNION ALL
       SELECT 'distributor ' || c.distributor_id, c.requested_at FROM account_changes c
       WHERE c.new_hash = $1 AND c.field = $4 AND c.state NOT IN ('rejected', 'canceled')
         AND c.distributor_id IS DISTINCT FROM $3
     ) AS others GROUP BY found ORDER BY min(at), found LIMIT 10`,
    [hash, except.applicationId ?? null, except.distributorId ?? null, kind],
  );
  return rows.map(({ found }) => found);
}

/** An entry of the blacklist. */
export interface BlacklistEntry {
  id: string;
  kind: HashedNumber['kind'];
  reason: string;
}

/** The entries of the blacklist that name one of these numbers. */
export async function blacklistEntries(
  database: Pool | Client,
  numbers: readonly HashedNumber[],
): Promise<BlacklistEntry[]> {
  const { rows } = await database.query<BlacklistEntry>(
    `SELECT id, kind, reason FROM blacklist_entries
     WHERE (kind, number_hash) IN (SELECT * FROM unnest($1::text[], $2::bytea[])) ORDER BY kind`,
    [numbers.map(({ kind }) => kind), numbers.map(({ hash }) => hash)],
  );
  return rows;
}
