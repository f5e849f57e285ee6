import type { Pool } from '../../../database/pool';
import type { Attribution } from '../../../domain/attribution';
import type { StateOf } from '../../../domain/kinds';
import type { LineState } from '../../../domain/order';
import { accountOf, type TimelineEventBody } from '../../http/timeline';
import type { UnappliedEvent } from './schema';
import { unappliedEventsOf } from './unapplied';

/** An order as the API shows it. Times are RFC 3339, amounts minor units. */
export interface OrderView {
  id: string;
  externalId: string;
  state: StateOf<'order'>;
  paidAt: string;
  currency: string;
  /** Null for a guest. */
  customer: { externalId: string } | null;
  shipTo: { region: string };
  planId: string;
  attribution: Attribution;
  lines: OrderLineView[];
  returns: OrderReturnView[];
  commissions: OrderCommissionView[];
  unappliedEvents: UnappliedEvent[];
  createdAt: string;
}

export interface OrderLineView {
  lineId: string;
  sku: string;
  category: string | null;
  quantity: number;
  unitPrice: number;
  discount: number;
  netAmount: number;
  state: LineState;
  returnedQuantity: number;
  shippedAt: string | null;
  deliveredAt: string | null;
  windowEndsAt: string | null;
}

export interface OrderReturnView {
  id: string;
  state: StateOf<'return'>;
  reason: string;
  lines: { lineId: string; quantity: number }[];
  requestedAt: string;
  resolvedAt: string | null;
}

export interface OrderCommissionView {
  id: string;
  lineId: string;
  level: number;
  distributorId: string;
  amount: { amount: number; currency: string };
  originalAmount: { amount: number; currency: string };
  state: string;
  dueAt: string | null;
  releasedAt: string | null;
}

/** The attribution as `viewer` may see it: staff (null) the whole chain, a distributor only their own level. */
export const attributionFor = (
  viewer: string,
) => `CASE WHEN ${viewer} IS NULL THEN o.attribution ELSE jsonb_set(o.attribution, '{chain}',
      (SELECT coalesce(jsonb_agg(link), '[]') FROM jsonb_array_elements(o.attribution -> 'chain') link
       WHERE link ->> 'distributorId' = (${viewer})::text)) - 'distributorId' END`;

const money = (column: string) => `json_build_object('amount', c.${column}, 'currency', c.currency)`;

// One round trip for the whole order: this is what every POST of an order answers with.
const select = `
  SELECT json_build_object(
    'id', o.id, 'externalId', o.id, 'state', o.state, 'paidAt', o.paid_at, 'currency', o.currency,
    'customer', CASE WHEN o.customer_id IS NOT NULL THEN json_build_object('externalId', o.customer_id) END,
    'shipTo', json_build_object('region', o.region),
    'planId', o.plan_id::text, 'attribution', ${attributionFor('$2::uuid')}, 'createdAt', o.created_at,
    'lines', (SELECT json_agg(json_build_object(
        'lineId', l.line_id, 'sku', l.sku, 'category', l.category, 'quantity', l.quantity, 'unitPrice', l.unit_price,
        'discount', l.discount, 'netAmount', l.net_amount, 'state', l.state, 'returnedQuantity', l.returned_quantity,
        'shippedAt', l.shipped_at, 'deliveredAt', l.delivered_at, 'windowEndsAt', l.window_ends_at) ORDER BY l.position)
      FROM order_lines l WHERE l.order_id = o.id),
    'returns', (SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'state', r.state, 'reason', r.reason, 'lines', r.lines,
        'requestedAt', r.requested_at, 'resolvedAt', r.resolved_at) ORDER BY r.requested_at, r.id), '[]')
      FROM returns r WHERE r.order_id = o.id),
    'commissions', (SELECT coalesce(json_agg(json_build_object(
        'id', c.id::text, 'lineId', c.line_id, 'level', c.level, 'distributorId', c.distributor_id,
        'amount', ${money('amount')}, 'originalAmount', ${money('original_amount')}, 'state', c.state,
        'dueAt', c.due_at, 'releasedAt', c.released_at) ORDER BY c.id), '[]')
      FROM commissions c WHERE c.order_id = o.id AND ($2::uuid IS NULL OR c.distributor_id = $2)),
    'unappliedEvents', CASE WHEN $2::uuid IS NULL THEN ${unappliedEventsOf('o.id')} ELSE '[]' END
  ) AS view
  FROM orders o
  WHERE o.id = $1 AND ($2::uuid IS NULL OR EXISTS (
    SELECT 1 FROM commissions c WHERE c.order_id = o.id AND c.distributor_id = $2))`;

/**
 * Reads one order.
 * @param distributorId when set, only an order this distributor earns on, with that distributor's commissions alone
 */
export async function readOrder(
  pool: Pool,
  id: string,
  distributorId: string | null = null,
): Promise<OrderView | undefined> {
  const { rows } = await pool.query<{ view: OrderView }>({
    name: 'read-order',
    text: select,
    values: [id, distributorId],
  });
  return rows[0]?.view;
}

/** What happened to an order and what money followed, in the order it happened. */
export async function readOrderTimeline(
  pool: Pool,
  orderId: string,
  distributorId: string | null,
): Promise<TimelineEventBody[]> {
  const { rows } = await pool.query<{ entry: TimelineEventBody }>(
    `SELECT json_build_object('at', at, 'recordedAt', recorded_at, 'type', type, 'actor', actor,
       'account', ${accountOf('actor_id')}, 'data', data) AS entry FROM (
       SELECT e.occurred_at AS at, e.recorded_at, e.type, e.actor, e.actor_id, e.data, 0 AS rank, 0::bigint AS number
       FROM events e WHERE e.subject = 'order/' || key_part($1)
       UNION ALL
       SELECT t.occurred_at, t.recorded_at, 'transfer', 'ledger', NULL, jsonb_build_object(
         'key', t.key, 'commissionId', t.commission_id::text, 'distributorId', t.distributor_id,
         'from', t.from_account, 'to', t.to_account, 'amount', jsonb_build_object('amount', t.amount, 'currency', t.currency)), 1, t.id
       FROM commissions c JOIN transfers t ON t.commission_id = c.id
       WHERE c.order_id = $1 AND ($2::uuid IS NULL OR c.distributor_id = $2)
     ) story ORDER BY at, rank, recorded_at, number`,
    [orderId, distributorId],
  );
  return rows.map((row) => row.entry);
}

/** What an order waits for next, in sentences; empty when nothing is awaited. */
export function awaitedNext(order: OrderView): { what: string; lineIds: string[]; at: string | null }[] {
  const open = (states: LineState[]) => order.lines.filter((line) => states.includes(line.state));
  const ids = (lines: OrderLineView[]) => lines.map((line) => line.lineId);
  const undelivered = open(['paid', 'shipped']);
  const running = open(['delivered']);
  const ends = [...new Set(running.map((line) => line.windowEndsAt))];
  return [
    ...(undelivered.length ? [{ what: 'delivery', lineIds: ids(undelivered), at: null }] : []),
    ...order.returns
      .filter((entry) => entry.state === 'requested')
      .map((entry) => ({
        what: `decision on return ${entry.id}`,
        lineIds: entry.lines.map((line) => line.lineId),
        at: null,
      })),
    ...ends.map((at) => ({
      what: 'end of the return window',
      lineIds: ids(running.filter((line) => line.windowEndsAt === at)),
      at,
    })),
  ];
}
