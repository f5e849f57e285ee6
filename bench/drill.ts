import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '../database/pool';
import { answers, cacheFolder, climb, intoCache, runLong } from '../embedded/cache';
import { type Child, freePort, spawnChild, startGuard, until } from '../embedded/children';
import { startPostgres } from '../embedded/postgres';
import { makeSecrets } from '../embedded/secrets';
import { startTemporal } from '../embedded/temporal';
import { migrate } from '../prisma/migrate';
import { makePayment } from './lifecycles';
import { progress, spread } from './rounds';
import { LIFECYCLE_TERMS, seed } from './seed';

/**
 * `npm run drill`, or `npm run drill -- kill worker` for some of it: two API processes and two workers behind the real
 * Caddy with deploy/Caddyfile, under a load of orders, while they are restarted and killed. Prints what each of that
 * cost. Not a test: it needs Caddy, which it builds with Go once, and its figures depend on the machine.
 * TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE name a Temporal to use in place of the development server.
 */

// The release of the image in docker-compose.yml.
const caddyPackage = 'github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9';

/** Clients that send one order after the other. */
const CLIENTS = 16;

const DRILLS = ['undisturbed', 'restart', 'kill', 'temporal', 'worker'] as const;
type Drill = (typeof DRILLS)[number];

interface Sent {
  at: number;
  tookMs: number;
  /** Of the answer; 0 where the connection broke. */
  status: number;
}

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  const chosen = named.length ? DRILLS.filter((drill) => named.includes(drill)) : DRILLS;
  if (chosen.length < named.length) {
    console.error(`Name some of these, or none for all: ${DRILLS.join(', ')}`);
    process.exit(2);
  }
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'tributary-drill-'));
  // PostgreSQL may have to run as another user, who has to get to its folder in this one.
  chmodSync(dataDir, 0o711);
  startGuard(dataDir, dataDir);
  const cwd = path.dirname(__dirname);
  const caddy = await findCaddy(dataDir);
  const [postgres, temporal] = await Promise.all([
    startPostgres({ dataDir, port: 0, log: progress }),
    process.env.TEMPORAL_ADDRESS ? undefined : startTemporal({ dataDir, port: 0, uiPort: 0, log: progress }),
  ]);
  await migrate(postgres.url, () => {});
  const pool = createPool(postgres.url, 4, () => {});
  const seeded = await seed(pool, { ...LIFECYCLE_TERMS, returnWindowDays: 15 });
  const { TEMPORAL_PAYLOAD_KEYS: _, ...secrets } = makeSecrets();
  const base = {
    PATH: process.env.PATH,
    HOME: dataDir,
    ...secrets,
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: temporal?.address ?? process.env.TEMPORAL_ADDRESS,
    TEMPORAL_NAMESPACE: temporal ? 'default' : process.env.TEMPORAL_NAMESPACE,
    SMTP_URL: 'smtp://127.0.0.1:1',
    API_RATE_LIMIT: '100000000',
    TRUST_PROXY: 'true',
  };
  const program = (name: string, args: string[], env: NodeJS.ProcessEnv, command = process.execPath) =>
    spawnChild(name, command, args, { dataDir, cwd, env: { ...base, ...env }, graceMs: 60_000 });

  const apiPorts = [await freePort(0), await freePort(0)] as const;
  const startApi = async (index: 0 | 1) => {
    const port = apiPorts[index];
    const args = ['--import', 'tsx', 'api/main.ts'];
    const child = await program(`api-${index + 1}`, args, { API_PORT: String(port) });
    await until('Starting the API', 60_000, async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok);
    return child;
  };
  const startWorker = async (name: string) => {
    const port = await freePort(0);
    const args = ['--import', 'tsx', 'worker.ts'];
    const child = await program(name, args, { WORKER_HTTP_PORT: String(port) });
    await until('Starting the worker', 60_000, async () => {
      const { state } = (await (await fetch(`http://127.0.0.1:${port}/healthz`)).json()) as { state: string };
      return state === 'RUNNING';
    });
    return child;
  };
  const apis: [Child, Child] = [await startApi(0), await startApi(1)];
  const workers = [await startWorker('worker-1'), await startWorker('worker-2')] as const;
  const proxyPort = await freePort(0);
  const caddyArgs = ['run', '--adapter', 'caddyfile', '--config', 'deploy/Caddyfile'];
  await program(
    'caddy',
    caddyArgs,
    {
      SITE_ADDRESS: `http://:${proxyPort}`,
      API_UPSTREAMS: apiPorts.map((port) => `127.0.0.1:${port}`).join(' '),
    },
    caddy,
  );
  const agent = new Agent({ keepAlive: true });
  const key = secrets.BOOTSTRAP_ADMIN_KEY;
  const ask = (address: string, body?: object) => send(proxyPort, agent, key, address, body);
  await until('Starting Caddy', 30_000, async () => (await ask('/readyz')).status === 200);
  const paid: string[] = [];
  const pay = async () => {
    const { externalId, lines, ...order } = makePayment(seeded);
    const answer = await ask('/v1/orders', { externalId, lines, ...order });
    if (answer.status === 201) paid.push(externalId);
    return answer;
  };

  /** Keeps orders coming while `disturb` does its work and for a while after it. */
  const underLoad = async (what: string, disturb: () => Promise<number>, afterMs: number) => {
    let isOver = false;
    const all: Sent[] = [];
    const load = Array.from({ length: CLIENTS }, async () => {
      while (!isOver) all.push(await pay());
    });
    await delay(3_000);
    const disturbedAt = await disturb();
    await delay(afterMs);
    isOver = true;
    await Promise.all(load);
    const lost = all.filter(({ status }) => status !== 201);
    const before = lost.filter(({ at }) => at <= disturbedAt).length;
    const statuses = [...new Set(lost.map(({ status }) => status))].join(', ');
    const times = spread(all.map(({ tookMs }) => tookMs));
    console.log(
      `${what}: ${all.length} orders, ${lost.length} lost${lost.length ? ` (${statuses}), of which ${before} were under way` : ''}; answers took ${Math.round(times.median)} ms, the longest ${Math.round(times.high)} ms`,
    );
  };

  const drills: Record<Drill, () => Promise<void>> = {
    undisturbed: () => underLoad('undisturbed', async () => Date.now(), 5_000),
    restart: () =>
      underLoad(
        'both API processes restarted one after the other',
        async () => {
          for (const index of [0, 1] as const) {
            await apis[index].stop();
            apis[index] = await startApi(index);
            await delay(2_000);
          }
          return 0;
        },
        2_000,
      ),
    kill: () =>
      underLoad(
        'one API process killed, and started again',
        async () => {
          const killedAt = Date.now();
          apis[0].kill();
          await delay(10_000);
          apis[0] = await startApi(0);
          return killedAt;
        },
        5_000,
      ),
    temporal: async () => {
      if (!temporal) return console.log('Temporal frozen: left out, TEMPORAL_ADDRESS is not ours to freeze');
      process.kill(temporal.pid, 'SIGSTOP');
      const reads: Sent[] = [];
      for (const stopAt = Date.now() + 8_000; Date.now() < stopAt; await delay(100))
        reads.push(await ask('/v1/orders?limit=5'));
      process.kill(temporal.pid, 'SIGCONT');
      const failed = reads.filter(({ status }) => status !== 200).length;
      console.log(`Temporal frozen: ${reads.length} lists read, ${failed} failed`);
      await until('Temporal goes on', 60_000, async () => (await ask('/readyz')).status === 200);
    },
    worker: async () => {
      // Half of what was paid last is in the cache of the worker that dies.
      paid.length = 0;
      while (paid.length < 100) await pay();
      workers[0].kill();
      const deliver = (id: string) =>
        ask(`/v1/orders/${id}/deliveries`, { deliveredAt: new Date().toISOString() });
      const delivered = await Promise.all(paid.map(deliver));
      const refused = delivered.filter(({ status }) => status !== 200).length;
      const times = spread(delivered.map(({ tookMs }) => tookMs));
      console.log(
        `one worker killed: 100 deliveries at once, ${refused} not answered; answers took ${Math.round(times.median)} ms, the longest ${Math.round(times.high)} ms`,
      );
    },
  };
  for (const drill of chosen) await drills[drill]();
  agent.destroy();
  await pool.end();
  process.exit(0);
}

