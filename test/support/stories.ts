import { randomUUID } from 'node:crypto';
import { Client, Connection, WithStartWorkflowOperation, type Workflow } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { acceptBulkAction } from '../../activities/bulk';
import type { Actor } from '../../database/journal';
import { createSealer } from '../../database/sealing';
import { subjectOf } from '../../domain/kinds';
import type { OrderEvent } from '../../domain/order';
import type { ProcessStatus } from '../../domain/processStatus';
import { personNumbers, personSubmission } from './applications';
import { activityContext, testConfig } from './config';
import { addCredential, dayFromNow, renewalOf } from './credentials';
import { eventually } from './eventually';
import { addCommissions, addDistributor, addUser, connectNative, credit, openDatabase } from './payouts';
import { activatePlan, addDistributor as addSeller, payment } from './platform';
import { startProvider } from './provider';
import { startSmtp } from './smtp';

/** A workflow that a story has run to its end. */
export interface EndedProcess {
  /** `<workflow>-<story>`, as the recorded file is called. */
  name: string;
  workflowId: string;
  /** One run of a workflow that went on as new. @default the last one */
  runId?: string;
}

const second = 1 / 86_400;
const day = 86_400_000;
const applicant: Actor = { userId: null, name: 'applicant' };

/**
 * Runs one story of each kind that the platform knows, with real servers, and gives the workflows to `look`. What
 * the histories are recorded from.
 */
