import {
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PayoutStart } from '../activities/payout';
import type {
  WithdrawalDecision,
  WithdrawalRequest,
  WithdrawalStep,
} from '../activities/withdrawal/withdrawal';
import { inquiryDelayMs, type PayoutAnswer } from '../domain/payout';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { isHandedOver, isSettled, laterOf, type WithdrawalProgress } from '../domain/withdrawal';
import { mailStarter } from './shared/mails';
import { beginProcess, type ProcessInput } from './shared/process';

/** Live state of a withdrawal. */
export interface WithdrawalStatus extends ProcessStatus {
  /** The provider's last answer, and the number of inquiries. */
  payout?: { answer: PayoutAnswer; inquiries: number };
}

export const requestWithdrawal = defineUpdate<WithdrawalProgress, [WithdrawalRequest]>('request');
export const approveWithdrawal = defineUpdate<WithdrawalProgress, [WithdrawalDecision]>('approve');
export const rejectWithdrawal = defineUpdate<WithdrawalProgress, [WithdrawalDecision]>('reject');
export const cancelWithdrawal = defineUpdate<WithdrawalProgress, [WithdrawalDecision]>('cancel');
export const returnPayment = defineUpdate<WithdrawalProgress, [WithdrawalDecision]>('returnPayment');
export const withdrawalStatus = defineQuery<WithdrawalStatus>('status');

const steps = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

// An instruction is never simply repeated, whatever went wrong: the provider is asked first.
const provider = proxyActivities<Activities>({ startToCloseTimeout: '5m', retry: { maximumAttempts: 1 } });

/**
 * One withdrawal, from the request until the money has left or is back in the balance.
 *
 * What is paid by file leaves this process once it is approved: from then on the payout batch that collects it is
 * in charge, and settles thousands in one statement without a message to each. So no workflow waits for weeks just to
 * learn that it has ended. A cancellation in between starts this process again, on the same row.
 */
export async function withdrawal({ id, resume }: ProcessInput): Promise<void> {
  let payout: WithdrawalStatus['payout'];
  let nextInquiryAt: number | null = null;
  // No `patched`: answers in histories of before there were such mails name none.
  const mails = mailStarter((key) => steps.startMail(key));
  const process = beginProcess<WithdrawalProgress>({
    id,
    find: () => steps.findWithdrawal(id),
    take: withMails,
    later: laterOf,
    underway: mails.underway,
  });

  /** A step, with the mails about it. */
  const step = (work: () => Promise<WithdrawalStep>) => process.step(async () => withMails(await work()));

  function withMails({ mails: waiting, ...news }: WithdrawalStep): WithdrawalProgress {
    mails.start(waiting);
    return news;
  }

  setHandler(withdrawalStatus, () => ({ ...statusOf.withdrawal(process.state(), nextInquiryAt), payout }));
  setHandler(requestWithdrawal, (request) => step(() => steps.requestWithdrawal(request, Date.now())));
  setHandler(approveWithdrawal, (decision) => step(() => steps.approveWithdrawal(decision, Date.now())));
  setHandler(rejectWithdrawal, (decision) => step(() => steps.rejectWithdrawal(decision, Date.now())));
  setHandler(cancelWithdrawal, (decision) => step(() => steps.cancelWithdrawal(decision, Date.now())));
  setHandler(returnPayment, (decision) => step(() => steps.returnPayment(decision, Date.now())));

  await process.begin(resume);
  const decided = await process.until(({ state }) => state !== 'requested');
  if (decided && !isHandedOver(decided)) await payOverHttp();
  await process.settled();

  async function payOverHttp(): Promise<void> {
    // Only the step that found it approved may send without asking; after any interruption it may have been sent.
    const foundPaying = process.state()?.state === 'paying';
    const { firstInquiryAfterMs, state, moved } = await startPayout();
    let mayHaveBeenSent = foundPaying || moved === false;
    if (isSettled(state)) return;
    for (let inquiries = 0; ; ) {
      let answer: PayoutAnswer;
      if (mayHaveBeenSent) {
        answer = await provider.askPayout(id).catch(interrupted);
        inquiries++;
      } else {
        answer = await provider.sendPayout(id).catch(interrupted);
      }
      payout = { answer, inquiries };
      if (answer.status === 'paid' || answer.status === 'failed') {
        const outcome = answer;
        await step(() => steps.settlePayout(id, outcome, Date.now()));
        return;
      }
      mayHaveBeenSent = answer.status !== 'not_known';
      if (mayHaveBeenSent) {
        const delayMs = inquiryDelayMs(inquiries, firstInquiryAfterMs);
        nextInquiryAt = Date.now() + delayMs;
        await sleep(delayMs);
        nextInquiryAt = null;
      }
      await process.renewIfLong();
    }
  }

  /** While a distributor is suspended after the approval, the withdrawal is not paid and its money stays reserved. */
  async function startPayout(): Promise<PayoutStart> {
    for (let looks = 0; ; looks++) {
      const started = await process.step(() => steps.startPayout(id, Date.now()));
      if (started.state !== 'approved') return started;
      const delayMs = inquiryDelayMs(looks, started.firstInquiryAfterMs);
      await condition(() => isSettled(process.state()!.state), delayMs);
      await process.renewIfLong();
    }
  }
}

function interrupted(): PayoutAnswer {
  return { status: 'unknown', reason: 'the call was interrupted' };
}
