import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { DISAGREEMENTS, forgetFindings, noteFindings } from '../../database/findings';
import { inTransaction } from '../../database/pool';
import { refuse } from '../../database/refusal';
import { subjectOf } from '../../domain/kinds';
import { type Answer, makeDistributor, startApi, startWorker, type TestApi } from '../support/api';
import { activatePlan, addUser, payment } from '../support/platform';
import { startSmtp, type TestSmtp } from '../support/smtp';

let api: TestApi;
let smtp: TestSmtp;
let operator: string;
let finance: string;
let admin: string;
let stopWorker: () => Promise<void>;
/** What becomes of each order's payment in the worker. */
let paying: 'goes through' | 'fails' | 'is refused' = 'goes through';

beforeAll(async () => {
  smtp = await startSmtp();
  api = await startApi({ SMTP_URL: smtp.url, TEMPORAL_UI_URL: 'http://temporal.test/' });
  stopWorker = await startWorker(api.context, undefined, (activities) => ({
    ...activities,
    async payOrder(...args) {
      if (paying === 'fails') throw new Error('li@example.com: the ledger is away');
      if (paying === 'is refused') throw refuse({ code: 'order_differs', status: 409, message: 'No.' });
      return activities.payOrder(...args);
    },
  }));
  operator = await api.keyFor('operator');
  finance = await api.keyFor('finance');
  admin = await api.keyFor('admin');
  const userId = await addUser(api.context.pool, 'admin');
  await activatePlan({ pool: api.context.pool, userId } as Parameters<typeof activatePlan>[0]);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
  await smtp.stop();
});

// What a test leaves undeliverable would count in the health of the system.
afterEach(() => api.context.pool.query("DELETE FROM mails WHERE state = 'undeliverable'"));

const get = (path: string, key = operator) => api.call('GET', path, { key });
const post = (path: string, body: unknown = {}, key = operator) => api.call('POST', path, { key, body });

interface Stuck {
  kind: string;
  subject: string;
  attempts?: number;
  what: { en: string };
  href: string | null;
  actions: { path: string }[];
}
const stuckOf = async (subject: string, key = operator): Promise<Stuck[]> =>
  (await get('/v1/stuck-work', key)).body.items.filter((item: Stuck) => item.subject === subject);

async function until<T>(ask: () => Promise<T>, awaited: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (awaited(answer)) return answer;
    await pause(100);
  }
}

/** Pays an order while that fails, and waits until it shows as stuck. */
async function stuckOrder(): Promise<{ id: string; answer: Promise<Answer>; shown: Stuck }> {
  paying = 'fails';
  const order = payment();
  const answer = post('/v1/orders', order);
  const [shown] = await until(
    () => stuckOf(`order/${order.externalId}`),
    (items) => items.length > 0,
  );
  return { id: order.externalId, answer, shown: shown! };
}

test('an activity that keeps failing shows as stuck work, without personal data, until it succeeds', async () => {
  const { id, answer, shown } = await stuckOrder();
  expect(shown.kind).toBe('failing_activity');
  expect(shown.attempts).toBeGreaterThanOrEqual(3);
  expect(shown.what.en).toContain('payOrder');
  expect(shown.what.en).toContain('[email]: the ledger is away');
  const { body } = await get(`/v1/processes/order/${id}`);
  expect(body).toMatchObject({
    workflowId: `order/${id}`,
    running: true,
    pendingActivities: [{ type: 'payOrder', lastFailure: '[email]: the ledger is away' }],
    url: `http://temporal.test/namespaces/default/workflows/order%2F${id}/${body.runId}/history`,
  });
  paying = 'goes through';
  expect((await answer).status).toBe(201);
  expect(await stuckOf(`order/${id}`)).toEqual([]);
  expect((await get(`/v1/processes/order/${id}`)).body).toMatchObject({
    answered: true,
    state: 'open',
    waitsFor: [{ what: 'delivery', from: 'shop', until: null }],
    pendingActivities: [],
  });
});

