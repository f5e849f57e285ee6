import type { Config } from '../../config';
import {
  type CredentialRow,
  endExpiry,
  lockCredential,
  placeExpiry,
  rulesFor,
} from '../../database/credentials';
import { decide, notFound, type Outcome } from '../../database/decide';
import { attachDocuments } from '../../database/documents';
import { type Actor, addEvent, SYSTEM } from '../../database/journal';
import { pendingMails, queueMails } from '../../database/mails';
import { type Client, inTransaction, type Pool } from '../../database/pool';
import { refuse } from '../../database/refusal';
import { releaseKeptBack } from '../../database/restrictions';
import type { Sealer } from '../../database/sealing';
import type { Locale, ProtectedNumber } from '../../domain/application';
import { dateIn } from '../../domain/calendarDate';
import { type CredentialProgress, daysLeft, nextReminder } from '../../domain/credentialTerm';
import { keyOf, subjectOf } from '../../domain/kinds';
import { publicReason } from '../../domain/reasonCodes';
import { activitySender } from '../../temporal/activitySender';
import { start } from '../../temporal/messages';
import { type CheckFinding, checkRenewal } from './checks';
import { cancelReminders, newsMails, reminderMails } from './mails';

/** A further period of a credential, as handed in. */
export interface RenewalRequest {
  /** Of the renewal. */
  id: string;
  credentialId: string;
  number: ProtectedNumber;
  holder: string;
  /** `YYYY-MM-DD`, as printed on the document. */
  validFrom: string;
  /** `YYYY-MM-DD`, null for a long-term credential. */
  validUntil: string | null;
  /** Uploaded documents that show it. */
  documentIds: string[];
  by: Actor;
}

/** What a reviewer decides about a renewal. `decisionId` is the same when the message is repeated. */
export interface RenewalDecision {
  decisionId: string;
  credentialId: string;
  renewalId: string;
  by: Actor;
  /** Why it is refused: one of `renewalCodes`, and what the reviewer adds for the distributor. */
  reasonCode?: string;
  reason?: string;
  /** Internal; says why it is accepted although a check failed. */
  note?: string;
}

interface RenewalRow {
  id: string;
  state: 'submitted' | 'accepted' | 'refused';
  number_masked: string;
  valid_from: string;
  valid_until: string | null;
  checks: CheckFinding[];
  decider: string | null;
  decided_at: Date | null;
}

type Settings = Pick<Config, 'BRAND_TIME_ZONE' | 'BRAND_NAME'>;

/** Longest wait for Temporal to take a start. */
const START_WITHIN_MS = 5_000;

