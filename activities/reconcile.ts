import { Context } from '@temporalio/activity';
import type { Disagreement } from '../database/findings';
import type { Pool } from '../database/pool';
import { endRestrictions } from '../database/restrictionEnds';
import { activitySender } from '../temporal/activitySender';
import { start } from '../temporal/messages';
import { reconcileAll } from '../temporal/reconcile';

/** How many rows and workflows disagreed. */
export type Reconciled = Record<Disagreement, number>;

/** What finds processes that were lost, and those that wait for what has happened or has ended. */
export function createReconcileActivities(pool: Pool) {
  return {
    /**
     * Releases what restrictions kept back that have ended by themselves, then compares all open rows with all open
     * workflows, mends what may be mended and notes what was found.
     */
    async reconcileProcesses(): Promise<Reconciled> {
      const { cancellationSignal, heartbeat, info } = Context.current();
      const result: Reconciled = { missing: 0, needless: 0, overdue: 0, ahead: 0 };
      // The same for each attempt, which is why they count as one comparison.
      const at = new Date(info.scheduledTimestampMs);
      const sender = activitySender(10_000);
      for await (const releaseRunId of endRestrictions(pool)) {
        cancellationSignal.throwIfAborted();
        if (releaseRunId) await start(sender, { kind: 'release', id: releaseRunId });
        heartbeat(result);
      }
      for await (const { found } of reconcileAll({ pool, sender }, { at, byPerson: false })) {
        cancellationSignal.throwIfAborted();
        for (const { disagreement } of found) result[disagreement]++;
        heartbeat(result);
      }
      return result;
    },
  };
}
