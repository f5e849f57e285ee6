import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { createAssignment } from '../../cli/assignment';
import { findApi } from '../../cli/connect';
import { formatTotals } from '../../cli/demo';
import { DEMO_PLAN, demoApplicants, demoCategory } from '../../cli/demoBrand';
import { describeProgress, formatSeconds } from '../../cli/progress';
import { formatReconciliation } from '../../cli/reconciliationTable';
import { openShopFile } from '../../cli/shopFile';
import {
  checkBankAccount,
  checkPhone,
  checkResidentIdentityNumber,
  checkUnifiedSocialCreditCode,
} from '../../domain/credential';
import { planTermsSchema } from '../../domain/plan';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('reading a file', () => {
  async function read(content: string | Buffer, name = 'shop.csv') {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    const { header, rows } = await openShopFile(file);
    const found = [];
    for await (const row of rows) found.push(row);
    return { header, rows: found };
  }

  test('rows have the numbers under which a spreadsheet shows them', async () => {
    const { header, rows } = await read('\ufeffa,b\n1,"two\nlines"\n\n3,4\n');
    expect(header).toEqual(['a', 'b']);
    expect(rows).toEqual([
      { row: 2, fields: { a: '1', b: 'two\nlines' } },
      { row: 4, fields: { a: '3', b: '4' } },
    ]);
  });

  test('a row with too many values is distinguished from one whose last ones are missing or empty', async () => {
    const { rows } = await read('a,b\n1\n1,2,\n1,2,3\n');
    expect(rows).toEqual([
      { row: 2, fields: { a: '1', b: undefined } },
      { row: 3, fields: { a: '1', b: '2' } },
      { row: 4, fields: { a: '1', b: '2' }, fault: 'The row has 3 values under 2 columns.' },
    ]);
  });

  test('a compressed file is the same file', async () => {
    const { rows } = await read(gzipSync('a,b\n1,2\n'), 'shop.csv.gz');
    expect(rows).toEqual([{ row: 2, fields: { a: '1', b: '2' } }]);
  });

  test.each([
    ['a,b\n1,2\n3,"four\n5,6\n', 'after row 2: the next row has an opening quote (") without a closing one'],
    ['', 'is empty'],
  ])('%j cannot be read', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  test('a file that is not there is named', async () => {
    await expect(openShopFile(path.join(folder, 'none.csv'))).rejects.toThrow('There is no file');
  });
});

describe('the rule of assignment', () => {
  const order = (customer: string) => ({
    externalId: 'A',
    paidAt: '2026-02-01T10:00:00Z',
    currency: 'GBP',
    ...(customer && { customer: { externalId: customer } }),
    shipTo: { region: 'United Kingdom' },
    lines: [],
  });
  const codes = Array.from({ length: 40 }, (_, index) => `CODE${index}`);
  const customers = Array.from({ length: 1000 }, (_, index) => String(12_000 + index));

  test('gives each distributor customers, and guests no distributor', () => {
    const codeFor = createAssignment(codes);
    expect(new Set(customers.map((customer) => codeFor(order(customer))))).toEqual(new Set(codes));
    expect(codeFor(order(''))).toBeUndefined();
  });

  test('leaves customers where they are when a distributor joins, but for those who go to the new one', () => {
    const before = createAssignment(codes);
    const after = createAssignment([...codes, 'NEW']);
    const moved = customers.filter((customer) => before(order(customer)) !== after(order(customer)));
    expect(moved.length).toBeLessThan(60);
    expect(new Set(moved.map((customer) => after(order(customer))))).toEqual(new Set(['NEW']));
  });
});

test('the progress shows rate and remaining time', () => {
  const total = { steps: 1000, orders: 400 };
  expect(describeProgress({ steps: 250, orders: 100, rejected: 7 }, total, 20)).toBe(
    '100 of 400 orders, 5.0 orders/s, 1 min 00 s left, 7 rows rejected',
  );
  expect(describeProgress({ steps: 0, orders: 0, rejected: 0 }, total, 0)).toBe(
    '0 of 400 orders, 0.0 orders/s',
  );
  expect(describeProgress({ steps: 3000, orders: 1200, rejected: 0 }, undefined, 60)).toBe(
    '1,200 orders, 20.0 orders/s',
  );
  expect([8, 125, 3900].map(formatSeconds)).toEqual(['8 s', '2 min 05 s', '1 h 05 min']);
});

test('the reconciliation sets imported and rejected against the total of the file', () => {
  const table = formatReconciliation({
    currency: 'GBP',
    rows: 1005,
    unknownRows: 0,
    fileTotal: 123_455_600_100n,
    orders: 1,
    sales: { count: 1000, amount: 123_460_000_000n },
    returns: { count: 1, amount: 5_000_000n },
    priceDifferences: { count: 1, amount: 500_000n },
    rejected: {
      price_below_minor_unit: { count: 1, amount: 100n, unknown: 0 },
      refused_order_differs: { count: 2, amount: 100_000n, unknown: 0 },
    },
  });
  expect(table.split('\n')).toEqual([
    'GBP',
    'File total                      1,234,556.001  1,005 rows',
    'Imported                        1,234,555.00   1 order',
    '  sales                         1,234,600.00   1,000 lines',
    '  returns                             -50.00   1 return',
    '  price differences of returns          5.00   1 return',
    'Rejected                                1.001  3 rows',
    '  refused_order_differs                 1.00   2 rows',
    '  price_below_minor_unit                0.001  1 row',
    'Imported + rejected             1,234,556.001  equals the file total',
  ]);
});

test('the file total of the reconciliation is unknown if an amount is', () => {
  const table = formatReconciliation({
    currency: 'CNY',
    rows: 3,
    unknownRows: 1,
    fileTotal: 30_000_000n,
    orders: 1,
    sales: { count: 1, amount: 20_000_000n },
    returns: { count: 0, amount: 0n },
    priceDifferences: { count: 0, amount: 0n },
    rejected: {
      malformed_row: { count: 1, amount: 0n, unknown: 1 },
      order_waits: { count: 1, amount: 10_000_000n, unknown: 0 },
    },
  });
  expect(table.split('\n').filter((line) => !line.startsWith('  '))).toEqual([
    'CNY',
    'File total                      unknown     3 rows, 1 of unknown amount',
    'Readable rows                       300.00  2 rows',
    'Imported                            200.00  1 order',
    'Rejected                            100.00  2 rows, 1 of unknown amount',
    'Imported + rejected                 300.00  equals the readable rows',
  ]);
});

describe('the sample brand', () => {
  test('forty distributors in two levels apply with numbers that pass every check, each with its own', () => {
    const applicants = demoApplicants('2026-03-01');
    expect(applicants.filter(({ sponsor }) => sponsor === undefined)).toHaveLength(8);
    expect(applicants.filter(({ sponsor }) => sponsor !== undefined && sponsor <= 8)).toHaveLength(32);
    for (const { application } of applicants) {
      const { kind, identityNumber, phone, bankAccount } = application as {
        kind: 'person' | 'company';
        identityNumber: string;
        phone: string;
        bankAccount: { number: string };
      };
      const checks = [
        kind === 'person'
          ? checkResidentIdentityNumber(identityNumber, '2026-01-01')
          : checkUnifiedSocialCreditCode(identityNumber),
        checkPhone(phone),
        checkBankAccount(bankAccount.number, kind === 'person' ? 'card' : 'corporate'),
      ];
      expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    }
    for (const field of ['identityNumber', 'phone', 'name'] as const) {
      expect(new Set(applicants.map(({ application }) => application[field])).size).toBe(40);
    }
  });

  test('its plan is one the system takes, with rules for the categories that its products get', () => {
    expect(planTermsSchema.parse(DEMO_PLAN.terms)).toEqual(DEMO_PLAN.terms);
    const names = [
      'CHRISTMAS LIGHTS 10 REINDEER',
      'WHITE HANGING HEART T-LIGHT HOLDER',
      'JUMBO BAG RED',
      'Globe',
    ];
    expect(names.map((name) => demoCategory({ name }))).toEqual(['seasonal', 'lighting', 'bags', 'home']);
  });

  test('the closing table has the distributors in columns, Chinese names included, and the sum', () => {
    const standing = { orders: 1, held: 1962, due: 22_518, available: 0, withdrawing: 5, debt: 50 };
    const table = formatTotals([
      { name: '王晓燕', ...standing, orders: 96 },
      { name: 'Li', ...standing },
    ]);
    expect(table.split('\n')).toEqual([
      'GBP     orders   held     due  available  withdrawing  debt',
      '王晓燕      96  19.62  225.18       0.00         0.05  0.50',
      'Li           1  19.62  225.18       0.00         0.05  0.50',
      'all 2       97  39.24  450.36       0.00         0.10  1.00',
    ]);
  });
});

test('the command finds the API by option, environment, and says what is missing', () => {
  const DATA_DIR = folder;
  expect(findApi('http://a:1', { DATA_DIR, TRIBUTARY_KEY: 'k' })).toEqual({ url: 'http://a:1', key: 'k' });
  expect(findApi(undefined, { DATA_DIR, TRIBUTARY_KEY: 'k', TRIBUTARY_URL: 'http://b:2' }).url).toBe(
    'http://b:2',
  );
  expect(() => findApi(undefined, { DATA_DIR })).toThrow('npm start');
  expect(() => findApi('localhost:8080', { DATA_DIR })).toThrow('is not a URL');
  expect(() => findApi('http://a:1', { DATA_DIR })).toThrow('TRIBUTARY_KEY');
});
