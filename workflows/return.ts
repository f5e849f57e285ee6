import { proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { OrderProgress } from '../activities/order/order';
import { statusOf } from '../domain/processStatus';
import { orderEvent, orderStatus } from './order';
import { beginProcess, type ProcessInput } from './shared/process';

const { applyOrderEvent, settleOrder } = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** What runs of before the common input were started with. */
interface EarlierInput {
  orderId: string;
  returnId: string;
  resume?: boolean;
}

/**
 * A return that was asked for when its order's workflow had ended. It waits for the refund or the rejection, and
 * takes commissions back: reversed while they are due, clawed back when they were released.
 * @param input its id are the order's and its own
 */
export async function lateReturn(
  input: ProcessInput<readonly [orderId: string, returnId: string]> | EarlierInput,
): Promise<void> {
  const id = 'orderId' in input ? ([input.orderId, input.returnId] as const) : input.id;
  const [orderId, returnId] = id;
  const process = beginProcess<OrderProgress>({ id, find: () => settleOrder(orderId, Date.now()) });

  setHandler(orderStatus, () => statusOf.return(returnId, process.state()));
  setHandler(orderEvent, (event) => process.step(() => applyOrderEvent(orderId, event, Date.now(), true)));

  await process.begin(input.resume);
  await process.until(({ openReturns }) => !openReturns.includes(returnId));
  await process.settled();
}
