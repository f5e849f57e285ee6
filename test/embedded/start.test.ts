import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfig } from '../../config';
import { lockDataFolder, lockHolder, readRunning, writeRunning } from '../../embedded/running';
import { loadSecrets } from '../../embedded/secrets';

const newFolder = () => mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'start-'));

/** Runs `npm start` until it ends by itself. */
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

test('--reset asks first, and without anybody to ask deletes nothing', async () => {
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