test('an activity that ends with a refusal is no longer stuck, and its process has ended', async () => {
  const { id, answer } = await stuckOrder();
  paying = 'is refused';
  expect((await answer).status).toBe(409);
  expect(await stuckOf(`order/${id}`)).toEqual([]);
  const over = await until(
    () => get(`/v1/processes/order/${id}`),
    ({ body }) => !body.running,
  );
  expect(over.body).toMatchObject({ running: false, state: null, waitsFor: [] });
  expect((await get(`/v1/processes/withdrawal/${randomUUID()}`)).body.running).toBe(false);
  expect((await get(`/v1/processes/return/${id}%2FR1`)).body.running).toBe(false);
  expect((await get(`/v1/processes/return/${id}`)).status).toBe(404);
});

test.each(['approved', 'in_review'])(
  'a mail of an application that is %s is sent again, once, by its own process',
  async (state) => {
    const { pool } = api.context;
    const { rows } = await pool.query<{ id: string }>(
      'UPDATE applications a SET state = $2 FROM distributors d WHERE d.id = $1 AND a.id = d.application_id RETURNING a.id',
      [await makeDistributor({ pool }), state],
    );
    const about = `application/${rows[0]!.id}`;
    const key = `${about}/approved`;
    await pool.query(
      `INSERT INTO events (subject, key, type, actor, occurred_at) VALUES ($1, 'checked/1', 'checked', 'system', now())`,
      [about],
    );
    await pool.query(
      `INSERT INTO mails (key, subject_ref, recipient, subject, body, state, last_error, created_at)
       VALUES ($1, $2, 'li@example.com', 'Welcome', 'x', 'undeliverable', '450 li@example.com is full', now() - interval '9 days')`,
      [key, about],
    );
    const listed = await get(`/v1/mails?state=undeliverable&about=${encodeURIComponent(about)}`);
    expect(listed.body.items).toMatchObject([
      { key, recipient: 'l…@example.com', lastError: '450 [email] is full' },
    ]);
    const [shown] = await stuckOf(about);
    expect(shown).toMatchObject({ kind: 'mail_undeliverable' });

    const before = smtp.received.length;
    const [first, second] = await Promise.all([0, 1].map(() => post(shown!.actions[0]!.path)));
    expect([first!.status, second!.status].filter((status) => status === 200).length).toBeGreaterThan(0);
    await until(
      () => get(`/v1/mails?about=${encodeURIComponent(about)}`),
      ({ body }) => body.items[0].state === 'sent',
    );
    expect(smtp.received.length).toBe(before + 1);
    expect((await post(shown!.actions[0]!.path)).body.type).toBe('/problems/mail_state');
    const { rows: audits } = await pool.query('SELECT action FROM audit_entries WHERE subject = $1', [about]);
    expect(audits).toEqual([{ action: 'mail.resend' }]);
    // Its process goes on from the row: it ends where the application is decided, else it waits for the decision.
    const process = api.context.temporal.workflow.getHandle(about);
    if (state === 'approved') expect(await process.result()).toBe('approved');
    else
      await until(
        () => process.query<{ state: string | null }>('status'),
        (status) => status.state === state,
      );
  },
);

/** A mail that belongs to no process of its own, and could not be delivered. */
async function undeliverableMail(about: string, signInLinkId?: string): Promise<string> {
  const key = `${about}/${randomUUID()}`;
  await api.context.pool.query(
    `INSERT INTO mails (key, subject_ref, recipient, subject, body, state, last_error, created_at, sign_in_link_id)
     VALUES ($1, $2, $3, 'News', 'x', 'undeliverable', 'full', now() - interval '9 days', $4)`,
    [key, about, `${key.replaceAll('/', '.')}@example.com`, signInLinkId],
  );
  return key;
}
const resend = (mail: string, key: string) => post(`/v1/mails/${encodeURIComponent(mail)}/resend`, {}, key);
const sentTo = (key: string) =>
  smtp.received.filter(({ to }) => to?.[0]?.address?.startsWith(`${key.replaceAll('/', '.')}@`)).length;

