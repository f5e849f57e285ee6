import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Pool } from '../../database/pool';
import type { Principal } from './endpoint';
import { moneySchema, timestampOutput, uuid } from './schemas';

/** The account of a user who acts. Names can be alike, and change; accounts do not. */
export const accountSchema = z
  .object({ id: uuid, email: z.string() })
  .meta({ id: 'Account' })
  .nullable()
  .describe('The account behind the actor. Null for the system, for applicants, and for all but staff.');

/** SQL of the account of a user as JSON; null where there is none. @param userId SQL of the id */
export const accountOf = (userId: string) =>
  `(SELECT jsonb_build_object('id', u.id, 'email', u.email) FROM users u WHERE u.id = ${userId})`;

/** One line of the timeline of a subject. */
export const timelineEventSchema = z
  .object({
    type: z.string(),
    actor: z.string().describe('Name of the actor.'),
    account: accountSchema,
    at: timestampOutput.describe('When the event occurred.'),
    recordedAt: timestampOutput.describe('When the event was recorded here.'),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEvent' });

export type TimelineEventBody = z.input<typeof timelineEventSchema>;

/** The timeline of a subject, oldest first. @param subject as `withdrawal/<id>` */
export async function readTimeline(pool: Pool, subject: string): Promise<TimelineEventBody[]> {
  const { rows } = await pool.query<
    Omit<TimelineEventBody, 'at' | 'recordedAt'> & { at: Date; recordedAt: Date }
  >(
    `SELECT type, actor, ${accountOf('e.actor_id')} AS account, occurred_at AS at, recorded_at AS "recordedAt", data
     FROM events e WHERE subject = $1 ORDER BY occurred_at, recorded_at`,
    [subject],
  );
  return rows.map(({ at, recordedAt, ...row }) => ({
    ...row,
    at: at.toISOString(),
    recordedAt: recordedAt.toISOString(),
  }));
}

/** An audit entry as a timeline shows it. */
export const timelineAuditSchema = z.object({
  action: z.string(),
  actorId: uuid.nullable(),
  before: z.record(z.string(), z.unknown()),
  after: z.record(z.string(), z.unknown()),
  reason: z.string().nullable(),
});

export type TimelineAudit = z.infer<typeof timelineAuditSchema>;

/**
 * SQL of what happened to a subject, each decision once: an event, an audit entry, or both of the same decision, whose
 * audit entry has the key of the event.
 * @param subject the parameter that holds it
 */
export const eventsAndAudits = (subject: string): string => `
  SELECT coalesce('event/' || e.key, 'audit/' || a.id) AS id, coalesce(e.occurred_at, a.at) AS at,
    CASE WHEN e.key IS NULL THEN 'audit' ELSE 'event' END AS kind, coalesce(e.type, a.action) AS type,
    coalesce(e.actor, a.actor) AS actor, ${accountOf('coalesce(e.actor_id, a.actor_id)')} AS account,
    coalesce(e.data, '{}') AS data,
    CASE WHEN a.id IS NOT NULL THEN jsonb_build_object('action', a.action, 'actorId', a.actor_id,
      'before', coalesce(a.before, '{}'), 'after', coalesce(a.after, '{}'), 'reason', a.reason) END AS audit
  FROM (SELECT * FROM events WHERE subject = ${subject}) e
  FULL JOIN (SELECT * FROM audit_entries WHERE subject = ${subject}) a ON a.event_key = e.key`;

/** What the audit trail names otherwise than the event does. */
const eventNames: Record<string, string> = { hold: 'reason', holds: 'lifted' };

/** What an audit entry adds to the event of the same decision. What changed stays whole: before and after. */
export function beyondEvent(facts: Record<string, unknown>, audit: TimelineAudit): TimelineAudit {
  const known = new Map(Object.entries(facts));
  for (const [name, value] of Object.entries(facts)) {
    const money = moneySchema.safeParse(value);
    // Audit entries hold amount and currency apart.
    if (money.success) known.set(name, money.data.amount).set('currency', money.data.currency);
  }
  const isKnown = ([name, value]: [string, unknown]) =>
    isDeepStrictEqual(known.get(eventNames[name] ?? name), value);
  const { before, after, reason } = audit;
  const added = (side: TimelineAudit['after'], other: TimelineAudit['after']) =>
    Object.fromEntries(Object.entries(side).filter((fact) => fact[0] in other || !isKnown(fact)));
  return {
    ...audit,
    before: added(before, after),
    after: added(after, before),
    reason: Object.values(facts).includes(reason) ? null : reason,
  };
}

/** What a distributor may know of an event; the rest, such as a note to a decision, is internal. */
const shownToDistributors = [
  'lineIds',
  'lines',
  'returnId',
  'amount',
  'reason',
  'accountField',
  'effectiveAt',
];

/**
 * Who did something, as a distributor may know it.
 * @param accountId the account; events of earlier versions have none, and the name decides
 */
export function actorForDistributor(
  actor: string,
  accountId: string | undefined,
  { name, userId }: Pick<Principal, 'name' | 'userId'>,
): string {
  const isOwn = accountId === undefined ? actor === name : accountId === userId;
  return isOwn || ['system', 'clock', 'shop', 'distributor'].includes(actor) ? actor : 'staff';
}

interface ShownEvent {
  actor: string;
  account: z.output<typeof accountSchema>;
  data: Record<string, unknown>;
}

/** An event as its distributor may see it: without names and accounts of staff and without internal notes. */
export function eventForDistributor<Event extends ShownEvent>(
  event: Event,
  principal: Pick<Principal, 'name' | 'userId'>,
): Event {
  const data = Object.fromEntries(
    Object.entries(event.data).filter(([key]) => shownToDistributors.includes(key)),
  );
  return {
    ...event,
    actor: actorForDistributor(event.actor, event.account?.id, principal),
    account: null,
    data,
  };
}
