import { randomBytes, randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  Client,
  Connection,
  WithStartWorkflowOperation,
  type Workflow,
} from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { type Activities, createActivities } from '../../activities';
import type { Config } from '../../config';
import type { Actor } from '../../database/journal';
import { createPool, type Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import { activityContext, testConfig } from './config';
import { createDatabase } from './database';
import './runtime';

export { testConfig };

/** A migrated database with a pool, closed and dropped by `close`. */
export async function openDatabase(max = 20): Promise<{ url: string; pool: Pool; close(): Promise<void> }> {
  const database = await createDatabase();
  const pool = createPool(database.url, max, () => {});
  return {
    url: database.url,
    pool,
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
}

/** The workers' connection to the run's Temporal. */
export function connectNative(): Promise<NativeConnection> {
  return NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS as string });
}

/** A real worker on a task queue of its own, with a client that reaches it. */
export async function startWorker(
  pool: Pool,
  config: Config,
  taskQueue = `payouts-${randomUUID()}`,
  wrap: (activities: Activities) => Activities = (activities) => activities,
  workflowBundle: WorkflowBundleOption = { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
): Promise<{ client: Client; taskQueue: string; stop(): Promise<void> }> {
  const address = process.env.TEST_TEMPORAL_ADDRESS!;
  const native = await connectNative();
  const connection = await Connection.connect({ address });
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle,
    activities: wrap(createActivities(activityContext(pool, config))),
  });
  const running = worker.run();
  return {
    client: new Client({ connection }),
    taskQueue,
    stop: async () => {
      worker.shutdown();
      await running;
      await connection.close();
      await native.close();
    },
  };
}

/** Adds a user; a distributor's own when `distributorId` is given. */
export async function addUser(
  pool: Pool,
  name: string,
  distributorId?: string,
): Promise<Actor & { userId: string }> {
  const userId = randomUUID();
  await pool.query('INSERT INTO users (id, email, name, role, distributor_id) VALUES ($1, $2, $3, $4, $5)', [
    userId,
    `${userId}@example.com`,
    name,
    distributorId ? 'distributor' : 'finance',
    distributorId ?? null,
  ]);
  return { userId, name };
}

/** Adds an active distributor with a bank account, and with a mail address where one is given. */
export async function addDistributor(
  pool: Pool,
  { holder = '王小明', account = '6222020200112233445', email = '', locale = 'zh-CN' } = {},
): Promise<string> {
  const [id, application] = [randomUUID(), randomUUID()];
  const sealed = createSealer(testConfig()).seal(account);
  const unique = randomBytes(16);
  await pool.query(
    `INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed,
       identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked,
       bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at)
     VALUES ($1, 'approved', '{}', 'person', 'n', 'e', 'p', '{}', 'CN', 's', $2, 'm', $3, $2, '***3445', $4, 'ICBC', $2, $2, now())`,
    [application, unique, sealed, holder],
  );
  await pool.query(
    `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier,
       identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name, locale)
     VALUES ($1, $2, $3, 'person', 'n', $7, 'p', '{}', 'CN', 'basic', $4, $5, '***3445', $6, 'ICBC', $8)`,
    [id, application, unique.toString('hex'), unique, sealed, holder, email, locale],
  );
  return id;
}

/** Makes money withdrawable, as releases would. */
export async function credit(
  pool: Pool,
  distributorId: string,
  amount: number,
  currency = 'CNY',
): Promise<void> {
  await pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ($1, 'commission_expense', 'available', $2, $3, $4, now())`,
    [`test/${randomUUID()}`, distributorId, currency, amount],
  );
}

/** Makes a distributor owe. */
export async function charge(pool: Pool, distributorId: string, amount: number): Promise<void> {
  await pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ($1, 'debt', 'commission_expense', $2, 'CNY', $3, now())`,
    [`test/${randomUUID()}`, distributorId, amount],
  );
}

/**
 * Adds one order whose lines each earn one commission, accrued in the ledger.
 * @param amounts minor units of each; distributors take turns
 * @returns the commissions' ids, in that order
 */
