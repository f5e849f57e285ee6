import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { createApp } from '../../../api/app';
import { hashKey, newKeyText } from '../../../api/identity/authentication';
import { makeResidentIdentityNumber } from '../../../domain/credential';
import { PrismaClient } from '../../../prisma/client/client';
import {
  type ApplicationWorld,
  type Numbers,
  personNumbers,
  startApplicationWorld,
} from '../../support/applications';

let world: ApplicationWorld;
let connection: Connection;
let native: NativeConnection;
let prisma: PrismaClient;
let server: Server;
let base: string;
let compliance: string;
const logged: string[] = [];

beforeAll(async () => {
  const address = process.env.TEST_TEMPORAL_ADDRESS!;
  connection = await Connection.connect({ address });
  native = await NativeConnection.connect({ address });
  const temporal = new Client({ connection, namespace: process.env.TEST_TEMPORAL_NAMESPACE });
  world = await startApplicationWorld({ client: temporal, connection: native });
  prisma = new PrismaClient({ adapter: new PrismaPg(world.pool) });
  const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) });
  const config = { ...world.config, TEMPORAL_TASK_QUEUE: world.taskQueue };
  const phase = () => 'running' as const;
  server = createServer(createApp({ pool: world.pool, prisma, temporal, config, log, phase }));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  compliance = await key('compliance');
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await prisma.$disconnect();
  await world.stop();
  await connection.close();
  await native.close();
});

async function key(role: string, distributorId: string | null = null): Promise<string> {
  const [userId, text] = [randomUUID(), newKeyText(randomUUID().slice(0, 8))];
  await world.pool.query(
    'INSERT INTO users (id, email, name, role, distributor_id) VALUES ($1::uuid, $2, $3, $3, $4)',
    [userId, `${userId}@example.com`, role, distributorId],
  );
  await world.pool.query(
    `INSERT INTO api_keys (id, user_id, name, secret_hash, scopes) VALUES ($1, $2, 'test', $3, '{*}')`,
    [randomUUID(), userId, hashKey(text)],
  );
  return text;
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the tests read any answer
  body: any;
  text: string;
}

async function call(
  method: string,
  path: string,
  options: { as?: string; token?: string; body?: unknown; idempotencyKey?: string; accept?: string } = {},
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...(options.as && { authorization: `Bearer ${options.as}` }),
      ...(options.token && { 'x-applicant-token': options.token }),
      ...(options.idempotencyKey && { 'idempotency-key': options.idempotencyKey }),
      ...(options.accept && { accept: options.accept }),
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : undefined, text };
}

function form(numbers: Numbers, change: object = {}) {
  return {
    kind: 'person',
    name: '王小明',
    email: 'wang@example.com',
    phone: numbers.phone,
    channels: ['douyin'],
    region: 'CN-31',
    identityNumber: numbers.identityNumber,
    bankAccount: { number: numbers.bankAccount, holder: '王小明', bankName: '工商银行' },
    credentials: [
      {
        type: 'resident_identity_card',
        number: numbers.identityNumber,
        holder: '王小明',
        validFrom: '2015-01-01',
      },
    ],
    ...change,
  };
}

async function approved(
  change: object = {},
): Promise<{ applicationId: string; distributorId: string; numbers: Numbers }> {
  const numbers = personNumbers();
  const { body } = await call('POST', '/v1/applications', { as: compliance, body: form(numbers, change) });
  const answer = await call('POST', `/v1/applications/${body.id}/approve`, {
    as: compliance,
    body: { tier: 'gold' },
  });
  expect(answer).toMatchObject({ status: 200, body: { state: 'approved', tier: 'gold' } });
  return { applicationId: body.id, distributorId: answer.body.distributorId, numbers };
}

