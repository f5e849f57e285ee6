import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { createPool, type Pool } from '../database/pool';
import { type Child, freePort, spawnChild, startGuard, untilReady } from '../embedded/children';
import { type PostgresServer, query, startPostgres } from '../embedded/postgres';
import { makeSecrets } from '../embedded/secrets';
import { startTemporal, type TemporalServer } from '../embedded/temporal';
import { migrate } from '../prisma/migrate';
import { dataConverter } from '../temporal/payloadCodec';
import { progress } from './rounds';

const template = 'bench_template';
export const TASK_QUEUE = 'bench';

/** An empty, migrated database. */
export interface Database {
  url: string;
  pool: Pool;
}

/** A Temporal server with its own database and worker, as in production. */
export interface Platform extends Database {
  client: Client;
  /** Its processes by name. */
  pids: { temporal: number; postgres: number; worker: number };
  /**
   * Starts the API in a separate process, as in production.
   * @returns its address and an admin's key
   */
  startApi(): Promise<{ url: string; key: string }>;
}

/** Servers of the benches. Started on first use, stopped together. */
export interface BenchServers {
  /** Creates a new empty database; all of them are on one server. */
  createDatabase(): Promise<Database>;
  /**
   * Starts a new Temporal server with a new database and a new worker.
   * @param options.encrypted encrypts payloads, as `npm start` does
   */
  startPlatform(options?: { encrypted: boolean }): Promise<Platform>;
  /** Versions of the started servers. */
  versions(): { postgres?: string; temporal?: string };
  /** Stops what was started for a bench, but for PostgreSQL, which goes on for the next one. */
  clear(): Promise<void>;
  /** Stops everything; the files are deleted when this process ends. */
  stop(): Promise<void>;
}

/** Prepares servers in new temporary folders, with the same durability as `npm start`. */
export function createBenchServers(): BenchServers {
  const closing: (() => Promise<unknown>)[] = [];
  const versions: { postgres?: string; temporal?: string } = {};
  let postgres: Promise<PostgresServer> | undefined;
  let bundle: Promise<string> | undefined;
  let databases = 0;
  let stopping = false;

  async function bootPostgres(): Promise<PostgresServer> {
    const server = await startPostgres({ dataDir: temporaryFolder(), port: 0, log: progress });
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
      // An ended pool still gets an error when the server stops.
      if (!stopping) progress(error.message);
    });
    closing.push(() => pool.end());
    return { url, pool };
  }

  async function startPlatform({ encrypted } = { encrypted: false }): Promise<Platform> {
    const dataDir = temporaryFolder();
    bundle ??= bundleWorkflows(dataDir);
    const [database, server, workflowBundle] = await Promise.all([
      createDatabase(),
      startTemporal({ dataDir, port: 0, uiPort: 0, log: progress }),
      bundle,
    ]);
    closing.push(() => server.stop());
    const connection = await Connection.connect({ address: server.address });
    closing.push(() => connection.close());
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    versions.temporal = serverVersion;
    const env = settings(database, server, encrypted);
    const worker = await startProgram('worker', path.join('bench', 'worker.ts'), dataDir, {
      ...env,
      BENCH_WORKFLOW_BUNDLE: workflowBundle,
    });
    closing.push(() => worker.stop());
    await untilReady('the worker', worker, 60_000, () => isPolled(connection));
    return {
      ...database,
      client: new Client({ connection, dataConverter: dataConverter(env) }),
      pids: { temporal: server.pid, postgres: (await postgres!).pid, worker: worker.pid },
      startApi: async () => {
        const port = await freePort(0);
        const api = await startProgram('api', path.join('api', 'main.ts'), dataDir, {
          ...env,
          API_PORT: String(port),
        });
        closing.push(() => api.stop());
        const url = `http://127.0.0.1:${port}`;
        await untilReady('the API', api, 60_000, async () => (await fetch(`${url}/readyz`)).ok);
        return { url, key: env.BOOTSTRAP_ADMIN_KEY };
      },
    };
  }

  async function clear(): Promise<void> {
    for (let close = closing.pop(); close; close = closing.pop()) await close();
  }

  return {
    createDatabase,
    startPlatform,
    versions: () => versions,
    clear,
    stop: async () => {
      stopping = true;
      await clear();
      await (await postgres)?.stop();
    },
  };
}

function databaseUrl(server: PostgresServer, name: string): string {
  return server.url.replace(/tributary$/, name);
}

/** A folder that is deleted, and its processes stopped, when this process ends for any reason. */
function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-'));
  // PostgreSQL may run as another user, who needs access to its folder in this one.
  chmodSync(folder, 0o711);
  startGuard(folder, folder);
  return folder;
}

async function bundleWorkflows(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, 'workflows.ts'),
    // Needed by a worker with encryption; others ignore it.
    failureConverterPath: path.join(__dirname, '..', 'temporal', 'failureConverter.ts'),
    logger: new DefaultLogger('ERROR'),
  });
  const file = path.join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}

/** Settings of worker and API: defaults, except the addresses and the rate limit of one client. */
function settings(database: Database, server: TemporalServer, encrypted: boolean) {
  const { TEMPORAL_PAYLOAD_KEYS, ...secrets } = makeSecrets();
  return {
    ...secrets,
    ...(encrypted && { TEMPORAL_PAYLOAD_KEYS }),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: server.address,
    TEMPORAL_NAMESPACE: 'default',
    TEMPORAL_TASK_QUEUE: TASK_QUEUE,
    SMTP_URL: 'smtp://127.0.0.1:1',
    API_RATE_LIMIT: '100000000',
  };
}

function startProgram(
  name: string,
  script: string,
  dataDir: string,
  env: Record<string, string>,
): Promise<Child> {
  const cwd = path.dirname(__dirname);
  // No variables of the bench's environment may be inherited, above all Temporal's own.
  const { PATH } = process.env;
  return spawnChild(name, process.execPath, ['--import', 'tsx', script], {
    dataDir,
    cwd,
    env: { PATH, HOME: dataDir, ...env },
  });
}

async function isPolled(connection: Connection): Promise<boolean> {
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return pollers.length > 0;
}
