import type { AuditAction, EventType } from '../domain/journal';
import { type Id, type Kind, kinds, subjectOf } from '../domain/kinds';
import { type Actor, addAudit, addEvent, hasEvent } from './journal';
import { type QueuedMail, queueMails } from './mails';
import { type Client, inTransaction, type Pool } from './pool';
import { refuse } from './refusal';

/** What is asked of one thing, by whom. */
export interface Command {
  kind: Kind;
  id: Id;
  /** Unique within the thing, and the same when the message comes again. */
  key: string;
  by: Actor;
  /** Milliseconds since 1970. */
  at: number;
}

/** What a decision made of a thing, for its timeline, the audit trail and the people who hear of it. */
export interface Outcome {
  /** What happened, for the timeline: `approved`. */
  type: EventType;
  /** What the person did, for the audit trail: `withdrawal.approve`. Left out where nobody decided. */
  action?: AuditAction;
  data?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string | null;
  mails?: QueuedMail[];
}

/**
 * Decides about one thing in one transaction: locks its row, recognises a message that came before, changes what
 * `change` changes, and writes event, audit entry and mails beside it.
 * @param lock locks the thing's row and reads it; undefined where there is none
 * @param change makes the change, or refuses
 * @param answer reads where the thing stands after it; the same for a repeat
 * @throws refusal `<kind>_not_found`, and what `change` refuses
 */
export function decide<Row, Answer>(
  pool: Pool,
  command: Command,
  lock: (client: Client) => Promise<Row | undefined>,
  change: (client: Client, row: Row) => Promise<Outcome>,
  answer: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  const { kind, id, key, by, at } = command;
  const subject = subjectOf(kind, id);
  return inTransaction(pool, async (client) => {
    const row = await lock(client);
    if (row === undefined) throw notFound(kind, id);
    if (!(await hasEvent(client, subject, key))) {
      const { type, action, data, before, after, reason, mails } = await change(client, row);
      await addEvent(client, { subject, key, type, actor: by, occurredAt: at, data });
      if (action)
        await addAudit(client, { actor: by, action, subject, before, after, reason, eventKey: key });
      if (mails?.length) await queueMails(client, mails);
    }
    return answer(client);
  });
}

/** The refusal of what is asked of a thing that does not exist. */
export function notFound(kind: Kind, id: Id): Error {
  const name = kinds[kind].names.en.toLowerCase();
  const shown = typeof id === 'object' ? id.at(-1) : id;
  return refuse({ code: `${kind}_not_found`, status: 404, message: `There is no ${name} ${shown}.` });
}

/** The refusal of what comes after the decision that stands: says which, by whom and when. */
export async function decided(client: Client, kind: Kind, id: Id, state: string): Promise<Error> {
  const { rows } = await client.query<{ actor: string; occurred_at: Date }>(
    'SELECT actor, occurred_at FROM events WHERE subject = $1 AND type = $2 ORDER BY occurred_at DESC LIMIT 1',
    [subjectOf(kind, id), state],
  );
  const by = rows[0] ? `, by ${rows[0].actor} at ${rows[0].occurred_at.toISOString()}` : '';
  const name = kinds[kind].names.en.toLowerCase();
  return refuse({
    code: `${kind}_decided`,
    status: 409,
    message: `The ${name} is already ${state}${by}; that is final.`,
  });
}
