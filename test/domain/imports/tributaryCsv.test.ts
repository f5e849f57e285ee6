import fc from 'fast-check';
import { formatScaled } from '../../../domain/decimal';
import {
  assertReconciled,
  createImporter,
  createShiftFinder,
  UnknownHeaderError,
} from '../../../domain/imports/shopExport';
import { TRIBUTARY_CSV_COLUMNS } from '../../../domain/imports/tributaryCsv';
import { applyInOrder, importRows, ofKind, type Row } from './importing';

const header = TRIBUTARY_CSV_COLUMNS;
const now = '2026-03-01T12:00:00+08:00';

function row(fields: Partial<Row>): Row {
  return {
    order_id: 'SO-1',
    paid_at: '2026-02-01T10:00:00+08:00',
    currency: 'CNY',
    customer_id: 'c-1',
    attribution_code: '',
    region: 'Shanghai',
    line_id: '1',
    sku: 'TEA-250',
    quantity: '3',
    unit_price: '19.90',
    discount: '',
    delivered_at: '',
    returned_quantity: '',
    returned_at: '',
    ...fields,
  };
}

function imported(rows: Row[], options = {}) {
  const { items, reconciliations } = importRows(rows, { header, now, ...options });
  for (const reconciliation of reconciliations) assertReconciled(reconciliation);
  applyInOrder(items);
  return {
    items,
    reconciliations,
    orders: ofKind(items, 'order'),
    returns: ofKind(items, 'return'),
    rejects: ofKind(items, 'rejected'),
  };
}

test('rows become an order with attribution, discounts, the deliveries of each line, and its return', () => {
  const { items } = imported([
    row({ attribution_code: 'LI-9', discount: '1.00', delivered_at: '2026-02-03T10:00:00+08:00' }),
    row({
      attribution_code: 'LI-9',
      line_id: '2',
      sku: 'TEA-500',
      delivered_at: '2026-02-04T10:00:00+08:00',
      returned_quantity: '1',
      returned_at: '2026-02-06T10:00:00+08:00',
    }),
    row({ attribution_code: 'LI-9', line_id: '3' }),
  ]);
  expect(items.slice(2)).toEqual([
    {
      kind: 'order',
      order: {
        externalId: 'SO-1',
        paidAt: '2026-02-01T10:00:00+08:00',
        currency: 'CNY',
        customer: { externalId: 'c-1' },
        attributionCode: 'LI-9',
        shipTo: { region: 'Shanghai' },
        lines: [
          { lineId: '1', sku: 'TEA-250', quantity: 3, unitPrice: 1990, discount: 100 },
          { lineId: '2', sku: 'TEA-500', quantity: 3, unitPrice: 1990 },
          { lineId: '3', sku: 'TEA-250', quantity: 3, unitPrice: 1990 },
        ],
      },
      rows: [2, 3, 4],
      deliveries: [
        { deliveredAt: '2026-02-03T10:00:00+08:00', lineIds: ['1'] },
        { deliveredAt: '2026-02-04T10:00:00+08:00', lineIds: ['2'] },
      ],
    },
    {
      kind: 'return',
      row: 3,
      sku: 'TEA-500',
      returnId: 'SO-1/2/return',
      orderExternalId: 'SO-1',
      lineId: '2',
      quantity: 1,
      isTotal: true,
      at: '2026-02-06T10:00:00+08:00',
      value: { amount: 1990, currency: 'CNY' },
    },
  ]);
});

test('columns that are optional may be missing', () => {
  const required = ['order_id', 'paid_at', 'currency', 'customer_id', 'region', 'line_id', 'sku', 'quantity'];
  const columns = [...required, 'unit_price'];
  const fields = Object.fromEntries(Object.entries(row({})).filter(([column]) => columns.includes(column)));
  expect(imported([fields], { header: columns }).orders).toHaveLength(1);
});

