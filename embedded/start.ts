import { existsSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { v7 as uuidv7 } from 'uuid';
import { ensureConsole } from '../cli/buildConsole';
import { type Config, ConfigError, durationMs, loadConfig, publicUrl } from '../config';
import { signInPage } from '../database/links';
import { createPool, inTransaction } from '../database/pool';
import { createSealer } from '../database/sealing';
import { firstSignInLink } from '../database/signInLinks';
import { ensureClient } from '../prisma/generate';
import { migrate } from '../prisma/migrate';
import {
  type Child,
  freePort,
  killRecorded,
  lastLines,
  StartError,
  spawnChild,
  startGuard,
  stopRecorded,
  until,
} from './children';
import { startMailCatcher } from './mail';
import { startPostgres } from './postgres';
import { lockDataFolder, removeRunning, writeRunning } from './running';
import { loadSecrets, makeSecrets } from './secrets';
import { ensureNamespace, startTemporal } from './temporal';

const usage = `npm start                    starts the whole platform on this machine
npm start -- --reset         empties the data folder first, after confirmation
npm start -- --reset --yes   the same without confirmation`;

interface Part {
  name: string;
  stop(): Promise<void>;
}

/** All running parts in the order they were started. */
const parts: Part[] = [];
let stopRequestedAt = 0;

const log = (line: string) => console.log(line);

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) return log(usage);
  process.chdir(path.dirname(__dirname));
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = checkSettings();
  const dataDir = path.resolve(config.DATA_DIR);

  const release = lockDataFolder(dataDir);
  removeRunning(dataDir); // Left by a killed run.
  process.on('exit', () => {
    removeRunning(dataDir);
    release();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => onStopSignal(dataDir));
  }
  await stopRecorded(dataDir, log);
  if (options.reset && !(await reset(dataDir, options.yes))) process.exit(1);
  startGuard(dataDir);

  // Both take seconds once and after changes; they run in the background until needed.
  const built = buildConsole();
  built.catch(() => {}); // The error is handled where it is awaited.
  const [{ environment, pages }] = await Promise.all([startServers(dataDir), ensureClient()]);
  await migrate(environment.DATABASE_URL, log).catch((error: Error & { code?: string }) => {
    throw new StartError(`The database could not be migrated: ${error.message || error.code}`);
  });
  const [{ apiUrl, env }] = await Promise.all([startPlatform(config, dataDir, environment), built]);
  const settings = loadConfig(env);
  writeRunning(dataDir, {
    pid: process.pid,
    apiUrl,
    publicUrl: publicUrl(settings),
    temporalAddress: environment.TEMPORAL_ADDRESS,
    databaseUrl: environment.DATABASE_URL,
    smtpUrl: environment.SMTP_URL,
    ...pages,
  });
  const relative = path.relative('', dataDir);
  const folder = relative.startsWith('..') ? dataDir : relative;
  printTable([
    ['API', apiUrl],
    ['API reference', `${apiUrl}/reference`],
    ['Temporal', pages.temporalUiUrl ?? environment.TEMPORAL_ADDRESS],
    ['Caught emails', pages.mailPageUrl ?? 'none; emails go to SMTP_URL'],
    ['Data folder', folder],
    ['Admin key', `export TRIBUTARY_KEY=$(cat ${path.join(folder, 'admin-key')})`],
    ...(await firstSignIn(settings)),
  ]);
}

/** Until a user has a password: the link for the first admin to set one. Each start creates a new link. */
async function firstSignIn(config: Config): Promise<[string, string][]> {
  const pool = createPool(config.DATABASE_URL, 1, () => {});
  const linkId = uuidv7();
  try {
    const email = await inTransaction(pool, (client) => firstSignInLink(client, linkId));
    if (!email) return [];
    return [
      ['First sign-in', signInPage(config, createSealer(config), linkId)],
      ['  of', email],
    ];
  } finally {
    await pool.end();
  }
}

