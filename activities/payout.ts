import { type Config, durationMs } from '../config';
import { decide, decided } from '../database/decide';
import { checkSeen, type Figures } from '../database/figures';
import { type Actor, addAudit, addEvents, SYSTEM } from '../database/journal';
import { payableByFile } from '../database/payable';
import { type Client, inTransaction, type Pool } from '../database/pool';
import { refuse } from '../database/refusal';
import type { Sealer } from '../database/sealing';
import { keyOf, type StateOf, subjectOf } from '../domain/kinds';
import {
  type HttpAnswer,
  majorUnits,
  type PayoutAnswer,
  type PayoutOutcome,
  readInquiryAnswer,
  readInstructionAnswer,
} from '../domain/payout';
import type { WithdrawalProgress } from '../domain/withdrawal';
import {
  lockWithdrawal,
  readProgress,
  type Settlement,
  settleWithdrawals,
  type WithdrawalStep,
} from './withdrawal/withdrawal';

/** Where a payout batch is. */
export type BatchState = StateOf<'payout'>;

/** Finance collects what is approved into a payout file. */
export interface BatchRequest {
  id: string;
  currency: string;
  by: Actor;
  /** What the person saw; another result is refused. Absent in older histories. */
  expected?: Figures;
}

/** The bank's result of a file: all is paid, except what is listed. */
export interface BatchConfirmation {
  id: string;
  decisionId: string;
  failed: { withdrawalId: string; reason: string }[];
  by: Actor;
}

/** A withdrawal that is on its way through the provider. */
export interface PayoutStart extends WithdrawalProgress {
  /** First wait before the provider is asked about it, in milliseconds. */
  firstInquiryAfterMs: number;
  /** False: an earlier attempt has marked it, and the provider may have received it. Absent in older histories. */
  moved?: boolean;
}

