import { z } from 'zod';
import { KINDS, type Kind, kinds, type SearchKind } from '../../domain/kinds';
import { majorUnits } from '../../domain/payout';
import { ROLES, type Role } from '../../domain/roles';
import { type Endpoint, endpoint } from '../http/endpoint';
import { lineOf } from '../http/schemas';

const searchKinds = KINDS.filter((kind): kind is SearchKind => kinds[kind].searchedBy.length > 0);

const hitSchema = z
  .object({
    kind: z.enum(searchKinds),
    id: z.string(),
    title: z.string(),
    subtitle: z.string(),
    state: z.string().nullable(),
  })
  .meta({ id: 'SearchHit' });

interface Row extends Omit<z.input<typeof hitSchema>, 'kind'> {
  /** Shown in the subtitle. */
  amount: number | null;
  currency: string | null;
}

const maxPerKind = 5;

/** Gives id, title, subtitle, state, amount, currency; undefined where the text can be none of these. */
type Source = (term: Term) => string | undefined;

/** The search text, as parameters of a statement. */
interface Term {
  /** The distributor it has to belong to; null for staff. */
  own: string | null;
  /** LIKE pattern of what begins so; and of the same in small letters. */
  prefix: string;
  lowerPrefix: string;
  /** The first and last uuid that begin so, and the end by which the console shows one. */
  uuids: { from: string; to: string; end: string | undefined } | undefined;
  /** The text as a number. */
  number: string | undefined;
}

const within = (column: string, { from, to, end }: NonNullable<Term['uuids']>) =>
  `(${column} BETWEEN ${from}::uuid AND ${to}::uuid${end ? ` OR right(${column}::text, 8) = ${end}` : ''})`;

/** Several conditions, each with an index of its own, so each is a search of its own. */
const either = (select: string, conditions: (string | undefined)[]) =>
  conditions
    .filter((condition) => condition !== undefined)
    .map((condition) => `(${select} ${condition} LIMIT ${maxPerKind})`)
    .join(' UNION ');

/** Numbers of orders that have not arrived and have events waiting. @param prefix the parameter that holds it */
const missingOrders = (prefix: string) => `
  UNION ALL
  (SELECT DISTINCT e.order_id, e.order_id, '', 'waiting', NULL::bigint, NULL
   FROM early_events e WHERE e.order_id LIKE ${prefix} AND NOT EXISTS (SELECT FROM orders o WHERE o.id = e.order_id) LIMIT ${maxPerKind})`;

const sources: Record<SearchKind, Source> = {
  application: ({ lowerPrefix, uuids }) =>
    either(
      `SELECT id::text AS id, name AS title, region AS subtitle, state, NULL::bigint AS amount, NULL AS currency
         FROM applications WHERE`,
      [`lower(name) LIKE ${lowerPrefix}`, uuids && within('id', uuids)],
    ),
  distributor: ({ own, prefix, lowerPrefix, uuids }) =>
    either(
      `SELECT id::text AS id, name AS title, referral_code AS subtitle, distributor_state(distributors) AS state, NULL::bigint AS amount, NULL AS currency
         FROM distributors WHERE ${own ? `id = ${own} AND` : ''}`,
      [
        `lower(name) LIKE ${lowerPrefix}`,
        `referral_code LIKE upper(${prefix})`,
        uuids && within('id', uuids),
      ],
    ),
  account_change: ({ lowerPrefix, uuids }) =>
    either(
      `SELECT c.id::text AS id, d.name AS title, d.referral_code AS subtitle, c.state, NULL::bigint AS amount, NULL AS currency
         FROM account_changes c JOIN distributors d ON d.id = c.distributor_id WHERE`,
      [`lower(d.name) LIKE ${lowerPrefix}`, uuids && within('c.id', uuids)],
    ),
  order: ({ own, prefix }) =>
    `(SELECT id, id AS title, coalesce(customer_id, '') AS subtitle, state, NULL::bigint AS amount, NULL AS currency
       FROM orders WHERE ${own ? `distributor_id = ${own} AND` : ''} id LIKE ${prefix} ORDER BY id USING ~<~ LIMIT ${maxPerKind})
     ${own ? '' : missingOrders(prefix)}`,
  commission: ({ own, number }) =>
    number &&
    `SELECT id::text AS id, id::text AS title, order_id AS subtitle, state, amount, currency
       FROM commissions WHERE ${own ? `distributor_id = ${own} AND` : ''} id = ${number}::bigint`,
  withdrawal: ({ own, uuids }) =>
    uuids &&
    `SELECT w.id::text AS id, d.name AS title, '' AS subtitle, w.state, w.amount, w.currency
       FROM withdrawals w JOIN distributors d ON d.id = w.distributor_id
       WHERE ${own ? `w.distributor_id = ${own} AND` : ''} ${within('w.id', uuids)}`,
  release: ({ uuids }) =>
    uuids &&
    `SELECT id::text AS id, id::text AS title, item_count::text AS subtitle, state, NULL::bigint AS amount, NULL AS currency
       FROM release_runs WHERE ${within('id', uuids)}`,
  payout: ({ uuids }) =>
    uuids &&
    `SELECT id::text AS id, id::text AS title, '' AS subtitle, state, NULL::bigint AS amount, currency
       FROM payout_batches WHERE ${within('id', uuids)}`,
  product: ({ prefix, lowerPrefix }) =>
    either(
      'SELECT sku AS id, name AS title, sku AS subtitle, NULL AS state, price AS amount, currency FROM products WHERE',
      [`sku LIKE ${prefix}`, `lower(name) LIKE ${lowerPrefix}`],
    ),
};

