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
  await addAudit(client, { actor: by, action, subject, before, after, reason, eventKey: key });
}
