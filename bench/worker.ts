import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createPool } from '../activities/database';
import { createOrderActivities } from '../activities/orders';
import { nothing } from './nothing';
import { TASK_QUEUE } from './servers';

/** The worker of the benches: one process serves ours and the bare workflows, with the same settings. */
async function main(): Promise<void> {
  const { BENCH_TEMPORAL_ADDRESS, BENCH_DATABASE_URL, BENCH_WORKFLOW_BUNDLE } = process.env;
  if (!BENCH_DATABASE_URL || !BENCH_WORKFLOW_BUNDLE)
    throw new Error('This process is started by `npm run bench`.');
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const pool = createPool(BENCH_DATABASE_URL, 20, (error) => console.error(error));
  const connection = await NativeConnection.connect({ address: BENCH_TEMPORAL_ADDRESS });
  const worker = await Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: BENCH_WORKFLOW_BUNDLE },
    activities: { ...createOrderActivities(pool), nothing },
    shutdownGraceTime: '5s',
  });
  await worker.run();
  await connection.close();
  await pool.end();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
