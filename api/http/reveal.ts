import { z } from 'zod';
import { addAudit } from '../../database/journal';
import { createSealer } from '../../database/sealing';
import { subjectOf } from '../../domain/kinds';
import { actorOfCall } from '../workflows/decisions';
import type { ApiContext, Principal, Reply } from './endpoint';
import { Problem } from './problem';
import { lineOf } from './schemas';

/** Which sensitive number to show, and why. */
export const revealBody = z.strictObject({
  field: z.enum(['identityNumber', 'bankAccount']),
  reason: lineOf(500).describe('Reason for viewing; recorded in the audit log.'),
});

/** The number in full. */
export const revealResponse = {
  200: {
    description: 'The full number. The audit log records who viewed it and why.',
    schema: z.object({ field: z.string(), value: z.string() }).meta({ id: 'RevealedNumber' }),
  },
};

/**
 * Answers with a sensitive number in full, once the audit trail has it.
 * @param call.sealed the number as it is stored
 */
export async function reveal(call: {
  context: ApiContext;
  principal: Principal;
  requestId: string;
  body: { field: string; reason: string };
  of: 'application' | 'distributor' | 'account_change';
  id: string;
  sealed: string;
}): Promise<Reply> {
  const { context, body, of, id, sealed } = call;
  if (!sealed) {
    throw new Problem({
      status: 410,
      code: 'number_not_kept',
      detail: 'This number is not stored: it was never submitted, or was erased after its retention period.',
    });
  }
  const value = createSealer(context.config).open(sealed);
  await addAudit(context.pool, {
    actor: actorOfCall(call),
    action: `${of}.reveal`,
    subject: subjectOf(of, id),
    after: { field: body.field },
    reason: body.reason,
  });
  return {
    status: 200,
    body: { field: body.field, value },
    headers: { 'Cache-Control': 'no-store' },
    keep: false,
  };
}
