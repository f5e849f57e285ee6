import {
  ActivityFailure,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ReviewReason, StepCommand } from '../activities/application/application';
import type { ApplicationProgress } from '../activities/application/row';
import type { Actor } from '../database/journal';
import {
  type ApplicationPolicy,
  type ApplicationState,
  isDecided,
  type Submission,
} from '../domain/application';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { beginProcess, type ProcessInput } from './shared/process';

/** What runs of before the common input were started with: a new application with its durations. */
type EarlierInput =
  | { applicationId: string; policy: ApplicationPolicy }
  | { applicationId: string; resume: true };

/** The answer of a step to its sender. */
export type ApplicationAnswer = Pick<ApplicationProgress, 'state' | 'round' | 'distributorId'>;

export const submitApplication = defineUpdate<ApplicationAnswer, [{ submission: Submission; actor: Actor }]>(
  'submit',
);
export const resubmitApplication = defineUpdate<
  ApplicationAnswer,
  [{ submission: Submission; actor: Actor }]
>('resubmit');
export const addApplicationDocuments = defineUpdate<
  ApplicationAnswer,
  [{ documentIds: string[]; actor: Actor }]
>('addDocuments');
export const approveApplication = defineUpdate<
  ApplicationAnswer,
  [{ tier: string; note: string | null; actor: Actor }]
>('approve');
export const rejectApplication = defineUpdate<
  ApplicationAnswer,
  [ReviewReason & { reason: string | null; actor: Actor }]
>('reject');
export const requestApplicationChanges = defineUpdate<
  ApplicationAnswer,
  [ReviewReason & { message: string | null; deadline: number | null; actor: Actor }]
>('requestChanges');
export const withdrawApplication = defineUpdate<ApplicationAnswer, [{ actor: Actor; quiet?: boolean }]>(
  'withdraw',
);

/** Signal: a mail that could not be delivered waits to be sent again. Sent with the start of the workflow. */
export const resendApplicationMail = defineSignal<[string]>('resendMail');

/** The live state: what it waits for, what the workflow knows, and which mails are on their way. */
export const applicationStatus = defineQuery<
  ProcessStatus & { progress: ApplicationProgress | null; mailsUnderway: string[] },
  []
>('status');

// A step is one short transaction.
const steps = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10s',
  localRetryThreshold: '5s',
  retry: { initialInterval: '200ms', maximumInterval: '30s' },
});
const checks = proxyActivities<Activities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
});
const mail = proxyActivities<Activities>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '1s', maximumInterval: '10m' },
});

const SYSTEM: Actor = { userId: null, name: 'system' };

/**
 * One application, from its submission to the decision and the last mail about it. The row in PostgreSQL holds the
 * facts; this holds what waits for what.
 */
