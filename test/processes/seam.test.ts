import { randomUUID } from 'node:crypto';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { recover } from '../../cli/recover';
import type { Finding } from '../../database/findings';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import { lookAgain } from '../../workflows/shared/process';
import { activityContext } from '../support/config';
import {
  addDistributor,
  addUser,
  credit,
  openDatabase,
  sendUpdate,
  startWorker,
  testConfig,
  until,
} from '../support/payouts';
import {
  activatePlan,
  addDistributor as addSeller,
  balanceOf,
  finished,
  type Platform,
  payment,
  payOrder,
  sendEvent,
  startPlatform,
  type TestDistributor,
} from '../support/platform';
import { type AcceptingProvider, startProvider } from '../support/provider';

// A server that dies can lose the answer of a step that is written. Then the row is ahead of its workflow, as it is
// here after a step outside of the workflow.

describe('a withdrawal that is paid by a provider', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let pool: Pool;
  let worker: Awaited<ReturnType<typeof startWorker>>;
  let provider: AcceptingProvider;
  let li: Actor;
  let steps: ReturnType<typeof createActivities>;

  beforeAll(async () => {
    database = await openDatabase();
    pool = database.pool;
    li = await addUser(pool, 'Li');
    provider = await startProvider();
    const config = testConfig({
      PAYOUT_METHOD: 'http',
      PAYOUT_HTTP_URL: provider.url,
      PAYOUT_POLL_INTERVAL: '20ms',
    });
    steps = createActivities(activityContext(pool, config));
    worker = await startWorker(pool, config);
  });
  afterAll(async () => {
    await worker?.stop();
    await provider?.stop();
    await database.close();
  });

  const approval = (id: string) => ({ id, decisionId: randomUUID(), by: li });
  async function requested(): Promise<string> {
    const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
    await credit(pool, distributorId, 5000);
    const request = { id, distributorId, amount: 5000, currency: 'CNY', by: li };
    await sendUpdate(worker, 'withdrawal', id, 'request', request, { resume: false });
    return id;
  }
  const handle = (id: string) => worker.client.workflow.getHandle(`withdrawal/${id}`);
  async function expectPaidOnce(id: string): Promise<void> {
    await handle(id).result();
    const { rows } = await pool.query('SELECT state FROM withdrawals WHERE id = $1', [id]);
    expect(rows).toEqual([{ state: 'paid' }]);
    expect(provider.instructed.get(id)).toBe(1);
  }
  const approveAgain = (id: string) =>
    expect(sendUpdate(worker, 'withdrawal', id, 'approve', approval(id))).rejects.toMatchObject({
      cause: { type: 'withdrawal_decided' },
    });

  test('is paid once when its approval was written and lost, and it is approved again', async () => {
    const id = await requested();
    await steps.approveWithdrawal(approval(id), Date.now());
    await approveAgain(id);
    await expectPaidOnce(id);
  });

  test('is not sent again where it may have been sent: the provider is asked first', async () => {
    const id = await requested();
    await steps.approveWithdrawal(approval(id), Date.now());
    await steps.startPayout(id, Date.now());
    await steps.sendPayout(id);
    await approveAgain(id);
    await expectPaidOnce(id);
  });

  test('is sent after the provider has said that it never heard of it', async () => {
    const id = await requested();
    await steps.approveWithdrawal(approval(id), Date.now());
    await steps.startPayout(id, Date.now());
    await approveAgain(id);
    await expectPaidOnce(id);
  });

  test('is paid once when its approval was lost and it is asked to look at its row', async () => {
    const id = await requested();
    await handle(id).signal(lookAgain);
    await steps.approveWithdrawal(approval(id), Date.now());
    await handle(id).signal(lookAgain);
    await expectPaidOnce(id);
  });

  test('shows in recover --check, which changes nothing, and is paid once after recover', async () => {
    const id = await requested();
    await steps.approveWithdrawal(approval(id), Date.now() - 180_000);
    const subject = `withdrawal/${id}`;
    const found: Finding[] = [];
    const context = { pool, client: worker.client, taskQueue: worker.taskQueue };
    await recover(context, { mend: false, onFound: (page) => found.push(...page) });
    expect(found.filter((one) => one.subject === subject)).toEqual([
      { disagreement: 'overdue', subject, progress: 'approved' },
    ]);
    expect((await handle(id).query<{ state: string }, []>('status')).state).toBe('requested');
    await recover(context);
    await expectPaidOnce(id);
  });

  test('is paid once when its approval was lost, by the schedule that compares rows and workflows', async () => {
    const id = await requested();
    await steps.approveWithdrawal(approval(id), Date.now() - 180_000);
    const result = await worker.client.workflow.execute('reconcile', {
      workflowId: `reconcile-${randomUUID()}`,
      args: [],
      taskQueue: worker.taskQueue,
    });
    expect(result).toMatchObject({ overdue: 1 });
    await expectPaidOnce(id);
  });

  test('ends after recover when its row says that it was rejected', async () => {
    const id = await requested();
    await steps.rejectWithdrawal(approval(id), Date.now());
    // Temporal lists what has begun a moment later.
    await until(async () => {
      await recover({ pool, client: worker.client, taskQueue: worker.taskQueue });
      return (await handle(id).describe()).status.name === 'COMPLETED';
    });
  });

  test('is not begun again where its workflow has ended and PostgreSQL is from an older copy', async () => {
    const id = await requested();
    await sendUpdate(worker, 'withdrawal', id, 'reject', approval(id));
    await handle(id).result();
    await pool.query(`UPDATE withdrawals SET state = 'requested' WHERE id = $1`, [id]);
    const subject = `withdrawal/${id}`;
    await until(async () => {
      const found: Finding[] = [];
      const context = { pool, client: worker.client, taskQueue: worker.taskQueue };
      await recover(context, { mend: false, onFound: (page) => found.push(...page) });
      return found.some((one) => one.subject === subject && one.disagreement === 'ahead');
    });
    await recover({ pool, client: worker.client, taskQueue: worker.taskQueue });
    expect((await handle(id).describe()).status.name).toBe('COMPLETED');
    await pool.query(`UPDATE withdrawals SET state = 'rejected' WHERE id = $1`, [id]);
  });

  test('ends when its row says that it was rejected', async () => {
    const id = await requested();
    await steps.rejectWithdrawal(approval(id), Date.now());
    await approveAgain(id);
    await handle(id).result();
    expect(provider.instructed.has(id)).toBe(false);
  });
});

