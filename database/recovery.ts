import { type IdOf, idParts, type ProcessKind, parseSubject } from '../domain/kinds';
import type { OrderPayment } from '../domain/order';
import type { Reporter } from './journal';
import type { Pool } from './pool';
import { openStates } from './states';

/** A process that has to run. */
export type OpenProcess = { [K in ProcessKind]: OpenProcessOf<K> }[ProcessKind];

interface OpenProcessOf<K extends ProcessKind> {
  kind: K;
  id: IdOf<K>;
  /** When its row was written or opened again: a run that ended before knows nothing of it. */
  since: Date;
  /** The message an order's process still needs, where the order has no row of its own yet. */
  payment?: K extends 'order' ? OrderPayment : never;
  /** Who sent it; null where an earlier version accepted it. */
  reporter?: K extends 'order' ? Reporter | null : never;
}

const pageSize = 500;

/** The open rows of a table whose id is a UUID. */
const byId = (table: string, where: string, since: string) =>
  `SELECT id::text AS key, to_jsonb(id) AS id, ${since} AS since
   FROM ${table} WHERE ${where} AND id::text > $1 ORDER BY 1 LIMIT $2`;

/** When a mail was queued, at first or again. */
const queuedAt = 'coalesce(m.resent_at, m.created_at)';
/** Mails about applications are sent by the process of the application. */
const ofApplications = `m.subject_ref LIKE 'application/%'`;
const isWaiting = `m.state IN (${openStates('mail')})`;

// What is paid by file leaves its own process when it is approved, and waits for the confirmation of the file.
const ownWithdrawal = `w.state IN (${openStates('withdrawal')}) AND w.batch_id IS NULL
  AND (w.method = 'http' OR w.state = 'requested')`;

// Each query reads what is open by its index, in the order of `key` and in pages. What stands in none of them is lost
// with Temporal's database.
const sources: Record<ProcessKind, string> = {
  // Recorded orders, and accepted ones that are not recorded yet.
  order: `SELECT DISTINCT ON (key) key, to_jsonb(key) AS id, since, payment, reporter FROM (
       (SELECT id AS key, created_at AS since, NULL::jsonb AS payment, NULL::jsonb AS reporter FROM orders
        WHERE state IN (${openStates('order')}) AND id > $1 ORDER BY id LIMIT $2)
       UNION ALL
       (SELECT id, accepted_at, payment, reporter FROM accepted_orders WHERE id > $1 ORDER BY id LIMIT $2)) o
     ORDER BY key, payment IS NULL LIMIT $2`,
  return: `SELECT r.key, jsonb_build_array(r.order_id, r.id) AS id, coalesce((
         SELECT e.recorded_at FROM events e WHERE e.subject = 'order/' || key_part(r.order_id)
           AND e.key = 'return_requested/' || key_part(r.id)), r.requested_at) AS since
     FROM (SELECT *, key_part(order_id) || '/' || key_part(id) AS key FROM returns) r
     JOIN orders o ON o.id = r.order_id
     WHERE r.state IN (${openStates('return')}) AND o.state = 'closed' AND r.key > $1 ORDER BY 1 LIMIT $2`,
  // A decided one still has to send the mails about it.
  application: `SELECT a.id::text AS key, to_jsonb(a.id) AS id, greatest(a.submitted_at, (
         SELECT max(${queuedAt}) FROM mails m
         WHERE m.subject_ref = 'application/' || a.id AND ${isWaiting})) AS since
     FROM applications a WHERE a.id::text > $1 AND (a.state IN (${openStates('application')}) OR 'application/' || a.id IN (
       SELECT m.subject_ref FROM mails m WHERE ${isWaiting} AND ${ofApplications}))
     ORDER BY 1 LIMIT $2`,
  account_change: byId('account_changes', `state IN (${openStates('account_change')})`, 'requested_at'),
  credential: byId(
    'credentials c',
    `c.distributor_id IS NOT NULL AND (
       SELECT distributor_state(d) <> 'terminated' FROM distributors d WHERE d.id = c.distributor_id)`,
    `(SELECT created_at FROM distributors WHERE id = c.distributor_id)`,
  ),
  withdrawal: byId('withdrawals w', ownWithdrawal, 'requested_at'),
  payout: byId('payout_batches', `state IN (${openStates('payout')})`, 'created_at'),
  release: byId('release_runs', `state IN (${openStates('release')})`, 'proposed_at'),
  mail: `SELECT m.key, to_jsonb(m.key) AS id, ${queuedAt} AS since
     FROM mails m WHERE ${isWaiting} AND NOT ${ofApplications} AND m.key > $1 ORDER BY 1 LIMIT $2`,
  bulk: byId('bulk_actions', `state IN (${openStates('bulk')})`, 'asked_at'),
};

