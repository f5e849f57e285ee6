import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { recover } from '../../cli/recover';
import { startTemporal, type TemporalServer } from '../../embedded/temporal';
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

// Temporal is killed while PostgreSQL works on a step, which is then written, and whose answer is lost.

const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-killed-'));
let temporal: TemporalServer;
let provider: AcceptingProvider;
let platform: Platform;
let li: { userId: string; name: string };

beforeAll(async () => {
  provider = await startProvider();
  temporal = await startTemporal({ dataDir, port: 0, uiPort: 0, log: () => {} });
  platform = await startPlatform({
    address: temporal.address,
    settings: { PAYOUT_METHOD: 'http', PAYOUT_HTTP_URL: provider.url, PAYOUT_POLL_INTERVAL: '20ms' },
  });
  li = { userId: platform.userId, name: 'Li' };
  await activatePlan(platform, { returnWindowDays: 3 / 86_400, automaticRelease: true });
});
afterAll(async () => {
  await platform?.close();
  await temporal.stop();
  await provider.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Lets a step wait for a locked row, kills Temporal, and lets the step go on. */
async function killDuring(lock: string, id: string, step: () => Promise<unknown>): Promise<void> {
  const { pool } = platform;
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query(lock, [id]);
  const lost = step().catch(() => {});
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await until(async () => (await pool.query(waiting)).rowCount === 1);
  process.kill(temporal.pid, 'SIGKILL');
  await client.query('COMMIT');
  client.release();
  await temporal.stop();
  const port = Number(temporal.address.split(':')[1]);
  temporal = await startTemporal({ dataDir, port, uiPort: 0, log: () => {} });
  await lost;
}
const stateOf = async (id: string): Promise<string> =>
  (await platform.pool.query('SELECT state FROM withdrawals WHERE id = $1', [id])).rows[0].state;

async function approvedAndLost(): Promise<{ id: string; approve: () => Promise<unknown> }> {
  const [id, distributorId] = [randomUUID(), await addDistributor(platform.pool)];
  await credit(platform.pool, distributorId, 5000);
  const request = { id, distributorId, amount: 5000, currency: 'CNY', by: li };
  await sendUpdate(platform, 'withdrawal', id, 'request', request, { resume: false });
  const approve = () =>
    sendUpdate(platform, 'withdrawal', id, 'approve', { id, decisionId: randomUUID(), by: li });
  await killDuring('SELECT FROM withdrawals WHERE id = $1 FOR UPDATE', id, approve);
  await until(async () => (await stateOf(id)) !== 'requested');
  return { id, approve };
}

test('a withdrawal whose approval was written and lost is sent once, after a recovery', async () => {
  const { id } = await approvedAndLost();
  await recover(platform);
  await platform.client.workflow.getHandle(`withdrawal/${id}`).result();
  expect([await stateOf(id), provider.instructed.get(id)]).toEqual(['paid', 1]);
}, 120_000);

test('a withdrawal whose approval was written and lost is sent once, after it is approved again', async () => {
  const { id, approve } = await approvedAndLost();
  // Refused, where Temporal has not kept the first one.
  await approve().catch(() => {});
  await platform.client.workflow.getHandle(`withdrawal/${id}`).result();
  expect([await stateOf(id), provider.instructed.get(id)]).toEqual(['paid', 1]);
}, 120_000);

test('an order whose delivery was written and lost releases when its window ends, after a recovery', async () => {
  const seller = await addSeller(platform.pool);
  const order = payment({ attributionCode: seller.code });
  const id = order.externalId;
  await payOrder(platform, order);
  const delivered = { type: 'delivered', at: Date.now() } as const;
  await killDuring('SELECT FROM orders WHERE id = $1 FOR UPDATE', id, () =>
    sendEvent(platform, id, delivered),
  );
  const line = `SELECT FROM order_lines WHERE order_id = $1 AND state <> 'paid'`;
  await until(async () => (await platform.pool.query(line, [id])).rowCount === 1);
  await recover(platform);
  await finished(platform, id);
  expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 600 });
}, 120_000);
