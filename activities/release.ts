import { CancelledFailure, Context } from '@temporalio/activity';
import type { Config } from '../config';
import { countApproval } from '../database/approvals';
import { decide, decided, type Outcome } from '../database/decide';
import { checkSeen, type Figures } from '../database/figures';
import { type Actor, SYSTEM } from '../database/journal';
import { type Client, inTransaction, type Pool } from '../database/pool';
import { refuse } from '../database/refusal';
import { type ReleaseSelection, selected } from '../database/releaseSelection';
import { approvalsNeeded } from '../domain/approval';
import { keyOf, subjectOf } from '../domain/kinds';
import type { ReleaseRunState } from '../domain/release';

/** What became due under automatic plans while its distributor was restricted. Chosen when the run is carried out. */
export interface KeptBack {
  distributorId: string;
  automatic: true;
  /** Restrictions that were voided or moved: first, what they kept from being accrued is accrued. */
  corrected?: string[];
}

/** Finance proposes to release. */
export interface ReleaseProposal {
  id: string;
  selection: ReleaseSelection;
  by: Actor;
  /** What the person saw; another result is refused. Absent in older histories. */
  expected?: Figures;
}

/** What a person decided about a run. `decisionId` is the same when the message is repeated. */
export interface ReleaseDecision {
  id: string;
  decisionId: string;
  by: Actor;
  /** Why it is rejected, or a note to an approval. */
  text?: string;
}

const BATCH = 1000;

/** How many batches are at work at once. They are of different distributors, so none waits for another's balances. */
const LANES = 4;

interface LockedRun {
  state: ReleaseRunState;
  approvals_needed: number;
}

