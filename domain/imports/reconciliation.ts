import { formatScaled, fromMinorUnits, type ScaledAmount } from '../decimal';
import type { ImportItem, RejectReason } from './shopExportItems';

/** Count and total. */
export interface CountedAmount {
  count: number;
  amount: ScaledAmount;
}

/** Rows, some with an unreadable amount: `amount` is the total of the others. */
export interface RejectedAmount extends CountedAmount {
  /** Number of rows with an unreadable amount. */
  unknown: number;
}

/**
 * Reconciliation of a file in one currency, exact to the last scaled unit; unreadable amounts are counted:
 * `fileTotal = sales − returns + priceDifferences + the sum of rejected`.
 */
export interface Reconciliation {
  readonly currency: string;
  rows: number;
  /** Rows with an unreadable amount. If there are any, the file total is unknown. */
  unknownRows: number;
  /** Sum over all readable rows of the file. */
  fileTotal: ScaledAmount;
  orders: number;
  /** Lines of imported orders, at quantity × unit price − discount. */
  readonly sales: CountedAmount;
  /** Imported returns, at the price of their purchase; positive. */
  readonly returns: CountedAmount;
  /** Difference between payment and credit of cancellations: positive if less was credited. */
  readonly priceDifferences: CountedAmount;
  /** Rejected amounts, signed. The unmatched part of a cancellation counts here. */
  readonly rejected: Partial<Record<RejectReason, RejectedAmount>>;
}

/** Creates an empty reconciliation of a currency. */
export function emptyReconciliation(currency: string): Reconciliation {
  const none = (): CountedAmount => ({ count: 0, amount: 0n });
  return {
    currency,
    rows: 0,
    unknownRows: 0,
    fileTotal: 0n,
    orders: 0,
    sales: none(),
    returns: none(),
    priceDifferences: none(),
    rejected: {},
  };
}

function count(counted: CountedAmount, amount: ScaledAmount): void {
  counted.count += 1;
  counted.amount += amount;
}

/** Currency of an item. */
export function currencyOf(item: ImportItem): string {
  switch (item.kind) {
    case 'product':
      return item.price.currency;
    case 'order':
      return item.order.currency;
    case 'return':
      return item.value.currency;
    case 'price_difference':
    case 'rejected':
      return item.currency;
  }
}

/**
 * Counts an item.
 *
 * @param reconciliation of the item's currency; it is modified
 * @param item any item of the importer
 */
export function countItem(reconciliation: Reconciliation, item: ImportItem): void {
  switch (item.kind) {
    case 'product':
      break;
    case 'order':
      reconciliation.orders += 1;
      for (const { quantity, unitPrice, discount = 0 } of item.order.lines) {
        count(reconciliation.sales, fromMinorUnits(quantity * unitPrice - discount, item.order.currency));
      }
      break;
    case 'return':
      count(reconciliation.returns, fromMinorUnits(item.value.amount, item.value.currency));
      break;
    case 'price_difference':
      count(reconciliation.priceDifferences, item.amount);
      break;
    case 'rejected': {
      const part = reconciliation.rejected[item.reason] ?? { count: 0, amount: 0n, unknown: 0 };
      count(part, item.amount ?? 0n);
      if (item.amount === undefined) part.unknown += 1;
      reconciliation.rejected[item.reason] = part;
      break;
    }
  }
}

/** Right side of the equation: sales − returns + price differences + rejected. */
export function explainedTotal(reconciliation: Reconciliation): ScaledAmount {
  const { sales, returns, priceDifferences, rejected } = reconciliation;
  const rejectedTotal = Object.values(rejected).reduce((total, part) => total + (part?.amount ?? 0n), 0n);
  return sales.amount - returns.amount + priceDifferences.amount + rejectedTotal;
}

/**
 * Verifies that every amount of the file is accounted for.
 *
 * @throws Error when the equation does not hold, with both sides
 */
export function assertReconciled(reconciliation: Reconciliation): void {
  const explained = explainedTotal(reconciliation);
  if (explained !== reconciliation.fileTotal) {
    throw new Error(
      `The file's total is ${formatScaled(reconciliation.fileTotal)} ${reconciliation.currency}, but the import explains ${formatScaled(explained)}`,
    );
  }
  const unknown = Object.values(reconciliation.rejected).reduce((sum, part) => sum + (part?.unknown ?? 0), 0);
  if (unknown !== reconciliation.unknownRows) {
    throw new Error(
      `The file has ${reconciliation.unknownRows} rows of unknown amount in ${reconciliation.currency}, but the import rejected ${unknown}`,
    );
  }
}