test('an applicant without a key applies, reads, answers requested changes and withdraws by the token alone', async () => {
  const numbers = personNumbers();
  const made = await call('POST', '/v1/applications', { body: form(numbers) });
  expect(made).toMatchObject({ status: 201, body: { state: expect.stringMatching(/submitted|in_review/) } });
  const { id, applicantToken: token } = made.body;
  const path = `/v1/applications/${id}`;
  expect((await call('GET', path)).status).toBe(401);
  expect((await call('GET', path, { token: 'f'.repeat(64) })).status).toBe(404);
  expect((await call('GET', `/v1/applications/${randomUUID()}`, { token })).status).toBe(404);

  const body = { message: 'a clearer photo' };
  expect((await call('POST', `${path}/request-changes`, { token, body })).status).toBe(401);
  await call('POST', `${path}/request-changes`, { as: compliance, body });
  expect((await call('GET', path, { token })).body).toMatchObject({
    state: 'changes_requested',
    changesRequested: 'a clearer photo',
    awaited: {
      from: 'applicant',
      what: 'changes',
      deadline: expect.any(String),
      reminderAt: expect.any(String),
    },
    identityNumberMasked: expect.stringMatching(/^\*{14}.{4}$/),
    mails: [],
  });
  expect(await call('POST', `${path}/resubmit`, { token, body: form(numbers) })).toMatchObject({
    status: 200,
    body: { state: 'in_review', round: 2 },
  });
  expect((await call('POST', `${path}/withdraw`, { token })).body).toMatchObject({ state: 'withdrawn' });
  expect(await call('POST', `${path}/withdraw`, { token })).toMatchObject({
    status: 409,
    body: { type: '/problems/application_decided' },
  });
});

test('what is not acceptable is refused with a pointer to each field', async () => {
  const answer = await call('POST', '/v1/applications', {
    body: form(personNumbers(), {
      email: 'nobody',
      credentials: [
        { type: 'x', number: '1', holder: 'x', validFrom: '2026-01-02', validUntil: '2026-01-01' },
      ],
      bankAccount: { number: '1', holder: 'x', bankName: 'x', swift: 'x' },
    }),
  });
  expect(answer.status).toBe(422);
  expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
    '/bankAccount/swift',
    '/credentials/0/validUntil',
    '/email',
  ]);
});

test.each(['name', 'holder', 'bankName'])(
  'a line feed or bidirectional formatting character is refused in %s',
  async (field) => {
    for (const text of ['Wang\nLi', 'Wang\r\nLi', 'Wang\u2028Li', 'Wang\u202EiL']) {
      const numbers = personNumbers();
      const body = form(numbers);
      const change =
        field === 'name' ? { name: text } : { bankAccount: { ...body.bankAccount, [field]: text } };
      const answer = await call('POST', '/v1/applications', { as: compliance, body: { ...body, ...change } });
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([
        422,
        field === 'name' ? '/name' : `/bankAccount/${field}`,
      ]);
    }
  },
);

test('an identity number of a region that never existed is accepted, fails its check and requires a note', async () => {
  const numbers = {
    ...personNumbers(),
    identityNumber: makeResidentIdentityNumber('990426', '1990-03-05', String(randomInt(100, 999))),
  };
  const made = await call('POST', '/v1/applications', { as: compliance, body: form(numbers) });
  expect(made.status).toBe(201);
  const approve = (body: object) =>
    call('POST', `/v1/applications/${made.body.id}/approve`, { as: compliance, body });
  expect(await approve({ tier: 'gold' })).toMatchObject({ body: { type: '/problems/note_required' } });
  const { body } = await call('GET', `/v1/applications/${made.body.id}`, { as: compliance });
  expect(body.checks).toContainEqual(
    expect.objectContaining({
      name: 'identity_number',
      passed: false,
      code: 'identity_region_unknown_province',
    }),
  );
  expect((await approve({ tier: 'gold', note: 'compared with the card' })).status).toBe(200);
});

test('a shop customer ID that stands for no customer is not stored, so that two applicants can enter it', async () => {
  for (const shopCustomerId of ['0', 'guest']) {
    const { distributorId } = await approved({ shopCustomerId });
    const { body } = await call('GET', `/v1/distributors/${distributorId}`, { as: compliance });
    expect(body.shopCustomerId).toBeNull();
  }
});

test('the same request twice with one Idempotency-Key is one application and one decision', async () => {
  const body = form(personNumbers());
  const options = { as: compliance, body, idempotencyKey: randomUUID() };
  const [first, second] = await Promise.all([
    call('POST', '/v1/applications', options),
    call('POST', '/v1/applications', options),
  ]);
  expect(second.body.id).toBe(first.body.id);
  expect(second.body.applicantToken).toBe(first.body.applicantToken);
  const decision = { as: compliance, body: { reason: 'unclear' }, idempotencyKey: randomUUID() };
  const path = `/v1/applications/${first.body.id}/reject`;
  expect((await call('POST', path, decision)).status).toBe(200);
  expect((await call('POST', path, decision)).status).toBe(200);
  expect((await call('POST', path, { ...decision, idempotencyKey: randomUUID() })).status).toBe(409);
  const { body: application } = await call('GET', `/v1/applications/${first.body.id}`, { as: compliance });
  expect(application.timeline.map(({ type }: { type: string }) => type)).toEqual([
    'submitted',
    'checked',
    'rejected',
  ]);
});

