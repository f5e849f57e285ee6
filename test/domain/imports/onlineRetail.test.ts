import fc from 'fast-check';
import { formatScaled } from '../../../domain/decimal';
import { assertReconciled, createShiftFinder, explainedTotal } from '../../../domain/imports/shopExport';
import { applyInOrder, importRows, ofKind, type Row } from './importing';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'.split(',');
const now = '2026-03-01T12:00:00+08:00';

/** A row of the file: what is not given is an ordinary sale. */
function row(fields: Partial<Row>): Row {
  return {
    InvoiceNo: '536365',
    StockCode: '71053',
    Description: 'WHITE METAL LANTERN',
    Quantity: '6',
    InvoiceDate: '2010-12-01T08:26:00',
    UnitPrice: '3.39',
    CustomerID: '17850',
    Country: 'United Kingdom',
    ...fields,
  };
}

function imported(rows: Row[], options = {}) {
  const { items, reconciliations } = importRows(rows, { header, now, ...options });
  for (const reconciliation of reconciliations) assertReconciled(reconciliation);
  applyInOrder(items);
  return {
    items,
    reconciliation: reconciliations[0]!,
    products: ofKind(items, 'product'),
    orders: ofKind(items, 'order'),
    returns: ofKind(items, 'return'),
    differences: ofKind(items, 'price_difference'),
    rejects: ofKind(items, 'rejected'),
  };
}

describe('sales', () => {
  test('an invoice becomes an order with its products before it and its delivery', () => {
    const { items } = imported([
      row({}),
      row({ StockCode: '85123A', Description: 'HEART', UnitPrice: '2.5' }),
    ]);
    expect(items).toEqual([
      {
        kind: 'product',
        sku: '71053',
        name: 'WHITE METAL LANTERN',
        price: { amount: 339, currency: 'GBP' },
      },
      { kind: 'product', sku: '85123A', name: 'HEART', price: { amount: 250, currency: 'GBP' } },
      {
        kind: 'order',
        order: {
          externalId: '536365',
          paidAt: '2010-12-01T08:26:00+00:00',
          currency: 'GBP',
          customer: { externalId: '17850' },
          shipTo: { region: 'United Kingdom' },
          lines: [
            { lineId: '1', sku: '71053', quantity: 6, unitPrice: 339 },
            { lineId: '2', sku: '85123A', quantity: 6, unitPrice: 250 },
          ],
        },
        rows: [2, 3],
        deliveries: [{ deliveredAt: '2010-12-03T08:26:00+00:00', lineIds: ['1', '2'] }],
      },
    ]);
  });

  test('repeated rows are separate lines', () => {
    const { orders } = imported([row({}), row({})]);
    expect(orders[0]!.order.lines.map(({ lineId, quantity }) => [lineId, quantity])).toEqual([
      ['1', 6],
      ['2', 6],
    ]);
  });

  test('a line keeps the number of its row when rows before it are rejected', () => {
    const { orders } = imported([row({ StockCode: 'POST' }), row({})]);
    expect(orders[0]!.order.lines).toMatchObject([{ lineId: '2' }]);
  });

  test('rows of one invoice that stand apart, minutes later, are one order paid at the first', () => {
    const { orders } = imported([
      row({}),
      row({ InvoiceNo: '536366' }),
      row({ InvoiceDate: '2010-12-01T08:27:00' }),
    ]);
    expect(orders.map(({ order }) => [order.externalId, order.paidAt, order.lines.length])).toEqual([
      ['536365', '2010-12-01T08:26:00+00:00', 2],
      ['536366', '2010-12-01T08:26:00+00:00', 1],
    ]);
    expect(orders[0]!.deliveries).toHaveLength(1);
  });

  test('an order is given out after a hundred others, and rows after that are rejected', () => {
    const others = Array.from({ length: 101 }, (_, index) => row({ InvoiceNo: String(600_000 + index) }));
    expect(imported([row({}), ...others.slice(1), row({})]).orders[0]!.order.lines).toHaveLength(2);
    const { orders, rejects } = imported([row({}), ...others, row({})]);
    expect(orders[0]!.order.lines).toHaveLength(1);
    expect(rejects).toMatchObject([{ row: 104, reason: 'order_already_complete' }]);
  });

  test('an order without a customer is of a guest', () => {
    expect(imported([row({ CustomerID: '' })]).orders[0]!.order.customer).toBeUndefined();
  });

  test('a cancellation of a purchase in a waiting order is not matched to an older purchase', () => {
    const { returns, rejects } = imported([
      row({ InvoiceNo: '1', InvoiceDate: '2010-12-01T08:00:00' }),
      row({ InvoiceNo: '2', InvoiceDate: '2010-12-02T08:00:00' }),
      row({ InvoiceNo: '2', InvoiceDate: '2010-12-02T08:00:00', Quantity: 'two' }),
      row({ InvoiceNo: 'C3', InvoiceDate: '2010-12-03T08:00:00', Quantity: '-1' }),
    ]);
    expect(returns).toEqual([]);
    expect(rejects.map(({ row: at, reason }) => [at, reason])).toEqual([
      [4, 'malformed_row'],
      [3, 'order_waits'],
      [5, 'order_not_imported'],
    ]);
  });

  test('a stock code in small letters is the same product, and a blank description takes the code', () => {
    const { products } = imported([
      row({ StockCode: '85123a', Description: '' }),
      row({ StockCode: '85123A', Description: 'HEART', UnitPrice: '9.99' }),
    ]);
    expect(products).toMatchObject([{ sku: '85123A', name: '85123A', price: { amount: 339 } }]);
  });

  test('an invoice whose rows are all rejected is no order', () => {
    const { orders, products, rejects } = imported([row({ UnitPrice: '0.0' }), row({ StockCode: 'M' })]);
    expect([orders, products]).toEqual([[], []]);
    expect(rejects.map(({ reason }) => reason)).toEqual(['zero_price', 'not_a_product']);
  });
});

