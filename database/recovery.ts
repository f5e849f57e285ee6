import type { Pool } from './pool';

/** A workflow that has to run, with what to start it with so that it goes on from the database. */
export interface OpenWorkflow {
  workflow: string;
  workflowId: string;
  input: Record<string, unknown>;
  /** What it still has to be told, where it has no row of its own yet. */
  signal?: { name: string; argument: unknown };
}

// One query for each kind, each reading what is open by its index and in pages by key. A kind added to the
// workflows needs a line here: what is not named here is lost with Temporal's database.
const sources = [
  `SELECT o.id AS key, 'order' AS workflow, 'order/' || key_part(o.id) AS "workflowId",
     jsonb_build_object('orderId', o.id, 'resume', true) AS input
   FROM orders o WHERE o.state = 'open' AND o.id > $1 ORDER BY o.id LIMIT $2`,
  `SELECT r.order_id || '/' || r.id AS key, 'lateReturn' AS workflow, 'return/' || key_part(r.order_id) || '/' || key_part(r.id) AS "workflowId",
     jsonb_build_object('orderId', r.order_id, 'returnId', r.id, 'resume', true) AS input
   FROM returns r JOIN orders o ON o.id = r.order_id
   WHERE r.state = 'requested' AND o.state = 'closed' AND r.order_id || '/' || r.id > $1 ORDER BY 1 LIMIT $2`,
  `SELECT a.id AS key, 'order' AS workflow, 'order/' || key_part(a.id) AS "workflowId", jsonb_build_object('orderId', a.id) AS input,
     jsonb_build_object('name', 'paid', 'argument', a.payment) AS signal
   FROM accepted_orders a WHERE a.id > $1 ORDER BY a.id LIMIT $2`,
  `SELECT a.id::text AS key, 'application' AS workflow, 'application/' || a.id AS "workflowId",
     jsonb_build_object('applicationId', a.id, 'resume', true) AS input
   FROM applications a WHERE a.id::text > $1 AND (a.state IN ('submitted', 'in_review', 'changes_requested') OR a.id IN (
     SELECT substr(m.subject_ref, 13)::uuid FROM mails m WHERE m.state = 'pending' AND m.subject_ref LIKE 'application/%'))
   ORDER BY 1 LIMIT $2`,
  `SELECT w.id::text AS key, 'withdrawal' AS workflow, 'withdrawal/' || w.id AS "workflowId",
     jsonb_build_object('id', w.id, 'resume', true) AS input
   FROM withdrawals w WHERE w.state IN ('requested', 'approved', 'paying') AND w.batch_id IS NULL AND w.id::text > $1 ORDER BY 1 LIMIT $2`,
  `SELECT b.id::text AS key, 'payout' AS workflow, 'payout/' || b.id AS "workflowId",
     jsonb_build_object('id', b.id, 'resume', true) AS input
   FROM payout_batches b WHERE b.state = 'open' AND b.id::text > $1 ORDER BY 1 LIMIT $2`,
  `SELECT r.id::text AS key, 'release' AS workflow, 'release/' || r.id AS "workflowId",
     jsonb_build_object('id', r.id, 'resume', true) AS input
   FROM release_runs r WHERE r.state IN ('proposed', 'approved', 'running') AND r.id::text > $1 ORDER BY 1 LIMIT $2`,
  `SELECT m.key, 'mail' AS workflow, 'mail/' || m.key AS "workflowId", jsonb_build_object('key', m.key) AS input
   FROM mails m WHERE m.state = 'pending' AND m.subject_ref NOT LIKE 'application/%' AND m.key > $1 ORDER BY 1 LIMIT $2`,
  `SELECT b.id::text AS key, 'bulk' AS workflow, 'bulk/' || b.id AS "workflowId", jsonb_build_object('id', b.id) AS input
   FROM bulk_actions b WHERE b.state = 'running' AND b.id::text > $1 ORDER BY 1 LIMIT $2`,
];

const pageSize = 500;

/** Everything that is open in PostgreSQL and so needs a workflow, page by page. */
export async function* openWorkflows(pool: Pool): AsyncGenerator<OpenWorkflow[]> {
  for (const source of sources) {
    let after = '';
    for (;;) {
      const { rows } = await pool.query<OpenWorkflow & { key: string }>(source, [after, pageSize]);
      if (rows.length) yield rows;
      if (rows.length < pageSize) break;
      after = rows.at(-1)!.key;
    }
  }
}