test('an applicant who got no answer may send the same again: it is one application', async () => {
  const body = form(personNumbers());
  const idempotencyKey = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => call('POST', '/v1/applications', { body, idempotencyKey })),
  );
  expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
  const { id, applicantToken: token } = answers[0]!.body;
  expect((await call('GET', `/v1/applications/${id}`, { token })).status).toBe(200);
  const other = { body: form(personNumbers()), idempotencyKey };
  expect(await call('POST', '/v1/applications', other)).toMatchObject({
    status: 409,
    body: { type: '/problems/application_differs' },
  });
});

test('two reviewers at once get one decision and one clear refusal', async () => {
  const { body } = await call('POST', '/v1/applications', { as: compliance, body: form(personNumbers()) });
  const path = `/v1/applications/${body.id}`;
  const answers = await Promise.all([
    call('POST', `${path}/approve`, { as: compliance, body: { tier: 'gold' } }),
    call('POST', `${path}/reject`, { as: await key('admin'), body: { reason: 'unclear' } }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('lists filter, page and export, and show no number', async () => {
  const name = `Zoë ${randomUUID()}`;
  for (let n = 0; n < 3; n++)
    await call('POST', '/v1/applications', { as: compliance, body: form(personNumbers(), { name }) });
  const query = `/v1/applications?limit=2&kind=person&q=${encodeURIComponent(name.toUpperCase())}`;
  const first = await call('GET', query, { as: compliance });
  expect(first.body.items).toHaveLength(2);
  const second = await call('GET', `${query}&cursor=${first.body.nextCursor}`, { as: compliance });
  expect(second.body).toMatchObject({ items: [{ name }], nextCursor: null });
  const csv = await call('GET', query, { as: compliance, accept: 'text/csv' });
  expect(csv.text.trim().split('\n')).toHaveLength(4);
  expect((await call('GET', '/v1/applications', { as: await key('finance') })).status).toBe(403);
});

test('a distributor sees its own data only, masked; staff reveal a number with a reason that is audited', async () => {
  const { distributorId, numbers } = await approved();
  const other = await approved();
  const own = await key('distributor', distributorId);
  const path = `/v1/distributors/${distributorId}`;
  const { body } = await call('GET', path, { as: own });
  expect(body).toMatchObject({
    id: distributorId,
    bankAccount: {
      numberMasked: `${'*'.repeat(15)}${numbers.bankAccount.slice(-4)}`.slice(-numbers.bankAccount.length),
    },
  });
  for (const part of ['', '/balance', '/statement', '/credentials', '/downline']) {
    expect((await call('GET', path + part, { as: own })).status).toBe(200);
    expect((await call('GET', `/v1/distributors/${other.distributorId}${part}`, { as: own })).status).toBe(
      404,
    );
  }
  expect(
    (await call('GET', '/v1/distributors', { as: own })).body.items.map(({ id }: { id: string }) => id),
  ).toEqual([distributorId]);
  expect((await call('GET', '/v1/applications', { as: own })).status).toBe(403);

  const revealed = {
    body: { field: 'bankAccount', reason: 'payout was returned' },
    idempotencyKey: randomUUID(),
  };
  expect((await call('POST', `${path}/reveal`, { as: own, ...revealed })).status).toBe(403);
  expect((await call('POST', `${path}/reveal`, { as: compliance, ...revealed })).body).toEqual({
    field: 'bankAccount',
    value: numbers.bankAccount,
  });
  const { rows } = await world.pool.query(
    `SELECT actor, reason FROM audit_entries WHERE subject = $1 AND action = 'distributor.reveal'`,
    [`distributor/${distributorId}`],
  );
  expect(rows).toEqual([{ actor: 'compliance', reason: 'payout was returned' }]);
  const { rows: kept } = await world.pool.query<{ text: string }>(
    'SELECT t::text AS text FROM idempotency_keys t',
  );
  expect(kept.map(({ text }) => text).join() + logged.join()).not.toContain(numbers.bankAccount);
});

test('a number whose key is gone is not shown, and the answer says what is missing', async () => {
  const { distributorId } = await approved();
  await world.pool.query(`UPDATE distributors SET bank_account_sealed = 'gone:AAAA' WHERE id = $1`, [
    distributorId,
  ]);
  const { status, body } = await call('POST', `/v1/distributors/${distributorId}/reveal`, {
    as: compliance,
    body: { field: 'bankAccount', reason: 'payout was returned' },
  });
  expect([status, body.type]).toEqual([503, '/problems/seal_not_readable']);
  expect(body.detail).toContain('FIELD_KEYS');
});

test('balance and statement show what the ledger has, per currency', async () => {
  const { distributorId } = await approved();
  await world.pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ($1 || '/1', 'commission_expense'::account, 'held'::account, $1::text::uuid, 'CNY', 1999, now()),
            ($1 || '/2', 'held', 'available', $1::text::uuid, 'CNY', 999, now()),
            ($1 || '/3', 'commission_expense', 'held', $1::text::uuid, 'USD', 5, now())`,
    [distributorId],
  );
  const path = `/v1/distributors/${distributorId}`;
  const { body } = await call('GET', `${path}/balance`, { as: compliance });
  expect(body).toMatchObject({
    currency: 'CNY',
    held: { amount: 1000, currency: 'CNY' },
    available: { amount: 999 },
    balances: [{ currency: 'CNY' }, { currency: 'USD' }],
  });
  expect((await call('GET', `${path}/balance?currency=USD`, { as: compliance })).body.held).toEqual({
    amount: 5,
    currency: 'USD',
  });
  const statement = await call('GET', `${path}/statement?account=available&currency=CNY`, { as: compliance });
  expect(statement.body.items).toMatchObject([
    { from: 'held', to: 'available', amount: { amount: 999, currency: 'CNY' } },
  ]);
});

test('suspending and reinstating need a reason, happen once, and are refused in the wrong state', async () => {
  const { distributorId } = await approved();
  const path = `/v1/distributors/${distributorId}`;
  const suspend = { as: compliance, body: { reason: 'diversion' }, idempotencyKey: randomUUID() };
  expect((await call('POST', `${path}/suspend`, { as: compliance, body: {} })).status).toBe(422);
  const answers = await Promise.all([
    call('POST', `${path}/suspend`, suspend),
    call('POST', `${path}/suspend`, suspend),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect((await call('POST', `${path}/suspend`, { ...suspend, idempotencyKey: randomUUID() })).status).toBe(
    409,
  );
  const back = await call('POST', `${path}/reinstate`, { as: compliance, body: { reason: 'appeal won' } });
  expect(back.body).toMatchObject({ state: 'active', stateReason: 'appeal won' });
  expect(back.body.timeline.map(({ type }: { type: string }) => type)).toEqual([
    'joined',
    'suspended',
    'reinstated',
  ]);
});

test('a blacklisted phone number is refused, however it is typed, until it is removed', async () => {
  const numbers = personNumbers();
  const entry = await call('POST', '/v1/blacklist', {
    as: compliance,
    body: { kind: 'phone', number: `0086 ${numbers.phone}`, reason: 'fraud' },
  });
  expect(entry).toMatchObject({ status: 201, body: { numberMasked: expect.stringMatching(/^\*+\d{4}$/) } });
  expect(
    (
      await call('POST', '/v1/blacklist', {
        as: compliance,
        body: { kind: 'phone', number: numbers.phone, reason: 'again' },
      })
    ).status,
  ).toBe(409);
  const { body } = await call('POST', '/v1/applications', { as: compliance, body: form(numbers) });
  const approve = () =>
    call('POST', `/v1/applications/${body.id}/approve`, {
      as: compliance,
      body: { tier: 'gold', note: 'seen in person' },
    });
  expect(await approve()).toMatchObject({ status: 409, body: { type: '/problems/blacklisted' } });
  expect((await call('DELETE', `/v1/blacklist/${entry.body.id}`, { as: compliance })).status).toBe(204);
  expect((await approve()).status).toBe(200);
});

test('compliance is alerted once for each limit that a sponsor tree reaches', async () => {
  const codeOf = async (id: string) =>
    (await call('GET', `/v1/distributors/${id}`, { as: compliance })).body.referralCode;
  const root = (await approved()).distributorId;
  const child = (await approved({ sponsorCode: await codeOf(root) })).distributorId;
  const alerts = async () =>
    (await call('GET', `/v1/distributors/${root}`, { as: compliance })).body.timeline
      .filter(({ type }: { type: string }) => type === 'compliance_alert')
      .map(({ data }: { data: object }) => data);
  expect(await alerts()).toEqual([]);
  const sponsorCode = await codeOf(child);
  await approved({ sponsorCode });
  await approved({ sponsorCode });
  expect(await alerts()).toMatchObject([{ measure: 'levels', bound: 3, value: 3 }]);
  expect(
    (await call('GET', `/v1/distributors/${child}/downline`, { as: compliance })).body.items,
  ).toHaveLength(2);
});