describe('rejected rows', () => {
  test.each<[string, Partial<Row>, string, string]>([
    ...[
      'POST',
      'DOT',
      'C2',
      'D',
      'M',
      'm',
      'S',
      'B',
      'BANK CHARGES',
      'AMAZONFEE',
      'CRUK',
      'ADJUST2',
      'TEST001',
      'gift_0001_40',
    ].map((code): [string, Partial<Row>, string, string] => [
      `stock code ${code}`,
      { StockCode: code },
      'not_a_product',
      '20.34',
    ]),
    [
      'a credited discount',
      { InvoiceNo: 'C536379', StockCode: 'D', Quantity: '-1' },
      'not_a_product',
      '-3.39',
    ],
    ['a bad debt', { InvoiceNo: 'A563185', UnitPrice: '-11062.06' }, 'accounting_adjustment', '-66372.36'],
    ['damaged goods', { Quantity: '-6', UnitPrice: '0.0' }, 'stock_adjustment', '0.00'],
    ['a gift', { UnitPrice: '0' }, 'zero_price', '0.00'],
    ['a negative price', { UnitPrice: '-1.00' }, 'negative_price', '-6.00'],
    ['a price below a penny', { UnitPrice: '0.001' }, 'price_below_minor_unit', '0.006'],
    ['whole pence from parts of a penny', { UnitPrice: '0.005' }, 'price_below_minor_unit', '0.03'],
    ['no invoice', { InvoiceNo: '' }, 'malformed_row', '20.34'],
    ['an unknown kind of invoice', { InvoiceNo: 'CC1' }, 'malformed_row', '20.34'],
    ['no stock code', { StockCode: ' ' }, 'malformed_row', '20.34'],
    ['no quantity', { Quantity: '' }, 'malformed_row', 'unknown'],
    ['half a piece', { Quantity: '1.5' }, 'malformed_row', 'unknown'],
    ['no pieces', { Quantity: '0' }, 'malformed_row', '0.00'],
    ['a price in words', { UnitPrice: 'free' }, 'malformed_row', 'unknown'],
    [
      'a line beyond safe integers',
      { Quantity: '999999999', UnitPrice: '1000000' },
      'malformed_row',
      '999999999000000.00',
    ],
    ['a day the calendar lacks', { InvoiceDate: '2011-02-29T10:00:00' }, 'malformed_row', '20.34'],
    ['no country', { Country: '' }, 'malformed_row', '20.34'],
    ['a cancellation of more pieces', { InvoiceNo: 'C536379' }, 'malformed_row', '20.34'],
    ['a sale in the future', { InvoiceDate: '2026-03-01T04:00:01' }, 'time_in_future', '20.34'],
  ])('%s', (_name, fields, reason, amount) => {
    const { items, rejects } = imported([row(fields)]);
    expect(items).toHaveLength(1);
    expect(rejects).toMatchObject([{ row: 2, reason }]);
    const [{ amount: found } = {}] = rejects;
    expect(found === undefined ? 'unknown' : formatScaled(found)).toBe(amount);
  });

  test('goods whose stock codes look like others are sold', () => {
    const { products } = imported([row({ StockCode: 'PADS' }), row({ StockCode: 'DCGS0003' })]);
    expect(products.map(({ sku }) => sku)).toEqual(['PADS', 'DCGS0003']);
  });

  test.each([
    ['customerId', { CustomerID: '13047' }],
    ['region', { Country: 'France' }],
  ])('a row with another %s than its invoice makes the invoice wait', (name, fields) => {
    const { orders, rejects } = imported([row({}), row(fields)]);
    expect(orders).toEqual([]);
    expect(rejects).toMatchObject([
      { reason: 'conflicting_order', detail: expect.stringContaining(name) },
      { row: 2, reason: 'order_waits' },
    ]);
  });
});