test.each([
  ['1', '1.00', 1990 - 33],
  ['2', '1.00', 3980 - 67],
  ['3', '1.00', 5970 - 100],
])('a return of %s of 3 pieces has its part of the discount', (quantity, discount, value) => {
  const returned = { returned_quantity: quantity, returned_at: '2026-02-06T10:00:00+08:00' };
  expect(imported([row({ discount, ...returned })]).returns).toMatchObject([{ value: { amount: value } }]);
});

test.each<[string, Partial<Row>, string]>([
  ['no order', { order_id: '' }, 'malformed_row'],
  ['no line', { line_id: '' }, 'malformed_row'],
  ['ids too long for a return id', { order_id: 'x'.repeat(72) }, 'malformed_row'],
  ['no product', { sku: '' }, 'malformed_row'],
  ['no region', { region: '' }, 'malformed_row'],
  ['a currency in small letters', { currency: 'cny' }, 'malformed_row'],
  ['a time without offset', { paid_at: '2026-02-01T10:00:00' }, 'malformed_row'],
  ['no pieces', { quantity: '0' }, 'malformed_row'],
  ['a price in words', { unit_price: 'free' }, 'malformed_row'],
  ['a line beyond safe integers', { quantity: '999999999', unit_price: '1000000' }, 'malformed_row'],
  ['a negative price', { unit_price: '-1' }, 'negative_price'],
  ['a gift', { unit_price: '0.00' }, 'zero_price'],
  ['a price below a fen', { unit_price: '0.015' }, 'price_below_minor_unit'],
  ['a price below a yen', { unit_price: '100.5', currency: 'JPY' }, 'price_below_minor_unit'],
  ['a discount in words', { discount: 'some' }, 'malformed_row'],
  ['a discount below a fen', { discount: '0.001' }, 'malformed_row'],
  ['a negative discount', { discount: '-1' }, 'malformed_row'],
  ['a discount above the price', { discount: '59.71' }, 'malformed_row'],
  ['a delivery before the payment', { delivered_at: '2026-02-01T09:59:59+08:00' }, 'malformed_row'],
  ['a return of more than was sold', { returned_quantity: '4', returned_at: now }, 'malformed_row'],
  ['a return of part of a piece', { returned_quantity: '0.5', returned_at: now }, 'malformed_row'],
  ['a return without a time', { returned_quantity: '1' }, 'malformed_row'],
  ['a time without a return', { returned_at: now }, 'malformed_row'],
  ['a sale in the future', { paid_at: '2026-03-01T12:00:01+08:00' }, 'time_in_future'],
])('%s is rejected', (_name, fields, reason) => {
  const { items, rejects } = imported([row(fields)]);
  expect(items).toHaveLength(1);
  expect(rejects).toMatchObject([{ row: 2, reason }]);
});

test('a repeated line ID, and a line that conflicts with its order, make the order wait', () => {
  const { orders, rejects } = imported([
    row({}),
    row({}),
    row({ line_id: '2', currency: 'EUR' }),
    row({ line_id: '3', attribution_code: 'LI-9' }),
  ]);
  expect(orders).toEqual([]);
  expect(rejects.map(({ reason }) => reason)).toEqual([
    'duplicate_line',
    'conflicting_order',
    'conflicting_order',
    'order_waits',
  ]);
});