/** The steps of a credential. Each is one short transaction, and idempotent. */
export function createCredentialActivities({
  pool,
  sealer,
  config,
}: {
  pool: Pool;
  sealer: Sealer;
  config: Settings;
}) {
  const zone = config.BRAND_TIME_ZONE;

  const step = (
    { credentialId: id, by, key, now }: { credentialId: string; by: Actor; key: string; now: number },
    change: (client: Client, row: CredentialRow) => Promise<Outcome>,
  ) =>
    decide(
      pool,
      { kind: 'credential', id, key, by, at: now },
      (client) => lockCredential(client, id),
      change,
      (client) => progressOf(client, id, now),
    );

  async function progressOf(client: Client, id: string, now: number): Promise<CredentialProgress> {
    const { rows } = await client.query<
      CredentialRow & { done: number[]; open: boolean; openRenewal: string | null; releaseRuns: string[] }
    >(
      `SELECT c.*, distributor_state(d) <> 'terminated' AS open,
         ARRAY(SELECT m.days_before FROM credential_reminders m
               WHERE m.credential_id = c.id AND m.valid_until = c.valid_until) AS done,
         (SELECT r.id FROM credential_renewals r WHERE r.credential_id = c.id AND r.state = 'submitted') AS "openRenewal",
         ARRAY(SELECT r.id FROM release_runs r WHERE r.state = 'approved' AND r.filter ? 'automatic'
                 AND r.filter ->> 'distributorId' = c.distributor_id::text) AS "releaseRuns"
       FROM credentials c JOIN distributors d ON d.id = c.distributor_id WHERE c.id = $1`,
      [id],
    );
    const [row] = rows;
    if (!row) throw notFound('credential', id);
    const { due, next } = nextReminder(termOf(row), await rulesOf(client, row), {
      done: row.done,
      now,
      zone,
    });
    return {
      open: row.open,
      nextReminderAt: due ? now : (next?.at ?? null),
      openRenewal: row.openRenewal,
      mails: await pendingMails(client, subjectOf('credential', id)),
      releaseRuns: row.releaseRuns,
    };
  }

  return {
    /** Reads where a credential stands; null where no distributor has it. */
    async findCredential(id: string, now: number): Promise<CredentialProgress | null> {
      return inTransaction(pool, async (client) => {
        const row = await lockCredential(client, id);
        if (!row) return null;
        // Known before there were rules.
        if (row.policy_id === null) {
          await placeExpiry(client, row, { zone, at: now });
          await addEvent(client, {
            subject: subjectOf('credential', id),
            key: 'monitoring_started',
            type: 'monitoring_started',
            actor: SYSTEM,
            occurredAt: now,
          });
        }
        return progressOf(client, id, now);
      });
    },

    /**
     * Sends the reminder that is due, to the distributor and those who belong to its circle. Of several that passed
     * while no worker ran, it is one email, with the true number of days left.
     */
    async remindOfExpiry(id: string, now: number): Promise<CredentialProgress> {
      return inTransaction(pool, async (client) => {
        const row = await lockCredential(client, id);
        if (!row) throw notFound('credential', id);
        const { open } = await progressOf(client, id, now);
        // A distributor who was terminated meanwhile is not reminded.
        if (open) await remind(client, row, now);
        return progressOf(client, id, now);
      });
    },

    /** Records a renewal with its automatic checks. One can be under review at a time. */
    submitRenewal(request: RenewalRequest, now: number): Promise<CredentialProgress> {
      const { id, credentialId, number, holder, validFrom, validUntil, by } = request;
      const key = keyOf('renewal_submitted', id);
      return step({ credentialId, by, key, now }, async (client, row) => {
        const checks = await checkRenewal(client, sealer, { row, request, today: dateIn(zone, now) });
        const { rowCount } = await client.query(
          `INSERT INTO credential_renewals (id, credential_id, state, number_sealed, number_hash, number_masked, holder,
             valid_from, valid_until, submitted_at, submitted_by, checks)
           VALUES ($1, $2, 'submitted', $3, decode($4, 'hex'), $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
          [
            id,
            credentialId,
            number.sealed,
            number.hash,
            number.masked,
            holder,
            validFrom,
            validUntil,
            new Date(now),
            by.userId,
            JSON.stringify(checks),
          ],
        );
        if (!rowCount) {
          throw refuse({
            code: 'renewal_under_review',
            status: 409,
            message:
              'A renewal of this credential is already under review. Wait for the decision, or ask for it to be refused.',
          });
        }
        await attachDocuments(client, {
          subject: subjectOf('renewal', id),
          documentIds: request.documentIds,
          by,
        });
        return {
          type: 'renewal_submitted',
          action: 'credential.submit_renewal',
          data: { renewalId: id, validFrom, validUntil },
          after: { renewalId: id, validFrom, validUntil, numberMasked: number.masked },
        };
      });
    },

    /**
     * Accepts a renewal: the credential gets its number and validity, and what its expiry restricted is lifted. What
     * fell due meanwhile under automatic plans is released by a run.
     */
    acceptRenewal(decision: RenewalDecision, now: number): Promise<CredentialProgress> {
      const { credentialId, renewalId, decisionId, by, note = null } = decision;
      const key = keyOf('renewal_accepted', decisionId);
      return step({ credentialId, by, key, now }, async (client, row) => {
        const renewal = await lockOpenRenewal(client, decision);
        const failed = renewal.checks.filter(({ passed }) => !passed).map(({ name }) => name);
        if (failed.length > 0 && !note) {
          throw refuse({
            code: 'note_required',
            status: 422,
            message: `These checks failed: ${failed.join(', ')}. Explain in a note why the renewal is accepted anyway.`,
            pointer: '/note',
          });
        }
        const before = {
          numberMasked: row.number_masked,
          validFrom: row.valid_from,
          validUntil: row.valid_until,
        };
        const after = {
          numberMasked: renewal.number_masked,
          validFrom: renewal.valid_from,
          validUntil: renewal.valid_until,
        };
        await client.query(
          `UPDATE credential_renewals SET state = 'accepted', replaced = $2, note = $3, decided_by = $4, decided_at = $5
           WHERE id = $1`,
          [renewalId, before, note, by.userId, new Date(now)],
        );
        const { rows } = await client.query<CredentialRow>(
          `UPDATE credentials c SET number_sealed = r.number_sealed, number_hash = r.number_hash,
             number_masked = r.number_masked, holder = r.holder, valid_from = r.valid_from, valid_until = r.valid_until,
             known_at = $2
           FROM credential_renewals r WHERE r.id = $1 AND c.id = r.credential_id RETURNING c.*`,
          [renewalId, new Date(now)],
        );
        // Before the restriction ends: of two causes that end at once, the second one makes the run.
        await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [row.distributor_id]);
        const corrected = await endExpiry(client, row, { validFrom: renewal.valid_from, zone, by, at: now });
        await placeExpiry(client, rows[0]!, { zone, at: now });
        const releaseRunId = await releaseKeptBack(client, {
          distributorId: row.distributor_id,
          decisionId,
          at: now,
          corrected,
        });
        await cancelReminders(client, credentialId);
        return {
          type: 'renewal_accepted',
          action: 'credential.accept_renewal',
          data: { renewalId, ...after, ...(releaseRunId && { releaseRunId }) },
          before,
          after,
          reason: note,
          mails: await newsMails(client, config, row, ['renewal_accepted', decisionId], {
            step: 'accepted',
            validUntil: after.validUntil,
          }),
        };
      });
    },

    /** Refuses a renewal, with a reason that the distributor reads. */
    refuseRenewal(decision: RenewalDecision, now: number): Promise<CredentialProgress> {
      const { credentialId, renewalId, decisionId, by, reasonCode = null, note = null } = decision;
      const key = keyOf('renewal_refused', decisionId);
      return step({ credentialId, by, key, now }, async (client, row) => {
        await lockOpenRenewal(client, decision);
        const { rows } = await client.query<{ locale: Locale }>(
          'SELECT locale FROM distributors WHERE id = $1',
          [row.distributor_id],
        );
        const reason = publicReason(reasonCode, rows[0]!.locale, decision.reason ?? null);
        await client.query(
          `UPDATE credential_renewals SET state = 'refused', reason = $2, reason_code = $3, note = $4, decided_by = $5,
             decided_at = $6 WHERE id = $1`,
          [renewalId, reason, reasonCode, note, by.userId, new Date(now)],
        );
        return {
          type: 'renewal_refused',
          action: 'credential.refuse_renewal',
          data: { renewalId, reason, ...(reasonCode && { reasonCode }) },
          after: { state: 'refused', ...(reasonCode && { reasonCode }), ...(note && { note }) },
          reason,
          mails: await newsMails(client, config, row, ['renewal_refused', decisionId], {
            step: 'refused',
            reason,
          }),
        };
      });
    },

    /** Starts the processes of the credentials with which a distributor joined. Idempotent. */
    async startCredentials(distributorId: string): Promise<void> {
      const { rows } = await pool.query<{ id: string }>(
        'SELECT id FROM credentials WHERE distributor_id = $1 ORDER BY id',
        [distributorId],
      );
      for (const { id } of rows) await start(activitySender(START_WITHIN_MS), { kind: 'credential', id });
    },

    /** Starts the process of a release run that was approved with the lifting of a restriction. */
    async startRelease(id: string): Promise<void> {
      await start(activitySender(START_WITHIN_MS), { kind: 'release', id });
    },
  };

  async function remind(client: Client, row: CredentialRow, now: number): Promise<void> {
    const { rows } = await client.query<{ done: number[] }>(
      `SELECT ARRAY(SELECT days_before FROM credential_reminders
                    WHERE credential_id = $1 AND valid_until = $2) AS done`,
      [row.id, row.valid_until],
    );
    const rules = await rulesOf(client, row);
    const { due, passed } = nextReminder(termOf(row), rules, { done: rows[0]!.done, now, zone });
    if (!due || row.valid_until === null) return;
    const mails = await reminderMails(client, config, row, rules, {
      ...due,
      validUntil: row.valid_until,
      daysLeft: daysLeft(row.valid_until, now, zone),
    });
    await client.query(
      `INSERT INTO credential_reminders (credential_id, valid_until, days_before, at, recipients)
       SELECT $1, $2, m.days, $3, CASE WHEN m.days = $5 THEN $6::text[] ELSE '{}' END FROM unnest($4::int[]) AS m (days)`,
      [
        row.id,
        row.valid_until,
        new Date(now),
        [due.daysBefore, ...passed],
        due.daysBefore,
        mails.map(({ recipient }) => recipient),
      ],
    );
    await queueMails(client, mails);
    await addEvent(client, {
      subject: subjectOf('credential', row.id),
      key: keyOf('reminded', row.valid_until, due.daysBefore),
      type: 'reminded',
      actor: SYSTEM,
      occurredAt: now,
    });
  }
}

async function lockOpenRenewal(
  client: Client,
  { credentialId, renewalId }: RenewalDecision,
): Promise<RenewalRow> {
  const { rows } = await client.query<RenewalRow>(
    `SELECT r.*, (SELECT name FROM users WHERE id = r.decided_by) AS decider FROM credential_renewals r
     WHERE r.id = $1 AND r.credential_id = $2 FOR UPDATE`,
    [renewalId, credentialId],
  );
  const [renewal] = rows;
  if (!renewal) throw notFound('renewal', renewalId);
  if (renewal.state !== 'submitted') {
    throw refuse({
      code: 'renewal_decided',
      status: 409,
      message: `The renewal is already ${renewal.state} by ${renewal.decider ?? 'system'} at ${renewal.decided_at?.toISOString()}; the decision is final.`,
    });
  }
  return renewal;
}

const rulesOf = (client: Client, { type, policy_id: policyId }: CredentialRow) =>
  rulesFor(client, { type, policyId });

function termOf(row: CredentialRow) {
  return {
    id: row.id,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    knownAt: row.known_at.getTime(),
  };
}