test('a mail that belongs to no application is sent again, once, by a process of its own', async () => {
  const about = `withdrawal/${randomUUID()}`;
  const key = await undeliverableMail(about);
  const [shown] = await stuckOf(about, finance);
  const answers = await Promise.all([0, 1, 2].map(() => post(shown!.actions[0]!.path, {}, finance)));
  expect(answers.map(({ status }) => status)).toContain(200);
  const { pool } = api.context;
  const state = async () => (await pool.query('SELECT state FROM mails WHERE key = $1', [key])).rows[0].state;
  await until(state, (now) => now === 'sent');
  await api.context.temporal.workflow.getHandle(subjectOf('mail', key)).result();
  expect(sentTo(key)).toBe(1);
  expect(await resend(key, finance)).toMatchObject({
    status: 409,
    body: { type: '/problems/mail_state' },
  });
  expect(await stuckOf(about, finance)).toEqual([]);
  const { rows } = await pool.query('SELECT action, subject FROM audit_entries WHERE subject = $1', [about]);
  expect(rows).toEqual([{ action: 'mail.resend', subject: about }]);
});

test.each([
  ['application', ['admin', 'compliance', 'operator']],
  ['withdrawal', ['admin', 'compliance', 'finance']],
  ['user', ['admin']],
])('only roles that may read the kind %s see and resend the mails about it', async (kind, allowed) => {
  for (const role of ['admin', 'compliance', 'finance', 'operator'] as const) {
    const about = `${kind}/${randomUUID()}`;
    const mail = await undeliverableMail(about);
    const key = await api.keyFor(role);
    const mayRead = allowed.includes(role);
    const { body } = await get(`/v1/mails?about=${encodeURIComponent(about)}`, key);
    const stuck = await stuckOf(about, key);
    const { cards } = (await get('/v1/home', key)).body;
    const card = cards.find((one: { key: string }) => one.key === 'mails_undeliverable');
    expect([role, body.items.length, stuck.length, card.count]).toEqual([role, ...Array(3).fill(+mayRead)]);
    const { status } = await resend(mail, key);
    expect([role, status]).toEqual([role, mayRead ? 200 : 404]);
    await api.context.pool.query('DELETE FROM mails WHERE key = $1', [mail]);
  }
});

test('a mail that is asked for again in the moment in which its last attempt fails is tried once more', async () => {
  const key = await undeliverableMail(`withdrawal/${randomUUID()}`);
  const { workflow } = api.context.temporal;
  // The attempt has just ended, as far as the row goes, while the process that made it runs.
  const taskQueue = api.context.config.TEMPORAL_TASK_QUEUE;
  const blocked = await inTransaction(api.context.pool, async (client) => {
    await client.query('SELECT 1 FROM mails WHERE key = $1 FOR UPDATE', [key]);
    const handle = await workflow.start('mail', {
      workflowId: subjectOf('mail', key),
      taskQueue,
      args: [{ id: key }],
    });
    await until(
      () =>
        api.context.pool.query(
          "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE mails%'",
        ),
      ({ rowCount }) => rowCount === 1,
    );
    await handle.signal('resend');
    return handle;
  });
  expect(await blocked.result()).toBe('undeliverable');
  const { events = [] } = await blocked.fetchHistory();
  expect(events?.filter((event) => event.activityTaskCompletedEventAttributes)).toHaveLength(2);
});

test('a mail whose one-time link has expired is not sent again, nor is it stuck', async () => {
  const { pool } = api.context;
  const userId = await addUser(pool, 'finance');
  const linkId = randomUUID();
  await pool.query(
    `INSERT INTO sign_in_links (id, user_id, purpose, expires_at) VALUES ($1, $2, 'set_password', now() + interval '1 hour')`,
    [linkId, userId],
  );
  const key = await undeliverableMail(`user/${userId}`, linkId);
  const own = `about=${encodeURIComponent(`user/${userId}`)}`;
  const listed = async (filter: string) => (await get(`/v1/mails?${own}&${filter}`, admin)).body.items;
  expect(await stuckOf(`user/${userId}`, admin)).toMatchObject([{ kind: 'mail_undeliverable' }]);
  expect(await listed('resendable=true')).toMatchObject([{ key, resendable: true }]);
  await pool.query('UPDATE sign_in_links SET expires_at = now() WHERE id = $1', [linkId]);
  expect(await resend(key, admin)).toMatchObject({ status: 409, body: { type: '/problems/mail_link_over' } });
  expect(await stuckOf(`user/${userId}`, admin)).toEqual([]);
  expect(await listed('resendable=true')).toEqual([]);
  expect(await listed('resendable=false')).toMatchObject([{ key, state: 'undeliverable' }]);
  expect(sentTo(key)).toBe(0);
});

