import { condition, defineUpdate, proxyLocalActivities, setHandler, sleep } from '@temporalio/workflow';
import type { OrderPayment } from '../domain/order';
import type { ProcessInput } from '../workflows/shared/process';
import type { nothing as nothingActivity } from './nothing';

const { nothing } = proxyLocalActivities<{ nothing: typeof nothingActivity }>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

interface Delivered {
  at: number;
}

/** Return window of the plan in seed.ts, in milliseconds. */
export const WINDOW_MS = 1000;

/**
 * The base cost of an order's workflow: the same two updates with the same payloads, the same
 * timer and as many local activities, all of them empty.
 */
export async function bareOrder(_input: ProcessInput): Promise<void> {
  let deliveredAt: number | undefined;
  setHandler(defineUpdate<void, [OrderPayment]>('pay'), () => nothing());
  setHandler(defineUpdate<{ nextWindowEnd: number }, [Delivered]>('orderEvent'), async ({ at }) => {
    await nothing();
    deliveredAt = at;
    return { nextWindowEnd: at + WINDOW_MS };
  });
  await condition(() => deliveredAt !== undefined);
  await sleep(Math.max(1, deliveredAt! + WINDOW_MS - Date.now()));
  await nothing();
}