export async function application(input: ProcessInput | EarlierInput): Promise<ApplicationState | 'refused'> {
  const id = 'applicationId' in input ? input.applicationId : input.id;
  // For runs from before the durations were in the row.
  const policy = 'policy' in input ? input.policy : undefined;
  const mails = new Map<string, Promise<unknown>>();
  const mailsUnderway = new Set<string>();
  // Steps run in turn. Two at once would be safe in the database, but their results could arrive in the other
  // order and leave an old state here.
  const process = beginProcess<ApplicationProgress>({
    id,
    find: async () => (await steps.resumeApplication(id))?.progress ?? null,
    take: withMails,
    underway: () => mailsUnderway.size > 0,
  });

  async function take(step: () => Promise<ApplicationProgress>): Promise<ApplicationAnswer> {
    const { state, round, distributorId } = await process.step(async () => withMails(await step()));
    return { state, round, distributorId };
  }

  function withMails(progress: ApplicationProgress): ApplicationProgress {
    for (const key of progress.pendingMails) send(key);
    return progress;
  }

  // In parallel: the process waits for mails only before its own end.
  function send(key: string): void {
    if (mails.has(key)) return;
    mailsUnderway.add(key);
    const settle = () => mailsUnderway.delete(key);
    mails.set(key, mail.deliverMail(key).then(settle, settle));
  }

  /** The request that an update handler answers, as steps take it. To be called before the handler waits. */
  function request(actor: Actor): () => StepCommand {
    const commandId = currentUpdateInfo()!.id;
    return () => ({ applicationId: id, commandId, actor, now: Date.now() });
  }

  /** A decision waits for the automatic checks, which take a moment. */
  async function decide(step: () => Promise<ApplicationProgress>): Promise<ApplicationAnswer> {
    await condition(() => {
      const progress = process.state();
      return progress ? progress.checked || isDecided(progress.state) : process.refused();
    });
    return take(step);
  }

  /** Steps of the applicant need the row, but not the checks. */
  async function whenKnown(step: () => Promise<ApplicationProgress>): Promise<ApplicationAnswer> {
    await condition(() => process.state() !== undefined || process.refused());
    return take(step);
  }

  setHandler(submitApplication, ({ submission, actor }) => {
    const command = request(actor);
    return take(() => steps.submitApplication({ ...command(), submission, policy }));
  });
  setHandler(resubmitApplication, ({ submission, actor }) => {
    const command = request(actor);
    return whenKnown(() => steps.resubmitApplication({ ...command(), submission }));
  });
  setHandler(addApplicationDocuments, ({ documentIds, actor }) => {
    const command = request(actor);
    return whenKnown(() => steps.addApplicationDocuments({ ...command(), documentIds }));
  });
  setHandler(approveApplication, ({ tier, note, actor }) => {
    const command = request(actor);
    const distributorId = uuid4();
    return decide(() => steps.approveApplication({ ...command(), distributorId, tier, note }));
  });
  setHandler(rejectApplication, ({ actor, ...reason }) => {
    const command = request(actor);
    return decide(() => steps.rejectApplication({ ...command(), ...reason }));
  });
  setHandler(requestApplicationChanges, ({ actor, ...asked }) => {
    const command = request(actor);
    return decide(() => steps.requestChanges({ ...command(), ...asked, policy }));
  });
  setHandler(withdrawApplication, ({ actor, quiet }) => {
    const command = request(actor);
    return whenKnown(() => steps.withdrawApplication({ ...command(), because: 'applicant', quiet }));
  });
  setHandler(resendApplicationMail, (key) => {
    if (mailsUnderway.has(key)) return;
    mails.delete(key);
    send(key);
  });
  setHandler(applicationStatus, () => ({
    ...statusOf.application(process.state(), [...mailsUnderway]),
    progress: process.state() ?? null,
    mailsUnderway: [...mailsUnderway],
  }));

  await process.begin('resume' in input && input.resume);
  let progress = await process.until(() => true);
  while (progress && !isDecided(progress.state)) {
    const { state, round, checked, reminderAt, deadline } = progress;
    if (!checked) await runChecks(round);
    else if (state === 'changes_requested') await awaitChanges(round, reminderAt, deadline);
    else await process.until((known) => known.state !== state);
    progress = process.state();
  }
  if (progress?.distributorId && patched('start-credentials'))
    await checks.startCredentials(progress.distributorId);
  // A mail may be asked for again while others are still under way.
  await process.settled();
  return process.state()?.state ?? 'refused';

  async function runChecks(round: number): Promise<void> {
    const check = { applicationId: id, round, now: Date.now() };
    await Promise.all([
      checks.checkNumbers(check),
      checks.checkValidityDates(check),
      checks.checkDuplicates(check),
      checks.checkBlacklist(check),
      checks.checkSponsor(check),
      ...(patched('check-holders') ? [checks.checkHolders(check)] : []),
    ]);
    await take(() => steps.finishChecks({ applicationId: id, round, now: Date.now() }));
  }

  /** Waits for the applicant; sends a reminder, and withdraws the application when the deadline passes. */
  async function awaitChanges(round: number, reminderAt: number, deadline: number): Promise<void> {
    const answered = () => {
      const known = process.state()!;
      return known.state !== 'changes_requested' || known.round !== round;
    };
    const answeredBy = async (time: number) => {
      const left = time - Date.now();
      return left > 0 ? condition(answered, left) : answered();
    };
    // An answer that arrived while the step waited its turn makes the step void.
    const takeUnlessAnswered = (step: () => Promise<ApplicationProgress>) =>
      take(async () => (answered() ? process.state()! : step())).catch((refusal: unknown) => {
        // The row stood elsewhere, and the process knows it now.
        if (!(refusal instanceof ActivityFailure && answered())) throw refusal;
      });

    if (await answeredBy(reminderAt)) return;
    await takeUnlessAnswered(() => steps.remindApplicant({ applicationId: id, round, now: Date.now() }));
    if (await answeredBy(deadline)) return;
    await takeUnlessAnswered(() =>
      steps.withdrawApplication({
        applicationId: id,
        commandId: `deadline/${round}`,
        actor: SYSTEM,
        now: Date.now(),
        because: 'deadline',
      }),
    );
  }
}