function readOptions() {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ options: { reset: flag, yes: flag, help: { ...flag, short: 'h' } } }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n${usage}`);
  }
}

/** The console is built in parallel with the start, and only after its sources have changed. */
async function buildConsole(): Promise<void> {
  await ensureConsole().catch((error: Error) => {
    throw new StartError(`The console could not be built: ${error.message}`);
  });
}

/** Settings of the user. Empty values count as unset, as in loadConfig. */
function given(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}

/** Validates the user's settings before anything is created, with placeholders for generated ones. */
function checkSettings(): Config {
  return loadConfig({
    ...makeSecrets(),
    DATABASE_URL: 'postgresql://127.0.0.1/tributary',
    SMTP_URL: 'smtp://127.0.0.1',
    ...given(),
  });
}

interface Environment extends NodeJS.ProcessEnv {
  DATABASE_URL: string;
  SMTP_URL: string;
  TEMPORAL_ADDRESS: string;
}

/**
 * Starts each server without an address in the settings.
 * @returns the environment for API and worker, and the web pages of the servers
 */
async function startServers(
  dataDir: string,
): Promise<{ environment: Environment; pages: { temporalUiUrl?: string; mailPageUrl?: string } }> {
  const own = given();
  const secrets = loadSecrets(dataDir);
  const adminKey = own.BOOTSTRAP_ADMIN_KEY ?? secrets.BOOTSTRAP_ADMIN_KEY;
  writeFileSync(path.join(dataDir, 'admin-key'), `${adminKey}\n`, { mode: 0o600 });
  const results = await Promise.allSettled([
    own.DATABASE_URL
      ? { url: own.DATABASE_URL }
      : startPostgres({ dataDir, log }).then((server) => running('PostgreSQL', server)),
    own.SMTP_URL
      ? { smtpUrl: own.SMTP_URL, url: undefined }
      : startMailCatcher({ dataDir, log }).then((server) => running('mail catcher', server)),
    own.TEMPORAL_ADDRESS
      ? prepareOwnTemporal(own.TEMPORAL_ADDRESS)
      : startTemporal({ dataDir, log }).then((server) => running('Temporal', server)),
  ]);
  const [postgres, mail, temporal] = results;
  // All have settled, so all started servers are in `parts` and are stopped after this error.
  if (postgres.status === 'rejected') throw postgres.reason;
  if (mail.status === 'rejected') throw mail.reason;
  if (temporal.status === 'rejected') throw temporal.reason;
  // A profile of another Temporal server must not be combined with this address, so the children get
  // a file with an empty profile.
  const profile = path.join(dataDir, 'temporal.toml');
  writeFileSync(profile, '[profile.default]\n');
  const temporalSettings = own.TEMPORAL_ADDRESS
    ? {}
    : { TEMPORAL_NAMESPACE: 'default', TEMPORAL_CONFIG_FILE: profile, TEMPORAL_PROFILE: undefined };
  const foreign = own.TEMPORAL_ADDRESS ? [] : ['TEMPORAL_API_KEY', 'TEMPORAL_TLS'];
  const environment = Object.fromEntries(
    Object.entries({ ...secrets, ...own }).filter(
      ([name]) => !foreign.some((start) => name.startsWith(start)),
    ),
  );
  return {
    environment: {
      ...environment,
      ...temporalSettings,
      DATABASE_URL: postgres.value.url,
      SMTP_URL: mail.value.smtpUrl,
      TEMPORAL_ADDRESS: temporal.value.address,
      ...(temporal.value.uiUrl && { TEMPORAL_UI_URL: temporal.value.uiUrl }),
    },
    pages: { temporalUiUrl: temporal.value.uiUrl, mailPageUrl: mail.value.url },
  };
}

function running<T extends { stop(): Promise<void> }>(name: string, server: T): T {
  parts.push({ name, stop: () => server.stop() });
  return server;
}

async function prepareOwnTemporal(address: string): Promise<{ address: string; uiUrl: undefined }> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await Connection.connect({ ...connectionOptions, connectTimeout: 10_000 }).catch(
    (error) => {
      throw new StartError(`Temporal is not responding at TEMPORAL_ADDRESS ${address}: ${error.message}`);
    },
  );
  try {
    await ensureNamespace(connection, namespace, { log });
  } finally {
    await connection.close();
  }
  return { address, uiUrl: undefined };
}

/**
 * Starts worker and API and waits until the worker works and the API is ready.
 * @returns the API's address, and the environment in which both run
 */
async function startPlatform(
  config: Config,
  dataDir: string,
  environment: Environment,
): Promise<{ apiUrl: string; env: NodeJS.ProcessEnv }> {
  const apiPort = await freePort(config.API_PORT);
  const workerPort = await freePort(config.WORKER_HTTP_PORT, [apiPort]);
  const host = config.API_HOST === '0.0.0.0' ? '127.0.0.1' : config.API_HOST;
  const apiUrl = `http://${host}:${apiPort}`;
  const env: NodeJS.ProcessEnv = {
    PUBLIC_URL: apiUrl,
    DOCUMENTS_FOLDER: path.join(dataDir, 'documents'),
    ...environment,
    API_PORT: String(apiPort),
    WORKER_HTTP_PORT: String(workerPort),
  };
  const drainMs = config.TRUST_PROXY ? durationMs(config.SHUTDOWN_DRAIN) : 0;
  const graceMs = drainMs + durationMs(config.SHUTDOWN_GRACE) + 10_000;
  const programs = [
    keepRunning('worker', 'worker.ts', {
      dataDir,
      env,
      graceMs,
      isReady: async () => {
        const { state } = (await (await ask(`http://${host}:${workerPort}/healthz`)).json()) as {
          state: string;
        };
        if (state !== 'RUNNING') throw new Error(`its state is ${state}`);
        return true;
      },
    }),
    keepRunning('API', path.join('api', 'main.ts'), {
      dataDir,
      env,
      graceMs,
      isReady: async () => {
        const answer = await ask(`${apiUrl}/readyz`);
        if (!answer.ok) throw new Error(await answer.text());
        return true;
      },
    }),
  ];
  parts.push(...programs);
  for (const program of programs) await program.ready();
  return { apiUrl, env };
}

