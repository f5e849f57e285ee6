import { defineQuery, defineUpdate, patched, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { BatchConfirmation, BatchRequest, BatchState } from '../activities/payout';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { beginProcess, type ProcessInput } from './shared/process';

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

/** One payout file: withdrawals collected, paid by the bank, and settled as a whole by finance's confirmation. */
export async function payout({ id, resume }: ProcessInput): Promise<void> {
  const process = beginProcess<BatchState>({
    id,
    find: () => steps.findPayoutBatch(id),
    later: (known, news) => (known === 'settled' ? known : news),
  });

  setHandler(payoutStatus, () => statusOf.payout(process.state()));
  setHandler(openPayoutBatch, (request) => process.step(() => steps.openPayoutBatch(request, Date.now())));
  setHandler(confirmPayoutBatch, (confirmation) =>
    process.step(() => steps.confirmPayoutBatch(confirmation, Date.now())),
  );

  await process.begin(resume);
  const state = await process.until((known) => known === 'settled');
  if (state && patched('payout-mails')) await mails.startPayoutMails(id);
  await process.settled();
}