const searchers = (kind: Kind): readonly Role[] => kinds[kind].searchedBy;

/** The uuids that begin with a text of at least four digits: they are stored in the order of their digits. */
function uuidRange(text: string): { from: string; to: string } | undefined {
  const digits = text.toLowerCase().replaceAll('-', '');
  if (!/^[\da-f]{4,32}$/.test(digits)) return undefined;
  return { from: digits.padEnd(32, '0'), to: digits.padEnd(32, 'f') };
}

function toHit(kind: SearchKind, { amount, currency, subtitle, ...row }: Row): z.input<typeof hitSchema> {
  const money = amount !== null && currency ? `${majorUnits({ amount, currency })} ${currency}` : '';
  return { kind, ...row, subtitle: [subtitle, money].filter(Boolean).join(' · ') };
}

export const searchEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/v1/search',
    summary: 'Search by the beginning of a name or number, or by the last eight digits of an ID',
    description: `Max ${maxPerKind} of each kind, limited to what your role can read. Distributors find only their own.`,
    tag: 'search',
    roles: ROLES,
    scope: 'search:read',
    query: z.object({ q: lineOf(100).describe('The beginning of a name, an ID, a referral code or a SKU.') }),
    responses: { 200: { description: 'The result.', schema: z.object({ items: z.array(hitSchema) }) } },
    handler: async ({ query: { q }, context, principal }) => {
      const escaped = q.replace(/[\\%_]/g, '\\$&');
      const range = uuidRange(q);
      const find = async (kind: SearchKind) => {
        const values: unknown[] = [];
        const bind = (value: unknown) => `$${values.push(value)}`;
        // Read only by the sources that use them: a parameter that a statement does not name is an error.
        const text = sources[kind]({
          get own() {
            return principal.distributorId === null ? null : bind(principal.distributorId);
          },
          get prefix() {
            return bind(`${escaped}%`);
          },
          get lowerPrefix() {
            return `lower(${bind(`${escaped}%`)})`;
          },
          get uuids() {
            return (
              range && {
                from: bind(range.from),
                to: bind(range.to),
                end: /^[\da-f]{8}$/i.test(q) ? bind(q.toLowerCase()) : undefined,
              }
            );
          },
          get number() {
            return /^[1-9]\d{0,14}$/.test(q) ? bind(q) : undefined;
          },
        });
        if (!text) return [];
        const { rows } = await context.pool.query<Row>(
          `SELECT * FROM (${text}) hits LIMIT ${maxPerKind}`,
          values,
        );
        return rows.map((hit) => toHit(kind, hit));
      };
      const found = await Promise.all(
        searchKinds.filter((kind) => searchers(kind).includes(principal.role)).map(find),
      );
      return { status: 200, body: { items: found.flat() } };
    },
  }),
];