/** Everything of a kind that is open in PostgreSQL and so needs a process, in order and page by page. */
export async function* openProcesses(pool: Pool, kind: ProcessKind): AsyncGenerator<OpenProcess[]> {
  for await (const rows of pagesOf<Omit<OpenProcess, 'kind'>>(pool, sources[kind]))
    yield rows.map((row) => ({ kind, ...row }) as OpenProcess);
}

/** Reads a query page by page. In it `$1` is the `key` of the last row before the page, and `$2` the size of a page. */
export async function* pagesOf<Row extends object>(pool: Pool, source: string): AsyncGenerator<Row[]> {
  for (let after = ''; ; ) {
    const { rows } = await pool.query<Row & { key: string }>(source, [after, pageSize]);
    const last = rows.at(-1);
    if (last) yield rows;
    if (!last || rows.length < pageSize) return;
    after = last.key;
  }
}

/** Whether a row is open, by the parts of its id: `a` and `b`, and `uuid` where the first is one. */
const stateQueries: Record<ProcessKind, string> = {
  order: `SELECT o.state IN (${openStates('order')}) OR EXISTS (SELECT FROM accepted_orders a WHERE a.id = o.id)
     FROM orders o WHERE o.id = t.a
     UNION ALL SELECT true FROM accepted_orders a WHERE a.id = t.a LIMIT 1`,
  return: `SELECT r.state IN (${openStates('return')}) FROM returns r WHERE r.order_id = t.a AND r.id = t.b`,
  application: `SELECT x.state IN (${openStates('application')}) OR EXISTS (
       SELECT FROM mails m WHERE m.subject_ref = 'application/' || x.id AND ${isWaiting})
     FROM applications x WHERE x.id = t.uuid`,
  account_change: `SELECT state IN (${openStates('account_change')}) FROM account_changes WHERE id = t.uuid`,
  credential: `SELECT distributor_state(d) <> 'terminated' FROM credentials c JOIN distributors d ON d.id = c.distributor_id
     WHERE c.id = t.uuid`,
  withdrawal: `SELECT ${ownWithdrawal} FROM withdrawals w WHERE w.id = t.uuid`,
  // A settled one still begins the mails about it.
  payout: `SELECT p.state IN (${openStates('payout')}) OR EXISTS (
       SELECT FROM withdrawals w JOIN mails m ON m.subject_ref = 'withdrawal/' || w.id
       WHERE w.batch_id = p.id AND ${isWaiting})
     FROM payout_batches p WHERE p.id = t.uuid`,
  release: `SELECT state IN (${openStates('release')}) FROM release_runs WHERE id = t.uuid`,
  mail: `SELECT ${isWaiting} FROM mails m WHERE m.key = t.a`,
  bulk: `SELECT state IN (${openStates('bulk')}) FROM bulk_actions WHERE id = t.uuid`,
};

/** Whether the rows of these subjects of a kind are open or over. What has no row is not among the answers. */
export async function rowStates(
  pool: Pool,
  kind: ProcessKind,
  subjects: string[],
): Promise<Map<string, 'open' | 'over'>> {
  if (!subjects.length) return new Map();
  const ids = subjects.map((subject) => idParts(parseSubject(subject)?.id ?? ''));
  const { rows } = await pool.query<{ subject: string; open: boolean }>(
    `SELECT t.subject, s.open FROM (
       SELECT subject, a, b, CASE WHEN a ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN a::uuid END AS uuid
       FROM unnest($1::text[], $2::text[], $3::text[]) AS u (subject, a, b)) t
     CROSS JOIN LATERAL (${stateQueries[kind]}) AS s (open)`,
    [subjects, ids.map(([a]) => a ?? ''), ids.map(([, b]) => b ?? '')],
  );
  return new Map(rows.map(({ subject, open }) => [subject, open ? 'open' : 'over']));
}
