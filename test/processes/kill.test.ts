import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as retryAfter } from 'node:timers/promises';
import { Client, Connection, WithStartWorkflowOperation, type Workflow } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, type NativeConnection } from '@temporalio/worker';
import { type Activities, createActivities } from '../../activities';
import { acceptBulkAction } from '../../activities/bulk';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import type { Submission } from '../../domain/application';
import { subjectOf } from '../../domain/kinds';
import { addDocumentRow, personNumbers, personSubmission } from '../support/applications';
import { activityContext, type TestSettings, testConfig } from '../support/config';
import { addCredential, dayFromNow, renewalOf } from '../support/credentials';
import { eventually } from '../support/eventually';
import { expectSoundLedger } from '../support/ledger';
import {
  addCommissions,
  addDistributor,
  addUser,
  connectNative,
  credit,
  openDatabase,
} from '../support/payouts';
import { activatePlan, addDistributor as addSeller, payment } from '../support/platform';
import { type AcceptingProvider, startProvider } from '../support/provider';
import { startSmtp, type TestSmtp } from '../support/smtp';
import { startQueueWorker, startWorkerProcess, type TestQueue } from '../support/workerProcess';

type Name = keyof Activities;

const FAILED_PRECONDITION = 9;

/** What a story runs with: its subject's id, and names that no other story uses. */
interface StoryContext {
  id: string;
  currency: string;
  /** Queue of workers that pay by file, or over HTTP. */
  file: string;
  http: string;
}

/** What happens to one subject from beginning to end. Returns every subject and distributor to look at afterwards. */
type Story = (context: StoryContext) => Promise<{ subjects: string[]; distributors: string[] }>;

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let smtp: TestSmtp;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let li: Actor & { userId: string };
let wang: Actor & { userId: string };
let settings: Record<'file' | 'http', TestSettings>;
let bundle: string;
const processes: ChildProcess[] = [];
let provider: AcceptingProvider;

beforeAll(async () => {
  database = await openDatabase(30);
  pool = database.pool;
  smtp = await startSmtp();
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
  native = await connectNative();
  client = new Client({ connection });
  li = await addUser(pool, 'Li');
  wang = await addUser(pool, 'Wang');
  provider = await startProvider();
  const file = {
    SMTP_URL: smtp.url,
    APPLICATION_CHANGES_DEADLINE: '3s',
    APPLICATION_REMINDER_BEFORE: '1s',
    ACCOUNT_CHANGE_WAITING: '1s',
  };
  const http = {
    PAYOUT_METHOD: 'http',
    PAYOUT_HTTP_URL: provider.url,
    PAYOUT_POLL_INTERVAL: '20ms',
  };
  settings = { file, http: { ...file, ...http } };
  const { code } = await bundleWorkflowCode({
    workflowsPath: require.resolve('../../workflows'),
    workflowInterceptorModules: [require.resolve('../support/impatient')],
    logger: new DefaultLogger('ERROR'),
  });
  bundle = path.join(process.env.TEST_DATA_DIR as string, `impatient-${randomUUID()}.js`);
  writeFileSync(bundle, code);
});
afterAll(async () => {
  for (const one of processes) one.kill('SIGKILL');
  await provider?.stop();
  await connection.close();
  await native.close();
  await smtp.stop();
  await database.close();
});

