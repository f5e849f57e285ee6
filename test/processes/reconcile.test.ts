import { randomUUID } from 'node:crypto';
import { readStuckWork } from '../../api/reports/stuckWork';
import { recover } from '../../cli/recover';
import { type Disagreement, type Finding, noteFindings } from '../../database/findings';
import type { Pool } from '../../database/pool';
import { rowStates } from '../../database/recovery';
import { type ProcessKind, processKinds, subjectOf } from '../../domain/kinds';
import { type Sender, start } from '../../temporal/messages';
import { reconcileAll } from '../../temporal/reconcile';
import { testConfig } from '../support/config';
import { openRows } from '../support/openRows';
import { addUser, openDatabase, startWorker, until } from '../support/payouts';
import { activatePlan, payment } from '../support/platform';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let worker: Awaited<ReturnType<typeof startWorker>>;
let li: Awaited<ReturnType<typeof addUser>>;
let rows: ReturnType<typeof openRows>;

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  li = await addUser(pool, 'Li');
  await activatePlan({ pool, userId: li.userId });
  rows = openRows(pool, li);
  worker = await startWorker(pool, testConfig());
});
afterAll(async () => {
  await worker?.stop();
  await database.close();
});

const handle = (subject: string) => worker.client.workflow.getHandle(subject);
const senderTo = (taskQueue: string) => ({
  taskQueue,
  call: <R>(work: (client: typeof worker.client.workflow) => Promise<R>) => work(worker.client.workflow),
});

/** What a comparison says of one subject. */
async function compared(subject: string, mend: boolean): Promise<Disagreement[]> {
  const found: Finding[] = [];
  const context = { pool, client: worker.client, taskQueue: worker.taskQueue };
  await recover(context, { mend, onFound: (page) => found.push(...page) });
  return found.filter((one) => one.subject === subject).map(({ disagreement }) => disagreement);
}
/** Temporal lists what has begun or ended a moment later. */
const untilFound = (subject: string, disagreement: Disagreement) =>
  until(async () => (await compared(subject, false)).includes(disagreement));

test.each(processKinds)('an open row without a workflow is found and gets one: %s', async (kind) => {
  const subject = subjectOf(kind, (await rows[kind]()).id);
  expect(await compared(subject, false)).toEqual(['missing']);
  await expect(handle(subject).describe()).rejects.toThrow();
  expect(await compared(subject, true)).toEqual(['missing']);
  expect((await handle(subject).describe()).status.name).toMatch(/^(RUNNING|COMPLETED)$/);
});

// These wait for nothing: they end as soon as a worker has them.
const actAtOnce: readonly ProcessKind[] = ['mail', 'bulk'];

test.each(processKinds)('an open workflow whose row is over is found and ends: %s', async (kind) => {
  const { id, end } = await rows[kind]();
  const actsAtOnce = actAtOnce.includes(kind);
  const subject = subjectOf(kind, id);
  const taskQueue = actsAtOnce ? `later-${randomUUID()}` : worker.taskQueue;
  await start(senderTo(taskQueue), { kind, id });
  if (!actsAtOnce) {
    await until(async () =>
      (await handle(subject).fetchHistory()).events!.some((e) => e.workflowTaskCompletedEventAttributes),
    );
  }
  await end();
  await untilFound(subject, 'needless');
  expect(await compared(subject, true)).toEqual(['needless']);
  const later = actsAtOnce && (await startWorker(pool, testConfig(), taskQueue));
  await handle(subject).result();
  await until(async () => !(await compared(subject, false)).length);
  if (later) await later.stop();
});

test('an order that was accepted and not recorded gets a workflow with its payment', async () => {
  const order = payment();
  const id = order.externalId;
  await pool.query('INSERT INTO accepted_orders (id, payment) VALUES ($1, $2)', [id, order]);
  expect(await compared(subjectOf('order', id), true)).toEqual(['missing']);
  await until(async () => (await pool.query('SELECT FROM orders WHERE id = $1', [id])).rowCount === 1);
});