describe('cancellations', () => {
  const cancellation = (fields: Partial<Row>) =>
    row({ InvoiceNo: 'C540000', Quantity: '-1', InvoiceDate: '2011-01-04T10:00:00', ...fields });

  test('a cancellation returns pieces of the purchase', () => {
    const { returns, differences, rejects } = imported([row({}), cancellation({ Quantity: '-2' })]);
    expect(returns).toEqual([
      {
        kind: 'return',
        row: 3,
        sku: '71053',
        returnId: 'C540000/1/536365/1',
        orderExternalId: '536365',
        lineId: '1',
        quantity: 2,
        isTotal: false,
        at: '2011-01-04T10:00:00+00:00',
        value: { amount: 678, currency: 'GBP' },
      },
    ]);
    expect([differences, rejects]).toEqual([[], []]);
  });

  test('the newest purchase is returned first, then older ones, then the rest is rejected', () => {
    const { returns, rejects } = imported([
      row({ InvoiceNo: '1', Quantity: '2' }),
      row({ InvoiceNo: '2', Quantity: '3', InvoiceDate: '2010-12-02T08:00:00' }),
      cancellation({ Quantity: '-9' }),
    ]);
    expect(returns.map(({ orderExternalId, quantity }) => [orderExternalId, quantity])).toEqual([
      ['2', 3],
      ['1', 2],
    ]);
    expect(rejects).toMatchObject([
      { row: 4, reason: 'cancellation_without_purchase', quantity: -4, amount: -4n * 339_000n },
    ]);
  });

  test('what was returned cannot be returned again', () => {
    const { returns, rejects } = imported([
      row({ Quantity: '3' }),
      cancellation({ Quantity: '-2' }),
      cancellation({ InvoiceNo: 'C540001', Quantity: '-2' }),
    ]);
    expect(returns.map(({ returnId, quantity }) => [returnId, quantity])).toEqual([
      ['C540000/1/536365/1', 2],
      ['C540001/1/536365/1', 1],
    ]);
    expect(rejects).toMatchObject([{ quantity: -1 }]);
  });

  test('of purchases at the same time, the later in the file is returned first', () => {
    const { returns } = imported([row({ InvoiceNo: '1' }), row({ InvoiceNo: '2' }), cancellation({})]);
    expect(returns).toMatchObject([{ orderExternalId: '2' }]);
  });

  test('purchases that are out of order in the file are matched by their time', () => {
    const { returns } = imported([
      row({ InvoiceNo: '2', InvoiceDate: '2010-12-09T08:00:00' }),
      row({ InvoiceNo: '1', InvoiceDate: '2010-12-08T08:00:00' }),
      cancellation({}),
    ]);
    expect(returns).toMatchObject([{ orderExternalId: '2' }]);
  });

  test.each<[string, Row[]]>([
    ['another customer', [row({ CustomerID: '13047' }), cancellation({})]],
    ['another product', [row({ StockCode: '22633' }), cancellation({})]],
    ['a later time', [row({ InvoiceDate: '2011-01-04T10:01:00' }), cancellation({})]],
    ['a later place in the file', [cancellation({}), row({})]],
    ['a guest', [row({ CustomerID: '' }), cancellation({ CustomerID: '' })]],
  ])('a purchase by or of %s is not returned', (_name, rows) => {
    const { orders, returns, rejects } = imported(rows);
    expect(orders).toHaveLength(1);
    expect(returns).toEqual([]);
    expect(rejects).toMatchObject([{ reason: 'cancellation_without_purchase', quantity: -1 }]);
  });

  test.each([
    ['less', '3.00', '0.78'],
    ['more', '3.50', '-0.22'],
    ['by part of a penny', '3.389', '0.002'],
    ['nothing', '0.0', '6.78'],
  ])('a credit of %s than was paid is a price difference', (_name, price, difference) => {
    const { returns, differences } = imported([row({}), cancellation({ Quantity: '-2', UnitPrice: price })]);
    expect(returns).toMatchObject([{ value: { amount: 678 } }]);
    expect(differences.map(({ amount }) => formatScaled(amount))).toEqual([difference]);
  });

  test('a cancellation with a negative price is rejected', () => {
    const { rejects } = imported([row({}), cancellation({ UnitPrice: '-3.39' })]);
    expect(rejects).toMatchObject([{ reason: 'negative_price', amount: 339_000n }]);
  });
});

