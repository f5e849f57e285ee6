import { createServer } from 'node:http';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { ConfigError, durationMs, loadConfig } from '../config';
import { createPool } from '../database/pool';
import { createLogger } from '../log';
import { PrismaClient } from '../prisma/client/client';
import { connectionConfig } from '../temporal/connection';
import { dataConverter } from '../temporal/payloadCodec';
import { startTracing } from '../temporal/tracing';
import { createApp } from './app';
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
  // Lazy, so that the API starts, and says what is away, before Temporal does. It connects again by itself.
  const connection = Connection.lazy({
    ...connectionOptions,
    // Fewer attempts than the default: a caller with an answer in a second can itself try again.
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: 4 }))],
  });
  const temporal = new Client({
    connection,
    namespace,
    dataConverter: dataConverter(config),
    plugins: tracing.plugins,
  });
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const context = { pool, prisma, temporal, config, log };

  if (config.BOOTSTRAP_ADMIN_KEY) {
    const made = await bootstrapAdmin(pool, config.BOOTSTRAP_ADMIN_KEY);
    if (made) log.info('created the first admin, with the key BOOTSTRAP_ADMIN_KEY');
  }

  const server = createServer(createApp(context));
  // Longer than load balancers keep an idle connection: else they send into one that is just being closed.
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.API_PORT, config.API_HOST, resolve);
  });
  log.info({ address: server.address() }, 'the API is listening');
  keepDaysSummed(context);

  const stop = (signal: string) => {
    log.info({ signal }, 'stopping after running requests have finished');
    const cut = setTimeout(() => server.closeAllConnections(), durationMs(config.SHUTDOWN_GRACE));
    server.close(async () => {
      clearTimeout(cut);
      await prisma.$disconnect();
      await Promise.allSettled([pool.end(), connection.close(), tracing.stop()]);
      log.info('stopped');
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) console.error(error.message);
  else createLogger({ LOG_LEVEL: 'fatal' }, 'api').fatal({ err: error }, 'the API could not start');
  process.exitCode = 1;
});
