import { kinds, type ProcessKind } from '../domain/kinds';
import type { Pool } from './pool';
import { openStates } from './states';

/** A workflow that has to run, with what to start it with so that it goes on from the database. */
export interface OpenWorkflow {
  workflow: string;
  workflowId: string;
  input: Record<string, unknown>;
  /** What it still has to be told, where it has no row of its own yet. */
  signal?: { name: string; argument: unknown };
}

/** The workflow of a thing whose id is a UUID, in `alias`, from the rows of `from` that `where` chooses. */
const byId = (kind: ProcessKind, from: string, alias: string, where: string) =>
  `SELECT ${alias}.id::text AS key, '${kinds[kind].workflow}' AS workflow, '${kind}/' || ${alias}.id AS "workflowId",
     jsonb_build_object('id', ${alias}.id, 'resume', true) AS input
   FROM ${from} ${alias} WHERE ${where} AND ${alias}.id::text > $1 ORDER BY 1 LIMIT $2`;

const ofApplications = `m.subject_ref LIKE 'application/%'`;

// Each query reads what is open by its index and in pages by key. What stands in none of them is lost with Temporal's
// database.
const sources: Record<ProcessKind, readonly string[]> = {
  order: [
    `SELECT o.id AS key, 'order' AS workflow, 'order/' || key_part(o.id) AS "workflowId",
       jsonb_build_object('orderId', o.id, 'resume', true) AS input
     FROM orders o WHERE o.state IN (${openStates('order')}) AND o.id > $1 ORDER BY o.id LIMIT $2`,
    // Accepted, and not taken in yet.
    `SELECT a.id AS key, 'order' AS workflow, 'order/' || key_part(a.id) AS "workflowId",
       jsonb_build_object('orderId', a.id) AS input, jsonb_build_object('name', 'paid', 'argument', a.payment) AS signal
     FROM accepted_orders a WHERE a.id > $1 ORDER BY a.id LIMIT $2`,
  ],
  return: [
    `SELECT r.subject AS key, 'lateReturn' AS workflow, r.subject AS "workflowId",
       jsonb_build_object('orderId', r.order_id, 'returnId', r.id, 'resume', true) AS input
     FROM (SELECT *, 'return/' || key_part(order_id) || '/' || key_part(id) AS subject FROM returns) r
     JOIN orders o ON o.id = r.order_id
     WHERE r.state IN (${openStates('return')}) AND o.state = 'closed' AND r.subject > $1 ORDER BY 1 LIMIT $2`,
  ],
  // A decided one still has to send the mails about it.
  application: [
    `SELECT a.id::text AS key, 'application' AS workflow, 'application/' || a.id AS "workflowId",
       jsonb_build_object('applicationId', a.id, 'resume', true) AS input
     FROM applications a WHERE a.id::text > $1 AND (a.state IN (${openStates('application')}) OR 'application/' || a.id IN (
       SELECT m.subject_ref FROM mails m WHERE m.state IN (${openStates('mail')}) AND ${ofApplications}))
     ORDER BY 1 LIMIT $2`,
  ],
  // One in a payout file waits for the confirmation of the file.
  withdrawal: [
    byId('withdrawal', 'withdrawals', 'w', `w.state IN (${openStates('withdrawal')}) AND w.batch_id IS NULL`),
  ],
  payout: [byId('payout', 'payout_batches', 'b', `b.state IN (${openStates('payout')})`)],
  release: [byId('release', 'release_runs', 'r', `r.state IN (${openStates('release')})`)],
  mail: [
    `SELECT m.key, 'mail' AS workflow, 'mail/' || key_part(m.key) AS "workflowId", jsonb_build_object('key', m.key) AS input
     FROM mails m WHERE m.state IN (${openStates('mail')}) AND NOT ${ofApplications} AND m.key > $1 ORDER BY 1 LIMIT $2`,
  ],
  bulk: [byId('bulk', 'bulk_actions', 'b', `b.state IN (${openStates('bulk')})`)],
};

const pageSize = 500;

/** Everything that is open in PostgreSQL and so needs a workflow, page by page. */
export async function* openWorkflows(pool: Pool): AsyncGenerator<OpenWorkflow[]> {
  for (const source of Object.values(sources).flat()) {
    let after = '';
    for (;;) {
      const { rows } = await pool.query<OpenWorkflow & { key: string }>(source, [after, pageSize]);
      if (rows.length) yield rows;
      if (rows.length < pageSize) break;
      after = rows.at(-1)!.key;
    }
  }
}
