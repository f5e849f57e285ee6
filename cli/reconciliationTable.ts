import { formatScaled, type ScaledAmount } from '../domain/decimal';
import { explainedTotal, type Reconciliation } from '../domain/imports/shopExport';

/**
 * Formats the reconciliation: file total = imported + rejected, by reason.
 *
 * @param reconciliation of one currency of a finished import
 */
export function formatReconciliation(reconciliation: Reconciliation): string {
  const { currency, rows, fileTotal, orders, sales, returns, priceDifferences, rejected } = reconciliation;
  const imported = sales.amount - returns.amount + priceDifferences.amount;
  const rejects = Object.entries(rejected).flatMap(([reason, part]) => (part ? [{ reason, ...part }] : []));
  rejects.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const count = (value: number, one: string, many: string) =>
    `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
  const explained = explainedTotal(reconciliation);
  const lines: [string, ScaledAmount, string][] = [
    ['File total', fileTotal, count(rows, 'row', 'rows')],
    ['Imported', imported, count(orders, 'order', 'orders')],
    ['  sales', sales.amount, count(sales.count, 'line', 'lines')],
    ['  returns', -returns.amount, count(returns.count, 'return', 'returns')],
    [
      '  price differences of returns',
      priceDifferences.amount,
      count(priceDifferences.count, 'return', 'returns'),
    ],
    [
      'Rejected',
      rejects.reduce((sum, { amount }) => sum + amount, 0n),
      count(
        rejects.reduce((sum, part) => sum + part.count, 0),
        'row',
        'rows',
      ),
    ],
    ...rejects.map(({ reason, amount, count: many }): [string, ScaledAmount, string] => [
      `  ${reason}`,
      amount,
      count(many, 'row', 'rows'),
    ]),
    ['Imported + rejected', explained, explained === fileTotal ? 'equals the file total' : 'DIFFERS'],
  ];
  const texts = lines.map(([name, amount, what]) => ({ name, what, ...split(formatScaled(amount)) }));
  const widest = (pick: (text: (typeof texts)[number]) => string) =>
    Math.max(...texts.map((text) => pick(text).length));
  const names = widest(({ name }) => name);
  const wholes = widest(({ whole }) => whole);
  const fractions = widest(({ fraction }) => fraction);
  return [
    `${currency === 'XXX' ? 'Without a readable currency' : currency}`,
    ...texts.map(
      ({ name, whole, fraction, what }) =>
        `${name.padEnd(names)}  ${whole.padStart(wholes)}${fraction.padEnd(fractions)}  ${what}`,
    ),
  ].join('\n');
}

/** Splits an amount at the decimal point, for a column, with thousands separators. */
function split(amount: string): { whole: string; fraction: string } {
  const [whole = '', fraction = ''] = amount.split('.');
  return { whole: whole.replace(/\B(?=(\d{3})+$)/g, ','), fraction: `.${fraction}` };
}
