import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Registry } from 'prom-client';
import { createActivities } from '../activities';
import { createMailer } from '../activities/mail';
import { loadConfig } from '../config';
import { createPool } from '../database/pool';
import { createSealer } from '../database/sealing';
import { countActivities } from '../temporal/activityMetrics';
import { connectionConfig } from '../temporal/connection';
import { dataConverter } from '../temporal/payloadCodec';
import { workerLimits } from '../temporal/workerLimits';
import { nothing } from './nothing';

/** The worker of the benches, with the settings of worker.ts, for our workflows and the bare one. */
async function main(): Promise<void> {
  const config = loadConfig();
  const codePath = process.env.BENCH_WORKFLOW_BUNDLE;
  if (!codePath) throw new Error('This process is started by `npm run bench`.');
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const pool = createPool(config.DATABASE_URL, config.DATABASE_POOL, console.error);
  const { connectionOptions, namespace } = connectionConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.TEMPORAL_TASK_QUEUE,
    workflowBundle: { codePath },
    activities: {
      ...createActivities({ pool, config, sealer: createSealer(config), mailer: createMailer(config) }),
      nothing,
    },
    dataConverter: dataConverter(config),
    shutdownGraceTime: '5s',
    ...workerLimits(config),
    interceptors: { activity: [countActivities(new Registry())] },
  });
  await worker.run();
  await connection.close();
  await pool.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
