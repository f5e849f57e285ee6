import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  rootCause,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { OrderProgress, ReportedEvent } from '../activities/order/order';
import type { Reporter } from '../database/journal';
import type { OrderPayment } from '../domain/order';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { beginProcess, type ProcessInput } from './shared/process';

// Each step is milliseconds of SQL, so it runs inside the workflow task and saves three history events.
const { payOrder, applyOrderEvent, settleOrder, notePaymentRefused } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** Update: the order was paid, and who reports it. Sent with the start of the workflow. */
export const pay = defineUpdate<void, [OrderPayment, Reporter?]>('pay');
/** Signal: the order was paid, and who reports it. For a sender that does not wait for an answer. */
export const paid = defineSignal<[OrderPayment, Reporter?]>('paid');
/** Update: something happened to the order. Answers where it stands now. */
export const orderEvent = defineUpdate<OrderProgress, [ReportedEvent]>('orderEvent');
/** Query: what the order waits for. */
export const orderStatus = defineQuery<ProcessStatus>('status');

/** What runs of before the common input were started with. */
interface EarlierInput {
  orderId: string;
  resume?: boolean;
}

/**
 * An order from payment to the end of its last return window. It waits for events and for windows; what they mean
 * is decided in `domain/order` and written by the activities.
 */
export async function order(input: ProcessInput | EarlierInput): Promise<void> {
  const id = 'orderId' in input ? input.orderId : input.id;
  const process = beginProcess<OrderProgress>({ id, find: () => settleOrder(id, Date.now()) });

  setHandler(orderStatus, () => statusOf.order(process.state()));
  const recordPayment = (payment: OrderPayment, by: Reporter | undefined) =>
    process.step(() => payOrder(payment, Date.now(), by));
  setHandler(pay, async (payment, by) => {
    await recordPayment(payment, by);
  });
  setHandler(paid, async (payment, by) => {
    try {
      await recordPayment(payment, by);
    } catch (error) {
      await notePaymentRefused(id, String(rootCause(error)), Date.now(), by);
    }
  });
  setHandler(orderEvent, (event) => process.step(() => applyOrderEvent(id, event, Date.now())));

  await process.begin(input.resume);
  // A payment sent twice may be refused first and recorded then.
  const isOver = async () => {
    const over = () => process.refused() || process.state()?.finished;
    if (over()) await process.settled();
    return over();
  };
  while (!(await isOver())) {
    await process.renewIfLong();
    const seen = process.state();
    const moved = () => process.state() !== seen || process.refused();
    const end = seen?.nextWindowEnd ?? null;
    if (end === null) await condition(moved);
    else if (!(await condition(moved, Math.max(1, end - Date.now())))) await process.look();
  }
}
