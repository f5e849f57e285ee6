import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { createAssignment } from '../../cli/assignment';
import { createClient } from '../../cli/client';
import type { Progress } from '../../cli/progress';
import { type ImportResult, type ImportSettings, runImport } from '../../cli/runImport';
import { formatScaled } from '../../domain/decimal';
import { explainedTotal } from '../../domain/imports/shopExport';
import { TRIBUTARY_CSV_COLUMNS } from '../../domain/imports/tributaryCsv';
import { makeDistributor, startApi, startWorker, type TestApi } from '../support/api';
import { expectSoundLedger } from '../support/ledger';

const NOW = new Date();
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS);

// Each test is whole imports through the API and its workflows.
jest.setTimeout(120_000);

let api: TestApi;
let stopWorker: () => Promise<void>;
let key: string;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-import-'));
  api = await startApi({ TEMPORAL_TASK_QUEUE: `import-${randomUUID()}` });
  stopWorker = await startWorker(api.context);
  key = await api.keyFor('admin');
  // Releases automatically, so that late returns have to be clawed back.
  const terms = { automaticRelease: true, levels: [{ default: { rateBp: 1000 } }] };
  const plan = await api.call('POST', '/v1/commission-plans', { key, body: { name: 'test', terms } });
  await api.call('POST', `/v1/commission-plans/${plan.body.id}/activate`, { key, body: {} });
});

afterAll(async () => {
  await stopWorker();
  await api.stop();
  rmSync(folder, { recursive: true });
});

const silent: Progress = { update: () => undefined, note: () => undefined, stop: () => undefined };

interface Run extends ImportResult {
  file: string;
  /** Rows of the report by column. */
  rejects: Record<string, string>[];
  /** The report as it stands in the file. */
  report: string;
}

async function imported(file: string, settings: Partial<ImportSettings> = {}): Promise<Run> {
  const reportFile = `${file}.report.csv`;
  const result = await runImport({
    api: createClient({ url: api.url, key }),
    file,
    reportFile,
    now: NOW,
    startProgress: () => silent,
    ...settings,
  });
  const report = readFileSync(reportFile, 'utf8');
  return { ...result, file, report, rejects: parse(report, { columns: true, bom: true }) };
}

type Row = Record<string, string | number>;

function written(columns: readonly string[], rows: readonly (Row | string)[]): string {
  const file = path.join(folder, `${randomUUID()}.csv`);
  const lines = rows.map((row) =>
    typeof row === 'string' ? `${row}\n` : stringify([row], { columns: [...columns] }),
  );
  writeFileSync(file, `${columns.join(',')}\n${lines.join('')}`);
  return file;
}

/** Ids that no other test of the run has: workflows share one Temporal. */
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** A row of our own format: two pieces at 10.00, paid and delivered a month ago. */
function row(orderId: string, fields: Row = {}): Row {
  return {
    order_id: orderId,
    paid_at: daysAgo(30).toISOString(),
    currency: 'CNY',
    customer_id: `customer of ${orderId}`,
    region: 'CN-31',
    line_id: 1,
    sku: 'TEA-250',
    quantity: 2,
    unit_price: '10.00',
    delivered_at: daysAgo(28).toISOString(),
    ...fields,
  };
}

/** What staff see of the imports of a file. */
const shownImports = async (file: string): Promise<{ id: string }[]> => {
  const { body } = await api.call('GET', '/v1/imports?limit=200', { key });
  return body.items.filter(({ fileName }: { fileName: string }) => fileName === path.basename(file));
};

const tributary = (rows: readonly (Row | string)[]) => written(TRIBUTARY_CSV_COLUMNS, rows);

