import type { Pool } from '../../database/pool';
import type { Role } from '../../domain/roles';
import type { ApiContext, Principal } from '../http/endpoint';
import { Problem } from '../http/problem';
import { everyScope } from './authentication';
import type { ScopesOfRole } from './me';

/** The scopes that the caller does not have, and so cannot give. A session has all scopes of its role. */
export function scopesBeyond({ scopes }: Principal, wanted: readonly string[]): string[] {
  return scopes.includes(everyScope) ? [] : wanted.filter((scope) => !scopes.includes(scope));
}

/** @param pointer JSON pointer of the field that asks for them, where there is one */
export function rightExceeded(beyond: readonly string[], pointer?: string): Problem {
  const detail = `goes beyond what your key may do itself; it lacks ${beyond.join(', ')}`;
  return new Problem({
    status: 403,
    code: 'right_exceeded',
    detail: `This ${detail}.`,
    errors: pointer === undefined ? undefined : [{ pointer, detail }],
  });
}

/**
 * Prepares the check of who may manage which accounts: none whose role exceeds the caller's own rights, and the
 * accounts of admins only in a session with a second factor, as long as any admin has one.
 * @returns throws Problem 403 for a role that is out of the caller's reach
 */
export async function guardAccounts(
  { pool }: Pick<ApiContext, 'pool'>,
  principal: Principal,
  scopesOfRole: ScopesOfRole,
): Promise<(role: Role) => void> {
  const own = scopesOfRole(principal.role);
  const mayManageAdmins = principal.secondFactor || !(await someAdminHasSecondFactor(pool));
  return (role) => {
    // Duties kept apart from the caller's role, such as the acknowledgement of compliance, are no excess.
    const comparable = scopesOfRole(role).filter((scope) => own.includes(scope));
    const beyond = scopesBeyond(principal, comparable);
    if (beyond.length) throw rightExceeded(beyond);
    if (role === 'admin' && !mayManageAdmins) throw secondFactorRequired();
  };
}

async function someAdminHasSecondFactor(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL AND totp_confirmed_at IS NOT NULL LIMIT 1`,
  );
  return rowCount === 1;
}

function secondFactorRequired(): Problem {
  return new Problem({
    status: 403,
    code: 'second_factor_required',
    detail:
      "Only an admin who is signed in with two-step verification can do this to an admin's account, not an API key. Sign in with password and code, or set up two-step verification under My account.",
  });
}
