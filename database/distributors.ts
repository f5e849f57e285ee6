import { keyOf, subjectOf } from '../domain/kinds';
import { causedByPerson, isCausedByPerson } from '../domain/restriction';
import { decide, wrongState } from './decide';
import type { Actor } from './journal';
import type { Client, Pool } from './pool';
import { liftRestrictions, NOT_OVER, PEOPLE, placeRestriction, releaseKeptBack } from './restrictions';

/** What a person decides about a distributor, with the reason that the audit trail keeps. */
export interface DistributorCommand {
  distributorId: string;
  /** The same for each attempt of one request, so that a repeat is recognised. */
  commandId: string;
  reason: string;
  actor: Actor & { userId: string };
  /** Milliseconds since 1970. */
  now: number;
}

/** What a decision about a distributor led to. */
export interface DistributorDecision {
  /** The release run of what was kept back meanwhile, to be started after the commit; null where there is none. */
  releaseRunId: string | null;
}

interface LockedDistributor {
  state: string;
  /** Who suspended: people or processes, by their causes. */
  suspendedBy: string[];
}

/**
 * Suspends a distributor: nothing is accrued, released or paid until they are reinstated. One row, however many
 * commissions they have.
 * @throws refusal `distributor_not_found`, or `distributor_state` where a person suspended them already
 */
export function suspendDistributor(pool: Pool, command: DistributorCommand): Promise<DistributorDecision> {
  const { distributorId, commandId, reason, actor, now } = command;
  return decide(
    pool,
    { kind: 'distributor', id: distributorId, key: keyOf('suspended', commandId), by: actor, at: now },
    (client) => lockDistributor(client, distributorId),
    async (client, { state, suspendedBy }) => {
      if (state === 'terminated' || suspendedBy.some((cause) => isCausedByPerson(cause)))
        throw wrongState('distributor', state, 'only an active one can be suspended');
      await placeRestriction(client, {
        id: commandId,
        distributorId,
        effect: 'suspended',
        cause: causedByPerson(actor.userId),
        reason: 'other',
        note: reason,
        by: actor,
        at: now,
      });
      return {
        type: 'suspended',
        action: 'distributor.suspend',
        data: { reason },
        before: { state },
        after: { state: 'suspended' },
        reason,
      };
    },
    async () => ({ releaseRunId: null }),
  );
}

/**
 * Lifts the suspensions that people placed; those by a process stay. What fell due meanwhile under automatic plans is
 * released by a run.
 * @throws refusal `distributor_not_found`, or `distributor_state` where no person suspended them
 */
export function reinstateDistributor(pool: Pool, command: DistributorCommand): Promise<DistributorDecision> {
  const { distributorId, commandId, reason, actor, now } = command;
  const key = keyOf('reinstated', commandId);
  return decide(
    pool,
    { kind: 'distributor', id: distributorId, key, by: actor, at: now },
    (client) => lockDistributor(client, distributorId),
    async (client, { state }) => {
      const lifted = await liftRestrictions(
        client,
        { distributorId, cause: PEOPLE, effect: 'suspended' },
        { by: actor, at: now, note: reason },
      );
      if (lifted.length === 0)
        throw wrongState('distributor', state, 'only what a person suspended can be reinstated');
      const releaseRunId = await releaseKeptBack(client, { distributorId, decisionId: commandId, at: now });
      const after = (await lockDistributor(client, distributorId))!.state;
      return {
        type: 'reinstated',
        action: 'distributor.reinstate',
        data: { reason, ...(releaseRunId && { releaseRunId }) },
        before: { state },
        after: { state: after },
        reason,
      };
    },
    async (client) => {
      const { rows } = await client.query<{ id: string | null }>(
        `SELECT data ->> 'releaseRunId' AS id FROM events WHERE subject = $1 AND key = $2`,
        [subjectOf('distributor', distributorId), key],
      );
      return { releaseRunId: rows[0]!.id };
    },
  );
}

async function lockDistributor(client: Client, id: string): Promise<LockedDistributor | undefined> {
  await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [id]);
  // A separate statement, which sees what the lock waited for.
  const { rows } = await client.query<LockedDistributor>(
    `SELECT distributor_state(d) AS state, ARRAY(
       SELECT r.cause FROM restrictions r WHERE r.distributor_id = d.id AND r.effect = 'suspended' AND ${NOT_OVER}
     ) AS "suspendedBy"
     FROM distributors d WHERE d.id = $1`,
    [id],
  );
  return rows[0];
}
