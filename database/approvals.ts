import type { Actor } from './journal';
import type { Client, Pool } from './pool';

/** One person's approval of a subject. */
export interface Approval {
  userId: string;
  name: string;
  note: string | null;
  at: Date;
}

/**
 * Counts one person's approval of a subject.
 * @returns how many different people have approved it by now; null when this person had before
 */
export async function countApproval(
  client: Client,
  { subject, by, at, note }: { subject: string; by: Actor; at: number; note?: string },
): Promise<number | null> {
  const counted = await client.query(
    'INSERT INTO approvals (subject, user_id, note, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [subject, by.userId, note, new Date(at)],
  );
  if (counted.rowCount === 0) return null;
  const { rows } = await client.query<{ given: number }>(
    'SELECT count(*)::int AS given FROM approvals WHERE subject = $1',
    [subject],
  );
  return rows[0]!.given;
}

/** The approvals of one subject, in order. @param subject as `withdrawal/<id>` */
export async function approvalsOf(pool: Pool, subject: string): Promise<Approval[]> {
  const { rows } = await pool.query<Approval>(
    `SELECT a.user_id AS "userId", u.name, a.note, a.at FROM approvals a JOIN users u ON u.id = a.user_id
     WHERE a.subject = $1 ORDER BY a.at, a.user_id`,
    [subject],
  );
  return rows;
}

/**
 * SQL: this user, who counts only once, has not approved it yet.
 * @param subject SQL of the subject, as `'withdrawal/' || w.id`
 */
export const notApprovedBy = (user: string, subject: string) =>
  `NOT EXISTS (SELECT 1 FROM approvals mine WHERE mine.subject = ${subject} AND mine.user_id = ${user})`;
