import { randomUUID } from 'node:crypto';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import { createSealer } from '../../database/sealing';
import { dateIn, daysLater } from '../../domain/calendarDate';
import { acceptRenewal, submitRenewal } from '../../workflows/credential';
import { activityContext, testConfig } from '../support/config';
import { addCredential, renewalOf, ZONE } from '../support/credentials';
import { addDistributor, addUser, openDatabase } from '../support/payouts';
import { startSmtp, type TestSmtp } from '../support/smtp';
import { startTimeSkipping } from '../support/timeSkipping';

const DAY = 86_400_000;
const sealer = createSealer(testConfig());
const taskQueue = `credentials-${randomUUID()}`;

let env: TestWorkflowEnvironment;
let smtp: TestSmtp;
let database: Awaited<ReturnType<typeof openDatabase>>;
let stopWorker: () => Promise<void>;
let by: { userId: string; name: string };

beforeAll(async () => {
  env = await startTimeSkipping();
  smtp = await startSmtp();
  database = await openDatabase();
  by = await addUser(database.pool, 'Li');
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE as string },
    activities: createActivities(activityContext(database.pool, testConfig({ SMTP_URL: smtp.url }))),
  });
  const running = worker.run();
  stopWorker = async () => {
    worker.shutdown();
    await running;
  };
}, 120_000);
afterAll(async () => {
  await stopWorker?.();
  await database?.close();
  await smtp?.stop();
  await env?.teardown();
});

const today = async () => dateIn(ZONE, await env.currentTimeMs());

/** Lets time pass until noon of a day. */
async function until(day: string): Promise<void> {
  const now = await env.currentTimeMs();
  await env.sleep(Date.parse(`${day}T04:00:00Z`) - now);
}

async function start(validUntil: string | null): Promise<string> {
  const distributor = await addDistributor(database.pool, { email: `${randomUUID()}@example.com` });
  const knownAt = new Date(await env.currentTimeMs());
  const id = await addCredential(database.pool, { distributor, validUntil, knownAt });
  const args: [{ id: string; resume: boolean }] = [{ id, resume: true }];
  await env.client.workflow.start('credential', { workflowId: `credential/${id}`, taskQueue, args });
  return id;
}

async function renew(credentialId: string, validFrom: string, validUntil: string | null): Promise<void> {
  const handle = env.client.workflow.getHandle(`credential/${credentialId}`);
  const request = renewalOf(sealer, { credentialId, by, validFrom, validUntil });
  await handle.executeUpdate(submitRenewal, { args: [request] });
  const decision = { decisionId: randomUUID(), credentialId, renewalId: request.id, by, note: 'seen' };
  await handle.executeUpdate(acceptRenewal, { args: [decision] });
}

/** Reminders by period: how many days before its end each was sent. */
async function reminded(id: string): Promise<Record<string, number[]>> {
  const { rows } = await database.pool.query<{ until: string; days: number[] }>(
    `SELECT valid_until AS until, array_agg(days_before ORDER BY at, days_before DESC) AS days FROM credential_reminders
     WHERE credential_id = $1 GROUP BY 1`,
    [id],
  );
  return Object.fromEntries(rows.map(({ until: end, days }) => [end, days]));
}

async function restrictionsOf(id: string): Promise<{ from: string; lifted: string | null }[]> {
  const { rows } = await database.pool.query<{ from: Date; lifted: Date | null }>(
    `SELECT effective_from AS from, coalesce(effective_until, lifted_at) AS lifted FROM restrictions WHERE cause = 'credential/' || $1 ORDER BY 1`,
    [id],
  );
  return rows.map(({ from, lifted }) => ({
    from: from.toISOString(),
    lifted: lifted && dateIn(ZONE, lifted.getTime()),
  }));
}

/** Midnight in Shanghai after a day. */
const midnightAfter = (day: string) => `${day}T16:00:00.000Z`;

test('five years of a credential with three renewals, one late: each period has its reminders and its restriction', async () => {
  const first = daysLater(await today(), 365);
  const [second, third, fourth] = [
    daysLater(first, 730),
    daysLater(first, 1095),
    daysLater(first, 1825),
  ] as const;
  const id = await start(first);

  await until(daysLater(first, -20));
  await renew(id, first, second);
  // Ten days too late.
  await until(daysLater(second, 10));
  await renew(id, daysLater(second, 10), third);
  await until(daysLater(third, -5));
  await renew(id, third, fourth);
  await until(daysLater(fourth, -45));

  expect(await reminded(id)).toEqual({
    [first]: [60, 30],
    [second]: [60, 30, 14, 7, 1, 0],
    [third]: [60, 30, 14, 7],
    [fourth]: [60],
  });
  expect(await restrictionsOf(id)).toEqual([
    { from: midnightAfter(first), lifted: daysLater(first, -20) },
    { from: midnightAfter(second), lifted: daysLater(second, 10) },
    { from: midnightAfter(third), lifted: daysLater(third, -5) },
    { from: midnightAfter(fourth), lifted: null },
  ]);
  // Its history holds one wait, not five years.
  const { historyLength } = await env.client.workflow.getHandle(`credential/${id}`).describe();
  expect(historyLength).toBeLessThan(30);
});

test('a credential without an end has no timer and no restriction, before and after it has one', async () => {
  const id = await start(null);
  await env.sleep(400 * DAY);
  expect(await restrictionsOf(id)).toEqual([]);
  const end = daysLater(await today(), 100);
  await renew(id, await today(), end);
  expect(await restrictionsOf(id)).toEqual([{ from: midnightAfter(end), lifted: null }]);
  await renew(id, await today(), null);
  await env.sleep(400 * DAY);
  expect(await reminded(id)).toEqual({});
  expect((await restrictionsOf(id)).filter(({ lifted }) => lifted === null)).toEqual([]);
});

test('a worker that was away over three marks reminds once, with the true number of days left', async () => {
  const end = daysLater(await today(), 100);
  const distributor = await addDistributor(database.pool, {
    email: `${randomUUID()}@example.com`,
    locale: 'en',
  });
  const knownAt = new Date(await env.currentTimeMs());
  const id = await addCredential(database.pool, { distributor, validUntil: end, knownAt });
  // No process runs until eleven days before the end.
  await until(daysLater(end, -11));
  const args: [{ id: string; resume: boolean }] = [{ id, resume: true }];
  await env.client.workflow.start('credential', { workflowId: `credential/${id}`, taskQueue, args });
  await env.sleep(DAY);
  const { rows } = await database.pool.query<{ subject: string }>(
    `SELECT subject FROM mails WHERE subject_ref = 'credential/' || $1`,
    [id],
  );
  expect(rows.map(({ subject }) => subject)).toEqual(['Tributary: Food permit expires in 11 days']);
  expect(await reminded(id)).toEqual({ [end]: [60, 30, 14] });
});
