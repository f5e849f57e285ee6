import type { Config } from '../../config';
import { durationMs } from '../../config';
import { endClaim, refuseUnless } from '../../database/claims';
import { placeExpiries } from '../../database/credentials';
import { decide, type Outcome } from '../../database/decide';
import { type Actor, addEvent, hasEvent, SYSTEM } from '../../database/journal';
import type { QueuedMail } from '../../database/mails';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { refuse } from '../../database/refusal';
import {
  type ApplicationPolicy,
  type ApplicationState,
  reminderTime,
  type Submission,
} from '../../domain/application';
import type { EventType } from '../../domain/journal';
import { keyOf, subjectOf } from '../../domain/kinds';
import { type ApplicationNews, applicationMail } from '../../domain/mail/application';
import { publicReason } from '../../domain/reasonCodes';
import {
  addAccount,
  addDistributor,
  pinSponsor,
  recordTreeAlerts,
  refuseBlacklisted,
  refuseFailedChecks,
} from './approval';
import {
  type ApplicationProgress,
  type ApplicationRow,
  addCredentials,
  addDocuments,
  applicationProgress,
  checkedKey,
  lockApplication,
  SUBMITTED_COLUMNS,
  submittedPlaceholders,
  submittedValues,
} from './row';

/** Who asks for a step of an application, and when. */
export interface StepCommand {
  applicationId: string;
  /** The same for each attempt of one request, so that a repeat is recognised. */
  commandId: string;
  actor: Actor;
  /** Milliseconds since 1970, on the workflow's clock. */
  now: number;
}

/** Why a reviewer does not approve. */
export interface ReviewReason {
  /** One of `domain/reasonCodes`, whose public text the applicant receives. Left out by older messages. */
  reasonCode?: string | null;
  /** For reviewers only. */
  note?: string | null;
}

type Settings = Pick<
  Config,
  'BRAND_NAME' | 'BRAND_TIME_ZONE' | 'APPLICATION_CHANGES_DEADLINE' | 'APPLICATION_REMINDER_BEFORE'
>;

/** The durations that a new application is pinned to. */
export function applicationPolicy(
  config: Pick<Config, 'APPLICATION_CHANGES_DEADLINE' | 'APPLICATION_REMINDER_BEFORE'>,
): ApplicationPolicy {
  return {
    changesDeadlineMs: durationMs(config.APPLICATION_CHANGES_DEADLINE),
    reminderBeforeMs: durationMs(config.APPLICATION_REMINDER_BEFORE),
  };
}

/** Whether a user acts. Applicants have none: their steps are recorded in the event alone. */
const isPerson = ({ userId }: Actor) => userId !== null;

