import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { createHousekeepingActivities, type Resealed, SEALED } from '../../activities/housekeeping';
import { createSealer } from '../../database/sealing';
import { HOUSEKEEPING, scheduleAll } from '../../temporal/schedules';
import {
  type ApplicationWorld,
  personNumbers,
  personSubmission,
  startApplicationWorld,
} from '../support/applications';
import { testConfig } from '../support/config';
import { eventually } from '../support/eventually';
import { unique } from '../support/platform';

const address = process.env.TEST_TEMPORAL_ADDRESS as string;
let connection: Connection;
let native: NativeConnection;
let world: ApplicationWorld;

beforeAll(async () => {
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  world = await startApplicationWorld({ client: new Client({ connection }), connection: native });
});
afterAll(async () => {
  await world.stop();
  await native.close();
  await connection.close();
});

const keepHouse = () =>
  world.client.workflow.execute('housekeeping', {
    workflowId: unique('housekeeping'),
    taskQueue: world.taskQueue,
    args: [],
  });

/** An applicant who was rejected so many days ago. */
async function rejected(name: string, daysAgo: number) {
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, numbers, { name }));
  await eventually('the review', async () => (await world.row(id)).state === 'in_review');
  await world.update(id, 'reject', { code: null, reason: 'no shop', note: null });
  await world.result(id);
  await world.pool.query(
    `UPDATE applications SET decided_at = now() - make_interval(days => $2) WHERE id = $1`,
    [id, daysAgo],
  );
  return id;
}

/** All that the tables about applicants hold, as text. */
async function everythingAbout(id: string): Promise<string> {
  const { rows } = await world.pool.query<{ text: string }>(
    `SELECT to_jsonb(a)::text AS text FROM applications a WHERE id = $1
     UNION ALL SELECT to_jsonb(c)::text FROM credentials c WHERE application_id = $1
     UNION ALL SELECT to_jsonb(m)::text FROM mails m WHERE subject_ref = 'application/' || $1`,
    [id],
  );
  return rows.map(({ text }) => text).join('\n');
}

it('the data of an applicant who was not admitted is erased after the retention period, and the decision stays', async () => {
  const [old, recent] = await Promise.all([
    rejected('Old Applicant', 366),
    rejected('Recent Applicant', 364),
  ]);
  const before = await world.row(old);
  const personal = [
    'Old Applicant',
    'wang@example.com',
    String(before.phone),
    String(before.identity_number_sealed),
    String(before.identity_number_masked),
    (before.identity_number_hash as Buffer).toString('hex'),
    (before.phone_hash as Buffer).toString('hex'),
  ];
  const all = await everythingAbout(old);
  for (const text of personal) expect(all).toContain(text);

  expect(await keepHouse()).toMatchObject({ erased: 1 });

  const left = await everythingAbout(old);
  for (const text of personal) expect(left).not.toContain(text);
  expect(await world.row(old)).toMatchObject({
    state: 'rejected',
    decision_reason: before.decision_reason,
    decided_by: world.compliance.userId,
  });
  expect(await everythingAbout(recent)).toContain('Recent Applicant');
  const { rows } = await world.pool.query(
    `SELECT actor FROM audit_entries WHERE action = 'application.erase' AND subject = $1`,
    [`application/${old}`],
  );
  expect(rows).toEqual([{ actor: 'system' }]);
  expect(await keepHouse()).toMatchObject({ erased: 0 });
});

