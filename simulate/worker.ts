import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities';
import { createMailer } from '../activities/mail';
import { loadConfig } from '../config';
import { createPool } from '../database/pool';
import { createSealer } from '../database/sealing';
import { createLogger } from '../log';
import { keepTrying } from '../retry';
import { connectionConfig } from '../temporal/connection';
import { noteFailures } from '../temporal/failingActivities';
import { scheduleAll } from '../temporal/schedules';
import { workerLimits } from '../temporal/workerLimits';

/** The worker of the simulation: that of worker.ts, with workflows that were bundled once. Printing `ready`, it works. */
async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLogger(config, 'worker');
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const pool = createPool(config.DATABASE_URL, config.DATABASE_POOL, () => {});
  const { connectionOptions, namespace } = connectionConfig();
  const connection = await keepTrying(
    'Temporal cannot be reached',
    () => NativeConnection.connect(connectionOptions),
    { log, heals: () => true },
  );
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: { codePath: process.env.SIMULATE_WORKFLOW_BUNDLE! },
    activities: createActivities({
      pool,
      config,
      sealer: createSealer(config),
      mailer: createMailer(config),
    }),
    shutdownGraceTime: '5s',
    ...workerLimits(config),
    interceptors: { activity: [noteFailures(pool, log)] },
  });
  const running = worker.run();
  await scheduleAll(new Client({ connection, namespace }), config);
  console.log('ready');
  await running;
  await connection.close();
  await pool.end();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
