import { notFound } from '../../database/decide';
import { attachDocuments } from '../../database/documents';
import type { Actor } from '../../database/journal';
import { pendingMails } from '../../database/mails';
import type { HashedNumber } from '../../database/numbers';
import type { Client } from '../../database/pool';
import type {
  ApplicantKind,
  ApplicationPolicy,
  ApplicationState,
  Locale,
  Submission,
} from '../../domain/application';
import { keyOf, subjectOf } from '../../domain/kinds';

/** What the workflow of an application has to know of its row. */
export interface ApplicationProgress {
  state: ApplicationState;
  /** Number of submissions: 1, and one more with each resubmission. */
  round: number;
  /** Whether the automatic checks of this round are complete. */
  checked: boolean;
  /** Reminder and deadline of the applicant, in milliseconds since 1970. Only in state changes_requested. */
  reminderAt: number;
  deadline: number;
  distributorId: string | null;
  /** Keys of mails that wait for delivery. */
  pendingMails: string[];
}

/** An application as its steps read it. */
export interface ApplicationRow {
  id: string;
  state: ApplicationState;
  round: number;
  policy: ApplicationPolicy;
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

/** The numbers of an application that the blacklist can name. */
export function numbersOf(
  row: Pick<ApplicationRow, 'identity_number_hash' | 'bank_account_hash' | 'phone_hash'>,
): HashedNumber[] {
  return [
    { kind: 'identity_number', hash: row.identity_number_hash },
    { kind: 'bank_account', hash: row.bank_account_hash },
    { kind: 'phone', hash: row.phone_hash },
  ];
}

/** The columns that a submission fills, in the order of `submittedValues`. */
export const SUBMITTED_COLUMNS = `kind, name, email, phone, phone_hash, channels, region, locale, sponsor_code,
  shop_customer_id, identity_number_sealed, identity_number_hash, identity_number_masked,
  bank_account_sealed, bank_account_hash, bank_account_masked, bank_account_holder, bank_name, fingerprint`;

/** What a submission is in the columns `SUBMITTED_COLUMNS`. */
export function submittedValues(submission: Submission): unknown[] {
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

/** The parameters of `submittedValues` in a statement. @param first number of the first */
export function submittedPlaceholders(first: number): string {
  return SUBMITTED_COLUMNS.split(',')
    .map((_, at) => `$${first + at}`)
    .join(', ');
}

/** Key of the event that ends the automatic checks of a round. */
export function checkedKey(round: number): string {
  return keyOf('checked', round);
}

/** Locks an application for the step of this transaction. */
export async function lockApplication(client: Client, id: string): Promise<ApplicationRow | undefined> {
  const { rows } = await client.query<ApplicationRow>('SELECT * FROM applications WHERE id = $1 FOR UPDATE', [
    id,
  ]);
  return rows[0];
}

/** Where an application stands. */
export async function applicationProgress(
  client: Client,
  applicationId: string,
): Promise<ApplicationProgress> {
  const subject = subjectOf('application', applicationId);
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
  const row = rows[0];
  if (!row) throw notFound('application', applicationId);
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

/** Attaches uploaded documents to the round that the application is in. */
export function addDocuments(
  client: Client,
  { id, round }: ApplicationRow,
  { documentIds = [], actor }: { documentIds?: string[]; actor: Actor },
): Promise<void> {
  return attachDocuments(client, { subject: subjectOf('application', id), documentIds, by: actor, round });
}

/** Adds the credentials of the round that the application is in. */
export async function addCredentials(
  client: Client,
  row: ApplicationRow,
  submission: Submission,
): Promise<void> {
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
