import { Client, Connection } from '@temporalio/client';
import { ConfigError } from '../config';
import type { Finding } from '../database/findings';
import { createPool } from '../database/pool';
import type { ProcessKind } from '../domain/kinds';
import { connectionConfig } from '../temporal/connection';
import type { Sender } from '../temporal/messages';
import { dataConverter } from '../temporal/payloadCodec';
import { reconcileAll } from '../temporal/reconcile';
import { scheduleAll } from '../temporal/schedules';
import { commandSettings } from './settings';

/** Number of open rows whose workflow was started, and of the others, by kind of process. */
export type Recovered = Map<ProcessKind, { started: number; running: number }>;

/**
 * Compares all open rows with all open workflows, starts the missing ones and has those look at their rows that do not
 * know what these have. It can run at any time and be stopped and run again: a started workflow resumes from the rows,
 * so nothing is posted twice. What is ahead of PostgreSQL is not touched.
 * @param options.onFound called with what disagrees, page by page
 * @param options.mend whether anything is changed @default true
 */
export async function recover(
  { pool, client, taskQueue }: { pool: ReturnType<typeof createPool>; client: Client; taskQueue: string },
  { onFound = () => {}, mend = true }: { onFound?: (found: Finding[]) => void; mend?: boolean } = {},
): Promise<Recovered> {
  const recovered: Recovered = new Map();
  const sender: Sender = { taskQueue, call: (work) => work(client.workflow) };
  const mending = mend ? { at: new Date(), byPerson: true } : null;
  for await (const { kind, rows, started, found } of reconcileAll({ pool, sender }, mending)) {
    if (rows) {
      const counts = recovered.get(kind) ?? { started: 0, running: 0 };
      recovered.set(kind, {
        started: counts.started + started,
        running: counts.running + rows - started,
      });
    }
    onFound(found);
  }
  return recovered;
}

async function main(): Promise<void> {
  const { config, running } = commandSettings();
  const pool = createPool(config.DATABASE_URL, 5, () => {});
  if (running && !process.env.TEMPORAL_ADDRESS) process.env.TEMPORAL_ADDRESS = running.temporalAddress;
  const { connectionOptions, namespace } = connectionConfig();
  const connection = await Connection.connect(connectionOptions);
  const client = new Client({ connection, namespace, dataConverter: dataConverter(config) });
  const isCheck = process.argv.includes('--check');
  if (!isCheck) await scheduleAll(client, config);
  let disagreements = 0;
  const onFound = (found: Finding[]) => {
    for (const { disagreement, subject } of found) console.log(`${disagreement}: ${subject}`);
    disagreements += found.length;
  };
  const recovered = await recover(
    { pool, client, taskQueue: config.TEMPORAL_TASK_QUEUE },
    { onFound, mend: !isCheck },
  );
  if (isCheck) {
    console.log(`${disagreements} disagreements; nothing was changed.`);
  } else {
    for (const [kind, { started, running: ran }] of recovered) {
      console.log(`${kind}: ${started} started, ${ran} not started`);
    }
    if (!recovered.size) console.log('Nothing is open; no workflow to start.');
  }
  await Promise.all([pool.end(), connection.close()]);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  });
}
