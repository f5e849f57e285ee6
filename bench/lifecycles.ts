import { randomUUID } from 'node:crypto';
import os from 'node:os';
import {
  WithStartWorkflowOperation,
  type WorkflowHandle,
  WorkflowIdConflictPolicy,
} from '@temporalio/client';
import type { ReportedEvent } from '../activities/order/order';
import type { OrderPayment } from '../domain/order';
import { order, orderEvent, pay } from '../workflows/order';
import { bareOrder, WINDOW_MS } from './bareOrder';
import type { Result } from './bench';
import { type ProcessorTime, processorTime, showTimes, timePerPiece, total } from './processorTime';
import { ratio, show, steadyRate } from './rounds';
import type { Seeded } from './seed';
import { type Platform, TASK_QUEUE } from './servers';

/** Workflow of a lifecycle. */
export type Side = 'ours' | 'bare';

/**
 * Concurrent lifecycles: enough to saturate the cores with the Temporal server, few enough that a delivery is
 * handled well within the return window of one second, after which there would be no timer.
 */
export const IN_FLIGHT = 24 * os.availableParallelism();

/**
 * Runs lifecycles for a while.
 * @param times receives the processor time of each lifecycle, if available
 * @returns lifecycles per second
 */
export function lifecycleRate(
  platform: Platform,
  side: Side,
  seeded: Seeded,
  times: ProcessorTime[],
  options: { inFlight: number; rampMs: number; measureMs: number },
): Promise<number> {
  let before: ProcessorTime | undefined;
  return steadyRate(async (done) => void (await runLifecycle(platform, side, makePayment(seeded), done)), {
    ...options,
    window: {
      begin: () => {
        before = processorTime(platform.pids);
      },
      end: (pieces) => {
        const after = processorTime(platform.pids);
        if (before && after) times.push(timePerPiece(before, after, pieces));
      },
    },
  });
}

/** Result line with the cost of a lifecycle per process. */
export function timesResult(measured: string, ours: ProcessorTime[], baseline: ProcessorTime[]): Result[] {
  if (ours.length === 0) return [];
  return [
    {
      measured,
      ours: showTimes(ours),
      baseline: showTimes(baseline),
      ratio: show(ratio(ours.map(total), baseline.map(total))),
      aim: 'none: shows the split',
    },
  ];
}

/** A new order of three products with the code of a distributor who has a sponsor: six commissions. */
export function makePayment({ distributors, skus }: Seeded): OrderPayment {
  const pick = <T>(from: T[]) => from[Math.floor(Math.random() * from.length)]!;
  return {
    externalId: randomUUID(),
    paidAt: new Date().toISOString(),
    currency: 'CNY',
    customer: { externalId: `customer-${Math.floor(Math.random() * 10_000)}` },
    attributionCode: pick(distributors).code,
    shipTo: { region: 'CN-31' },
    lines: [1, 2, 3].map((line) => ({
      lineId: String(line),
      sku: pick(skus),
      quantity: line,
      unitPrice: 1000 + Math.floor(Math.random() * 50_000),
    })),
  };
}

/**
 * One order from payment to release.
 * @param done called after each third: payment answered, delivery answered, workflow ended
 */
export async function runLifecycle(
  { client }: Platform,
  side: Side,
  payment: OrderPayment,
  done: (share: number) => void = () => {},
): Promise<WorkflowHandle> {
  const workflowId = `${side}/${payment.externalId}`;
  const startWorkflowOperation = new WithStartWorkflowOperation(side === 'ours' ? order : bareOrder, {
    workflowId,
    args: [{ id: payment.externalId }],
    taskQueue: TASK_QUEUE,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
  });
  await client.workflow.executeUpdateWithStart(pay, {
    args: [payment],
    updateId: 'pay',
    startWorkflowOperation,
  });
  done(1 / 3);
  const handle = client.workflow.getHandle(workflowId);
  const at = Date.now();
  const delivered: ReportedEvent = { type: 'delivered', at, actor: 'shop' };
  await handle.executeUpdate(orderEvent, { args: [delivered] });
  // If the response arrived after the end of the window there may be no timer, so the lifecycle does not count.
  const whole = Date.now() < at + WINDOW_MS;
  done(whole ? 1 / 3 : -1 / 3);
  await handle.result();
  if (whole) done(1 / 3);
  return handle;
}
