import type { Config } from '../../config';
import { queueMails } from '../../database/mails';
import type { Client } from '../../database/pool';
import type { Locale } from '../../domain/application';
import { subjectOf } from '../../domain/kinds';
import { type WithdrawalNews, withdrawalMail } from '../../domain/mail/texts';

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
 * Queues the mails that tell distributors of the state that their withdrawals have come to, in the transaction that
 * brings them there. There is one for each state; whoever has no mail address gets none.
 */
export async function queueWithdrawalMails(
  client: Client,
  { BRAND_NAME: brand }: Pick<Config, 'BRAND_NAME'>,
  ids: string[],
): Promise<void> {
  const { rows } = await client.query<Row>(
    `SELECT w.id, w.state, w.amount, w.currency, w.bank_name AS bank, w.bank_account_holder AS holder,
       w.bank_account_masked AS "numberMasked", w.reason, d.name, d.email, d.locale
     FROM withdrawals w JOIN distributors d ON d.id = w.distributor_id
     WHERE w.id = ANY ($1::uuid[]) AND d.email LIKE '%_@_%'`,
    [ids],
  );
  if (!rows.length) return;
  await queueMails(
    client,
    rows.map(({ id, state, amount, currency, bank, holder, numberMasked, reason, name, email, locale }) => {
      const subjectRef = subjectOf('withdrawal', id);
      const news = {
        id,
        state,
        amount: { amount, currency },
        account: { bank, holder, numberMasked },
        reason,
      };
      const text = withdrawalMail({ brand, locale, name }, news);
      return { key: `${subjectRef}/${state}`, subjectRef, recipient: email, ...text };
    }),
  );
}
