import { Context } from '@temporalio/activity';
import type { Disagreement } from '../database/findings';
import type { Pool } from '../database/pool';
import { activitySender } from '../temporal/activitySender';
import { reconcileAll } from '../temporal/reconcile';

/** How many rows and workflows disagreed. */
export type Reconciled = Record<Disagreement, number>;

/** What finds processes that were lost, and those that wait for what has happened. */
export function createReconcileActivities(pool: Pool) {
  return {
    /** Compares all open rows with all open workflows, mends what may be mended and notes what was found. */
    async reconcileProcesses(): Promise<Reconciled> {
      const { cancellationSignal, heartbeat, info } = Context.current();
      const result: Reconciled = { missing: 0, needless: 0, overdue: 0, ahead: 0 };
      // The same for each attempt, which is why they count as one comparison.
      const at = new Date(info.scheduledTimestampMs);
      const reconciler = { pool, sender: activitySender(10_000) };
      for await (const { found } of reconcileAll(reconciler, { at, byPerson: false })) {
        cancellationSignal.throwIfAborted();
        for (const { disagreement } of found) result[disagreement]++;
        heartbeat(result);
      }
      return result;
    },
  };
}
