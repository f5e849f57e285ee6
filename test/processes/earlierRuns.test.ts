import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { WithStartWorkflowOperation, type Workflow } from '@temporalio/client';
import type { Activities } from '../../activities';
import { acceptBulkAction } from '../../activities/bulk';
import type { ReportedEvent } from '../../activities/order/order';
import { createSealer } from '../../database/sealing';
import { type IdOf, type ProcessKind, subjectOf } from '../../domain/kinds';
import { type Sender, send } from '../../temporal/messages';
import {
  approveApplication,
  requestApplicationChanges,
  resubmitApplication,
} from '../../workflows/application';
import { orderEvent } from '../../workflows/order';
import { confirmPayoutBatch } from '../../workflows/payout';
import { approveRelease } from '../../workflows/release';
import { approveWithdrawal } from '../../workflows/withdrawal';
import { personNumbers, personSubmission } from '../support/applications';
import { testConfig } from '../support/config';
import { eventually } from '../support/eventually';
import {
  addCommissions,
  addDistributor,
  addUser,
  credit,
  openDatabase,
  startWorker,
} from '../support/payouts';
import { activatePlan, addDistributor as addSeller, payment } from '../support/platform';
import { smtpAnswer, startSmtp, type TestSmtp } from '../support/smtp';

// Replay does not compare what a run was started with. So each process is brought half-way by the workflows as they
// were before all runs were started with `{id, resume?}`, with what they were started with then, and to its end by
// the present ones.

const hour = 3_600_000;
const second = 1 / 86_400;

let database: Awaited<ReturnType<typeof openDatabase>>;
let smtp: TestSmtp;
let mailServer: 'away' | 'works' = 'works';
let li: Awaited<ReturnType<typeof addUser>>;
let worker: Awaited<ReturnType<typeof startWorker>>;
const taskQueue = `earlier-${randomUUID()}`;

const earlier = gunzipSync(
  readFileSync(path.join(__dirname, '..', 'histories', 'earlier-workflows.js.gz')),
).toString();

const start = (wrap?: (activities: Activities) => Activities, code?: string) =>
  startWorker(
    database.pool,
    testConfig({ SMTP_URL: smtp.url }),
    taskQueue,
    wrap,
    code === undefined ? undefined : { code },
  );

beforeAll(async () => {
  database = await openDatabase();
  smtp = await startSmtp({
    onRcptTo: (_address, _session, done) =>
      mailServer === 'works' ? done() : done(smtpAnswer(451, 'try later')),
  });
  li = await addUser(database.pool, 'Li');
  const platform = { pool: database.pool, userId: li.userId } as Parameters<typeof activatePlan>[0];
  await activatePlan(platform, { returnWindowDays: second, automaticRelease: true });
});
afterAll(async () => {
  await worker.stop();
  await smtp.stop();
  await database.close();
});

