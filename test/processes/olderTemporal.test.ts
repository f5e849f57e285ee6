import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startTemporal, type TemporalServer } from '../../embedded/temporal';
import { testEnvironment } from '../support/config';
import { expectSoundLedger } from '../support/ledger';
import { openRows } from '../support/openRows';
import { addDistributor, credit, sendUpdate, until } from '../support/payouts';
import {
  activatePlan,
  addDistributor as addSeller,
  balanceOf,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  startPlatform,
} from '../support/platform';
import { type AcceptingProvider, startProvider } from '../support/provider';

const windowSeconds = 20;
const run = promisify(execFile);
const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-older-'));
const [database, copy] = ['temporal', 'copy'].map((folder) => path.join(dataDir, folder)) as [string, string];

let temporal: TemporalServer;
let provider: AcceptingProvider;
let first: Platform;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(async () => {
  await temporal?.stop();
  await first?.close();
  await provider.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const startServer = async () => {
  temporal = await startTemporal({ dataDir, port: 0, uiPort: 0, log: () => {} });
  return temporal.address;
};
const settings = () => ({
  PAYOUT_METHOD: 'http',
  PAYOUT_HTTP_URL: provider.url,
  PAYOUT_POLL_INTERVAL: '20ms',
});
/** Goes on with what the first platform began. */
const goOn = async (options: { worker?: boolean } = {}) =>
  startPlatform({
    address: await startServer(),
    databaseUrl: first.databaseUrl,
    taskQueue: first.taskQueue,
    settings: settings(),
    ...options,
  });

test('Temporal restored from an older copy is mended by one recovery, and the check before changes nothing', async () => {
  first = await startPlatform({ address: await startServer(), worker: false, settings: settings() });
  const { pool, userId, taskQueue } = first;
  const worker = await first.startWorker();
  const li = { userId, name: 'Li' };
  const decision = (id: string) => ({ id, decisionId: randomUUID(), by: li, text: 'because' });
  await activatePlan(first, { returnWindowDays: windowSeconds / 86_400, automaticRelease: true });
  const seller = await addSeller(pool);
  const orders = [payment({ attributionCode: seller.code }), payment()];
  for (const order of orders) await payOrder(first, order);
  const [delivered, canceled] = orders.map(({ externalId }) => externalId) as [string, string];
  async function requested(): Promise<string> {
    const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
    await credit(pool, distributorId, 5000);
    const request = { id, distributorId, amount: 5000, currency: 'CNY', by: li };
    await sendUpdate(first, 'withdrawal', id, 'request', request, { resume: false });
    return id;
  }
  const [paid, rejected] = [await requested(), await requested()];
  const rows = openRows(pool, li);
  // One batch and one run that wait for a person.
  const [batch, release] = [String((await rows.payout()).id), String((await rows.release()).id)];
  const begin = (workflow: 'payout' | 'release', id: string) =>
    first.client.workflow.start(workflow, {
      workflowId: `${workflow}/${id}`,
      taskQueue,
      args: [{ id, resume: true }],
    });
  for (const handle of [await begin('payout', batch), await begin('release', release)])
    await handle.query('status');
  await worker.stop();
  await temporal.stop();
  cpSync(database, copy, { recursive: true });

  // What Temporal forgets.
  const after = await goOn();
  const at = Date.now();
  await sendEvent(after, delivered, { type: 'delivered', at });
  await sendEvent(after, canceled, { type: 'canceled', at, reason: 'x' });
  await sendUpdate(after, 'withdrawal', paid, 'approve', decision(paid));
  await sendUpdate(after, 'withdrawal', rejected, 'reject', decision(rejected));
  await sendUpdate(after, 'payout', batch, 'confirm', { ...decision(batch), failed: [] });
  await sendUpdate(after, 'release', release, 'approve', decision(release));
  const final = [
    `order/${canceled}`,
    `payout/${batch}`,
    `release/${release}`,
    `withdrawal/${paid}`,
    `withdrawal/${rejected}`,
  ];
  await Promise.all(final.map((id) => after.client.workflow.getHandle(id).result()));
  await after.close();
  await temporal.stop();
  rmSync(database, { recursive: true });
  cpSync(copy, database, { recursive: true });

  const restored = await goOn({ worker: false });
  const recover = async (...flags: string[]) => {
    const { stdout } = await run(process.execPath, ['--import', 'tsx', 'cli/recover.ts', ...flags], {
      env: {
        ...process.env,
        ...testEnvironment,
        DATA_DIR: dataDir,
        DATABASE_URL: first.databaseUrl,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_TASK_QUEUE: taskQueue,
      },
    });
    return stdout.trim().split('\n');
  };
  const known = [`order/${delivered}`, ...final];
  const histories = () =>
    Promise.all(
      known.map(async (id) => (await restored.client.workflow.getHandle(id).fetchHistory()).events!.length),
    );
  const before = await histories();
  expect((await recover('--check')).sort()).toEqual(
    [...final.map((id) => `needless: ${id}`), '5 disagreements; nothing was changed.'].sort(),
  );
  expect(await histories()).toEqual(before);
  expect((await pool.query('SELECT FROM reconcile_findings')).rowCount).toBe(0);

  expect(await recover()).toEqual(expect.arrayContaining(final.map((id) => `needless: ${id}`)));
  await restored.startWorker();
  await Promise.all(final.map((id) => restored.client.workflow.getHandle(id).result()));
  await finished(restored, delivered);
  expect(await balanceOf(pool, seller.id)).toMatchObject({ held: 0, available: 600 });
  expect(provider.instructed.get(paid)).toBe(1);
  await expectSoundLedger(pool);
  // Temporal lists what has ended a moment later.
  await until(async () => (await recover('--check')).join() === '0 disagreements; nothing was changed.');
  await restored.close();
}, 180_000);
