import type { Id, ProcessKind } from '../domain/kinds';
import type { OrderPayment } from '../domain/order';
import type { Pool } from './pool';
import { openStates } from './states';

/** A process that has to run. */
export interface OpenProcess {
  kind: ProcessKind;
  id: Id;
  /** The message an order's process still needs, where the order has no row of its own yet. */
  payment?: OrderPayment;
}

/** The open rows of a table whose id is a UUID. */
const byId = (table: string, where: string) =>
  `SELECT id::text AS key, to_jsonb(id) AS id FROM ${table} WHERE ${where} AND id::text > $1 ORDER BY 1 LIMIT $2`;

const ofApplications = `m.subject_ref LIKE 'application/%'`;

// Each query reads what is open by its index and in pages by key. What stands in none of them is lost with Temporal's
// database.
const sources: Record<ProcessKind, readonly string[]> = {
  order: [
    `SELECT id AS key, to_jsonb(id) AS id
     FROM orders WHERE state IN (${openStates('order')}) AND id > $1 ORDER BY 1 LIMIT $2`,
    // Accepted, and not recorded yet.
    `SELECT id AS key, to_jsonb(id) AS id, payment FROM accepted_orders WHERE id > $1 ORDER BY 1 LIMIT $2`,
  ],
  return: [
    `SELECT r.key, jsonb_build_array(r.order_id, r.id) AS id
     FROM (SELECT *, key_part(order_id) || '/' || key_part(id) AS key FROM returns) r
     JOIN orders o ON o.id = r.order_id
     WHERE r.state IN (${openStates('return')}) AND o.state = 'closed' AND r.key > $1 ORDER BY 1 LIMIT $2`,
  ],
  // A decided one still has to send the mails about it.
  application: [
    `SELECT a.id::text AS key, to_jsonb(a.id) AS id
     FROM applications a WHERE a.id::text > $1 AND (a.state IN (${openStates('application')}) OR 'application/' || a.id IN (
       SELECT m.subject_ref FROM mails m WHERE m.state IN (${openStates('mail')}) AND ${ofApplications}))
     ORDER BY 1 LIMIT $2`,
  ],
  // One in a payout file waits for the confirmation of the file.
  withdrawal: [byId('withdrawals', `state IN (${openStates('withdrawal')}) AND batch_id IS NULL`)],
  payout: [byId('payout_batches', `state IN (${openStates('payout')})`)],
  release: [byId('release_runs', `state IN (${openStates('release')})`)],
  mail: [
    `SELECT m.key, to_jsonb(m.key) AS id
     FROM mails m WHERE m.state IN (${openStates('mail')}) AND NOT ${ofApplications} AND m.key > $1 ORDER BY 1 LIMIT $2`,
  ],
  bulk: [byId('bulk_actions', `state IN (${openStates('bulk')})`)],
};

const pageSize = 500;

/** Everything that is open in PostgreSQL and so needs a process, page by page. */
export async function* openProcesses(pool: Pool): AsyncGenerator<OpenProcess[]> {
  for (const kind of Object.keys(sources) as ProcessKind[]) {
    for (const source of sources[kind]) {
      let after = '';
      for (;;) {
        const { rows } = await pool.query<Omit<OpenProcess, 'kind'> & { key: string }>(source, [
          after,
          pageSize,
        ]);
        if (rows.length) yield rows.map(({ key: _key, ...row }) => ({ kind, ...row }));
        if (rows.length < pageSize) break;
        after = rows.at(-1)!.key;
      }
    }
  }
}
