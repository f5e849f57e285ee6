import { type IdOf, idParts, type ProcessKind, parseSubject } from '../domain/kinds';
import type { OrderPayment } from '../domain/order';
import type { Pool } from './pool';
import { openStates } from './states';

/** A process that has to run. */
export type OpenProcess = { [K in ProcessKind]: OpenProcessOf<K> }[ProcessKind];

interface OpenProcessOf<K extends ProcessKind> {
  kind: K;
  id: IdOf<K>;
  /** The message an order's process still needs, where the order has no row of its own yet. */
  payment?: K extends 'order' ? OrderPayment : never;
}

/** The open rows of a table whose id is a UUID. */
const byId = (table: string, where: string) =>
  `SELECT id::text AS key, to_jsonb(id) AS id FROM ${table} WHERE ${where} AND id::text > $1 ORDER BY 1 LIMIT $2`;

const ofApplications = `m.subject_ref LIKE 'application/%'`;

// What is paid by file leaves its own process when it is approved, and waits for the confirmation of the file.
const ownWithdrawal = `w.state IN (${openStates('withdrawal')}) AND w.batch_id IS NULL
  AND (w.method = 'http' OR w.state = 'requested')`;

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
  account_change: [byId('account_changes', `state IN (${openStates('account_change')})`)],
  credential: [
    byId(
      'credentials c',
      `c.distributor_id IS NOT NULL AND (
         SELECT distributor_state(d) <> 'terminated' FROM distributors d WHERE d.id = c.distributor_id)`,
    ),
  ],
  withdrawal: [byId('withdrawals w', ownWithdrawal)],
  payout: [byId('payout_batches', `state IN (${openStates('payout')})`)],
  release: [byId('release_runs', `state IN (${openStates('release')})`)],
  mail: [
    `SELECT m.key, to_jsonb(m.key) AS id
     FROM mails m WHERE m.state IN (${openStates('mail')}) AND NOT ${ofApplications} AND m.key > $1 ORDER BY 1 LIMIT $2`,
  ],
  bulk: [byId('bulk_actions', `state IN (${openStates('bulk')})`)],
};

const decidedBefore = (subject: string, types: string) =>
  `EXISTS (SELECT FROM events e WHERE e.subject = ${subject} AND e.type IN (${types})
     AND e.occurred_at < now() - interval '2 minutes')`;

/** What should have happened automatically, by kind; empty where nothing is looked for. */
const overdue: Record<ProcessKind, readonly string[]> = {
  order: [
    `SELECT DISTINCT order_id AS key, to_jsonb(order_id) AS id FROM order_lines
     WHERE state = 'delivered' AND window_ends_at < now() - interval '2 minutes' AND order_id > $1
     ORDER BY 1 LIMIT $2`,
  ],
  account_change: [
    byId('account_changes', `state = 'confirmed' AND effective_at < now() - interval '2 minutes'`),
  ],
  withdrawal: [
    byId(
      'withdrawals w',
      // One that waits for its distributor to be reinstated is not late.
      `w.method = 'http' AND (w.state = 'paying' OR w.state = 'approved' AND (
         SELECT payout_obstacle(d, now()) FROM distributors d WHERE d.id = w.distributor_id) IS NULL)
       AND ${decidedBefore("'withdrawal/' || w.id", "'approved'")}`,
    ),
  ],
  release: [
    byId('release_runs r', `r.state = 'approved' AND ${decidedBefore("'release/' || r.id", "'approved'")}`),
  ],
  application: [],
  // Its expiry needs no process, and a lost process is missing.
  credential: [],
  return: [],
  payout: [],
  mail: [],
  bulk: [],
};

/** Whether a row is open: `open` or `over`, by the parts of its id. Mails and bulk actions need no look: null. */
const stateQueries: Record<ProcessKind, string | null> = {
  order: `SELECT o.state IN (${openStates('order')}) OR EXISTS (SELECT FROM accepted_orders a WHERE a.id = o.id)
     FROM orders o WHERE o.id = t.a
     UNION ALL SELECT true FROM accepted_orders a WHERE a.id = t.a LIMIT 1`,
  return: `SELECT r.state IN (${openStates('return')}) FROM returns r WHERE r.order_id = t.a AND r.id = t.b`,
  application: `SELECT x.state IN (${openStates('application')}) OR EXISTS (
       SELECT FROM mails m WHERE m.subject_ref = 'application/' || x.id AND m.state IN (${openStates('mail')}))
     FROM applications x WHERE x.id = t.uuid`,
  account_change: `SELECT state IN (${openStates('account_change')}) FROM account_changes WHERE id = t.uuid`,
  credential: `SELECT distributor_state(d) <> 'terminated' FROM credentials c JOIN distributors d ON d.id = c.distributor_id
     WHERE c.id = t.uuid`,
  withdrawal: `SELECT ${ownWithdrawal} FROM withdrawals w WHERE w.id = t.uuid`,
  payout: `SELECT state IN (${openStates('payout')}) FROM payout_batches WHERE id = t.uuid`,
  release: `SELECT state IN (${openStates('release')}) FROM release_runs WHERE id = t.uuid`,
  mail: null,
  bulk: null,
};

/** Whether the rows of these subjects of a kind are open or over. What has no row is not among the answers. */
export async function rowStates(
  pool: Pool,
  kind: ProcessKind,
  subjects: string[],
): Promise<Map<string, 'open' | 'over'>> {
  const query = stateQueries[kind];
  if (!query) return new Map(subjects.map((subject) => [subject, 'open']));
  const ids = subjects.map((subject) => idParts(parseSubject(subject)?.id ?? ''));
  const { rows } = await pool.query<{ subject: string; open: boolean }>(
    `SELECT t.subject, s.open FROM (
       SELECT subject, a, b, CASE WHEN a ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN a::uuid END AS uuid
       FROM unnest($1::text[], $2::text[], $3::text[]) AS u (subject, a, b)) t
     CROSS JOIN LATERAL (${query}) AS s (open)`,
    [subjects, ids.map(([a]) => a ?? ''), ids.map(([, b]) => b ?? '')],
  );
  return new Map(rows.map(({ subject, open }) => [subject, open ? 'open' : 'over']));
}

const pageSize = 500;

/** Everything that is open in PostgreSQL and so needs a process, page by page. */
export async function* openProcesses(pool: Pool): AsyncGenerator<OpenProcess[]> {
  yield* pagesOf(pool, sources);
}

/** What should have happened automatically two minutes ago and did not: its process may not know it. */
export async function* overdueProcesses(pool: Pool): AsyncGenerator<OpenProcess[]> {
  yield* pagesOf(pool, overdue);
}

async function* pagesOf(
  pool: Pool,
  queries: Record<ProcessKind, readonly string[]>,
): AsyncGenerator<OpenProcess[]> {
  for (const kind of Object.keys(queries) as ProcessKind[]) {
    for (const source of queries[kind]) {
      let after = '';
      for (;;) {
        const { rows } = await pool.query<Omit<OpenProcess, 'kind'> & { key: string }>(source, [
          after,
          pageSize,
        ]);
        if (rows.length) yield rows.map(({ key: _key, ...row }) => ({ kind, ...row }) as OpenProcess);
        if (rows.length < pageSize) break;
        after = rows.at(-1)!.key;
      }
    }
  }
}
