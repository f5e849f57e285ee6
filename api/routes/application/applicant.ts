import type { Request } from 'express';
import type { Actor } from '../../../database/journal';
import { applicantToken, tokensEqual } from '../../../database/links';
import { createSealer } from '../../../database/sealing';
import { CHANNEL } from '../../../domain/roles';
import type { ApiContext, Principal } from '../../http/endpoint';
import { notFound, Problem } from '../../http/problem';
import { actorOfCall } from '../../workflows/decisions';

/** Carries the token by which an applicant, who has no user, returns to the application. */
export const TOKEN_HEADER = 'X-Applicant-Token';

/** The applicant by their token, or a user of the staff by their key. */
export function applicantOrStaff(
  call: { req: Request; context: ApiContext; principal: Principal | undefined; requestId: string },
  id: string,
): { actor: Actor; isApplicant: boolean } {
  const { req, context, principal, requestId } = call;
  const given = req.get(TOKEN_HEADER);
  // The token counts also beside the cookie of a session, as in the browser of who applied and is a distributor now.
  if (principal && (given === undefined || !principal.sessionId)) {
    refuseDistributors(principal);
    return { actor: actorOfCall({ principal, requestId }), isApplicant: false };
  }
  if (given === undefined) {
    throw new Problem({
      status: 401,
      code: 'authentication_required',
      detail: `Send an API key, or, as the applicant, the token of the application in the header ${TOKEN_HEADER}.`,
      headers: { 'WWW-Authenticate': 'Bearer realm="tributary"' },
    });
  }
  if (!tokensEqual(given, applicantToken(createSealer(context.config), id)))
    throw notFound(`The application ${id}`);
  return { actor: { userId: null, name: 'applicant', requestId }, isApplicant: true };
}

export function refuseDistributors({ role }: Principal): void {
  if (!CHANNEL.some((allowed) => allowed === role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `This is allowed for applicants and the roles ${CHANNEL.join(', ')}; the user of this key has the role ${role}.`,
    });
  }
}
