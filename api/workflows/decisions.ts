import { z } from 'zod';
import type { Actor } from '../../database/journal';
import type { Principal } from '../http/endpoint';
import { lineOf, timestampOutput, uuid } from '../http/schemas';

/** Who makes a request, as activities record it. */
export function actorOfCall({
  principal,
  requestId,
}: {
  principal: Principal;
  requestId: string;
}): Actor & { userId: string } {
  return { userId: principal.userId, name: principal.name, requestId };
}

/** The approvals of a subject that needs one or two. */
export const approvalsSchema = z.array(
  z.object({ userId: uuid, name: z.string(), note: z.string().nullable(), at: timestampOutput }),
);

/** The reason for a decision. */
export const decisionNote = lineOf(1000);
