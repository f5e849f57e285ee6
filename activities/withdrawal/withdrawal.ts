import type { Config } from '../../config';
import { countApproval } from '../../database/approvals';
import { decide, decided, notFound, type Outcome, wrongState } from '../../database/decide';
import type { Actor } from '../../database/journal';
import { pendingMails, queueMails } from '../../database/mails';
import type { Client, Pool } from '../../database/pool';
import { refuse } from '../../database/refusal';
import { approvalsNeeded } from '../../domain/approval';
import { keyOf, subjectOf } from '../../domain/kinds';
import { majorUnits } from '../../domain/payout';
import type { RefusalCode } from '../../domain/refusals';
import type { WithdrawalProgress, WithdrawalState } from '../../domain/withdrawal';
import { withdrawalMails } from './mails';

/** The state of a withdrawal after a step. */
export interface WithdrawalStep extends WithdrawalProgress {
  /** Keys of the mails about it that wait for delivery. Missing in answers of earlier versions. */
  mails?: string[];
}

/** A request for a withdrawal, by a distributor or by staff on their behalf. */
export interface WithdrawalRequest {
  id: string;
  distributorId: string;
  /** Minor units. */
  amount: number;
  currency: string;
  by: Actor;
}

/** What a person decided about a withdrawal. `decisionId` is the same when the message is repeated. */
export interface WithdrawalDecision {
  id: string;
  decisionId: string;
  by: Actor;
  /** Why it is rejected, or a note to an approval. */
  text?: string;
}

/** How one withdrawal ends. */
export interface Settlement {
  id: string;
  state: 'paid' | 'failed' | 'rejected' | 'canceled';
  reason?: string;
  reference?: string;
}

/** Why nothing may be paid to a distributor, by the SQL function `payout_obstacle`. */
type PayoutObstacle = 'terminated' | 'suspended' | 'no_payout' | null;

interface LockedWithdrawal {
  distributor_id: string;
  state: WithdrawalState;
  approvals_needed: number;
}

