import { CancelledFailure, Context } from '@temporalio/activity';
import { v5 as uuidv5 } from 'uuid';
import type { Config } from '../config';
import { claimApplication } from '../database/claims';
import { decide } from '../database/decide';
import { type DistributorDecision, reinstateDistributor, suspendDistributor } from '../database/distributors';
import { liftHolds, placeHold } from '../database/holds';
import { type Actor, addAudit, SYSTEM } from '../database/journal';
import { inTransaction, type Pool } from '../database/pool';
import { asRefusal, type Refusal } from '../database/refusal';
import { type BulkActionName, bulkRights } from '../domain/bulk';
import { keyOf, type StateOf, subjectOf } from '../domain/kinds';
import type { RestrictionReason } from '../domain/restriction';
import { activitySender } from '../temporal/activitySender';
import { rootFailure, send, start } from '../temporal/messages';
import { approveWithdrawal, rejectWithdrawal } from '../workflows/withdrawal';

/** Where a bulk action is. */
export type BulkState = StateOf<'bulk'>;

/** The input of each action, beside the items it applies to. */
export interface BulkInputs {
  'withdrawals.approve': { note?: string };
  'withdrawals.reject': { reason: string };
  'commissions.hold': { reason: RestrictionReason; note: string };
  'commissions.unhold': { reason?: RestrictionReason; note: string };
  'distributors.suspend': { reason: string };
  'distributors.reinstate': { reason: string };
  'applications.claim': Record<string, never>;
}

/** Which action, with its input. */
export type BulkWork = {
  [Name in BulkActionName]: { action: Name; input: BulkInputs[Name] };
}[BulkActionName];

/** A request for one action on many items. */
export type BulkRequest = BulkWork & {
  id: string;
  ids: string[];
  by: Actor & { userId: string };
  /** The key or session it is asked with. */
  keyId: string;
};

