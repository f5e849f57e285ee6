import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createSealer } from '../../database/sealing';
import { subjectOf } from '../../domain/kinds';
import { ProcessGone, rootFailure, type Sender, send, signal, start } from '../../temporal/messages';
import { approveApplication, submitApplication } from '../../workflows/application';
import { resendMail } from '../../workflows/mail';
import { orderEvent } from '../../workflows/order';
import { approveRelease } from '../../workflows/release';
import { approveWithdrawal, rejectWithdrawal, requestWithdrawal } from '../../workflows/withdrawal';
import { personNumbers, personSubmission } from '../support/applications';
import { testConfig } from '../support/config';
import { addDistributor, addUser, credit, openDatabase, startWorker } from '../support/payouts';
import { startSmtp, type TestSmtp } from '../support/smtp';

let connection: Connection;
beforeAll(async () => {
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
});
afterAll(() => connection.close());

describe('with the processes of the platform', () => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let worker: Awaited<ReturnType<typeof startWorker>>;
  let smtp: TestSmtp;
  let sender: Sender;

  beforeAll(async () => {
    database = await openDatabase();
    smtp = await startSmtp();
    worker = await startWorker(database.pool, testConfig({ SMTP_URL: smtp.url }));
    sender = { taskQueue: worker.taskQueue, call: (work) => work(new Client({ connection }).workflow) };
  });
  afterAll(async () => {
    await worker.stop();
    await smtp.stop();
    await database.close();
  });

  const eventsOf = async (subject: string, type: string) =>
    (await database.pool.query('SELECT 1 FROM events WHERE subject = $1 AND type = $2', [subject, type]))
      .rowCount;

  test('a repeat that meets a later run of the process is answered from the row, and decides nothing', async () => {
    const [li, distributorId, id] = [
      await addUser(database.pool, 'Li'),
      await addDistributor(database.pool),
      randomUUID(),
    ];
    await credit(database.pool, distributorId, 5000);
    await send(sender, {
      kind: 'withdrawal',
      id,
      update: requestWithdrawal,
      args: [{ id, distributorId, amount: 5000, currency: 'CNY', by: li }],
      messageId: id,
      resume: false,
    });
    const decisionId = randomUUID();
    const approve = () =>
      send(sender, {
        kind: 'withdrawal',
        id,
        update: approveWithdrawal,
        args: [{ id, decisionId, by: li }],
        messageId: decisionId,
      });
    const first = await approve();
    await worker.client.workflow.getHandle(subjectOf('withdrawal', id)).result();

    expect(first).toMatchObject({ state: 'approved' });
    expect(await approve()).toEqual(first);
    expect(await eventsOf(subjectOf('withdrawal', id), 'approved')).toBe(1);
  });

  test('so is the repeat of an approval of an application that has ended', async () => {
    const [li, id, messageId] = [await addUser(database.pool, 'Li'), randomUUID(), randomUUID()];
    const submission = personSubmission(createSealer(testConfig()), personNumbers());
    await send(sender, {
      kind: 'application',
      id,
      update: submitApplication,
      args: [{ submission, actor: { userId: null, name: 'applicant' } }],
      messageId: submission.fingerprint,
      resume: false,
    });
    const approve = () =>
      send(sender, {
        kind: 'application',
        id,
        update: approveApplication,
        args: [{ tier: 'gold', note: null, actor: li }],
        messageId,
      });
    const first = await approve();
    await worker.client.workflow.getHandle(subjectOf('application', id)).result();

    expect(first).toMatchObject({ state: 'approved', distributorId: expect.any(String) });
    expect(await approve()).toEqual(first);
    expect(await eventsOf(subjectOf('application', id), 'approved')).toBe(1);
  });

  test('of fifty decisions on one withdrawal at once one is carried out, and each other is refused', async () => {
    const [distributorId, id] = [await addDistributor(database.pool), randomUUID()];
    await credit(database.pool, distributorId, 5000);
    const people = await Promise.all(Array.from({ length: 50 }, (_, n) => addUser(database.pool, `Li ${n}`)));
    await send(sender, {
      kind: 'withdrawal',
      id,
      update: requestWithdrawal,
      args: [{ id, distributorId, amount: 5000, currency: 'CNY', by: people[0]! }],
      messageId: id,
      resume: false,
    });
    const answers = await Promise.allSettled(
      people.map((by, n) =>
        send(sender, {
          kind: 'withdrawal',
          id,
          update: n % 2 ? approveWithdrawal : rejectWithdrawal,
          args: [{ id, decisionId: randomUUID(), by, text: 'x' }],
          messageId: randomUUID(),
        }),
      ),
    );
    const results = answers.map((answer) =>
      answer.status === 'fulfilled'
        ? 'carried out'
        : (rootFailure(answer.reason)?.type ?? String(answer.reason)),
    );
    const counts = new Map<string, number>();
    for (const result of results) counts.set(result, (counts.get(result) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ 'carried out': 1, withdrawal_decided: 49 });
  });

  test('a process of a subject that does not exist refuses, and ends without a failure', async () => {
    const id = randomUUID();
    const delivered = { type: 'delivered', at: Date.now(), actor: 'shop' } as const;
    const asked = [
      send(sender, { kind: 'order', id, update: orderEvent, args: [delivered], messageId: randomUUID() }),
      send(sender, {
        kind: 'application',
        id,
        update: approveApplication,
        args: [{ tier: 'gold', note: null, actor: await addUser(database.pool, 'Li') }],
        messageId: randomUUID(),
      }),
      send(sender, {
        kind: 'release',
        id,
        update: approveRelease,
        args: [{ id, decisionId: randomUUID(), by: await addUser(database.pool, 'Li') }],
        messageId: randomUUID(),
      }),
    ];
    const refusals = (await Promise.allSettled(asked)).map((answer) =>
      answer.status === 'rejected' ? rootFailure(answer.reason)?.type : answer.value,
    );

    expect(refusals).toEqual(['order_not_found', 'application_not_found', 'release_not_found']);
    for (const kind of ['order', 'application', 'release'] as const) {
      const handle = worker.client.workflow.getHandle(subjectOf(kind, id));
      await handle.result();
      expect((await handle.describe()).status.name).toBe('COMPLETED');
    }
  });

  test('a process is started once, and what one of another kind takes does not compile', async () => {
    const id = randomUUID();
    const decision = { id, decisionId: randomUUID(), by: await addUser(database.pool, 'Li') };
    void (() =>
      // @ts-expect-error a release run takes no approval of a withdrawal
      send(sender, { kind: 'release', id, update: approveWithdrawal, args: [decision], messageId: id }));
    void (() =>
      // @ts-expect-error nor an approval without its author
      send(sender, { kind: 'release', id, update: approveRelease, args: [{ id }], messageId: id }));
    const message = { update: approveRelease, args: [decision] as [typeof decision], messageId: id };
    void (() => send(sender, { kind: 'release', id, ...message }));
    // @ts-expect-error a release run has one ID
    void (() => send(sender, { kind: 'release', id: [id, id], ...message }));
    // @ts-expect-error an application too
    void (() => start(sender, { kind: 'application', id: [id, 'R1'] }));
    // @ts-expect-error a return has that of its order and its own
    void (() => start(sender, { kind: 'return', id }));
    // @ts-expect-error an email has its key
    void (() => signal(sender, { kind: 'mail', id: [id, id], signal: resendMail, args: [] }));
    await worker.stop();
    expect(await start(sender, { kind: 'withdrawal', id })).toBe(true);
    expect(await start(sender, { kind: 'withdrawal', id })).toBe(false);
    worker = await startWorker(database.pool, testConfig({ SMTP_URL: smtp.url }), worker.taskQueue);
  });
});

test('a message whose process ends meanwhile is sent once more, not endlessly', async () => {
  const native = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS });
  const taskQueue = `messages-${randomUUID()}`;
  const asked = new Map<string, number>();
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./endingProcess'),
    activities: {
      async mayAnswer(id: string) {
        asked.set(id, (asked.get(id) ?? 0) + 1);
        return id.startsWith('once') && asked.get(id) === 2;
      },
    },
  });
  const running = worker.run();
  const { workflow } = new Client({ connection });
  const approve = (id: string) =>
    send(
      { taskQueue, call: (work) => work(workflow) },
      {
        kind: 'release',
        id,
        update: approveRelease,
        args: [{ id, decisionId: id, by: { userId: null, name: 'Li' } }],
        messageId: id,
      },
    );
  const [once, always] = [`once-${randomUUID()}`, `always-${randomUUID()}`];

  expect(await approve(once)).toBe('approved');
  await expect(approve(always)).rejects.toThrow(ProcessGone);
  expect([asked.get(once), asked.get(always)]).toEqual([2, 2]);

  worker.shutdown();
  await running;
  await native.close();
});