function ask(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(2000) });
}

/** Runs one of our programs, and restarts it after a growing pause whenever it ends unexpectedly. */
function keepRunning(
  name: string,
  script: string,
  options: {
    dataDir: string;
    env: NodeJS.ProcessEnv;
    graceMs: number;
    /** Whether it does its work; throws the reason why not. */
    isReady: () => Promise<boolean>;
  },
): Part & { ready(): Promise<void> } {
  const { isReady, ...childOptions } = options;
  const stopping = new AbortController();
  let child: Child | undefined;
  let crashes = 0;
  const run = async () => {
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      const args = ['--import', 'tsx', script];
      child = await spawnChild(name.toLowerCase(), process.execPath, args, childOptions);
      const reason = await child.exited;
      if (stopping.signal.aborted) return;
      crashes = Date.now() - startedAt > 60_000 ? 1 : crashes + 1;
      const pauseMs = Math.min(30_000, 250 * 2 ** crashes);
      log(
        `The ${name} ended with ${reason}, starting it again in ${pauseMs / 1000} s. ${lastLines(child.logFile)}`,
      );
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = run();
  ended.catch(fail);
  return {
    name,
    async ready() {
      const isBroken = () => crashes >= 3;
      await until(`Waiting for the ${name}`, 120_000, async () => isBroken() || (await isReady())).catch(
        (error: Error) => {
          throw new StartError(`${error.message}. ${child ? lastLines(child.logFile) : ''}`);
        },
      );
      if (isBroken()) throw new StartError(`The ${name} does not start.`);
    },
    async stop() {
      stopping.abort();
      await child?.stop();
      await ended;
    },
  };
}

/**
 * Empties the data folder after confirmation.
 * @returns false without confirmation
 */
async function reset(dataDir: string, agreed: boolean): Promise<boolean> {
  const entries = readdirSync(dataDir).filter((entry) => entry !== 'lock.json');
  if (entries.length === 0) return true;
  if (!entries.includes('secrets.json')) {
    throw new StartError(`${dataDir} is not empty and not a data folder of Tributary. Empty it yourself.`);
  }
  if (!agreed) {
    if (!process.stdin.isTTY) {
      throw new StartError(
        '--reset deletes all data and there is no terminal to confirm it. Add --yes to confirm.',
      );
    }
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const answer = await terminal.question(`Delete all data in ${dataDir}? (y/N) `);
    terminal.close();
    if (!/^y(es)?$/i.test(answer.trim())) return false;
  }
  for (const entry of entries) {
    const file = path.join(dataDir, entry);
    // The database can be in another folder, linked here.
    if (existsSync(file)) rmSync(realpathSync(file), { recursive: true, force: true });
    rmSync(file, { recursive: true, force: true });
  }
  log(`Emptied ${dataDir}`);
  return true;
}

function printTable(rows: [string, string][]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  log(['', 'Tributary is running. Ctrl-C stops everything.', '', ...table, ''].join('\n'));
}

function onStopSignal(dataDir: string): void {
  const now = Date.now();
  if (!stopRequestedAt) {
    stopRequestedAt = now;
    log('\nStopping. Press Ctrl-C again to kill the remaining processes.');
    void stopParts().then(() => {
      log('Stopped.');
      process.exit(0);
    });
  } else if (now - stopRequestedAt > 1000) {
    // npm and the terminal both forward one Ctrl-C, so a second one within a moment is ignored.
    killRecorded(dataDir);
    process.exit(130);
  }
}

async function stopParts(): Promise<void> {
  for (let part = parts.pop(); part; part = parts.pop()) {
    try {
      await part.stop();
    } catch (error) {
      log(`Stopping ${part.name}: ${(error as Error).message}`);
    }
  }
}

async function fail(error: unknown): Promise<void> {
  if (stopRequestedAt) return;
  stopRequestedAt = Date.now();
  const explained = error instanceof StartError || error instanceof ConfigError;
  console.error(explained ? error.message : error);
  await stopParts();
  process.exit(error instanceof ConfigError ? 2 : 1);
}

main().catch(fail);
