import type { Config } from '../config';
import type { Locale } from '../domain/application';
import { keyOf, subjectOf } from '../domain/kinds';
import { newAdminMail } from '../domain/mail/user';
import type { Prisma } from '../prisma/client/client';
import type { Actor } from './journal';
import { queueMails } from './mails';

/** A user who has become an admin, by whom, and the id of the request. */
interface NewAdmin {
  user: { id: string; name: string; email: string };
  by: Actor;
  requestId: string;
}

/**
 * Queues a mail to each other admin, in the transaction that adds one: an admin who is added unnoticed controls the
 * system. The bootstrap admin gets none: its address has no mailbox.
 * @returns the keys of the mails
 */
export async function tellAdmins(
  transaction: Prisma.TransactionClient,
  config: Pick<Config, 'BRAND_NAME'>,
  { user, by, requestId }: NewAdmin,
): Promise<string[]> {
  const others = await transaction.user.findMany({
    where: {
      role: 'admin',
      disabledAt: null,
      id: { not: user.id },
      NOT: { email: { endsWith: '.invalid' } },
    },
  });
  const subjectRef = subjectOf('user', user.id);
  const mails = others.map(({ id, name, email, locale }) => ({
    key: keyOf('user', user.id, 'new-admin', requestId, id),
    subjectRef,
    recipient: email,
    ...newAdminMail(
      // A check of the table allows these only.
      { brand: config.BRAND_NAME, locale: locale as Locale, name },
      { admin: user, by: by.name },
    ),
  }));
  await queueMails(transaction, mails);
  return mails.map(({ key }) => key);
}
