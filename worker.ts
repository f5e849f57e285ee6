import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, isGrpcServiceError } from '@temporalio/client';
import {
  DefaultLogger,
  NativeConnection,
  Runtime,
  TransportError,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createActivities } from './activities';
import { createMailer } from './activities/mail';
import { type Config, ConfigError, durationMs, loadConfig } from './config';
import { createPool } from './database/pool';
import { createSealer } from './database/sealing';
import { createLogger } from './log';
import { refuseUnreleased, UnreleasedDatabaseError } from './prisma/unreleased';
import { keepTrying } from './retry';
import { countActivities } from './temporal/activityMetrics';
import { connectionConfig } from './temporal/connection';
import { noteFailures } from './temporal/failingActivities';
import { dataConverter } from './temporal/payloadCodec';
import { scheduleAll } from './temporal/schedules';
import { startTracing } from './temporal/tracing';
import { workerLimits } from './temporal/workerLimits';

/** Longest wait for connections to close; after it the process ends anyway. */
const closeWithinMs = 5_000;

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  // The SDK's own listeners stop a worker that runs and swallow the signal before.
  const leave = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopped before the worker ran');
    process.exit(0);
  };
  for (const signal of stopSignals) process.on(signal, leave);
  let state = 'CONNECTING';
  Runtime.install({
    logger: runtimeLogger(log, () => state === 'CONNECTING'),
    shutdownSignals: [...stopSignals],
    // The SDK's native part writes into the same structured log.
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
  const pool = createPool(config.DATABASE_URL, config.DATABASE_POOL, (error) =>
    log.warn({ err: error }, 'lost an idle database connection'),
  );
  const tracing = await startTracing(config, 'worker');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const server = await serveHealth(config, registry, () => state);

  await keepTrying('PostgreSQL does not serve the worker yet', () => refuseUnreleased(pool), {
    log,
    heals: (error) => !(error instanceof UnreleasedDatabaseError),
  });
  const { connectionOptions, namespace } = connectionConfig();
  const connection = await keepTrying(
    'Temporal cannot be reached',
    () => NativeConnection.connect(connectionOptions),
    { log, heals: (error) => error instanceof TransportError },
  );
  const options: WorkerOptions = {
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    ...workflowSource(config),
    activities: createActivities({
      pool,
      config,
      sealer: createSealer(config),
      mailer: createMailer(config),
    }),
    dataConverter: dataConverter(config),
    shutdownGraceTime: durationMs(config.SHUTDOWN_GRACE),
    ...workerLimits(config),
    plugins: tracing.plugins,
    interceptors: { activity: [countActivities(registry), noteFailures(pool, log)] },
  };
  const worker = await keepTrying(
    `Temporal cannot read the namespace "${namespace}"`,
    async () => {
      await findNamespace(connection, namespace);
      return Worker.create(options);
    },
    { log, heals: passes },
  );
  const running = worker.run();
  for (const signal of stopSignals) process.off(signal, leave);
  state = 'RUNNING';
  log.info(
    { taskQueue: config.TEMPORAL_TASK_QUEUE, namespace, address: server.address() },
    'the worker runs',
  );
  keepTrying(
    'The schedules cannot be made yet',
    () => scheduleAll(new Client({ connection, namespace }), config),
    {
      log,
      heals: () => state === 'RUNNING',
    },
  ).catch((error: unknown) =>
    log.error({ err: error }, 'nothing is scheduled; the next start of a worker tries again'),
  );
  try {
    // Ends on SIGTERM or SIGINT, after running activities have finished or the grace period has ended.
    await running;
  } finally {
    state = 'STOPPED';
    server.close();
    const closed = Promise.allSettled([connection.close(), pool.end(), tracing.stop()]);
    await Promise.race([closed, delay(closeWithinMs, undefined, { ref: false })]);
  }
  log.info('stopped');
}

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/** Called before a worker is made: it answers within seconds, and its code says what is wrong. */
async function findNamespace(connection: NativeConnection, namespace: string): Promise<void> {
  await connection.withDeadline(Date.now() + 5_000, () =>
    connection.workflowService.describeNamespace({ namespace }),
  );
}

// gRPC status codes of faults that last until the settings are changed and this process is restarted.
const lasting = [3 /* INVALID_ARGUMENT */, 12 /* UNIMPLEMENTED */, 16 /* UNAUTHENTICATED */];

/** Whether Temporal may recover: the namespace is created, the permission granted, its database back. */
function passes(error: unknown): boolean {
  return isGrpcServiceError(error) ? !lasting.includes(error.code) : error instanceof TransportError;
}

/**
 * The bundle that `npm run build` writes beside the compiled worker. Sources are bundled at the start, so that they
 * never run with workflows of an earlier build; the same applies to bundles with extra interceptors or codecs.
 */
function workflowSource(config: Config): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = path.join(__dirname, 'workflow-bundle.js');
  const plain = !config.TEMPORAL_PAYLOAD_KEYS && !config.OTEL_EXPORTER_OTLP_ENDPOINT;
  return plain && existsSync(codePath)
    ? { workflowBundle: { codePath } }
    : { workflowsPath: require.resolve('./workflows') };
}

async function serveHealth(config: Config, registry: Registry, state: () => string): Promise<Server> {
  const server = createServer(async (req, res) => {
    if (req.url === '/healthz') {
      res.setHeader('Content-Type', 'application/json').end(JSON.stringify({ status: 'ok', state: state() }));
    } else if (req.url === '/metrics') {
      res.setHeader('Content-Type', registry.contentType).end(await registry.metrics());
    } else {
      res.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.WORKER_HTTP_PORT, config.API_HOST, resolve);
  });
  return server;
}

const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own lines, in the log of this process; without the retries while the start itself logs the failure. */
function runtimeLogger(log: Logger, isStarting: () => boolean): DefaultLogger {
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    if (level === 'WARN' && rest.sdkComponent === 'core' && isStarting()) return;
    log[levels[level]](error === undefined ? rest : { ...rest, err: error }, message);
  });
}

main().then(
  // Whatever is still open must not keep a process that does no work: its supervisor starts a new one.
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof ConfigError || error instanceof UnreleasedDatabaseError)
      console.error(error.message);
    else createLogger({ LOG_LEVEL: 'fatal' }, 'worker').fatal({ err: error }, 'the worker failed');
    process.exit(1);
  },
);
