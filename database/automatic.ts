import { type IdOf, type ProcessKind, processKinds } from '../domain/kinds';
import { longestInquiryDelayMs } from '../domain/payout';
import type { Pool } from './pool';
import { pagesOf } from './recovery';
import { openStates } from './states';

/** A process that takes its next step automatically, and not because of a message. */
export type AutomaticProcess = { [K in ProcessKind]: AutomaticProcessOf<K> }[ProcessKind];

interface AutomaticProcessOf<K extends ProcessKind> {
  kind: K;
  id: IdOf<K>;
  /** How far it has come, as a text that differs once it moves on. */
  progress: string;
}

const page = (table: string, where: string, progress = `''`) =>
  `SELECT id::text AS key, to_jsonb(id) AS id, ${progress} AS progress
   FROM ${table} WHERE ${where} AND id::text > $1 ORDER BY 1 LIMIT $2`;

/**
 * For each kind the rows whose next step is automatic; null: it waits for messages only, or for nothing.
 * @param by SQL of the moment by which the step was due
 */
const sourcesBy = (by: string): Record<ProcessKind, string | null> => {
  const byForProvider = `(${by} - interval '${longestInquiryDelayMs} milliseconds')`;
  /** The last event of these types happened before that moment. */
  const happened = (subject: string, types: string) =>
    `(SELECT max(e.occurred_at) FROM events e WHERE e.subject = ${subject} AND e.type IN (${types})) < ${by}`;
  // While something keeps payouts back, and until the process looks again after it ended, nothing is late.
  const mayBePaid = `(SELECT payout_obstacle(d, now()) FROM distributors d WHERE d.id = w.distributor_id) IS NULL
    AND NOT EXISTS (SELECT FROM restrictions r WHERE r.distributor_id = w.distributor_id
      AND r.effect IN ('suspended', 'no_payout') AND least(r.lifted_at, r.effective_until) BETWEEN ${byForProvider} AND now())`;
  return {
    // A return window ended.
    order: `SELECT DISTINCT order_id AS key, to_jsonb(order_id) AS id, '' AS progress FROM order_lines
       WHERE state = 'delivered' AND window_ends_at < ${by} AND order_id > $1
       ORDER BY 1 LIMIT $2`,
    return: null,
    // Submitted and not checked; the deadline for changes passed; decided, and no mail about it was tried.
    application: page(
      'applications a',
      `((a.state = 'submitted' OR a.state = 'in_review' AND NOT EXISTS (
           SELECT FROM events c WHERE c.subject = 'application/' || a.id AND c.key = 'checked/' || a.round))
         AND ${happened("'application/' || a.id", "'submitted', 'resubmitted'")}
       OR a.state = 'changes_requested' AND a.changes_deadline < ${by}
       OR a.state NOT IN (${openStates('application')}) AND 'application/' || a.id IN (
         SELECT m.subject_ref FROM mails m WHERE m.state = 'pending' AND m.attempts = 0 AND m.created_at < ${by}))`,
      `a.state || '/' || a.round`,
    ),
    // Confirmed, and its waiting period is over.
    account_change: page('account_changes', `state = 'confirmed' AND effective_at < ${by}`),
    // Its expiry needs no process. A renewal whose answer was lost leaves a process that knows the dates of before.
    credential: `SELECT r.credential_id::text AS key, to_jsonb(r.credential_id) AS id, '' AS progress
       FROM credential_renewals r WHERE r.state = 'accepted' AND r.decided_at < ${by}
         AND r.decided_at > now() - interval '1 hour' AND r.credential_id::text > $1
       ORDER BY 1 LIMIT $2`,
    // Approved and not sent, or sent and not asked about.
    withdrawal: page(
      'withdrawals w',
      `w.method = 'http' AND (
         w.state = 'approved' AND ${happened("'withdrawal/' || w.id", "'approved'")} AND ${mayBePaid}
         OR w.state = 'paying' AND w.provider_called_at IS NULL AND ${happened("'withdrawal/' || w.id", "'paying'")}
         OR w.state = 'paying' AND w.provider_called_at < ${byForProvider})`,
      'w.state',
    ),
    payout: null,
    // Approved. The number of its items that wait, and that have a result, shows whether a run moves on.
    release: page(
      'release_runs r',
      `r.state IN ('approved', 'running') AND ${happened("'release/' || r.id", "'approved'")}`,
      `concat_ws(' ', r.state, (SELECT count(*) FROM release_waiting WHERE run_id = r.id),
         (SELECT count(*) FROM release_items WHERE run_id = r.id))`,
    ),
    mail: null,
    bulk: null,
  };
};

// A process takes each step within moments; it is late only after it had time for it.
const overdue = sourcesBy(`(now() - interval '2 minutes')`);
const ever = sourcesBy(`'infinity'::timestamptz`);

/**
 * Processes whose next step is automatic, page by page.
 * @param which those in which it was due two minutes ago and did not happen, or those in which it is due at any time
 */
export async function* automaticProcesses(
  pool: Pool,
  which: 'overdue' | 'all',
): AsyncGenerator<AutomaticProcess[]> {
  const sources = which === 'overdue' ? overdue : ever;
  for (const kind of processKinds) {
    const source = sources[kind];
    if (!source) continue;
    for await (const rows of pagesOf<Omit<AutomaticProcess, 'kind'>>(pool, source))
      yield rows.map((row) => ({ kind, ...row }) as AutomaticProcess);
  }
}