/** The steps of a release run. */
export function createReleaseActivities({ pool, config }: { pool: Pool; config: Config }) {
  /** One step that a person decides on, while the run is only proposed. */
  function step(
    { id, decisionId, by }: ReleaseDecision,
    now: number,
    change: (client: Client, run: LockedRun) => Promise<Outcome>,
  ): Promise<ReleaseRunState> {
    return decide(
      pool,
      { kind: 'release', id, key: keyOf('decision', decisionId), by, at: now },
      (client) => lockRun(client, id),
      async (client, run) => {
        if (run.state !== 'proposed') {
          const state = run.state === 'rejected' ? 'rejected' : 'approved';
          throw await decided(client, { kind: 'release', id }, state);
        }
        return change(client, run);
      },
      (client) => readRunState(client, id),
    );
  }

  return {
    /**
     * Freezes what a run is for. A commission waits in one run at a time; one that waits in another run, or is not
     * due, gets its result at once.
     * @throws refusal `commission_not_found`, `nothing_to_release` or `figures_changed`
     */
    async proposeRelease(proposal: ReleaseProposal, now: number): Promise<ReleaseRunState> {
      const { id, selection, by, expected } = proposal;
      return decide(
        pool,
        { kind: 'release', id, key: 'proposed', by, at: now },
        async (client) => {
          await client.query(
            `INSERT INTO release_runs (id, state, filter, proposed_by, proposed_at) VALUES ($1, 'proposed', $2, $3, $4)
             ON CONFLICT DO NOTHING`,
            [id, selection, by.userId, new Date(now)],
          );
          return lockRun(client, id);
        },
        async (client) => {
          const frozen = await freeze(client, id, selection);
          checkSeen(expected, { count: frozen.pending, totals: frozen.totals });
          const total = Math.max(0, ...Object.values(frozen.totals));
          const needed = approvalsNeeded(total, config.SECOND_APPROVAL_ABOVE);
          await client.query(
            'UPDATE release_runs SET item_count = $2, totals = $3, approvals_needed = $4 WHERE id = $1',
            [id, frozen.items, frozen.totals, needed],
          );
          // Of two people, the first is who proposes; so the approval that starts it is another person's.
          if (needed === 2) await countApproval(client, { subject: subjectOf('release', id), by, at: now });
          return {
            type: 'proposed',
            action: 'release_run.propose',
            data: { items: frozen.items, leftOut: frozen.items - frozen.pending, totals: frozen.totals },
            after: { state: 'proposed', filter: selection, ...frozen },
          };
        },
        (client) => readRunState(client, id),
      );
    },

    /** Where a run is; null when there is none. */
    async findReleaseRun(id: string): Promise<ReleaseRunState | null> {
      return runState(pool, id);
    },

    /**
     * Counts one person's approval; the last one needed starts the run.
     * @throws refusal `release_not_found`, `second_person_needed`, or `release_decided` that names the decision that
     *   stands
     */
    async approveRelease(decision: ReleaseDecision, now: number): Promise<ReleaseRunState> {
      return step(decision, now, async (client, run) => {
        const { id, by, text } = decision;
        const subject = subjectOf('release', id);
        const given = await countApproval(client, { subject, by, at: now, note: text });
        if (given === null || given < run.approvals_needed) {
          throw refuse({
            code: 'second_person_needed',
            status: 409,
            message: 'The total requires two people, and you are one of them; a second person must approve.',
          });
        }
        await client.query(`UPDATE release_runs SET state = 'approved' WHERE id = $1`, [id]);
        return {
          type: 'approved',
          action: 'release_run.approve',
          data: text ? { note: text } : {},
          before: { state: 'proposed' },
          after: { state: 'approved' },
          reason: text,
        };
      });
    },

    /**
     * Refuses a run; what waited in it may be proposed again.
     * @throws refusal `release_not_found`, or `release_decided` that names the decision that stands
     */
    async rejectRelease(decision: ReleaseDecision, now: number): Promise<ReleaseRunState> {
      return step(decision, now, async (client) => {
        const { id, text } = decision;
        await client.query(
          `UPDATE release_runs SET state = 'rejected', decision_reason = $2, finished_at = $3 WHERE id = $1`,
          [id, text, new Date(now)],
        );
        await client.query(
          `WITH waiting AS (DELETE FROM release_waiting WHERE run_id = $1)
           UPDATE release_items SET state = 'left_out', reason = 'run_rejected' WHERE run_id = $1 AND state = 'pending'`,
          [id],
        );
        return {
          type: 'rejected',
          action: 'release_run.reject',
          data: { reason: text },
          before: { state: 'proposed' },
          after: { state: 'rejected' },
          reason: text,
        };
      });
    },

    /**
     * Releases everything that an approved run is for, in batches of one transaction each, and ends the run. Resumes
     * where an earlier attempt stopped, and is safe beside one that still runs.
     */
    async executeRelease(id: string, now: number): Promise<ReleaseRunState> {
      const { cancellationSignal, heartbeat } = Context.current();
      await pool.query(`UPDATE release_runs SET state = 'running' WHERE id = $1 AND state = 'approved'`, [
        id,
      ]);
      const filter = await readFilter(pool, id);
      let judged = 0;
      if ('automatic' in filter) {
        const { distributorId, corrected } = filter;
        const inBatches = async (work: (after: number) => Promise<Batch>) => {
          for (let after: number | null = 0; after !== null; ) {
            if (cancellationSignal.aborted)
              throw new CancelledFailure('the worker stops; another attempt goes on');
            const batch: Batch = await work(after);
            judged += batch.count;
            heartbeat(judged);
            after = batch.last;
          }
        };
        if (corrected) await inBatches((after) => accrueBatch(pool, { runId: id, corrected, after, now }));
        await inBatches((after) => releaseKeptBackBatch(pool, { runId: id, distributorId, after, now }));
        return finish(pool, id, Math.max(now, Date.now()));
      }
      const portions = await readPortions(pool, id);
      let broken = false;
      const work = async () => {
        for (let portion = portions.pop(); portion; portion = portions.pop()) {
          for (let after: number | null = 0; after !== null; ) {
            if (cancellationSignal.aborted || broken) return;
            const batch: Batch = await releaseBatch(pool, { runId: id, portion, after, now }).catch(
              (error: unknown) => {
                broken = true;
                throw error;
              },
            );
            judged += batch.count;
            heartbeat(judged);
            after = batch.last;
          }
        }
      };
      // All of them, so that none goes on unseen when another fails.
      const ends = await Promise.allSettled(Array.from({ length: LANES }, work));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
      if (cancellationSignal.aborted) throw new CancelledFailure('the worker stops; another attempt goes on');
      return finish(pool, id, Math.max(now, Date.now()));
    },
  };
}

