import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config';
import { durationMs } from '../config';
import {
  type ApplicantKind,
  type ApplicationPolicy,
  type ApplicationState,
  isDecided,
  type Locale,
  reminderTime,
  type Submission,
} from '../domain/application';
import type { EventType } from '../domain/journal';
import { type ApplicationNews, applicationMail } from '../domain/mailTexts';
import { publicReason } from '../domain/reasonCodes';
import { normaliseReferralCode, REFERRAL_CODE_BYTES, referralCode } from '../domain/referralCode';
import { type SponsorTreeAlert, sponsorTreeAlerts } from '../domain/sponsorTree';
import { endClaim } from './claims';
import { type Client, inTransaction, type Pool } from './database';
import { type Actor, addAudit, addEvent, hasEvent, SYSTEM } from './journal';
import { pendingMails, queueMails } from './mail';
import { refuse } from './refusal';
import { addSignInLink } from './signInLinks';

/** What the workflow of an application has to know of its row. */
export interface ApplicationProgress {
  state: ApplicationState;
  /** Counts what the applicant handed in: 1, and one more with each resubmission. */
  round: number;
  /** Whether the automatic checks of this round are complete. */
  checked: boolean;
  /** When the applicant is reminded and until when he may answer, in milliseconds since 1970. Only in state changes_requested. */
  reminderAt: number;
  deadline: number;
  distributorId: string | null;
  /** Keys of mails that wait for delivery. */
  pendingMails: string[];
}

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

interface ApplicationRow {
  id: string;
  state: ApplicationState;
  round: number;
  kind: ApplicantKind;
  name: string;
  email: string;
  phone: string;
  channels: string[];
  region: string;
  locale: Locale;
  sponsor_code: string | null;
  shop_customer_id: string | null;
  identity_number_hash: Buffer;
  bank_account_hash: Buffer;
  phone_hash: Buffer;
  fingerprint: Buffer;
  changes_requested: string | null;
  changes_deadline: Date | null;
}

type Settings = Pick<
  Config,
  'BRAND_NAME' | 'BRAND_TIME_ZONE' | 'APPLICATION_CHANGES_DEADLINE' | 'APPLICATION_REMINDER_BEFORE'
>;

