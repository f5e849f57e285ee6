import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { formatScaled } from '../../../domain/decimal';
import { assertReconciled, type ImportItem, type Reconciliation } from '../../../domain/imports/shopExport';
import { applyInOrder, importRows, ofKind, type Row } from './importing';

const SLICE = join(__dirname, '../../../cli/demo-data/online-retail-slice.csv.gz');

describe('a slice of a real shop', () => {
  const rows: Row[] = [];
  let items: ImportItem[];
  let reconciliations: Reconciliation[];

  beforeAll(async () => {
    const records = createReadStream(SLICE)
      .pipe(createGunzip())
      .pipe(parse({ columns: true }));
    for await (const record of records) rows.push(record as Row);
    ({ items, reconciliations } = imported());
  });

  const imported = () =>
    importRows(rows, { header: Object.keys(rows[0] ?? {}), now: '2026-03-01T12:00:00+08:00' });

  test('all its money is accounted for', () => {
    const [reconciliation] = reconciliations;
    assertReconciled(reconciliation!);
    const { rejected, sales, returns, priceDifferences, ...counts } = reconciliation!;
    const written = (counted: { count: number; amount: bigint }) => [
      counted.count,
      formatScaled(counted.amount),
    ];
    expect({ ...counts, fileTotal: formatScaled(counts.fileTotal) }).toEqual({
      currency: 'GBP',
      rows: 25_473,
      unknownRows: 0,
      fileTotal: '306048.571',
      orders: 635,
    });
    expect(
      Object.entries({ sales, returns, priceDifferences, ...rejected }).map(([name, counted]) => [
        name,
        ...written(counted),
      ]),
    ).toEqual([
      ['sales', 24_750, '380366.70'],
      ['returns', 224, '80852.19'],
      ['priceDifferences', 19, '-4.32'],
      ['not_a_product', 147, '7226.91'],
      ['zero_price', 180, '0.00'],
      ['stock_adjustment', 109, '0.00'],
      ['cancellation_without_purchase', 65, '-688.53'],
      ['price_below_minor_unit', 1, '0.001'],
    ]);
  });

  test('every item can be applied in the order given', () => {
    expect(() => applyInOrder(items)).not.toThrow();
  });

  test('the largest sale is canceled sixteen minutes later', () => {
    const largest = ofKind(items, 'return').find(({ quantity }) => quantity === 74_215);
    expect(largest).toMatchObject({
      returnId: 'C541433/1/541431/1',
      orderExternalId: '541431',
      at: '2011-01-18T10:17:00+00:00',
      value: { amount: 7_718_360 },
    });
  });

  test('an invoice interrupted by another is one order with the lines of both parts', () => {
    const order = ofKind(items, 'order').find((item) => item.order.externalId === '542806');
    expect(order?.order.lines.map(({ lineId }) => Number(lineId))).toEqual(
      Array.from({ length: 39 }, (_, index) => index + 1),
    );
  });

  test('a second import gives the same items', () => {
    expect(imported().items).toEqual(items);
  });
});
