import { Client, Connection } from '@temporalio/client';
import { ConfigError } from '../config';
import { createPool } from '../database/pool';
import { type OpenProcess, openProcesses } from '../database/recovery';
import type { ProcessKind } from '../domain/kinds';
import { connectionConfig } from '../temporal/connection';
import { type Sender, signal, start } from '../temporal/messages';
import { dataConverter } from '../temporal/payloadCodec';
import { scheduleHousekeeping } from '../temporal/schedules';
import { paid } from '../workflows/order';
import { commandSettings } from './settings';

/** Number of started and already running workflows, by kind of process. */
export type Recovered = Map<ProcessKind, { started: number; running: number }>;

const inFlight = 20;

/**
 * Starts a workflow for everything that is open in PostgreSQL and has none. It can run at any time and be stopped
 * and run again: running workflows are not touched, and a started one resumes from the rows, so nothing is
 * posted twice.
 */
export async function recover(
  { pool, client, taskQueue }: { pool: ReturnType<typeof createPool>; client: Client; taskQueue: string },
  report: (recovered: Recovered) => void = () => {},
): Promise<Recovered> {
  const recovered: Recovered = new Map();
  const sender: Sender = { taskQueue, call: (work) => work(client.workflow) };
  for await (const page of openProcesses(pool)) {
    const left = [...page];
    const startNext = async (): Promise<void> => {
      for (let next = left.pop(); next; next = left.pop()) {
        const counts = recovered.get(next.kind) ?? { started: 0, running: 0 };
        recovered.set(next.kind, counts);
        counts[(await startOne(sender, next)) ? 'started' : 'running']++;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, startNext));
    report(recovered);
  }
  return recovered;
}

async function startOne(sender: Sender, { payment, ...open }: OpenProcess): Promise<boolean> {
  if (!payment) return start(sender, open);
  await signal(sender, { kind: 'order', id: open.id, resume: false, signal: paid, args: [payment] });
  return true;
}

async function main(): Promise<void> {
  const { config, running } = commandSettings();
  const pool = createPool(config.DATABASE_URL, 5, () => {});
  if (running && !process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_ADDRESS = running.temporalAddress;
  const { connectionOptions, namespace } = connectionConfig();
  const connection = await Connection.connect(connectionOptions);
  const client = new Client({ connection, namespace, dataConverter: dataConverter(config) });
  await scheduleHousekeeping(client, config);
  const recovered = await recover({ pool, client, taskQueue: config.TEMPORAL_TASK_QUEUE }, (soFar) => {
    const total = [...soFar.values()].reduce((sum, { started, running: ran }) => sum + started + ran, 0);
    console.log(`${total} checked`);
  });
  for (const [kind, { started, running: ran }] of recovered) {
    console.log(`${kind}: ${started} started, ${ran} already running`);
  }
  if (!recovered.size) console.log('Nothing is open; no workflow to start.');
  await Promise.all([pool.end(), connection.close()]);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  });
}