/** The steps in which money leaves: payout files and the HTTP provider. */
export function createPayoutActivities({
  pool,
  config,
  sealer,
}: {
  pool: Pool;
  config: Config;
  sealer: Sealer;
}) {
  return {
    /**
     * Collects every approved withdrawal of a currency that is paid by file. What is canceled at the same moment is
     * either collected or canceled, never both.
     * @throws refusal `nothing_to_pay` or `figures_changed`
     */
    async openPayoutBatch(request: BatchRequest, now: number): Promise<BatchState> {
      const { id, currency, by, expected } = request;
      return decide(
        pool,
        { kind: 'payout', id, key: 'opened', by, at: now },
        async (client) => {
          await client.query(
            `INSERT INTO payout_batches (id, state, currency, created_by, created_at) VALUES ($1, 'open', $2, $3, $4)
             ON CONFLICT DO NOTHING`,
            [id, currency, by.userId, new Date(now)],
          );
          return lockBatch(client, id);
        },
        async (client) => {
          const { rows } = await client.query<{ ids: string[]; total: number }>(
            `WITH waiting AS (
               SELECT w.id FROM withdrawals w JOIN distributors d ON d.id = w.distributor_id
               WHERE w.currency = $2 AND ${payableByFile('$3')}
               ORDER BY w.id FOR NO KEY UPDATE OF w
             ), collected AS (
               UPDATE withdrawals w SET state = 'paying', batch_id = $1 FROM waiting WHERE w.id = waiting.id
               RETURNING w.id, w.amount
             )
             SELECT coalesce(array_agg(id), '{}') AS ids, coalesce(sum(amount), 0)::bigint AS total FROM collected`,
            [id, currency, new Date(now)],
          );
          const { ids, total } = rows[0]!;
          if (ids.length === 0) {
            throw refuse({
              code: 'nothing_to_pay',
              status: 409,
              message: `No approved withdrawal in ${currency} is waiting for a payout file.`,
            });
          }
          await addEvents(
            client,
            ids.map((one) => ({
              subject: subjectOf('withdrawal', one),
              key: 'paying',
              type: 'paying',
              actor: by,
              occurredAt: now,
              data: { batchId: id },
            })),
          );
          const count = ids.length;
          checkSeen(expected, { count, totals: { [currency]: total } });
          return {
            type: 'opened',
            action: 'payout_batch.open',
            data: { count, total: { amount: total, currency } },
            after: { state: 'open', count, total, currency },
          };
        },
        (client) => readBatchState(client, id),
      );
    },

    /** Where a payout batch is; null when there is none. */
    async findPayoutBatch(id: string): Promise<BatchState | null> {
      return batchState(pool, id);
    },

    /**
     * Settles a whole batch at once: what is listed as failed returns to the balance, all else is paid.
     * @throws refusal `payout_not_found`, `payout_decided` or `not_in_batch`
     */
    async confirmPayoutBatch(confirmation: BatchConfirmation, now: number): Promise<BatchState> {
      const { id, decisionId, failed, by } = confirmation;
      return decide(
        pool,
        { kind: 'payout', id, key: keyOf('decision', decisionId), by, at: now },
        (client) => lockBatch(client, id),
        async (client, { state }) => {
          if (state === 'settled') throw await decided(client, { kind: 'payout', id }, state);
          const settlements = await settlementsOf(client, id, failed);
          const settled = new Set(await settleWithdrawals(client, config, settlements, 'paying', now));
          await addEvents(
            client,
            settlements
              .filter((one) => settled.has(one.id))
              .map((one) => ({
                subject: subjectOf('withdrawal', one.id),
                key: one.state,
                type: one.state,
                actor: by,
                occurredAt: now,
                data: { batchId: id, reason: one.reason },
              })),
          );
          await client.query(`UPDATE payout_batches SET state = 'settled', settled_at = $2 WHERE id = $1`, [
            id,
            new Date(now),
          ]);
          return {
            type: 'settled',
            action: 'payout_batch.confirm',
            data: {
              paid: settlements.filter((one) => one.state === 'paid').length,
              failed: settlements.filter((one) => one.state === 'failed').length,
            },
            before: { state: 'open' },
            after: { state: 'settled', failed },
          };
        },
        (client) => readBatchState(client, id),
      );
    },

    /**
     * Marks an approved withdrawal as being paid, before the provider is instructed. From then on it cannot be
     * canceled. It stays approved while nothing may be paid to its distributor.
     */
    async startPayout(id: string, now: number): Promise<PayoutStart> {
      let moved = false;
      const { state, method } = await decide(
        pool,
        { kind: 'withdrawal', id, key: 'paying', by: SYSTEM, at: now },
        (client) => lockWithdrawal(client, id),
        async (client) => {
          const { rowCount } = await client.query(
            `UPDATE withdrawals w SET state = 'paying' FROM distributors d
             WHERE w.id = $1 AND w.state = 'approved' AND w.method = 'http'
               AND d.id = w.distributor_id AND payout_obstacle(d, $2) IS NULL`,
            [id, new Date(now)],
          );
          moved = rowCount === 1;
          return moved ? { type: 'paying' } : null;
        },
        (client) => readProgress(client, id),
      );
      return { state, method, moved, firstInquiryAfterMs: durationMs(config.PAYOUT_POLL_INTERVAL) };
    },

    /**
     * Instructs the provider, once: after any failure the outcome is unknown, and has to be inquired.
     * Must not be retried without asking.
     */
    async sendPayout(id: string): Promise<PayoutAnswer> {
      const { rows } = await pool.query<{
        amount: number;
        currency: string;
        bank_account_sealed: string;
        bank_account_holder: string;
        bank_name: string;
      }>(
        `UPDATE withdrawals SET provider_called_at = now() WHERE id = $1 AND state = 'paying' AND method = 'http'
         RETURNING amount, currency, bank_account_sealed, bank_account_holder, bank_name`,
        [id],
      );
      const row = rows[0];
      if (!row) return { status: 'unknown', reason: 'the withdrawal is not on its way any more' };
      const answer = await callProvider(config, 'POST', '/payouts', id, {
        id,
        amount: { amount: row.amount, currency: row.currency },
        decimalAmount: majorUnits(row),
        account: {
          holder: row.bank_account_holder,
          bank: row.bank_name,
          number: sealer.open(row.bank_account_sealed),
        },
      });
      return 'status' in answer
        ? readInstructionAnswer(answer)
        : { status: 'unknown', reason: answer.unreachable };
    },

    /** Asks the provider for the result of a payout. */
    async askPayout(id: string): Promise<PayoutAnswer> {
      await pool.query('UPDATE withdrawals SET provider_called_at = now() WHERE id = $1', [id]);
      const answer = await callProvider(config, 'GET', `/payouts/${id}`, id);
      return 'status' in answer
        ? readInquiryAnswer(answer)
        : { status: 'unknown', reason: answer.unreachable };
    },

    /** Records the provider's final answer; a failed payout returns the money to the balance. */
    async settlePayout(id: string, answer: PayoutOutcome, now: number): Promise<WithdrawalStep> {
      const reason = answer.status === 'failed' ? answer.reason : undefined;
      const { status: state, reference } = answer;
      return decide(
        pool,
        { kind: 'withdrawal', id, key: state, by: SYSTEM, at: now },
        (client) => lockWithdrawal(client, id),
        async (client) => {
          const settlement = { id, state, reason, reference };
          const settled = await settleWithdrawals(client, config, [settlement], 'paying', now);
          return settled.length > 0 ? { type: state, data: { reason, reference } } : null;
        },
        (client) => readProgress(client, id),
      );
    },
  };
}

