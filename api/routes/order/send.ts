import { randomUUID } from 'node:crypto';
import type { ReportedEvent } from '../../../activities/order/order';
import { addAudit, type Reporter } from '../../../database/journal';
import { type Client, inTransaction } from '../../../database/pool';
import { subjectOf } from '../../../domain/kinds';
import { eventKey, needsReturn, type OrderEvent } from '../../../domain/order';
import { send } from '../../../temporal/messages';
import { orderEvent } from '../../../workflows/order';
import type { ApiContext } from '../../http/endpoint';
import { Problem } from '../../http/problem';
import { senderOf } from '../../workflows/client';
import { type ReportCall, reporterOf } from '../../workflows/decisions';
import { readOrder } from './view';

/** Sends an event of an order. What is not known yet is kept, and applied when it arrives. */
export async function sendOrderEvent(call: ReportCall, orderId: string, event: OrderEvent) {
  const { context } = call;
  const by = await reporterOf(call);
  const reported: ReportedEvent = { ...event, actor: by.name, by };
  if (!(await apply(context, orderId, reported))) {
    await keep(context, orderId, reported, by);
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

async function keep(
  { pool }: ApiContext,
  orderId: string,
  event: ReportedEvent,
  by: Reporter,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(
      `INSERT INTO early_events AS e (order_id, key, event) VALUES ($1, $2, $3)
       ON CONFLICT (order_id, key) DO UPDATE SET event = EXCLUDED.event, refusal = NULL WHERE e.refusal IS NOT NULL`,
      [orderId, eventKey(event), JSON.stringify(event)],
    );
    if (rowCount && by.audited) await auditKept(client, orderId, event, by);
  });
}

/** The audit entry of what is stored now and applied later, which leaves another one. */
export function auditKept(
  client: Client,
  orderId: string,
  event: Pick<ReportedEvent, 'at'> & { type: ReportedEvent['type'] | 'paid' },
  by: Reporter,
): Promise<void> {
  const { type, at } = event;
  return addAudit(client, {
    actor: by,
    action: 'order.keep_event',
    subject: subjectOf('order', orderId),
    after: { event: type, at: new Date(at), ...('returnId' in event && { returnId: event.returnId }) },
  });
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