async function runState(database: Pool | Client, id: string): Promise<ReleaseRunState | null> {
  const { rows } = await database.query<{ state: ReleaseRunState }>(
    'SELECT state FROM release_runs WHERE id = $1',
    [id],
  );
  return rows[0]?.state ?? null;
}

async function readRunState(client: Client, id: string): Promise<ReleaseRunState> {
  return (await runState(client, id))!;
}

async function freeze(
  client: Client,
  id: string,
  selection: ReleaseSelection,
): Promise<{ items: number; pending: number; totals: Record<string, number> }> {
  if ('commissionIds' in selection) await checkKnown(client, selection.commissionIds);
  const values: unknown[] = [id];
  const chosen = selected(selection, (value) => `$${values.push(value)}`);
  // In the order of ids, so that two proposals at once never wait for each other in a circle.
  const { rows } = await client.query<{
    currency: string | null;
    items: number;
    pending: number;
    total: number;
  }>(
    `WITH chosen AS MATERIALIZED (
       SELECT id, distributor_id, state, currency, amount FROM commissions WHERE ${chosen} ORDER BY id
     ), obstacle AS MATERIALIZED (
       SELECT DISTINCT ON (o.commission_id) o.commission_id AS id, o.code
       FROM commission_obstacles(ARRAY(SELECT id FROM chosen WHERE state <> 'due'), now()) o
       ORDER BY o.commission_id, o.rank, o.since, o.restriction_id
     ), waiting AS (
       INSERT INTO release_waiting (commission_id, run_id, distributor_id)
       SELECT id, $1, distributor_id FROM chosen WHERE state = 'due' ORDER BY id
       ON CONFLICT (commission_id) DO NOTHING
       RETURNING commission_id
     ), item AS (
       INSERT INTO release_items (run_id, commission_id, state, proposed_amount, reason)
       SELECT $1, id, CASE WHEN commission_id IS NULL THEN 'left_out' ELSE 'pending' END, amount,
         CASE WHEN commission_id IS NOT NULL THEN NULL ELSE coalesce(code, 'awaiting_release_run') END
       FROM chosen LEFT JOIN waiting ON commission_id = id LEFT JOIN obstacle USING (id) ORDER BY id
     )
     SELECT currency, count(*)::int AS items, count(commission_id)::int AS pending,
       coalesce(sum(amount) FILTER (WHERE commission_id IS NOT NULL), 0)::bigint AS total
     FROM chosen LEFT JOIN waiting ON commission_id = id GROUP BY currency`,
    values,
  );
  const items = rows.reduce((sum, row) => sum + row.items, 0);
  const pending = rows.reduce((sum, row) => sum + row.pending, 0);
  if (pending === 0) {
    throw refuse({
      code: 'nothing_to_release',
      status: 409,
      message: items
        ? `None of these ${items} commissions can be released: each is not due or is in another release run.`
        : 'No due commission matches this filter.',
    });
  }
  const totals = Object.fromEntries(
    rows.filter((row) => row.pending).map((row) => [row.currency, row.total]),
  );
  return { items, pending, totals };
}

