import { randomUUID } from 'node:crypto';
import { confirmAddressToken } from '../../../database/links';
import { createSealer } from '../../../database/sealing';
import { type Answer, startApi, startWorker, type TestApi } from '../../support/api';
import { personNumbers } from '../../support/applications';
import { eventually } from '../../support/eventually';
import { addDistributor, credit } from '../../support/payouts';
import { startSmtp, type TestSmtp } from '../../support/smtp';

// A change waits a second where a test lets it take effect, and for ever, in effect, elsewhere.
let api: TestApi;
let slow: TestApi;
let smtp: TestSmtp;
const stops: (() => Promise<void>)[] = [];
const keys: Record<string, string> = {};

beforeAll(async () => {
  smtp = await startSmtp();
  api = await startApi({ ACCOUNT_CHANGE_WAITING: '1s', SMTP_URL: smtp.url });
  stops.push(await startWorker(api.context));
  slow = await startApi(
    { SMTP_URL: smtp.url },
    {
      databaseUrl: api.context.config.DATABASE_URL,
      temporalAddress: process.env.TEST_TEMPORAL_ADDRESS as string,
    },
  );
  stops.push(await startWorker(slow.context));
  for (const role of ['admin', 'compliance', 'finance', 'operator'] as const) {
    keys[role] = await api.keyFor(role);
  }
});
afterAll(async () => {
  for (const stop of stops) await stop();
  await slow.stop();
  await api.stop();
  await smtp.stop();
});

interface Owner {
  id: string;
  /** A key of the distributor's own user. */
  key: string;
  email: string;
}

/** A distributor with an own user, who signs in with the same address. */
async function owner(change: { holder?: string } = {}): Promise<Owner> {
  const { pool } = api.context;
  const email = `${randomUUID()}@example.com`;
  const id = await addDistributor(pool, { email, locale: 'en', ...change });
  const key = await api.keyFor('distributor');
  await pool.query(
    `UPDATE users SET distributor_id = $1, email = $2 WHERE id = (SELECT user_id FROM api_keys ORDER BY created_at DESC, id DESC LIMIT 1)`,
    [id, email],
  );
  await pool.query(`UPDATE distributors SET name = '王小明' WHERE id = $1`, [id]);
  return { id, key, email };
}

const account = (number = personNumbers().bankAccount, holder = '王小明') => ({
  field: 'bank_account',
  bankAccount: { number, holder, bankName: '招商银行' },
});

const request = ({ id, key }: Owner, body: object, by = key, at = api) =>
  at.call('POST', `/v1/distributors/${id}/account-changes`, { key: by, body });
const decide = (id: string, step: string, key: string | undefined, body: object = {}, at = api) =>
  at.call('POST', `/v1/account-changes/${id}/${step}`, { key, body });
const read = (id: string, key = keys.compliance) => api.call('GET', `/v1/account-changes/${id}`, { key });
const refused = ({ status, body }: Answer) => [status, body.type?.split('/').at(-1)];

async function inEffect(id: string): Promise<Answer['body']> {
  await eventually('the change', async () => (await read(id)).body.state === 'in_effect');
  return (await read(id)).body;
}

const distributorOf = async ({ id }: Owner) =>
  (await api.call('GET', `/v1/distributors/${id}`, { key: keys.compliance })).body;
const mailsTo = (address: string) =>
  smtp.received.filter(({ to }) => to?.some((one) => one.address === address));

