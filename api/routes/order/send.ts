import { randomUUID } from 'node:crypto';
import type { ReportedEvent } from '../../../activities/order/order';
import { eventKey, needsReturn, type OrderEvent } from '../../../domain/order';
import { send } from '../../../temporal/messages';
import { orderEvent } from '../../../workflows/order';
import type { ApiContext, Principal } from '../../http/endpoint';
import { Problem } from '../../http/problem';
import { senderOf } from '../../workflows/client';
import { readOrder } from './view';

/** Sends an event of an order. What is not known yet is kept, and applied when it arrives. */
export async function sendOrderEvent(
  context: ApiContext,
  principal: Principal,
  orderId: string,
  event: OrderEvent,
) {
  const reported: ReportedEvent = { ...event, actor: principal.name };
  if (!(await apply(context, orderId, reported))) {
    await keep(context, orderId, reported);
    // What was awaited may have arrived between the answer and the keeping; then only this retry applies it.
    if (!(await apply(context, orderId, reported))) {
      const waitsFor = needsReturn(event)
        ? `order ${orderId} with return ${event.returnId}`
        : `order ${orderId}`;
      return { status: 202, body: { status: 'waiting' as const, waitsFor } };
    }
  }
  return { status: 200, body: await readOrder(context.pool, orderId) };
}

async function keep(context: ApiContext, orderId: string, event: ReportedEvent): Promise<void> {
  await context.pool.query(
    `INSERT INTO early_events AS e (order_id, key, event) VALUES ($1, $2, $3)
     ON CONFLICT (order_id, key) DO UPDATE SET event = EXCLUDED.event, refusal = NULL WHERE e.refusal IS NOT NULL`,
    [orderId, eventKey(event), JSON.stringify(event)],
  );
}

/**
 * Sends an event to the order's process, or once the order is closed to that of its return.
 * @returns false when the order, or the return that the event speaks of, is not known yet
 */
async function apply(context: ApiContext, orderId: string, event: ReportedEvent): Promise<boolean> {
  const sender = senderOf(context);
  // A new id for repeats: what was refused as too early is decided again, and what was applied changes nothing.
  const message = { update: orderEvent, args: [event] as [ReportedEvent], messageId: randomUUID() };
  try {
    await send(sender, { kind: 'order', id: orderId, ...message }).catch((error: unknown) => {
      if (!isRefused(error, 'order_closed') || !('returnId' in event)) throw error;
      return send(sender, { kind: 'return', id: [orderId, event.returnId], ...message });
    });
    return true;
  } catch (error) {
    if (isRefused(error, 'order_not_found') || isRefused(error, 'return_not_found')) return false;
    throw error;
  }
}

function isRefused(error: unknown, code: Problem['code']): boolean {
  return error instanceof Problem && error.code === code;
}
