import { Context } from '@temporalio/activity';
import type { Pool } from '../database/pool';
import { activitySender } from '../temporal/activitySender';
import { type Disagreement, reconcileAll } from '../temporal/reconcile';

/** How many rows and workflows disagreed. */
export type Reconciled = Record<Disagreement, number>;

/** What finds processes that were lost, and those that wait for what has happened. */
export function createReconcileActivities(pool: Pool) {
  return {
    /** Compares all open rows with all open workflows and mends what may be mended. */
    async reconcileProcesses(): Promise<Reconciled> {
      const { cancellationSignal, heartbeat } = Context.current();
      const result: Reconciled = { missing: 0, needless: 0, overdue: 0, ahead: 0 };
      for await (const page of reconcileAll({ pool, sender: activitySender(10_000) }, { mend: true })) {
        cancellationSignal.throwIfAborted();
        for (const { disagreement } of page) result[disagreement]++;
        heartbeat(result);
      }
      return result;
    },
  };
}
