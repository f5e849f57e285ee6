import type { AuditAction, EventType } from '../domain/journal';
import type { Prisma } from '../prisma/client/client';
import type { Client, Pool } from './pool';

/** Who did something: a user, or the applicant or system by name. */
export interface Actor {
  userId: string | null;
  name: string;
  /** Id of the HTTP request, for the audit trail. */
  requestId?: string;
}

/** Who reports what happened in the shop. */
export interface Reporter extends Actor {
  /** A person, and not a machine or an import as a whole: each report leaves an audit entry. */
  audited: boolean;
  /** The import that it is a part of. */
  importId?: string;
}

/** The platform itself, as when a deadline passes. */
export const SYSTEM: Actor = { userId: null, name: 'system' };

/** The shop, in messages of earlier versions, which do not say by which account it reports. */
export const SHOP: Reporter = { userId: null, name: 'shop', audited: false };

/** One line of a subject's timeline. */
export interface TimelineEvent {
  subject: string;
  /** Unique within the subject, so that a repeated message leaves no second line. */
  key: string;
  type: EventType;
  actor: Actor;
  /** Milliseconds since 1970. */
  occurredAt: number;
  data?: Record<string, unknown>;
}

/** Adds a line to a timeline, once. @returns false when it is there already */
export async function addEvent(client: Client, event: TimelineEvent): Promise<boolean> {
  const { rowCount } = await client.query(
    `INSERT INTO events (subject, key, type, actor, actor_id, occurred_at, data) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT DO NOTHING`,
    [
      event.subject,
      event.key,
      event.type,
      event.actor.name,
      event.actor.userId,
      new Date(event.occurredAt),
      event.data ?? {},
    ],
  );
  return rowCount === 1;
}

/** Adds a line to the timelines of many subjects at once, to each once. */
export async function addEvents(client: Client, events: TimelineEvent[]): Promise<void> {
  const lines = events.map(({ actor, occurredAt, data = {}, ...event }) => ({
    ...event,
    actor: actor.name,
    actorId: actor.userId,
    at: new Date(occurredAt),
    data,
  }));
  await client.query(
    `INSERT INTO events (subject, key, type, actor, actor_id, occurred_at, data)
     SELECT subject, key, type, actor, "actorId", at, data FROM jsonb_to_recordset($1) AS e
       (subject text, key text, type text, actor text, "actorId" uuid, at timestamptz, data jsonb)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(lines)],
  );
}

/** Whether a timeline has a line of this key. */
export async function hasEvent(client: Client, subject: string, key: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM events WHERE subject = $1 AND key = $2', [
    subject,
    key,
  ]);
  return rowCount === 1;
}

/** What a user decided or looked at, for the audit trail. Never holds a plain sensitive number. */
export interface AuditEntry {
  actor: Actor;
  action: AuditAction;
  subject: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string | null;
  /** Key of the subject's event of the same decision: the timeline shows both as one line. */
  eventKey?: string;
}

/**
 * Writes to the audit trail, in the transaction that makes the change, so that one never exists without the other.
 * @param transaction of `pg` or of Prisma; a pool for what changes nothing, such as looking at a number
 */
export async function addAudit(
  transaction: Client | Pool | Prisma.TransactionClient,
  entry: AuditEntry,
): Promise<void> {
  const { actor, action, subject, before, after, reason, eventKey } = entry;
  const { userId: actorId, name, requestId } = actor;
  if ('auditEntry' in transaction) {
    const sides = { before, after } as { before?: Prisma.InputJsonObject; after?: Prisma.InputJsonObject };
    await transaction.auditEntry.create({
      data: { actorId, actor: name, action, subject, ...sides, reason, requestId, eventKey },
      select: { id: true },
    });
    return;
  }
  await transaction.query({
    name: 'add-audit',
    text: `INSERT INTO audit_entries (actor_id, actor, action, subject, before, after, reason, request_id, event_key)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      actorId,
      name,
      action,
      subject,
      before ?? null,
      after ?? null,
      reason ?? null,
      requestId ?? null,
      eventKey ?? null,
    ],
  });
}