describe('time', () => {
  test('times after the last Sunday of March are in summer time, and so is the delivery', () => {
    const { orders } = imported([row({ InvoiceDate: '2011-03-26T10:16:00' })]);
    expect(orders[0]!.order.paidAt).toBe('2011-03-26T10:16:00+00:00');
    expect(orders[0]!.deliveries).toMatchObject([{ deliveredAt: '2011-03-28T10:16:00+01:00' }]);
  });

  test('an order whose delivery would be in the future is under way', () => {
    const rows = [
      row({ InvoiceDate: '2026-02-27T04:00:00' }),
      row({ InvoiceNo: '2', InvoiceDate: '2026-02-27T04:00:01' }),
    ];
    const { orders } = imported(rows);
    expect(orders.map(({ deliveries }) => deliveries.length)).toEqual([1, 0]);
    expect(imported(rows, { deliveryDays: 1 }).orders[1]!.deliveries).toHaveLength(1);
  });

  test('moved to the present, the newest row is within the last day and all distances stay', () => {
    const rows = [
      row({}),
      row({ InvoiceNo: 'C2', Quantity: '-1', InvoiceDate: '2011-05-31T15:53:00' }),
      row({ InvoiceNo: '3', InvoiceDate: 'unreadable' }),
    ];
    const finder = createShiftFinder({ header, now });
    expect(finder.shiftDays()).toBe(0);
    for (const fields of rows) finder.row(fields);
    const { orders, returns } = imported(rows, { shiftDays: finder.shiftDays() });
    expect(returns[0]!.at).toBe('2026-02-28T15:53:00+00:00');
    expect(orders[0]!.order.paidAt).toBe('2025-08-31T08:26:00+01:00');
  });

  test('a return that would be in the future is rejected', () => {
    const { returns, rejects } = imported([
      row({}),
      row({ InvoiceNo: 'C2', Quantity: '-1', InvoiceDate: '2026-03-01T04:00:01' }),
    ]);
    expect(returns).toEqual([]);
    expect(rejects).toMatchObject([{ reason: 'time_in_future', amount: -339_000n }]);
  });

  test('a present that is no time is refused', () => {
    expect(() => imported([], { now: 'today' })).toThrow(RangeError);
  });
});

