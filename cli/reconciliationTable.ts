import { formatScaled, type ScaledAmount } from '../domain/decimal';
import { explainedTotal, type Reconciliation } from '../domain/imports/shopExport';

/**
 * Formats the reconciliation: file total = imported + rejected, by reason.
 *
 * If rows have unreadable amounts, the file total is unknown.
 *
 * @param reconciliation of one currency of a finished import
 */
export function formatReconciliation(reconciliation: Reconciliation): string {
  const { currency, rows, unknownRows, fileTotal, orders, sales, returns, priceDifferences, rejected } =
    reconciliation;
  const imported = sales.amount - returns.amount + priceDifferences.amount;
  const rejects = Object.entries(rejected).flatMap(([reason, part]) => (part ? [{ reason, ...part }] : []));
  rejects.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  const count = (value: number, one: string, many: string) =>
    `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
  const explained = explainedTotal(reconciliation);
  const rowsOf = (all: number, unknown: number) =>
    `${count(all, 'row', 'rows')}${unknown > 0 ? `, ${unknown.toLocaleString('en')} of unknown amount` : ''}`;
  const isWhole = unknownRows === 0;
  const lines: [string, ScaledAmount | 'unknown', string][] = [
    ['File total', isWhole ? fileTotal : 'unknown', rowsOf(rows, unknownRows)],
    ...(isWhole
      ? []
      : [['Readable rows', fileTotal, rowsOf(rows - unknownRows, 0)] as [string, bigint, string]]),
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
      rowsOf(
        rejects.reduce((sum, part) => sum + part.count, 0),
        unknownRows,
      ),
    ],
    ...rejects.map(({ reason, amount, count: all, unknown }): [string, ScaledAmount | 'unknown', string] => [
      `  ${reason}`,
      all === unknown ? 'unknown' : amount,
      rowsOf(all, all === unknown ? 0 : unknown),
    ]),
    [
      'Imported + rejected',
      explained,
      explained === fileTotal ? `equals the ${isWhole ? 'file total' : 'readable rows'}` : 'DIFFERS',
    ],
  ];
  const texts = lines.map(([name, amount, what]) => ({ name, what, ...split(amount) }));
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
function split(amount: ScaledAmount | 'unknown'): { whole: string; fraction: string } {
  if (amount === 'unknown') return { whole: amount, fraction: '' };
  const [whole = '', fraction = ''] = formatScaled(amount).split('.');
  return { whole: whole.replace(/\B(?=(\d{3})+$)/g, ','), fraction: `.${fraction}` };
}