/** Keeps a bulk action and all its items, for its workflow to carry out. The same id again changes nothing. */
export function acceptBulkAction(pool: Pool, request: BulkRequest): Promise<void> {
  return inTransaction(pool, async (client) => {
    const { id, action, input, ids, by, keyId } = request;
    const accepted = await client.query(
      `INSERT INTO bulk_actions (id, action, input, item_count, asked_by, key_id, request_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [id, action, input, ids.length, by.userId, keyId, by.requestId],
    );
    if (!accepted.rowCount) return;
    await client.query(
      `INSERT INTO bulk_items (bulk_id, position, target)
       SELECT $1, position, target FROM unnest($2::text[]) WITH ORDINALITY AS t (target, position)`,
      [id, ids],
    );
    await addAudit(client, {
      actor: by,
      action: 'bulk.start',
      subject: subjectOf('bulk', id),
      after: { action, input, items: ids.length },
    });
  });
}

/** How many items are handled at once. Small: a bulk action must not slow down users who work one by one. */
const LANES = 4;
const PAGE = 200;
/** After this many failures that are not refusals, a server is taken to be away: the next attempt goes on. */
const MOST_FAILURES = 5;
/** Longest wait for the answer of one item's workflow. */
const ANSWER_WITHIN_MS = 20_000;

interface BulkItem {
  position: number;
  target: string;
}

/** One item's command: the same id in every attempt prevents a second decision. */
interface ItemCommand {
  target: string;
  decisionId: string;
  actor: Actor & { userId: string };
}

/** The steps of a bulk action. */
export function createBulkActivities({
  pool,
  config,
}: {
  pool: Pool;
  config: Pick<Config, 'BRAND_NAME' | 'BRAND_TIME_ZONE'>;
}) {
  async function decideWithdrawal(
    update: typeof approveWithdrawal,
    { target: id, decisionId, actor }: ItemCommand,
    text: string | undefined,
  ): Promise<void> {
    await send(activitySender(ANSWER_WITHIN_MS), {
      kind: 'withdrawal',
      id,
      update,
      args: [{ id, decisionId, by: actor, text }],
      messageId: decisionId,
    });
  }

  /** Starts what was made with the item's decision; an attempt that is repeated finds it started. */
  async function startAfter({ releaseRunId, mails }: DistributorDecision): Promise<void> {
    const sender = activitySender(ANSWER_WITHIN_MS);
    if (releaseRunId) await start(sender, { kind: 'release', id: releaseRunId });
    for (const id of mails) await start(sender, { kind: 'mail', id });
  }

  /** Does to one item what the single call does, by the same step. */
  async function carryOut(work: BulkWork, command: ItemCommand): Promise<void> {
    const { target, decisionId, actor } = command;
    const now = Date.now();
    switch (work.action) {
      case 'withdrawals.approve':
        return decideWithdrawal(approveWithdrawal, command, work.input.note);
      case 'withdrawals.reject':
        return decideWithdrawal(rejectWithdrawal, command, work.input.reason);
      case 'commissions.hold':
        return placeHold(
          pool,
          { ...work.input, id: decisionId, commissionId: Number(target), by: actor },
          now,
        );
      case 'commissions.unhold':
        await liftHolds(pool, { ...work.input, decisionId, commissionId: Number(target), by: actor }, now);
        return;
      case 'distributors.suspend':
      case 'distributors.reinstate': {
        const change = work.action === 'distributors.suspend' ? suspendDistributor : reinstateDistributor;
        const { reason } = work.input;
        const decision = { distributorId: target, commandId: decisionId, reason, actor, now };
        return startAfter(await change(pool, config, decision));
      }
      case 'applications.claim':
        return claimApplication(pool, { applicationId: target, actor });
    }
  }

  /** @returns why it was refused */
  async function attempt(bulk: BulkRow, item: BulkItem): Promise<Refusal | undefined> {
    const asker = await askerOf(pool, bulk);
    const decisionId = uuidv5(String(item.position), bulk.id);
    if (!asker.allowed) {
      // Done by an attempt that could not record it any more, while the user still had the right.
      if (await isDecided(pool, bulk, item, decisionId)) return undefined;
      return {
        code: 'right_ended',
        status: 403,
        message: `${asker.name} may not do this any more; what was left is not done.`,
      };
    }
    const actor = {
      userId: bulk.asked_by,
      name: asker.name,
      requestId: bulk.request_id ?? undefined,
    };
    try {
      await carryOut(bulk, { target: item.target, decisionId, actor });
      return undefined;
    } catch (error) {
      const refusal = asRefusal(rootFailure(error));
      if (!refusal) throw error;
      return refusal;
    }
  }

  return {
    /**
     * Carries out what is left of a bulk action, item by item, and ends it. A refusal is the result of its item, and
     * the rest goes on. Resumes where an earlier attempt stopped, and is safe beside one that still runs.
     */
    async runBulkAction(id: string): Promise<BulkState> {
      const { cancellationSignal, heartbeat } = Context.current();
      const bulk = await readBulk(pool, id);
      const failures: unknown[] = [];
      const stopped = () => cancellationSignal.aborted || failures.length >= MOST_FAILURES;
      // By the clock, since an item may wait for its workflow longer than heartbeats may.
      const beat = setInterval(() => heartbeat(), 2_000);
      try {
        for await (const page of pendingItems(pool, id)) {
          const left = [...page].reverse();
          const work = async () => {
            for (let item = left.pop(); item && !stopped(); item = left.pop()) {
              try {
                await note(pool, id, item, await attempt(bulk, item));
              } catch (error) {
                failures.push(error);
              }
            }
          };
          await Promise.all(Array.from({ length: LANES }, work));
          if (stopped()) break;
        }
      } finally {
        clearInterval(beat);
      }
      if (cancellationSignal.aborted) throw new CancelledFailure('the worker stops; another attempt goes on');
      if (failures.length) throw failures[0];
      return finish(pool, id);
    },
  };
}

type BulkRow = BulkWork & { id: string; asked_by: string; request_id: string | null };

async function readBulk(pool: Pool, id: string): Promise<BulkRow> {
  const { rows } = await pool.query<BulkRow>(
    'SELECT id, action, input, asked_by, request_id FROM bulk_actions WHERE id = $1',
    [id],
  );
  if (!rows[0]) throw new Error(`there is no bulk action ${id}`);
  return rows[0];
}

/** The user who requested it, by their present name, and whether they still have the right. */
async function askerOf(pool: Pool, { id, action }: BulkRow): Promise<{ name: string; allowed: boolean }> {
  const { rows } = await pool.query<{ name: string; allowed: boolean }>({
    name: 'bulk-asker',
    text: `SELECT u.name, u.disabled_at IS NULL AND u.role = ANY ($2)
             AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = b.key_id AND k.revoked_at IS NOT NULL) AS allowed
           FROM bulk_actions b JOIN users u ON u.id = b.asked_by WHERE b.id = $1`,
    values: [id, bulkRights[action].roles],
  });
  return rows[0]!;
}

/** First part of the key of an item's decision on the timeline of its subject; claiming leaves nothing there. */
const decisionsOf: Record<BulkActionName, string | null> = {
  'withdrawals.approve': 'decision',
  'withdrawals.reject': 'decision',
  'commissions.hold': 'hold',
  'commissions.unhold': 'unhold',
  'distributors.suspend': 'suspended',
  'distributors.reinstate': 'reinstated',
  'applications.claim': null,
};

/** Whether the item's decision is on the timeline of its subject. */
async function isDecided(
  pool: Pool,
  { action }: BulkRow,
  { target }: BulkItem,
  decisionId: string,
): Promise<boolean> {
  const decision = decisionsOf[action];
  if (decision === null) return false;
  const { rowCount } = await pool.query('SELECT 1 FROM events WHERE subject = $1 AND key = $2', [
    subjectOf(bulkRights[action].kind, target),
    keyOf(decision, decisionId),
  ]);
  return rowCount === 1;
}

async function* pendingItems(pool: Pool, id: string): AsyncGenerator<BulkItem[]> {
  for (let after = 0; ; ) {
    const { rows } = await pool.query<BulkItem>(
      `SELECT position, target FROM bulk_items WHERE bulk_id = $1 AND state = 'pending' AND position > $2
       ORDER BY position LIMIT ${PAGE}`,
      [id, after],
    );
    if (!rows.length) return;
    yield rows;
    after = rows.at(-1)!.position;
  }
}

async function note(pool: Pool, id: string, item: BulkItem, refusal: Refusal | undefined): Promise<void> {
  await pool.query({
    name: 'note-bulk-item',
    text: `UPDATE bulk_items SET state = $3, code = $4, message = $5, finished_at = now()
           WHERE bulk_id = $1 AND position = $2 AND state = 'pending'`,
    values: [id, item.position, refusal ? 'refused' : 'done', refusal?.code, refusal?.message],
  });
}

function finish(pool: Pool, id: string): Promise<BulkState> {
  return decide(
    pool,
    { kind: 'bulk', id, key: 'done', by: SYSTEM, at: Date.now() },
    async (client) => {
      const { rows } = await client.query<{ state: BulkState }>(
        'SELECT state FROM bulk_actions WHERE id = $1 FOR NO KEY UPDATE',
        [id],
      );
      return rows[0];
    },
    async (client) => {
      await client.query(`UPDATE bulk_actions SET state = 'done', finished_at = now() WHERE id = $1`, [id]);
      const { rows } = await client.query<{ done: number; refused: number }>(
        `SELECT count(*) FILTER (WHERE state = 'done')::int AS done,
           count(*) FILTER (WHERE state = 'refused')::int AS refused
         FROM bulk_items WHERE bulk_id = $1`,
        [id],
      );
      return { type: 'done', data: rows[0] };
    },
    async (): Promise<BulkState> => 'done',
  );
}
