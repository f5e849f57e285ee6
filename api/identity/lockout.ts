import type { Prisma } from '../../prisma/client/client';
import { Problem } from '../http/problem';
import { everyScope } from './authentication';

/**
 * Serialises such changes: two admins who disable each other at once must not both succeed. Taken before a change of
 * keys, which would already hold a part of this lock.
 */
export async function lockAdmins(transaction: Prisma.TransactionClient): Promise<void> {
  await transaction.$executeRaw`LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE`;
}

/**
 * Undoes, by throwing, a change after which no admin could sign in any more: by password, by single sign-on, or with
 * a key that may make keys.
 * @param transaction the transaction of the change, after the change
 */
export async function refuseLockout(transaction: Prisma.TransactionClient): Promise<void> {
  await lockAdmins(transaction);
  const usableKey = {
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
    scopes: { hasSome: [everyScope, 'keys:write'] },
  };
  const left = await transaction.user.count({
    where: {
      role: 'admin',
      disabledAt: null,
      OR: [
        { passwordHash: { not: null } },
        { oidcSubject: { not: null } },
        { apiKeysOfUser: { some: usableKey } },
      ],
    },
  });
  if (left) return;
  throw new Problem({
    status: 409,
    code: 'last_admin',
    detail: 'After this no admin could sign in. Give another admin a password or a key first.',
  });
}
