import { createPool } from '../../activities/database';
import { startWorker, testConfig } from './payouts';

// A worker in a process of its own, for tests that kill it.
const [databaseUrl, taskQueue] = process.argv.slice(2);
startWorker(
  createPool(databaseUrl!, 5, () => {}),
  testConfig(),
  taskQueue,
).then(
  () => process.stdout.write('ready\n'),
  (error) => {
    process.stderr.write(`${error}\n`);
    process.exit(1);
  },
);