async function checkKnown(client: Client, ids: number[]): Promise<void> {
  const { rows } = await client.query<{ position: number }>(
    `SELECT (position - 1)::int AS position FROM unnest($1::bigint[]) WITH ORDINALITY AS named (id, position)
     WHERE NOT EXISTS (SELECT FROM commissions c WHERE c.id = named.id) ORDER BY position LIMIT 1`,
    [ids],
  );
  const position = rows[0]?.position;
  if (position === undefined) return;
  throw refuse({
    code: 'commission_not_found',
    status: 422,
    message: `The commission ${ids[position]} does not exist; nothing was proposed.`,
    pointer: `/commissionIds/${position}`,
  });
}

async function lockRun(client: Client, id: string): Promise<LockedRun | undefined> {
  const { rows } = await client.query<LockedRun>(
    'SELECT state, approvals_needed FROM release_runs WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  return rows[0];
}

/** What waits in a run, by distributor: lists of distributors who have about a batch of it together. */
async function readPortions(pool: Pool, runId: string): Promise<string[][]> {
  const { rows } = await pool.query<{ portion: string[] }>(
    `SELECT array_agg(distributor_id) AS portion FROM (
       SELECT distributor_id, sum(count(*)) OVER (ORDER BY distributor_id) AS running
       FROM release_waiting WHERE run_id = $1 GROUP BY distributor_id
     ) AS waiting GROUP BY ceil(running / $2)`,
    [runId, BATCH],
  );
  return rows.map(({ portion }) => portion);
}

interface Batch {
  count: number;
  /** The last commission that was judged; null at the end of the portion. */
  last: number | null;
}

async function releaseBatch(
  pool: Pool,
  { runId, portion, after, now }: { runId: string; portion: string[]; after: number; now: number },
): Promise<Batch> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ids: number[] | null }>(
      `SELECT array_agg(commission_id) AS ids FROM (
         SELECT commission_id FROM release_waiting
         WHERE run_id = $1 AND distributor_id = ANY ($2) AND commission_id > $3
         ORDER BY commission_id LIMIT $4
       ) AS batch`,
      [runId, portion, after, BATCH],
    );
    const ids = rows[0]!.ids;
    if (!ids) return { count: 0, last: null };
    // An attempt that was given up may still run: waiting for its batch in a statement of its own lets the next
    // one see those items as judged, and leave them as they are.
    await client.query('SELECT lock_commissions($1)', [ids]);
    await client.query(
      `WITH judged AS MATERIALIZED (
         SELECT * FROM release_commissions($2, $3)
       ), waiting AS (
         DELETE FROM release_waiting WHERE run_id = $1 AND commission_id = ANY ($2)
       )
       UPDATE release_items i
       SET state = CASE WHEN j.obstacle IS NULL THEN 'released' ELSE 'left_out' END,
           released_amount = CASE WHEN j.obstacle IS NULL THEN j.amount END, reason = j.obstacle
       FROM judged j WHERE i.run_id = $1 AND i.commission_id = j.commission_id AND i.state = 'pending'`,
      [runId, ids, new Date(now)],
    );
    return { count: ids.length, last: ids.length < BATCH ? null : ids.at(-1)! };
  });
}

async function readFilter(pool: Pool, runId: string): Promise<ReleaseSelection | KeptBack> {
  const { rows } = await pool.query<{ filter: ReleaseSelection | KeptBack }>(
    'SELECT filter FROM release_runs WHERE id = $1',
    [runId],
  );
  return rows[0]!.filter;
}

/**
 * Accrues the next batch of what restrictions kept from it that were voided or moved, and notes what automatic plans
 * release of it. What another restriction kept from it as well stays as it is.
 */
