import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { ConfigError, durationMs, loadConfig } from '../config';
import { ensurePolicies } from '../database/policies';
import { createPool } from '../database/pool';
import { createLogger } from '../log';
import { PrismaClient } from '../prisma/client/client';
import { refuseUnreleased, UnreleasedDatabaseError } from '../prisma/unreleased';
import { keepTrying } from '../retry';
import { connectionConfig } from '../temporal/connection';
import { dataConverter } from '../temporal/payloadCodec';
import { startTracing } from '../temporal/tracing';
import { createApp } from './app';
import type { ApiContext } from './http/endpoint';
import { shutdownOf } from './http/shutdown';
import { bootstrapAdmin } from './identity/authentication';
import { keepDaysSummed } from './reports/reports';

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'api');
  const pool = createPool(config.DATABASE_URL, config.DATABASE_POOL, (error) =>
    log.warn({ err: error }, 'lost an idle database connection'),
  );
  const tracing = await startTracing(config, 'api');
  const { connectionOptions, namespace } = connectionConfig();
  // Lazy, so that the API starts, and says what is away, before Temporal does. It reconnects automatically.
  const connection = Connection.lazy({
    ...connectionOptions,
    // Fewer attempts than the default: a caller that gets its answer within a second can retry.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 4 }))],
  });
  const temporal = new Client({
    connection,
    namespace,
    dataConverter: dataConverter(config),
    plugins: tracing.plugins,
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const server = createServer();
  const shutdown = shutdownOf(server);
  let isPrepared = false;
  const phase = () => (shutdown.isStopping() ? 'stopping' : isPrepared ? 'running' : 'starting');
  const context: ApiContext = { pool, prisma, temporal, config, log, phase };
  server.on('request', createApp(context));
  // Longer than load balancers keep an idle connection: else they send into one that is just being closed.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.API_PORT, config.API_HOST, resolve);
  });
  log.info({ address: server.address() }, 'the API listens');

  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping: running requests are finished first');
    await shutdown.stop({
      drainMs: config.TRUST_PROXY ? durationMs(config.SHUTDOWN_DRAIN) : 0,
      graceMs: durationMs(config.SHUTDOWN_GRACE),
    });
    const closed = Promise.allSettled([
      prisma.$disconnect().then(() => pool.end()),
      connection.close(),
      tracing.stop(),
    ]);
    await Promise.race([closed, delay(closeWithinMs)]);
    log.info('stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop);

  await keepTrying('PostgreSQL does not serve the API yet', () => prepareDatabase(context), {
    log,
    // The API listens meanwhile, and says that it is not ready.
    heals: (error) => !(error instanceof UnreleasedDatabaseError),
  });
  isPrepared = true;
  keepDaysSummed(context);
}

/** Longest wait for connections to close; after it the process ends anyway. */
const closeWithinMs = 5_000;

/** What PostgreSQL has to hold before the API is ready. */
async function prepareDatabase({ pool, config, log }: ApiContext): Promise<void> {
  await refuseUnreleased(pool);
  await ensurePolicies(pool);
  if (!config.BOOTSTRAP_ADMIN_KEY) return;
  const made = await bootstrapAdmin(pool, config.BOOTSTRAP_ADMIN_KEY);
  if (made) log.info('made the first admin, whose key is BOOTSTRAP_ADMIN_KEY');
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError || error instanceof UnreleasedDatabaseError) console.error(error.message);
  else createLogger({ LOG_LEVEL: 'fatal' }, 'api').fatal({ err: error }, 'the API could not start');
  process.exit(1);
});
