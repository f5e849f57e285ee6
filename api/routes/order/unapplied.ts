import { z } from 'zod';
import { addAudit } from '../../../database/journal';
import { inTransaction, type Pool } from '../../../database/pool';
import { subjectOf } from '../../../domain/kinds';
import type { OrderEvent } from '../../../domain/order';
import { OPERATORS, STAFF } from '../../../domain/roles';
import { endpoint } from '../../http/endpoint';
import { notFound } from '../../http/problem';
import { lineOf } from '../../http/schemas';
import { actorOfCall } from '../../workflows/decisions';
import { orderParams, type UnappliedEvent, unappliedEventSchema } from './schema';

/** SQL of a JSON array of the unapplied events of an order, oldest first. @param orderId SQL of its number */
export const unappliedEventsOf = (orderId: string) => `(
  SELECT coalesce(json_agg(json_build_object(
      'key', e.key, 'type', e.event -> 'type', 'state', CASE WHEN e.refusal IS NULL THEN 'waiting' ELSE 'refused' END,
      'at', to_timestamp((e.event ->> 'at')::double precision / 1000), 'receivedAt', e.received_at,
      'actor', e.event -> 'actor', 'lineIds', e.event -> 'lineIds', 'returnId', e.event -> 'returnId',
      'refusal', e.refusal) ORDER BY e.received_at, e.key), '[]')
  FROM early_events e WHERE e.order_id = ${orderId})`;

/** The events that wait for an order that has not arrived, oldest first. */
export async function readUnappliedEvents(pool: Pool, orderId: string): Promise<UnappliedEvent[]> {
  const { rows } = await pool.query<{ events: UnappliedEvent[] }>(
    `SELECT ${unappliedEventsOf('$1')} AS events`,
    [orderId],
  );
  return rows[0]!.events;
}

/** Path of the call that discards an unapplied event of an order. */
export const discardPath = (orderId: string) =>
  `/v1/orders/${encodeURIComponent(orderId)}/unapplied-events/discard`;

const readUnapplied = endpoint({
  method: 'get',
  path: '/v1/orders/{id}/unapplied-events',
  summary: 'Events of an order that were answered with 202 and changed nothing so far',
  description: 'The order need not exist: those that wait for it are here.',
  tag: 'orders',
  roles: STAFF,
  scope: 'orders:read',
  params: orderParams,
  responses: {
    200: {
      description: 'Oldest first; empty where there are none.',
      schema: z.object({ unappliedEvents: z.array(unappliedEventSchema) }),
    },
  },
  handler: async ({ params: { id }, context }) => ({
    status: 200,
    body: { unappliedEvents: await readUnappliedEvents(context.pool, id) },
  }),
});

const discardUnappliedEvent = endpoint({
  method: 'post',
  path: '/v1/orders/{id}/unapplied-events/discard',
  audit: ['order.discard_event'],
  summary: 'Discard an event that was answered with 202 and will never be applied',
  description:
    'For an event whose order or return will never arrive, or that was refused and has been looked into. It changes nothing in the order; the audit trail names it. The order need not exist.',
  tag: 'orders',
  roles: OPERATORS,
  scope: 'orders:write',
  params: orderParams,
  body: z.strictObject({
    key: z.string().min(1).max(400).describe('The `key` of the unapplied event.'),
    reason: lineOf(500),
  }),
  responses: {
    200: {
      description: 'It is discarded. Shows what is left.',
      schema: z.object({ unappliedEvents: z.array(unappliedEventSchema) }),
    },
  },
  handler: async ({ params: { id }, body: { key, reason }, context, ...call }) => {
    await inTransaction(context.pool, async (client) => {
      const { rows } = await client.query<{ event: OrderEvent | { type: 'paid'; lineIds?: undefined } }>(
        'DELETE FROM early_events WHERE order_id = $1 AND key = $2 RETURNING event',
        [id, key],
      );
      if (!rows[0]) throw notFound(`The unapplied event ${key} of order ${id}`);
      const { event } = rows[0];
      await addAudit(client, {
        actor: actorOfCall(call),
        action: 'order.discard_event',
        subject: subjectOf('order', id),
        before: {
          event: event.type,
          ...('returnId' in event
            ? { returnId: event.returnId }
            : event.lineIds && { lineIds: event.lineIds }),
        },
        reason,
      });
    });
    return { status: 200, body: { unappliedEvents: await readUnappliedEvents(context.pool, id) } };
  },
});

export const unappliedEventEndpoints = [readUnapplied, discardUnappliedEvent];
