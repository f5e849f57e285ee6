import { allHandlersFinished, condition, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { OrderProgress } from '../activities/order/order';
import { lateReturnStatusOf } from '../domain/processStatus';
import { orderEvent, orderStatus } from './order';
import { inTurn } from './shared/inTurn';

const { applyOrderEvent, settleOrder } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

export interface LateReturnInput {
  orderId: string;
  returnId: string;
  /** The return is in the database already: go on from there. */
  resume?: boolean;
}

/**
 * A return that was asked for when its order's workflow had ended. It waits for the refund or the rejection, and
 * takes commissions back: reversed while they are due, clawed back when they were released.
 */
export async function lateReturn({ orderId, returnId, resume }: LateReturnInput): Promise<void> {
  let progress: OrderProgress | undefined;
  let refused = false;
  const turn = inTurn();
  setHandler(orderStatus, () => lateReturnStatusOf(returnId, progress));
  setHandler(orderEvent, (event) =>
    turn(async () => {
      try {
        progress = await applyOrderEvent(orderId, event, Date.now());
        return progress;
      } catch (error) {
        refused = progress === undefined;
        throw error;
      }
    }),
  );
  if (resume) progress = await turn(() => settleOrder(orderId, Date.now()));
  await condition(() => refused || (progress !== undefined && !progress.openReturns.includes(returnId)));
  await condition(allHandlersFinished);
}
