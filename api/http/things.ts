import { z } from 'zod';
import type { Pool } from '../../database/pool';
import type { Principal, Role } from './endpoint';
import { notFound, Problem } from './problem';

/** A kind of thing that has a story. */
interface Thing {
  roles: readonly Role[];
  /** How events, mails and audit entries name it: before the slash. */
  prefix: string;
  id: RegExp;
  /** Finds it by `$1`; `$2` is the distributor whose it has to be, or null. */
  find: string;
  /** Which transfers `t` belong to it, where it moves money itself, by the parameters of its id and as above. */
  transfers?: (id: string, distributorId: string) => string;
}

const staff = ['admin', 'compliance', 'finance', 'operator'] as const;
const everybody = [...staff, 'distributor'] as const;
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const number = /^[1-9]\d{0,14}$/;
const own = '($2::uuid IS NULL OR distributor_id = $2)';
const isOwn = (parameter: string) => `(${parameter}::uuid IS NULL OR t.distributor_id = ${parameter}::uuid)`;

const things = {
  application: {
    roles: ['admin', 'compliance', 'operator'],
    prefix: 'application',
    id: uuid,
    find: 'SELECT 1 FROM applications WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  distributor: {
    roles: staff,
    prefix: 'distributor',
    id: uuid,
    find: 'SELECT 1 FROM distributors WHERE id = $1::uuid AND $2::uuid IS NULL',
    transfers: (id, own) => `t.distributor_id = ${id}::uuid AND ${own}::uuid IS NULL`,
  },
  order: {
    roles: everybody,
    prefix: 'order',
    id: /^[A-Za-z0-9][A-Za-z0-9._:-]{0,95}$/,
    find: `SELECT 1 FROM orders o WHERE o.id = $1 AND ($2::uuid IS NULL OR EXISTS (
             SELECT 1 FROM commissions c WHERE c.order_id = o.id AND c.distributor_id = $2))`,
    transfers: (id, own) =>
      `t.commission_id IN (SELECT id FROM commissions WHERE order_id = ${id}) AND ${isOwn(own)}`,
  },
  commission: {
    roles: everybody,
    prefix: 'commission',
    id: number,
    find: `SELECT 1 FROM commissions WHERE id = $1::bigint AND ${own}`,
    transfers: (id, own) => `t.commission_id = ${id}::bigint AND ${isOwn(own)}`,
  },
  withdrawal: {
    roles: ['admin', 'compliance', 'finance', 'distributor'],
    prefix: 'withdrawal',
    id: uuid,
    find: `SELECT 1 FROM withdrawals WHERE id = $1::uuid AND ${own}`,
    transfers: (id, own) => `t.withdrawal_id = ${id}::uuid AND ${isOwn(own)}`,
  },
  // What each of its commissions moved is in the run's items: a run has too many to read as a story.
  release: {
    roles: ['admin', 'finance'],
    prefix: 'release',
    id: uuid,
    find: 'SELECT 1 FROM release_runs WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  payout: {
    roles: ['admin', 'finance'],
    prefix: 'payout',
    id: uuid,
    find: 'SELECT 1 FROM payout_batches WHERE id = $1::uuid AND $2::uuid IS NULL',
    transfers: (id, own) => `${own}::uuid IS NULL
      AND t.withdrawal_id IN (SELECT w.id FROM withdrawals w WHERE w.batch_id = ${id}::uuid)
      AND t.recorded_at >= (SELECT b.created_at FROM payout_batches b WHERE b.id = ${id}::uuid)`,
  },
  plan: {
    roles: staff,
    prefix: 'plan',
    id: number,
    find: 'SELECT 1 FROM commission_plans WHERE id = $1::bigint AND $2::uuid IS NULL',
  },
  user: {
    roles: ['admin'],
    prefix: 'user',
    id: uuid,
    find: 'SELECT 1 FROM users WHERE id = $1::uuid AND $2::uuid IS NULL',
  },
  product: {
    roles: staff,
    prefix: 'product',
    id: /^.{1,64}$/,
    find: 'SELECT 1 FROM products WHERE sku = $1 AND $2::uuid IS NULL',
  },
} satisfies Record<string, Thing>;

export type ThingKind = keyof typeof things;

export const thingKindSchema = z.enum(Object.keys(things) as [ThingKind, ...ThingKind[]]);

/** A thing that the caller may read. */
export interface ReadableThing {
  /** As events, mails and audit entries name it. */
  subject: string;
  /** The roles that may read things of this kind. */
  roles: readonly Role[];
  transfers: Thing['transfers'];
}

/**
 * Makes sure that there is such a thing and that the caller may read it.
 * @throws Problem 403 where the kind is not for the role, 404 where there is none or it is somebody else's
 */
export async function readableThing(
  pool: Pool,
  principal: Principal,
  kind: ThingKind,
  id: string,
): Promise<ReadableThing> {
  const thing: Thing = things[kind];
  if (!thing.roles.includes(principal.role)) {
    throw new Problem({
      status: 403,
      code: 'role_not_allowed',
      detail: `Things of the kind ${kind} are for the roles ${thing.roles.join(', ')}; you have the role ${principal.role}.`,
    });
  }
  const values = [id, principal.distributorId];
  const isThere = thing.id.test(id) && (await pool.query(thing.find, values)).rowCount === 1;
  if (!isThere) throw notFound(`The ${kind} ${id}`);
  return { subject: `${thing.prefix}/${id}`, roles: thing.roles, transfers: thing.transfers };
}

/** Whether what a subject names, as `order/4711`, is of a kind that a role may read; what has no story anybody may. */
export function mayRead(subject: string, role: Role): boolean {
  // A return is told of on the page of its order.
  const kind = subject.slice(0, subject.indexOf('/')).replace(/^return$/, 'order');
  return Object.values<Thing>(things).every(({ prefix, roles }) => prefix !== kind || roles.includes(role));
}

/** SQL: whether what a column names, as `order/4711`, is of a kind that a role may read. An admin may read all. */
export function isOfReadableKind(column: string, role: Role): string {
  if (role === 'admin') return 'true';
  const readable = Object.values<Thing>(things).filter(({ roles }) => roles.includes(role));
  return `(${readable.map(({ prefix }) => `${column} LIKE '${prefix}/%'`).join(' OR ')})`;
}