/** The steps of a withdrawal up to the point where money leaves. Each is one short transaction. */
export function createWithdrawalActivities({ pool, config }: { pool: Pool; config: Config }) {
  /** One step that a person decides on. */
  function step(
    { id, decisionId, by }: WithdrawalDecision,
    now: number,
    change: (client: Client, row: LockedWithdrawal) => Promise<Outcome>,
  ): Promise<WithdrawalStep> {
    return decide(
      pool,
      { kind: 'withdrawal', id, key: keyOf('decision', decisionId), by, at: now },
      (client) => lockWithdrawal(client, id),
      change,
      (client) => readProgress(client, id),
    );
  }

  return {
    /**
     * Reserves the money and records the request, once for each id.
     * @throws refusal `distributor_not_found`, `distributor_not_active`, `payouts_restricted`, `below_minimum`,
     *   `no_bank_account`, `currency_unknown` or `insufficient_available`
     */
    async requestWithdrawal(request: WithdrawalRequest, now: number): Promise<WithdrawalStep> {
      const { id, distributorId, amount, currency, by } = request;
      return decide(
        pool,
        { kind: 'withdrawal', id, key: 'requested', by, at: now },
        async (client) => {
          const known = await lockWithdrawal(client, id);
          if (known) return known;
          await checkRequest(client, request, config.WITHDRAWAL_MINIMUM, now);
          const needed = approvalsNeeded(amount, config.SECOND_APPROVAL_ABOVE);
          await client.query(
            `INSERT INTO withdrawals (id, distributor_id, state, currency, amount, method, bank_account_sealed,
               bank_account_masked, bank_account_holder, bank_name, approvals_needed, requested_by, requested_at)
             SELECT $1, id, 'requested', $3, $4, $5, bank_account_sealed, bank_account_masked, bank_account_holder,
               bank_name, $6, $7, $8
             FROM distributors WHERE id = $2
             ON CONFLICT (id) DO NOTHING`,
            [id, distributorId, currency, amount, config.PAYOUT_METHOD, needed, by.userId, new Date(now)],
          );
          return lockWithdrawal(client, id);
        },
        async (client, { approvals_needed: needed }) => {
          await client.query(
            `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
             VALUES ($1, 'available', 'reserved', $2, $3, $4, $5, $6)`,
            [keyOf('withdrawal', id, 'reserve'), distributorId, currency, amount, id, new Date(now)],
          );
          return {
            type: 'requested',
            action: 'withdrawal.request',
            data: { amount: { amount, currency }, approvalsNeeded: needed },
            after: { state: 'requested', distributorId, amount, currency },
            mails: await withdrawalMails(client, config, [id]),
          };
        },
        (client) => readProgress(client, id),
      );
    },

    /** Where a withdrawal is; null when there is none. */
    async findWithdrawal(id: string): Promise<WithdrawalStep | null> {
      return findProgress(pool, id);
    },

    /**
     * Counts one person's approval; the last one needed lets the withdrawal be paid.
     * @throws refusal `withdrawal_not_found`, `own_withdrawal`, `second_person_needed`, `distributor_not_active`,
     *   or `withdrawal_decided` that names the decision that stands
     */
    async approveWithdrawal(decision: WithdrawalDecision, now: number): Promise<WithdrawalStep> {
      return step(decision, now, async (client, row) => {
        const { id, by, text } = decision;
        if (row.state !== 'requested') throw await decidedRefusal(client, id, row.state);
        await checkApprover(client, row, by, now);
        const subject = subjectOf('withdrawal', id);
        const given = await countApproval(client, { subject, by, at: now, note: text });
        if (given === null) {
          throw refuse({
            code: 'second_person_needed',
            status: 409,
            message: 'You have already approved this withdrawal; a second person must approve.',
          });
        }
        const state = given >= row.approvals_needed ? 'approved' : 'requested';
        if (state === 'approved')
          await client.query(`UPDATE withdrawals SET state = 'approved' WHERE id = $1`, [id]);
        return {
          type: state === 'approved' ? 'approved' : 'approval_given',
          action: 'withdrawal.approve',
          data: { approvals: given, approvalsNeeded: row.approvals_needed, ...(text && { note: text }) },
          before: { state: row.state },
          after: { state, approvals: given },
          reason: text,
        };
      });
    },

    /**
     * Refuses a request; the money returns to the balance.
     * @throws refusal `withdrawal_not_found`, or `withdrawal_decided` that names the decision that stands
     */
    async rejectWithdrawal(decision: WithdrawalDecision, now: number): Promise<WithdrawalStep> {
      return step(decision, now, async (client, row) => {
        if (row.state !== 'requested') throw await decidedRefusal(client, decision.id, row.state);
        return giveBack(client, decision, row.state, 'rejected', now);
      });
    },

    /**
     * Cancels a request before the money has left; it returns to the balance.
     * @throws refusal `withdrawal_not_found`, or `withdrawal_decided` when it is being paid or has ended
     */
    async cancelWithdrawal(decision: WithdrawalDecision, now: number): Promise<WithdrawalStep> {
      return step(decision, now, async (client, row) => {
        if (row.state !== 'requested' && row.state !== 'approved') {
          throw await decidedRefusal(client, decision.id, row.state);
        }
        return giveBack(client, decision, row.state, 'canceled', now);
      });
    },

    /**
     * Records that the bank has sent back what was paid; with the last confirmation needed the money returns to the
     * balance. Above the limit for one person it takes two, as to pay it: what returns can be withdrawn again.
     * @throws refusal `withdrawal_not_found`, `withdrawal_state`, `own_withdrawal` or `second_person_needed`
     */
    async returnPayment(decision: WithdrawalDecision, now: number): Promise<WithdrawalStep> {
      return step(decision, now, async (client, row) => {
        const { id, by, text } = decision;
        if (row.state !== 'paid') {
          throw wrongState('withdrawal', row.state, 'only what was paid can be sent back by the bank');
        }
        await refuseOwn(client, row, by);
        const given = await countApproval(client, {
          subject: keyOf('withdrawal', id, 'payment_returned'),
          by,
          at: now,
          note: text,
        });
        if (given === null) {
          throw refuse({
            code: 'second_person_needed',
            status: 409,
            message: 'You have reported this; a second person must confirm it.',
          });
        }
        const isLast = given >= row.approvals_needed;
        if (isLast)
          await settleWithdrawals(client, config, [{ id, state: 'failed', reason: text }], 'paid', now);
        return {
          type: isLast ? 'payment_returned' : 'payment_return_reported',
          action: 'withdrawal.return_payment',
          data: { reason: text },
          before: { state: 'paid' },
          after: { state: isLast ? 'failed' : 'paid', approvals: given },
          reason: text,
        };
      });
    },
  };

  async function giveBack(
    client: Client,
    { id, text }: WithdrawalDecision,
    from: WithdrawalState,
    state: 'rejected' | 'canceled',
    now: number,
  ): Promise<Outcome> {
    await settleWithdrawals(client, config, [{ id, state, reason: text }], from, now);
    return {
      type: state,
      action: state === 'rejected' ? 'withdrawal.reject' : 'withdrawal.cancel',
      data: text ? { reason: text } : {},
      before: { state: from },
      after: { state },
      reason: text,
    };
  }
}

/**
 * Ends withdrawals, moves their money and queues the mails about it, set-based, in the caller's transaction.
 * @param from only those in this state are touched
 * @returns the ids it ended
 */
export async function settleWithdrawals(
  client: Client,
  config: Pick<Config, 'BRAND_NAME'>,
  settlements: Settlement[],
  from: WithdrawalState,
  now: number,
): Promise<string[]> {
  const { rows } = await client.query<{ withdrawal_id: string }>(
    'SELECT withdrawal_id FROM settle_withdrawals($1, $2, $3)',
    [JSON.stringify(settlements), [from], new Date(now)],
  );
  const settled = rows.map((row) => row.withdrawal_id);
  await queueMails(client, await withdrawalMails(client, config, settled));
  return settled;
}

/** The state of a withdrawal that has to exist. */
export async function readProgress(client: Client, id: string): Promise<WithdrawalStep> {
  return (await findProgress(client, id))!;
}

