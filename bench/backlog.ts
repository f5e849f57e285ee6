import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowIdConflictPolicy } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { order } from '../workflows/order';
import type { Bench, Result } from './bench';
import { IN_FLIGHT, lifecycleRate, timesResult } from './lifecycles';
import type { ProcessorTime } from './processorTime';
import { alternate, progress, ratio, show, spread } from './rounds';
import { type Seeded, seed } from './seed';
import { type Platform, TASK_QUEUE } from './servers';

export const backlog: Bench = {
  description:
    'Lifecycles a second while other orders are open (delivered, their workflows wait for windows of a week), against a second ' +
    'platform on the same machine, with its own Temporal server, database and worker, on which none is open.',
  async run(servers, { quick }) {
    const [crowded, empty] = [
      await prepare(await servers.startPlatform()),
      await prepare(await servers.startPlatform()),
    ];
    const measure = (platform: Prepared, times: ProcessorTime[], measureMs: number) => () =>
      lifecycleRate(platform, 'ours', platform.seeded, times, {
        inFlight: quick ? 4 : IN_FLIGHT,
        rampMs: quick ? 500 : 5000,
        measureMs,
      });
    const ms = quick ? 1000 : 15_000;
    await alternate('backlog, warm-up', 1, {
      crowded: measure(crowded, [], ms),
      empty: measure(empty, [], ms),
    });
    const results: Result[] = [];
    let open = 0;
    for (const target of quick ? [0, 20] : [0, 5_000, 20_000]) {
      await openOrders(crowded, target - open);
      open = target;
      const times = { crowded: [] as ProcessorTime[], empty: [] as ProcessorTime[] };
      const figures = await alternate(`backlog of ${open}`, quick ? 1 : 3, {
        crowded: measure(crowded, times.crowded, ms),
        empty: measure(empty, times.empty, ms),
      });
      const orders = `${open.toLocaleString('en-US')} open orders`;
      results.push({
        measured: `Lifecycles a second with ${orders} against none`,
        ours: show(spread(figures.crowded)),
        baseline: show(spread(figures.empty)),
        ratio: show(ratio(figures.crowded, figures.empty)),
        aim: 'between 0.85 and 1.15',
      });
      results.push(
        ...timesResult(`Processor time of a lifecycle with ${orders}, ms`, times.crowded, times.empty),
      );
    }
    return results;
  },
};

type Prepared = Platform & { seeded: Seeded };

async function prepare(platform: Platform): Promise<Prepared> {
  return { ...platform, seeded: await seed(platform.pool) };
}

/**
 * Opens orders the fast way: rows in bulk, then a workflow for each that goes on from them, as after the loss of
 * Temporal's database. It then holds the same timer as if it had been there from the start.
 */
async function openOrders({ pool, client, seeded }: Prepared, count: number): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH o AS (
       INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, distributor_id, attribution, plan_id)
       SELECT id, id, '', 'customer-' || n % 10000, 'CNY', now() - interval '1 day', 'CN-31',
         ($1::uuid[])[1 + n % cardinality($1::uuid[])], '{}', $2
       FROM (SELECT n, gen_random_uuid()::text AS id FROM generate_series(1, $3::int) AS n) AS made RETURNING id
     ), line AS (
       INSERT INTO order_lines (order_id, line_id, position, state, sku, quantity, unit_price, discount, net_amount,
         delivered_at, window_ends_at)
       SELECT o.id, line::text, line, 'delivered', 'sku-' || line, 1, 10000, 0, 10000, now(), now() + interval '7 days'
       FROM o, generate_series(1, 3) AS line
     )
     SELECT id FROM o`,
    [seeded.distributors.map(({ id }) => id), seeded.planId, count],
  );
  const started = performance.now();
  const next = rows.values();
  const handles: string[] = [];
  const starter = async () => {
    for (const { id } of next) {
      await client.workflow.start(order, {
        workflowId: `ours/${id}`,
        args: [{ orderId: id, resume: true }],
        taskQueue: TASK_QUEUE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      });
      handles.push(`ours/${id}`);
      if (handles.length % 2500 === 0) progress(`opened ${handles.length} of ${count} orders`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, starter));
  while (await waitingTasks(client)) await delay(500);
  progress(`opened ${count} orders in ${Math.round((performance.now() - started) / 1000)} s`);
}

/** How many workflow tasks no worker has taken up yet: an order that was only just opened costs more than an open one. */
async function waitingTasks(client: Platform['client']): Promise<number> {
  const { stats } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    reportStats: true,
  });
  return Number(stats?.approximateBacklogCount ?? 0);
}
