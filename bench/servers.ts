import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { createPool, type Pool } from '../activities/database';
import { type Child, spawnChild, startGuard, untilReady } from '../embedded/children';
import { type PostgresServer, query, startPostgres } from '../embedded/postgres';
import { startTemporal, type TemporalServer } from '../embedded/temporal';
import { migrate } from '../prisma/migrate';
import { progress } from './rounds';

const template = 'bench_template';
export const TASK_QUEUE = 'bench';

/** An empty, migrated database. */
export interface Database {
  url: string;
  pool: Pool;
}

/** A Temporal server with a database of its own and a worker that serves it, as in production. */
export interface Platform extends Database {
  client: Client;
  temporalAddress: string;
  /** Process ids, for whoever wants to know what costs what. */
  pids: { temporal: number; worker: number };
}

/** What the benches run on. Started when first asked for, stopped together. */
export interface BenchServers {
  /** Makes a new empty database; all of them are on one server. */
  createDatabase(): Promise<Database>;
  /** Starts a new Temporal server with a new database and a new worker. */
  startPlatform(): Promise<Platform>;
  /** Versions of what was started. */
  versions(): { postgres?: string; temporal?: string };
  /** Stops everything; the files are deleted when this process ends. */
  stop(): Promise<void>;
}

/** Prepares servers in new temporary folders, with the durability that `npm start` gives them. */
export function createBenchServers(): BenchServers {
  const closing: (() => Promise<unknown>)[] = [];
  const versions: { postgres?: string; temporal?: string } = {};
  let postgres: Promise<PostgresServer> | undefined;
  let bundle: Promise<string> | undefined;
  let databases = 0;
  let stopping = false;

  async function bootPostgres(): Promise<PostgresServer> {
    const server = await startPostgres({ dataDir: temporaryFolder(), port: 0, log: progress });
    closing.push(() => server.stop());
    await query(server.url, `CREATE DATABASE ${template}`);
    await migrate(databaseUrl(server, template), () => {});
    const [row] = await query(server.url, 'SHOW server_version');
    versions.postgres = String(row?.server_version);
    return server;
  }

  async function createDatabase(): Promise<Database> {
    postgres ??= bootPostgres();
    const server = await postgres;
    const name = `bench_${databases++}`;
    await query(server.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
    const url = databaseUrl(server, name);
    const pool = createPool(url, 20, (error) => {
      // A pool that has ended still hears of the server's end.
      if (!stopping) progress(error.message);
    });
    closing.push(() => pool.end());
    return { url, pool };
  }

  async function startPlatform(): Promise<Platform> {
    const dataDir = temporaryFolder();
    bundle ??= bundleWorkflows(dataDir);
    const [database, temporal, workflowBundle] = await Promise.all([
      createDatabase(),
      startTemporal({ dataDir, port: 0, uiPort: 0, log: progress }),
      bundle,
    ]);
    closing.push(() => temporal.stop());
    const connection = await Connection.connect({ address: temporal.address });
    closing.push(() => connection.close());
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    versions.temporal = serverVersion;
    const worker = await startWorker(dataDir, temporal, database, workflowBundle, connection);
    closing.push(() => worker.stop());
    return {
      ...database,
      client: new Client({ connection }),
      temporalAddress: temporal.address,
      pids: { temporal: temporal.pid, worker: worker.pid },
    };
  }

  return {
    createDatabase,
    startPlatform,
    versions: () => versions,
    stop: async () => {
      stopping = true;
      for (let close = closing.pop(); close; close = closing.pop()) await close();
    },
  };
}

function databaseUrl(server: PostgresServer, name: string): string {
  return server.url.replace(/tributary$/, name);
}

/** A folder that is deleted when this process is gone, in whatever way, and what runs in it stopped. */
function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-'));
  // PostgreSQL may have to run as another user, who has to get to its folder in this one.
  chmodSync(folder, 0o711);
  startGuard(folder, folder);
  return folder;
}

async function bundleWorkflows(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'workflows.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const file = path.join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}

/** Starts the worker in a process of its own, as in production. */
async function startWorker(
  dataDir: string,
  temporal: TemporalServer,
  database: Database,
  workflowBundle: string,
  connection: Connection,
): Promise<Child> {
  const child = await spawnChild(
    'worker',
    process.execPath,
    ['--import', 'tsx', path.join(__dirname, 'worker.ts')],
    {
      dataDir,
      cwd: path.dirname(__dirname),
      env: {
        ...process.env,
        BENCH_TEMPORAL_ADDRESS: temporal.address,
        BENCH_DATABASE_URL: database.url,
        BENCH_WORKFLOW_BUNDLE: workflowBundle,
      },
    },
  );
  await untilReady('the worker', child, 60_000, async () => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name: TASK_QUEUE },
      taskQueueType: 1,
    });
    return pollers.length > 0;
  });
  return child;
}
