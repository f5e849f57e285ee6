import { z } from 'zod';
import type { Pool } from '../../database/pool';
import { KINDS, kinds, parseSubject, subjectOf, type TimelineKind, timelineKinds } from '../../domain/kinds';
import type { Role } from '../../domain/roles';
import type { Principal } from './endpoint';
import { notFound, Problem } from './problem';

/** How a subject with a timeline is found. */
interface Readable {
  id: RegExp;
  /** Finds it by `$1`; `$2` is the distributor it has to belong to, or null. */
  find: string;
  /** Which transfers `t` belong to it, where it moves money itself, by the parameters of its id and as above. */
  transfers?: (id: string, distributorId: string) => string;
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const anything = /./;
const number = /^[1-9]\d{0,14}$/;
const own = '($2::uuid IS NULL OR distributor_id = $2)';
const isOwn = (parameter: string) => `(${parameter}::uuid IS NULL OR t.distributor_id = ${parameter}::uuid)`;

const readables: Record<TimelineKind, Readable> = {
  application: {
    id: uuid,
    find: 'SELECT 1 FROM applications WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  distributor: {
    id: uuid,
    find: 'SELECT 1 FROM distributors WHERE id = $1::uuid AND $2::uuid IS NULL',
    transfers: (id, own) => `t.distributor_id = ${id}::uuid AND ${own}::uuid IS NULL`,
  },
  account_change: {
    id: uuid,
    find: `SELECT 1 FROM account_changes WHERE id = $1::uuid AND ${own}`,
  },
  credential: {
    id: uuid,
    find: `SELECT 1 FROM credentials WHERE id = $1::uuid AND distributor_id IS NOT NULL AND ${own}`,
  },
  order: {
    id: anything,
    find: `SELECT 1 FROM orders o WHERE o.id = $1 AND ($2::uuid IS NULL OR EXISTS (
             SELECT 1 FROM commissions c WHERE c.order_id = o.id AND c.distributor_id = $2))`,
    transfers: (id, own) =>
      `t.commission_id IN (SELECT id FROM commissions WHERE order_id = ${id}) AND ${isOwn(own)}`,
  },
  commission: {
    id: number,
    find: `SELECT 1 FROM commissions WHERE id = $1::bigint AND ${own}`,
    transfers: (id, own) => `t.commission_id = ${id}::bigint AND ${isOwn(own)}`,
  },
  withdrawal: {
    id: uuid,
    find: `SELECT 1 FROM withdrawals WHERE id = $1::uuid AND ${own}`,
    transfers: (id, own) => `t.withdrawal_id = ${id}::uuid AND ${isOwn(own)}`,
  },
  // What each of its commissions moved is in the run's items: a run has too many for a timeline.
  release: {
    id: uuid,
    find: 'SELECT 1 FROM release_runs WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  payout: {
    id: uuid,
    find: 'SELECT 1 FROM payout_batches WHERE id = $1::uuid AND $2::uuid IS NULL',
    transfers: (id, own) => `${own}::uuid IS NULL
      AND t.withdrawal_id IN (SELECT w.id FROM withdrawals w WHERE w.batch_id = ${id}::uuid)
      AND t.recorded_at >= (SELECT b.created_at FROM payout_batches b WHERE b.id = ${id}::uuid)`,
  },
  plan: {
    id: number,
    find: 'SELECT 1 FROM commission_plans WHERE id = $1::bigint AND $2::uuid IS NULL',
  },
  policy: {
    id: number,
    find: 'SELECT 1 FROM policies WHERE id = $1::bigint AND $2::uuid IS NULL',
  },
  user: {
    id: uuid,
    find: 'SELECT 1 FROM users WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  product: {
    id: anything,
    find: 'SELECT 1 FROM products WHERE sku = $1 AND $2::uuid IS NULL',
  },
};

export const timelineKindSchema = z.enum(timelineKinds);

/** A subject that the caller may read. */
export interface ReadableSubject {
  /** As events, mails and audit entries name it. */
  subject: string;
  /** The roles that may read this kind. */
  roles: readonly Role[];
  transfers: Readable['transfers'];
}

/**
 * Makes sure that the subject exists and that the caller may read it.
 * @throws Problem 403 where the kind is not for the role, 404 where there is none or it belongs to another distributor
 */
export async function readableSubject(
  pool: Pool,
  principal: Principal,
  kind: TimelineKind,
  id: string,
): Promise<ReadableSubject> {
  const { find, transfers, ...readable } = readables[kind];
  const roles: readonly Role[] = kinds[kind].readers;
  if (!roles.includes(principal.role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `The roles ${roles.join(', ')} can read the kind ${kind}; you have the role ${principal.role}.`,
    });
  }
  const values = [id, principal.distributorId];
  const isThere = readable.id.test(id) && (await pool.query(find, values)).rowCount === 1;
  if (!isThere) throw notFound(`The ${kind} ${id}`);
  return { subject: subjectOf(kind, id), roles, transfers };
}

/** Whether a role may read a subject, such as `order/4711`. One of no known kind is readable by every role. */
export function mayRead(subject: string, role: Role): boolean {
  const named = parseSubject(subject);
  const readers: readonly Role[] | undefined = named && kinds[named.kind].readers;
  return readers === undefined || readers.includes(role);
}

/** SQL: whether what a column names, as `order/4711`, is of a kind that a role may read. An admin may read all. */
export function isOfReadableKind(column: string, role: Role): string {
  if (role === 'admin') return 'true';
  const readable = KINDS.filter((kind) => (kinds[kind].readers as readonly Role[]).includes(role));
  return `(${readable.map((kind) => `${column} LIKE '${kind}/%'`).join(' OR ')})`;
}