test('a bank account is approved by one person, confirmed by another, and in effect after the waiting period', async () => {
  const one = await owner();
  const number = personNumbers().bankAccount;
  const asked = await request(one, account(number));
  expect(asked.status).toBe(201);
  const { id } = asked.body;
  expect(asked.body).toMatchObject({
    state: 'requested',
    confirmation: 'second_person',
    from: { value: '***3445', holder: '王小明', bankName: 'ICBC' },
    to: { value: expect.stringMatching(/^\*+\d{4}$/), holder: '王小明', bankName: '招商银行' },
    requestedBy: 'test distributor',
    checks: [],
  });
  expect(asked.text).not.toContain(number);
  expect((await read(id)).body.checks.map(({ name, passed }: never) => [name, passed])).toEqual([
    ['bank_account', true],
    ['holder/bank_account', true],
    ['duplicate/bank_account', true],
    ['blacklist', true],
  ]);

  expect((await decide(id, 'confirm', keys.finance)).status).toBe(409);
  expect((await decide(id, 'approve', keys.compliance)).body).toMatchObject({
    state: 'approved',
    effectiveAt: null,
  });
  expect(refused(await decide(id, 'confirm', keys.compliance))).toEqual([409, 'second_person_needed']);
  expect(refused(await decide(id, 'approve', keys.admin))).toEqual([409, 'account_change_decided']);
  const confirmed = await decide(id, 'confirm', keys.finance);
  expect(confirmed.body).toMatchObject({ state: 'confirmed', effectiveAt: expect.any(String) });
  // Until then it is the previous one.
  const done = await inEffect(id);
  expect(Date.parse(done.endedAt)).toBeGreaterThanOrEqual(Date.parse(confirmed.body.effectiveAt));
  expect((await distributorOf(one)).bankAccount).toMatchObject({ bankName: '招商银行' });
  const shown = await api.call('POST', `/v1/distributors/${one.id}/reveal`, {
    key: keys.finance,
    body: { field: 'bankAccount', reason: 'a test' },
  });
  expect(shown.body.value).toBe(number);
  expect(done.timeline.map(({ type }: never) => type)).toEqual([
    'account_change.requested',
    'approved',
    'confirmed',
    'in_effect',
  ]);
  await eventually('the mails', () => mailsTo(one.email).length === 2);
  expect(mailsTo(one.email).map(({ subject }) => subject)).toEqual([
    'Tributary: Request to change your payout account',
    'Tributary: Your payout account has been changed',
  ]);
  expect(
    mailsTo(one.email)
      .map(({ text }) => text)
      .join(),
  ).not.toContain(number);
});

test('after a failed payout the next withdrawal goes to the new account; one under way keeps its own', async () => {
  const one = await owner();
  const { finance, compliance, admin } = keys;
  await credit(api.context.pool, one.id, 5000, 'THB');
  const withdraw = (amount: number) =>
    api.call('POST', '/v1/withdrawals', {
      key: one.key,
      body: { distributorId: one.id, amount: { amount, currency: 'THB' } },
    });
  const first = (await withdraw(3000)).body.id;
  await api.call('POST', `/v1/withdrawals/${first}/approve`, { key: finance, body: {} });
  const batch = await api.call('POST', '/v1/payout-batches', { key: finance, body: { currency: 'THB' } });
  const underWay = (await withdraw(2000)).body;

  const { id } = (await request(one, account())).body;
  await decide(id, 'approve', compliance);
  await decide(id, 'confirm', admin);
  await inEffect(id);
  const kept = await api.call('GET', `/v1/withdrawals/${underWay.id}`, { key: finance });
  expect(kept.body.bankAccount).toEqual(underWay.bankAccount);
  expect(kept.body.bankAccount.bank).toBe('ICBC');

  const file = await api.call('GET', `/v1/payout-batches/${batch.body.id}/file`, { key: finance });
  expect(file.text).toContain('ICBC');
  const failed = await api.call('POST', `/v1/payout-batches/${batch.body.id}/confirm`, {
    key: finance,
    body: { failed: [{ withdrawalId: first, reason: 'account closed' }] },
  });
  expect(failed.status).toBe(200);
  const again = (await withdraw(3000)).body;
  expect(again.bankAccount.bank).toBe('招商银行');
});

