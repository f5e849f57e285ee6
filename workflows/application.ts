import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  defineQuery,
  defineSignal,
  defineUpdate,
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
import { applicationStatusOf, type ProcessStatus } from '../domain/processStatus';
import { inTurn } from './shared/inTurn';

/** A new application comes with its durations; a resumed one takes up from its row. */
export type ApplicationInput =
  | { applicationId: string; policy: ApplicationPolicy }
  | { applicationId: string; resume: true };

/** What a step answers to who asked for it. */
export type ApplicationAnswer = Pick<ApplicationProgress, 'state' | 'round' | 'distributorId'>;

export const submitApplication = defineUpdate<ApplicationAnswer, [{ submission: Submission; actor: Actor }]>(
  'submit',
);
export const resubmitApplication = defineUpdate<
  ApplicationAnswer,
  [{ submission: Submission; actor: Actor }]
>('resubmit');
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
export const withdrawApplication = defineUpdate<ApplicationAnswer, [{ actor: Actor }]>('withdraw');

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
const REVIEWABLE: ApplicationState[] = ['submitted', 'in_review'];

/**
 * One application, from its submission to the decision and the last mail about it. The row in PostgreSQL holds the
 * facts; this holds what waits for what.
 */
export async function application(input: ApplicationInput): Promise<ApplicationState | 'refused'> {
  const { applicationId } = input;
  let policy = 'policy' in input ? input.policy : undefined;
  let progress: ApplicationProgress | undefined;
  let refused = false;
  const mails = new Map<string, Promise<unknown>>();
  const mailsUnderway = new Set<string>();
  const oneByOne = inTurn();

  /**
   * Runs one step after the other. Two at once would be safe in the database, but their results could come back in
   * the other order and leave an old state here.
   */
  function take(step: () => Promise<ApplicationProgress>): Promise<ApplicationAnswer> {
    return oneByOne(async () => {
      progress = await step();
      for (const key of progress.pendingMails) send(key);
      return { state: progress.state, round: progress.round, distributorId: progress.distributorId };
    });
  }

  // Beside the process, which never waits for a mail before its own end.
  function send(key: string): void {
    if (mails.has(key)) return;
    mailsUnderway.add(key);
    const settle = () => mailsUnderway.delete(key);
    mails.set(key, mail.deliverMail(key).then(settle, settle));
  }

  /** The request that an update handler answers, as steps take it. To be called before the handler waits. */
  function request(actor: Actor): () => StepCommand {
    const commandId = currentUpdateInfo()!.id;
    return () => ({ applicationId, commandId, actor, now: Date.now() });
  }

  /** Refuses at the door, without a trace in the history, what is bound to be refused. */
  function allowIn(states: ApplicationState[]) {
    return (_request: unknown) => {
      if (progress && !states.includes(progress.state)) throw refusal(progress.state);
    };
  }

  /** A decision waits for the automatic checks, which take a moment. */
  async function decide(step: () => Promise<ApplicationProgress>): Promise<ApplicationAnswer> {
    await condition(() => progress !== undefined && (progress.checked || isDecided(progress.state)));
    return take(step);
  }

  setHandler(submitApplication, async ({ submission, actor }) => {
    const command = request(actor);
    try {
      return await take(() => steps.submitApplication({ ...command(), submission }));
    } catch (error) {
      refused = progress === undefined;
      throw error;
    }
  });
  setHandler(
    resubmitApplication,
    async ({ submission, actor }) => {
      const command = request(actor);
      await condition(() => progress !== undefined);
      return take(() => steps.resubmitApplication({ ...command(), submission }));
    },
    { validator: allowIn(['changes_requested']) },
  );
  setHandler(
    approveApplication,
    ({ tier, note, actor }) => {
      const command = request(actor);
      const distributorId = uuid4();
      return decide(() => steps.approveApplication({ ...command(), distributorId, tier, note }));
    },
    { validator: allowIn(REVIEWABLE) },
  );
  setHandler(
    rejectApplication,
    ({ actor, ...reason }) => {
      const command = request(actor);
      return decide(() => steps.rejectApplication({ ...command(), ...reason }));
    },
    { validator: allowIn(REVIEWABLE) },
  );
  setHandler(
    requestApplicationChanges,
    ({ actor, ...asked }) => {
      const command = request(actor);
      return decide(() => steps.requestChanges({ ...command(), ...asked, policy: policy! }));
    },
    { validator: allowIn(REVIEWABLE) },
  );
  setHandler(
    withdrawApplication,
    async ({ actor }) => {
      const command = request(actor);
      await condition(() => progress !== undefined);
      return take(() => steps.withdrawApplication({ ...command(), because: 'applicant' }));
    },
    { validator: allowIn(['submitted', 'in_review', 'changes_requested']) },
  );
  setHandler(resendApplicationMail, (key) => {
    if (mailsUnderway.has(key)) return;
    mails.delete(key);
    send(key);
  });
  setHandler(applicationStatus, () => ({
    ...applicationStatusOf(progress, [...mailsUnderway]),
    progress: progress ?? null,
    mailsUnderway: [...mailsUnderway],
  }));

  if ('resume' in input) {
    await take(async () => {
      const found = (await steps.resumeApplication(applicationId))!;
      policy = found.policy;
      return found.progress;
    });
  }
  await condition(() => progress !== undefined || refused);

  while (progress && !isDecided(progress.state)) {
    const { state, round, checked, reminderAt, deadline } = progress;
    if (!checked) await runChecks(round);
    else if (state === 'changes_requested') await awaitChanges(round, reminderAt, deadline);
    else await condition(() => progress!.state !== state);
  }
  // A mail may be asked for again while others are still under way.
  await condition(() => mailsUnderway.size === 0 && allHandlersFinished());
  return progress?.state ?? 'refused';

  async function runChecks(round: number): Promise<void> {
    const check = { applicationId, round, now: Date.now() };
    await Promise.all([
      checks.checkNumbers(check),
      checks.checkValidityDates(check),
      checks.checkDuplicates(check),
      checks.checkBlacklist(check),
      checks.checkSponsor(check),
    ]);
    await take(() => steps.finishChecks({ applicationId, round, now: Date.now() }));
  }

  /** Waits for the applicant; reminds him, and withdraws the application when he lets the deadline pass. */
  async function awaitChanges(round: number, reminderAt: number, deadline: number): Promise<void> {
    const answered = () => progress!.state !== 'changes_requested' || progress!.round !== round;
    const answeredBy = async (time: number) => {
      const left = time - Date.now();
      return left > 0 ? condition(answered, left) : answered();
    };
    // An answer that came in while the step waited its turn makes the step void.
    const takeUnlessAnswered = (step: () => Promise<ApplicationProgress>) =>
      take(async () => (answered() ? progress! : step()));

    if (await answeredBy(reminderAt)) return;
    await takeUnlessAnswered(() => steps.remindApplicant({ applicationId, round, now: Date.now() }));
    if (await answeredBy(deadline)) return;
    await takeUnlessAnswered(() =>
      steps.withdrawApplication({
        applicationId,
        commandId: `deadline/${round}`,
        actor: SYSTEM,
        now: Date.now(),
        because: 'deadline',
      }),
    );
  }
}

/** The same words as the database's own refusal, which decides when two come at once. */
function refusal(state: ApplicationState): ApplicationFailure {
  const code = isDecided(state) ? 'application_decided' : 'application_state';
  const message = isDecided(state)
    ? `The application is already ${state}; that is final.`
    : `The application is ${state}, which does not allow this.`;
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: true,
    details: [{ code, status: 409, message }],
  });
}
