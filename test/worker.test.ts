import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { type Child, freePort, spawnChild } from '../embedded/children';
import { query } from '../embedded/postgres';
import { ensureNamespace } from '../embedded/temporal';
import { testConfig } from './support/config';
import { createDatabase, UNRELEASED } from './support/database';
import { eventually } from './support/eventually';

const children: Child[] = [];
let database: Awaited<ReturnType<typeof createDatabase>>;
let connection: Connection;

beforeAll(async () => {
  database = await createDatabase();
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
});
afterAll(async () => {
  for (const child of children) child.kill();
  await connection.close();
  await database.drop();
});

/** Runs the worker as production does, in a process of its own. */
async function startWorkerProgram(env: NodeJS.ProcessEnv) {
  const port = await freePort(0);
  const { FIELD_KEYS, FIELD_HASH_KEY, TEMPORAL_TASK_QUEUE } = testConfig();
  const child = await spawnChild('worker', process.execPath, ['--import', 'tsx', 'worker.ts'], {
    dataDir: mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'worker-')),
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: database.url,
      SMTP_URL: 'smtp://127.0.0.1:1',
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS,
      TEMPORAL_TASK_QUEUE,
      WORKER_HTTP_PORT: String(port),
      FIELD_KEYS,
      FIELD_HASH_KEY,
      ...env,
    },
  });
  children.push(child);
  const lines = () => readFileSync(child.logFile, 'utf8').trim().split('\n');
  return {
    ...child,
    taskQueue: TEMPORAL_TASK_QUEUE,
    lines,
    complaints: () => lines().filter((line) => line.includes('trying again')),
    state: async () =>
      ((await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { state: string }).state,
  };
}

const unknownNamespace = () => `nosuch-${randomBytes(4).toString('hex')}`;

test('a worker waits for a namespace that is not made yet, says so line by line, and works once it is', async () => {
  const namespace = unknownNamespace();
  const worker = await startWorkerProgram({ TEMPORAL_NAMESPACE: namespace });
  await eventually('it has tried twice', () => worker.complaints().length >= 2);
  expect(worker.complaints().map((line) => JSON.parse(line))).toMatchObject([
    { msg: `Temporal cannot read the namespace "${namespace}"; trying again`, attempts: 1, pauseMs: 500 },
    { attempts: 2, pauseMs: 1000 },
  ]);
  expect(await worker.state()).toBe('CONNECTING');

  await ensureNamespace(connection, namespace, { log: () => {} });
  const { workflow } = new Client({ connection, namespace });
  const { taskQueue } = worker;
  await workflow.execute('housekeeping', { workflowId: 'housekeeping-now', taskQueue });
  expect(await worker.state()).toBe('RUNNING');
  await worker.stop();
  await expect(worker.exited).resolves.toBe('exit code 0');
});

test.each([
  ['its namespace is not there', { TEMPORAL_NAMESPACE: unknownNamespace() }],
  ['no Temporal answers', { TEMPORAL_ADDRESS: '127.0.0.1:1' }],
  ['no PostgreSQL answers', { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }],
])('a worker that waits because %s ends on SIGTERM at once', async (_why, env) => {
  const worker = await startWorkerProgram(env);
  await eventually('it has tried', () => worker.complaints().length >= 1);
  process.kill(worker.pid, 'SIGTERM');
  await expect(worker.exited).resolves.toBe('exit code 0');
});

test('a worker on a database made before the first release ends with the sentence of the migration', async () => {
  const unreleased = await createDatabase();
  await query(unreleased.url, UNRELEASED);
  const worker = await startWorkerProgram({ DATABASE_URL: unreleased.url });
  await expect(worker.exited).resolves.toBe('exit code 1');
  expect(worker.lines()).toContainEqual(
    expect.stringMatching(/^This database was made by .* before the first release, .*\.$/),
  );
  await unreleased.drop();
});

test('a worker whose port is taken ends with a code, so that its supervisor can start it again', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const worker = await startWorkerProgram({ WORKER_HTTP_PORT: String(port) });
  await expect(worker.exited).resolves.toBe('exit code 1');
  other.close();
});
