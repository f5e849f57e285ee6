import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { createActivities } from './activities';
import { createMailer } from './activities/mail';
import { type Config, ConfigError, durationMs, loadConfig } from './config';
import { createPool } from './database/pool';
import { createSealer } from './database/sealing';
import { createLogger } from './log';
import { countActivities } from './temporal/activityMetrics';
import { connectionConfig } from './temporal/connection';
import { noteFailures } from './temporal/failingActivities';
import { dataConverter } from './temporal/payloadCodec';
import { scheduleHousekeeping } from './temporal/schedules';
import { startTracing } from './temporal/tracing';
import { workerLimits } from './temporal/workerLimits';

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  Runtime.install({
    logger: runtimeLogger(log),
    // Logs of the SDK's native part go into the same structured log.
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
  });
  const pool = createPool(config.DATABASE_URL, config.DATABASE_POOL, (error) =>
    log.warn({ err: error }, 'lost an idle database connection'),
  );
  const tracing = await startTracing(config, 'worker');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let state = 'CONNECTING';
  const server = await serveHealth(config, registry, () => state);

  const { connectionOptions, namespace } = connectionConfig();
  const connection = await connect(connectionOptions, log);
  const worker = await Worker.create({
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
  });
  await scheduleHousekeeping(new Client({ connection, namespace }), config).catch((error: unknown) =>
    log.error({ err: error }, 'housekeeping is not scheduled; the next start of a worker tries again'),
  );
  state = 'RUNNING';
  log.info(
    { taskQueue: config.TEMPORAL_TASK_QUEUE, namespace, address: server.address() },
    'the worker runs',
  );
  try {
    // Ends on SIGTERM or SIGINT, after running activities have finished or the grace period has passed.
    await worker.run();
  } finally {
    server.close();
    await Promise.allSettled([connection.close(), pool.end(), tracing.stop()]);
  }
  log.info('stopped');
}

/** Waits for Temporal without a time limit: restarting the process would not help. */
async function connect(options: Parameters<typeof NativeConnection.connect>[0], log: Logger) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await NativeConnection.connect(options);
    } catch (error) {
      const pauseMs = Math.min(10_000, 250 * 2 ** attempt);
      log.warn({ err: error, attempt, pauseMs }, 'Temporal cannot be reached; retrying');
      await delay(pauseMs);
    }
  }
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

/** Temporal's own log lines, in the log of this process. */
function runtimeLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('DEBUG', ({ level, message, meta }) => {
    const { error, ...rest } = meta ?? {};
    log[levels[level]](error === undefined ? rest : { ...rest, err: error }, message);
  });
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else createLogger({ LOG_LEVEL: 'fatal' }, 'worker').fatal({ err: error }, 'the worker failed');
  process.exitCode = 1;
});
