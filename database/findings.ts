import type { Pool } from './pool';

/**
 * How a row and its workflow disagree. `missing`: an open row without a workflow. `needless`: an open workflow whose
 * row is over. `overdue`: what should have happened automatically did not. `ahead`: the workflow knows more than the row,
 * as after a restore of PostgreSQL from an older copy.
 */
export const DISAGREEMENTS = ['missing', 'needless', 'overdue', 'ahead'] as const;
export type Disagreement = (typeof DISAGREEMENTS)[number];

/** A subject whose row and workflow disagree. */
export interface Finding {
  disagreement: Disagreement;
  subject: string;
  /** How far its process has come; a finding that moves on counts as new. @default '' */
  progress?: string;
}

/** SQL: two comparisons in a row found it and had it mended, in vain; or it is ahead, which no comparison mends. */
export const isUnmended = 'looks >= 2';

/**
 * Notes what a comparison found.
 * @param at when the comparison began; a repeat of the same one counts once
 */
export async function noteFindings(pool: Pool, findings: Finding[], at: Date): Promise<void> {
  if (!findings.length) return;
  await pool.query(
    `INSERT INTO reconcile_findings AS f (subject, disagreement, progress, first_seen_at, last_seen_at)
     SELECT subject, disagreement, progress, $4, $4 FROM unnest($1::text[], $2::text[], $3::text[])
       AS found (subject, disagreement, progress)
     ORDER BY subject, disagreement
     ON CONFLICT (subject, disagreement) DO UPDATE SET
       looks = CASE WHEN f.progress = EXCLUDED.progress THEN f.looks + (f.last_seen_at < $4)::int ELSE 1 END,
       first_seen_at = CASE WHEN f.progress = EXCLUDED.progress THEN f.first_seen_at ELSE $4 END,
       progress = EXCLUDED.progress,
       last_seen_at = greatest(f.last_seen_at, $4)`,
    [
      findings.map(({ subject }) => subject),
      findings.map(({ disagreement }) => disagreement),
      findings.map(({ progress = '' }) => progress),
      at,
    ],
  );
}

/** Forgets what a comparison that ended did not find any more. @param at when it began */
export async function forgetFindings(pool: Pool, at: Date): Promise<void> {
  await pool.query('DELETE FROM reconcile_findings WHERE last_seen_at < $1', [at]);
}

/** Which of these subjects an earlier comparison found ahead of their rows. */
export async function knownAhead(pool: Pool, subjects: string[]): Promise<Set<string>> {
  const { rows } = await pool.query<{ subject: string }>(
    `SELECT subject FROM reconcile_findings WHERE disagreement = 'ahead' AND subject = ANY ($1)`,
    [subjects],
  );
  return new Set(rows.map(({ subject }) => subject));
}