/** Everything the system knows of some orders, as far as an import decides it. */
async function known(orderIds: readonly string[]) {
  const count = async (sql: string) => (await api.context.pool.query(sql, [orderIds])).rows;
  return {
    lines: await count(
      `SELECT order_id, line_id, state, quantity, returned_quantity, net_amount FROM order_lines
       WHERE order_id = ANY ($1) ORDER BY order_id, line_id`,
    ),
    events: await count(
      `SELECT subject, type, count(*)::int FROM events WHERE substr(subject, 7) = ANY ($1) GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
    commissions: await count(
      `SELECT order_id, state, amount FROM commissions WHERE order_id = ANY ($1) ORDER BY order_id, line_id`,
    ),
    transfers: await count(
      `SELECT c.order_id, t.from_account, t.to_account, t.amount FROM transfers t JOIN commissions c ON c.id = t.commission_id
       WHERE c.order_id = ANY ($1) ORDER BY t.id`,
    ),
  };
}

const codeOf = async (distributorId: string): Promise<string> =>
  (await api.call('GET', `/v1/distributors/${distributorId}`, { key })).body.referralCode;

const amounts = ({ reconciliations }: ImportResult) =>
  reconciliations.map((reconciliation) => {
    expect(explainedTotal(reconciliation)).toBe(reconciliation.fileTotal);
    return formatScaled(reconciliation.fileTotal);
  });

test('an import that is stopped in the middle and run again imports everything once', async () => {
  const attribution_code = await codeOf(await makeDistributor(api.context));
  const ids = Array.from({ length: 40 }, (_, index) => unique(`stopped-${index}`));
  const returned = { returned_quantity: 1, returned_at: daysAgo(25).toISOString() };
  const file = tributary(
    ids.map((id, index) => row(id, { attribution_code, ...(index % 4 === 0 && returned) })),
  );

  const stop = new AbortController();
  const stopAfterTen: Progress = {
    ...silent,
    update: ({ orders }) => {
      if (orders >= 10) stop.abort();
    },
  };
  const first = await imported(file, { signal: stop.signal, startProgress: () => stopAfterTen });
  expect(first.finished).toBe(false);
  expect(first.orders).toBeGreaterThanOrEqual(10);
  expect(first.orders).toBeLessThan(40);
  const [stopped] = await shownImports(file);
  expect(stopped).toMatchObject({ state: 'stopped', attempt: 1, ordersTotal: 40, orders: first.orders });

  const second = await imported(file);
  const [whole, ...others] = await shownImports(file);
  expect(others).toEqual([]);
  expect(whole).toMatchObject({
    id: stopped!.id,
    state: 'finished',
    attempt: 2,
    orders: 40,
    returns: 10,
    reconciliations: [{ currency: 'CNY', fileTotal: '700.00', sales: { count: 40, amount: '800.00' } }],
  });
  expect([second.finished, second.orders, second.returns, second.rejected]).toEqual([true, 40, 10, 0]);
  expect(amounts(second)).toEqual(['700.00']);
  const after = await known(ids);
  expect(after.lines.map(({ returned_quantity }) => returned_quantity).reduce((a, b) => a + b)).toBe(10);
  expect(after.events.every(({ count }) => count === 1)).toBe(true);

  const third = await imported(file);
  expect({ ...third, seconds: 0 }).toEqual({ ...second, seconds: 0 });
  expect(await known(ids)).toEqual(after);
  await expectSoundLedger(api.context.pool);
});

test('what the API refuses is reported with row, reason and amount, and the other orders are imported', async () => {
  const [good, partly, returned, clean] = [
    unique('good'),
    unique('partly'),
    unique('invisible\u200breturned'),
    unique('clean'),
  ];
  const file = tributary([
    row(good),
    row(partly),
    row(partly, { line_id: 2, sku: 'X'.repeat(65), discount: '1.50' }),
    '',
    row(returned, { returned_quantity: 1, returned_at: daysAgo(20).toISOString() }),
    row(good, { line_id: 'two\u200bwords', sku: '=1+1' }),
    row(unique('free'), { unit_price: '0.00' }),
    `${unique('shifted')},one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve,thirteen,fourteen`,
    row(clean),
  ]);
  const result = await imported(file);
  const [shown] = await shownImports(file);
  const { items } = (await api.call('GET', `/v1/imports/${shown!.id}/rejections`, { key })).body;
  const facts = ({ row: at, order, orderId, reason, amount }: Record<string, unknown>) => [
    Number(at),
    orderId ?? order,
    reason,
    amount ?? '',
  ];
  expect(items.map(facts)).toEqual(result.rejects.map(facts));
  expect(result.rejects.map((reject) => [reject.row, reject.reason, reject.amount])).toEqual([
    ['8', 'zero_price', '0.00'],
    ['9', 'malformed_row', ''],
    ['2', 'order_waits', '20.00'],
    ['7', 'refused_body_not_valid', '20.00'],
    ['3', 'order_waits', '20.00'],
    ['4', 'refused_body_not_valid', '18.50'],
    ['6', 'refused_body_not_valid', '20.00'],
    ['6', 'order_not_imported', '-10.00'],
  ]);
  expect(amounts(result)).toContain('108.50');
  expect(result.report).toContain(",'=1+1,");
  const { lines } = await known([good, partly, returned, clean]);
  expect(lines.map(({ order_id, line_id }) => [order_id, line_id])).toEqual([[clean, '1']]);
});

test('an order with a bad row waits, and the corrected file imports the whole order', async () => {
  const id = unique('bad-row');
  const blank = { paid_at: '', currency: '', customer_id: '', attribution_code: '', region: '' };
  const first = row(id, { unit_price: '100.00' });
  const bad = await imported(tributary([first, { ...first, ...blank, line_id: 2, unit_price: '5,000.00' }]));
  expect(bad.rejects.map((reject) => [reject.row, reject.reason, reject.amount])).toEqual([
    ['3', 'malformed_row', ''],
    ['2', 'order_waits', '200.00'],
  ]);
  const [shown] = await shownImports(
    (await imported(tributary([first, { ...first, line_id: 2, unit_price: 'x' }]))).file,
  );
  expect(shown).toMatchObject({
    reconciliations: [{ rows: 2, unknownRows: 1, fileTotal: null, readableTotal: '200.00' }],
  });
  expect((await known([id])).lines).toEqual([]);

  const corrected = tributary([first, { ...first, ...blank, line_id: 2, unit_price: '5000.00' }]);
  expect((await imported(corrected)).rejects).toEqual([]);
  expect((await known([id])).lines.map(({ line_id }) => line_id)).toEqual(['1', '2']);
  expect((await imported(corrected)).rejects).toEqual([]);
});

test('an order whose numbers hold slashes, number signs and spaces is imported with its return', async () => {
  const id = unique('A/1 #2');
  const back = { returned_quantity: 1, returned_at: daysAgo(25).toISOString() };
  const result = await imported(tributary([row(id, { line_id: '1/a', sku: 'X Y/Z#1', ...back })]));
  expect([result.orders, result.returns, result.rejected]).toEqual([1, 1, 0]);
  const order = await api.call('GET', `/v1/orders/${encodeURIComponent(id)}`, { key });
  expect(order.body).toMatchObject({
    lines: [{ lineId: '1/a', sku: 'X Y/Z#1', returnedQuantity: 1 }],
    returns: [{ state: 'refunded' }],
  });
});

test('an import is audited at its begin and at its end, and the activity of each order names it', async () => {
  const id = unique('audited');
  const { file } = await imported(
    tributary([row(id, { returned_quantity: 1, returned_at: daysAgo(20).toISOString() })]),
  );
  const [shown] = await shownImports(file);
  const { pool } = api.context;
  const audits = 'SELECT action FROM audit_entries WHERE subject = ANY ($1) ORDER BY id';
  const { rows } = await pool.query(audits, [[`order/${id}`, `import/${shown!.id}`]]);
  expect(rows.map(({ action }) => action)).toEqual(['import.begin', 'import.finish']);
  const events = await pool.query(
    "SELECT type, data ->> 'importId' AS import FROM events WHERE subject = $1 AND type <> 'window_closed' ORDER BY type",
    [`order/${id}`],
  );
  expect(events.rows).toEqual(
    ['delivered', 'paid', 'return_refunded', 'return_requested'].map((type) => ({ type, import: shown!.id })),
  );
});

test('a daily export repeats the total returned quantity, and only the difference is sent', async () => {
  const id = unique('daily');
  const attribution_code = await codeOf(await makeDistributor(api.context));
  const day = (returned_quantity: number, days: number) =>
    imported(
      tributary([
        row(id, {
          attribution_code,
          quantity: 3,
          unit_price: '100.00',
          returned_quantity,
          returned_at: daysAgo(days).toISOString(),
        }),
      ]),
    );
  expect((await day(1, 25)).rejected).toBe(0);
  expect((await day(2, 24)).rejected).toBe(0);
  expect((await day(2, 24)).rejected).toBe(0);
  expect((await known([id])).commissions).toMatchObject([{ amount: 1000 }]);
  const smaller = await day(1, 25);
  expect(smaller.rejects).toMatchObject([{ reason: 'conflicting_return', amount: '-100.00' }]);
  expect((await known([id])).lines).toMatchObject([{ returned_quantity: 2 }]);
  await expectSoundLedger(api.context.pool);
});

test('a file in GB18030 imports the same customers as the same file in UTF-8', async () => {
  const [bound, other] = [unique('gb-a'), unique('gb-b')];
  const attribution_code = await codeOf(await makeDistributor(api.context));
  const name = randomUUID();
  const file = tributary([
    row(bound, { attribution_code, customer_id: `甲${name}` }),
    row(other, { customer_id: `乙${name}`, paid_at: daysAgo(29).toISOString() }),
  ]);
  const inGb18030 = path.join(folder, `${randomUUID()}.csv`);
  // 甲 and 乙.
  const bytes = (text: string) =>
    Buffer.from(text.replaceAll('甲', '\u00bc\u00d7').replaceAll('乙', '\u00d2\u00d2'), 'latin1');
  writeFileSync(inGb18030, bytes(readFileSync(file, 'utf8')));
  expect((await imported(inGb18030)).rejected).toBe(0);
  expect((await known([other])).commissions).toEqual([]);
  expect((await api.call('GET', `/v1/orders/${bound}`, { key })).body.customer).toEqual({
    externalId: `甲${name}`,
  });
  expect((await imported(file)).rejected).toBe(0);
});

test.each(['0', 'guest', ''])(
  'orders of the customer %j are unrelated to each other',
  async (customer_id) => {
    const [bound, other] = [unique('guest-a'), unique('guest-b')];
    const attribution_code = await codeOf(await makeDistributor(api.context));
    const file = tributary([
      row(bound, { attribution_code, customer_id }),
      row(other, { customer_id, paid_at: daysAgo(29).toISOString() }),
    ]);
    expect((await imported(file)).rejected).toBe(0);
    expect((await known([bound])).commissions).toHaveLength(1);
    expect((await known([other])).commissions).toEqual([]);
    expect((await api.call('GET', `/v1/orders/${other}`, { key })).body.customer).toBeNull();
  },
);

test('an import that may not be reported goes on all the same, and says so', async () => {
  const scopes = ['orders:read', 'orders:write', 'products:read', 'products:write'];
  const notes: string[] = [];
  const id = unique('unreported');
  const file = tributary([row(id)]);
  const result = await imported(file, {
    api: createClient({ url: api.url, key: await api.keyFor('operator', scopes) }),
    startProgress: () => ({ ...silent, note: (text) => void notes.push(text) }),
  });
  expect([result.finished, result.orders]).toEqual([true, 1]);
  expect(notes).toEqual([expect.stringMatching(/will not show .*imports:write/)]);
  expect(await shownImports(file)).toEqual([]);
});

test('an order known with another content stays as it is, and is reported', async () => {
  const id = unique('differs');
  await imported(tributary([row(id)]));
  const result = await imported(tributary([row(id, { quantity: 3 })]));
  expect(result.rejects).toMatchObject([
    { row: '2', order: id, quantity: '3', amount: '30.00', reason: 'refused_order_differs' },
  ]);
  expect((await known([id])).lines).toMatchObject([{ quantity: 2 }]);
});

describe('the Online Retail format', () => {
  const columns = [
    'InvoiceNo',
    'StockCode',
    'Description',
    'Quantity',
    'InvoiceDate',
    'UnitPrice',
    'CustomerID',
    'Country',
  ];
  const invoice = () => String(randomInt(1e9, 1e10));
  const at = (time: Date) => time.toISOString().slice(0, 19);

  function sale(number: string, fields: Row = {}): Row {
    return {
      InvoiceNo: number,
      StockCode: '85123A',
      Description: 'WHITE HANGING HEART',
      Quantity: 2,
      InvoiceDate: at(daysAgo(60)),
      UnitPrice: '2.55',
      CustomerID: 17850,
      Country: 'United Kingdom',
      ...fields,
    };
  }

  test('a cancellation returns earlier purchases, newest first: clawed back where it was released', async () => {
    const code = await codeOf(await makeDistributor(api.context));
    const [older, newer] = [invoice(), invoice()];
    const file = written(columns, [
      sale(older, { Quantity: 10 }),
      sale(newer, { InvoiceDate: at(daysAgo(40)) }),
      sale(`C${invoice()}`, { Quantity: -5, InvoiceDate: at(daysAgo(20)) }),
      sale(`C${invoice()}`, { Quantity: -9, InvoiceDate: at(daysAgo(19)) }),
    ]);
    const before = written(columns, [
      sale(older, { Quantity: 10 }),
      sale(newer, { InvoiceDate: at(daysAgo(40)) }),
    ]);
    const assign = { codeFor: createAssignment([code]) };
    await imported(before, assign);
    expect((await known([older, newer])).commissions).toMatchObject([
      { state: 'released' },
      { state: 'released' },
    ]);

    const result = await imported(file, assign);
    expect(result.rejects).toMatchObject([
      { row: '5', quantity: '-2', amount: '-5.10', reason: 'cancellation_without_purchase' },
    ]);
    expect(amounts(result)).toEqual(['-5.10']);
    const { lines, commissions } = await known([older, newer]);
    expect(lines.map(({ returned_quantity }) => returned_quantity).sort()).toEqual([10, 2]);
    expect(commissions.map(({ state, amount }) => [state, amount])).toEqual([
      ['clawed_back', 0],
      ['clawed_back', 0],
    ]);
    await expectSoundLedger(api.context.pool);
  });

  test('moved to now, old orders are past their window and the newest is of today; on another day nothing moves', async () => {
    const code = await codeOf(await makeDistributor(api.context));
    const [old, recent] = [invoice(), invoice()];
    const file = written(columns, [
      sale(old, { InvoiceDate: '2011-01-04T10:00:00' }),
      sale(recent, { InvoiceDate: '2011-05-31T10:00:00' }),
    ]);
    const settings = { shift: 'to-now', codeFor: createAssignment([code]) } as const;
    const first = await imported(file, settings);
    const commissions = async () => (await known([old, recent].sort())).commissions;
    const states = Object.fromEntries((await commissions()).map(({ order_id, state }) => [order_id, state]));
    expect(states).toEqual({ [old]: 'released', [recent]: 'held' });
    const { body } = await api.call('GET', `/v1/orders/${recent}`, { key });
    expect(NOW.getTime() - Date.parse(body.paidAt)).toBeLessThan(DAY_MS);

    const nextDay = await imported(file, { ...settings, now: new Date(NOW.getTime() + DAY_MS) });
    expect([nextDay.shiftDays, nextDay.rejected]).toEqual([first.shiftDays, 0]);
  });

  test('a distributor who joins later changes nothing about the orders that are there', async () => {
    const first = await codeOf(await makeDistributor(api.context));
    const others = await Promise.all([1, 2, 3].map(async () => codeOf(await makeDistributor(api.context))));
    const ids = Array.from({ length: 12 }, invoice);
    const file = written(
      columns,
      ids.map((id, index) => sale(id, { CustomerID: randomInt(1e6, 1e7) + index })),
    );
    await imported(file, { codeFor: createAssignment([first]) });
    const before = await known(ids);
    const result = await imported(file, { codeFor: createAssignment([first, ...others].sort()) });
    expect([result.orders, result.rejected]).toEqual([12, 0]);
    expect(await known(ids)).toEqual(before);
  });
});

test('Ctrl-C lets what is under way finish and says how to go on', async () => {
  const ids = Array.from({ length: 400 }, (_, index) => unique(`ctrl-c-${index}`));
  const file = tributary(ids.map((id) => row(id)));
  const child = execFile(process.execPath, ['--import', 'tsx', 'cli/import.ts', file, '--url', api.url], {
    env: { ...process.env, TRIBUTARY_KEY: key },
  });
  let output = '';
  child.stdout?.on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const orders = async () => new Set((await known(ids)).lines.map(({ order_id }) => order_id)).size;
  while ((await orders()) < 5) await wait(50);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(output).toContain('Run the same command again');
  const there = await orders();
  expect(there).toBeLessThan(400);
  expect(output).toContain(`Stopped after ${there} orders`);
  expect(
    await api.context.pool.query(
      "SELECT 1 FROM order_lines WHERE order_id = ANY ($1) AND state <> 'closed'",
      [ids],
    ),
  ).toMatchObject({ rowCount: 0 });
});
