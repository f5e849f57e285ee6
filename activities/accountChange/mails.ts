import type { Config } from '../../config';
import type { QueuedMail } from '../../database/mails';
import type { Client } from '../../database/pool';
import type { AccountField } from '../../domain/accountChange';
import type { Locale } from '../../domain/application';
import { mask } from '../../domain/credential';
import { keyOf, subjectOf } from '../../domain/kinds';
import { type AccountChangeNews, accountChangeMail } from '../../domain/mail/accountChange';
import { maskMailAddress } from '../../domain/mailAddress';

interface Row {
  field: AccountField;
  old_value: string;
  old_holder: string | null;
  old_bank_name: string | null;
  new_value: string;
  new_holder: string | null;
  new_bank_name: string | null;
  reason: string | null;
  waiting_ms: number;
  name: string;
  email: string;
  locale: Locale;
}

/**
 * The mails about a step of an account change, to be queued in its transaction: to the address that the distributor has
 * so far, before a new one takes effect. Of a new address, the link to confirm it goes to that address, as does the
 * notice that it is in effect.
 */
export async function accountChangeMails(
  client: Client,
  { BRAND_NAME: brand }: Pick<Config, 'BRAND_NAME'>,
  id: string,
  step: AccountChangeNews['step'],
): Promise<QueuedMail[]> {
  const { rows } = await client.query<Row>(
    `SELECT c.field, c.old_value, c.old_holder, c.old_bank_name, c.new_value, c.new_holder, c.new_bank_name, c.reason,
       c.waiting_ms, d.name, d.email, d.locale
     FROM account_changes c JOIN distributors d ON d.id = c.distributor_id WHERE c.id = $1`,
    [id],
  );
  const row = rows[0]!;
  const text = accountChangeMail(
    { brand, locale: row.locale, name: row.name },
    {
      step,
      field: row.field,
      from: shown(row.field, [row.old_bank_name, row.old_value, row.old_holder]),
      to: shown(row.field, [row.new_bank_name, row.new_value, row.new_holder]),
      reason: row.reason,
      waitingMs: row.waiting_ms,
    },
  );
  const subjectRef = subjectOf('account_change', id);
  const mail = (recipient: string, ...key: string[]) => ({
    key: keyOf('account_change', id, ...key),
    subjectRef,
    recipient,
    ...text,
  });
  const mails =
    step === 'confirm_address'
      ? [mail(row.new_value, step)]
      : [
          mail(row.email, step),
          ...(step === 'in_effect' && row.field === 'email'
            ? [mail(row.new_value, step, 'new_address')]
            : []),
        ];
  return mails.filter(({ recipient }) => /.@./.test(recipient));
}

/** A value, masked: the email contains no full number or address. */
function shown(field: AccountField, [bankName, value, holder]: (string | null)[]): string {
  switch (field) {
    case 'bank_account':
      return value ? `${bankName} ${value} (${holder})` : '';
    case 'phone':
      return mask(value!);
    case 'email':
      return maskMailAddress(value!);
    case 'name':
      return value!;
  }
}
