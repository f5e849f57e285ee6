import { blacklistEntries, type HashedNumber, othersWithNumber } from '../../database/numbers';
import type { Client } from '../../database/pool';
import { refuse } from '../../database/refusal';
import type { Sealer } from '../../database/sealing';
import { canChange } from '../../domain/accountChange';
import { checkBankAccount, checkPhone } from '../../domain/credential';
import { checkHolder, isOfRepresentative } from '../../domain/holderName';
import { keyOf } from '../../domain/kinds';
import type { RequestedChange } from './request';
import type { AccountChangeRow, AccountCheck, ChangedDistributor } from './row';

/** The same checks as of an application, of what is to change. None decides. */
export async function checkChange(
  client: Client,
  sealer: Sealer,
  distributor: ChangedDistributor,
  change: RequestedChange,
): Promise<AccountCheck[]> {
  switch (change.field) {
    case 'bank_account': {
      const { sealed, hash, holder } = change.bankAccount;
      const type = distributor.kind === 'person' ? 'card' : 'corporate';
      return [
        { ...checkBankAccount(sealer.open(sealed), type), name: 'bank_account' },
        { ...checkHolder(distributor.kind, distributor.name, holder), name: keyOf('holder', 'bank_account') },
        ...(await checkNumber(client, distributor, 'bank_account', hash)),
      ];
    }
    case 'phone':
      return [
        { ...checkPhone(change.phone), name: 'phone' },
        ...(await checkNumber(client, distributor, 'phone', change.hash)),
      ];
    case 'email': {
      const isTaken = await emailTaken(client, distributor.id, change.email);
      return [
        {
          name: keyOf('duplicate', 'email'),
          passed: !isTaken,
          code: isTaken ? 'email_duplicate' : 'email_unique',
          reason: isTaken ? 'Another user signs in with this address.' : 'No other user has this address.',
        },
      ];
    }
    case 'name':
      return checkNewName(client, distributor, change.name);
  }
}

async function checkNumber(
  client: Client,
  { id }: ChangedDistributor,
  kind: 'bank_account' | 'phone',
  hash: string,
): Promise<AccountCheck[]> {
  const number = { kind, hash: Buffer.from(hash, 'hex') };
  const found = await othersWithNumber(client, number, { distributorId: id });
  const entries = await blacklistEntries(client, [number]);
  const words = kind.replace('_', ' ');
  return [
    {
      name: keyOf('duplicate', kind),
      passed: found.length === 0,
      code: found.length ? `${kind}_duplicate` : `${kind}_unique`,
      reason: found.length
        ? `The same ${words} is in ${found.join(', ')}. Check whether this is the same person or company.`
        : `No other application or distributor has this ${words}.`,
    },
    {
      name: 'blacklist',
      passed: entries.length === 0,
      code: entries.length ? 'blacklisted' : 'not_blacklisted',
      reason: entries.length
        ? `On the blacklist: ${entries.map(({ id: entry, reason }) => `entry ${entry} (${reason})`).join('; ')}.`
        : 'The number is not on the blacklist.',
    },
  ];
}

/** A new name has to agree with the account and the credentials, as at the application. */
async function checkNewName(
  client: Client,
  { id, kind, bank_account_holder }: ChangedDistributor,
  name: string,
): Promise<AccountCheck[]> {
  const { rows } = await client.query<{ type: string; holder: string }>(
    'SELECT type, holder FROM credentials WHERE distributor_id = $1 ORDER BY type, id',
    [id],
  );
  const compared = rows.flatMap(({ type, holder }, at) =>
    isOfRepresentative(kind, type)
      ? []
      : [{ ...checkHolder(kind, name, holder), name: keyOf('credential', at + 1, 'holder') }],
  );
  return [
    { ...checkHolder(kind, name, bank_account_holder), name: keyOf('holder', 'bank_account') },
    ...compared,
  ];
}

/** Whether a user other than those of the distributor signs in with this address. */
async function emailTaken(client: Client, distributorId: string, email: string): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM users WHERE email = lower($2) AND distributor_id IS DISTINCT FROM $1',
    [distributorId, email],
  );
  return rowCount === 1;
}

/** What has come between a change and its effect since it was requested. @returns the refusal; undefined for nothing */
export async function obstacleTo(
  client: Client,
  { field, new_hash, new_value }: AccountChangeRow,
  distributor: ChangedDistributor,
): Promise<Error | undefined> {
  if (!canChange(field, distributor)) return terminated();
  if (new_hash) {
    const number: HashedNumber = { kind: field === 'phone' ? 'phone' : 'bank_account', hash: new_hash };
    const [entry] = await blacklistEntries(client, [number]);
    if (entry) {
      return refuse({
        code: 'blacklisted',
        status: 409,
        message: `The new number is on the blacklist (entry ${entry.id}). Remove the entry first, or reject.`,
      });
    }
  }
  if (field === 'email' && (await emailTaken(client, distributor.id, new_value))) {
    return refuse({
      code: 'email_taken',
      status: 409,
      message: 'Another user signs in with the new address. Reject the change.',
    });
  }
  return undefined;
}

/** The refusal of a change of a distributor who has left. */
export function terminated(): Error {
  return refuse({
    code: 'distributor_state',
    status: 409,
    message:
      'The distributor is terminated: only the bank account can be changed, and only while there is a balance to pay.',
  });
}
