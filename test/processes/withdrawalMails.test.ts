import { randomUUID } from 'node:crypto';
import { recover } from '../../cli/recover';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import { subjectOf } from '../../domain/kinds';
import { mailLinks } from '../../domain/mail/frame';
import { type WithdrawalNews, withdrawalMail } from '../../domain/mail/withdrawal';
import {
  addDistributor,
  addUser,
  codeOf,
  credit,
  openDatabase,
  sendUpdate,
  startWorker,
  testConfig,
  until,
} from '../support/payouts';
import { startProvider } from '../support/provider';
import { smtpAnswer, startSmtp, type TestSmtp } from '../support/smtp';

let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let smtp: TestSmtp;
let li: Actor & { userId: string };
/** Mail addresses that the mail server refuses for now as full. */
const full = new Set<string>();

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  smtp = await startSmtp({
    onRcptTo: ({ address }, _session, done) =>
      done(full.has(address) ? smtpAnswer(452, 'mailbox full') : null),
  });
  li = await addUser(pool, 'Li');
});
afterAll(async () => {
  await smtp.stop();
  await database.close();
});

const workers: { stop(): Promise<void> }[] = [];
async function work(changes: Parameters<typeof testConfig>[0] = {}) {
  const worker = await startWorker(pool, testConfig({ SMTP_URL: smtp.url, BRAND_NAME: 'Brand', ...changes }));
  workers.push(worker);
  return worker;
}
afterEach(async () => {
  full.clear();
  for (const worker of workers.splice(0)) await worker.stop();
});

type World = Awaited<ReturnType<typeof work>>;

/** A distributor with money who requests a withdrawal. */
async function requested(world: World, details: { email?: string; locale?: string } = {}) {
  const email = details.email ?? `${randomUUID()}@example.com`;
  const distributor = await addDistributor(pool, { locale: 'en', ...details, email });
  await credit(pool, distributor, 123_456);
  const id = randomUUID();
  const request = { id, distributorId: distributor, amount: 123_456, currency: 'CNY', by: li };
  await sendUpdate(world, 'withdrawal', id, 'request', request, { resume: false });
  return { id, email };
}
const decide = (world: World, id: string, what: string, text = 'because') =>
  sendUpdate(world, 'withdrawal', id, what, { id, decisionId: randomUUID(), by: li, text });
const ended = (world: World, workflowId: string) => world.client.workflow.getHandle(workflowId).result();
const mailsTo = (email: string) =>
  smtp.received.filter(({ to }) => to?.some(({ address }) => address === email));
async function arrived(email: string, count: number): Promise<void> {
  await until(async () => mailsTo(email).length >= count);
}
const subjectsTo = (email: string) => mailsTo(email).map(({ subject }) => subject);
const states = async (id: string) =>
  (
    await pool.query('SELECT key, state FROM mails WHERE subject_ref = $1 ORDER BY created_at', [
      `withdrawal/${id}`,
    ])
  ).rows.map(({ key, state }) => `${key.split('/')[2]} ${state}`);

test('a distributor is mailed about a requested withdrawal, and about a rejected one with reason and where the money is', async () => {
  const world = await work();
  const { id, email } = await requested(world);
  await arrived(email, 1);
  await decide(world, id, 'reject', 'the name does not fit the account');
  await arrived(email, 2);
  expect(subjectsTo(email)).toEqual([
    'Brand: Your withdrawal of CN¥1,234.56',
    'Brand: Your withdrawal of CN¥1,234.56 was rejected',
  ]);
  const [first, second] = mailsTo(email).map(({ text }) => text);
  expect(first).toContain('CN¥1,234.56 to ICBC ***3445');
  expect(second).toContain('Reason: the name does not fit the account');
  expect(second).toContain('The amount has been returned to your balance');
  expect(second).toContain('http://127.0.0.1:8080/my-withdrawals');
  expect(`${first}${second}`).not.toContain('6222020200112233445');
});

test('a distributor without a mail address gets no mail, and the money all the same', async () => {
  const world = await work();
  const { id } = await requested(world, { email: '' });
  expect(await decide(world, id, 'cancel')).toMatchObject({ state: 'canceled' });
  await ended(world, `withdrawal/${id}`);
  expect(await states(id)).toEqual([]);
});

