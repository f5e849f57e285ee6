import { condition, defineQuery, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type {
  AccountChangeDecision,
  AccountChangeRequest,
  AccountChangeStep,
} from '../activities/accountChange/accountChange';
import { type AccountChangeProgress, laterOf } from '../domain/accountChange';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { mailStarter } from './shared/mails';
import { beginProcess, type ProcessInput } from './shared/process';

export const requestAccountChange = defineUpdate<AccountChangeProgress, [AccountChangeRequest]>('request');
export const approveAccountChange = defineUpdate<AccountChangeProgress, [AccountChangeDecision]>('approve');
export const confirmAccountChange = defineUpdate<AccountChangeProgress, [AccountChangeDecision]>('confirm');
export const rejectAccountChange = defineUpdate<AccountChangeProgress, [AccountChangeDecision]>('reject');
export const cancelAccountChange = defineUpdate<AccountChangeProgress, [AccountChangeDecision]>('cancel');
export const accountChangeStatus = defineQuery<ProcessStatus>('status');

const steps = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/** One change of a distributor's account, from the request until it is in effect or is given up. */
export async function accountChange({ id, resume }: ProcessInput): Promise<void> {
  const mails = mailStarter((key) => steps.startMail(key));
  const process = beginProcess<AccountChangeProgress>({
    id,
    find: () => steps.findAccountChange(id),
    take: withMails,
    later: laterOf,
    underway: mails.underway,
  });

  function withMails({ mails: waiting, ...news }: AccountChangeStep): AccountChangeProgress {
    mails.start(waiting);
    return news;
  }

  /** A step, with the mails about it. */
  const step = (work: () => Promise<AccountChangeStep>) => process.step(async () => withMails(await work()));

  setHandler(accountChangeStatus, () => statusOf.account_change(process.state()));
  setHandler(requestAccountChange, (request) => step(() => steps.requestAccountChange(request, Date.now())));
  setHandler(approveAccountChange, (decision) =>
    step(() => steps.approveAccountChange(decision, Date.now())),
  );
  setHandler(confirmAccountChange, (decision) =>
    step(() => steps.confirmAccountChange(decision, Date.now())),
  );
  setHandler(rejectAccountChange, (decision) => step(() => steps.rejectAccountChange(decision, Date.now())));
  setHandler(cancelAccountChange, (decision) => step(() => steps.cancelAccountChange(decision, Date.now())));

  await process.begin(resume);
  const progress = await process.until(({ state }) => state !== 'requested' && state !== 'approved');
  if (progress?.state === 'confirmed') await waitAndApply(progress.effectiveAt!);
  await process.settled();

  /** Until it is in effect, it can be given up. */
  async function waitAndApply(effectiveAt: number): Promise<void> {
    const isWaiting = () => process.state()!.state === 'confirmed';
    const left = effectiveAt - Date.now();
    if (left > 0) await condition(() => !isWaiting(), left);
    if (isWaiting()) await step(() => steps.applyAccountChange(id, Date.now()));
  }
}