it('idempotency keys, sessions and failures to sign in are deleted when they are not needed any more', async () => {
  const { pool } = world;
  const { userId } = world.compliance;
  for (const days of [29, 31, 89, 100]) {
    await pool.query(
      `INSERT INTO idempotency_keys (user_id, key, request_hash, resource_id, created_at)
       VALUES ($1, $2, '', $3, now() - make_interval(days => $4))`,
      [userId, `${days} days`, randomUUID(), days],
    );
    await pool.query(
      `INSERT INTO sessions (id, user_id, token_hash, created_at) VALUES ($1, $2, $3, now() - make_interval(days => $4))`,
      [randomUUID(), userId, randomBytes(32), days],
    );
    await pool.query(
      `INSERT INTO sign_in_attempts (subject, failures, last_at) VALUES ($1, 1, now() - make_interval(days => $2))`,
      [`${days} days`, days],
    );
    await pool.query(
      `INSERT INTO public_mails (request_id, address_hash, origin_hash, at)
       VALUES ($1, '', '', now() - make_interval(days => $2))`,
      [randomUUID(), days - 28],
    );
  }
  expect(await keepHouse()).toMatchObject({ deleted: 3 + 1 + 3 + 3 });
  const { rows } = await pool.query(
    `SELECT (SELECT array_agg(key) FROM idempotency_keys) AS keys, (SELECT count(*)::int FROM sessions) AS sessions,
       (SELECT array_agg(subject) FROM sign_in_attempts) AS attempts`,
  );
  expect(rows).toEqual([{ keys: ['29 days'], sessions: 3, attempts: ['29 days'] }]);
});

it('a change of keys reaches each sealed column of the database', async () => {
  const { rows } = await world.pool.query(
    `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name LIKE '%\\_sealed' ORDER BY 1, 2`,
  );
  const sealed = [...SEALED].sort((a, b) => (a.table + a.column < b.table + b.column ? -1 : 1));
  expect(rows).toEqual(sealed);
});

it('what an earlier key sealed is sealed with the present one, so that the earlier can go', async () => {
  const numbers = personNumbers();
  const { id } = await world.submit(personSubmission(world.sealer, numbers));
  const { rows } = await world.pool.query<{ id: string }>(
    'SELECT id FROM credentials WHERE application_id = $1',
    [id],
  );
  const present = `k2:${randomBytes(32).toString('base64')}`;
  const config = testConfig({ FIELD_KEYS: `${present},${world.config.FIELD_KEYS}` });
  const { resealNumbers } = createHousekeepingActivities({
    pool: world.pool,
    config,
    sealer: createSealer(config),
  });

  const lost = createSealer(testConfig({ FIELD_KEYS: `gone:${randomBytes(32).toString('base64')}` })).seal(
    '1',
  );
  await world.pool.query('UPDATE users SET totp_secret_sealed = $1', [lost]);
  const reseal = () => new MockActivityEnvironment().run(resealNumbers);

  const first = (await reseal()) as Resealed;
  expect(first).toEqual({ resealed: expect.any(Number), unreadable: 1 });
  expect(first.resealed).toBeGreaterThanOrEqual(3);

  const withoutOld = createSealer(testConfig({ FIELD_KEYS: present }));
  const row = await world.row(id);
  expect(withoutOld.open(String(row.identity_number_sealed))).toBe(numbers.identityNumber);
  expect(withoutOld.open(String(row.bank_account_sealed))).toBe(numbers.bankAccount);
  const credential = await world.pool.query<{ sealed: string }>(
    'SELECT number_sealed AS sealed FROM credentials WHERE id = $1',
    [rows[0]!.id],
  );
  expect(withoutOld.open(credential.rows[0]!.sealed)).toBe(numbers.identityNumber);
  expect(await reseal()).toEqual({ resealed: 0, unreadable: 1 });
});

it("housekeeping has one schedule, at night in the brand's time zone, and stays paused once it was paused", async () => {
  const namespace = unique('housekeeping');
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  const client = new Client({ connection, namespace });
  const schedule = (zone: string) => scheduleAll(client, testConfig({ BRAND_TIME_ZONE: zone }));
  await eventually('the namespace', () =>
    schedule('Asia/Shanghai').then(
      () => true,
      () => false,
    ),
  );
  const handle = client.schedule.getHandle(HOUSEKEEPING);
  await handle.pause('the auditors are here');

  await schedule('Europe/London');

  const { spec, state, action } = await handle.describe();
  expect(spec).toMatchObject({
    timezone: 'Europe/London',
    calendars: [{ hour: [{ start: 3, end: 3 }], minute: [{ start: 30, end: 30 }] }],
  });
  expect(state).toMatchObject({ paused: true, note: 'the auditors are here' });
  expect(action).toMatchObject({ workflowType: 'housekeeping' });
});
