import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { recover } from '../../cli/recover';
import { createPool } from '../../database/pool';
import type { OrderPayment } from '../../domain/order';
import { startTemporal } from '../../embedded/temporal';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  balanceOf,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  startPlatform,
} from '../support/platform';

const folders: string[] = [];
const servers: { stop(): Promise<void> }[] = [];

async function freshTemporal() {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-recover-'));
  folders.push(dataDir);
  const server = await startTemporal({ dataDir, port: 0, uiPort: 0, log: () => {} });
  servers.push(server);
  return server;
}

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

it("open orders go on where they were after Temporal's database is deleted, and nothing is posted twice", async () => {
  const lost = await freshTemporal();
  const before = await startPlatform({ address: lost.address, worker: false });
  const worker = await before.startWorker();
  await activatePlan(before, { returnWindowDays: 10 / 86_400, automaticRelease: true });
  const seller = await addDistributor(before.pool);
  const orders = Array.from({ length: 20 }, () => payment({ attributionCode: seller.code }));
  await Promise.all(orders.map((order) => payOrder(before, order)));
  const [delivered, returning, waiting] = [orders.slice(0, 5), orders.slice(5, 10), orders.slice(10)];
  const now = Date.now();
  await Promise.all(
    delivered.map((order) => sendEvent(before, order.externalId, { type: 'delivered', at: now })),
  );
  await Promise.all(returning.map((order) => askReturn(before, order, now)));

  // Temporal goes away in the middle, with everything it knew.
  await worker.stop();
  await lost.stop();
  rmSync(folders[0] as string, { recursive: true, force: true });
  const after = await startPlatform({
    address: (await freshTemporal()).address,
    databaseUrl: before.databaseUrl,
  });
  // A process of its own, as the command is: the worker may need all connections of the other pool.
  const apart = { ...after, pool: createPool(after.databaseUrl, 2, () => {}) };
  const recovered = await recover(apart);
  expect(recovered.get('order')).toEqual({ started: 20, running: 0 });

  const again = await recover(apart);
  await apart.pool.end();
  expect(again.get('order')?.started).toBe(0);
  await Promise.all([
    ...returning.map((order) =>
      sendEvent(after, order.externalId, { type: 'return_refunded', at: now, returnId: 'r' }),
    ),
    ...waiting.map((order) => sendEvent(after, order.externalId, { type: 'delivered', at: now })),
  ]);
  await Promise.all(orders.map((order) => finished(after, order.externalId)));
  expect(await balanceOf(after.pool, seller.id)).toMatchObject({ held: 0, available: 15 * 600 });
  await expectSoundLedger(after.pool);
  await after.close();
  await before.close();
}, 180_000);

function askReturn(platform: Platform, order: OrderPayment, at: number) {
  const lines = [{ lineId: '1', quantity: 3 }];
  return sendEvent(platform, order.externalId, {
    type: 'return_requested',
    at,
    returnId: 'r',
    reason: 'x',
    lines,
  });
}
