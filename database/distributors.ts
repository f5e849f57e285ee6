import type { EventType } from '../domain/journal';
import { keyOf, subjectOf } from '../domain/kinds';
import { type Actor, addAudit, addEvent, hasEvent } from './journal';
import { type Client, inTransaction, type Pool } from './pool';
import { refuse } from './refusal';

/** A change of a distributor's state, with the reason that the audit trail keeps. */
export interface DistributorStateCommand {
  distributorId: string;
  /** The same for each attempt of one request; makes a repeated change recognised. */
  commandId: string;
  reason: string;
  actor: Actor;
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * Suspends an active distributor: nothing is released or paid to him until he is reinstated.
 * Refused with `distributor_state` when he is not active.
 */
export function suspendDistributor(pool: Pool, command: DistributorStateCommand): Promise<void> {
  return changeState(pool, command, {
    type: 'suspended',
    action: 'suspend',
    from: 'active',
    to: 'suspended',
  });
}

/**
 * Makes a suspended distributor active again, and releases what came due meanwhile under plans that release by
 * themselves. Refused with `distributor_state` when he is not suspended.
 */
export function reinstateDistributor(pool: Pool, command: DistributorStateCommand): Promise<void> {
  return changeState(pool, command, {
    type: 'reinstated',
    action: 'reinstate',
    from: 'suspended',
    to: 'active',
    follow: releaseAutomatic,
  });
}

async function releaseAutomatic(
  client: Client,
  { distributorId, now }: DistributorStateCommand,
): Promise<void> {
  // A step of an order that still found him suspended may be under way, and make one due when this has looked. Its
  // lock is waited for; whoever takes the lock after this finds him active.
  await client.query(
    `SELECT lock_commissions(
       ARRAY(SELECT id FROM commissions WHERE distributor_id = $1 AND state IN ('held', 'due') AND automatic))`,
    [distributorId],
  );
  await client.query(
    `SELECT release_commissions(
       ARRAY(SELECT id FROM commissions WHERE distributor_id = $1 AND state = 'due' AND automatic), '{due}', $2)`,
    [distributorId, new Date(now)],
  );
}

function changeState(
  pool: Pool,
  command: DistributorStateCommand,
  change: {
    type: EventType;
    action: 'suspend' | 'reinstate';
    from: string;
    to: string;
    follow?: (client: Client, command: DistributorStateCommand) => Promise<void>;
  },
): Promise<void> {
  const { distributorId, commandId, reason, actor, now } = command;
  const subject = subjectOf('distributor', distributorId);
  const key = keyOf(change.type, commandId);
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ state: string }>(
      'SELECT state FROM distributors WHERE id = $1 FOR NO KEY UPDATE',
      [distributorId],
    );
    const [row] = rows;
    if (!row) {
      throw refuse({
        code: 'distributor_not_found',
        status: 404,
        message: `There is no distributor ${distributorId}.`,
      });
    }
    if (await hasEvent(client, subject, key)) return;
    const { rowCount } = await client.query(
      'UPDATE distributors SET state = $2, state_reason = $3 WHERE id = $1 AND state = $4',
      [distributorId, change.to, reason, change.from],
    );
    if (!rowCount) {
      throw refuse({
        code: 'distributor_state',
        status: 409,
        message: `The distributor is ${row.state}, not ${change.from}.`,
      });
    }
    await change.follow?.(client, command);
    await addEvent(client, { subject, key, type: change.type, actor, occurredAt: now, data: { reason } });
    await addAudit(client, {
      actor,
      action: `distributor.${change.action}`,
      subject,
      before: { state: row.state },
      after: { state: change.to },
      reason,
      eventKey: key,
    });
  });
}
