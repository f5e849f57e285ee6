import { defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';

/** Signal: the mail could not be delivered and waits to be sent again. Sent with the start of the workflow. */
export const resendMail = defineSignal('resend');

const { deliverMail } = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10m' },
});

/**
 * Sends one queued mail that its own process does not send, such as a user's one-time link or the news of a
 * withdrawal.
 */
export async function mail({ key }: { key: string }): Promise<'sent' | 'undeliverable'> {
  let asked: boolean;
  // May come while an attempt is just noted as the last one.
  setHandler(resendMail, () => {
    asked = true;
  });
  let result: 'sent' | 'undeliverable';
  do {
    asked = false;
    result = await deliverMail(key);
  } while (asked);
  return result;
}
