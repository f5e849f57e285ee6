import { defineQuery, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { StateOf } from '../domain/kinds';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import type { ProcessInput } from './shared/process';

/** What became of a mail; canceled if its text was no longer true. */
export type MailOutcome = Exclude<StateOf<'mail'>, 'pending'>;

/** Signal: the mail could not be delivered and waits to be sent again. Sent with the start of the workflow. */
export const resendMail = defineSignal('resend');

export const mailStatus = defineQuery<ProcessStatus>('status');

const { deliverMail } = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10m' },
});

/**
 * Sends one queued mail that its own process does not send, such as a user's one-time link or the notice of a
 * withdrawal.
 * @param input its id is the key of the mail; runs of before the common input were started with `key`
 */
export async function mail(input: ProcessInput | { key: string }): Promise<MailOutcome> {
  const key = 'key' in input ? input.key : input.id;
  let asked: boolean;
  // May arrive while the last attempt is being recorded.
  setHandler(resendMail, () => {
    asked = true;
  });
  setHandler(mailStatus, () => statusOf.mail());
  let result: MailOutcome;
  do {
    asked = false;
    result = await deliverMail(key);
  } while (asked);
  return result;
}
