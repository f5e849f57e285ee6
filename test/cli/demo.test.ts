import { randomUUID } from 'node:crypto';
import { type ApiClient, createClient } from '../../cli/client';
import { demoApplicants } from '../../cli/demoBrand';
import { ensureDistributors, ensurePlan, readTotals } from '../../cli/demoSteps';
import { startApi, startWorker, type TestApi } from '../support/api';

let server: TestApi;
let stopWorker: () => Promise<void>;
let api: ApiClient;

beforeAll(async () => {
  // The limits that a real system has.
  server = await startApi({ TEMPORAL_TASK_QUEUE: `demo-${randomUUID()}`, API_RATE_LIMIT: '6000' });
  stopWorker = await startWorker(server.context);
  api = createClient({ url: server.url, key: await server.keyFor('admin') });
}, 60_000);

afterAll(async () => {
  await stopWorker();
  await server.stop();
});

const count = async (table: string): Promise<number> =>
  Number((await server.context.pool.query(`SELECT count(*) FROM ${table}`)).rows[0].count);

test('forty distributors in two levels and a plan are made once, however often the demonstration runs', async () => {
  const prepare = async () => ({
    plan: await ensurePlan(api),
    distributors: await ensureDistributors(api),
    counts: await Promise.all(['applications', 'distributors', 'commission_plans'].map(count)),
  });
  const first = await prepare();
  expect(first.counts).toEqual([40, 40, 1]);
  const { rows } = await server.context.pool.query(
    `SELECT d.sponsor_id IS NOT NULL AS below, s.sponsor_id AS above, count(*)::int FROM distributors d
     LEFT JOIN distributors s ON s.id = d.sponsor_id GROUP BY 1, 2 ORDER BY 1`,
  );
  expect(rows).toEqual([
    { below: false, above: null, count: 8 },
    { below: true, above: null, count: 32 },
  ]);
  // Of the sample brand nothing fails but the validity of food permits that have expired, which a note explains.
  const failed = await server.context.pool.query('SELECT code FROM application_checks WHERE NOT passed');
  const noted = demoApplicants(new Date().toISOString().slice(0, 10)).filter(({ note }) => note);
  expect(failed.rows).toEqual(noted.map(() => ({ code: 'validity_expired' })));

  expect(await prepare()).toEqual(first);
  // Another admin, whose idempotency keys are not those of the first run.
  api = createClient({ url: server.url, key: await server.keyFor('admin') });
  expect(await prepare()).toEqual(first);

  const standings = await readTotals(api, first.distributors.slice(0, 3));
  expect(standings).toHaveLength(3);
  expect(standings[0]).toMatchObject({ orders: 0, held: 0, due: 0, available: 0, withdrawing: 0, debt: 0 });
}, 120_000);