/** One line of a payout file. Amounts are in major units. */
export interface PayoutFileRow {
  withdrawalId: string;
  holder: string;
  bank: string;
  account: string;
  amount: string;
  currency: string;
}

/**
 * The withdrawals of a batch with their full account numbers, in the same order each time. Looking at them is
 * written to the audit trail, and the first time to the batch, which can be confirmed from then on.
 * @returns null when there is no such batch
 */
export async function revealPayoutFile(
  { pool, sealer }: { pool: Pool; sealer: Pick<Sealer, 'open'> },
  { id, by }: { id: string; by: Actor },
): Promise<PayoutFileRow[] | null> {
  return inTransaction(pool, async (client) => {
    if (!(await batchState(client, id))) return null;
    const { rows } = await client.query<{
      id: string;
      amount: number;
      currency: string;
      bank_account_sealed: string;
      bank_account_holder: string;
      bank_name: string;
    }>(
      `SELECT id, amount, currency, bank_account_sealed, bank_account_holder, bank_name
       FROM withdrawals WHERE batch_id = $1 ORDER BY id`,
      [id],
    );
    await client.query(
      'UPDATE payout_batches SET file_fetched_at = now() WHERE id = $1 AND file_fetched_at IS NULL',
      [id],
    );
    await addAudit(client, {
      actor: by,
      action: 'payout_batch.reveal_file',
      subject: subjectOf('payout', id),
      after: { withdrawals: rows.map((row) => row.id) },
    });
    return rows.map((row) => ({
      withdrawalId: row.id,
      holder: row.bank_account_holder,
      bank: row.bank_name,
      account: sealer.open(row.bank_account_sealed),
      amount: majorUnits(row),
      currency: row.currency,
    }));
  });
}

async function lockBatch(client: Client, id: string): Promise<{ state: BatchState } | undefined> {
  const { rows } = await client.query<{ state: BatchState }>(
    'SELECT state FROM payout_batches WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  return rows[0];
}

async function readBatchState(client: Client, id: string): Promise<BatchState> {
  return (await batchState(client, id))!;
}

async function batchState(database: Pool | Client, id: string): Promise<BatchState | null> {
  const { rows } = await database.query<{ state: BatchState }>(
    'SELECT state FROM payout_batches WHERE id = $1',
    [id],
  );
  return rows[0]?.state ?? null;
}

async function settlementsOf(
  client: Client,
  batchId: string,
  failed: BatchConfirmation['failed'],
): Promise<Settlement[]> {
  const { rows } = await client.query<{ id: string }>('SELECT id FROM withdrawals WHERE batch_id = $1', [
    batchId,
  ]);
  const reasons = new Map(failed.map(({ withdrawalId, reason }) => [withdrawalId, reason]));
  const inBatch = new Set(rows.map((row) => row.id));
  const unknownIndex = failed.findIndex(({ withdrawalId }) => !inBatch.has(withdrawalId));
  if (unknownIndex >= 0) {
    throw refuse({
      code: 'not_in_batch',
      status: 422,
      message: `Withdrawal ${failed[unknownIndex]!.withdrawalId} is not in this payout batch; nothing was changed.`,
      pointer: `/failed/${unknownIndex}/withdrawalId`,
    });
  }
  return rows.map(({ id }) => {
    const reason = reasons.get(id);
    return reason === undefined ? { id, state: 'paid' } : { id, state: 'failed', reason };
  });
}

/**
 * One call of the provider. The withdrawal's id is the idempotency key, so that even an instruction that arrives
 * twice pays once.
 */
async function callProvider(
  config: Config,
  method: 'GET' | 'POST',
  path: string,
  id: string,
  body?: unknown,
): Promise<HttpAnswer | { unreachable: string }> {
  try {
    const response = await fetch(`${config.PAYOUT_HTTP_URL!.replace(/\/$/, '')}${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        'Idempotency-Key': id,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(config.PAYOUT_HTTP_TOKEN && { Authorization: `Bearer ${config.PAYOUT_HTTP_TOKEN}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(durationMs(config.PAYOUT_HTTP_TIMEOUT)),
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (error) {
    // Only what went wrong, never what was sent: the reason ends up in the workflow's history.
    return {
      unreachable: error instanceof Error ? `no answer from the provider: ${error.name}` : 'no answer',
    };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
