import type { Client } from '../../database/pool';
import type { AuditAction } from '../../domain/journal';
import type { Prisma } from '../../prisma/client/client';

/** One line of the audit trail. It holds no secrets and no identity, bank account or phone numbers. */
export interface AuditEntry {
  /** Id of the user who did it; null for the system itself. */
  actorId: string | null;
  /** Name of who did it, as it was then. */
  actor: string;
  /** What was done, as `product.update`. */
  action: AuditAction;
  /** To what, as `product/SKU-1`. */
  subject: string;
  before?: Prisma.InputJsonObject;
  after?: Prisma.InputJsonObject;
  reason?: string;
  requestId?: string;
}

/** Who does it, for an audit entry, from what a handler is given. */
export function actorOf({
  principal,
  requestId,
}: {
  principal: { userId: string; name: string };
  requestId: string;
}): Pick<AuditEntry, 'actorId' | 'actor' | 'requestId'> {
  return { actorId: principal.userId, actor: principal.name, requestId };
}

/**
 * Writes an audit entry in the transaction of the change it tells of, so that neither exists without the other.
 * @param transaction a `pg` client or a Prisma transaction
 */
export async function audit(
  transaction: Client | Prisma.TransactionClient,
  entry: AuditEntry,
): Promise<void> {
  if ('auditEntry' in transaction) {
    await transaction.auditEntry.create({ data: entry, select: { id: true } });
    return;
  }
  await transaction.query({
    name: 'audit',
    text: `INSERT INTO audit_entries (actor_id, actor, action, subject, before, after, reason, request_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      entry.actorId,
      entry.actor,
      entry.action,
      entry.subject,
      entry.before,
      entry.after,
      entry.reason,
      entry.requestId,
    ],
  });
}
