import { addAudit, addEvent, SYSTEM } from '../../database/journal';
import type { Client } from '../../database/pool';
import { keyOf, subjectOf } from '../../domain/kinds';
import type { AccountChangeRow, ChangedDistributor } from './row';

/** Makes the change. Withdrawals keep the account that they were requested with. */
export async function changeDistributor(
  client: Client,
  { id, field, new_value, new_sealed, new_holder, new_bank_name }: AccountChangeRow,
  distributor: ChangedDistributor,
  now: number,
): Promise<void> {
  if (field === 'bank_account') {
    await client.query(
      `UPDATE distributors SET bank_account_sealed = $2, bank_account_masked = $3, bank_account_holder = $4, bank_name = $5
       WHERE id = $1`,
      [distributor.id, new_sealed, new_value, new_holder, new_bank_name],
    );
  } else {
    await client.query(`UPDATE distributors SET ${field} = $2 WHERE id = $1`, [distributor.id, new_value]);
  }
  if (field === 'email') await changeSignIn(client, distributor, new_value, id);
  await addEvent(client, {
    subject: subjectOf('distributor', distributor.id),
    key: keyOf('account_changed', id),
    type: 'account_changed',
    actor: SYSTEM,
    occurredAt: now,
    data: { accountField: field, accountChangeId: id },
  });
}

/**
 * The user signs in with the new address from now on, unless another user of the distributor does so already; links
 * that went to the old one open nothing any more.
 */
async function changeSignIn(
  client: Client,
  { id, email: old }: ChangedDistributor,
  email: string,
  changeId: string,
): Promise<void> {
  const { rows } = await client.query<{ id: string }>(
    `UPDATE users SET email = lower($3) WHERE distributor_id = $1 AND email = lower($2)
       AND NOT EXISTS (SELECT FROM users other WHERE other.email = lower($3)) RETURNING id`,
    [id, old, email],
  );
  for (const user of rows) {
    await client.query(
      'UPDATE sign_in_links SET voided_at = now() WHERE user_id = $1 AND used_at IS NULL AND voided_at IS NULL',
      [user.id],
    );
    await addAudit(client, {
      actor: SYSTEM,
      action: 'user.update',
      subject: subjectOf('user', user.id),
      after: { about: subjectOf('account_change', changeId) },
    });
  }
}
