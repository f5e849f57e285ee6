import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import {
  type Child,
  freePort,
  lastLines,
  sendSignal,
  spawnChild,
  startGuard,
  untilReady,
} from '../embedded/children';
import { startMailCatcher } from '../embedded/mail';
import { startPostgres } from '../embedded/postgres';
import { makeSecrets } from '../embedded/secrets';
import { startTemporal } from '../embedded/temporal';
import { migrate } from '../prisma/migrate';
import { startProvider } from './provider';
import type { Part } from './story';

/** The platform with all that it needs, each part a process of its own. */
export interface Servers {
  apiUrl: string;
  adminKey: string;
  databaseUrl: string;
  temporalAddress: string;
  taskQueue: string;
  provider: Awaited<ReturnType<typeof startProvider>>;
  /** Payout method of withdrawals that are requested at present. */
  payoutMethod(): 'file' | 'http';
  /** Kills a part as a power failure would. */
  kill(part: Part): void;
  /** Starts a part again that was killed or stopped. */
  start(part: Part): Promise<void>;
  /** Replaces the worker by one that pays withdrawals in the other way, as an upgrade does. */
  switchPayout(): Promise<void>;
  /** Parts that ended although nobody killed them. */
  endedAlone: string[];
  /** Where logs and databases are. */
  folder: string;
  /** Stops everything. @param keep leaves the folder */
  stop(keep: boolean): Promise<void>;
}

export const TASK_QUEUE = 'simulate';
/** Minor units; small, so that small orders reach both. */
export const WITHDRAWAL_MINIMUM = 300;
export const SECOND_APPROVAL_ABOVE = 6000;

/** Starts all of it in a new folder, on free ports that stay the same over restarts. */
export async function startServers(seed: number): Promise<Servers> {
  const folder = mkdtempSync(path.join(os.tmpdir(), `tributary-simulate-${seed}-`));
  // PostgreSQL may run as another user, who needs access to its folder in this one.
  chmodSync(folder, 0o711);
  startGuard(folder);
  const [postgresPort, temporalPort, uiPort, apiPort] = [
    await freePort(0),
    await freePort(0),
    await freePort(0),
    await freePort(0),
  ];
  const quiet = () => {};
  // What was written survives the death of a process; of this machine it need not.
  const durability = { fsync: 'off', full_page_writes: 'off' };
  const bootPostgres = () =>
    startPostgres({ dataDir: folder, port: postgresPort, settings: durability, log: quiet });
  const bootTemporal = () => startTemporal({ dataDir: folder, port: temporalPort, uiPort, log: quiet });
  const [postgres, temporal, bundle, mail, provider] = await Promise.all([
    bootPostgres(),
    bootTemporal(),
    bundleWorkflows(folder),
    startMailCatcher({ dataDir: folder, smtpPort: 0, httpPort: 0, log: quiet }),
    startProvider(seed),
  ]);
  await migrate(postgres.url, quiet);
  const { TEMPORAL_PAYLOAD_KEYS: _, ...secrets } = makeSecrets();
  let method: 'file' | 'http' = seed % 2 === 0 ? 'file' : 'http';
  const env = () => ({
    ...{ PATH: process.env.PATH, HOME: folder, NODE_ENV: 'production', ...secrets },
    ...{ DATABASE_URL: postgres.url, SMTP_URL: mail.smtpUrl, SIMULATE_WORKFLOW_BUNDLE: bundle },
    ...{ TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'default', TEMPORAL_TASK_QUEUE: TASK_QUEUE },
    ...{ API_PORT: String(apiPort), API_RATE_LIMIT: '100000000', DATABASE_POOL: '10' },
    ...{
      WITHDRAWAL_MINIMUM: String(WITHDRAWAL_MINIMUM),
      SECOND_APPROVAL_ABOVE: String(SECOND_APPROVAL_ABOVE),
    },
    ...{ APPLICATION_CHANGES_DEADLINE: '20s', APPLICATION_REMINDER_BEFORE: '5s', LOG_LEVEL: 'warn' },
    ...{ PAYOUT_METHOD: method, PAYOUT_HTTP_URL: provider.url, PAYOUT_HTTP_TIMEOUT: '1500ms' },
    PAYOUT_POLL_INTERVAL: '300ms',
  });
  const program = (name: string, script: string) =>
    spawnChild(name, process.execPath, ['--import', 'tsx', script], {
      dataDir: folder,
      cwd: path.dirname(__dirname),
      env: env(),
      graceMs: 30_000,
    });
  const apiUrl = `http://127.0.0.1:${apiPort}`;
  const running: { worker?: Child; api?: Child } = {};
  const pids = { postgres: postgres.pid, temporal: temporal.pid };
  const stopPart = { postgres: () => postgres.stop(), temporal: () => temporal.stop() };
  const endedAlone: string[] = [];
  let stopping = false;

  async function startProgram(part: 'worker' | 'api'): Promise<void> {
    const child = await program(
      part,
      path.join(...(part === 'api' ? ['api', 'main.ts'] : ['simulate', 'worker.ts'])),
    );
    running[part] = child;
    void child.exited.then((reason) => {
      // Its supervisor starts it again, as in production.
      if (stopping || running[part] !== child) return;
      endedAlone.push(`${part}: ${reason}. ${lastLines(child.logFile, 4)}`);
      void startProgram(part);
    });
    if (part === 'api') {
      await untilReady('the API', child, 120_000, async () => (await fetch(`${apiUrl}/readyz`)).ok);
    }
  }

  const servers: Servers = {
    ...{
      apiUrl,
      adminKey: secrets.BOOTSTRAP_ADMIN_KEY,
      databaseUrl: postgres.url,
      provider,
      endedAlone,
      folder,
    },
    ...{ temporalAddress: temporal.address, taskQueue: TASK_QUEUE },
    payoutMethod: () => method,
    kill(part) {
      if (part === 'worker' || part === 'api') {
        const child = running[part];
        delete running[part];
        child?.kill();
      } else sendSignal(-pids[part], 'SIGKILL');
    },
    async start(part) {
      if (part === 'worker' || part === 'api') return startProgram(part);
      const server = part === 'postgres' ? await bootPostgres() : await bootTemporal();
      pids[part] = server.pid;
      stopPart[part] = () => server.stop();
    },
    async switchPayout() {
      const child = running.worker;
      delete running.worker;
      method = method === 'file' ? 'http' : 'file';
      await Promise.all([child?.stop(), startProgram('worker')]);
    },
    async stop(keep) {
      stopping = true;
      await Promise.all([running.worker?.stop(), running.api?.stop()]);
      await Promise.all([stopPart.temporal(), stopPart.postgres(), mail.stop(), provider.stop()]);
      if (!keep) rmSync(folder, { recursive: true, force: true });
    },
  };
  await Promise.all([servers.start('worker'), servers.start('api')]);
  return servers;
}

/** Bundles the workflows once; each worker would do it again, for seconds. */
async function bundleWorkflows(folder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '..', 'workflows', 'index.ts'),
    workflowInterceptorModules: [path.join(__dirname, 'impatient.ts')],
    logger: new DefaultLogger('ERROR'),
  });
  const file = path.join(folder, 'workflows.js');
  writeFileSync(file, code);
  return file;
}
