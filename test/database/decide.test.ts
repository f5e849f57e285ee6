import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createWithdrawalActivities } from '../../activities/withdrawal/withdrawal';
import { eventsAndAudits } from '../../api/http/timeline';
import { decide } from '../../database/decide';
import { hasEvent, SYSTEM } from '../../database/journal';
import type { Client } from '../../database/pool';
import { asRefusal } from '../../database/refusal';
import { keyOf, subjectOf } from '../../domain/kinds';
import { testConfig } from '../support/config';
import { addDistributor, addUser, credit, openDatabase } from '../support/payouts';

let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => asRefusal(error),
  );

test('the same message decides once, and is answered alike each time', async () => {
  const { pool } = database;
  const by = await addUser(pool, 'Li');
  const id = await addDistributor(pool);
  let changes = 0;
  const message = () =>
    decide(
      pool,
      { kind: 'distributor', id, key: keyOf('decision', 'a/b'), by, at: Date.now() },
      async (client: Client) =>
        (await client.query('SELECT 1 FROM distributors WHERE id = $1 FOR UPDATE', [id])).rows[0],
      async () => {
        changes++;
        return {
          type: 'joined',
          action: 'user.create',
          mails: [{ key: id, subjectRef: 'x', recipient: 'li@example.com', subject: 's', body: 'b' }],
        };
      },
      async () => 'as it is now',
    );

  expect(await Promise.all([message(), message(), message()])).toEqual(Array(3).fill('as it is now'));

  expect(changes).toBe(1);
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM events WHERE subject = $1) AS events,
       (SELECT array_agg(event_key) FROM audit_entries WHERE subject = $1) AS audits,
       (SELECT count(*)::int FROM mails WHERE key = $2) AS mails`,
    [subjectOf('distributor', id), id],
  );
  expect(rows).toEqual([{ events: 1, audits: ['decision/a%2Fb'], mails: 1 }]);
});

test('what does not exist is refused by its kind', async () => {
  const { pool } = database;
  const { approveWithdrawal } = createWithdrawalActivities({ pool, config: testConfig() });
  const decision = { id: randomUUID(), decisionId: randomUUID(), by: await addUser(pool, 'Li') };
  expect(await refusalOf(approveWithdrawal(decision, Date.now()))).toEqual({
    code: 'withdrawal_not_found',
    status: 404,
    message: `The withdrawal ${decision.id} does not exist.`,
  });
});

test('a decision that stands is refused with who made it and when, and its two sides are one line', async () => {
  const { pool } = database;
  const { requestWithdrawal, approveWithdrawal, rejectWithdrawal } = createWithdrawalActivities({
    pool,
    config: testConfig(),
  });
  const [li, wang] = [await addUser(pool, 'Li'), await addUser(pool, 'Wang')];
  const [id, distributorId] = [randomUUID(), await addDistributor(pool)];
  await credit(pool, distributorId, 5000);
  const at = Date.parse('2026-03-01T08:00:00Z');
  await requestWithdrawal({ id, distributorId, amount: 5000, currency: 'CNY', by: li }, at);
  // Two decisions of one person in one moment, which matching by time would mix up.
  await approveWithdrawal({ id, decisionId: randomUUID(), by: li, text: 'fine' }, at);

  expect(await refusalOf(rejectWithdrawal({ id, decisionId: randomUUID(), by: wang }, at))).toMatchObject({
    code: 'withdrawal_decided',
    message: 'The withdrawal is already approved by Li at 2026-03-01T08:00:00.000Z; the decision is final.',
  });

  const { rows } = await pool.query(
    `SELECT kind, type, audit ->> 'action' AS action FROM (${eventsAndAudits('$1')}) s ORDER BY type`,
    [subjectOf('withdrawal', id)],
  );
  expect(rows).toEqual([
    { kind: 'event', type: 'approved', action: 'withdrawal.approve' },
    { kind: 'event', type: 'requested', action: 'withdrawal.request' },
  ]);
});

test('a step that finds nothing to change leaves no line, and the same message changes it later', async () => {
  const { pool } = database;
  const id = await addDistributor(pool);
  const subject = subjectOf('distributor', id);
  const message = (isPossible: boolean) =>
    decide(
      pool,
      { kind: 'distributor', id, key: 'tried', by: SYSTEM, at: Date.now() },
      async () => ({}),
      async () => (isPossible ? { type: 'joined', action: 'user.create' } : null),
      async (client: Client) => hasEvent(client, subject, 'tried'),
    );

  expect(await message(false)).toBe(false);
  expect((await pool.query('SELECT FROM audit_entries WHERE subject = $1', [subject])).rowCount).toBe(0);
  expect(await message(true)).toBe(true);
  expect(await message(false)).toBe(true);
});

test('timelines and the audit trail are written in one place', () => {
  const root = path.join(__dirname, '..', '..');
  const writers = ['database', 'workflows', 'activities', 'temporal', 'api'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => path.join(folder, file))
      .filter((file) => /\.ts$/.test(file))
      .filter((file) =>
        /INSERT INTO (events|audit_entries)\b/.test(readFileSync(path.join(root, file), 'utf8')),
      ),
  );
  expect(writers.sort()).toEqual([
    // An order is written with its line in one statement, which is a round trip less.
    'activities/order/order.ts',
    'activities/order/payment.ts',
    'database/journal.ts',
  ]);
});