describe('an order', () => {
  let platform: Platform;
  let seller: TestDistributor;
  let steps: ReturnType<typeof createActivities>;

  beforeAll(async () => {
    platform = await startPlatform();
    steps = createActivities(activityContext(platform.pool));
    await activatePlan(platform, { returnWindowDays: 3 / 86_400, automaticRelease: true });
    seller = await addSeller(platform.pool);
  });
  afterAll(() => platform?.close());

  async function paid(): Promise<string> {
    const order = payment({ attributionCode: seller.code });
    await payOrder(platform, order);
    return order.externalId;
  }
  const delivered = (at: number) => ({ type: 'delivered', at, actor: 'shop' }) as const;
  const handle = (id: string) => platform.client.workflow.getHandle(`order/${id}`);
  const waitsFor = async (id: string) =>
    (await handle(id).query<{ waitsFor: { what: string }[] }, []>('status')).waitsFor.map(({ what }) => what);
  const released = async () => (await balanceOf(platform.pool, seller.id)).available;

  test('closes its window when its delivery was written and lost, and is sent again', async () => {
    const before = await released();
    const id = await paid();
    const at = Date.now();
    await steps.applyOrderEvent(id, delivered(at), at);
    expect(await waitsFor(id)).toEqual(['delivery']);
    await sendEvent(platform, id, { type: 'delivered', at });
    expect(await waitsFor(id)).toEqual(['window_end']);
    await finished(platform, id);
    expect(await released()).toBe(before + 600);
  });

  test('closes its window when its delivery was lost and a later message is refused', async () => {
    const id = await paid();
    const at = Date.now();
    await steps.applyOrderEvent(id, delivered(at), at);
    const cancel = { type: 'canceled', at: at + 1, reason: 'x' } as const;
    await expect(sendEvent(platform, id, cancel)).rejects.toThrow();
    expect(await waitsFor(id)).toEqual(['window_end']);
    await finished(platform, id);
  });

  test('closes its window when its delivery was lost and it is asked to look at its row', async () => {
    const id = await paid();
    await steps.applyOrderEvent(id, delivered(Date.now()), Date.now());
    await handle(id).signal(lookAgain);
    await finished(platform, id);
  });

  test.each([
    [
      'a message is refused',
      (id: string) =>
        expect(sendEvent(platform, id, { type: 'canceled', at: Date.now(), reason: 'x' })).rejects.toThrow(),
    ],
    ['it is asked to look at its row', (id: string) => handle(id).signal(lookAgain)],
  ])('ends when its rows are closed and %s', async (_what, wake) => {
    const id = await paid();
    const longAgo = Date.now() - 30_000;
    await steps.applyOrderEvent(id, delivered(longAgo), Date.now());
    await wake(id);
    await finished(platform, id);
  });

  test('leaves a history of at most 20 events where nothing was lost', async () => {
    const id = await paid();
    await sendEvent(platform, id, { type: 'delivered', at: Date.now() });
    await finished(platform, id);
    expect((await handle(id).fetchHistory()).events!.length).toBeLessThanOrEqual(20);
  });

  test('goes on as it was when it is asked to look and nothing has changed', async () => {
    const id = await paid();
    await handle(id).signal(lookAgain);
    expect(await waitsFor(id)).toEqual(['delivery']);
    await sendEvent(platform, id, { type: 'delivered', at: Date.now() });
    await finished(platform, id);
  });
});

