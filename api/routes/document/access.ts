import type { Request } from 'express';
import { findDocument, type StoredDocument } from '../../../database/documents';
import type { Actor } from '../../../database/journal';
import { applicantToken, tokensEqual } from '../../../database/links';
import { createSealer } from '../../../database/sealing';
import { parseSubject, subjectOf } from '../../../domain/kinds';
import { REVIEWERS } from '../../../domain/roles';
import type { ApiContext, Principal } from '../../http/endpoint';
import { notFound, Problem } from '../../http/problem';
import { actorOfCall } from '../../workflows/decisions';
import { applicantOrStaff, refuseDistributors, TOKEN_HEADER } from '../application/applicant';

interface Call {
  req: Request;
  context: ApiContext;
  principal: Principal | undefined;
  requestId: string;
}

/**
 * Who uploads, and whose the document is: an applicant's, a distributor's, or nobody's until staff attaches it.
 * @throws Problem 401, 403 or 404 for anybody else
 */
export function uploaderOf(call: Call & { query: { applicationId?: string } }): {
  actor: Actor;
  owner: string | null;
} {
  const { principal, requestId, query } = call;
  if (query.applicationId !== undefined) {
    const { actor, isApplicant } = applicantOrStaff(call, query.applicationId);
    return { actor, owner: isApplicant ? subjectOf('application', query.applicationId) : null };
  }
  if (!principal) throw notKnown('applicationId and ');
  const actor = actorOfCall({ principal, requestId });
  if (principal.distributorId) return { actor, owner: subjectOf('distributor', principal.distributorId) };
  refuseDistributors(principal);
  return { actor, owner: null };
}

/** Most uploads of one applicant or distributor that are not attached to anything. */
const MAX_UNATTACHED = 50;

/**
 * Refuses who may not upload, or does not use what they upload.
 * @throws Problem as `uploaderOf`, 422 where there are too many uploads
 */
export async function admitUpload(call: Parameters<typeof uploaderOf>[0]): Promise<void> {
  const { owner } = uploaderOf(call);
  if (owner === null) return;
  const { rows } = await call.context.pool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM documents d
     WHERE owner = $1 AND NOT EXISTS (SELECT 1 FROM document_references r WHERE r.document_id = d.id)`,
    [owner],
  );
  if (rows[0]!.count < MAX_UNATTACHED) return;
  throw new Problem({
    status: 422,
    code: 'too_many_documents',
    detail: `${MAX_UNATTACHED} uploads are not attached to anything. Attach them, or wait a day until they are deleted.`,
  });
}

/**
 * Finds a document for a caller who may read it.
 * @throws Problem 401 without credentials, 403 for a role that reads none, 404 where there is none or it is another's
 */
export async function readableDocument(
  call: Call,
  id: string,
): Promise<{ document: StoredDocument; actor: Actor }> {
  const { principal, requestId, context, req } = call;
  const token = req.get(TOKEN_HEADER);
  if (!principal && token === undefined) throw notKnown('');
  const document = await findDocument(context.pool, id);
  // The token counts also beside the cookie of a session, as for the application itself.
  if (token !== undefined && (!principal || principal.sessionId)) {
    const owner = parseSubject(document?.owner ?? '');
    const isOwn =
      owner?.kind === 'application' &&
      tokensEqual(token, applicantToken(createSealer(context.config), owner.id));
    if (!document || !isOwn) throw notFound(`The document ${id}`);
    return { document, actor: { userId: null, name: 'applicant', requestId } };
  }
  if (!document || !(await mayRead(context, principal!, document))) throw notFound(`The document ${id}`);
  return { document, actor: actorOfCall({ principal: principal!, requestId }) };
}

async function mayRead(
  { pool }: ApiContext,
  { role, userId, distributorId }: Principal,
  { owner, uploadedBy }: StoredDocument,
): Promise<boolean> {
  if (REVIEWERS.some((reviewer) => reviewer === role) || uploadedBy === userId) return true;
  if (distributorId === null) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `Documents are readable for the roles ${REVIEWERS.join(', ')}, for who uploaded them and for whom they belong to; the user of this key has the role ${role}.`,
    });
  }
  if (owner === subjectOf('distributor', distributorId)) return true;
  // What a distributor submitted as an applicant.
  const { rows } = await pool.query<{ application_id: string }>(
    'SELECT application_id FROM distributors WHERE id = $1',
    [distributorId],
  );
  return owner === subjectOf('application', rows[0]!.application_id);
}

function notKnown(more: string): Problem {
  return new Problem({
    status: 401,
    code: 'authentication_required',
    detail: `Send an API key, or, as an applicant, ${more}the token of the application in the header ${TOKEN_HEADER}.`,
    headers: { 'WWW-Authenticate': 'Bearer realm="tributary"' },
  });
}
