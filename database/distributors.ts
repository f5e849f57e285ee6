import type { Config } from '../config';
import type { Locale } from '../domain/application';
import { keyOf, subjectOf } from '../domain/kinds';
import { reinstatedMail, suspendedMail } from '../domain/mail/distributor';
import type { MailText, UserMailSetting } from '../domain/mail/frame';
import { causedByPerson, isCausedByPerson } from '../domain/restriction';
import { decide, wrongState } from './decide';
import type { Actor } from './journal';
import { pendingMails, type QueuedMail } from './mails';
import type { Client, Pool } from './pool';
import { refuse } from './refusal';
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

/** What a decision about a distributor led to, to be started after the commit. */
export interface DistributorDecision {
  /** The release run of what was kept back meanwhile; null where there is none. */
  releaseRunId: string | null;
  /** Keys of the mails about it that wait for delivery. */
  mails: string[];
}

type BrandConfig = Pick<Config, 'BRAND_NAME' | 'BRAND_TIME_ZONE'>;

interface LockedDistributor {
  state: string;
  /** Who suspended or is going to: people or processes, by their causes. */
  suspendedBy: string[];
  name: string;
  email: string;
  locale: Locale;
}

/**
 * Suspends a distributor: nothing is accrued, released or paid until they are reinstated, or until its end. One row,
 * however many commissions they have.
 * @param command.until when it ends automatically, milliseconds since 1970
 * @throws refusal `distributor_not_found`, `until_past`, or `distributor_state` where a person suspended them already
 */
export function suspendDistributor(
  pool: Pool,
  config: BrandConfig,
  command: DistributorCommand & { until?: number },
): Promise<DistributorDecision> {
  const { distributorId, commandId, reason, actor, now, until } = command;
  return decide(
    pool,
    { kind: 'distributor', id: distributorId, key: keyOf('suspended', commandId), by: actor, at: now },
    (client) => lockDistributor(client, distributorId),
    async (client, distributor) => {
      const { state, suspendedBy } = distributor;
      if (state === 'terminated' || suspendedBy.some((cause) => isCausedByPerson(cause)))
        throw wrongState('distributor', state, 'only an active one can be suspended');
      if (until !== undefined && until <= now) {
        const message = 'The end of a suspension must be in the future; omit it to suspend without an end.';
        throw refuse({ code: 'until_past', status: 422, message, pointer: '/until' });
      }
      const isPlaced = await placeRestriction(client, {
        id: commandId,
        distributorId,
        effect: 'suspended',
        cause: causedByPerson(actor.userId),
        reason: 'other',
        note: reason,
        by: actor,
        at: now,
        until,
      });
      // The same person's suspension begins later, by a clock that is ahead.
      if (!isPlaced) throw wrongState('distributor', state, 'only an active one can be suspended');
      const end = until === undefined ? null : new Date(until);
      return {
        type: 'suspended',
        action: 'distributor.suspend',
        data: { reason, ...(end && { until: end }) },
        before: { state },
        after: { state: 'suspended', ...(end && { until: end }) },
        reason,
        mails: mailTo(config, command, distributor, (setting) => suspendedMail(setting, end)),
      };
    },
    async (client) => ({ releaseRunId: null, mails: await mailsAbout(client, distributorId) }),
  );
}

/**
 * Lifts the suspensions that people placed; those by a process stay. What fell due meanwhile under automatic plans is
 * released by a run.
 * @throws refusal `distributor_not_found`, or `distributor_state` where no person suspended them
 */
export function reinstateDistributor(
  pool: Pool,
  config: BrandConfig,
  command: DistributorCommand,
): Promise<DistributorDecision> {
  const { distributorId, commandId, reason, actor, now } = command;
  const key = keyOf('reinstated', commandId);
  return decide(
    pool,
    { kind: 'distributor', id: distributorId, key, by: actor, at: now },
    (client) => lockDistributor(client, distributorId),
    async (client, distributor) => {
      const { state } = distributor;
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
        // What another cause suspends stays suspended.
        mails: after === 'active' ? mailTo(config, command, distributor, reinstatedMail) : [],
      };
    },
    async (client) => {
      const { rows } = await client.query<{ id: string | null }>(
        `SELECT data ->> 'releaseRunId' AS id FROM events WHERE subject = $1 AND key = $2`,
        [subjectOf('distributor', distributorId), key],
      );
      return { releaseRunId: rows[0]!.id, mails: await mailsAbout(client, distributorId) };
    },
  );
}

/** The mail to a distributor about one decision; none where there is no mail address. */
function mailTo(
  { BRAND_NAME: brand, BRAND_TIME_ZONE: timeZone }: BrandConfig,
  { distributorId, commandId }: DistributorCommand,
  { name, email, locale }: LockedDistributor,
  text: (setting: UserMailSetting) => MailText,
): QueuedMail[] {
  if (!/.@./.test(email)) return [];
  const subjectRef = subjectOf('distributor', distributorId);
  const written = text({ brand, timeZone, locale, name });
  return [{ key: keyOf('distributor', distributorId, commandId), subjectRef, recipient: email, ...written }];
}

function mailsAbout(client: Client, distributorId: string): Promise<string[]> {
  return pendingMails(client, subjectOf('distributor', distributorId));
}

async function lockDistributor(client: Client, id: string): Promise<LockedDistributor | undefined> {
  await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [id]);
  // A separate statement, which sees what the lock waited for.
  const { rows } = await client.query<LockedDistributor>(
    `SELECT distributor_state(d) AS state, d.name, d.email, d.locale, ARRAY(
       SELECT r.cause FROM restrictions r WHERE r.distributor_id = d.id AND r.effect = 'suspended' AND ${NOT_OVER}
     ) AS "suspendedBy"
     FROM distributors d WHERE d.id = $1`,
    [id],
  );
  return rows[0];
}
