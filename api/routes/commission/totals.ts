import { transfersEver } from '../../../database/dailySums';
import type { StateOf } from '../../../domain/kinds';
import type { Bind } from '../../http/summary';

const accrued = `SELECT currency, CASE from_account WHEN 'commission_expense' THEN amount ELSE -amount END AS amount
  FROM (${transfersEver}) t WHERE 'commission_expense' IN (from_account, to_account)`;
const unreleased = 'SELECT currency, held AS amount FROM balances';
const due = `SELECT currency, amount FROM commissions WHERE state = 'due'`;
const less = (statement: string) => `SELECT currency, -amount FROM (${statement}) AS subtracted`;

const released = `${accrued} UNION ALL ${less(unreleased)}`;
const held = `${unreleased} UNION ALL ${less(due)}`;

/**
 * Sums of the amounts of all commissions, or of those in a state, by currency. They come from the ledger: what was ever
 * accrued, less what was taken back, and what is held in the accounts of distributors. So no history is read.
 * @param bind takes the brand's zone as the first parameter of the statement
 * @returns undefined for other states, in which there is no money or only what waits for finance
 */
export function ledgerSums(
  { state, currency }: { state?: StateOf<'commission'>; currency?: string },
  zone: string,
  bind: Bind,
): string | undefined {
  if (state !== undefined && state !== 'held' && state !== 'released') return undefined;
  if (state !== 'held') bind(zone);
  const parts = { all: accrued, held, released }[state ?? 'all'];
  return `SELECT currency, sum(amount) AS amount FROM (${parts}) AS part
    ${currency ? `WHERE currency = ${bind(currency)}` : ''} GROUP BY currency HAVING sum(amount) <> 0`;
}