describe('an order with a bad row', () => {
  const second = (fields: Partial<Row>) => row({ line_id: '2', sku: 'TEA-500', ...fields });

  test.each<[string, Partial<Row>]>([
    ['a price with a thousands separator', { unit_price: '5,000.00' }],
    ['a price below a fen', { unit_price: '0.015' }],
    ['a negative price', { unit_price: '-1.00' }],
    ['no product', { sku: '' }],
    ['another customer', { customer_id: 'c-2' }],
    ['another code', { attribution_code: 'LI-9' }],
    ['a payment in the future', { paid_at: '2026-03-01T12:00:01+08:00' }],
    ['an impossible return', { returned_quantity: '9', returned_at: now }],
  ])('waits: %s', (_name, fields) => {
    const { items, rejects } = imported([row({}), second(fields), row({ order_id: 'SO-2' })]);
    expect(rejects.map(({ row: at, orderId }) => [at, orderId])).toEqual([
      [3, 'SO-1'],
      [2, 'SO-1'],
    ]);
    expect(rejects[1]).toMatchObject({
      reason: 'order_waits',
      detail: 'The whole order waits because of row 3. Correct this and import the file again.',
    });
    expect(ofKind(items, 'order').map(({ order }) => order.externalId)).toEqual(['SO-2']);
  });

  test('waits also if the first row is bad, with the returns of its other rows', () => {
    const back = { returned_quantity: '1', returned_at: '2026-02-06T10:00:00+08:00' };
    const { items, rejects } = imported([row({ quantity: 'two' }), second(back)]);
    expect(items).toHaveLength(2);
    expect(rejects.map(({ row: at, reason, amount }) => [at, reason, amount])).toEqual([
      [2, 'malformed_row', undefined],
      [3, 'order_waits', 3_980_000n],
    ]);
  });

  test('is imported whole from the corrected file', () => {
    expect(imported([row({}), second({ unit_price: '5000.00' })]).orders[0]!.order.lines).toHaveLength(2);
  });

  test('with a gift does not wait: nothing is to correct', () => {
    const { orders, rejects } = imported([row({}), second({ unit_price: '0.00' })]);
    expect(orders[0]!.order.lines).toHaveLength(1);
    expect(rejects.map(({ reason }) => reason)).toEqual(['zero_price']);
  });

  test('waits if a row has unreliable values', () => {
    const importer = createImporter({ header, now });
    const items = [
      ...importer.row(2, row({})),
      ...importer.row(3, row({ line_id: '2' }), 'The row has 15 values under 14 columns.'),
      ...importer.end(),
    ];
    expect(ofKind(items, 'rejected').map(({ row: at, reason }) => [at, reason])).toEqual([
      [3, 'malformed_row'],
      [2, 'order_waits'],
    ]);
    importer.reconciliations().forEach(assertReconciled);
  });

  test('waits if a survey of the file found its rows too far apart', () => {
    const others = Array.from({ length: 102 }, (_, index) => row({ order_id: `other-${index}` }));
    const file = [row({}), ...others, second({})];
    const found = imported(file).rejects;
    expect(found.map(({ reason }) => reason)).toEqual(['order_already_complete']);
    const scattered = new Set(found.map(({ orderId }) => orderId));
    const { orders, rejects } = imported(file, { scattered });
    expect(orders).toHaveLength(102);
    expect(rejects.map(({ row: at, reason }) => [at, reason])).toEqual([
      [2, 'order_waits'],
      [105, 'order_already_complete'],
    ]);
  });
});

test('blank order values of further rows are those of the first row', () => {
  const blank = { paid_at: '', currency: '', customer_id: '', attribution_code: '', region: '' };
  const { orders } = imported([row({ attribution_code: 'LI-9' }), row({ line_id: '2', ...blank })]);
  const whole = imported([
    row({ attribution_code: 'LI-9' }),
    row({ line_id: '2', attribution_code: 'LI-9' }),
  ]);
  expect(orders).toEqual(whole.orders);
  expect(orders[0]!.order.lines).toHaveLength(2);
});

test.each(['', '0', '00', 'guest', 'GUEST ', 'null', '游客', '00000000-0000-0000-0000-000000000000'])(
  'the customer %j is a guest',
  (customer_id) => {
    const { orders } = imported([row({ customer_id }), row({ order_id: 'SO-2', customer_id: '10' })]);
    expect(orders.map(({ order }) => order.customer)).toEqual([undefined, { externalId: '10' }]);
  },
);

test('with an unreadable amount, the file total is unknown and not smaller', () => {
  const { reconciliations } = imported([row({}), row({ order_id: 'SO-2', unit_price: '5,000.00' })]);
  expect(reconciliations).toMatchObject([
    {
      rows: 2,
      unknownRows: 1,
      fileTotal: 5_970_000n,
      rejected: { malformed_row: { count: 1, amount: 0n, unknown: 1 } },
    },
  ]);
});

