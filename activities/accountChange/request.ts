import type { Actor } from '../../database/journal';
import type { Client } from '../../database/pool';
import { refuse } from '../../database/refusal';
import type { AccountField, Confirmation } from '../../domain/accountChange';
import type { ProtectedNumber } from '../../domain/application';
import type { AccountCheck, ChangedDistributor } from './row';

/** What is to change. */
export type RequestedChange =
  | { field: 'bank_account'; bankAccount: ProtectedNumber & { holder: string; bankName: string } }
  /** E.164 if it could be normalised, with its keyed hash in hexadecimal. */
  | { field: 'phone'; phone: string; hash: string }
  | { field: 'email'; email: string }
  | { field: 'name'; name: string };

/** A request for a change, by a distributor or by staff on their behalf. */
export interface AccountChangeRequest {
  id: string;
  distributorId: string;
  change: RequestedChange;
  /** Why. */
  note?: string;
  by: Actor & { userId: string };
}

/**
 * Refuses a change to what the distributor has.
 * @throws refusal `account_unchanged`
 */
export async function refuseUnchanged(
  client: Client,
  distributor: ChangedDistributor,
  change: RequestedChange,
): Promise<void> {
  if (!(await isUnchanged(client, distributor, change))) return;
  throw refuse({
    code: 'account_unchanged',
    status: 409,
    message: 'The distributor has this value already. Nothing has to be changed.',
  });
}

async function isUnchanged(
  client: Client,
  { id, name, email, phone, bank_account_holder, bank_name }: ChangedDistributor,
  change: RequestedChange,
): Promise<boolean> {
  switch (change.field) {
    case 'name':
      return change.name === name;
    case 'email':
      return change.email === email;
    case 'phone':
      return change.phone === phone;
    case 'bank_account': {
      const { hash, holder, bankName } = change.bankAccount;
      if (holder !== bank_account_holder || bankName !== bank_name) return false;
      // The present number is that of the last change, or else that of the application.
      const { rows } = await client.query<{ same: boolean }>(
        `SELECT coalesce(
           (SELECT new_hash FROM account_changes WHERE distributor_id = $1 AND field = 'bank_account'
              AND state = 'in_effect' ORDER BY ended_at DESC LIMIT 1),
           (SELECT bank_account_hash FROM applications WHERE distributor_id = $1)) = decode($2, 'hex') AS same`,
        [id, hash],
      );
      return rows[0]?.same ?? false;
    }
  }
}

/** What is pinned when a change is requested. */
interface Pinned {
  confirmation: Confirmation;
  waitingMs: number;
  checks: AccountCheck[];
  now: number;
}

/**
 * Records a requested change.
 * @throws refusal `account_change_open`
 */
export async function insertChange(
  client: Client,
  { id, distributorId, change, note, by }: AccountChangeRequest,
  distributor: ChangedDistributor,
  { confirmation, waitingMs, checks, now }: Pinned,
): Promise<void> {
  const account = change.field === 'bank_account' ? change.bankAccount : undefined;
  const hash = account?.hash ?? (change.field === 'phone' ? change.hash : null);
  const { rowCount } = await client.query(
    `INSERT INTO account_changes (id, distributor_id, field, state, confirmation, waiting_ms, old_value, old_sealed,
       old_holder, old_bank_name, new_value, new_sealed, new_hash, new_holder, new_bank_name, checks, note,
       requested_by, requested_at)
     VALUES ($1, $2, $3, 'requested', $4, $5, $6, $7, $8, $9, $10, $11, decode($12, 'hex'), $13, $14, $15, $16, $17, $18)
     ON CONFLICT DO NOTHING`,
    [
      id,
      distributorId,
      change.field,
      confirmation,
      waitingMs,
      presentValue(distributor, change.field),
      account ? distributor.bank_account_sealed : '',
      account ? distributor.bank_account_holder : null,
      account ? distributor.bank_name : null,
      newValue(change),
      account?.sealed ?? '',
      hash,
      account?.holder ?? null,
      account?.bankName ?? null,
      JSON.stringify(checks),
      note ?? null,
      by.userId,
      new Date(now),
    ],
  );
  if (rowCount) return;
  throw refuse({
    code: 'account_change_open',
    status: 409,
    message: 'The distributor has an open change of the same data. Cancel it first.',
  });
}

function presentValue(distributor: ChangedDistributor, field: AccountField): string {
  return field === 'bank_account' ? distributor.bank_account_masked : distributor[field];
}

function newValue(change: RequestedChange): string {
  switch (change.field) {
    case 'bank_account':
      return change.bankAccount.masked;
    case 'phone':
      return change.phone;
    case 'email':
      return change.email;
    case 'name':
      return change.name;
  }
}
