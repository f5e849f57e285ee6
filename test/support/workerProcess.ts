import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Context } from '@temporalio/activity';
import { type NativeConnection, Worker } from '@temporalio/worker';
import { type Activities, createActivities } from '../../activities';
import { createPool, type Pool } from '../../database/pool';
import { activityContext, type TestSettings, testConfig } from './config';
import { connectNative } from './payouts';

/** A task queue and the settings that its worker runs with. */
export interface TestQueue {
  taskQueue: string;
  settings: TestSettings;
}

/** Where a worker process is to die: when this activity has run for this subject, before its result is reported. */
export interface KillPoint {
  activity: string;
  /** Part of the activity's arguments or of its workflow's id. */
  of: string;
}

/** What a worker process is given. */
export interface WorkerProcessOptions {
  databaseUrl: string;
  queues: TestQueue[];
  /** Path of the bundled workflows. @default those of the run */
  bundle?: string;
  /** The process kills itself as soon as all of them are reached. @default it lives until it is killed */
  killPoints?: KillPoint[];
}

/** Starts a worker in a process of its own, for tests that kill it. Resolves when it runs. */
export async function startWorkerProcess(
  options: WorkerProcessOptions,
): Promise<{ child: ChildProcess; exited: Promise<unknown>; reached: Set<string> }> {
  const child = spawn(process.execPath, ['--import', 'tsx', __filename, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const reached = new Set<string>();
  await Promise.race([
    new Promise<void>((resolve) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line === 'ready') resolve();
        else if (line.startsWith('reached ')) reached.add(line.slice(8));
      });
    }),
    exited.then(() => Promise.reject(new Error('the worker process ended while it started'))),
  ]);
  return { child, exited, reached };
}

/** Starts one worker. It gives its workflows up within a second, so that another one can take over. */
export async function startQueueWorker(
  connection: NativeConnection,
  { taskQueue, settings }: TestQueue,
  options: { pool: Pool; bundle?: string; wrap?: (activities: Activities) => object },
): Promise<{ run(): Promise<void>; shutdown(): void }> {
  const activities = createActivities(activityContext(options.pool, testConfig(settings)));
  return Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: options.bundle ?? (process.env.TEST_WORKFLOW_BUNDLE as string) },
    activities: options.wrap?.(activities) ?? activities,
    stickyQueueScheduleToStartTimeout: '1s',
  });
}

/**
 * Lets each named activity run to its end and then keeps its answer, for ever. When every point is reached, the
 * process dies: each of these steps is committed, and none is reported.
 */
function dyingAfter(points: KillPoint[]): (activities: Activities) => object {
  const waiting = new Set(points);
  return (activities) =>
    Object.fromEntries(
      Object.entries(activities).map(([name, activity]) => [
        name,
        async (...args: unknown[]) => {
          const answer = await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
          const text = JSON.stringify([args, Context.current().info.workflowExecution]);
          const point = points.find(({ activity: wanted, of }) => wanted === name && text.includes(of));
          if (!point) return answer;
          waiting.delete(point);
          process.stdout.write(`reached ${name}\n`);
          if (waiting.size === 0) process.kill(process.pid, 'SIGKILL');
          return new Promise(() => {});
        },
      ]),
    );
}

async function main({ databaseUrl, queues, bundle, killPoints }: WorkerProcessOptions): Promise<void> {
  const pool = createPool(databaseUrl, 20, () => {});
  const connection = await connectNative();
  const wrap = killPoints && dyingAfter(killPoints);
  const workers = await Promise.all(
    queues.map((queue) => startQueueWorker(connection, queue, { pool, bundle, wrap })),
  );
  process.stdout.write('ready\n');
  await Promise.all(workers.map((worker) => worker.run()));
}

if (require.main === module) {
  main(JSON.parse(process.argv[2] as string)).catch((error) => {
    process.stderr.write(`${error}\n`);
    process.exit(1);
  });
}
