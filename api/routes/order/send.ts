import { randomUUID } from 'node:crypto';
import type { OrderProgress, ToldEvent } from '../../../activities/order/order';
import type { StateOf } from '../../../domain/kinds';
import { subjectOf } from '../../../domain/kinds';
import { eventKey, needsReturn, type OrderEvent } from '../../../domain/order';
import type { ApiContext, Principal } from '../../http/endpoint';
import { Problem, unavailable } from '../../http/problem';
import { callUpdate, startWithUpdate, WorkflowGone } from '../../workflows/client';
import { type OrderView, readOrder } from './view';

/**
 * Brings an event to whoever writes this order now: its workflow, or after that has ended the workflow of the
 * return. What is not known yet is kept and applied when it arrives.
 */
export async function tellOrder(
  context: ApiContext,
  principal: Principal,
  orderId: string,
  event: OrderEvent,
) {
  const told: ToldEvent = { ...event, actor: principal.name };
  if (!(await apply(context, orderId, told))) {
    await keep(context, orderId, told);
    // What was awaited may have arrived between the look and the keeping; then nobody else would apply it.
    if (!(await apply(context, orderId, told))) {
      const waitsFor = needsReturn(event)
        ? `order ${orderId} with return ${event.returnId}`
        : `order ${orderId}`;
      return { status: 202, body: { status: 'waiting' as const, waitsFor } };
    }
    await context.pool.query('DELETE FROM early_events WHERE order_id = $1 AND key = $2', [
      orderId,
      eventKey(event),
    ]);
  }
  return { status: 200, body: await readOrder(context.pool, orderId) };
}

async function keep(context: ApiContext, orderId: string, event: ToldEvent): Promise<void> {
  await context.pool.query(
    'INSERT INTO early_events (order_id, key, event) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [orderId, eventKey(event), JSON.stringify(event)],
  );
}

/** @returns false when the order, or the return that the event speaks of, is not known yet */
async function apply(context: ApiContext, orderId: string, event: ToldEvent): Promise<boolean> {
  const state = await orderState(context, orderId);
  if (!state) return false;
  try {
    if (state === 'open') {
      await callUpdate<OrderProgress>(context, {
        workflowId: subjectOf('order', orderId),
        update: 'orderEvent',
        args: [event],
      });
    } else {
      await applyLate(context, orderId, event);
    }
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'return_not_found') return false;
    if (!(error instanceof WorkflowGone)) throw error;
    // It ended while the message was under way: then the row says so now.
    if (state === 'open' && (await orderState(context, orderId)) === 'closed')
      return apply(context, orderId, event);
    throw unavailable(`The workflow of order ${orderId} does not run; "npm run recover" starts it again.`);
  }
}

async function applyLate(context: ApiContext, orderId: string, event: ToldEvent): Promise<void> {
  if (!('returnId' in event)) {
    const order = await readOrder(context.pool, orderId);
    if (order && isToldAgain(order, event)) return;
    throw new Problem({
      status: 409,
      code: 'order_closed',
      detail: `Order ${orderId} is closed: only returns can follow.`,
    });
  }
  const input = [{ orderId, returnId: event.returnId }];
  const workflowId = subjectOf('return', [orderId, event.returnId]);
  await startWithUpdate(context, {
    workflow: 'lateReturn',
    workflowId,
    input,
    update: 'orderEvent',
    args: [event],
    updateId: randomUUID(),
  });
}

/** True when a closed order shows that this shipment, delivery or cancelation was applied while it was open. */
function isToldAgain(order: OrderView, event: Exclude<OrderEvent, { returnId: string }>): boolean {
  const known = (line: OrderView['lines'][number]) => {
    if (event.type === 'canceled') return line.state === 'canceled';
    const at = event.type === 'shipped' ? line.shippedAt : line.deliveredAt;
    return at !== null && Date.parse(at) === event.at;
  };
  const { lineIds } = event;
  return lineIds
    ? lineIds.every((id) => order.lines.some((line) => line.lineId === id && known(line)))
    : order.lines.some(known);
}

async function orderState(context: ApiContext, orderId: string): Promise<StateOf<'order'> | undefined> {
  const { rows } = await context.pool.query<{ state: StateOf<'order'> }>({
    name: 'order-state',
    text: 'SELECT state FROM orders WHERE id = $1',
    values: [orderId],
  });
  return rows[0]?.state;
}
