import { randomUUID } from 'node:crypto';
import type { Pool } from '../database/pool';
import type { PlanTerms } from '../domain/plan';
import { WINDOW_MS } from './bareOrder';

/** What the benches sell, and through whom. */
export interface Seeded {
  /** Distributors whose code is used; each has one of the sponsors above. */
  distributors: { id: string; code: string }[];
  sponsors: string[];
  /** Two users, for what takes two. */
  users: [string, string];
  planId: number;
  skus: string[];
}

/** A return window of one second, two levels, release by itself: a whole lifecycle in little more than a second. */
export const LIFECYCLE_TERMS: PlanTerms = {
  returnWindowDays: WINDOW_MS / 86_400_000,
  automaticRelease: true,
  inactiveUpline: 'forfeit',
  attributionDays: 365,
  levels: [
    {
      default: { rateBp: 1000 },
      rules: [
        { tier: 'gold', earning: { rateBp: 1200 } },
        { category: 'category-1', earning: { rateBp: 800 } },
        { sku: 'sku-3', earning: { fixed: 150, currency: 'CNY' } },
      ],
    },
    { default: { rateBp: 300 }, rules: [] },
  ],
};

/** Fills an empty database with 500 distributors under 50 sponsors, 20 products and a plan that is in force. */
export async function seed(pool: Pool, terms: PlanTerms = LIFECYCLE_TERMS): Promise<Seeded> {
  const sponsors = Array.from({ length: 50 }, () => randomUUID());
  const people = Array.from({ length: 500 }, (_, index) => ({ id: randomUUID(), code: `CODE${index}` }));
  const users: [string, string] = [randomUUID(), randomUUID()];
  await pool.query(
    `INSERT INTO users (id, email, name, role) SELECT id, id || '@example.com', 'Bench', 'admin' FROM unnest($1::uuid[]) AS u (id)`,
    [users],
  );
  await insertDistributors(
    pool,
    sponsors.map((id, index) => ({ id, code: `TOP${index}`, sponsorId: null })),
  );
  await insertDistributors(
    pool,
    people.map((person, index) => ({ ...person, sponsorId: sponsors[index % sponsors.length]! })),
  );
  const skus = Array.from({ length: 20 }, (_, index) => `sku-${index}`);
  await pool.query(
    `INSERT INTO products (sku, name, category, price, currency)
     SELECT sku, sku, 'category-' || position % 4, 10000, 'CNY' FROM unnest($1::text[]) WITH ORDINALITY AS p (sku, position)`,
    [skus],
  );
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO commission_plans (name, terms, created_by, effective_from, activated_by, activated_at)
     VALUES ('Bench', $1, $2, '2020-01-01Z', $2, '2020-01-01Z') RETURNING id`,
    [JSON.stringify(terms), users[0]],
  );
  // As autovacuum does sooner or later. Not the tables that are still empty, which autovacuum does not touch either:
  // a plan made for an empty table reads all of it, and the foreign keys' checks keep theirs while it grows.
  await pool.query('ANALYZE users, applications, distributors, products, commission_plans');
  return { distributors: people, sponsors, users, planId: rows[0]!.id, skus };
}

async function insertDistributors(
  pool: Pool,
  people: { id: string; code: string; sponsorId: string | null }[],
): Promise<void> {
  await pool.query(
    `WITH person AS (
       SELECT *, sha256(id::text::bytea) AS hash FROM jsonb_to_recordset($1::jsonb) AS p (id uuid, code text, "sponsorId" uuid)
     ), application AS (
       INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed,
         identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked,
         bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at)
       SELECT id, 'approved', '{}', 'person', code, code || '@example.com', '', '{}', 'CN-31', '', hash, '', '', hash, '',
         code, '', hash, hash, now() FROM person
     )
     INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier,
       sponsor_id, identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name)
     SELECT id, id, code, 'person', code, code || '@example.com', '', '{}', 'CN-31',
       CASE WHEN hash < '\\x20'::bytea THEN 'gold' ELSE 'standard' END, "sponsorId", hash, '', '', code, '' FROM person`,
    [JSON.stringify(people)],
  );
}
