import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../config';
import { processIdentity, until } from '../../embedded/children';
import { lockDataFolder, lockHolder, readRunning, writeRunning } from '../../embedded/running';
import { loadSecrets } from '../../embedded/secrets';
import { createDatabase } from '../support/database';

const newFolder = () => mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'start-'));

/** Runs `npm start` until it ends. */
async function start(
  env: NodeJS.ProcessEnv,
  ...flags: string[]
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'embedded/start.ts', ...flags], {
    cwd: path.join(__dirname, '..', '..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

test('it says that it runs only once its worker works, and Ctrl-C ends all that it started', async () => {
  const DATA_DIR = newFolder();
  const database = await createDatabase();
  const start = spawn(process.execPath, ['--import', 'tsx', 'embedded/start.ts'], {
    cwd: path.join(__dirname, '..', '..'),
    env: {
      ...process.env,
      DATA_DIR,
      DATABASE_URL: database.url,
      SMTP_URL: 'smtp://127.0.0.1:1',
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
      TEMPORAL_TASK_QUEUE: `start-${process.pid}`,
      API_PORT: '0',
      WORKER_HTTP_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(start, 'exit');
  let output = '';
  start.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const recorded = (name: string) =>
    until(`Starting the ${name}`, 60_000, () => {
      const record = readFileSync(path.join(DATA_DIR, 'children', `${name}.json`), 'utf8');
      return JSON.parse(record) as { pid: number };
    });
  const worker = await recorded('worker');
  process.kill(worker.pid, 'SIGSTOP');
  const api = await recorded('api');
  const url = await until('Listening', 60_000, () => {
    const line = /.*the API listens.*/.exec(readFileSync(path.join(DATA_DIR, 'logs', 'api.log'), 'utf8'))![0];
    return `http://127.0.0.1:${JSON.parse(line).address.port}`;
  });
  await until('Becoming ready', 60_000, async () => (await fetch(`${url}/readyz`)).ok);
  expect(output).not.toContain('is running');
  process.kill(worker.pid, 'SIGCONT');
  await until('Running', 60_000, () => output.includes('Tributary is running'));
  expect(readFileSync(path.join(DATA_DIR, 'logs', 'worker.log'), 'utf8')).toContain('the worker runs');

  start.kill('SIGINT');
  expect(await exited).toEqual([0, null]);
  expect(output).toContain('Stopped.');
  expect([worker, api].map(({ pid }) => processIdentity(pid))).toEqual([undefined, undefined]);
  await database.drop();
});

test('a wrong setting stops the start with a message that names it, before anything is made', async () => {
  const DATA_DIR = path.join(newFolder(), 'data');
  const { code, output } = await start({ DATA_DIR, API_PORT: 'eighty', PAYOUT_METHOD: 'http' });
  expect(code).toBe(2);
  expect(output).toMatch(/API_PORT: /);
  expect(output).not.toMatch(/ at .*\.ts:/);
  expect(existsSync(DATA_DIR)).toBe(false);
});

test('a second start on one data folder is refused and names the process of the first', async () => {
  const DATA_DIR = newFolder();
  const release = lockDataFolder(DATA_DIR);
  const { code, output } = await start({ DATA_DIR });
  expect(code).toBe(1);
  expect(output).toContain(`as process ${process.pid}`);
  expect(lockHolder(DATA_DIR)).toBe(process.pid);
  release();
  expect(lockHolder(DATA_DIR)).toBeUndefined();
});

test('a lock left by a killed process does not stand in the way', () => {
  const dataDir = newFolder();
  writeFileSync(
    path.join(dataDir, 'lock.json'),
    JSON.stringify({ pid: process.pid, identity: 'an earlier boot' }),
  );
  lockDataFolder(dataDir)();
});

test('the addresses of a start are read only while it runs', () => {
  const dataDir = newFolder();
  const running = {
    pid: process.pid,
    apiUrl: 'http://127.0.0.1:8080',
    publicUrl: 'http://127.0.0.1:8080',
    temporalAddress: '127.0.0.1:7233',
    databaseUrl: 'postgresql://127.0.0.1/tributary',
    smtpUrl: 'smtp://127.0.0.1:1025',
  };
  const release = lockDataFolder(dataDir);
  writeRunning(dataDir, running);
  expect(readRunning(dataDir)).toEqual(running);
  release();
  expect(readRunning(dataDir)).toBeUndefined();
});

test('--reset asks first, and without a terminal deletes nothing', async () => {
  const DATA_DIR = newFolder();
  loadSecrets(DATA_DIR);
  const { code, output } = await start({ DATA_DIR }, '--reset');
  expect(code).toBe(1);
  expect(output).toContain('--yes');
  expect(existsSync(path.join(DATA_DIR, 'secrets.json'))).toBe(true);
});

test('--reset does not empty a folder that is not a data folder', async () => {
  const DATA_DIR = newFolder();
  writeFileSync(path.join(DATA_DIR, 'thesis.txt'), '');
  const { code, output } = await start({ DATA_DIR }, '--reset', '--yes');
  expect(code).toBe(1);
  expect(output).toContain('not a data folder');
  expect(existsSync(path.join(DATA_DIR, 'thesis.txt'))).toBe(true);
});

test('the secrets it makes are what the configuration asks for, and stay the same', () => {
  const dataDir = newFolder();
  const secrets = loadSecrets(dataDir);
  const settings = {
    ...secrets,
    DATABASE_URL: 'postgresql://127.0.0.1/tributary',
    SMTP_URL: 'smtp://127.0.0.1',
  };
  expect(loadConfig(settings)).toMatchObject(secrets);
  expect(loadSecrets(dataDir)).toEqual(secrets);
});