export async function runScenarios(
  look: (client: Client, processes: EndedProcess[]) => Promise<void>,
): Promise<void> {
  const database = await openDatabase();
  const { pool } = database;
  const [smtp, provider] = [await startSmtp(), await startProvider()];
  const connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
  const native = await connectNative();
  const client = new Client({ connection });
  const li = await addUser(pool, 'Li');
  const taskQueues = { file: `stories-${randomUUID()}`, http: `stories-http-${randomUUID()}` };
  const settings = {
    SMTP_URL: smtp.url,
    PAYOUT_HTTP_URL: provider.url,
    PAYOUT_POLL_INTERVAL: '20ms',
    ACCOUNT_CHANGE_WAITING: '1s',
  };
  // Of two queues, one gives applicants no time.
  const policies = {
    file: {},
    http: { APPLICATION_CHANGES_DEADLINE: '2s', APPLICATION_REMINDER_BEFORE: '1s' },
  };
  const workers = await Promise.all(
    (['file', 'http'] as const).map((method) =>
      Worker.create({
        connection: native,
        taskQueue: taskQueues[method],
        workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE as string },
        activities: createActivities(
          activityContext(pool, testConfig({ ...settings, ...policies[method], PAYOUT_METHOD: method })),
        ),
      }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));

  function sendUpdate(
    workflow: string,
    workflowId: string,
    input: object,
    update: string,
    message: unknown,
    taskQueue = taskQueues.file,
  ): Promise<unknown> {
    return client.workflow.executeUpdateWithStart<Workflow, unknown, unknown[]>(update, {
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
  async function ended(name: string, workflowId: string): Promise<EndedProcess> {
    await client.workflow.getHandle(workflowId).result();
    return { name, workflowId };
  }

  async function orderWith(name: string, events: OrderEvent[], at = Date.now()): Promise<string> {
    const id = `${name}-${randomUUID()}`;
    const lines = [
      { lineId: '1', sku: 'TEA', quantity: 3, unitPrice: 1999 },
      { lineId: '2', sku: 'CUP', quantity: 1, unitPrice: 1000 },
    ];
    const paidAt = new Date(at - 60_000).toISOString();
    const order = payment({ externalId: id, paidAt, attributionCode: seller.code, lines });
    const send = (update: string, message: unknown) =>
      sendUpdate('order', `order/${id}`, { id }, update, message);
    await send('pay', order);
    for (const event of events) await send('orderEvent', { ...event, actor: 'shop' });
    return id;
  }
  const plan = (terms: object) =>
    activatePlan({ pool, userId: li.userId } as Parameters<typeof activatePlan>[0], terms);
  const seller = await addSeller(pool);
  await plan({ returnWindowDays: second, automaticRelease: true });

  async function orderReleased(): Promise<EndedProcess> {
    const id = await orderWith('released', [{ type: 'delivered', at: Date.now() }]);
    return ended('order-released-common-input', `order/${id}`);
  }
  async function orderReturned(): Promise<EndedProcess> {
    const at = Date.now();
    const id = await orderWith('returned', [
      { type: 'shipped', at, lineIds: ['1'] },
      { type: 'canceled', at, lineIds: ['2'], reason: 'changed my mind' },
      {
        type: 'return_requested',
        at,
        returnId: 'r1',
        reason: 'too many',
        lines: [{ lineId: '1', quantity: 1 }],
      },
      { type: 'delivered', at, lineIds: ['1'] },
      { type: 'return_refunded', at, returnId: 'r1' },
    ]);
    return ended('order-partial-return-and-cancel', `order/${id}`);
  }
  async function orderRefused(): Promise<EndedProcess> {
    const canceled = { type: 'canceled' as const, at: Date.now(), reason: 'changed my mind' };
    const id = await orderWith('refused', [canceled]);
    await ended('', `order/${id}`);
    // The number is taken: another order under it is refused, without a sender that waits for the answer.
    await client.workflow.signalWithStart('order', {
      workflowId: `order/${id}`,
      taskQueue: taskQueues.file,
      args: [{ id }],
      signal: 'paid',
      signalArgs: [payment({ externalId: id })],
    });
    return ended('order-refused', `order/${id}`);
  }
  async function lateReturn(): Promise<EndedProcess> {
    const at = Date.now() - day;
    const id = await orderWith('late', [{ type: 'delivered', at }], at);
    await ended('', `order/${id}`);
    const workflowId = `return/${id}/late`;
    const send = (event: OrderEvent) =>
      sendUpdate('lateReturn', workflowId, { id: [id, 'late'], resume: true }, 'orderEvent', {
        ...event,
        actor: 'shop',
      });
    const lines = [{ lineId: '1', quantity: 2 }];
    await send({ type: 'return_requested', at: Date.now(), returnId: 'late', reason: 'worn', lines });
    await send({ type: 'return_refunded', at: Date.now(), returnId: 'late' });
    return ended('lateReturn-refunded-common-input', workflowId);
  }

  const submission = () => personSubmission(createSealer(testConfig()), personNumbers());
  async function apply(taskQueue: string): Promise<{ id: string; step: Step }> {
    const id = randomUUID();
    const step: Step = (update, request) =>
      sendUpdate(
        'application',
        `application/${id}`,
        { id },
        update,
        { actor: update === 'submit' ? applicant : li, ...request },
        taskQueue,
      );
    await step('submit', { submission: submission() });
    return { id, step };
  }
  async function applicationApproved(): Promise<EndedProcess> {
    const { id, step } = await apply(taskQueues.file);
    await step('requestChanges', { message: 'a clearer photo', deadline: null });
    await step('resubmit', { submission: submission() });
    await step('approve', { tier: 'gold', note: null });
    return ended('application-approved-holders-checked', `application/${id}`);
  }
  async function applicationUnanswered(): Promise<EndedProcess> {
    const { id, step } = await apply(taskQueues.http);
    await step('requestChanges', { message: 'a clearer photo', deadline: null });
    return ended('application-withdrawn-at-deadline', `application/${id}`);
  }

  const decision = (id: string) => ({ id, decisionId: randomUUID(), by: li, text: 'because' });
  async function withdraw(method: 'file' | 'http'): Promise<string> {
    const id = randomUUID();
    const distributor = await addDistributor(pool, { email: 'li@example.com' });
    await credit(pool, distributor, 5000);
    const send = (update: string, message: unknown) =>
      sendUpdate('withdrawal', `withdrawal/${id}`, { id }, update, message, taskQueues[method]);
    await send('request', { id, distributorId: distributor, amount: 5000, currency: 'CNY', by: li });
    await send('approve', decision(id));
    return `withdrawal/${id}`;
  }
  async function paidByFile(): Promise<EndedProcess[]> {
    const withdrawal = await ended('withdrawal-by-file-mailed', await withdraw('file'));
    const id = randomUUID();
    const send = (update: string, message: unknown) =>
      sendUpdate('payout', `payout/${id}`, { id }, update, message);
    await send('open', { id, currency: 'CNY', by: li });
    await send('confirm', { ...decision(id), failed: [] });
    return [withdrawal, await ended('payout-settled-mailed', `payout/${id}`)];
  }
  async function paidByProvider(): Promise<EndedProcess> {
    return ended('withdrawal-by-http-mailed', await withdraw('http'));
  }
  async function released(): Promise<EndedProcess> {
    const { ids } = await addCommissions(pool, [await addDistributor(pool)], [100, 200]);
    const id = randomUUID();
    const send = (update: string, message: unknown) =>
      sendUpdate('release', `release/${id}`, { id }, update, message);
    await send('propose', { id, selection: { commissionIds: ids }, by: li });
    await send('approve', decision(id));
    return ended('release-approved', `release/${id}`);
  }

  async function accountChanged(): Promise<EndedProcess> {
    const id = randomUUID();
    const distributorId = await addDistributor(pool, { email: 'li@example.com' });
    const account = createSealer(testConfig()).protect('bank_account', personNumbers().bankAccount);
    const bankAccount = { ...account, holder: '王小明', bankName: '工商银行' };
    const workflowId = subjectOf('account_change', id);
    const send = (update: string, message: unknown) =>
      sendUpdate('accountChange', workflowId, { id }, update, message);
    await send('request', { id, distributorId, change: { field: 'bank_account', bankAccount }, by: li });
    await send('approve', decision(id));
    await send('confirm', { ...decision(id), by: await addUser(pool, 'Wang') });
    return ended('accountChange-in-effect', workflowId);
  }

  async function mailSent(): Promise<EndedProcess> {
    const key = `user/${randomUUID()}/sign-in-link`;
    await pool.query(
      `INSERT INTO mails (key, subject_ref, recipient, subject, body) VALUES ($1, $1, 'li@example.com', 'link', 'link')`,
      [key],
    );
    const workflowId = subjectOf('mail', key);
    await client.workflow.start('mail', { workflowId, args: [{ id: key }], taskQueue: taskQueues.file });
    return ended('mail-sent-common-input', workflowId);
  }

  async function approvedTogether(): Promise<EndedProcess> {
    const [id, withdrawal, distributor] = [randomUUID(), randomUUID(), await addDistributor(pool)];
    await credit(pool, distributor, 5000);
    const request = { id: withdrawal, distributorId: distributor, amount: 5000, currency: 'CNY', by: li };
    await sendUpdate('withdrawal', `withdrawal/${withdrawal}`, { id: withdrawal }, 'request', request);
    const work = { action: 'withdrawals.approve', input: {} } as const;
    await acceptBulkAction(pool, { ...work, id, ids: [withdrawal], by: li, keyId: 'session' });
    const workflowId = `bulk/${id}`;
    await client.workflow.start('bulk', { workflowId, args: [{ id }], taskQueue: taskQueues.file });
    return ended('bulk-withdrawals-approved', workflowId);
  }

  /** A credential that ends tomorrow: reminded, renewed, and over with its distributor. A run for each. */
  async function credentialRenewed(): Promise<EndedProcess[]> {
    const distributor = await addDistributor(pool, { email: 'li@example.com' });
    const id = await addCredential(pool, { distributor, validUntil: dayFromNow(1) });
    const workflowId = subjectOf('credential', id);
    const input = { id, resume: true };
    const { firstExecutionRunId } = await client.workflow.start('credential', {
      workflowId,
      args: [input],
      taskQueue: taskQueues.file,
    });
    const runs = [firstExecutionRunId];
    const nextRun = async () => {
      await eventually('the next run', async () => {
        const { runId } = await client.workflow.getHandle(workflowId).describe();
        if (runs.includes(runId)) return false;
        // It has read its row: what comes now wakes it.
        const { waitsFor } = await client.workflow
          .getHandle(workflowId, runId)
          .query<ProcessStatus>('status');
        return waitsFor.length > 0 && runs.push(runId) > 0;
      });
    };
    await nextRun();
    const renewal = renewalOf(createSealer(testConfig()), { credentialId: id, by: li });
    await sendUpdate('credential', workflowId, input, 'submitRenewal', renewal);
    await nextRun();
    const decision = { decisionId: randomUUID(), credentialId: id, renewalId: renewal.id, by: li };
    await sendUpdate('credential', workflowId, input, 'acceptRenewal', decision);
    await nextRun();
    await pool.query('UPDATE distributors SET terminated_at = now() WHERE id = $1', [distributor]);
    await client.workflow.getHandle(workflowId).signal('lookAgain');
    await ended('credential', workflowId);
    const names = ['reminded', 'renewal-submitted', 'renewed', 'over'];
    return names.map((name, index) => ({ name: `credential-${name}`, workflowId, runId: runs[index] }));
  }

  async function houseKept(): Promise<EndedProcess> {
    const workflowId = `housekeeping-${randomUUID()}`;
    await client.workflow.start('housekeeping', { workflowId, args: [], taskQueue: taskQueues.file });
    return ended('housekeeping-done', workflowId);
  }

  async function reconciled(): Promise<EndedProcess> {
    const workflowId = `reconcile-${randomUUID()}`;
    await client.workflow.start('reconcile', { workflowId, args: [], taskQueue: taskQueues.file });
    return ended('reconcile-done', workflowId);
  }

  try {
    const processes = await Promise.all([
      orderReleased(),
      orderReturned(),
      orderRefused(),
      lateReturn(),
      applicationApproved(),
      applicationUnanswered(),
      paidByFile(),
      paidByProvider(),
      released(),
      accountChanged(),
      mailSent(),
      reconciled(),
      approvedTogether(),
      credentialRenewed(),
      houseKept(),
    ]);
    await look(client, processes.flat());
  } finally {
    for (const worker of workers) worker.shutdown();
    await running;
    await connection.close();
    await native.close();
    await provider.stop();
    await smtp.stop();
    await database.close();
  }
}

type Step = (update: string, request: object) => Promise<unknown>;
