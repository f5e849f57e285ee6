import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { connect, createServer as createLine } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../embedded/children';
import { startApi, startWorker, type TestApi } from '../support/api';
import { type ApiProcess, isReady, startApiProcess } from '../support/apiProcess';
import { UNRELEASED } from '../support/database';
import { eventually } from '../support/eventually';
import { ask, listening } from '../support/http';
import { activatePlan, addUser, payment } from '../support/platform';

describe('two API processes behind a proxy', () => {
  let api: TestApi;
  let stopWorker: () => Promise<void>;
  let key: string;
  const started: ApiProcess[] = [];
  const closings: (() => void)[] = [];

  beforeAll(async () => {
    // Gives a database, a key and a worker; the processes answer.
    api = await startApi();
    stopWorker = await startWorker(api.context);
    key = await api.keyFor('operator');
    const userId = await addUser(api.context.pool, 'admin');
    await activatePlan({ pool: api.context.pool, userId } as Parameters<typeof activatePlan>[0], {
      returnWindowDays: 15,
    });
  });
  afterAll(async () => {
    for (const close of closings) close();
    for (const child of started) child.kill();
    await stopWorker();
    await api.stop();
  });

  const startProcess = async (settings: NodeJS.ProcessEnv = {}) => {
    const process_ = await startApiProcess(api.context.config, {
      TRUST_PROXY: 'true',
      SHUTDOWN_DRAIN: '3s',
      ...settings,
    });
    started.push(process_);
    return process_;
  };

  /** Passes requests on to those that were ready when they were last asked, on connections that it keeps. */
  async function startProxy(upstreams: { port: number }[]) {
    const agent = new Agent({ keepAlive: true });
    const ready = new Map<number, boolean>();
    let turn = 0;
    const look = async () => {
      for (const upstream of upstreams) ready.set(upstream.port, await isReady(upstream));
    };
    await look();
    let isOver = false;
    const watch = (async () => {
      while (!isOver) {
        await pause(200);
        await look();
      }
    })();
    const server = createServer((req, res) => {
      const choice = upstreams.filter(({ port }) => ready.get(port));
      const { port } = choice[turn++ % choice.length] ?? {};
      const { method, url, headers } = req;
      const passed = request({ port, agent, method, path: url, headers }, (answer) => {
        const { connection: _, ...rest } = answer.headers;
        answer.on('error', () => res.destroy());
        answer.pipe(res.writeHead(answer.statusCode!, rest));
      });
      passed.on('error', () => res.writeHead(502).end());
      req.pipe(passed);
    });
    const port = await listening(server);
    closings.push(() => {
      isOver = true;
      server.closeAllConnections();
      server.close();
      agent.destroy();
    });
    return { port, ready, watch };
  }

  test('are restarted one after the other under load, and no order is lost', async () => {
    const upstreams: ApiProcess[] = [await startProcess(), await startProcess()];
    for (const one of upstreams) await eventually('it is ready', () => isReady(one));
    const proxy = await startProxy(upstreams);
    let isOver = false;
    let sent = 0;
    const failed: unknown[] = [];
    const client = new Agent({ keepAlive: true });
    closings.push(() => client.destroy());
    const load = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        sent++;
        const body = JSON.stringify(payment());
        const answer = await ask(proxy.port, client, { path: '/v1/orders', body, key }).catch(String);
        if (typeof answer === 'string' || answer.status !== 201) failed.push(answer);
      }
    });
    for (const index of [0, 1]) {
      const before = sent;
      await eventually('orders flow', () => sent > before + 20);
      const old = upstreams[index]!;
      process.kill(old.pid, 'SIGTERM');
      expect(await old.exited).toBe('exit code 0');
      const next = await startProcess();
      await eventually('it is ready', () => isReady(next));
      upstreams[index] = next;
      await eventually('the proxy has noticed', () => proxy.ready.get(next.port) === true);
    }
    isOver = true;
    await Promise.all(load);
    expect(failed).toEqual([]);
    const { rows } = await api.context.pool.query('SELECT count(*) FROM orders');
    expect(rows[0].count).toBe(sent);
  });

  test('one that is asked to stop is not ready at once, and ends as soon as its last answer is out', async () => {
    const process_ = await startProcess({ SHUTDOWN_GRACE: '10m', SHUTDOWN_DRAIN: '2s' });
    await eventually('it is ready', () => isReady(process_));
    const blocker = await api.context.pool.connect();
    await blocker.query('BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE');
    const slow = ask(process_.port, new Agent({ keepAlive: true }), { path: '/v1/orders', key });
    await eventually('the request waits', async () => {
      const { rows } = await blocker.query('SELECT 1 FROM pg_locks WHERE NOT granted');
      return rows.length > 0;
    });
    process.kill(process_.pid, 'SIGTERM');
    await eventually('it knows', () => process_.lines().includes('stopping'));
    const answer = await fetch(`http://127.0.0.1:${process_.port}/readyz`);
    expect([answer.status, answer.headers.get('connection'), await answer.json()]).toEqual([
      503,
      'close',
      { status: 'stopping', postgresql: true, temporal: true },
    ]);
    await blocker.query('ROLLBACK');
    blocker.release();
    expect((await slow).status).toBe(200);
    expect(await process_.exited).toBe('exit code 0');
  });

  test('one that is not behind a proxy stops at once', async () => {
    const process_ = await startProcess({ TRUST_PROXY: 'false', SHUTDOWN_DRAIN: '10m' });
    await eventually('it is ready', () => isReady(process_));
    process.kill(process_.pid, 'SIGINT');
    expect(await process_.exited).toBe('exit code 0');
  });
});

test('an API that starts before PostgreSQL says so, and makes the first admin once it is there', async () => {
  const api = await startApi();
  const database = new URL(api.context.config.DATABASE_URL);
  const server = { host: database.hostname, port: Number(database.port) };
  const port = await freePort(0);
  database.port = String(port);
  const key = 'the key of the very first admin';
  const process_ = await startApiProcess(
    { ...api.context.config, DATABASE_URL: database.href },
    { BOOTSTRAP_ADMIN_KEY: key },
  );
  await eventually('it has tried', () => process_.lines().includes('PostgreSQL does not serve the API yet'));
  const answer = await fetch(`http://127.0.0.1:${process_.port}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { status: 'starting', postgresql: false, temporal: true },
  ]);

  const line = createLine((socket) => {
    const upstream = connect(server);
    for (const end of [socket, upstream]) end.on('error', () => {});
    socket.pipe(upstream).pipe(socket);
  }).listen(port, '127.0.0.1');
  await once(line, 'listening');
  await eventually('it is ready', () => isReady(process_));
  const agent = new Agent();
  expect(await ask(process_.port, agent, { path: '/v1/me', key })).toMatchObject({ status: 200 });
  await process_.stop();
  expect(await process_.exited).toBe('exit code 0');
  line.close();
  await api.stop();
});

test('an API on a database made before the first release ends with the sentence of the migration', async () => {
  const api = await startApi();
  await api.context.pool.query(UNRELEASED);
  const process_ = await startApiProcess(api.context.config);
  expect(await process_.exited).toBe('exit code 1');
  expect(process_.lines()).toMatch(/^This database was made by .* before the first release, .*\.$/m);
  await api.stop();
});
