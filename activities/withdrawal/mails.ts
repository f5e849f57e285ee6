import type { Config } from '../../config';
import type { QueuedMail } from '../../database/mails';
import type { Client } from '../../database/pool';
import type { Locale } from '../../domain/application';
import { keyOf, subjectOf } from '../../domain/kinds';
import { type WithdrawalNews, withdrawalMail } from '../../domain/mail/withdrawal';

interface Row {
  id: string;
  state: WithdrawalNews['state'];
  amount: number;
  currency: string;
  bank: string;
  holder: string;
  numberMasked: string;
  reason: string | null;
  name: string;
  email: string;
  locale: Locale;
}

/**
 * The mails that notify distributors of the new state of their withdrawals, to be queued in the transaction that sets
 * it. There is one for each state; a distributor without a mail address gets none.
 */
export async function withdrawalMails(
  client: Client,
  { BRAND_NAME: brand }: Pick<Config, 'BRAND_NAME'>,
  ids: string[],
): Promise<QueuedMail[]> {
  const { rows } = await client.query<Row>(
    `SELECT w.id, w.state, w.amount, w.currency, w.bank_name AS bank, w.bank_account_holder AS holder,
       w.bank_account_masked AS "numberMasked", w.reason, d.name, d.email, d.locale
     FROM withdrawals w JOIN distributors d ON d.id = w.distributor_id
     WHERE w.id = ANY ($1::uuid[]) AND d.email LIKE '%_@_%'`,
    [ids],
  );
  return rows.map(
    ({ id, state, amount, currency, bank, holder, numberMasked, reason, name, email, locale }) => {
      const subjectRef = subjectOf('withdrawal', id);
      const news = {
        id,
        state,
        amount: { amount, currency },
        account: { bank, holder, numberMasked },
        reason,
      };
      const text = withdrawalMail({ brand, locale, name }, news);
      const key = keyOf('withdrawal', id, state);
      return { key, subjectRef, recipient: email, ...text };
    },
  );
}