describe('any file', () => {
  const price = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('3.39', '2.5', '10', '0.85') },
    fc.constantFrom('0.0', '0.001', '1.00001', '-2.5', 'x', ''),
  );
  const quantity = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: -6, max: 12 }).map(String) },
    fc.constantFrom('', '1.5', '-74215'),
  );
  const minute = fc.integer({ min: 0, max: 240_000 });
  const rows = fc.array(
    fc
      .record({
        InvoiceNo: fc.oneof(
          fc.integer({ min: 1, max: 8 }).map(String),
          fc.integer({ min: 10, max: 18 }).map((number) => `C${number}`),
          fc.constantFrom('A9', '', '?'),
        ),
        StockCode: fc.constantFrom('71053', '85123A', '85123a', 'POST', 'M', ''),
        Description: fc.constantFrom('', 'HEART'),
        Quantity: quantity,
        InvoiceDate: fc.oneof(
          {
            weight: 9,
            arbitrary: minute.map((at) => new Date(Date.UTC(2010, 11, 1, 0, at)).toISOString().slice(0, 19)),
          },
          fc.constantFrom('2099-01-01T00:00:00', 'soon'),
        ),
        UnitPrice: price,
        CustomerID: fc.constantFrom('17850', '17850', '17850', '13047', ''),
        Country: fc.constantFrom('United Kingdom', 'United Kingdom', 'France', ''),
      })
      .map((fields): Row => fields),
    { maxLength: 60 },
  );
  const sorted = rows.map((unsorted) =>
    [...unsorted].sort((a, b) => (a.InvoiceDate! < b.InvoiceDate! ? -1 : 1)),
  );

  /** The total by arithmetic of its own: prices here have max five decimals, so that this sum is exact. */
  function totalOf(file: Row[]): bigint {
    return file.reduce((total, { Quantity = '', UnitPrice = '' }) => {
      const isReadable = /^-?\d+$/.test(Quantity) && /^-?\d/.test(UnitPrice);
      return isReadable ? total + BigInt(Quantity) * BigInt(Math.round(Number(UnitPrice) * 1e5)) : total;
    }, 0n);
  }

  test('file total = sales − returns + price differences + rejected, and every item can be applied', () => {
    fc.assert(
      fc.property(fc.oneof(rows, sorted), (file) => {
        const { items, reconciliations } = importRows(file, { header, now });
        applyInOrder(items);
        const [reconciliation] = reconciliations;
        expect(reconciliation ? explainedTotal(reconciliation) : 0n).toBe(totalOf(file));
        expect(reconciliation?.fileTotal ?? 0n).toBe(totalOf(file));
        expect(reconciliation?.rows ?? 0).toBe(file.length);
      }),
      { numRuns: 500 },
    );
  });

  test('no piece is lost: each row is sold, returned or rejected with its whole quantity', () => {
    fc.assert(
      fc.property(sorted, (file) => {
        const { items } = importRows(file, { header, now });
        const sold = ofKind(items, 'order').flatMap(({ order }) => order.lines);
        const pieces = (items: readonly { quantity?: number }[]) =>
          items.reduce((sum, { quantity = 0 }) => sum + quantity, 0);
        const inFile = file.map(({ Quantity = '' }) => ({
          quantity: /^-?\d+$/.test(Quantity) ? Number(Quantity) : 0,
        }));
        expect(pieces(sold) - pieces(ofKind(items, 'return')) + pieces(ofKind(items, 'rejected'))).toBe(
          pieces(inFile),
        );
      }),
    );
  });

  test('the same file gives the same items', () => {
    fc.assert(
      fc.property(rows, (file) => {
        expect(importRows(file, { header, now })).toEqual(importRows(file, { header, now }));
      }),
    );
  });

  test('an equation that does not hold is an error with both sides', () => {
    const { reconciliation } = imported([row({})]);
    expect(() => assertReconciled({ ...reconciliation, fileTotal: 1n })).toThrow(
      "The file's total is 0.00001 GBP, but the import explains 20.34",
    );
  });
});
