import { Context } from '@temporalio/activity';
import { NIL } from 'uuid';
import { type Config, durationMs } from '../config';
import { deleteUnownedObjects, deleteUnreferenced, detachTerminated } from '../database/documentDeletion';
import { documentStore } from '../database/documentStore';
import { addAudit, SYSTEM } from '../database/journal';
import { inTransaction, type Pool } from '../database/pool';
import { SealError, type Sealer } from '../database/sealing';
import { subjectOf } from '../domain/kinds';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long an idempotency key protects from a repeat: far beyond any client's retries. */
const IDEMPOTENCY_KEY_DAYS = 30;

/** How long a session stays on its user's list after its end. */
const ENDED_SESSION_DAYS = 90;

/** How long failures to sign in are remembered. A lockout is much shorter. */
const SIGN_IN_ATTEMPT_DAYS = 30;

/** How long mails that were requested without signing in are counted: longer than the longest bound, a day. */
const PUBLIC_MAIL_DAYS = 2;

/** Rows of one statement: few enough not to block other transactions. */
const BATCH = 1000;

/** Everything sealed. */
export const SEALED = [
  { table: 'applications', column: 'identity_number_sealed' },
  { table: 'applications', column: 'bank_account_sealed' },
  { table: 'credentials', column: 'number_sealed' },
  { table: 'credential_renewals', column: 'number_sealed' },
  { table: 'distributors', column: 'bank_account_sealed' },
  { table: 'account_changes', column: 'old_sealed' },
  { table: 'account_changes', column: 'new_sealed' },
  { table: 'withdrawals', column: 'bank_account_sealed' },
  { table: 'users', column: 'totp_secret_sealed' },
  { table: 'document_blobs', column: 'key_sealed' },
] as const;

/** What became of the texts that an earlier key sealed. */
export interface Resealed {
  resealed: number;
  /** Those that no key in FIELD_KEYS opens. */
  unreadable: number;
}

/** The daily steps: delete what is not needed any more, and erase personal data after its retention period. */
export function createHousekeepingActivities({
  pool,
  config,
  sealer,
}: {
  pool: Pool;
  config: Config;
  sealer: Sealer;
}) {
  return {
    /**
     * Deletes old idempotency keys, sessions that ended long ago, old failures to sign in and counted mails.
     * @param now milliseconds since 1970
     * @returns how many rows were deleted
     */
    async deleteSpent(now: number): Promise<number> {
      const before = (days: number) => new Date(now - days * DAY_MS);
      const sessionsSince = new Date(now - ENDED_SESSION_DAYS * DAY_MS - durationMs(config.SESSION_MAX));
      const deleteBefore = (table: string, column: string, time: Date) =>
        inBatches(async () => (await pool.query(deleteFrom(table, `${column} < $1`), [time])).rowCount ?? 0);
      return (
        (await deleteBefore('idempotency_keys', 'created_at', before(IDEMPOTENCY_KEY_DAYS))) +
        (await deleteBefore('sessions', 'created_at', sessionsSince)) +
        (await deleteBefore('sign_in_attempts', 'last_at', before(SIGN_IN_ATTEMPT_DAYS))) +
        (await deleteBefore('public_mails', 'at', before(PUBLIC_MAIL_DAYS)))
      );
    },

    /**
     * Erases the personal data of applicants who were not admitted, and what account changes replaced or did not bring
     * into effect, `APPLICANT_DATA_RETENTION` after the decision (PIPL, article 47: data is deleted when its purpose
     * cannot be achieved or is achieved no more). The decision and its time stay.
     * @param now milliseconds since 1970
     * @returns how many applications and account changes were erased
     */
    async eraseApplicants(now: number): Promise<number> {
      const values = [new Date(now - durationMs(config.APPLICANT_DATA_RETENTION)), new Date(now)];
      const erase = (kind: 'application' | 'account_change', statement: string) =>
        inBatches(() =>
          inTransaction(pool, async (client) => {
            const { rows } = await client.query<{ id: string }>(statement, values);
            for (const { id } of rows) {
              await addAudit(client, {
                actor: SYSTEM,
                action: `${kind}.erase`,
                subject: subjectOf(kind, id),
              });
            }
            return rows.length;
          }),
        );
      return (
        (await erase('application', eraseApplications)) + (await erase('account_change', eraseAccountChanges))
      );
    },

    /**
     * Deletes documents: uploads that were not attached to anything for a day, and those whose retention period is
     * over, `DOCUMENT_RETENTION` after the distributor was terminated, or with the data of the applicant. Also deletes
     * what an upload left behind that did not end.
     * @param now milliseconds since 1970
     * @returns how many documents were deleted
     */
    async deleteDocuments(now: number): Promise<number> {
      await detachTerminated(pool, new Date(now - durationMs(config.DOCUMENT_RETENTION)));
      const deleted = await inBatches(() => deleteUnreferenced(pool, new Date(now - DAY_MS)));
      // An upload takes minutes at most.
      await inBatches(() => deleteUnownedObjects(pool, documentStore(config), new Date(now - HOUR_MS)));
      return deleted;
    },

    /**
     * Seals with the present key whatever an earlier key of FIELD_KEYS sealed, so that the earlier one can go. What no
     * key opens stays as it is.
     */
    async resealNumbers(): Promise<Resealed> {
      const total: Resealed = { resealed: 0, unreadable: 0 };
      for (const place of SEALED) await reseal(pool, sealer, place, total);
      return total;
    },
  };
}

