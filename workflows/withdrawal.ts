import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { PayoutStart } from '../activities/payout';
import type {
  WithdrawalDecision,
  WithdrawalRequest,
  WithdrawalStep,
} from '../activities/withdrawal/withdrawal';
import { inquiryDelayMs, type PayoutAnswer } from '../domain/payout';
import { type ProcessStatus, withdrawalStatusOf } from '../domain/processStatus';
import { isHandedOver, isSettled, laterOf, type WithdrawalProgress } from '../domain/withdrawal';

/** Input of `withdrawal`. */
export interface WithdrawalInput {
  id: string;
  /** Set when the withdrawal has a row already: the process goes on from there. */
  resume?: boolean;
}

/** Live state of a withdrawal. */
export interface WithdrawalStatus extends ProcessStatus {
  /** What the provider said last, and how often it was asked. */
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
 * One withdrawal, from the request until the money has left or come back.
 *
 * What is paid by file leaves this process once it is approved: from then on the payout batch that collects it is
 * in charge, settles thousands in one statement and tells nobody. So no workflow waits for weeks only to be told
 * that it is over. A cancellation in between starts this process again, on the same row.
 */
export async function withdrawal({ id, resume }: WithdrawalInput): Promise<void> {
  let progress: WithdrawalProgress | undefined;
  let missing = false;
  let payout: WithdrawalStatus['payout'];
  let nextInquiryAt: number | null = null;
  const mails = new Set<string>();
  let startingMails = 0;

  const learn = ({ mails: waiting = [], ...news }: WithdrawalStep): WithdrawalProgress => {
    progress = laterOf(progress, news);
    for (const key of waiting) startMail(key);
    return news;
  };

  // Beside the process: each mail goes out in a process of its own, which may try for days. No `patched`: answers
  // in histories of before there were such mails name none.
  function startMail(key: string): void {
    if (mails.has(key)) return;
    mails.add(key);
    startingMails++;
    const settle = () => {
      startingMails--;
    };
    steps.startMail(key).then(settle, settle);
  }

  setHandler(withdrawalStatus, () => ({ ...withdrawalStatusOf(progress, nextInquiryAt), payout }));
  setHandler(requestWithdrawal, async (request) => {
    try {
      return learn(await steps.requestWithdrawal(request, Date.now()));
    } catch (refusal) {
      missing = true;
      throw refusal;
    }
  });
  setHandler(approveWithdrawal, async (decision) =>
    learn(await steps.approveWithdrawal(decision, Date.now())),
  );
  setHandler(rejectWithdrawal, async (decision) => learn(await steps.rejectWithdrawal(decision, Date.now())));
  setHandler(cancelWithdrawal, async (decision) => learn(await steps.cancelWithdrawal(decision, Date.now())));
  setHandler(returnPayment, async (decision) => learn(await steps.returnPayment(decision, Date.now())));

  if (resume) {
    const found = await steps.findWithdrawal(id);
    if (found) learn(found);
    else missing = true;
  }
  await condition(() => (progress ? progress.state !== 'requested' : missing));
  if (progress && !isHandedOver(progress)) await payOverHttp();
  await condition(() => startingMails === 0 && allHandlersFinished());

  async function payOverHttp(): Promise<void> {
    // Only the step that found it approved may send without asking; after any interruption it may have been sent.
    const foundPaying = progress?.state === 'paying';
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
        learn(await steps.settlePayout(id, answer, Date.now()));
        return;
      }
      mayHaveBeenSent = answer.status !== 'not_known';
      if (mayHaveBeenSent) {
        const delayMs = inquiryDelayMs(inquiries, firstInquiryAfterMs);
        nextInquiryAt = Date.now() + delayMs;
        await sleep(delayMs);
        nextInquiryAt = null;
      }
      await renewIfLong();
    }
  }

  /** Whoever was suspended since the approval is not paid: the money stays reserved until that or the withdrawal ends. */
  async function startPayout(): Promise<PayoutStart> {
    for (let looks = 0; ; looks++) {
      const started = await steps.startPayout(id, Date.now());
      const { state } = learn({ state: started.state, method: started.method });
      if (state !== 'approved') return started;
      const delayMs = inquiryDelayMs(looks, started.firstInquiryAfterMs);
      await condition(() => isSettled(progress!.state), delayMs);
      await renewIfLong();
    }
  }

  async function renewIfLong(): Promise<void> {
    if (!workflowInfo().continueAsNewSuggested) return;
    await condition(() => startingMails === 0 && allHandlersFinished());
    await continueAsNew<typeof withdrawal>({ id, resume: true });
  }
}

function interrupted(): PayoutAnswer {
  return { status: 'unknown', reason: 'the call was interrupted' };
}