/** Where a withdrawal is; null when there is none. */
async function findProgress(database: Pool | Client, id: string): Promise<WithdrawalStep | null> {
  const { rows } = await database.query<WithdrawalProgress>(
    'SELECT state, method FROM withdrawals WHERE id = $1',
    [id],
  );
  if (!rows[0]) return null;
  const mails = await pendingMails(database, subjectOf('withdrawal', id));
  return { ...rows[0], ...(mails.length && { mails }) };
}

async function checkRequest(
  client: Client,
  request: WithdrawalRequest,
  minimum: number,
  now: number,
): Promise<void> {
  const { distributorId, amount, currency } = request;
  const { rows: distributors } = await client.query<{ obstacle: PayoutObstacle; has_account: boolean }>(
    `SELECT payout_obstacle(d, $2) AS obstacle, bank_account_sealed <> '' AS has_account FROM distributors d WHERE id = $1`,
    [distributorId, new Date(now)],
  );
  const distributor = distributors[0];
  if (!distributor) {
    throw notFound('distributor', distributorId, '/distributorId');
  }
  if (distributor.obstacle) {
    const { code, message } = payoutsRefused(
      distributor.obstacle,
      '; only active distributors can withdraw.',
    );
    throw refuse({ code, status: 409, message, pointer: '/distributorId' });
  }
  if (!distributor.has_account) {
    throw refuse({
      code: 'no_bank_account',
      status: 409,
      message: 'The distributor has no payout account on record. Add one first.',
      pointer: '/distributorId',
    });
  }
  if (amount < minimum) {
    throw refuse({
      code: 'below_minimum',
      status: 422,
      message: `The minimum withdrawal is ${majorUnits({ amount: minimum, currency })} ${currency}.`,
      pointer: '/amount/amount',
    });
  }
  // Only the holder of this row's lock decides what is still available.
  const { rows: balances } = await client.query<{ available: number; debt: number }>(
    'SELECT available, debt FROM balances WHERE distributor_id = $1 AND currency = $2 FOR UPDATE',
    [distributorId, currency],
  );
  const balance = balances[0];
  if (!balance) {
    throw refuse({
      code: 'currency_unknown',
      status: 422,
      message: `The distributor has no balance in ${currency}.`,
      pointer: '/amount/currency',
    });
  }
  // In a separate statement: restricting an amount locks the same row.
  const { rows: kept } = await client.query<{ amount: number }>('SELECT kept_back($1, $2, $3) AS amount', [
    distributorId,
    currency,
    new Date(now),
  ]);
  const keptBack = kept[0]!.amount;
  if (balance.available - keptBack < amount) {
    const owed = balance.debt
      ? `; ${majorUnits({ amount: balance.debt, currency })} is owed and is paid first`
      : '';
    const restricted = keptBack
      ? `, of which ${majorUnits({ amount: keptBack, currency })} is kept back`
      : '';
    throw refuse({
      code: 'insufficient_available',
      status: 409,
      message: `${majorUnits({ amount: balance.available, currency })} ${currency} is available${restricted}${owed}.`,
      pointer: '/amount/amount',
    });
  }
}

/** Locks the row of a withdrawal for the step that decides about it. */
export async function lockWithdrawal(client: Client, id: string): Promise<LockedWithdrawal | undefined> {
  const { rows } = await client.query<LockedWithdrawal>(
    'SELECT distributor_id, state, approvals_needed FROM withdrawals WHERE id = $1 FOR NO KEY UPDATE',
    [id],
  );
  return rows[0];
}

async function refuseOwn(client: Client, row: LockedWithdrawal, by: Actor): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM users WHERE id = $1 AND distributor_id = $2', [
    by.userId,
    row.distributor_id,
  ]);
  if (rowCount) {
    throw refuse({
      code: 'own_withdrawal',
      status: 403,
      message: 'You cannot decide on your own withdrawal.',
    });
  }
}

async function checkApprover(client: Client, row: LockedWithdrawal, by: Actor, now: number): Promise<void> {
  await refuseOwn(client, row, by);
  const { rows } = await client.query<{ obstacle: PayoutObstacle }>(
    'SELECT payout_obstacle(d, $2) AS obstacle FROM distributors d WHERE id = $1',
    [row.distributor_id, new Date(now)],
  );
  const { obstacle } = rows[0]!;
  if (!obstacle) return;
  const { code, message } = payoutsRefused(obstacle, ': reinstate them first, or reject the withdrawal.');
  throw refuse({ code, status: 409, message });
}

function payoutsRefused(
  obstacle: NonNullable<PayoutObstacle>,
  therefore: string,
): { code: RefusalCode; message: string } {
  return obstacle === 'no_payout'
    ? { code: 'payouts_restricted', message: 'Payouts to the distributor are restricted.' }
    : { code: 'distributor_not_active', message: `The distributor is ${obstacle}${therefore}` };
}

/** A withdrawal also fails by the report that the bank has sent its money back. */
function decidedRefusal(client: Client, id: string, state: WithdrawalState): Promise<Error> {
  return decided(client, { kind: 'withdrawal', id }, state, [state, 'payment_returned']);
}