test('a settled payout batch is not needless while mails about it are being begun', async () => {
  const { id, end } = await rows.payout();
  await end();
  await pool.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body)
     SELECT 'withdrawal/' || id || '/paid', 'withdrawal/' || id, 'li@example.com', 'x', 'x' FROM withdrawals
     WHERE batch_id = $1`,
    [id],
  );
  const subject = subjectOf('payout', id);
  expect((await rowStates(pool, 'payout', [subject])).get(subject)).toBe('open');
  await pool.query(`UPDATE mails SET state = 'sent', sent_at = now()`);
  expect((await rowStates(pool, 'payout', [subject])).get(subject)).toBe('over');
});

describe('what comparisons do not mend', () => {
  /** The comparison of the schedule. */
  const look = () =>
    worker.client.workflow.execute('reconcile', {
      workflowId: `reconcile-${randomUUID()}`,
      args: [],
      taskQueue: worker.taskQueue,
    });
  const listed = async (subject: string) => {
    const { items } = await readStuckWork(pool, 'admin');
    return items.filter((item) => item.subject === subject).map(({ kind }) => kind);
  };

  test('is stuck work after the second of them, and no longer once it is mended', async () => {
    const { id, end } = await rows.order();
    const subject = subjectOf('order', id);
    // No worker has its task queue.
    const taskQueue = `none-${randomUUID()}`;
    await start(senderTo(taskQueue), { kind: 'order', id });
    await end();
    await untilFound(subject, 'needless');
    await look();
    expect(await listed(subject)).toEqual([]);
    await look();
    expect(await listed(subject)).toEqual(['workflow_needless']);
    const later = await startWorker(pool, testConfig(), taskQueue);
    await handle(subject).result();
    await until(async () => !(await compared(subject, false)).length);
    await look();
    expect(await listed(subject)).toEqual([]);
    await later.stop();
  });

  test('is stuck work where its workflow ends again each time that it is started', async () => {
    const id = (await rows.withdrawal()).id;
    const subject = subjectOf('withdrawal', id);
    for (let comparison = 0; comparison < 2; comparison++) {
      await look();
      await handle(subject).terminate('lost');
      await until(async () => (await compared(subject, false)).includes('missing'));
    }
    expect(await listed(subject)).toEqual(['workflow_missing']);
  });

  test('is stuck work where a step was due automatically and the workflow does not take it', async () => {
    const { id } = await rows.order();
    const subject = subjectOf('order', id);
    await start(senderTo(`none-${randomUUID()}`), { kind: 'order', id });
    await pool.query(
      `UPDATE order_lines SET state = 'delivered', delivered_at = now(), window_ends_at = now() - interval '3 minutes'
       WHERE order_id = $1`,
      [id],
    );
    await untilFound(subject, 'overdue');
    await look();
    await look();
    expect(await listed(subject)).toEqual(['workflow_overdue']);
    await handle(subject).terminate('test');
  });

  test.each(processKinds)(
    'an open row whose workflow has completed is behind it, which is shown and left: %s',
    async (kind) => {
      const { id, end } = await rows[kind]();
      const subject = subjectOf(kind, id);
      // A workflow of the same name that ends at once, as that of the row did before PostgreSQL was set back.
      const { taskQueue } = worker;
      const options = { workflowId: subject, taskQueue, args: [{ id: randomUUID(), resume: true }] };
      await worker.client.workflow.execute('withdrawal', options);
      expect(await compared(subject, false)).toEqual(['ahead']);
      await look();
      await look();
      expect(await listed(subject)).toEqual(['workflow_ahead']);
      expect((await handle(subject).describe()).type).toBe('withdrawal');
      await end();
      await look();
      expect(await listed(subject)).toEqual([]);
    },
  );

  test('stays ahead when Temporal has deleted the completed workflow, until a person has it started', async () => {
    const id = (await rows.withdrawal()).id;
    const subject = subjectOf('withdrawal', id);
    await noteFindings(pool, [{ disagreement: 'ahead', subject }], new Date());
    await look();
    expect(await listed(subject)).toEqual(['workflow_ahead']);
    await expect(handle(subject).describe()).rejects.toThrow();
    expect(await compared(subject, true)).toEqual(['missing']);
    expect((await handle(subject).describe()).status.name).toBe('RUNNING');
    await look();
    expect(await listed(subject)).toEqual([]);
  });

  test('a workflow that runs without a row is ahead after a quarter of an hour, and is left', async () => {
    const id = randomUUID();
    const subject = subjectOf('withdrawal', id);
    await start(senderTo(`none-${id}`), { kind: 'withdrawal', id });
    expect(await compared(subject, false)).toEqual([]);
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + 16 * 60_000);
    await untilFound(subject, 'ahead');
    expect(await compared(subject, true)).toEqual(['ahead']);
    clock.mockRestore();
    expect((await handle(subject).fetchHistory()).events!.length).toBe(2);
    await handle(subject).terminate('test');
  });

  test('a row that was opened again after its workflow had completed is missing, and not ahead', async () => {
    const { id, end } = await rows.mail();
    const subject = subjectOf('mail', id);
    const { taskQueue } = worker;
    const options = { workflowId: subject, taskQueue, args: [{ id: randomUUID(), resume: true }] };
    await worker.client.workflow.execute('withdrawal', options);
    await pool.query('UPDATE mails SET resent_at = now() WHERE key = $1', [id]);
    expect(await compared(subject, false)).toEqual(['missing']);
    await end();
  });
});

/** Open orders with these ids in a database of their own, each with a workflow that no worker has. */
async function openOrders(ids: string[]): Promise<{ pool: Pool; close(): Promise<void> }> {
  const other = await openDatabase();
  const user = await addUser(other.pool, 'planner');
  await other.pool.query(
    `WITH plan AS (INSERT INTO commission_plans (name, terms, created_by) VALUES ('p', '{}', $1) RETURNING id)
     INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
     SELECT order_id, order_id, '\\x00', 'c', 'CNY', now(), 'CN', '{"reason": "no_code"}', plan.id
     FROM plan, unnest($2::text[]) order_id`,
    [user.userId, ids],
  );
  const taskQueue = `none-${randomUUID()}`;
  const left = [...ids];
  const startNext = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop())
      await start(senderTo(taskQueue), { kind: 'order', id });
  };
  await Promise.all(Array.from({ length: 20 }, startNext));
  const query = `WorkflowType = 'order' AND TaskQueue = '${taskQueue}'`;
  await until(async () => (await worker.client.workflow.count(query)).count === ids.length);
  return other;
}

/** Compares everything in a database. @returns what disagreed, the rows that were read, and the calls of Temporal */
async function compareAll(within: Pool): Promise<{ found: Finding[]; rows: number; calls: number }> {
  const result = { found: [] as Finding[], rows: 0, calls: 0 };
  const { taskQueue, call } = senderTo('unused');
  const counting: Sender = {
    taskQueue,
    call: (work) => {
      result.calls++;
      return call(work);
    },
  };
  for await (const part of reconcileAll({ pool: within, sender: counting }, null)) {
    result.rows += part.rows;
    result.found.push(...part.found);
  }
  return result;
}

test('orders are compared in pages, and none that both sides have is asked by itself', async () => {
  const prefix = randomUUID();
  const ids = Array.from({ length: 1200 }, (_, number) => `${prefix}/it's 单 %${number}`);
  const orders = await openOrders(ids);
  // Three ranges of orders and the one after them, and one range of each other kind.
  const calls = 4 + processKinds.length - 1;
  expect(await compareAll(orders.pool)).toEqual({ found: [], rows: ids.length, calls });
  await orders.close();
});

test('orders whose numbers no query of Temporal can name are compared as well', async () => {
  const prefix = randomUUID();
  const ids = Array.from({ length: 502 }, (_, number) => `${prefix}/"${number}\\`);
  const orders = await openOrders(ids);
  expect(await compareAll(orders.pool)).toMatchObject({ found: [], rows: ids.length });
  await orders.close();
});