export async function accrueBatch(
  pool: Pool,
  { runId, corrected, after, now }: { runId: string; corrected: string[]; after: number; now: number },
): Promise<Batch> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ids: number[] | null }>(
      `SELECT array_agg(id) AS ids FROM (
         SELECT id FROM commissions WHERE state = 'not_accrued' AND not_accrued_by && $1::uuid[] AND id > $2
         ORDER BY id LIMIT $3
       ) AS batch`,
      [corrected, after, BATCH],
    );
    const ids = rows[0]!.ids;
    if (!ids) return { count: 0, last: null };
    const { rows: accrued } = await client.query<{ id: number; state: string }>(
      'SELECT commission_id AS id, state FROM accrue_commissions($1, $2)',
      [ids, new Date(now)],
    );
    await client.query(
      `INSERT INTO release_items (run_id, commission_id, state, proposed_amount, released_amount)
       SELECT $1, id, 'released', amount, amount FROM commissions WHERE id = ANY ($2) ON CONFLICT DO NOTHING`,
      [runId, accrued.filter(({ state }) => state === 'released').map(({ id }) => id)],
    );
    return { count: ids.length, last: ids.length < BATCH ? null : ids.at(-1)! };
  });
}

/**
 * Judges the next batch of what was kept back, and notes each result. What waits in another run is released as well,
 * and is left out there. An attempt that goes on judges again what the last one left out.
 */
export async function releaseKeptBackBatch(
  pool: Pool,
  { runId, distributorId, after, now }: { runId: string; distributorId: string; after: number; now: number },
): Promise<Batch> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ ids: number[] | null }>(
      `SELECT array_agg(id) AS ids FROM (
         SELECT id FROM commissions WHERE distributor_id = $1 AND state = 'due' AND automatic AND id > $2
         ORDER BY id LIMIT $3
       ) AS batch`,
      [distributorId, after, BATCH],
    );
    const ids = rows[0]!.ids;
    if (!ids) return { count: 0, last: null };
    await client.query(
      `INSERT INTO release_items AS i (run_id, commission_id, state, proposed_amount, released_amount, reason)
       SELECT $1, j.commission_id, CASE WHEN j.obstacle IS NULL THEN 'released' ELSE 'left_out' END, j.amount,
         CASE WHEN j.obstacle IS NULL THEN j.amount END, j.obstacle
       FROM release_commissions($2, $3) j
       ON CONFLICT (run_id, commission_id) DO UPDATE
       SET state = EXCLUDED.state, released_amount = EXCLUDED.released_amount, reason = EXCLUDED.reason
       WHERE i.state = 'left_out'`,
      [runId, ids, new Date(now)],
    );
    return { count: ids.length, last: ids.length < BATCH ? null : ids.at(-1)! };
  });
}

/** Ends a run that is under way. */
function finish(pool: Pool, id: string, now: number): Promise<ReleaseRunState> {
  return decide(
    pool,
    { kind: 'release', id, key: 'done', by: SYSTEM, at: now },
    (client) => lockRun(client, id),
    async (client, { state }) => {
      if (state !== 'running') return null;
      // A run whose items were frozen has these figures since it was proposed.
      await client.query(
        `UPDATE release_runs r SET item_count = made.items, totals = made.totals
         FROM (
           SELECT coalesce(sum(items), 0)::int AS items, coalesce(jsonb_object_agg(currency, amount), '{}') AS totals
           FROM (SELECT c.currency, count(*) AS items, sum(i.proposed_amount) AS amount
                 FROM release_items i JOIN commissions c ON c.id = i.commission_id WHERE i.run_id = $1 GROUP BY 1) by_currency
         ) made
         WHERE r.id = $1 AND r.filter ? 'automatic'`,
        [id],
      );
      await client.query(`UPDATE release_runs SET state = 'done', finished_at = $2 WHERE id = $1`, [
        id,
        new Date(now),
      ]);
      const { rows } = await client.query<{ released: number; left_out: number }>(
        `SELECT count(*) FILTER (WHERE state = 'released')::int AS released,
           count(*) FILTER (WHERE state = 'left_out')::int AS left_out
         FROM release_items WHERE run_id = $1`,
        [id],
      );
      const { released, left_out: leftOut } = rows[0]!;
      return { type: 'done', data: { released, leftOut } };
    },
    (client) => readRunState(client, id),
  );
}
