import type { Request } from 'express';
import { validate as isUuid, NIL } from 'uuid';
import { z } from 'zod';
import { type Actor, type Reporter, SHOP } from '../../database/journal';
import { IMPORT_HEADER } from '../../domain/imports/importHeader';
import type { ApiContext, Principal } from '../http/endpoint';
import { Problem } from '../http/problem';
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

/** Who reports what happened in the shop, in which request. */
export interface ReportCall {
  principal: Principal;
  requestId: string;
  req: Request;
  context: ApiContext;
}

/**
 * Who reports what happened in the shop, as the steps of an order record it. A machine is the shop. A person leaves an
 * audit entry for each report, except within an import of their own, whose begin and end are audited.
 * @throws Problem 409 where the header names no unfinished import of the caller
 */
export async function reporterOf({ principal, requestId, req, context }: ReportCall): Promise<Reporter> {
  const { userId, machine } = principal;
  const name = machine ? SHOP.name : principal.name;
  const given = req.get(IMPORT_HEADER);
  if (given === undefined) return { userId, name, requestId, audited: !machine };
  const { rowCount } = await context.pool.query({
    name: 'own-import',
    text: `SELECT 1 FROM import_runs WHERE id = $1 AND begun_by = $2 AND state <> 'finished'`,
    values: [isUuid(given) ? given : NIL, userId],
  });
  if (rowCount) return { userId, name, requestId, audited: false, importId: given.toLowerCase() };
  throw new Problem({
    status: 409,
    code: 'import_not_running',
    detail: `${IMPORT_HEADER} must be the ID of an import that you have begun and not finished.`,
  });
}

/** The approvals of a subject that needs one or two. */
export const approvalsSchema = z.array(
  z.object({ userId: uuid, name: z.string(), note: z.string().nullable(), at: timestampOutput }),
);

/** The reason for a decision. */
export const decisionNote = lineOf(1000);