const deleteFrom = (table: string, condition: string) =>
  `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE ${condition} LIMIT ${BATCH}))`;

// Mails go as a whole: subject, text and recipient are all about the applicant. Hashes go as well, since numbers of
// so few digits can be tried out by anyone who has the key.
const eraseApplications = `
  WITH old AS MATERIALIZED (
    SELECT id FROM applications
    WHERE state IN ('rejected', 'withdrawn') AND decided_at < $1 AND erased_at IS NULL
    ORDER BY decided_at LIMIT ${BATCH} FOR NO KEY UPDATE
  ), numbers AS (
    UPDATE credentials c SET number_sealed = '', number_hash = '', number_masked = '', holder = ''
    FROM old WHERE c.application_id = old.id
  ), mail AS (
    DELETE FROM mails m USING old WHERE m.subject_ref = 'application/' || old.id
  ), documents AS (
    DELETE FROM document_references r USING old WHERE r.subject = 'application/' || old.id
  )
  UPDATE applications a
  SET name = '(erased)', email = '', phone = '', phone_hash = '', channels = '{}', shop_customer_id = NULL,
    identity_number_sealed = '', identity_number_hash = '', identity_number_masked = '', bank_account_sealed = '',
    bank_account_hash = '', bank_account_masked = '', bank_account_holder = '', bank_name = '', fingerprint = '',
    changes_requested = NULL, changes_note = NULL, decision_note = NULL, erased_at = $2
  FROM old WHERE a.id = old.id RETURNING a.id`;

// Of a change in effect the new value is the distributor's, and its hash finds who else has the number.
const eraseAccountChanges = `
  WITH old AS MATERIALIZED (
    SELECT id, field = 'bank_account' AS is_account, state = 'in_effect' AS in_effect FROM account_changes
    WHERE ended_at < $1 AND erased_at IS NULL ORDER BY ended_at LIMIT ${BATCH} FOR NO KEY UPDATE
  )
  UPDATE account_changes c
  SET old_value = '', old_sealed = '', old_holder = CASE WHEN is_account THEN '' END,
    old_bank_name = CASE WHEN is_account THEN '' END, note = NULL, erased_at = $2,
    new_value = CASE WHEN in_effect THEN new_value ELSE '' END,
    new_sealed = CASE WHEN in_effect THEN new_sealed ELSE '' END,
    new_hash = CASE WHEN in_effect THEN new_hash END,
    new_holder = CASE WHEN in_effect THEN new_holder WHEN is_account THEN '' END,
    new_bank_name = CASE WHEN in_effect THEN new_bank_name WHEN is_account THEN '' END
  FROM old WHERE c.id = old.id RETURNING c.id`;

/** Goes through a batch of rows after the other, until none is left. @returns how many there were */
async function inBatches(batch: () => Promise<number>): Promise<number> {
  const { cancellationSignal, heartbeat } = Context.current();
  for (let count = 0; ; ) {
    cancellationSignal.throwIfAborted();
    const done = await batch();
    count += done;
    if (done === 0) return count;
    heartbeat(count);
  }
}

async function reseal(
  pool: Pool,
  sealer: Sealer,
  { table, column }: (typeof SEALED)[number],
  total: Resealed,
): Promise<void> {
  const { cancellationSignal, heartbeat } = Context.current();
  for (let after: string = NIL; ; ) {
    cancellationSignal.throwIfAborted();
    const { rows } = await pool.query<{ id: string; sealed: string }>(
      `SELECT id, ${column} AS sealed FROM ${table}
       WHERE id > $1 AND ${column} <> '' AND NOT starts_with(${column}, $2 || ':') ORDER BY id LIMIT ${BATCH}`,
      [after, sealer.keyId],
    );
    const last = rows.at(-1);
    if (!last) return;
    const resealed = rows.flatMap(({ id, sealed }) => {
      const plain = openOrNull(sealer, sealed);
      return plain === null ? [] : [{ id, was: sealed, sealed: sealer.seal(plain) }];
    });
    // Only what is still as it was read: the text may have been replaced by another in between.
    const { rowCount } = await pool.query(
      `UPDATE ${table} t SET ${column} = n.sealed
       FROM jsonb_to_recordset($1::jsonb) AS n (id uuid, was text, sealed text) WHERE t.id = n.id AND t.${column} = n.was`,
      [JSON.stringify(resealed)],
    );
    total.resealed += rowCount ?? 0;
    total.unreadable += rows.length - resealed.length;
    heartbeat(total);
    after = last.id;
  }
}

function openOrNull(sealer: Sealer, sealed: string): string | null {
  try {
    return sealer.open(sealed);
  } catch (error) {
    if (error instanceof SealError) return null;
    throw error;
  }
}
