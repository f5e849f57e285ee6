import { findWrongSums } from './dailySums';
import type { Pool } from './pool';
import { openStates } from './states';

/** A figure of the ledger that differs from what it should be. */
export interface LedgerMismatch {
  check:
    | 'sum_is_zero'
    | 'balance_is_transfers'
    | 'held_is_commissions'
    | 'reserved_is_withdrawals'
    | 'commission_is_transfers'
    | 'withdrawal_is_transfers'
    | 'sum_of_day_is_rows';
  /** Such as `distributor/<id>/available`, `commission/7` or `day/2026-05-01/net/all`. */
  subject: string;
  currency: string;
  /** Minor units that it should be. */
  expected: number;
  /** Minor units that it is. */
  actual: number;
}

export interface LedgerReport {
  ok: boolean;
  checkedAt: Date;
  /** How many transfers were added up. */
  transfers: number;
  /** What each account holds in each currency, in minor units; the sum over each currency is zero. */
  totals: { currency: string; account: string; amount: number }[];
  mismatchCount: number;
  /** The first of them. */
  mismatches: LedgerMismatch[];
}

const mostMismatches = 200;

// One statement, so that all figures are of the same moment. An account's amount is
// its inflow less its outflow; `debt` is what is owed, which is outflow less inflow.
const sql = `
  WITH entry AS NOT MATERIALIZED (
    SELECT t.distributor_id, t.currency, t.commission_id, t.withdrawal_id, side.account, side.amount
    FROM transfers t CROSS JOIN LATERAL (VALUES (t.to_account, t.amount), (t.from_account, -t.amount)) AS side (account, amount)
  ), account AS MATERIALIZED (
    SELECT distributor_id, currency, account, sum(amount) AS amount FROM entry GROUP BY 1, 2, 3
  ), total AS MATERIALIZED (
    SELECT currency, account, sum(amount) AS amount FROM account GROUP BY 1, 2
  ), posted AS (
    SELECT distributor_id, currency,
      coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
      coalesce(sum(amount) FILTER (WHERE account = 'available'), 0) AS available,
      coalesce(sum(amount) FILTER (WHERE account = 'reserved'), 0) AS reserved,
      coalesce(-sum(amount) FILTER (WHERE account = 'debt'), 0) AS debt
    FROM account GROUP BY 1, 2
  ), earning AS (
    SELECT distributor_id, currency, sum(amount) AS held FROM commissions WHERE state IN (${openStates('commission')}) GROUP BY 1, 2
  ), withdrawing AS (
    SELECT distributor_id, currency, sum(amount) AS reserved FROM withdrawals
    WHERE state IN (${openStates('withdrawal')}) GROUP BY 1, 2
  ), of_commission AS (
    SELECT commission_id, -sum(amount) FILTER (WHERE account = 'commission_expense') AS amount,
      sum(amount) FILTER (WHERE account = 'held') AS held
    FROM entry WHERE commission_id IS NOT NULL GROUP BY 1
  ), of_withdrawal AS (
    SELECT withdrawal_id, sum(amount) FILTER (WHERE account = 'reserved') AS reserved
    FROM entry WHERE withdrawal_id IS NOT NULL GROUP BY 1
  ), mismatch AS (
    SELECT 'sum_is_zero' AS "check", 'ledger' AS subject, currency, 0::numeric AS expected, sum(amount) AS actual
    FROM total GROUP BY currency HAVING sum(amount) <> 0
    UNION ALL
    SELECT 'balance_is_transfers', 'distributor/' || distributor_id || '/' || line.account, currency, line.expected, line.actual
    FROM posted p FULL JOIN balances b USING (distributor_id, currency) CROSS JOIN LATERAL (VALUES
      ('held', coalesce(p.held, 0), coalesce(b.held, 0)), ('available', coalesce(p.available, 0), coalesce(b.available, 0)),
      ('reserved', coalesce(p.reserved, 0), coalesce(b.reserved, 0)), ('debt', coalesce(p.debt, 0), coalesce(b.debt, 0))
    ) AS line (account, expected, actual) WHERE line.expected <> line.actual
    UNION ALL
    SELECT 'held_is_commissions', 'distributor/' || distributor_id || '/held', currency, coalesce(e.held, 0), coalesce(b.held, 0)
    FROM earning e FULL JOIN balances b USING (distributor_id, currency) WHERE coalesce(e.held, 0) <> coalesce(b.held, 0)
    UNION ALL
    SELECT 'reserved_is_withdrawals', 'distributor/' || distributor_id || '/reserved', currency,
      coalesce(w.reserved, 0), coalesce(b.reserved, 0)
    FROM withdrawing w FULL JOIN balances b USING (distributor_id, currency)
    WHERE coalesce(w.reserved, 0) <> coalesce(b.reserved, 0)
    UNION ALL
    SELECT 'commission_is_transfers', 'commission/' || c.id || line.account, c.currency, line.expected, line.actual
    FROM commissions c LEFT JOIN of_commission o ON o.commission_id = c.id CROSS JOIN LATERAL (VALUES
      ('', CASE c.state WHEN 'not_accrued' THEN 0 ELSE c.amount END::numeric, coalesce(o.amount, 0)),
      ('/held', CASE WHEN c.state IN (${openStates('commission')}) THEN c.amount ELSE 0 END::numeric, coalesce(o.held, 0))
    ) AS line (account, expected, actual) WHERE line.expected <> line.actual
    UNION ALL
    SELECT 'withdrawal_is_transfers', 'withdrawal/' || w.id, w.currency,
      CASE WHEN w.state IN (${openStates('withdrawal')}) THEN w.amount ELSE 0 END, coalesce(o.reserved, 0)
    FROM withdrawals w LEFT JOIN of_withdrawal o ON o.withdrawal_id = w.id
    WHERE CASE WHEN w.state IN (${openStates('withdrawal')}) THEN w.amount ELSE 0 END <> coalesce(o.reserved, 0)
  )
  SELECT now() AS "checkedAt",
    (SELECT count(*) FROM transfers) AS transfers,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'account', account, 'amount', amount)
       ORDER BY currency, account), '[]') FROM total) AS totals,
    (SELECT count(*) FROM mismatch) AS "mismatchCount",
    (SELECT coalesce(jsonb_agg(m), '[]') FROM (SELECT * FROM mismatch LIMIT ${mostMismatches}) m) AS mismatches`;

/**
 * Checks the ledger: every currency adds up to zero; the balances are the sums of the transfers; what is held is what
 * commissions are held or due, and what is reserved is what withdrawals are under way; and each commission and each
 * withdrawal is what its own transfers say; and the sums of days that reports read are those of the orders and
 * transfers of these days. Reads every transfer and every order line.
 */
export async function verifyLedger(pool: Pool): Promise<LedgerReport> {
  const { rows } = await pool.query<Omit<LedgerReport, 'ok'>>(sql);
  const wrongSums = (await findWrongSums(pool)).map((wrong) => ({
    check: 'sum_of_day_is_rows' as const,
    ...wrong,
  }));
  const { mismatchCount: inBooks, mismatches, ...report } = rows[0]!;
  const mismatchCount = inBooks + wrongSums.length;
  return {
    ...report,
    ok: mismatchCount === 0,
    mismatchCount,
    mismatches: [...mismatches, ...wrongSums].slice(0, mostMismatches),
  };
}