export async function addCommissions(
  pool: Pool,
  distributorIds: string[],
  amounts: number[],
  {
    state = 'due',
    automatic = false,
    dueAt = '2026-01-01T00:00:00Z',
    currency = 'CNY',
    paidAt = new Date().toISOString(),
  } = {},
): Promise<{ orderId: string; ids: number[] }> {
  const orderId = randomUUID();
  const owner = await addUser(pool, 'planner');
  const plan = await pool.query<{ id: number }>(
    `INSERT INTO commission_plans (name, terms, created_by) VALUES ('p', '{}', $1) RETURNING id`,
    [owner.userId],
  );
  await pool.query(
    `INSERT INTO orders (id, external_id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
     VALUES ($1, $1, '\\x00', 'c', $3, $4, 'CN', '{"reason": "no_code"}', $2)`,
    [orderId, plan.rows[0]!.id, currency, paidAt],
  );
  const { rows } = await pool.query<{ id: number }>(
    `WITH wanted AS (
       SELECT position, amount, ($2::uuid[])[1 + (position - 1) % cardinality($2::uuid[])] AS distributor_id
       FROM unnest($3::bigint[]) WITH ORDINALITY AS t (amount, position)
     ), lines AS (
       INSERT INTO order_lines (order_id, line_id, position, sku, quantity, unit_price, discount, net_amount)
       SELECT $1, position::text, position, 'sku', 1, amount, 0, amount FROM wanted
     ), made AS (
       INSERT INTO commissions (order_id, line_id, level, distributor_id, state, currency, original_amount, amount,
         rule, automatic, due_at)
       SELECT $1, position::text, 1, distributor_id, $4, $7, amount, amount, '{}', $5, $6 FROM wanted ORDER BY wanted.position
       RETURNING *
     ), accrued AS (
       INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
       SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, $8
       FROM made WHERE amount > 0
     )
     SELECT id FROM made ORDER BY line_id::int`,
    [orderId, distributorIds, amounts, state, automatic, dueAt, currency, paidAt],
  );
  return { orderId, ids: rows.map((row) => row.id) };
}

/** What a distributor has. */
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

/** Balances that are not the sum of their transfers; none in a sound ledger. */
export async function ledgerFaults(pool: Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `WITH movements AS (
       SELECT distributor_id, currency, to_account AS account, amount FROM transfers
       UNION ALL SELECT distributor_id, currency, from_account, -amount FROM transfers
     ), summed AS (
       SELECT distributor_id, currency,
         coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
         coalesce(sum(amount) FILTER (WHERE account = 'available'), 0) AS available,
         coalesce(sum(amount) FILTER (WHERE account = 'reserved'), 0) AS reserved,
         -coalesce(sum(amount) FILTER (WHERE account = 'debt'), 0) AS debt,
         sum(amount) AS total
       FROM movements GROUP BY 1, 2
     )
     SELECT * FROM summed FULL JOIN balances b USING (distributor_id, currency)
     WHERE (summed.held, summed.available, summed.reserved, summed.debt) IS DISTINCT FROM
           (b.held, b.available, b.reserved, b.debt) OR total <> 0 OR (b.debt > 0 AND b.available > 0)`,
  );
  return rows;
}

/** Sends an update as the API does: the workflow is started first where it does not run. */
export async function sendUpdate<R>(
  worker: { client: Client; taskQueue: string },
  workflow: 'withdrawal' | 'payout' | 'release',
  id: string,
  update: string,
  message: unknown,
  { resume = true, updateId = randomUUID() as string } = {},
): Promise<R> {
  return worker.client.workflow.executeUpdateWithStart<Workflow, R, unknown[]>(update, {
    args: [message],
    updateId,
    startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(workflow, {
      workflowId: `${workflow}/${id}`,
      args: [resume ? { id, resume } : { id }],
      taskQueue: worker.taskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}

/** The code of the refusal that a promise ends in; what it was answered otherwise. */
export async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      if (cause instanceof ApplicationFailure && cause.type) return cause.type;
    }
    throw error;
  }
}

/** Waits until a condition on the database holds; the test's time limit ends the wait. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
