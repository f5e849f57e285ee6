import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import {
  freePort,
  processIdentity,
  spawnChild,
  stopRecorded,
  until,
  untilReady,
} from '../../embedded/children';

const newFolder = () => mkdtempSync(path.join(process.env.TEST_DATA_DIR as string, 'children-'));
const forever = ['-e', 'setInterval(() => {}, 1e6); console.log("up")'];

test('a taken port gives the next free one', async () => {
  const other = createServer().listen(await freePort(20_000), '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  expect(await freePort(port)).toBeGreaterThan(port);
  other.close();
});

test('two starts at once never get the same port, though neither listens yet', async () => {
  const module = path.join(__dirname, '..', '..', 'embedded', 'children.ts');
  const ask = `require(${JSON.stringify(module)}).freePort(23_000).then((port) => console.log('port', port));
    setInterval(() => {}, 1e6);`;
  const starts = await Promise.all(
    [1, 2, 3, 4].map(() =>
      spawnChild('start', process.execPath, ['--import', 'tsx', '-e', ask], { dataDir: newFolder() }),
    ),
  );
  const ports = await Promise.all(
    starts.map(({ logFile }) =>
      until('Taking a port', 60_000, () => /port (\d+)/.exec(readFileSync(logFile, 'utf8'))?.[1]),
    ),
  );
  expect(new Set(ports).size).toBe(4);
  await Promise.all(starts.map((start) => start.stop()));
});

test('a server that is restarted gets its port again', async () => {
  const port = await freePort(0);
  expect(await freePort(port)).toBe(port);
  expect(await freePort(port, [port])).toBeGreaterThan(port);
});

test('a child that an earlier run left behind is found and stopped', async () => {
  const dataDir = newFolder();
  const child = await spawnChild('left-behind', process.execPath, forever, { dataDir });
  await stopRecorded(dataDir, () => {});
  await expect(child.exited).resolves.toBe('signal SIGTERM');
});

test('a process that merely has the pid of an earlier child is left alone', async () => {
  const dataDir = newFolder();
  const other = await spawnChild('other', process.execPath, forever, { dataDir: newFolder() });
  mkdirSync(path.join(dataDir, 'children'));
  const record = {
    name: 'api',
    pid: other.pid,
    identity: 'an earlier start',
    stopSignal: 'SIGKILL',
    graceMs: 0,
  };
  const file = path.join(dataDir, 'children', 'api.json');
  writeFileSync(file, JSON.stringify(record));

  await stopRecorded(dataDir, () => {});
  expect(processIdentity(other.pid)).toBeDefined();
  expect(existsSync(file)).toBe(false);
  await other.stop();
});

test('a child that ignores the request to stop is killed after its grace period', async () => {
  const deaf = ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6); console.log("up")'];
  const child = await spawnChild('deaf', process.execPath, deaf, { dataDir: newFolder(), graceMs: 100 });
  await until('Starting', 10_000, () => readFileSync(child.logFile, 'utf8').includes('up'));
  await child.stop();
  await expect(child.exited).resolves.toBe('signal SIGKILL');
});

test('a child that ends while starting is reported at once with what it said', async () => {
  const child = await spawnChild('broken', process.execPath, ['-e', 'throw new Error("no disk")'], {
    dataDir: newFolder(),
  });
  await expect(untilReady('Broken', child, 20_000, async () => undefined)).rejects.toThrow(
    /ended with exit code 1 while starting.*no disk/s,
  );
});
