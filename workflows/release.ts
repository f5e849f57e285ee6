import {
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ReleaseDecision, ReleaseProposal } from '../activities/release';
import { type ProcessStatus, releaseStatusOf } from '../domain/processStatus';
import { laterRunState, type ReleaseRunState } from '../domain/release';

/** Input of `release`. */
export interface ReleaseInput {
  id: string;
  /** Set when the run has a row already: the process goes on from there. */
  resume?: boolean;
}

export const proposeRelease = defineUpdate<ReleaseRunState, [ReleaseProposal]>('propose');
export const approveRelease = defineUpdate<ReleaseRunState, [ReleaseDecision]>('approve');
export const rejectRelease = defineUpdate<ReleaseRunState, [ReleaseDecision]>('reject');
export const releaseStatus = defineQuery<ProcessStatus>('status');

const retry = { initialInterval: '200ms', maximumInterval: '30s' } as const;

// Not local: freezing or freeing many thousands of items takes seconds.
const steps = proxyActivities<Activities>({ startToCloseTimeout: '2m', retry });
const run = proxyActivities<Activities>({ startToCloseTimeout: '6h', heartbeatTimeout: '10s', retry });

/** One release run: proposed, approved by whom it takes, carried out in batches. */
export async function release({ id, resume }: ReleaseInput): Promise<void> {
  let state: ReleaseRunState | undefined;
  let missing = false;

  const learn = (news: ReleaseRunState): ReleaseRunState => {
    state = laterRunState(state, news);
    return news;
  };

  setHandler(releaseStatus, () => releaseStatusOf(state));
  setHandler(proposeRelease, async (proposal) => {
    try {
      return learn(await steps.proposeRelease(proposal, Date.now()));
    } catch (refusal) {
      missing = true;
      throw refusal;
    }
  });
  setHandler(approveRelease, async (decision) => learn(await steps.approveRelease(decision, Date.now())));
  setHandler(rejectRelease, async (decision) => learn(await steps.rejectRelease(decision, Date.now())));

  if (resume) {
    const found = await steps.findReleaseRun(id);
    if (found) learn(found);
    else missing = true;
  }
  await condition(() => (state ? state !== 'proposed' : missing));
  if (state === 'approved' || state === 'running') learn(await run.executeRelease(id, Date.now()));
  await condition(allHandlersFinished);
}
