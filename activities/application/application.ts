import type { Config } from '../../config';
import { durationMs } from '../../config';
import { endClaim } from '../../database/claims';
import { type Actor, addAudit, addEvent, hasEvent, SYSTEM } from '../../database/journal';
import { queueMails } from '../../database/mails';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { refuse } from '../../database/refusal';
import {
  type ApplicationPolicy,
  type ApplicationState,
  isDecided,
  reminderTime,
  type Submission,
} from '../../domain/application';
import type { EventType } from '../../domain/journal';
import { type ApplicationNews, applicationMail } from '../../domain/mail/texts';
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
  applicationProgress,
  applicationSubject,
  checkedKey,
  lockApplication,
  SUBMITTED_COLUMNS,
  submittedPlaceholders,
  submittedValues,
} from './row';

/** Who asks for a step of an application, and when. */
export interface StepCommand {
  applicationId: string;
  /** The same for each attempt of one request; makes a repeated step recognised. */
  commandId: string;
  actor: Actor;
  /** Milliseconds since 1970, on the workflow's clock. */
  now: number;
}

/** Why a reviewer does not approve. */
export interface ReviewReason {
  /** One of `domain/reasonCodes`, whose public text the applicant is told. Left out by older messages. */
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

/** The steps of an application. Each is one short transaction, and taken once however often it is asked for. */
export function createApplicationActivities({ pool, config }: { pool: Pool; config: Settings }) {
  async function queueNews(
    client: Client,
    row: ApplicationRow,
    key: string,
    news: ApplicationNews,
    signInLinkId?: string,
  ) {
    const subjectRef = applicationSubject(row.id);
    const setting = {
      brand: config.BRAND_NAME,
      timeZone: config.BRAND_TIME_ZONE,
      locale: row.locale,
      applicantName: row.name,
      applicationId: row.id,
    };
    const text = applicationMail(setting, news);
    await queueMails(client, [
      { key: `${subjectRef}/${key}`, subjectRef, recipient: row.email, signInLinkId, ...text },
    ]);
  }

  /**
   * Takes one step: locks the row, refuses when its state does not allow the step, and records event and mail with
   * the change. A step that is on the timeline already is left alone.
   */
  function step(
    command: StepCommand,
    type: EventType,
    from: ApplicationState[],
    work: (
      client: Client,
      row: ApplicationRow,
    ) => Promise<{ news?: ApplicationNews; signInLinkId?: string; data?: Record<string, unknown> }>,
  ): Promise<ApplicationProgress> {
    const { applicationId, commandId, actor, now } = command;
    const subject = applicationSubject(applicationId);
    const key = `${type}/${commandId}`;
    return inTransaction(pool, async (client) => {
      const row = await lockApplication(client, applicationId);
      if (!(await hasEvent(client, subject, key))) {
        if (!from.includes(row.state)) throw refuseStep(row.state, type);
        const { news, signInLinkId, data } = await work(client, row);
        await addEvent(client, { subject, key, type, actor, occurredAt: now, data });
        if (news) await queueNews(client, row, key, news, signInLinkId);
      }
      return applicationProgress(client, applicationId);
    });
  }

  return {
    /** Records a new application. The same id with other content is refused: `application_id_taken`. */
    submitApplication(command: StepCommand & { submission: Submission }): Promise<ApplicationProgress> {
      const { applicationId, submission, actor, now } = command;
      return inTransaction(pool, async (client) => {
        const added = await client.query(
          `INSERT INTO applications (id, state, submitted_at, policy, ${SUBMITTED_COLUMNS})
           VALUES ($1, 'submitted', $2, $3, ${submittedPlaceholders(4)}) ON CONFLICT (id) DO NOTHING`,
          [applicationId, new Date(now), applicationPolicy(config), ...submittedValues(submission)],
        );
        const row = await lockApplication(client, applicationId);
        if (!added.rowCount) {
          if (row.fingerprint.toString('hex') === submission.fingerprint)
            return applicationProgress(client, applicationId);
          throw refuse({
            code: 'application_id_taken',
            status: 409,
            message: `Application ${applicationId} exists with other content.`,
          });
        }
        await addCredentials(client, row, submission);
        await addEvent(client, {
          subject: applicationSubject(applicationId),
          key: 'submitted',
          type: 'submitted',
          actor,
          occurredAt: now,
        });
        await queueNews(client, row, 'submitted', { step: 'submitted' });
        return applicationProgress(client, applicationId);
      });
    },

    /** Reads where an application stands, to go on from there, and the durations it is pinned to. */
    async resumeApplication(
      applicationId: string,
    ): Promise<{ progress: ApplicationProgress; policy: ApplicationPolicy }> {
      return inTransaction(pool, async (client) => {
        const { policy } = await lockApplication(client, applicationId);
        return { progress: await applicationProgress(client, applicationId), policy };
      });
    },

    /** Ends the automatic checks of a round: the application is ready for a decision. */
    finishChecks(command: {
      applicationId: string;
      round: number;
      now: number;
    }): Promise<ApplicationProgress> {
      const { applicationId, round, now } = command;
      return inTransaction(pool, async (client) => {
        await lockApplication(client, applicationId);
        const { rows } = await client.query<{ failed: string[] }>(
          `SELECT coalesce(array_agg(name ORDER BY name) FILTER (WHERE NOT passed), '{}') AS failed
           FROM application_checks WHERE application_id = $1 AND round = $2`,
          [applicationId, round],
        );
        await addEvent(client, {
          subject: applicationSubject(applicationId),
          key: checkedKey(round),
          type: 'checked',
          actor: SYSTEM,
          occurredAt: now,
          data: { round, failed: rows[0]?.failed ?? [] },
        });
        await client.query(
          `UPDATE applications SET state = 'in_review' WHERE id = $1 AND round = $2 AND state = 'submitted'`,
          [applicationId, round],
        );
        return applicationProgress(client, applicationId);
      });
    },

    /**
     * Approves: makes the distributor, with tier, sponsor and referral code, and the user with whom he signs in.
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
          'UPDATE credentials SET distributor_id = $3 WHERE application_id = $1 AND round = $2',
          [applicationId, row.round, distributorId],
        );
        await addEvent(client, {
          subject: `distributor/${distributorId}`,
          key: 'joined',
          type: 'joined',
          actor,
          occurredAt: now,
          data: { applicationId, tier, sponsorId },
        });
        const alerts = root ? await recordTreeAlerts(client, { root, applicationId, now }) : [];
        await addAudit(client, {
          actor,
          action: 'application.approve',
          subject: applicationSubject(applicationId),
          before: { state: row.state },
          after: { state: 'approved', tier, distributorId, sponsorId },
          reason: note,
        });
        const account = await addAccount(client, { row, distributorId, actor });
        return {
          news: { step: 'approved', tier, referralCode: code, passwordUntil: account?.passwordUntil ?? null },
          signInLinkId: account?.signInLinkId,
          data: { tier, note, distributorId, sponsorId, ...(alerts.length && { alerts }) },
        };
      });
    },

    /** Rejects, with the reason that the applicant is told. */
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
        await addAudit(client, {
          actor,
          action: 'application.reject',
          subject: applicationSubject(applicationId),
          before: { state: row.state },
          after: { state: 'rejected', ...(reasonCode && { reasonCode }), ...(note && { note }) },
          reason,
        });
        return { news: { step: 'rejected', reason }, data: { reason, ...(reasonCode && { reasonCode }) } };
      });
    },

    /**
     * Asks the applicant for changes.
     * @param command.deadline milliseconds since 1970, when the reviewer names a date
     */
    requestChanges(
      command: StepCommand &
        ReviewReason & { message: string | null; deadline: number | null; policy: ApplicationPolicy },
    ): Promise<ApplicationProgress> {
      const { applicationId, reasonCode = null, note = null, policy, actor, now } = command;
      return step(command, 'changes_requested', ['in_review'], async (client, row) => {
        await endClaim(client, row.id, actor);
        const message = publicReason(reasonCode, row.locale, command.message);
        if (command.deadline !== null && command.deadline <= now) {
          throw refuse({
            code: 'deadline_passed',
            status: 422,
            message: 'The deadline lies in the past. Name a later one.',
            pointer: '/deadline',
          });
        }
        const deadline = new Date(command.deadline ?? now + policy.changesDeadlineMs);
        const reminderAt = new Date(reminderTime(now, deadline.getTime(), policy.reminderBeforeMs));
        await client.query(
          `UPDATE applications SET state = 'changes_requested', changes_requested = $2, changes_deadline = $3,
             changes_reminder_at = $4, changes_reason_code = $5, changes_note = $6
           WHERE id = $1 AND state = 'in_review'`,
          [applicationId, message, deadline, reminderAt, reasonCode, note],
        );
        await addAudit(client, {
          actor,
          action: 'application.request_changes',
          subject: applicationSubject(applicationId),
          before: { state: row.state },
          after: {
            state: 'changes_requested',
            deadline,
            ...(reasonCode && { reasonCode }),
            ...(note && { note }),
          },
          reason: message,
        });
        return {
          news: { step: 'changes_requested', message, deadline },
          data: { message, deadline, ...(reasonCode && { reasonCode }) },
        };
      });
    },

    /** Takes the changed application in: the review goes on, in a new round with new checks. */
    resubmitApplication(command: StepCommand & { submission: Submission }): Promise<ApplicationProgress> {
      const { applicationId, submission } = command;
      return step(command, 'resubmitted', ['changes_requested'], async (client) => {
        await client.query(
          `UPDATE applications
           SET state = 'in_review', round = round + 1, changes_requested = NULL, changes_deadline = NULL,
             changes_reminder_at = NULL, changes_reason_code = NULL, changes_note = NULL, (${SUBMITTED_COLUMNS}) = ROW(${submittedPlaceholders(2)})
           WHERE id = $1 AND state = 'changes_requested'`,
          [applicationId, ...submittedValues(submission)],
        );
        const row = await lockApplication(client, applicationId);
        await addCredentials(client, row, submission);
        return { news: { step: 'resubmitted' }, data: { round: row.round } };
      });
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

    /** Withdraws: because the applicant says so, or because the deadline for changes has passed. */
    withdrawApplication(
      command: StepCommand & { because: 'applicant' | 'deadline' },
    ): Promise<ApplicationProgress> {
      const { applicationId, because, actor, now } = command;
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
              ? 'The requested changes were not handed in by the deadline.'
              : 'Withdrawn by the applicant.',
            new Date(now),
            row.state,
          ],
        );
        await addAudit(client, {
          actor,
          action: 'application.withdraw',
          subject: applicationSubject(applicationId),
          before: { state: row.state },
          after: { state: 'withdrawn' },
          reason: because,
        });
        return { news: { step: 'withdrawn', because }, data: { because } };
      });
    },
  };
}

function refuseStep(state: ApplicationState, type: string) {
  return isDecided(state)
    ? refuse({
        code: 'application_decided',
        status: 409,
        message: `The application is already ${state}; that is final.`,
      })
    : refuse({
        code: 'application_state',
        status: 409,
        message: `The application is ${state}, which does not allow that it is ${type}.`,
      });
}