/** Sends a message as it was sent before. */
async function sentEarlier(
  workflow: string,
  workflowId: string,
  input: object,
  update: string,
  message: object,
): Promise<void> {
  await worker.client.workflow.executeUpdateWithStart<Workflow, unknown, unknown[]>(update, {
    args: [message],
    updateId: randomUUID(),
    startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(workflow, {
      workflowId,
      args: [input],
      taskQueue,
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}

const sender = (): Sender => ({ taskQueue, call: (work) => work(worker.client.workflow) });
const messageId = () => randomUUID();
const decision = (id: string) => ({ id, decisionId: randomUUID(), by: li, text: 'because' });
const ended = (kind: ProcessKind, id: IdOf<ProcessKind>) =>
  worker.client.workflow.getHandle(subjectOf(kind, id)).result() as Promise<unknown>;
async function stateOf(table: string, id: string): Promise<unknown> {
  const { rows } = await database.pool.query(`SELECT state FROM ${table} WHERE id = $1`, [id]);
  return rows[0]?.state;
}
/** The latest run of a process. */
const runOf = async ({ kind, id }: Half) =>
  (await worker.client.workflow.getHandle(subjectOf(kind, id)).describe()).runId;

interface Half {
  kind: ProcessKind;
  id: IdOf<ProcessKind>;
  /** What the present code does with it, and the expected result. */
  end(): Promise<void>;
}

async function orderHalf(): Promise<Half> {
  const id = `order-${randomUUID()}`;
  const seller = await addSeller(database.pool);
  await sentEarlier(
    'order',
    `order/${id}`,
    { orderId: id },
    'pay',
    payment({ externalId: id, attributionCode: seller.code }),
  );
  const shipped: ReportedEvent = { type: 'shipped', at: Date.now(), actor: 'shop' };
  await sentEarlier('order', `order/${id}`, { orderId: id }, 'orderEvent', shipped);
  return {
    kind: 'order',
    id,
    async end() {
      const delivered: ReportedEvent = { type: 'delivered', at: Date.now(), actor: 'shop' };
      await send(sender(), {
        kind: 'order',
        id,
        update: orderEvent,
        args: [delivered],
        messageId: messageId(),
      });
      await ended('order', id);
      expect(await stateOf('orders', id)).toBe('closed');
    },
  };
}

async function recoveredOrderHalf(): Promise<Half> {
  const half = await orderHalf();
  const orderId = half.id as string;
  await worker.client.workflow.getHandle(`order/${orderId}`).terminate('lost');
  await worker.client.workflow.start('order', {
    workflowId: `order/${orderId}`,
    args: [{ orderId, resume: true }],
    taskQueue,
  });
  return half;
}

async function lateReturnHalf(): Promise<Half> {
  const id = `late-${randomUUID()}`;
  const paidAt = new Date(Date.now() - 25 * hour).toISOString();
  await sentEarlier('order', `order/${id}`, { orderId: id }, 'pay', payment({ externalId: id, paidAt }));
  const delivered: ReportedEvent = { type: 'delivered', at: Date.now() - 24 * hour, actor: 'shop' };
  await sentEarlier('order', `order/${id}`, { orderId: id }, 'orderEvent', delivered);
  await ended('order', id);
  const asked: ReportedEvent = {
    type: 'return_requested',
    at: Date.now(),
    returnId: 'r',
    reason: 'worn',
    lines: [{ lineId: '1', quantity: 1 }],
    actor: 'shop',
  };
  await sentEarlier('lateReturn', `return/${id}/r`, { orderId: id, returnId: 'r' }, 'orderEvent', asked);
  return {
    kind: 'return',
    id: [id, 'r'],
    async end() {
      const refunded: ReportedEvent = {
        type: 'return_refunded',
        at: Date.now(),
        returnId: 'r',
        actor: 'shop',
      };
      await send(sender(), {
        kind: 'return',
        id: [id, 'r'],
        update: orderEvent,
        args: [refunded],
        messageId: messageId(),
      });
      await ended('return', [id, 'r']);
      const { rows } = await database.pool.query('SELECT state FROM returns WHERE order_id = $1', [id]);
      expect(rows).toEqual([{ state: 'refunded' }]);
    },
  };
}

async function applicationHalf(): Promise<Half> {
  const id = randomUUID();
  const submission = () => personSubmission(createSealer(testConfig()), personNumbers());
  const applicant = { userId: null, name: 'applicant' };
  const policy = { changesDeadlineMs: hour, reminderBeforeMs: hour / 2 };
  await sentEarlier('application', `application/${id}`, { applicationId: id, policy }, 'submit', {
    submission: submission(),
    actor: applicant,
  });
  return {
    kind: 'application',
    id,
    async end() {
      const before = Date.now();
      await send(sender(), {
        kind: 'application',
        id,
        update: requestApplicationChanges,
        args: [{ message: 'a clearer photo', deadline: null, actor: li }],
        messageId: messageId(),
      });
      const { rows } = await database.pool.query('SELECT changes_deadline FROM applications WHERE id = $1', [
        id,
      ]);
      const given = rows[0].changes_deadline.getTime() - before;
      // What it was started with, and not what new applications are pinned to.
      expect([given > hour - 60_000, given < hour + 60_000]).toEqual([true, true]);
      await send(sender(), {
        kind: 'application',
        id,
        update: resubmitApplication,
        args: [{ submission: submission(), actor: applicant }],
        messageId: messageId(),
      });
      await send(sender(), {
        kind: 'application',
        id,
        update: approveApplication,
        args: [{ tier: 'gold', note: null, actor: li }],
        messageId: messageId(),
      });
      expect(await ended('application', id)).toBe('approved');
    },
  };
}

async function requested(): Promise<string> {
  const [id, distributorId] = [randomUUID(), await addDistributor(database.pool)];
  await credit(database.pool, distributorId, 5000);
  const request = { id, distributorId, amount: 5000, currency: 'CNY', by: li };
  await sentEarlier('withdrawal', `withdrawal/${id}`, { id }, 'request', request);
  return id;
}

async function withdrawalHalf(): Promise<Half> {
  const id = await requested();
  return {
    kind: 'withdrawal',
    id,
    async end() {
      const args = [decision(id)] as [ReturnType<typeof decision>];
      await send(sender(), {
        kind: 'withdrawal',
        id,
        update: approveWithdrawal,
        args,
        messageId: messageId(),
      });
      await ended('withdrawal', id);
      expect(await stateOf('withdrawals', id)).toBe('approved');
    },
  };
}

async function payoutHalf(): Promise<Half> {
  const [id, withdrawal] = [randomUUID(), await requested()];
  await sentEarlier(
    'withdrawal',
    `withdrawal/${withdrawal}`,
    { id: withdrawal },
    'approve',
    decision(withdrawal),
  );
  await sentEarlier('payout', `payout/${id}`, { id }, 'open', { id, currency: 'CNY', by: li });
  return {
    kind: 'payout',
    id,
    async end() {
      await send(sender(), {
        kind: 'payout',
        id,
        update: confirmPayoutBatch,
        args: [{ ...decision(id), failed: [] }],
        messageId: messageId(),
      });
      await ended('payout', id);
      expect(await stateOf('withdrawals', withdrawal)).toBe('paid');
    },
  };
}

async function releaseHalf(): Promise<Half> {
  const id = randomUUID();
  const { ids } = await addCommissions(database.pool, [await addDistributor(database.pool)], [100, 200]);
  await sentEarlier('release', `release/${id}`, { id }, 'propose', {
    id,
    selection: { commissionIds: ids },
    by: li,
  });
  return {
    kind: 'release',
    id,
    async end() {
      await send(sender(), {
        kind: 'release',
        id,
        update: approveRelease,
        args: [decision(id)],
        messageId: messageId(),
      });
      await ended('release', id);
      expect(await stateOf('release_runs', id)).toBe('done');
    },
  };
}

async function mailHalf(): Promise<Half> {
  const key = randomUUID();
  await database.pool.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body) VALUES ($1, $1, 'li@example.com', 'link', 'link')`,
    [key],
  );
  await worker.client.workflow.start('mail', { workflowId: `mail/${key}`, args: [{ key }], taskQueue });
  const attempts = async () =>
    (await database.pool.query('SELECT attempts FROM mails WHERE key = $1', [key])).rows[0].attempts;
  await eventually('a first attempt', async () => (await attempts()) > 0);
  return {
    kind: 'mail',
    id: key,
    end: async () => expect(await ended('mail', key)).toBe('sent'),
  };
}

async function bulkHalf(): Promise<Half> {
  const [id, withdrawal] = [randomUUID(), await requested()];
  await acceptBulkAction(database.pool, {
    action: 'withdrawals.approve',
    input: {},
    id,
    ids: [withdrawal],
    by: li,
    keyId: 'session',
  });
  await worker.client.workflow.start('bulk', { workflowId: `bulk/${id}`, args: [{ id }], taskQueue });
  return {
    kind: 'bulk',
    id,
    async end() {
      await ended('bulk', id);
      expect(await stateOf('bulk_actions', id)).toBe('done');
      expect(await stateOf('withdrawals', withdrawal)).toBe('approved');
    },
  };
}

test('each process that was begun by the version before goes on to its end', async () => {
  mailServer = 'away';
  let bulkAttempts = 0;
  worker = await start(
    (activities) => ({
      ...activities,
      // The API knew then which process an event was for, and the activity did not ask.
      applyOrderEvent: (id, event, now) => activities.applyOrderEvent(id, event, now, true),
      async runBulkAction() {
        bulkAttempts++;
        throw new Error('the worker is stopped');
      },
    }),
    earlier,
  );
  const halves = await Promise.all(
    [
      orderHalf,
      recoveredOrderHalf,
      lateReturnHalf,
      applicationHalf,
      withdrawalHalf,
      releaseHalf,
      mailHalf,
      bulkHalf,
    ].map((begin) => begin()),
  );
  // Last, since a payout batch takes all that is approved.
  halves.push(await payoutHalf());
  await eventually('a first attempt of the bulk action', async () => bulkAttempts > 0);
  const begun = await Promise.all(halves.map(runOf));
  await worker.stop();

  mailServer = 'works';
  worker = await start();
  for (const { end } of halves) await end();

  // By the very runs that were begun before.
  expect(await Promise.all(halves.map(runOf))).toEqual(begun);
  expect([...new Set(halves.map(({ kind }) => kind))].sort()).toEqual([
    'application',
    'bulk',
    'mail',
    'order',
    'payout',
    'release',
    'return',
    'withdrawal',
  ]);
});