test('a return that would be in the future is rejected, and its sale imported', () => {
  const { orders, returns, rejects } = imported([
    row({ returned_quantity: '1', returned_at: '2026-03-02T10:00:00+08:00' }),
  ]);
  expect(orders).toHaveLength(1);
  expect(returns).toEqual([]);
  expect(rejects.map(({ reason, amount }) => [reason, formatScaled(amount!)])).toEqual([
    ['time_in_future', '-19.90'],
  ]);
});

test('moved to the present, all times of a row move together', () => {
  const rows = [
    row({
      paid_at: '2020-01-01T10:00:00+08:00',
      delivered_at: '2020-01-03T10:00:00+08:00',
      returned_quantity: '1',
      returned_at: '2020-01-05T10:00:00+08:00',
    }),
    row({ order_id: 'SO-2', paid_at: '2020-01-10T13:00:00+08:00' }),
  ];
  const finder = createShiftFinder({ header, now });
  for (const fields of rows) finder.row(fields);
  const { orders, returns } = imported(rows, { shiftDays: finder.shiftDays() });
  expect(orders.map(({ order }) => order.paidAt)).toEqual([
    '2026-02-19T10:00:00+08:00',
    '2026-02-28T13:00:00+08:00',
  ]);
  expect(orders[0]!.deliveries[0]!.deliveredAt).toBe('2026-02-21T10:00:00+08:00');
  expect(returns[0]!.at).toBe('2026-02-23T10:00:00+08:00');
});

test('each currency is reconciled separately', () => {
  const { reconciliations } = imported([
    row({}),
    row({ order_id: 'SO-2', currency: 'JPY', unit_price: '100' }),
  ]);
  expect(reconciliations.map(({ currency, fileTotal }) => [currency, formatScaled(fileTotal)])).toEqual([
    ['CNY', '59.70'],
    ['JPY', '300.00'],
  ]);
});

test('a header that fits no format names what is missing for each', () => {
  const create = () => createImporter({ header: ['order_id', 'sku', 'InvoiceNo'], now });
  expect(create).toThrow(UnknownHeaderError);
  expect(create).toThrow(
    'Missing columns for Online Retail: StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country; for Tributary CSV: paid_at, currency, customer_id, region, line_id, quantity, unit_price',
  );
});

test('the money of any file is accounted for, and every item can be applied', () => {
  const amount = fc.constantFrom('', '0', '0.01', '19.90', '19.901', '5', '-1', 'x');
  const time = fc.constantFrom('', now, '2026-02-01T10:00:00+08:00', '2027-01-01T00:00:00Z', 'soon');
  const rows = fc.array(
    fc
      .record({
        order_id: fc.constantFrom('SO-1', 'SO-2', 'SO-3', ''),
        paid_at: fc.constantFrom('2026-02-01T10:00:00+08:00', now, '2027-01-01T00:00:00Z', 'soon'),
        currency: fc.constantFrom('CNY', 'CNY', 'JPY', 'KWD', 'yuan'),
        customer_id: fc.constantFrom('c-1', ''),
        attribution_code: fc.constantFrom('', 'LI-9'),
        region: fc.constantFrom('Shanghai', 'Shanghai', ''),
        line_id: fc.constantFrom('1', '2', '3', '4', '5', ''),
        sku: fc.constantFrom('TEA-250', 'TEA-500', ''),
        quantity: fc.constantFrom('1', '3', '7', '0', '-1', ''),
        unit_price: amount,
        discount: amount,
        delivered_at: time,
        returned_quantity: fc.constantFrom('', '1', '2', '3', '9', '-1', 'x'),
        returned_at: time,
      })
      .map((fields): Row => fields),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(rows, (file) => {
      imported(file);
    }),
    { numRuns: 500 },
  );
});
