import { pendingMails } from '../../database/mails';
import type { Client, Pool } from '../../database/pool';
import type { AccountChangeProgress, AccountField, Confirmation } from '../../domain/accountChange';
import type { ApplicantKind, Locale } from '../../domain/application';
import type { CheckResult } from '../../domain/checkResult';
import { type StateOf, subjectOf } from '../../domain/kinds';

/** The state of an account change after a step. */
export interface AccountChangeStep extends AccountChangeProgress {
  /** Keys of the mails about it that wait for delivery. */
  mails?: string[];
}

/** An automatic check of a requested change. */
export type AccountCheck = Pick<CheckResult, 'passed' | 'code' | 'reason'> & { name: string };

/** An account change as its steps read it. */
export interface AccountChangeRow {
  id: string;
  distributor_id: string;
  field: AccountField;
  state: StateOf<'account_change'>;
  confirmation: Confirmation;
  waiting_ms: number;
  old_value: string;
  new_value: string;
  new_sealed: string;
  new_hash: Buffer | null;
  new_holder: string | null;
  new_bank_name: string | null;
  checks: AccountCheck[];
  effective_at: Date | null;
}

/** A distributor as the steps of an account change read it. */
export interface ChangedDistributor {
  id: string;
  kind: ApplicantKind;
  name: string;
  email: string;
  phone: string;
  locale: Locale;
  bank_account_sealed: string;
  bank_account_masked: string;
  bank_account_holder: string;
  bank_name: string;
  state: StateOf<'distributor'>;
  /** Whether anything is held, available or in a withdrawal. */
  owed: boolean;
}

/** Locks a change for the step of this transaction. */
export async function lockChange(client: Client, id: string): Promise<AccountChangeRow | undefined> {
  const { rows } = await client.query<AccountChangeRow>(
    'SELECT * FROM account_changes WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  return rows[0];
}

/** Locks a distributor, before any of its changes: steps that lock both never wait for each other. */
export async function lockDistributor(client: Client, id: string): Promise<ChangedDistributor | undefined> {
  await client.query('SELECT FROM distributors WHERE id = $1 FOR NO KEY UPDATE', [id]);
  return readDistributor(client, id);
}

/** Reads a distributor. */
export async function readDistributor(client: Client, id: string): Promise<ChangedDistributor | undefined> {
  const { rows } = await client.query<ChangedDistributor>(
    `SELECT d.id, d.kind, d.name, d.email, d.phone, d.locale, d.bank_account_sealed, d.bank_account_masked,
       d.bank_account_holder, d.bank_name, distributor_state(d) AS state,
       EXISTS (SELECT FROM balances b WHERE b.distributor_id = d.id AND b.held + b.available + b.reserved > 0) AS owed
     FROM distributors d WHERE d.id = $1`,
    [id],
  );
  return rows[0];
}

/** Where a change stands, with its mails; null where there is none. */
export async function findChange(database: Pool | Client, id: string): Promise<AccountChangeStep | null> {
  const { rows } = await database.query<Pick<AccountChangeRow, 'state' | 'confirmation' | 'effective_at'>>(
    'SELECT state, confirmation, effective_at FROM account_changes WHERE id = $1',
    [id],
  );
  const [row] = rows;
  if (!row) return null;
  const { state, confirmation, effective_at } = row;
  const mails = await pendingMails(database, subjectOf('account_change', id));
  return {
    state,
    confirmation,
    effectiveAt: effective_at?.getTime() ?? null,
    ...(mails.length && { mails }),
  };
}
