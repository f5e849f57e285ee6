import type { Prisma } from '../prisma/client/client';
import { everyScope } from './authentication';
import { Problem } from './problem';

/**
 * Undoes, by throwing, a change after which no admin could make keys any more.
 * @param transaction the transaction of the change, after the change
 */
export async function refuseLockout(transaction: Prisma.TransactionClient): Promise<void> {
  // Two admins who disable each other at once must not both find the other still there.
  await transaction.$executeRaw`LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE`;
  const left = await transaction.apiKey.count({
    where: {
      revokedAt: null,
      OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }],
      scopes: { hasSome: [everyScope, 'keys:write'] },
      user: { role: 'admin', disabledAt: null },
    },
  });
  if (left) return;
  throw new Problem({
    status: 409,
    code: 'last_admin',
    detail: 'After this no key could make keys any more. Make another admin with a key first.',
  });
}