test('a new mail address is confirmed by the link sent to it; the distributor then signs in with it', async () => {
  const one = await owner();
  const { pool, config } = api.context;
  const address = `New-${randomUUID()}@example.com`;
  const { id } = (await request(one, { field: 'email', email: address })).body;
  const confirm = (token: string) =>
    api.call('POST', `/v1/account-changes/${id}/confirm-address`, { body: { token } });
  const token = confirmAddressToken(createSealer(config), id);
  // The link is not sent before a reviewer has approved.
  expect(refused(await confirm(token))).toEqual([409, 'account_change_state']);
  expect((await decide(id, 'approve', keys.compliance)).body.state).toBe('approved');
  expect(refused(await decide(id, 'confirm', keys.finance))).toEqual([409, 'account_change_state']);

  await eventually('the mail with the link', () => mailsTo(address).length === 1);
  const [, path, given] = /(\/confirm-address\/[\w-]+)#(\w+)/.exec(mailsTo(address)[0]!.text!)!;
  expect([path, given]).toEqual([`/confirm-address/${id}`, token]);
  expect(refused(await confirm(`${token}x`))).toEqual([403, 'address_link_not_valid']);
  const { rows: users } = await pool.query('SELECT id FROM users WHERE email = $1', [one.email]);
  const linkId = randomUUID();
  await pool.query(
    `INSERT INTO sign_in_links (id, user_id, purpose, expires_at) VALUES ($1, $2, 'set_password', now() + interval '1 day')`,
    [linkId, users[0].id],
  );
  const confirmed = await confirm(token);
  expect(confirmed.body).toMatchObject({ state: 'confirmed', email: 'N…@example.com' });
  expect((await confirm(token)).status).toBe(200);

  await inEffect(id);
  expect((await confirm(token)).body.state).toBe('in_effect');
  expect((await distributorOf(one)).email).toBe(address);
  const { rows } = await pool.query(
    `SELECT u.email, l.voided_at IS NOT NULL AS void FROM users u JOIN sign_in_links l ON l.user_id = u.id WHERE u.id = $1`,
    [users[0].id],
  );
  expect(rows).toEqual([{ email: address.toLowerCase(), void: true }]);
  await eventually('the mails', () => mailsTo(one.email).length === 2 && mailsTo(address).length === 2);
  expect(mailsTo(one.email).map(({ subject }) => subject)).toEqual([
    'Tributary: Request to change your email address',
    'Tributary: Your email address has been changed',
  ]);
  expect(
    mailsTo(one.email)
      .map(({ text }) => text)
      .join(),
  ).not.toContain(address);
});