/** The steps of an application. Each is one short transaction, and idempotent. */
export function createApplicationActivities({ pool, config }: { pool: Pool; config: Settings }) {
  function newsMail(
    row: ApplicationRow,
    step: (string | number)[],
    news: ApplicationNews,
    signInLinkId?: string,
  ): QueuedMail {
    const subjectRef = subjectOf('application', row.id);
    const setting = {
      brand: config.BRAND_NAME,
      timeZone: config.BRAND_TIME_ZONE,
      locale: row.locale,
      applicantName: row.name,
      applicationId: row.id,
    };
    const text = applicationMail(setting, news);
    const key = keyOf('application', row.id, ...step);
    return { key, subjectRef, recipient: row.email, signInLinkId, ...text };
  }

  /** One step: refused when the state of the application does not allow it; the applicant is notified, unless `quiet`. */
  function step(
    { applicationId: id, commandId, actor, now, quiet }: StepCommand & { quiet?: boolean },
    type: EventType,
    from: ApplicationState[],
    change: (
      client: Client,
      row: ApplicationRow,
    ) => Promise<Omit<Outcome, 'type' | 'mails'> & { news: ApplicationNews; signInLinkId?: string }>,
  ): Promise<ApplicationProgress> {
    const key = keyOf(type, commandId);
    return decide(
      pool,
      { kind: 'application', id, key, by: actor, at: now },
      (client) => lockApplication(client, id),
      async (client, row) => {
        await refuseUnless(client, row, from, `it cannot be ${type.replaceAll('_', ' ')} now`);
        if (row.state === 'in_review' && type !== 'withdrawn') await refuseUnchecked(client, row);
        const { news, signInLinkId, ...outcome } = await change(client, row);
        return {
          ...outcome,
          type,
          mails: quiet ? [] : [newsMail(row, [type, commandId], news, signInLinkId)],
        };
      },
      (client) => applicationProgress(client, id),
    );
  }

  return {
    /**
     * Records a new application, pinned to the durations in force. The same id with other content is refused:
     * `application_differs`.
     * @param command.policy the durations of a process that was started with them
     */
    submitApplication(
      command: StepCommand & { submission: Submission; policy?: ApplicationPolicy },
    ): Promise<ApplicationProgress> {
      const { applicationId: id, submission, policy = applicationPolicy(config), actor, now } = command;
      const key = 'submitted';
      return decide(
        pool,
        { kind: 'application', id, key, by: actor, at: now },
        async (client) => {
          await client.query(
            `INSERT INTO applications (id, state, submitted_at, policy, ${SUBMITTED_COLUMNS})
             VALUES ($1, 'submitted', $2, $3, ${submittedPlaceholders(4)}) ON CONFLICT (id) DO NOTHING`,
            [id, new Date(now), policy, ...submittedValues(submission)],
          );
          const row = await lockApplication(client, id);
          if (row && row.fingerprint.toString('hex') !== submission.fingerprint) {
            throw refuse({
              code: 'application_differs',
              status: 409,
              message: `Application ${id} already exists with different content.`,
            });
          }
          return row;
        },
        async (client, row) => {
          await addCredentials(client, row, submission);
          await addDocuments(client, row, { documentIds: submission.documentIds, actor });
          return {
            type: 'submitted',
            action: isPerson(actor) ? 'application.submit' : undefined,
            after: { state: 'submitted', region: submission.region },
            mails: [newsMail(row, [key], { step: 'submitted' })],
          };
        },
        (client) => applicationProgress(client, id),
      );
    },

    /** Reads where an application stands, to go on from there; null where there is none. */
    async resumeApplication(applicationId: string): Promise<{ progress: ApplicationProgress } | null> {
      return inTransaction(pool, async (client) => {
        const row = await lockApplication(client, applicationId);
        return row ? { progress: await applicationProgress(client, applicationId) } : null;
      });
    },

    /** Ends the automatic checks of a round: the application is ready for a decision. */
    finishChecks(command: {
      applicationId: string;
      round: number;
      now: number;
    }): Promise<ApplicationProgress> {
      const { applicationId: id, round, now } = command;
      return decide(
        pool,
        { kind: 'application', id, key: checkedKey(round), by: SYSTEM, at: now },
        (client) => lockApplication(client, id),
        async (client) => {
          const { rows } = await client.query<{ failed: string[] }>(
            `SELECT coalesce(array_agg(name ORDER BY name) FILTER (WHERE NOT passed), '{}') AS failed
             FROM application_checks WHERE application_id = $1 AND round = $2`,
            [id, round],
          );
          await client.query(
            `UPDATE applications SET state = 'in_review' WHERE id = $1 AND round = $2 AND state = 'submitted'`,
            [id, round],
          );
          return { type: 'checked', data: { round, failed: rows[0]?.failed ?? [] } };
        },
        (client) => applicationProgress(client, id),
      );
    },

    /**
     * Approves: makes the distributor, with tier, sponsor and referral code, and the user to sign in with.
     * Refused with `note_required` where a check failed and no note says why it is approved all the same, and with
     * `blacklisted`, `identity_number_taken` or `shop_customer_taken`.
     */
    approveApplication(
      command: StepCommand & { distributorId: string; tier: string; note: string | null },
    ): Promise<ApplicationProgress> {
      const { applicationId, distributorId, tier, note, actor, now } = command;
      return step(command, 'approved', ['in_review'], async (client, row) => {
        await endClaim(client, row.id, actor);
        await refuseBlacklisted(client, row);
        const { sponsorId, root } = await pinSponsor(client, row.sponsor_code);
        if (!note) await refuseFailedChecks(client, row, sponsorId);
        const code = await addDistributor(client, row, { distributorId, tier, sponsorId, now });
        await client.query(
          `UPDATE applications SET state = 'approved', tier = $2, decision_note = $3, decided_by = $4,
             decided_at = $5, distributor_id = $6
           WHERE id = $1 AND state = 'in_review'`,
          [applicationId, tier, note, actor.userId, new Date(now), distributorId],
        );
        await client.query(
          'UPDATE credentials SET distributor_id = $3, known_at = $4 WHERE application_id = $1 AND round = $2',
          [applicationId, row.round, distributorId, new Date(now)],
        );
        await placeExpiries(client, distributorId, { zone: config.BRAND_TIME_ZONE, at: now });
        await addEvent(client, {
          subject: subjectOf('distributor', distributorId),
          key: 'joined',
          type: 'joined',
          actor,
          occurredAt: now,
          data: { applicationId, tier, sponsorId },
        });
        const alerts = root ? await recordTreeAlerts(client, { root, applicationId, now }) : [];
        const account = await addAccount(client, { row, distributorId, actor });
        return {
          action: 'application.approve',
          before: { state: row.state },
          after: { state: 'approved', tier, distributorId, sponsorId },
          reason: note,
          news: { step: 'approved', tier, referralCode: code, passwordUntil: account?.passwordUntil ?? null },
          signInLinkId: account?.signInLinkId,
          data: { tier, note, distributorId, sponsorId, ...(alerts.length && { alerts }) },
        };
      });
    },

    /** Rejects, with the reason that the applicant receives. */
    rejectApplication(
      command: StepCommand & ReviewReason & { reason: string | null },
    ): Promise<ApplicationProgress> {
      const { applicationId, reasonCode = null, note = null, actor, now } = command;
      return step(command, 'rejected', ['in_review'], async (client, row) => {
        await endClaim(client, row.id, actor);
        const reason = publicReason(reasonCode, row.locale, command.reason);
        await client.query(
          `UPDATE applications SET state = 'rejected', decision_reason = $2, decided_by = $3, decided_at = $4,
             decision_reason_code = $5, decision_note = $6
           WHERE id = $1 AND state = 'in_review'`,
          [applicationId, reason, actor.userId, new Date(now), reasonCode, note],
        );
        return {
          action: 'application.reject',
          before: { state: row.state },
          after: { state: 'rejected', ...(reasonCode && { reasonCode }), ...(note && { note }) },
          reason,
          news: { step: 'rejected', reason },
          data: { reason, ...(reasonCode && { reasonCode }) },
        };
      });
    },

    /**
     * Asks the applicant for changes.
     * @param command.deadline milliseconds since 1970, when the reviewer names a date
     * @param command.policy the durations of a process that was started with them, @default those of the row
     */
    requestChanges(
      command: StepCommand &
        ReviewReason & { message: string | null; deadline: number | null; policy?: ApplicationPolicy },
    ): Promise<ApplicationProgress> {
      const { applicationId, reasonCode = null, note = null, actor, now } = command;
      return step(command, 'changes_requested', ['in_review'], async (client, row) => {
        await endClaim(client, row.id, actor);
        const message = publicReason(reasonCode, row.locale, command.message);
        if (command.deadline !== null && command.deadline <= now) {
          throw refuse({
            code: 'deadline_passed',
            status: 422,
            message: 'The deadline is in the past. Enter a later one.',
            pointer: '/deadline',
          });
        }
        const policy = command.policy ?? row.policy;
        const deadline = new Date(command.deadline ?? now + policy.changesDeadlineMs);
        const reminderAt = new Date(reminderTime(now, deadline.getTime(), policy.reminderBeforeMs));
        await client.query(
          `UPDATE applications SET state = 'changes_requested', changes_requested = $2, changes_deadline = $3,
             changes_reminder_at = $4, changes_reason_code = $5, changes_note = $6
           WHERE id = $1 AND state = 'in_review'`,
          [applicationId, message, deadline, reminderAt, reasonCode, note],
        );
        return {
          action: 'application.request_changes',
          before: { state: row.state },
          after: {
            state: 'changes_requested',
            deadline,
            ...(reasonCode && { reasonCode }),
            ...(note && { note }),
          },
          reason: message,
          news: { step: 'changes_requested', message, deadline },
          data: { message, deadline, ...(reasonCode && { reasonCode }) },
        };
      });
    },

    /** Records the changed application: the review goes on, in a new round with new checks. */
    resubmitApplication(command: StepCommand & { submission: Submission }): Promise<ApplicationProgress> {
      const { applicationId, submission, actor } = command;
      return step(command, 'resubmitted', ['changes_requested'], async (client) => {
        await client.query(
          `UPDATE applications
           SET state = 'in_review', round = round + 1, changes_requested = NULL, changes_deadline = NULL,
             changes_reminder_at = NULL, changes_reason_code = NULL, changes_note = NULL, (${SUBMITTED_COLUMNS}) = ROW(${submittedPlaceholders(2)})
           WHERE id = $1 AND state = 'changes_requested'`,
          [applicationId, ...submittedValues(submission)],
        );
        const row = (await lockApplication(client, applicationId))!;
        await addCredentials(client, row, submission);
        await addDocuments(client, row, { documentIds: submission.documentIds, actor: command.actor });
        return {
          action: isPerson(actor) ? 'application.resubmit' : undefined,
          after: { state: row.state },
          news: { step: 'resubmitted' },
          data: { round: row.round },
        };
      });
    },

    /** Adds uploaded documents to the current round. Refused with what `attachDocuments` refuses. */
    addApplicationDocuments(command: StepCommand & { documentIds: string[] }): Promise<ApplicationProgress> {
      const { applicationId: id, commandId, documentIds, actor, now } = command;
      return decide(
        pool,
        { kind: 'application', id, key: keyOf('documents_added', commandId), by: actor, at: now },
        (client) => lockApplication(client, id),
        async (client, row) => {
          const open: ApplicationState[] = ['submitted', 'in_review', 'changes_requested'];
          await refuseUnless(client, row, open, 'documents cannot be added now');
          await addDocuments(client, row, { documentIds, actor });
          const data = { documents: documentIds.length };
          const action = isPerson(actor) ? 'application.add_documents' : undefined;
          return { type: 'documents_added', action, data, after: data };
        },
        (client) => applicationProgress(client, id),
      );
    },

    /** Reminds the applicant of the changes, once a round. */
    remindApplicant(command: {
      applicationId: string;
      round: number;
      now: number;
    }): Promise<ApplicationProgress> {
      const reminder = { ...command, commandId: String(command.round), actor: SYSTEM };
      return step(reminder, 'reminded', ['changes_requested'], async (_client, row) => ({
        news: { step: 'reminded', message: row.changes_requested!, deadline: row.changes_deadline! },
      }));
    },

    /** Withdraws: on request of the applicant, or when the deadline for changes has passed. */
    withdrawApplication(
      command: StepCommand & { because: 'applicant' | 'deadline'; quiet?: boolean },
    ): Promise<ApplicationProgress> {
      const { applicationId, because, now } = command;
      const from: ApplicationState[] =
        because === 'deadline' ? ['changes_requested'] : ['submitted', 'in_review', 'changes_requested'];
      return step(command, 'withdrawn', from, async (client, row) => {
        await client.query('DELETE FROM application_claims WHERE application_id = $1', [applicationId]);
        await client.query(
          `UPDATE applications SET state = 'withdrawn', decision_reason = $2, decided_at = $3
           WHERE id = $1 AND state = $4`,
          [
            applicationId,
            because === 'deadline'
              ? 'The requested changes were not submitted by the deadline.'
              : 'Withdrawn by the applicant.',
            new Date(now),
            row.state,
          ],
        );
        return {
          action: 'application.withdraw',
          before: { state: row.state },
          after: { state: 'withdrawn' },
          reason: because,
          news: { step: 'withdrawn', because },
          data: { because },
        };
      });
    },
  };
}

/** A round is decided on when its checks are complete, also by a process that does not know of the round. */
async function refuseUnchecked(client: Client, { id, round }: ApplicationRow): Promise<void> {
  if (await hasEvent(client, subjectOf('application', id), checkedKey(round))) return;
  throw refuse({
    code: 'application_state',
    status: 409,
    message: 'The automatic checks of the last submission are still running. Try again in a moment.',
  });
}
