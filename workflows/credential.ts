import {
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { RenewalDecision, RenewalRequest } from '../activities/credential/credential';
import type { CredentialProgress } from '../domain/credentialTerm';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { beginProcess, type ProcessInput } from './shared/process';

export const submitRenewal = defineUpdate<CredentialProgress, [RenewalRequest]>('submitRenewal');
export const acceptRenewal = defineUpdate<CredentialProgress, [RenewalDecision]>('acceptRenewal');
export const refuseRenewal = defineUpdate<CredentialProgress, [RenewalDecision]>('refuseRenewal');
export const credentialStatus = defineQuery<ProcessStatus>('status');

const steps = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});

/**
 * One credential, for as long as its distributor is not terminated: reminds before its end and takes renewals. Its
 * expiry is a restriction that was written ahead, so nothing depends on this process being awake on that day. It goes
 * on as new after each step, so that its history holds one wait.
 */
export async function credential({ id, resume }: ProcessInput): Promise<void> {
  const begun = new Set<string>();
  let starting = 0;
  const process = beginProcess<CredentialProgress>({
    id,
    find: () => steps.findCredential(id, Date.now()),
    take: withEffects,
    underway: () => starting > 0,
  });

  function withEffects(progress: CredentialProgress): CredentialProgress {
    for (const key of progress.mails) begin(key, () => steps.startMail(key));
    for (const run of progress.releaseRuns) begin(run, () => steps.startRelease(run));
    return progress;
  }

  // Beside the process: mails and release runs have processes of their own.
  function begin(key: string, start: () => Promise<void>): void {
    if (begun.has(key)) return;
    begun.add(key);
    starting++;
    const settle = () => {
      starting--;
    };
    start().then(settle, settle);
  }

  const step = (work: () => Promise<CredentialProgress>) =>
    process.step(async () => withEffects(await work()));

  setHandler(credentialStatus, () => statusOf.credential(process.state()));
  setHandler(submitRenewal, (request) => step(() => steps.submitRenewal(request, Date.now())));
  setHandler(acceptRenewal, (decision) => step(() => steps.acceptRenewal(decision, Date.now())));
  setHandler(refuseRenewal, (decision) => step(() => steps.refuseRenewal(decision, Date.now())));

  await process.begin(resume);
  const known = await process.until(() => true);
  if (known?.open) {
    const changed = () => process.state() !== known;
    if (known.nextReminderAt === null) await condition(changed);
    else if (!(await condition(changed, Math.max(known.nextReminderAt - Date.now(), 1))))
      await step(() => steps.remindOfExpiry(id, Date.now()));
  }
  await process.settled();
  if (process.state()?.open) await continueAsNew<typeof credential>({ id, resume: true });
}
