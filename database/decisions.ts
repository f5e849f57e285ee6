import type { AuditAction, EventType } from '../domain/journal';
import { type Actor, addAudit, addEvent } from './journal';
import type { Client } from './pool';

/** One decision about one thing, as its timeline and the audit trail tell it. */
export interface Decision {
  /** What was decided on: `withdrawal/<id>`. */
  subject: string;
  /** Unique within the subject: the same when the message comes again. */
  key: string;
  /** What happened, for the timeline: `approved`. */
  type: EventType;
  /** What the person did, for the audit trail: `withdrawal.approve`. */
  action: AuditAction;
  by: Actor;
  /** Milliseconds since 1970. */
  at: number;
  data?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string;
}

/** Writes a decision to the timeline and the audit trail, in the transaction that carries it out. */
export async function recordDecision(client: Client, decision: Decision): Promise<void> {
  const { subject, key, type, action, by, at, data, before, after, reason } = decision;
  await addEvent(client, { subject, key, type, actor: by, occurredAt: at, data });
  await addAudit(client, { actor: by, action, subject, before, after, reason });
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

/** The decision that stands, for the refusal of another one: ` by Li at 2026-01-01T00:00:00.000Z`. */
export async function whoDecided(client: Client, subject: string, type: EventType): Promise<string> {
  const { rows } = await client.query<{ actor: string; occurred_at: Date }>(
    'SELECT actor, occurred_at FROM events WHERE subject = $1 AND type = $2 ORDER BY occurred_at DESC LIMIT 1',
    [subject, type],
  );
  return rows[0] ? ` by ${rows[0].actor} at ${rows[0].occurred_at.toISOString()}` : '';
}