/** The subject under which an application's events, mails and audit entries are kept; also its workflow's id. */
export function applicationSubject(id: string): string {
  return `application/${id}`;
}

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
      const row = await lockedRow(client, applicationId);
      if (!(await hasEvent(client, subject, key))) {
        if (!from.includes(row.state)) throw refuseStep(row.state, type);
        const { news, signInLinkId, data } = await work(client, row);
        await addEvent(client, { subject, key, type, actor, occurredAt: now, data });
        if (news) await queueNews(client, row, key, news, signInLinkId);
      }
      return progress(client, applicationId);
    });
  }

  return {
    /** Records a new application. The same id with other content is refused: `application_id_taken`. */
    submitApplication(command: StepCommand & { submission: Submission }): Promise<ApplicationProgress> {
      const { applicationId, submission, actor, now } = command;
      return inTransaction(pool, async (client) => {
        const added = await client.query(
          `INSERT INTO applications (id, state, submitted_at, ${SUBMITTED_COLUMNS})
           VALUES ($1, 'submitted', $2, ${placeholders(3)}) ON CONFLICT (id) DO NOTHING`,
          [applicationId, new Date(now), ...submittedValues(submission)],
        );
        const row = await lockedRow(client, applicationId);
        if (!added.rowCount) {
          if (row.fingerprint.toString('hex') === submission.fingerprint)
            return progress(client, applicationId);
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
        return progress(client, applicationId);
      });
    },

    /** Reads where an application stands, to go on from there, and the durations to go on with. */
    async resumeApplication(
      applicationId: string,
    ): Promise<{ progress: ApplicationProgress; policy: ApplicationPolicy }> {
      return inTransaction(pool, async (client) => {
        await lockedRow(client, applicationId);
        return { progress: await progress(client, applicationId), policy: applicationPolicy(config) };
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
        await lockedRow(client, applicationId);
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
        return progress(client, applicationId);
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
             changes_reminder_at = NULL, changes_reason_code = NULL, changes_note = NULL, (${SUBMITTED_COLUMNS}) = ROW(${placeholders(2)})
           WHERE id = $1 AND state = 'changes_requested'`,
          [applicationId, ...submittedValues(submission)],
        );
        const row = await lockedRow(client, applicationId);
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

const SUBMITTED_COLUMNS = `kind, name, email, phone, phone_hash, channels, region, locale, sponsor_code,
  shop_customer_id, identity_number_sealed, identity_number_hash, identity_number_masked,
  bank_account_sealed, bank_account_hash, bank_account_masked, bank_account_holder, bank_name, fingerprint`;

function submittedValues(submission: Submission): unknown[] {
  const { identityNumber, bankAccount } = submission;
  const bytes = (hex: string) => Buffer.from(hex, 'hex');
  return [
    submission.kind,
    submission.name,
    submission.email,
    submission.phone,
    bytes(submission.phoneHash),
    submission.channels,
    submission.region,
    submission.locale,
    submission.sponsorCode,
    submission.shopCustomerId,
    identityNumber.sealed,
    bytes(identityNumber.hash),
    identityNumber.masked,
    bankAccount.sealed,
    bytes(bankAccount.hash),
    bankAccount.masked,
    bankAccount.holder,
    bankAccount.bankName,
    bytes(submission.fingerprint),
  ];
}

function placeholders(first: number): string {
  return SUBMITTED_COLUMNS.split(',')
    .map((_, at) => `$${first + at}`)
    .join(', ');
}

function checkedKey(round: number): string {
  return `checked/${round}`;
}

async function lockedRow(client: Client, id: string): Promise<ApplicationRow> {
  const { rows } = await client.query<ApplicationRow>('SELECT * FROM applications WHERE id = $1 FOR UPDATE', [
    id,
  ]);
  const [row] = rows;
  if (!row) {
    throw refuse({ code: 'application_not_found', status: 404, message: `There is no application ${id}.` });
  }
  return row;
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

async function progress(client: Client, applicationId: string): Promise<ApplicationProgress> {
  const subject = applicationSubject(applicationId);
  const { rows } = await client.query<{
    state: ApplicationState;
    round: number;
    changes_deadline: Date | null;
    changes_reminder_at: Date | null;
    distributor_id: string | null;
    checked: boolean;
  }>(
    `SELECT state, round, changes_deadline, changes_reminder_at, distributor_id,
       EXISTS (SELECT 1 FROM events WHERE subject = $2 AND key = 'checked/' || a.round) AS checked
     FROM applications a WHERE id = $1`,
    [applicationId, subject],
  );
  const row = rows[0]!;
  return {
    state: row.state,
    round: row.round,
    checked: row.checked,
    reminderAt: row.changes_reminder_at?.getTime() ?? 0,
    deadline: row.changes_deadline?.getTime() ?? 0,
    distributorId: row.distributor_id,
    pendingMails: await pendingMails(client, subject),
  };
}

async function addCredentials(client: Client, row: ApplicationRow, submission: Submission): Promise<void> {
  const rows = submission.credentials.map(({ number, ...credential }) => ({ ...credential, ...number }));
  await client.query(
    `INSERT INTO credentials (id, application_id, round, type, number_sealed, number_hash, number_masked, holder,
       valid_from, valid_until)
     SELECT c.id, $1, $2, c.type, c.sealed, decode(c.hash, 'hex'), c.masked, c.holder, c."validFrom", c."validUntil"
     FROM jsonb_to_recordset($3) AS c (id uuid, type text, sealed text, hash text, masked text, holder text,
       "validFrom" date, "validUntil" date)`,
    [row.id, row.round, JSON.stringify(rows)],
  );
}

// The checks ran when the application was handed in; who was blacklisted since then must not slip through.
async function refuseBlacklisted(client: Client, row: ApplicationRow): Promise<void> {
  const { rows } = await client.query<{ id: string; kind: string }>(
    `SELECT id, kind FROM blacklist_entries
     WHERE (kind, number_hash) IN (('identity_number', $1::bytea), ('bank_account', $2), ('phone', $3)) LIMIT 1`,
    [row.identity_number_hash, row.bank_account_hash, row.phone_hash],
  );
  const [entry] = rows;
  if (entry) {
    throw refuse({
      code: 'blacklisted',
      status: 409,
      message: `The applicant's ${entry.kind.replace('_', ' ')} is on the blacklist (entry ${entry.id}). Remove the entry first, or reject.`,
    });
  }
}

/**
 * Finds the sponsor, where he is active, and the top of his tree. The top is locked first, so that approvals in one
 * tree run one after the other and count each other; then the sponsor, so that he is not suspended meanwhile.
 */
async function pinSponsor(
  client: Client,
  code: string | null,
): Promise<{ sponsorId: string | null; root: string | null }> {
  if (code === null) return { sponsorId: null, root: null };
  const { rows: roots } = await client.query<{ id: string }>(
    `WITH RECURSIVE above AS (
       SELECT id, sponsor_id FROM distributors WHERE referral_code = $1
       UNION ALL
       SELECT d.id, d.sponsor_id FROM distributors d JOIN above a ON d.id = a.sponsor_id
     )
     SELECT id FROM distributors WHERE id = (SELECT id FROM above WHERE sponsor_id IS NULL) FOR NO KEY UPDATE`,
    [normaliseReferralCode(code)],
  );
  const { rows: sponsors } = await client.query<{ id: string }>(
    `SELECT id FROM distributors WHERE referral_code = $1 AND state = 'active' FOR SHARE`,
    [normaliseReferralCode(code)],
  );
  return { sponsorId: sponsors[0]?.id ?? null, root: sponsors[0] ? (roots[0]?.id ?? null) : null };
}

async function refuseFailedChecks(
  client: Client,
  row: ApplicationRow,
  sponsorId: string | null,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT name FROM application_checks WHERE application_id = $1 AND round = $2 AND NOT passed ORDER BY name',
    [row.id, row.round],
  );
  const failed = new Set(rows.map(({ name }) => name));
  if (row.sponsor_code !== null && sponsorId === null) failed.add('sponsor');
  if (failed.size === 0) return;
  throw refuse({
    code: 'note_required',
    status: 422,
    message: `These checks failed: ${[...failed].join(', ')}. Say in a note why the application is approved all the same.`,
    pointer: '/note',
  });
}