test('a withdrawal paid by a provider ends while the mail server is away, and the mails follow automatically', async () => {
  const provider = await startProvider();
  const world = await work({
    PAYOUT_METHOD: 'http',
    PAYOUT_HTTP_URL: provider.url,
    PAYOUT_POLL_INTERVAL: '20ms',
  });
  const email = `${randomUUID()}@example.com`;
  full.add(email);
  const { id } = await requested(world, { email });
  await decide(world, id, 'approve');
  await ended(world, `withdrawal/${id}`);
  expect(await states(id)).toEqual(['requested pending', 'paid pending']);
  full.delete(email);
  await arrived(email, 2);
  expect(subjectsTo(email).sort()).toEqual([
    'Brand: CN¥1,234.56 has been paid out',
    'Brand: Your withdrawal of CN¥1,234.56',
  ]);
  await provider.stop();
});

test('a payout batch mails each distributor the result once, also after one whose mailbox is full', async () => {
  const world = await work();
  const all = [];
  for (let i = 0; i < 6; i++) all.push(await requested(world));
  for (const { id, email } of all) {
    await decide(world, id, 'approve');
    await arrived(email, 1);
  }
  const [failed, unreachable, ...paid] = all;
  full.add(unreachable!.email);
  const batch = randomUUID();
  await sendUpdate(world, 'payout', batch, 'open', { id: batch, currency: 'CNY', by: li }, { resume: false });
  const confirm = () =>
    codeOf(
      sendUpdate(world, 'payout', batch, 'confirm', {
        id: batch,
        decisionId: randomUUID(),
        failed: [{ withdrawalId: failed!.id, reason: 'account closed' }],
        by: li,
      }),
    );
  const answers = await Promise.all([confirm(), confirm()]);
  expect(answers.sort()).toEqual(['payout_decided', 'settled']);
  await ended(world, `payout/${batch}`);
  for (const { email } of [failed!, ...paid]) await arrived(email, 2);
  expect(mailsTo(failed!.email)[1]!.subject).toContain('could not be paid');
  expect(mailsTo(failed!.email)[1]!.text).toContain('Reason: account closed');
  for (const { email } of paid) expect(subjectsTo(email)[1]).toBe('Brand: CN¥1,234.56 has been paid out');
  expect(await states(unreachable!.id)).toEqual(['requested sent', 'paid pending']);
  full.clear();
  await arrived(unreachable!.email, 2);
  for (const { id, email } of all) {
    await until(async () => (await states(id)).every((state) => state.endsWith('sent')));
    expect(mailsTo(email)).toHaveLength(2);
  }
});

test('a mail that waits when Temporal has lost everything is sent by npm run recover, once', async () => {
  const before = await work();
  const email = `${randomUUID()}@example.com`;
  full.add(email);
  const { id } = await requested(before, { email });
  await workers.pop()!.stop();
  full.clear();
  const { client, taskQueue } = await work();
  for (const lost of [`withdrawal/${id}`, subjectOf('mail', `withdrawal/${id}/requested`)])
    await client.workflow.getHandle(lost).terminate('lost');
  await recover({ pool, client, taskQueue });
  await arrived(email, 1);
  await client.workflow.getHandle(subjectOf('mail', `withdrawal/${id}/requested`)).result();
  expect(mailsTo(email)).toHaveLength(1);
});

test.each(['requested', 'paid', 'failed', 'rejected', 'canceled'] as const)(
  'the mail of a withdrawal that is %s says in both languages how much and to which account',
  (state) => {
    const news: WithdrawalNews = {
      id: 'w-1',
      state,
      amount: { amount: 5, currency: 'JPY' },
      account: { bank: 'ICBC', holder: 'Li', numberMasked: '***3445' },
      reason: state === 'failed' || state === 'rejected' ? 'account closed' : null,
    };
    for (const [locale, amount] of [
      ['zh-CN', 'JP¥5'],
      ['en', '¥5'],
    ] as const) {
      const { subject, body } = withdrawalMail({ brand: 'Brand', locale, name: 'Li' }, news);
      for (const part of [amount, 'ICBC ***3445 (Li)', 'w-1', `${mailLinks.console}/my-withdrawals`])
        expect(body).toContain(part);
      expect(subject).toContain(amount);
      expect(body.includes('account closed')).toBe(news.reason !== null);
      expect(body).not.toMatch(/null|undefined/);
    }
  },
);