function send(port: number, agent: Agent, key: string, address: string, body?: object): Promise<Sent> {
  const at = Date.now();
  const text = body && JSON.stringify(body);
  return new Promise((resolve) => {
    const done = (status: number) => resolve({ at, tookMs: Date.now() - at, status });
    const sent = request(
      {
        ...{ port, agent, path: address, method: text ? 'POST' : 'GET' },
        headers: {
          authorization: `Bearer ${key}`,
          ...(text && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        },
      },
      (answer) => {
        answer
          .on('error', () => done(0))
          .on('end', () => done(answer.statusCode!))
          .resume();
      },
    );
    sent.on('error', () => done(0)).end(text);
  });
}

/** Finds Caddy, or builds it with Go, once. */
function findCaddy(dataDir: string): Promise<string> {
  const cached = path.join(cacheFolder(), 'bin', 'caddy');
  const checked = (command: string) => {
    if (!answers(command, ['help', 'run'], 'caddy run')) throw new Error('there is none');
    return command;
  };
  const given = process.env.CADDY_PATH;
  return climb(
    'Caddy',
    [
      ...(given ? [['CADDY_PATH', () => checked(given)] as [string, () => string]] : []),
      ['kept from an earlier build', () => checked(cached)],
      [
        'built with Go',
        () =>
          intoCache(cached, async (folder) => {
            const env = { ...process.env, GOBIN: folder, GOTOOLCHAIN: 'local' };
            const args = ['install', '-ldflags', '-s -w', caddyPackage];
            await runLong('Caddy build', 'go', args, { dataDir, env, log: progress });
            return path.join(folder, 'caddy');
          }),
      ],
    ],
    'Install Caddy 2.11 and set CADDY_PATH, or install Go 1.26.',
    progress,
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