/** Sends an update, and starts the workflow where it does not run. Repeats it as clients of the API do. */
async function send(
  taskQueue: string,
  workflow: string,
  input: Record<string, unknown>,
  update: string,
  message: unknown,
): Promise<unknown> {
  const id = input.id ?? input.orderId ?? input.applicationId;
  const updateId = randomUUID();
  for (;;) {
    try {
      return await client.workflow.executeUpdateWithStart<Workflow, unknown, unknown[]>(update, {
        args: [message],
        updateId,
        startWorkflowOperation: new WithStartWorkflowOperation<Workflow>(workflow, {
          workflowId: `${workflow}/${id}`,
          args: [input],
          taskQueue,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      });
    } catch (error) {
      const { code, cause } = error as { code?: number; cause?: { code?: number } };
      // Temporal takes no update of a workflow whose worker has failed it several times.
      if ((code ?? cause?.code) !== FAILED_PRECONDITION) throw error;
      await retryAfter(500);
    }
  }
}
const end = (workflow: string, id: string) => client.workflow.getHandle(`${workflow}/${id}`).result();
const lose = (workflow: string, id: string) =>
  client.workflow.getHandle(`${workflow}/${id}`).terminate('lost');
const decision = (id: string) => ({ id, decisionId: randomUUID(), by: li, text: 'because' });

const orderReleased: Story = async ({ id, file }) => {
  const seller = await addSeller(pool);
  const order = payment({ externalId: id, attributionCode: seller.code });
  await send(file, 'order', { id }, 'pay', order);
  const delivered = { type: 'delivered', at: Date.now(), actor: 'shop' };
  await send(file, 'order', { id, resume: true }, 'orderEvent', delivered);
  await end('order', id);
  return { subjects: [`order/${id}`], distributors: [seller.id] };
};

/** Sent again with another content after its end, by a sender that does not wait for the answer. */
const orderRefused: Story = async ({ id, file }) => {
  const seller = await addSeller(pool);
  const order = payment({ externalId: id, attributionCode: seller.code });
  await send(file, 'order', { id }, 'pay', order);
  const canceled = { type: 'canceled', at: Date.now(), reason: 'changed my mind', actor: 'shop' };
  await send(file, 'order', { id, resume: true }, 'orderEvent', canceled);
  await end('order', id);
  await client.workflow.signalWithStart('order', {
    workflowId: `order/${id}`,
    taskQueue: file,
    args: [{ id }],
    signal: 'paid',
    signalArgs: [{ ...order, currency: 'USD' }],
  });
  await end('order', id);
  return { subjects: [`order/${id}`], distributors: [seller.id] };
};

function submission(change: Partial<Submission> = {}): Submission {
  const sealer = createSealer(testConfig());
  return personSubmission(sealer, personNumbers(), change);
}
const applicant: Actor = { userId: null, name: 'applicant' };
const apply = ({ id, file }: StoryContext) =>
  send(file, 'application', { id }, 'submit', {
    submission: submission(),
    actor: applicant,
  });
const review = ({ id, file }: StoryContext, step: string, request: object = {}) =>
  send(file, 'application', { id, resume: true }, step, { actor: li, ...request });
const applicationEnd = async ({ id }: StoryContext) => {
  await end('application', id);
  const { rows } = await pool.query('SELECT distributor_id FROM applications WHERE id = $1', [id]);
  return { subjects: [`application/${id}`], distributors: [rows[0].distributor_id].filter(Boolean) };
};
const approve = { tier: 'gold', note: null };

const applicationApproved: Story = async (context) => {
  await apply(context);
  await review(context, 'requestChanges', { message: 'a clearer photo', deadline: Date.now() + 86_400_000 });
  await review(context, 'resubmit', { submission: submission() });
  await review(context, 'approve', approve);
  return applicationEnd(context);
};
const applicationCompleted: Story = async (context) => {
  await apply(context);
  const { id, file } = context;
  const documentId = await addDocumentRow(pool, subjectOf('application', id));
  await send(file, 'application', { id, resume: true }, 'addDocuments', {
    documentIds: [documentId],
    actor: applicant,
  });
  await review(context, 'approve', approve);
  return applicationEnd(context);
};
const applicationRejected: Story = async (context) => {
  await apply(context);
  await review(context, 'reject', { reason: 'unclear' });
  return applicationEnd(context);
};
const applicationWithdrawn: Story = async (context) => {
  await apply(context);
  await review(context, 'withdraw');
  return applicationEnd(context);
};
const applicationUnanswered: Story = async (context) => {
  await apply(context);
  await review(context, 'requestChanges', { message: 'a clearer photo', deadline: null });
  return applicationEnd(context);
};
const applicationLost: Story = async (context) => {
  await apply(context);
  await lose('application', context.id);
  await review(context, 'approve', approve);
  return applicationEnd(context);
};

async function request({ id, currency }: StoryContext, queue: string, email?: string): Promise<string> {
  const distributor = await addDistributor(pool, { email });
  await credit(pool, distributor, 5000, currency);
  const message = { id, distributorId: distributor, amount: 5000, currency, by: li };
  await send(queue, 'withdrawal', { id }, 'request', message);
  return distributor;
}
/** Each mail about a withdrawal goes out in a process of its own. */
async function mailed(id: string, ...states: string[]): Promise<void> {
  for (const state of states)
    await client.workflow.getHandle(subjectOf('mail', `withdrawal/${id}/${state}`)).result();
}
const settleWithdrawal =
  (what: 'approve' | 'reject' | 'cancel', { lost = false, email = '' } = {}): Story =>
  async (context) => {
    const { id, file } = context;
    const distributor = await request(context, file, email);
    if (lost) await lose('withdrawal', id);
    await send(file, 'withdrawal', { id, resume: true }, what, decision(id));
    await end('withdrawal', id);
    if (email) await mailed(id, 'requested', 'rejected');
    return { subjects: [`withdrawal/${id}`], distributors: [distributor] };
  };
const paidByFile =
  ({ lost = false, email = '' } = {}): Story =>
  async (context) => {
    const { id, currency, file } = context;
    const withdrawal = randomUUID();
    const distributor = await request({ ...context, id: withdrawal }, file, email);
    await send(file, 'withdrawal', { id: withdrawal, resume: true }, 'approve', decision(withdrawal));
    await send(file, 'payout', { id }, 'open', { id, currency, by: li });
    if (lost) await lose('payout', id);
    await send(file, 'payout', { id, resume: true }, 'confirm', { ...decision(id), failed: [] });
    await end('payout', id);
    if (email) await mailed(withdrawal, 'requested', 'paid');
    return { subjects: [`payout/${id}`, `withdrawal/${withdrawal}`], distributors: [distributor] };
  };
const paidByProvider: Story = async (context) => {
  const { id, http } = context;
  const distributor = await request(context, http);
  await send(http, 'withdrawal', { id, resume: true }, 'approve', decision(id));
  await end('withdrawal', id);
  expect(provider.instructed.get(id)).toBe(1);
  return { subjects: [`withdrawal/${id}`], distributors: [distributor] };
};
const sentBack: Story = async (context) => {
  const { id, http } = context;
  const outcome = await paidByProvider(context);
  await send(http, 'withdrawal', { id, resume: true }, 'returnPayment', decision(id));
  await end('withdrawal', id);
  return outcome;
};
const releaseRun =
  (what: 'approve' | 'reject', { lost = false } = {}): Story =>
  async ({ id, file }) => {
    const distributors = [await addDistributor(pool), await addDistributor(pool)];
    const { ids } = await addCommissions(pool, distributors, [100, 200, 300]);
    await send(file, 'release', { id }, 'propose', { id, selection: { commissionIds: ids }, by: li });
    if (lost) await lose('release', id);
    await send(file, 'release', { id, resume: true }, what, decision(id));
    await end('release', id);
    return { subjects: [`release/${id}`], distributors };
  };

/** A change of the bank account; it takes effect a second after its confirmation. */
const accountChange =
  (what: 'confirm' | 'reject' | 'cancel', { lost = false } = {}): Story =>
  async ({ id, file }) => {
    const distributor = await addDistributor(pool);
    const account = createSealer(testConfig()).protect('bank_account', personNumbers().bankAccount);
    const change = {
      field: 'bank_account',
      bankAccount: { ...account, holder: '王小明', bankName: '工商银行' },
    };
    const input = { id, resume: true };
    await send(file, 'accountChange', { id }, 'request', { id, distributorId: distributor, change, by: li });
    if (lost) await lose('accountChange', id);
    if (what === 'confirm') await send(file, 'accountChange', input, 'approve', decision(id));
    await send(file, 'accountChange', input, what, { ...decision(id), by: wang });
    await end('accountChange', id);
    return { subjects: [`account_change/${id}`, `distributor/${distributor}`], distributors: [] };
  };

const approvedTogether: Story = async ({ id, currency, file }) => {
  const ids = [randomUUID(), randomUUID()];
  const distributors: string[] = [];
  for (const one of ids) distributors.push(await request({ id: one, currency, file, http: file }, file));
  const work = { action: 'withdrawals.approve', input: {} } as const;
  await acceptBulkAction(pool, { ...work, id, ids, by: li, keyId: 'session' });
  await client.workflow.start('bulk', { workflowId: `bulk/${id}`, args: [{ id }], taskQueue: file });
  await end('bulk', id);
  return { subjects: [`bulk/${id}`, ...ids.map((one) => `withdrawal/${one}`)], distributors };
};

const houseKept: Story = async ({ id, file }) => {
  await pool.query(
    `INSERT INTO applications (id, state, policy, kind, name, email, phone, channels, region, identity_number_sealed,
       identity_number_hash, identity_number_masked, bank_account_sealed, bank_account_hash, bank_account_masked,
       bank_account_holder, bank_name, phone_hash, fingerprint, submitted_at, decided_at)
     VALUES ($1, 'rejected', '{}', 'person', 'Li', '', '', '{}', 'CN', '', '', '', '', '', '', '', '', '', '',
       now() - interval '3 years', now() - interval '2 years')`,
    [id],
  );
  const documentId = await addDocumentRow(pool, subjectOf('application', id), 2);
  const workflowId = `housekeeping-${id}`;
  await client.workflow.start('housekeeping', { workflowId, args: [], taskQueue: file });
  await client.workflow.getHandle(workflowId).result();
  return { subjects: [`application/${id}`, `document/${documentId}`], distributors: [] };
};

const reconciled: Story = async (context) => {
  const { id, file } = context;
  const distributor = await request(context, file);
  const workflowId = `reconcile-${id}`;
  await client.workflow.start('reconcile', { workflowId, args: [], taskQueue: file });
  await client.workflow.getHandle(workflowId).result();
  return { subjects: [`withdrawal/${id}`], distributors: [distributor] };
};

/** An expired credential that keeps back what is due under an automatic plan, until it is renewed. */
const releasedByRenewal: Story = async (context) => {
  const { id, file } = context;
  const distributor = await addDistributor(pool);
  const { ids } = await addCommissions(pool, [distributor], [100, 200]);
  await pool.query('UPDATE commissions SET automatic = true WHERE id = ANY ($1)', [ids]);
  await addCredential(pool, { id, distributor, validUntil: dayFromNow(-1) });
  const request = renewalOf(createSealer(testConfig()), { credentialId: id, by: li });
  await send(file, 'credential', { id, resume: true }, 'submitRenewal', request);
  const accepted = { decisionId: randomUUID(), credentialId: id, renewalId: request.id, by: li };
  await send(file, 'credential', { id, resume: true }, 'acceptRenewal', accepted);
  await eventually('the release', async () => {
    const { rowCount } = await pool.query(
      `SELECT FROM commissions WHERE id = ANY ($1) AND state <> 'released'`,
      [ids],
    );
    return rowCount === 0;
  });
  await endCredential(id, distributor);
  return { subjects: [`credential/${id}`], distributors: [distributor] };
};

async function endCredential(id: string, distributor: string): Promise<void> {
  await pool.query('UPDATE distributors SET terminated_at = now() WHERE id = $1', [distributor]);
  const handle = client.workflow.getHandle(`credential/${id}`);
  await handle.signal('lookAgain');
  await handle.result();
}

/** A credential that ends tomorrow: reminded, renewed twice, over when its distributor is terminated. */
const credentialRenewed: Story = async ({ id, file }) => {
  const distributor = await addDistributor(pool, { email: `${id}@example.com` });
  await addCredential(pool, { id, distributor, validUntil: dayFromNow(1) });
  const renew = async (step: 'acceptRenewal' | 'refuseRenewal') => {
    const renewal = randomUUID();
    const request = renewalOf(createSealer(testConfig()), { id: renewal, credentialId: id, by: li });
    await send(file, 'credential', { id, resume: true }, 'submitRenewal', request);
    const decided = {
      decisionId: randomUUID(),
      credentialId: id,
      renewalId: renewal,
      by: li,
      reasonCode: 'number_mismatch',
    };
    await send(file, 'credential', { id, resume: true }, step, decided);
  };
  await client.workflow.start('credential', {
    workflowId: `credential/${id}`,
    args: [{ id, resume: true }],
    taskQueue: file,
  });
  await eventually('the reminder', async () => {
    const { rowCount } = await pool.query('SELECT FROM credential_reminders WHERE credential_id = $1', [id]);
    return rowCount !== 0;
  });
  await renew('refuseRenewal');
  await renew('acceptRenewal');
  const subject = `credential/${id}`;
  await eventually('all emails', async () => {
    const { rowCount } = await pool.query(`SELECT FROM mails WHERE subject_ref = $1 AND state = 'pending'`, [
      subject,
    ]);
    return rowCount === 0;
  });
  await endCredential(id, distributor);
  return { subjects: [subject], distributors: [distributor] };
};

/** The story in which the worker dies after each activity. A new activity needs one. */
const stories: Record<Name, Story> = {
  payOrder: orderReleased,
  applyOrderEvent: orderReleased,
  settleOrder: orderReleased,
  notePaymentRefused: orderRefused,
  submitApplication: applicationApproved,
  checkNumbers: applicationApproved,
  checkHolders: applicationApproved,
  checkValidityDates: applicationApproved,
  checkDuplicates: applicationApproved,
  checkBlacklist: applicationApproved,
  checkSponsor: applicationApproved,
  finishChecks: applicationApproved,
  requestChanges: applicationApproved,
  resubmitApplication: applicationApproved,
  approveApplication: applicationApproved,
  startCredentials: applicationApproved,
  findCredential: credentialRenewed,
  remindOfExpiry: credentialRenewed,
  submitRenewal: credentialRenewed,
  acceptRenewal: credentialRenewed,
  refuseRenewal: credentialRenewed,
  startRelease: releasedByRenewal,
  deliverMail: applicationApproved,
  addApplicationDocuments: applicationCompleted,
  rejectApplication: applicationRejected,
  withdrawApplication: applicationWithdrawn,
  remindApplicant: applicationUnanswered,
  resumeApplication: applicationLost,
  requestAccountChange: accountChange('confirm'),
  approveAccountChange: accountChange('confirm'),
  confirmAccountChange: accountChange('confirm'),
  applyAccountChange: accountChange('confirm'),
  findAccountChange: accountChange('reject', { lost: true }),
  rejectAccountChange: accountChange('reject'),
  cancelAccountChange: accountChange('cancel'),
  requestWithdrawal: settleWithdrawal('approve'),
  approveWithdrawal: settleWithdrawal('approve'),
  findWithdrawal: settleWithdrawal('approve', { lost: true }),
  rejectWithdrawal: settleWithdrawal('reject'),
  cancelWithdrawal: settleWithdrawal('cancel'),
  openPayoutBatch: paidByFile(),
  confirmPayoutBatch: paidByFile(),
  findPayoutBatch: paidByFile({ lost: true }),
  startMail: settleWithdrawal('reject', { email: 'li@example.com' }),
  startPayoutMails: paidByFile({ email: 'li@example.com' }),
  startPayout: paidByProvider,
  sendPayout: paidByProvider,
  askPayout: paidByProvider,
  settlePayout: paidByProvider,
  returnPayment: sentBack,
  proposeRelease: releaseRun('approve'),
  approveRelease: releaseRun('approve'),
  executeRelease: releaseRun('approve'),
  findReleaseRun: releaseRun('approve', { lost: true }),
  rejectRelease: releaseRun('reject'),
  runBulkAction: approvedTogether,
  eraseApplicants: houseKept,
  deleteSpent: houseKept,
  deleteDocuments: houseKept,
  resealNumbers: houseKept,
  reconcileProcesses: reconciled,
};

/** Everything that a story left in the ledger, without the names and times that differ between two runs. */
async function traces({ subjects, distributors }: Awaited<ReturnType<Story>>): Promise<unknown> {
  const rows = async (sql: string, values: unknown[]) =>
    (await pool.query<{ line: string }>(sql, values)).rows.map(({ line }) =>
      line.replace(/[\da-f]{8}-[\da-f-]{27}/g, 'ID').replace(/commission\/\d+/g, 'commission/N'),
    );
  return {
    balances: await rows(
      `SELECT concat_ws(' ', held, available, reserved, debt) AS line FROM balances
       WHERE distributor_id = ANY ($1::uuid[]) ORDER BY 1`,
      [distributors],
    ),
    transfers: await rows(
      `SELECT concat_ws(' ', key, from_account, to_account, amount) AS line FROM transfers
       WHERE distributor_id = ANY ($1::uuid[]) AND key NOT LIKE 'test/%' ORDER BY from_account, to_account, amount`,
      [distributors],
    ),
    events: await rows(
      `SELECT subject || ' ' || type AS line FROM events WHERE subject = ANY ($1) ORDER BY type, subject`,
      [subjects],
    ),
    decisions: await rows(
      `SELECT subject || ' ' || action AS line FROM audit_entries WHERE subject = ANY ($1) ORDER BY action, subject`,
      [subjects],
    ),
    mails: await rows(
      `SELECT concat_ws(' ', subject_ref, split_part(key, '/', 3), state) AS line FROM mails
       WHERE subject_ref = ANY ($1) ORDER BY 1`,
      [subjects],
    ),
    checks: await rows(
      `SELECT concat_ws(' ', round, name, passed) AS line FROM application_checks
       WHERE 'application/' || application_id = ANY ($1) ORDER BY 1`,
      [subjects],
    ),
  };
}

describe('worker killed with SIGKILL between commit and acknowledgement of each activity', () => {
  const names = Object.keys(createActivities(activityContext({} as Pool))) as Name[];
  const outcomes = new Map<Name, { killed: unknown; undisturbed: unknown }>();
  let reached = new Set<string>();

  // All stories run at once, each held where its activity has committed; one kill ends them all.
  beforeAll(async () => {
    const known = names.filter((name) => stories[name]);
    await activatePlan({ pool, userId: li.userId } as Parameters<typeof activatePlan>[0], {
      returnWindowDays: 1 / 86_400,
      automaticRelease: true,
    });
    const currencies = Intl.supportedValuesOf('currency');
    const queues = (run: string): Record<'file' | 'http', TestQueue> => ({
      file: { taskQueue: `${run}-file-${randomUUID()}`, settings: settings.file },
      http: { taskQueue: `${run}-http-${randomUUID()}`, settings: settings.http },
    });
    const [killed, undisturbed] = [queues('killed'), queues('undisturbed')];
    const contexts = (run: ReturnType<typeof queues>) =>
      known.map((): StoryContext => {
        const [file, http] = [run.file.taskQueue, run.http.taskQueue];
        return { id: randomUUID(), currency: currencies.pop() as string, file, http };
      });
    const [dying, living] = [contexts(killed), contexts(undisturbed)];
    const killPoints = known.map((activity, index) => ({ activity, of: dying[index]!.id }));
    const doomed = await startWorkerProcess({
      databaseUrl: database.url,
      queues: [killed.file, killed.http],
      bundle,
      killPoints,
    });
    reached = doomed.reached;
    processes.push(doomed.child);
    const dyingRuns = Promise.all(
      known.map(async (name, index) => ({ name, traces: await traces(await stories[name](dying[index]!)) })),
    );
    // What goes wrong in a story ends the wait; the test then says which points were not reached.
    await Promise.race([doomed.exited, dyingRuns]);
    const workers = await Promise.all(
      [killed.file, killed.http, undisturbed.file, undisturbed.http].map((queue) =>
        startQueueWorker(native, queue, { pool, bundle }),
      ),
    );
    const running = Promise.all(workers.map((worker) => worker.run()));
    const control = known.map(async (name, index) => ({
      name,
      traces: await traces(await stories[name](living[index]!)),
    }));
    for (const { name, traces: undisturbedTraces } of await Promise.all(control)) {
      outcomes.set(name, { killed: undefined, undisturbed: undisturbedTraces });
    }
    for (const { name, traces: killedTraces } of await dyingRuns) outcomes.get(name)!.killed = killedTraces;
    for (const worker of workers) worker.shutdown();
    await running;
  }, 600_000);

  test.each(names)('%s: nothing is lost or doubled', (name) => {
    expect(reached).toContain(name);
    const { killed, undisturbed } = outcomes.get(name)!;
    expect(killed).toEqual(undisturbed);
    expect(JSON.stringify(killed)).toContain('ID');
  });

  test('each mail is one mail, whatever copies of it went out', async () => {
    const { rows } = await pool.query(`SELECT state, count(*)::int AS count FROM mails GROUP BY state`);
    expect(rows).toEqual([{ state: 'sent', count: new Set(smtp.received.map((one) => one.messageId)).size }]);
  });

  test('the books agree', () => expectSoundLedger(pool));
});
