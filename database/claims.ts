import { type ApplicationState, isDecided } from '../domain/application';
import { subjectOf } from '../domain/kinds';
import { decided, notFound, wrongState } from './decide';
import { type Actor, addAudit } from './journal';
import { type Client, inTransaction, type Pool } from './pool';
import { type Refusal, refuse } from './refusal';

/** A reviewer wants to work on an application. */
export interface ClaimCommand {
  applicationId: string;
  actor: Actor & { userId: string };
}

/** A claim that holds. */
export interface Claim {
  userId: string;
  name: string;
  expiresAt: Date;
}

/** How long a claim holds without renewal. By the clock of the database, as everything about claims. */
const LAPSES_AFTER = '30 minutes';

/** SQL: the claim `c` holds at present. */
export const claimHolds = 'c.expires_at > now()';

/**
 * Claims an application, or renews the caller's own claim.
 * @throws refusal `application_not_found`, `application_decided`, `application_state` or `claimed_by_another`
 */
export function claimApplication(pool: Pool, command: ClaimCommand): Promise<void> {
  return inTransaction(pool, async (client) => {
    await refuseUnlessOpen(client, command.applicationId);
    if (!(await take(client, command))) throw await claimedByAnother(client, command.applicationId);
  });
}

/**
 * Claims the application that has waited longest and is not claimed. Concurrent callers get different ones.
 * @returns its id, or null when none is left
 */
export async function claimNextApplication(pool: Pool, actor: ClaimCommand['actor']): Promise<string | null> {
  for (;;) {
    const found = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `SELECT a.id FROM applications a
         WHERE a.state = 'in_review'
           AND NOT EXISTS (SELECT 1 FROM application_claims c WHERE c.application_id = a.id AND ${claimHolds})
         ORDER BY a.submitted_at, a.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
      );
      const applicationId = rows[0]?.id;
      if (!applicationId) return { id: null };
      // Lost when another claim was committed after this statement had begun to look: then look again.
      return (await take(client, { applicationId, actor })) ? { id: applicationId } : undefined;
    });
    if (found) return found.id;
  }
}

/**
 * Releases a claim. Does nothing where there is none any more.
 * @param mayTakeAway whether the caller may end the claim of another user
 * @throws refusal `claimed_by_another`
 */
export function releaseClaim(
  pool: Pool,
  { applicationId, actor }: ClaimCommand,
  mayTakeAway: boolean,
): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `DELETE FROM application_claims c USING users u
       WHERE c.application_id = $1 AND u.id = c.user_id AND (c.user_id = $2 OR $3 OR NOT ${claimHolds}) RETURNING u.name`,
      [applicationId, actor.userId, mayTakeAway],
    );
    if (rows[0]) {
      await addAudit(client, {
        actor,
        action: 'application.release_claim',
        subject: subjectOf('application', applicationId),
        before: { claimedBy: rows[0].name },
      });
    } else if (await holder(client, applicationId)) {
      throw await claimedByAnother(client, applicationId);
    }
  });
}

/**
 * Refuses a decision about an application that another user has claimed, unless an admin makes it, and ends the claim.
 * In the transaction of the decision, which has locked the application.
 */
export async function endClaim(client: Client, applicationId: string, actor: Actor): Promise<void> {
  const { rowCount } = await client.query(
    `DELETE FROM application_claims c WHERE c.application_id = $1
       AND (c.user_id = $2 OR NOT ${claimHolds} OR EXISTS (SELECT 1 FROM users WHERE id = $2 AND role = 'admin'))`,
    [applicationId, actor.userId],
  );
  if (!rowCount && (await holder(client, applicationId))) {
    throw await claimedByAnother(client, applicationId);
  }
}

async function take(client: Client, { applicationId, actor }: ClaimCommand): Promise<boolean> {
  const { rows } = await client.query<{ renewed: boolean }>(
    `INSERT INTO application_claims AS c (application_id, user_id, claimed_at, expires_at)
     VALUES ($1, $2, clock_timestamp(), now() + interval '${LAPSES_AFTER}')
     ON CONFLICT (application_id) DO UPDATE SET user_id = excluded.user_id, expires_at = excluded.expires_at,
       claimed_at = CASE WHEN c.user_id = excluded.user_id AND ${claimHolds} THEN c.claimed_at ELSE excluded.claimed_at END
     WHERE c.user_id = excluded.user_id OR NOT ${claimHolds}
     RETURNING claimed_at < now() AS renewed`,
    [applicationId, actor.userId],
  );
  if (!rows[0]) return false;
  if (!rows[0].renewed) {
    await addAudit(client, {
      actor,
      action: 'application.claim',
      subject: subjectOf('application', applicationId),
      after: { claimedBy: actor.name },
    });
  }
  return true;
}

async function refuseUnlessOpen(client: Client, id: string): Promise<void> {
  // Shared with other claims, but not with a decision: a claim is made before it and ended by it, or made after it.
  const { rows } = await client.query<{ id: string; state: ApplicationState }>(
    'SELECT id, state FROM applications WHERE id = $1 FOR SHARE',
    [id],
  );
  if (!rows[0]) throw notFound('application', id);
  await refuseUnless(
    client,
    rows[0],
    ['submitted', 'in_review'],
    'it waits for the applicant, not for a reviewer',
  );
}

/** Refuses what an application in another state than these does not allow. @param why what it means for the caller */
export async function refuseUnless(
  client: Client,
  { id, state }: { id: string; state: ApplicationState },
  allowed: ApplicationState[],
  why: string,
): Promise<void> {
  if (allowed.includes(state)) return;
  throw isDecided(state)
    ? await decided(client, { kind: 'application', id }, state)
    : wrongState('application', state, why);
}

async function holder(client: Client, applicationId: string): Promise<Claim | undefined> {
  const { rows } = await client.query<Claim>(
    `SELECT c.user_id AS "userId", u.name, c.expires_at AS "expiresAt"
     FROM application_claims c JOIN users u ON u.id = c.user_id WHERE c.application_id = $1 AND ${claimHolds}`,
    [applicationId],
  );
  return rows[0];
}

async function claimedByAnother(client: Client, applicationId: string): Promise<Error> {
  const claim = await holder(client, applicationId);
  const refusal: Refusal = {
    code: 'claimed_by_another',
    status: 409,
    message: claim
      ? `${claim.name} works on this application, until ${claim.expiresAt.toISOString()} unless renewed. Ask for it to be given back, or take another one.`
      : 'A colleague worked on this application a moment ago. Try again.',
  };
  return refuse(refusal);
}
