import { condition, defineUpdate, proxyActivities, setHandler } from '@temporalio/workflow';
import type { Activities } from '../../activities';
import type { ReleaseDecision, ReleaseProposal } from '../../activities/release';
import type { ReleaseRunState } from '../../domain/release';

const { proposeRelease } = proxyActivities<Activities>({ startToCloseTimeout: '2m' });

/** The release run with a possible mistake: it no longer carries out what was approved. */
export async function release(): Promise<void> {
  let approved = false;
  setHandler(defineUpdate<ReleaseRunState, [ReleaseProposal]>('propose'), (proposal) =>
    proposeRelease(proposal, Date.now()),
  );
  setHandler(defineUpdate<void, [ReleaseDecision]>('approve'), () => {
    approved = true;
  });
  await condition(() => approved);
}
