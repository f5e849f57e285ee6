import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { OrderProgress, ReportedEvent } from '../../activities/order/order';
import { createPool, type Pool } from '../../database/pool';
import type { OrderEvent, OrderPayment } from '../../domain/order';
import { planTermsSchema } from '../../domain/plan';
import { send } from '../../temporal/messages';
import { order, orderEvent, pay } from '../../workflows/order';
import { activityContext, type TestSettings, testConfig } from './config';
import { createDatabase } from './database';
import './runtime';

/** A database of its own and a worker on the run's Temporal: what a test of a whole process needs. */
export interface Platform {
  pool: Pool;
  databaseUrl: string;
  client: Client;
  taskQueue: string;
  /** A user who may make decisions. */
  userId: string;
  startWorker(): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}

/**
 * Starts it. `close` it, or Jest waits for ever.
 * @param options.worker whether a worker runs from the start @default true
 * @param options.address a Temporal server other than the run's
 * @param options.databaseUrl a database that is there already, which `close` then leaves
 * @param options.taskQueue that of an earlier platform, to go on with its workflows
 * @param options.settings of the workers
 */
export async function startPlatform({
  worker = true,
  address = process.env.TEST_TEMPORAL_ADDRESS as string,
  databaseUrl,
  taskQueue = `test-${randomBytes(6).toString('hex')}`,
  settings = {},
}: {
  worker?: boolean;
  address?: string;
  databaseUrl?: string;
  taskQueue?: string;
  settings?: TestSettings;
} = {}): Promise<Platform> {
  const database = databaseUrl ? { url: databaseUrl, drop: async () => {} } : await createDatabase();
  const pool = createPool(database.url, 20, (error) => console.error(error));
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const workers: { stop(): Promise<void> }[] = [];

  async function startWorker() {
    const running = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE as string },
      activities: createActivities(activityContext(pool, testConfig(settings))),
    });
    const done = running.run();
    let stopped: Promise<void> | undefined;
    const stop = () => {
      if (!stopped) {
        running.shutdown();
        stopped = done;
      }
      return stopped;
    };
    workers.push({ stop });
    return { stop };
  }

  const userId = await addUser(pool, 'admin');
  if (worker) await startWorker();
  return {
    pool,
    databaseUrl: database.url,
    client: new Client({ connection }),
    taskQueue,
    userId,
    startWorker,
    async close() {
      await Promise.all(workers.map((one) => one.stop()));
      await native.close();
      await connection.close();
      await pool.end();
      await database.drop();
    },
  };
}

/** A unique name: workflow ids are shared by all tests of a run. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}

/** Adds a user of a role and answers with the id. */
export async function addUser(pool: Pool, role: string): Promise<string> {
  const id = randomUUID();
  await pool.query('INSERT INTO users (id, email, name, role) VALUES ($1, $2, $3, $4)', [
    id,
    `${id}@example.com`,
    role,
    role,
  ]);
  return id;
}

/**
 * Puts a plan in force since two months ago, for whatever a test pays; a later one takes precedence over an earlier.
 * What is not given is 10 % and 3 % on two levels.
 */
export async function activatePlan(
  { pool, userId }: Pick<Platform, 'pool' | 'userId'>,
  terms: object = {},
): Promise<number> {
  const complete = planTermsSchema.parse({
    levels: [{ default: { rateBp: 1000 } }, { default: { rateBp: 300 } }],
    ...terms,
  });
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO commission_plans (name, terms, created_by, effective_from, activated_at, activated_by)
     SELECT 'test', $1, $2, now() - interval '60 days' + count(*) * interval '1 second', now(), $2 FROM commission_plans RETURNING id`,
    [JSON.stringify(complete), userId],
  );
  return rows[0]!.id;
}

export interface TestDistributor {
  id: string;
  code: string;
}

/** Adds a distributor as an approved application would have. */
export async function addDistributor(
  pool: Pool,
  {
    sponsorId = null,
    tier = 'silver',
    shopCustomerId = null,
  }: { sponsorId?: string | null; tier?: string; shopCustomerId?: string | null } = {},
): Promise<TestDistributor> {
  const [id, applicationId] = [randomUUID(), randomUUID()];
  const code = randomBytes(6).toString('hex').toUpperCase();
  const hash = randomBytes(32);
  await pool.query(
    `INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed, identity_number_hash,
       identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked, bank_account_holder, bank_name, phone_hash,
       fingerprint, submitted_at)
     VALUES ($1, 'approved', '{}', 'person', 'Li Wei', 'li@example.com', '+8613800138000', '{}', 'CN-31', 's', $2, '***', 's', $2, '***', 'Li Wei', 'ICBC', $2, $2, now())`,
    [applicationId, hash],
  );
  await pool.query(
    `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier, sponsor_id,
       shop_customer_id, identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name)
     VALUES ($1, $2, $3, 'person', 'Li Wei', 'li@example.com', '+8613800138000', '{}', 'CN-31', $4, $5, $6, $7, 's', '***', 'Li Wei', 'ICBC')`,
    [id, applicationId, code, tier, sponsorId, shopCustomerId, hash],
  );
  return { id, code };
}

/** An order of one line of three units at 19.99 paid a minute ago by default. */
export function payment(change: Partial<OrderPayment> = {}): OrderPayment {
  return {
    externalId: unique('order'),
    paidAt: new Date(Date.now() - 60_000).toISOString(),
    currency: 'CNY',
    customer: { externalId: unique('customer') },
    shipTo: { region: 'CN-31' },
    lines: [{ lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 }],
    ...change,
  };
}

/** Pays an order as the API does. */
export async function payOrder(
  { client, taskQueue }: Pick<Platform, 'client' | 'taskQueue'>,
  paid: OrderPayment,
): Promise<void> {
  await client.workflow.executeUpdateWithStart(pay, {
    args: [paid],
    updateId: 'pay',
    startWorkflowOperation: new WithStartWorkflowOperation(order, {
      workflowId: `order/${paid.externalId}`,
      taskQueue,
      args: [{ id: paid.externalId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}

/** Sends an event to the workflow of an open order. */
export function sendEvent({ client }: Platform, orderId: string, event: OrderEvent): Promise<OrderProgress> {
  const reported: ReportedEvent = { ...event, actor: 'shop' };
  return client.workflow.getHandle(`order/${orderId}`).executeUpdate(orderEvent, { args: [reported] });
}

/** Sends an event of a return to its own process, as the API does when the order's workflow has ended. */
export function sendLateEvent(
  { client, taskQueue }: Platform,
  orderId: string,
  event: Extract<OrderEvent, { returnId: string }>,
): Promise<OrderProgress> {
  return send(
    { taskQueue, call: (work) => work(client.workflow) },
    {
      kind: 'return',
      id: [orderId, event.returnId],
      update: orderEvent,
      args: [{ ...event, actor: 'shop' }],
      messageId: randomUUID(),
    },
  );
}

/** Waits until an order's workflow has ended. */
export async function finished({ client }: Platform, orderId: string): Promise<void> {
  await client.workflow.getHandle(`order/${orderId}`).result();
}

/** What a distributor has, in the only currency. */
export async function balanceOf(
  pool: Pool,
  distributorId: string,
): Promise<{ held: number; available: number; reserved: number; debt: number }> {
  const { rows } = await pool.query(
    'SELECT held, available, reserved, debt FROM balances WHERE distributor_id = $1',
    [distributorId],
  );
  return rows[0] ?? { held: 0, available: 0, reserved: 0, debt: 0 };
}