async function recordTreeAlerts(
  client: Client,
  { root, applicationId, now }: { root: string; applicationId: string; now: number },
): Promise<SponsorTreeAlert[]> {
  const { rows } = await client.query<{ people: number; levels: number }>(
    `WITH RECURSIVE tree AS (
       SELECT id, state, 1 AS level FROM distributors WHERE id = $1
       UNION ALL
       SELECT d.id, d.state, t.level + 1 FROM distributors d JOIN tree t ON d.sponsor_id = t.id
     )
     SELECT count(*)::int AS people, max(level) AS levels FROM tree WHERE state <> 'terminated'`,
    [root],
  );
  const recorded: SponsorTreeAlert[] = [];
  for (const alert of sponsorTreeAlerts(rows[0]!)) {
    const isNew = await addEvent(client, {
      subject: `distributor/${root}`,
      key: `compliance_alert/${alert.measure}/${alert.bound}`,
      type: 'compliance_alert',
      actor: SYSTEM,
      occurredAt: now,
      data: { ...alert, applicationId },
    });
    if (isNew) recorded.push(alert);
  }
  return recorded;
}

const PASSWORD_WITHIN_MS = 7 * 86_400_000;

/**
 * Makes the user of a new distributor, with a one-time link for the password.
 * @returns undefined where the mail address is a user's already: that account is not handed over by an application
 */
async function addAccount(
  client: Client,
  { row, distributorId, actor }: { row: ApplicationRow; distributorId: string; actor: Actor },
): Promise<{ signInLinkId: string; passwordUntil: Date } | undefined> {
  const [userId, signInLinkId] = [uuidv7(), uuidv7()];
  const { rowCount } = await client.query(
    `INSERT INTO users (id, email, name, role, distributor_id, locale) VALUES ($1, $2, $3, 'distributor', $4, $5)
     ON CONFLICT (email) DO NOTHING`,
    [userId, row.email.toLowerCase(), row.name, distributorId, row.locale],
  );
  if (!rowCount) return undefined;
  await addAudit(client, {
    actor,
    action: 'user.create',
    subject: `user/${userId}`,
    after: { name: row.name, role: 'distributor', distributorId },
  });
  const passwordUntil = await addSignInLink(client, {
    id: signInLinkId,
    userId,
    validMs: PASSWORD_WITHIN_MS,
  });
  return { signInLinkId, passwordUntil };
}

/** @returns the new distributor's referral code */
async function addDistributor(
  client: Client,
  row: ApplicationRow,
  {
    distributorId,
    tier,
    sponsorId,
    now,
  }: { distributorId: string; tier: string; sponsorId: string | null; now: number },
): Promise<string> {
  for (;;) {
    const code = referralCode(randomBytes(REFERRAL_CODE_BYTES));
    const { rowCount } = await client.query(
      `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, locale,
         tier, sponsor_id, shop_customer_id, identity_number_hash, bank_account_sealed, bank_account_masked,
         bank_account_holder, bank_name, created_at)
       SELECT $2, id, $3, kind, name, email, phone, channels, region, locale, $4, $5, shop_customer_id,
         identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name, $6
       FROM applications WHERE id = $1
       ON CONFLICT DO NOTHING`,
      [row.id, distributorId, code, tier, sponsorId, new Date(now)],
    );
    if (rowCount) return code;
    const { rows } = await client.query<{ id: string; same_identity: boolean }>(
      `SELECT id, identity_number_hash = $1 AS same_identity FROM distributors
       WHERE identity_number_hash = $1 OR shop_customer_id = $2 ORDER BY 2 DESC LIMIT 1`,
      [row.identity_number_hash, row.shop_customer_id],
    );
    const [other] = rows;
    if (other) {
      throw other.same_identity
        ? refuse({
            code: 'identity_number_taken',
            status: 409,
            message: `Distributor ${other.id} has the same identity number. One person or company is one distributor.`,
          })
        : refuse({
            code: 'shop_customer_taken',
            status: 409,
            message: `Distributor ${other.id} has the same customer account of the shop.`,
          });
    }
    // Neither of these: the referral code was taken. Draw another.
  }
}