test('only late work shows as stuck work', async () => {
  const { pool } = api.context;
  const at = (ago: string) =>
    pool.query(
      `INSERT INTO accepted_orders (id, payment, accepted_at) VALUES ($1::text, '{}', now() - $1::text::interval)`,
      [ago],
    );
  await at('4 minutes');
  await at('6 minutes');
  expect(await stuckOf('order/4 minutes')).toEqual([]);
  expect(await stuckOf('order/6 minutes')).toMatchObject([{ kind: 'order_not_recorded' }]);
  paying = 'goes through';
  const order = payment();
  expect((await post('/v1/orders', order)).status).toBe(201);
  await pool.query(
    `UPDATE order_lines SET state = 'delivered', delivered_at = now(), window_ends_at = now() - interval '11 minutes' WHERE order_id = $1`,
    [order.externalId],
  );
  expect(await stuckOf(`order/${order.externalId}`)).toMatchObject([{ kind: 'window_not_closed' }]);
});

test('stuck work links to a page only for roles that may open it', async () => {
  const id = randomUUID();
  await api.context.pool.query(
    `INSERT INTO payout_batches (id, state, currency, created_by, created_at)
     SELECT $1, 'open', 'CNY', id, now() - interval '1 year' FROM users LIMIT 1`,
    [id],
  );
  const linkFor = async (key: string) => (await stuckOf(`payout/${id}`, key)).map(({ href }) => href);
  expect(await linkFor(finance)).toEqual([`/payout-batches/${id}`]);
  expect(await linkFor(operator)).toEqual([null]);
});

test('what two comparisons of rows and workflows did not mend is stuck work and on the home page of all staff', async () => {
  const { pool } = api.context;
  const subject = `release/${randomUUID()}`;
  const findings = DISAGREEMENTS.map((disagreement) => ({ disagreement, subject }));
  const cardFor = async (key: string) => {
    const { cards } = (await get('/v1/home', key)).body;
    return cards.find((card: { key: string }) => card.key === 'workflows_unmended');
  };
  await noteFindings(pool, findings, new Date(Date.now() - 300_000));
  expect(await stuckOf(subject)).toEqual([]);
  expect(await cardFor(operator)).toMatchObject({ count: 0 });
  await noteFindings(pool, findings, new Date());
  for (const [key, href] of [
    [finance, `/commission-releases/${subject.slice('release/'.length)}`],
    [operator, null],
  ] as const) {
    const items = await stuckOf(subject, key);
    expect(items.map(({ kind }) => kind)).toEqual(
      DISAGREEMENTS.map((disagreement) => `workflow_${disagreement}`),
    );
    expect(items.map((item) => item.href)).toEqual(DISAGREEMENTS.map(() => href));
    expect(await cardFor(key)).toMatchObject({ count: DISAGREEMENTS.length, href: '/stuck-work' });
  }
  await forgetFindings(pool, new Date(Date.now() + 1000));
  expect(await stuckOf(subject)).toEqual([]);
  expect(await cardFor(operator)).toMatchObject({ count: 0 });
});

test('a failing step of what a schedule runs is stuck work without a page', async () => {
  const workflow = `reconcile-${randomUUID()}`;
  await api.context.pool.query(
    `INSERT INTO failing_activities (workflow_id, activity_id, type, attempt, error_type, message)
     VALUES ($1, '1', 'reconcileProcesses', 3, 'Error', 'away')`,
    [workflow],
  );
  expect(await stuckOf(workflow, admin)).toMatchObject([{ kind: 'failing_activity', href: null }]);
  await api.context.pool.query('DELETE FROM failing_activities WHERE workflow_id = $1', [workflow]);
});

test('the health of the system names database, Temporal, workers and mails', async () => {
  const { body } = await get('/v1/system/health');
  expect(body).toMatchObject({
    database: { reachable: true, migrations: { unfinished: [] } },
    temporal: { reachable: true },
    mails: { undeliverable: 0 },
  });
  expect(body.temporal.taskQueues.map(({ type }: { type: string }) => type)).toEqual([
    'workflow',
    'activity',
  ]);
  expect(body.workers.length).toBeGreaterThan(0);
});
