import { POLICY_KINDS, type PolicyKind, policies, type TermsOf } from '../domain/policy';
import type { Client, Pool } from './pool';

/** A version of a policy, for what it judges. */
export interface PolicyVersion<K extends PolicyKind> {
  id: number;
  terms: TermsOf<K>;
}

/** Writes version 1 of every policy that has none, in force from the beginning of time. Called at each start. */
export async function ensurePolicies(pool: Pool | Client): Promise<void> {
  for (const kind of POLICY_KINDS) {
    await pool.query(
      `INSERT INTO policies (kind, version, terms, effective_from, activated_at)
       VALUES ($1, 1, $2, 'epoch', now()) ON CONFLICT DO NOTHING`,
      [kind, JSON.stringify(policies[kind].first)],
    );
  }
}

/** The version of a policy that is in force now. */
export async function policyInForce<K extends PolicyKind>(
  database: Pool | Client,
  kind: K,
): Promise<PolicyVersion<K>> {
  const { rows } = await database.query<PolicyVersion<K>>({
    name: 'policy-in-force',
    text: `SELECT id, terms FROM policies WHERE kind = $1 AND effective_from <= clock_timestamp()
           ORDER BY effective_from DESC LIMIT 1`,
    values: [kind],
  });
  if (rows[0]) return rows[0];
  await ensurePolicies(database);
  return policyInForce(database, kind);
}

/** A version of a policy by its id, as what it judged pinned it. */
export async function policyById<K extends PolicyKind>(
  database: Pool | Client,
  kind: K,
  id: number,
): Promise<PolicyVersion<K>> {
  const { rows } = await database.query<PolicyVersion<K>>({
    name: 'policy-by-id',
    text: 'SELECT id, terms FROM policies WHERE kind = $1 AND id = $2',
    values: [kind, id],
  });
  if (!rows[0]) throw new RangeError(`there is no policy ${kind} ${id}`);
  return rows[0];
}