describe('a message that PostgreSQL works on for longer than a run waits for one', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let worker: Awaited<ReturnType<typeof startWorker>>;

  beforeAll(async () => {
    database = await openDatabase();
    const { code } = await bundleWorkflowCode({
      workflowsPath: require.resolve('../../workflows'),
      workflowInterceptorModules: [require.resolve('../support/shortTimers')],
      logger: new DefaultLogger('ERROR'),
    });
    worker = await startWorker(database.pool, testConfig(), undefined, undefined, { code });
    const { userId } = await addUser(database.pool, 'Li');
    await activatePlan({ pool: database.pool, userId });
  });
  afterAll(async () => {
    await worker.stop();
    await database.close();
  });

  async function withdrawalRequest(id: string): Promise<() => Promise<unknown>> {
    const distributorId = await addDistributor(database.pool);
    await credit(database.pool, distributorId, 5000);
    const by = await addUser(database.pool, 'Li');
    const request = { id, distributorId, amount: 5000, currency: 'CNY', by };
    return () => sendUpdate(worker, 'withdrawal', id, 'request', request, { resume: false });
  }
  const orderPayment = async (id: string) => () => payOrder(worker, payment({ externalId: id }));

  test.each([
    ['order', 'orders', orderPayment],
    ['withdrawal', 'withdrawals', withdrawalRequest],
  ] as const)('is carried out by that run: %s', async (kind, table, message) => {
    const { pool } = database;
    const id = randomUUID();
    const send = await message(id);
    const stall = await pool.connect();
    await stall.query('BEGIN');
    await stall.query(`LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    const handle = await worker.client.workflow.start(kind, {
      workflowId: `${kind}/${id}`,
      args: [{ id }],
      taskQueue: worker.taskQueue,
    });
    // It waits for a message, a second here.
    await until(async () =>
      (await handle.fetchHistory()).events!.some((event) => event.timerStartedEventAttributes),
    );
    const answer = send();
    const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND state_change < now() - interval '3 seconds'`;
    await until(async () => (await pool.query(waits)).rowCount! > 0);
    await stall.query('COMMIT');
    stall.release();
    await answer;
    expect((await pool.query(`SELECT FROM ${table} WHERE id::text = $1`, [id])).rowCount).toBe(1);
    const { status, runId } = await handle.describe();
    expect([status.name, runId]).toEqual(['RUNNING', handle.firstExecutionRunId]);
  });
});
