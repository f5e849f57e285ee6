import {
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  patched,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { BatchConfirmation, BatchRequest, BatchState } from '../activities/payout';
import { type ProcessStatus, payoutStatusOf } from '../domain/processStatus';

/** Input of `payout`. */
export interface PayoutInput {
  id: string;
  /** Set when the batch has a row already: the process goes on from there. */
  resume?: boolean;
}

export const openPayoutBatch = defineUpdate<BatchState, [BatchRequest]>('open');
export const confirmPayoutBatch = defineUpdate<BatchState, [BatchConfirmation]>('confirm');
export const payoutStatus = defineQuery<ProcessStatus>('status');

// Not local: a batch of many thousands takes seconds.
const steps = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

const mails = proxyActivities<Activities>({
  startToCloseTimeout: '12h',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});

/** One payout file: collected, waiting for the bank, settled as a whole by finance's confirmation. */
export async function payout({ id, resume }: PayoutInput): Promise<void> {
  let state: BatchState | undefined;
  let missing = false;

  setHandler(payoutStatus, () => payoutStatusOf(state));
  setHandler(openPayoutBatch, async (request) => {
    try {
      const opened = await steps.openPayoutBatch(request, Date.now());
      state ??= opened;
      return opened;
    } catch (refusal) {
      missing = true;
      throw refusal;
    }
  });
  setHandler(confirmPayoutBatch, async (confirmation) => {
    state = await steps.confirmPayoutBatch(confirmation, Date.now());
    return state;
  });

  if (resume) {
    const found = await steps.findPayoutBatch(id);
    if (found) state ??= found;
    else missing = true;
  }
  await condition(() => (state ? state === 'settled' : missing));
  if (state && patched('payout-mails')) await mails.startPayoutMails(id);
  await condition(allHandlersFinished);
}
