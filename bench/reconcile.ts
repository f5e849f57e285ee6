import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { start } from '../temporal/messages';
import { reconcileAll } from '../temporal/reconcile';
import type { Bench } from './bench';
import { progress } from './rounds';
import { type Seeded, seed } from './seed';
import type { Platform } from './servers';

const MEGABYTE = 1024 * 1024;

export const reconcile: Bench = {
  description:
    'The comparison of rows and workflows, which runs every five minutes, while 20,000 orders are open, against 2,000: time, ' +
    'calls of Temporal, and the most memory that it holds at once.',
  async run(servers, { quick }) {
    const platform = await servers.startPlatform();
    const seeded = await seed(platform.pool);
    const [few, many] = quick ? [20, 200] : [2_000, 20_000];
    await openOrders(platform, seeded, few);
    await compare(platform, few);
    const small = await compare(platform, few);
    await openOrders(platform, seeded, many - few);
    const large = await compare(platform, many);
    const row = (measured: string, figure: (result: Comparison) => string, aim: string) => {
      return { measured, ours: figure(large), baseline: figure(small), aim };
    };
    return [
      row('Time of one comparison', ({ ms }) => `${Math.round(ms)} ms`, 'grows with the open orders at most'),
      row('Calls of Temporal', ({ calls }) => String(calls), 'one for 500 orders'),
      row('Memory', ({ bytes }) => `${(bytes / MEGABYTE).toFixed(1)} MB`, 'the same'),
    ];
  },
};

interface Comparison {
  ms: number;
  calls: number;
  /** Memory in use after its collection, above that before the comparison. */
  bytes: number;
}

async function compare({ pool, client }: Platform, open: number): Promise<Comparison> {
  let calls = 0;
  const sender = {
    taskQueue: 'nobody',
    call: <R>(work: (temporal: typeof client.workflow) => Promise<R>) => {
      calls++;
      return work(client.workflow);
    },
  };
  const before = memoryInUse();
  let [rows, bytes, collecting] = [0, 0, 0];
  const started = performance.now();
  for await (const part of reconcileAll({ pool, sender }, null)) {
    rows += part.rows;
    if (part.found.length) throw new Error(`it found ${JSON.stringify(part.found[0])}`);
    const collected = performance.now();
    bytes = Math.max(bytes, memoryInUse() - before);
    collecting += performance.now() - collected;
  }
  const ms = performance.now() - started - collecting;
  if (rows !== open) throw new Error(`${rows} of ${open} orders were compared`);
  return { ms, calls, bytes };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Open orders, each with a workflow that no worker takes up: the comparison reads lists and wakes none. */
async function openOrders({ pool, client }: Platform, { planId }: Seeded, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await pool.query(
    `INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
     SELECT id, id, '', 'customer', 'CNY', now(), 'CN-31', '{}', $2 FROM unnest($1::text[]) AS made (id)`,
    [ids, planId],
  );
  const sender = {
    taskQueue: 'nobody',
    call: <R>(work: (temporal: typeof client.workflow) => Promise<R>) => work(client.workflow),
  };
  const next = ids.values();
  const starter = async () => {
    for (const id of next) await start(sender, { kind: 'order', id });
  };
  await Promise.all(Array.from({ length: 16 }, starter));
  progress(`opened ${count} orders`);
}
