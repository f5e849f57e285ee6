import { ApplicationFailure } from '@temporalio/common';
import type { AuditAction, EventType } from '../domain/journal';
import { type IdOf, idParts, isProcess, type Kind, kinds, subjectOf } from '../domain/kinds';
import type { RefusalCode } from '../domain/refusals';
import { type Actor, addAudit, addEvent, hasEvent } from './journal';
import { type QueuedMail, queueMails } from './mails';
import { type Client, inTransaction, type Pool } from './pool';
import { asRefusal, refuse, withStanding } from './refusal';

/** A request about one subject, and who makes it. */
export interface Command<K extends LockedKind> {
  kind: K;
  id: IdOf<K>;
  /** Key of the event: unique within the subject, and the same when the message is repeated. */
  key: string;
  by: Actor;
  /** Milliseconds since 1970. */
  at: number;
}

/** The result of a decision, for the timeline of its subject, the audit trail and the people to notify. */
export interface Outcome {
  /** What happened, for the timeline: `approved`. */
  type: EventType;
  /** What the person did, for the audit trail: `withdrawal.approve`. Left out where no person decided. */
  action?: AuditAction;
  data?: Record<string, unknown>;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  reason?: string | null;
  mails?: QueuedMail[];
}

/**
 * Decides about one subject in one transaction: locks its row, recognises a repeated message, changes what `change`
 * changes, and writes event, audit entry and mails beside it.
 * @param lock locks the subject's row and reads it, or makes it where the message is the first; undefined where
 *   there is none
 * @param change makes the change, or refuses; null where the row leaves nothing to change, so nothing happened
 * @param answer reads the state after it; the same for a repeat. Where there is no row, null or a refusal
 * @throws refusal `<kind>_not_found`, and what `lock` and `change` refuse, with the state of the row
 */
export async function decide<K extends LockedKind, Row, Answer>(
  pool: Pool,
  command: Command<K>,
  lock: (client: Client) => Promise<Row | undefined>,
  change: (client: Client, row: Row) => Promise<Outcome | null>,
  answer: (client: Client) => Promise<Answer>,
): Promise<Answer> {
  const { kind, id, key, by, at } = command;
  const subject = subjectOf(kind, id);
  let found = false;
  const attempt = inTransaction(pool, async (client) => {
    const row = await lock(client);
    if (row === undefined) throw notFound(kind, id);
    found = true;
    const outcome = (await hasEvent(client, subject, key)) ? null : await change(client, row);
    if (outcome) {
      const { type, action, data, before, after, reason, mails = [] } = outcome;
      await addEvent(client, { subject, key, type, actor: by, occurredAt: at, data });
      if (action)
        await addAudit(client, { actor: by, action, subject, before, after, reason, eventKey: key });
      await queueMails(client, mails);
    }
    return answer(client);
  });
  try {
    return await attempt;
  } catch (error) {
    if (!found || !isProcess(kind) || !(error instanceof ApplicationFailure) || !asRefusal(error))
      throw error;
    // Read after the rollback, so that the state is the stored one.
    const standing = await inTransaction(pool, answer).catch((missing: unknown) => {
      if (asRefusal(missing)) return null;
      throw missing;
    });
    throw standing === null ? error : withStanding(error, standing);
  }
}

/** Kinds whose rows are decided about, so that one of them may be missing. */
export type LockedKind = { [K in Kind]: `${K}_not_found` extends RefusalCode ? K : never }[Kind];

/** Kinds about which a decision may stand. */
type DecidedKind = { [K in Kind]: `${K}_decided` extends RefusalCode ? K : never }[Kind];

/** Kinds that have states which allow some steps only. */
type StepKind = { [K in Kind]: `${K}_state` extends RefusalCode ? K : never }[Kind];

/**
 * The refusal of a request about a subject that does not exist.
 * @param pointer JSON pointer of the field that names it, where it is not the one in the address
 */
export function notFound<K extends LockedKind>(kind: K, id: IdOf<K>, pointer?: string): Error {
  const shown = idParts(id).at(-1);
  return refuse({
    code: `${kind}_not_found`,
    status: 404,
    message: `The ${nameOf(kind)} ${shown} does not exist.`,
    pointer,
  });
}

/**
 * The refusal of a request after a final decision: says which, by whom and when.
 * @param state the state of the subject
 * @param types the events that are such a decision, @default the one named like the state
 */
export async function decided<K extends DecidedKind>(
  client: Client,
  { kind, id }: { kind: K; id: IdOf<K> },
  state: EventType,
  types: EventType[] = [state],
): Promise<Error> {
  const { rows } = await client.query<{ actor: string; occurred_at: Date }>(
    `SELECT actor, occurred_at FROM events WHERE subject = $1 AND type = ANY ($2)
     ORDER BY occurred_at DESC LIMIT 1`,
    [subjectOf(kind, id), types],
  );
  const by = rows[0] ? ` by ${rows[0].actor} at ${rows[0].occurred_at.toISOString()}` : '';
  return refuse({
    code: `${kind}_decided`,
    status: 409,
    message: `The ${nameOf(kind)} is already ${state.replaceAll('_', ' ')}${by}; the decision is final.`,
  });
}

/** The refusal of a step that the present state does not allow. @param needed the states that allow it */
export function wrongState(kind: StepKind, state: string, needed: string): Error {
  return refuse({
    code: `${kind}_state`,
    status: 409,
    message: `The ${nameOf(kind)} is ${state.replaceAll('_', ' ')}: ${needed}.`,
  });
}

function nameOf(kind: Kind): string {
  return kinds[kind].names.en.toLowerCase();
}