test('a name that asks for the link of the new address does not get it', async () => {
  const one = await owner();
  await api.context.pool.query('UPDATE distributors SET name = $2 WHERE id = $1', [
    one.id,
    '{{confirm-address}}',
  ]);
  await request(one, { field: 'email', email: `${randomUUID()}@example.com` });
  await eventually('the mail', () => mailsTo(one.email).length === 1);
  expect(mailsTo(one.email)[0]!.text).not.toMatch(/confirm-address\//);
});

test('phone number and name need a reviewer only', async () => {
  const one = await owner();
  const phone = await request(one, { field: 'phone', phone: '138 0013 8000' });
  expect(phone.body).toMatchObject({ confirmation: 'none', to: { value: '+8613800138000' } });
  const name = await request(
    one,
    { field: 'name', name: '王大明', note: 'changed at the registry' },
    keys.operator,
  );
  expect(name.body.requestedBy).toBe('test operator');
  // The account still has the previous name.
  const unlike = await decide(name.body.id, 'approve', keys.compliance);
  expect(refused(unlike)).toEqual([422, 'note_required']);
  expect(unlike.body.errors).toEqual([expect.objectContaining({ pointer: '/note' })]);
  expect((await decide(name.body.id, 'approve', keys.compliance, { note: 'deed seen' })).body.state).toBe(
    'confirmed',
  );
  expect((await decide(phone.body.id, 'approve', keys.compliance)).body.state).toBe('confirmed');
  await inEffect(phone.body.id);
  await inEffect(name.body.id);
  expect(await distributorOf(one)).toMatchObject({ phone: '+8613800138000', name: '王大明' });
  expect((await distributorOf(one)).timeline.map(({ type }: never) => type)).toEqual([
    'account_changed',
    'account_changed',
  ]);
  // An own distributor is told that staff asked, and not who.
  const own = await read(name.body.id, one.key);
  expect(own.body).toMatchObject({ requestedBy: 'staff', approvals: [], checks: [] });
  expect(own.text).not.toContain('deed seen');
});

test('an account of somebody else, of another distributor and on the blacklist fails its checks', async () => {
  const [one, other] = [await owner(), await owner()];
  const number = personNumbers().bankAccount;
  const taken = (await request(other, account(number), other.key, slow)).body.id;
  const { id } = (await request(one, account(` ${number.slice(0, 9)} ${number.slice(9)}`, '李四'))).body;
  const failed = async () =>
    (await read(id)).body.checks.flatMap(({ name, passed }: { name: string; passed: boolean }) =>
      passed ? [] : [name],
    );
  expect(await failed()).toEqual(['holder/bank_account', 'duplicate/bank_account']);
  expect((await read(id)).body.checks[2].reason).toContain(`distributor ${other.id}`);
  expect(refused(await decide(id, 'approve', keys.compliance))).toEqual([422, 'note_required']);
  const blacklisted = await api.call('POST', '/v1/blacklist', {
    key: keys.compliance,
    body: { kind: 'bank_account', number, reason: 'fraud' },
  });
  expect(blacklisted.status).toBe(201);
  // Blacklisted after the request: no note helps.
  expect(refused(await decide(id, 'approve', keys.compliance, { note: 'known' }))).toEqual([
    409,
    'blacklisted',
  ]);
  expect((await decide(id, 'reject', keys.compliance, { reason: 'not yours' })).body.state).toBe('rejected');
  await decide(taken, 'cancel', other.key, {}, slow);
  expect((await read(id, one.key)).body.reason).toBe('not yours');
  await eventually('the mails', () => mailsTo(one.email).length === 2);
  expect(mailsTo(one.email)[1]!.text).toContain('Reason: not yours');

  const next = (await request(one, account(number))).body;
  expect((await read(next.id)).body.checks.at(-1)).toMatchObject({ name: 'blacklist', passed: false });
});

test('what is blacklisted in the waiting period does not take effect, and the distributor is not told why', async () => {
  const one = await owner();
  const phone = `+8613${String(Date.now()).slice(-9)}`;
  const { id } = (await request(one, { field: 'phone', phone })).body;
  await decide(id, 'approve', keys.compliance);
  await api.call('POST', '/v1/blacklist', {
    key: keys.compliance,
    body: { kind: 'phone', number: phone, reason: 'fraud' },
  });
  await eventually('the end of the waiting period', async () => (await read(id)).body.state !== 'confirmed');
  expect((await read(id)).body).toMatchObject({ state: 'rejected', reason: null });
  expect((await read(id)).body.timeline.at(-1)).toMatchObject({
    type: 'rejected',
    actor: 'system',
    data: { note: expect.stringContaining('blacklist') },
  });
  expect((await read(id, one.key)).text).not.toContain('blacklist');
  await eventually('the mails', () => mailsTo(one.email).length === 2);
  expect(mailsTo(one.email)[1]!.text).not.toContain('blacklist');
  expect((await distributorOf(one)).phone).toBe('p');
});

test('there is one open change of each field, and it can be canceled until it is in effect', async () => {
  const one = await owner();
  const first = (await request(one, account(), one.key, slow)).body;
  expect(refused(await request(one, account(), keys.operator, slow))).toEqual([409, 'account_change_open']);
  const atOnce = await Promise.all(
    Array.from({ length: 5 }, (_, at) => request(one, { field: 'name', name: `王${at}` }, one.key, slow)),
  );
  expect(atOnce.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  await decide(first.id, 'approve', keys.compliance, {}, slow);
  expect((await decide(first.id, 'confirm', keys.finance, {}, slow)).body.state).toBe('confirmed');
  const canceled = await decide(first.id, 'cancel', one.key, { reason: 'found the card' }, slow);
  expect(canceled.body).toMatchObject({ state: 'canceled', reason: 'found the card' });
  expect(refused(await decide(first.id, 'cancel', one.key, {}, slow))).toEqual([
    409,
    'account_change_decided',
  ]);
  expect((await request(one, account(), one.key, slow)).status).toBe(201);
  expect((await distributorOf(one)).bankAccount.bankName).toBe('ICBC');
});

test('what the distributor has already is no change', async () => {
  const one = await owner();
  const number = personNumbers().bankAccount;
  const { id } = (await request(one, account(number))).body;
  await decide(id, 'approve', keys.compliance);
  await decide(id, 'confirm', keys.finance);
  await inEffect(id);
  expect(refused(await request(one, account(number)))).toEqual([409, 'account_unchanged']);
  expect(refused(await request(one, { field: 'email', email: one.email }))).toEqual([
    409,
    'account_unchanged',
  ]);
  // The same number at another bank, or with another holder, is a change.
  expect((await request(one, account(number, '王 小明'))).status).toBe(201);
});

test('a mail address that another user has is not approved', async () => {
  const [one, other] = [await owner(), await owner()];
  const { status, body } = await request(one, { field: 'email', email: other.email.toUpperCase() });
  // Who asks does not learn who has an account.
  expect(status).toBe(201);
  expect((await read(body.id)).body.checks).toMatchObject([{ name: 'duplicate/email', passed: false }]);
  expect(refused(await decide(body.id, 'approve', keys.compliance, { note: 'ok' }))).toEqual([
    409,
    'email_taken',
  ]);
});

test('of a terminated distributor only the bank account can be changed, while there is a balance to pay', async () => {
  const [owed, paid] = [await owner(), await owner()];
  await credit(api.context.pool, owed.id, 800);
  await api.context.pool.query('UPDATE distributors SET terminated_at = now() WHERE id = ANY ($1)', [
    [owed.id, paid.id],
  ]);
  expect(refused(await request(paid, account()))).toEqual([409, 'distributor_state']);
  expect(refused(await request(owed, { field: 'phone', phone: '13800138001' }))).toEqual([
    409,
    'distributor_state',
  ]);
  expect((await request(owed, account())).status).toBe(201);
});

test('a distributor sees, decides and requests nothing of another', async () => {
  const [one, other] = [await owner(), await owner()];
  const { id } = (await request(one, account(), one.key, slow)).body;
  expect((await request(one, account(), other.key)).status).toBe(404);
  expect((await read(id, other.key)).status).toBe(404);
  expect((await decide(id, 'cancel', other.key)).status).toBe(404);
  const list = (key: string | undefined, query = '') =>
    api.call('GET', `/v1/account-changes?${query}`, { key });
  expect((await list(other.key)).body.items).toEqual([]);
  expect((await list(one.key)).body.items.map((item: { id: string }) => item.id)).toEqual([id]);
  expect((await decide(id, 'approve', one.key)).status).toBe(403);
});

test('the list finds what waits for me, as CSV too; search and timeline find it', async () => {
  const one = await owner();
  const { id } = (await request(one, account(), one.key, slow)).body;
  const ids = async (key: string | undefined, query: string) => {
    const { body } = await api.call('GET', `/v1/account-changes?distributorId=${one.id}&${query}`, { key });
    return body.items.map((item: { id: string }) => item.id);
  };
  const mine = (role: string) => ids(keys[role], 'awaitingMe=true');
  expect([await mine('compliance'), await mine('finance'), await mine('operator')]).toEqual([[id], [], []]);
  await decide(id, 'approve', keys.compliance, {}, slow);
  expect([await mine('compliance'), await mine('finance')]).toEqual([[], [id]]);
  expect(await ids(keys.compliance, 'state=approved&field=bank_account')).toEqual([id]);
  expect(await ids(keys.compliance, 'field=phone')).toEqual([]);
  const csv = await api.call('GET', `/v1/account-changes?distributorId=${one.id}`, {
    key: keys.compliance,
    headers: { Accept: 'text/csv' },
  });
  expect(csv.text).toContain('to.bankName');
  const found = await api.call('GET', `/v1/search?q=${id.slice(-8)}`, { key: keys.operator });
  expect(found.body.items).toContainEqual(
    expect.objectContaining({ kind: 'account_change', id, title: '王小明' }),
  );
  const timeline = await api.call('GET', `/v1/timeline/account_change/${id}`, { key: keys.finance });
  expect(timeline.body.items.map(({ type }: { type: string }) => type)).toEqual(
    expect.arrayContaining(['account_change.requested', 'approved']),
  );
  const process = await api.call('GET', `/v1/processes/account_change/${id}`, { key: keys.finance });
  expect(process.body).toMatchObject({
    running: true,
    state: 'approved',
    waitsFor: [{ what: 'confirmation' }],
  });
});

test('a full account number is shown with a reason, and the audit trail says to whom', async () => {
  const one = await owner();
  const number = personNumbers().bankAccount;
  const { id } = (await request(one, account(number), one.key, slow)).body;
  const shown = await decide(id, 'reveal', keys.compliance, { field: 'to', reason: 'a call' });
  expect(shown.body).toEqual({ field: 'to', value: number });
  expect((await decide(id, 'reveal', keys.compliance, { field: 'from', reason: 'x' })).body.value).toBe(
    '6222020200112233445',
  );
  expect((await decide(id, 'reveal', keys.operator, { field: 'to', reason: 'x' })).status).toBe(403);
  const { body } = await api.call('GET', `/v1/audit?subject=account_change/${id}`, { key: keys.compliance });
  expect(body.items.map(({ action }: { action: string }) => action)).toEqual([
    'account_change.reveal',
    'account_change.reveal',
    'account_change.request',
  ]);
});

test.each([
  [{ field: 'bank_account' }, '/bankAccount'],
  [{ ...account(), phone: '1' }, '/phone'],
  [{ field: 'email', email: 'x' }, '/email'],
  [{ field: 'name', name: 'a\nb' }, '/name'],
  [{ field: 'tier', tier: 'gold' }, '/field'],
  [{}, '/field'],
])('the input %j is refused and says where', async (body, pointer) => {
  const one = await owner();
  const { status, body: problem } = await request(one, body);
  expect(status).toBe(422);
  expect(problem.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
});

test('the same request twice under one Idempotency-Key is one change', async () => {
  const one = await owner();
  const body = account();
  const send = () =>
    slow.call('POST', `/v1/distributors/${one.id}/account-changes`, {
      key: one.key,
      body,
      headers: { 'Idempotency-Key': `change-${one.id}` },
    });
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
});

test('a change that nobody decides, confirms or applies is stuck work, and counts on the home page', async () => {
  const one = await owner();
  const { pool } = api.context;
  const { id } = (await request(one, account(), one.key, slow)).body;
  const stuck = async () => {
    const { body } = await api.call('GET', '/v1/stuck-work', { key: keys.compliance });
    return body.items
      .filter(({ subject }: { subject: string }) => subject === `account_change/${id}`)
      .map(({ kind, href }: { kind: string; href: string }) => [kind, href]);
  };
  const page = `/account-changes/${id}`;
  expect(await stuck()).toEqual([]);
  await pool.query(`UPDATE account_changes SET requested_at = now() - interval '8 days' WHERE id = $1`, [id]);
  expect(await stuck()).toEqual([['account_change_waits', page]]);
  const cards = async (role: string) => {
    const { body } = await api.call('GET', '/v1/home', { key: keys[role] });
    return body.cards.filter(({ key }: { key: string }) => key === 'account_changes_waiting');
  };
  expect((await cards('compliance'))[0].count).toBeGreaterThan(0);
  expect(await cards('operator')).toEqual([]);

  await decide(id, 'approve', keys.compliance, {}, slow);
  expect(await stuck()).toEqual([]);
  await pool.query(
    `UPDATE events SET occurred_at = now() - interval '8 days' WHERE subject = $1 AND type = 'approved'`,
    [`account_change/${id}`],
  );
  expect(await stuck()).toEqual([['account_change_unconfirmed', page]]);

  await decide(id, 'confirm', keys.finance, {}, slow);
  expect(await stuck()).toEqual([]);
  await pool.query(`UPDATE account_changes SET effective_at = now() - interval '11 minutes' WHERE id = $1`, [
    id,
  ]);
  expect(await stuck()).toEqual([['account_change_not_applied', page]]);
  await decide(id, 'cancel', one.key, {}, slow);
});

test('an address with which another user of the same distributor signs in can be theirs', async () => {
  const one = await owner();
  const { pool } = api.context;
  const address = `${randomUUID()}@example.com`;
  await pool.query(
    `INSERT INTO users (id, email, name, role, distributor_id) VALUES ($1, $2, 'second', 'distributor', $3)`,
    [randomUUID(), address, one.id],
  );
  const { id } = (await request(one, { field: 'email', email: address })).body;
  expect((await decide(id, 'approve', keys.compliance)).status).toBe(200);
  const token = confirmAddressToken(createSealer(api.context.config), id);
  await api.call('POST', `/v1/account-changes/${id}/confirm-address`, { body: { token } });
  await inEffect(id);
  const { rows } = await pool.query('SELECT email FROM users WHERE distributor_id = $1 ORDER BY email', [
    one.id,
  ]);
  expect(rows.map(({ email }) => email)).toEqual([address, one.email].sort());
});
