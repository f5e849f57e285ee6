import { type Finding, forgetFindings, noteFindings } from '../../database/findings';
import type { Pool } from '../../database/pool';
import { openDatabase } from '../support/payouts';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
});
beforeEach(() => pool.query('DELETE FROM reconcile_findings'));
afterAll(() => database.close());

const [first, second, third] = ['10:00', '10:05', '10:10'].map(
  (time) => new Date(`2026-07-01T${time}:00Z`),
) as [Date, Date, Date];
const order: Finding = { disagreement: 'overdue', subject: 'order/1' };
const run = (progress: string): Finding => ({ disagreement: 'overdue', subject: 'release/1', progress });
const noted = async () =>
  (
    await pool.query(
      `SELECT subject, looks, first_seen_at AS first, last_seen_at AS last FROM reconcile_findings ORDER BY subject`,
    )
  ).rows;

test('a finding counts the comparisons in a row that found it, and a repeat of one counts once', async () => {
  await noteFindings(pool, [order], first);
  await noteFindings(pool, [order], first);
  expect(await noted()).toEqual([{ subject: 'order/1', looks: 1, first, last: first }]);
  await noteFindings(pool, [order], second);
  await noteFindings(pool, [order], second);
  expect(await noted()).toEqual([{ subject: 'order/1', looks: 2, first, last: second }]);
});

test('what a comparison does not find any more is forgotten, and begins anew when it is found again', async () => {
  await noteFindings(pool, [order, run('')], first);
  await noteFindings(pool, [run('')], second);
  await forgetFindings(pool, second);
  expect(await noted()).toMatchObject([{ subject: 'release/1', looks: 2 }]);
  await noteFindings(pool, [order], third);
  expect(await noted()).toMatchObject([{ subject: 'order/1', looks: 1, first: third }, {}]);
});

test('an earlier comparison that ends later forgets nothing that a later one found', async () => {
  await noteFindings(pool, [order], second);
  await noteFindings(pool, [order], first);
  await forgetFindings(pool, first);
  expect(await noted()).toMatchObject([{ subject: 'order/1', last: second }]);
});

test('a finding whose process moves on begins anew', async () => {
  await noteFindings(pool, [run('running 9 10')], first);
  await noteFindings(pool, [run('running 5 10')], second);
  expect(await noted()).toMatchObject([{ looks: 1, first: second }]);
  await noteFindings(pool, [run('running 5 10')], third);
  expect(await noted()).toMatchObject([{ looks: 2, first: second }]);
});
