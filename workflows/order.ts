import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  rootCause,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { OrderProgress, ToldEvent } from '../activities/order/order';
import type { OrderPayment } from '../domain/order';
import { orderStatusOf, type ProcessStatus } from '../domain/processStatus';
import { inTurn } from './shared/inTurn';

// Each step is milliseconds of SQL, so it runs inside the workflow task and saves three history events.
const { payOrder, applyOrderEvent, settleOrder, notePaymentRefused } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** Update: the order was paid. Sent with the start of the workflow. */
export const pay = defineUpdate<void, [OrderPayment]>('pay');
/** Signal: the order was paid, told by somebody who does not wait for an answer. */
export const paid = defineSignal<[OrderPayment]>('paid');
/** Update: something happened to the order. Answers where it stands now. */
export const orderEvent = defineUpdate<OrderProgress, [ToldEvent]>('orderEvent');
/** Query: what the order waits for. */
export const orderStatus = defineQuery<ProcessStatus>('status');

export interface OrderInput {
  orderId: string;
  /** The order is in the database already: go on from there. */
  resume?: boolean;
}

/**
 * An order from payment to the end of its last return window. It waits for events and for windows; what they mean
 * is decided in `domain/order` and written by the activities.
 */
export async function order({ orderId, resume }: OrderInput): Promise<void> {
  let progress: OrderProgress | undefined;
  let refused = false;
  // Steps run one after the other: answers that overtake each other would leave an outdated timer.
  const turn = inTurn();

  const reached = (now: OrderProgress) => {
    progress = now;
    return now;
  };

  setHandler(orderStatus, () => orderStatusOf(progress));
  const takeIn = (payment: OrderPayment) =>
    turn(async () => {
      try {
        progress = await payOrder(payment, Date.now());
        refused = false;
      } catch (error) {
        refused = progress === undefined;
        throw error;
      }
    });
  setHandler(pay, takeIn);
  setHandler(paid, (payment) =>
    takeIn(payment).catch((error: unknown) =>
      notePaymentRefused(orderId, String(rootCause(error)), Date.now()),
    ),
  );
  setHandler(orderEvent, (event) => turn(() => applyOrderEvent(orderId, event, Date.now()).then(reached)));
  // A payment told twice may be refused first and taken in then.
  const isOver = async () => {
    if (progress?.finished || refused) await condition(allHandlersFinished);
    return progress?.finished || refused;
  };
  const settle = () => turn(() => settleOrder(orderId, Date.now()).then(reached));
  if (resume) await turn(() => settleOrder(orderId, Date.now(), true).then(reached));

  while (!(await isOver())) {
    if (workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof order>({ orderId, resume: true });
    }
    const seen = progress;
    const moved = () => progress !== seen || refused;
    const end = seen?.nextWindowEnd ?? null;
    if (end === null) await condition(moved);
    else if (!(await condition(moved, Math.max(1, end - Date.now())))) await settle();
  }
}
