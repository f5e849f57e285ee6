import { Context } from '@temporalio/activity';
import type { Pool } from '../database/pool';
import { activitySender } from '../temporal/activitySender';
import { type Disagreement, lookAtAll } from '../temporal/looks';

/** How many rows and workflows disagreed. */
export type Looked = Record<Disagreement, number>;

/** What finds processes that were lost, and those that wait for what has happened. */
export function createLookActivities(pool: Pool) {
  return {
    /** Compares all open rows with all open workflows and mends what may be mended. */
    async lookAtProcesses(): Promise<Looked> {
      const { cancellationSignal, heartbeat } = Context.current();
      const looked: Looked = { missing: 0, needless: 0, overdue: 0, ahead: 0 };
      for await (const page of lookAtAll({ pool, sender: activitySender(10_000) }, { mend: true })) {
        cancellationSignal.throwIfAborted();
        for (const { disagreement } of page) looked[disagreement]++;
        heartbeat(looked);
      }
      return looked;
    },
  };
}
