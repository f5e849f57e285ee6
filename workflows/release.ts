import { defineQuery, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { ReleaseDecision, ReleaseProposal } from '../activities/release';
import { type ProcessStatus, statusOf } from '../domain/processStatus';
import { laterRunState, type ReleaseRunState } from '../domain/release';
import { beginProcess, type ProcessInput } from './shared/process';

export const proposeRelease = defineUpdate<ReleaseRunState, [ReleaseProposal]>('propose');
export const approveRelease = defineUpdate<ReleaseRunState, [ReleaseDecision]>('approve');
export const rejectRelease = defineUpdate<ReleaseRunState, [ReleaseDecision]>('reject');
export const releaseStatus = defineQuery<ProcessStatus>('status');

const retry = { initialInterval: '200ms', maximumInterval: '30s' } as const;

// Not local: freezing or freeing many thousands of items takes seconds.
const steps = proxyActivities<Activities>({ startToCloseTimeout: '2m', retry });
const run = proxyActivities<Activities>({ startToCloseTimeout: '6h', heartbeatTimeout: '10s', retry });

/** One release run: proposed, approved by as many people as needed, carried out in batches. */
export async function release({ id, resume }: ProcessInput): Promise<void> {
  const process = beginProcess<ReleaseRunState>({
    id,
    find: () => steps.findReleaseRun(id),
    later: laterRunState,
  });

  setHandler(releaseStatus, () => statusOf.release(process.state()));
  setHandler(proposeRelease, (proposal) => process.step(() => steps.proposeRelease(proposal, Date.now())));
  setHandler(approveRelease, (decision) => process.step(() => steps.approveRelease(decision, Date.now())));
  setHandler(rejectRelease, (decision) => process.step(() => steps.rejectRelease(decision, Date.now())));

  await process.begin(resume);
  const state = await process.until((known) => known !== 'proposed');
  if (state === 'approved' || state === 'running')
    await process.step(() => run.executeRelease(id, Date.now()));
  await process.settled();
}
