import { randomUUID } from 'node:crypto';
import { TOTP } from 'otpauth';
import pg from 'pg';
import type { Endpoint } from '../../../api/http/endpoint';
import { hashKey } from '../../../api/identity/authentication';
import { confirmAddressToken, signInPage } from '../../../database/links';
import { inTransaction } from '../../../database/pool';
import { createSealer } from '../../../database/sealing';
import { mailSignInLink } from '../../../database/signInLinks';
import { firstCredentialTerms } from '../../../domain/credentialRules';
import { MACHINE_SCOPES, type Role, STAFF } from '../../../domain/roles';
import {
  type Answer,
  endpoints,
  makeDistributor,
  type Request,
  startApi,
  startWorker,
  type TestApi,
} from '../../support/api';
import { personNumbers } from '../../support/applications';
import { png } from '../../support/files';
import { addCommissions, credit, until } from '../../support/payouts';
import { type Browser, makePerson, openBrowser, PASSWORD, signedIn } from '../../support/person';

/*
 * One rule for all that a person does: each change is written together with an audit entry that names the account. All
 * endpoints are called here, and triggers of the database tell which transaction changed which table.
 */

let api: TestApi;
let stopWorker: () => Promise<void>;
/** Connections of the test itself, whose changes are not looked at. */
let fixtures: pg.Pool;
const keys = {} as Record<Role, string>;
const userIds = {} as Record<Role, string>;
const people = {} as Record<'finance' | 'operator' | 'newcomer', { id: string; email: string }>;
let distributorId: string;

beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  const { pool } = api.context;
  fixtures = new pg.Pool({ connectionString: pool.options.connectionString, application_name: 'fixtures' });
  for (const role of [...STAFF, 'distributor'] as const) {
    keys[role] = await api.keyFor(role);
    const { rows } = await pool.query(
      'SELECT u.id FROM api_keys k JOIN users u ON u.id = k.user_id WHERE k.secret_hash = $1',
      [hashKey(keys[role])],
    );
    userIds[role] = rows[0].id;
  }
  people.finance = await makePerson(api, 'finance');
  people.operator = await makePerson(api, 'operator');
  people.newcomer = await makePerson(api, 'operator', null);
  distributorId = await makeDistributor(api.context);
  await pool.query('UPDATE distributors SET bank_account_sealed = $2 WHERE id = $1', [
    distributorId,
    createSealer(api.context.config).seal('6222020200112233445'),
  ]);
  await noteChanges();
  stopWorker = await startWorker(api.context);
});
afterAll(async () => {
  await stopWorker();
  await fixtures.end();
  await api.stop();
});

/** Notes each change of each table with its transaction. */
async function noteChanges(): Promise<void> {
  const { rows } = await fixtures.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_%'`,
  );
  await fixtures.query(`
    CREATE TABLE noted (number bigint GENERATED ALWAYS AS IDENTITY, tx xid8, name text, op text, row jsonb);
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF current_setting('application_name') <> 'fixtures' THEN
        INSERT INTO noted (tx, name, op, row) VALUES (pg_current_xact_id(), TG_TABLE_NAME, TG_OP,
          CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END);
      END IF;
      RETURN NULL;
    END $$`);
  for (const { name } of rows)
    await fixtures.query(
      `CREATE TRIGGER zz_note AFTER INSERT OR UPDATE OR DELETE ON ${name} FOR EACH ROW EXECUTE FUNCTION note_change()`,
    );
}

interface Noted {
  tx: string;
  name: string;
  op: 'INSERT' | 'UPDATE' | 'DELETE';
  row: Record<string, unknown>;
}

async function notedSince(number: number): Promise<Noted[]> {
  const { rows } = await fixtures.query<Noted>(
    'SELECT tx::text, name, op, row FROM noted WHERE number > $1 ORDER BY number',
    [number],
  );
  return rows;
}

async function lastNumber(): Promise<number> {
  return (await fixtures.query('SELECT coalesce(max(number), 0)::int AS n FROM noted')).rows[0].n;
}

/** What is no change that a person makes: how requests are recognised and counted, how mails and items fare, sums of days. */
const bookkeeping: Record<string, readonly Noted['op'][]> = {
  idempotency_keys: ['INSERT', 'UPDATE', 'DELETE'],
  sign_in_attempts: ['INSERT', 'UPDATE', 'DELETE'],
  public_mails: ['INSERT'],
  mails: ['UPDATE'],
  application_checks: ['INSERT'],
  bulk_items: ['UPDATE'],
  unowned_objects: ['INSERT', 'DELETE'],
  failing_activities: ['INSERT', 'UPDATE', 'DELETE'],
  summed_days: ['INSERT', 'UPDATE', 'DELETE'],
  daily_sales: ['INSERT', 'UPDATE', 'DELETE'],
  daily_transfers: ['INSERT', 'UPDATE', 'DELETE'],
};
const isBookkeeping = ({ name, op }: Noted) => bookkeeping[name]?.includes(op) ?? false;

/** The transactions that changed something without an audit entry, and without an event of the system itself. */
function unexplained(noted: Noted[]): string[] {
  const transactions = new Map<string, Noted[]>();
  for (const one of noted) transactions.set(one.tx, [...(transactions.get(one.tx) ?? []), one]);
  return [...transactions.values()].flatMap((all) => {
    const changes = all.filter((one) => !isBookkeeping(one));
    const isAudited = all.some(({ name }) => name === 'audit_entries');
    const isOfSystem = all.some(
      ({ name, row }) =>
        (name === 'events' && (row.actor === 'system' || row.actor === 'clock')) ||
        // What an expiry will restrict is written ahead, by nobody.
        (name === 'restrictions' && row.placed_by === null),
    );
    // A release run was approved by a person, which is audited, and goes on in batches.
    const isOfRun = all.some(
      ({ name, op, row }) =>
        op === 'UPDATE' &&
        (name === 'release_items' || (name === 'release_runs' && /running|done/.test(String(row.state)))),
    );
    return isAudited || isOfSystem || isOfRun || changes.length === 0
      ? []
      : [changes.map(({ name, op }) => `${op} ${name}`).join(', ')];
  });
}

const called = new Set<string>();

/** A call by a person with a key of a role, by a browser, or by nobody. */
interface Does extends Request {
  by?: Role;
  browser?: Browser;
  /** With its question mark. */
  query?: string;
  /** The user who acts; null where nobody is known. @default the user of the key */
  actor?: string | null;
}

/** Calls an endpoint as a person, and holds the audit trail against what the endpoint says. */
async function does(
  name: string,
  params: Record<string, string>,
  { by, browser, query = '', actor = by && userIds[by], ...request }: Does,
): Promise<Answer> {
  const endpoint = endpoints.find((one) => nameOf(one) === name)!;
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, param: string) => encodeURIComponent(params[param]!));
  const requestId = `audit-${randomUUID()}`;
  const before = await lastNumber();
  const headers = { 'X-Request-Id': requestId, ...request.headers };
  const caller = browser ?? api;
  const answer = await caller.call(endpoint.method.toUpperCase(), path + query, {
    ...request,
    headers,
    ...(by && { key: keys[by] }),
  });
  expect([name, answer.status, answer.body?.detail]).toEqual([name, expect.any(Number), undefined]);
  expect([name, answer.status < 300]).toEqual([name, true]);
  called.add(name);
  const { audit } = endpoint;
  if (audit === undefined || 'none' in audit) return answer;
  const audited = () =>
    fixtures.query('SELECT action, actor_id FROM audit_entries WHERE request_id = $1 ORDER BY id', [
      requestId,
    ]);
  // A link for a forgotten password is made after the answer.
  if (actor === null) await until(async () => ((await audited()).rowCount ?? 0) > 0);
  const { rows } = await audited();
  expect([name, rows.length > 0]).toEqual([name, true]);
  for (const row of rows) {
    expect([name, row.actor_id]).toEqual([name, actor]);
    expect([name, [...audit, 'user.create'].includes(row.action)]).toEqual([name, true]);
  }
  expect([name, rows.some(({ action }) => audit.includes(action))]).toEqual([name, true]);
  expect([name, unexplained(await notedSince(before))]).toEqual([name, []]);
  return answer;
}

const nameOf = ({ method, path }: Endpoint) => `${method.toUpperCase()} ${path}`;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

function form(email = `${randomUUID()}@example.com`) {
  const numbers = personNumbers();
  return {
    kind: 'person',
    name: '王小明',
    email,
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
  };
}

async function inReview(): Promise<string> {
  const { body } = await does('POST /v1/applications', {}, { by: 'compliance', body: form() });
  await until(
    async () =>
      (await api.call('GET', `/v1/applications/${body.id}`, { key: keys.compliance })).body.state ===
      'in_review',
  );
  return body.id;
}

const order = (externalId = `audit-${randomUUID()}`, change: object = {}) => ({
  externalId,
  paidAt: ago(30),
  currency: 'CNY',
  shipTo: { region: 'CN-31' },
  lines: [{ lineId: '1', sku: 'TEA', quantity: 2, unitPrice: 1999 }],
  ...change,
});

describe('what a person changes is audited in the same transaction', () => {
  test('applications', async () => {
    const [first, second, third] = [await inReview(), await inReview(), await inReview()];
    const next = await does('POST /v1/applications/next', {}, { by: 'compliance' });
    await does('POST /v1/applications/{id}/release-claim', { id: next.body.id }, { by: 'compliance' });
    await does('POST /v1/applications/{id}/claim', { id: first }, { by: 'compliance' });
    await does(
      'POST /v1/applications/{id}/reveal',
      { id: first },
      { by: 'compliance', body: { field: 'bankAccount', reason: 'a call' } },
    );
    await does(
      'POST /v1/applications/{id}/approve',
      { id: first },
      { by: 'compliance', body: { tier: 'gold', note: 'known' } },
    );
    await does(
      'POST /v1/applications/{id}/reject',
      { id: second },
      { by: 'compliance', body: { reason: 'x' } },
    );
    await does(
      'POST /v1/applications/{id}/request-changes',
      { id: third },
      { by: 'compliance', body: { message: 'x' } },
    );
    const file = { by: 'operator', query: '?name=card.png', body: await png() } as const;
    const uploaded = await does('POST /v1/documents', {}, file);
    await does('GET /v1/documents/{id}', { id: uploaded.body.id }, { by: 'compliance' });
    await does('GET /v1/documents/{id}/preview', { id: uploaded.body.id }, { by: 'compliance' });
    await does(
      'POST /v1/applications/{id}/documents',
      { id: third },
      { by: 'operator', body: { documentIds: [uploaded.body.id] } },
    );
    await does('POST /v1/applications/{id}/resubmit', { id: third }, { by: 'operator', body: form() });
    await does('POST /v1/applications/{id}/withdraw', { id: third }, { by: 'operator' });
  });

  test('plans, policies, products and the blacklist', async () => {
    const levels = [
      { default: { rateBp: 1000 } },
      { default: { rateBp: 300 } },
      { default: { rateBp: 100 } },
    ];
    const body = { name: 'three levels', terms: { levels } };
    const plan = (await does('POST /v1/commission-plans', {}, { by: 'finance', body })).body.id;
    await does(
      'POST /v1/commission-plans/{id}/acknowledge',
      { id: plan },
      { by: 'compliance', body: { statement: 'read and accepted' } },
    );
    await does('POST /v1/commission-plans/{id}/activate', { id: plan }, { by: 'finance', body: {} });
    const product = { name: 'Tea', price: { amount: 1999, currency: 'CNY' } };
    await does('PUT /v1/products/{sku}', { sku: 'TEA' }, { by: 'operator', body: product });
    await does('PUT /v1/products/{sku}', { sku: 'TEA' }, { by: 'operator', body: { ...product, name: 'T' } });
    const policy = { kind: 'credential_rules', terms: firstCredentialTerms };
    const { id } = (await does('POST /v1/policies', {}, { by: 'compliance', body: policy })).body;
    await does('POST /v1/policies/{id}/approve', { id }, { by: 'admin', body: {} });
    await does('POST /v1/policies/{id}/activate', { id }, { by: 'compliance', body: {} });
    const entry = await does(
      'POST /v1/blacklist',
      {},
      { by: 'compliance', body: { kind: 'phone', number: '13800138000', reason: 'fraud' } },
    );
    await does('DELETE /v1/blacklist/{id}', { id: entry.body.id }, { by: 'compliance' });
  });

  test('orders and what happens to them, also before they arrive', async () => {
    const placed = order();
    const id = placed.externalId;
    const by = 'operator';
    const lines = [{ lineId: '1', quantity: 1 }];
    await does('POST /v1/orders', {}, { by, body: placed });
    await does('POST /v1/orders/{id}/shipments', { id }, { by, body: { shippedAt: ago(20) } });
    await does('POST /v1/orders/{id}/deliveries', { id }, { by, body: { deliveredAt: ago(10) } });
    for (const returnId of ['R1', 'R2'])
      await does('POST /v1/orders/{id}/returns', { id }, { by, body: { returnId, lines, reason: 'small' } });
    await does('POST /v1/orders/{id}/returns/{returnId}/refund', { id, returnId: 'R1' }, { by, body: {} });
    await does(
      'POST /v1/orders/{id}/returns/{returnId}/reject',
      { id, returnId: 'R2' },
      { by, body: { reason: 'worn' } },
    );
    const canceled = order();
    await does('POST /v1/orders', {}, { by, body: canceled });
    await does('POST /v1/orders/{id}/cancel', { id: canceled.externalId }, { by, body: { reason: 'x' } });

    const late = order();
    const early = { id: late.externalId };
    const kept = await does('POST /v1/orders/{id}/deliveries', early, { by, body: { deliveredAt: ago(10) } });
    expect(kept.status).toBe(202);
    await does('POST /v1/orders/{id}/shipments', early, { by, body: { shippedAt: ago(40) } });
    const before = await lastNumber();
    await does('POST /v1/orders', {}, { by: 'admin', body: late });
    const reported = (await notedSince(before)).filter(({ name }) => name === 'audit_entries');
    expect(reported.map(({ row }) => [row.action, row.actor_id])).toEqual([
      ['order.create', userIds.admin],
      ['order.deliver', userIds.operator],
    ]);
    const { unappliedEvents } = (
      await api.call('GET', `/v1/orders/${late.externalId}/unapplied-events`, { key: keys.operator })
    ).body;
    await does('POST /v1/orders/{id}/unapplied-events/discard', early, {
      by,
      body: { key: unappliedEvents[0].key, reason: 'before the payment' },
    });
    const soon = order();
    const headers = { Prefer: 'respond-async' };
    expect((await does('POST /v1/orders', {}, { by, body: soon, headers })).status).toBe(202);
    await until(
      async () =>
        (await api.call('GET', `/v1/orders/${soon.externalId}`, { key: keys.admin })).status === 200,
    );
    expect(await actions(soon.externalId)).toEqual(['order.keep_event', 'order.create']);
  });

  test('previews, validations and GET calls write nothing', async () => {
    const terms = { levels: [{ default: { rateBp: 1000 } }] };
    for (const [name, body] of [
      ['POST /v1/commission-plans/validate', { terms }],
      ['POST /v1/commission-plans/preview', { terms, order: { lines: [] } }],
      ['POST /v1/commission-releases/preview', { dueBefore: ago(0) }],
      ['POST /v1/payout-batches/preview', undefined],
    ] as const) {
      const before = await lastNumber();
      const answer = await api.call('POST', name.split(' ')[1]!, { key: keys.finance, body });
      expect([name, answer.status < 500]).toEqual([name, true]);
      called.add(name);
      expect([name, (await notedSince(before)).filter((one) => !isBookkeeping(one))]).toEqual([name, []]);
    }
    const reads = endpoints.filter(
      ({ method, path }) => method === 'get' && path.startsWith('/v1/') && !path.includes('{'),
    );
    for (const { path } of reads.filter(({ roles }) => roles !== 'public')) {
      const before = await lastNumber();
      for (const role of STAFF) await api.call('GET', path, { key: keys[role] });
      expect([path, unexplained(await notedSince(before))]).toEqual([path, []]);
    }
  });

  test('commissions, release runs, withdrawals and payouts', async () => {
    const by = 'finance';
    const { ids } = await addCommissions(fixtures, [distributorId], [500, 600, 700]);
    const id = String(ids[0]);
    const hold = { reason: 'finance', note: 'looks odd' };
    await does('POST /v1/commissions/{id}/hold', { id }, { by, body: hold });
    await does('POST /v1/commissions/{id}/unhold', { id }, { by, body: { note: 'clear' } });
    const runs = [];
    for (const commissionId of ids.slice(0, 2)) {
      const body = { commissionIds: [String(commissionId)] };
      runs.push((await does('POST /v1/commission-releases', {}, { by, body })).body.id);
    }
    await does('POST /v1/commission-releases/{id}/approve', { id: runs[0] }, { by, body: {} });
    await does('POST /v1/commission-releases/{id}/reject', { id: runs[1] }, { by, body: { reason: 'x' } });

    await credit(fixtures, distributorId, 500_000);
    const ask = async () => {
      const body = { distributorId, amount: { amount: 5_000, currency: 'CNY' } };
      return { id: (await does('POST /v1/withdrawals', {}, { by: 'admin', body })).body.id };
    };
    const [paid, rejected, canceled] = [await ask(), await ask(), await ask()];
    await does('POST /v1/withdrawals/{id}/approve', paid, { by, body: {} });
    await does('POST /v1/withdrawals/{id}/reject', rejected, { by, body: { reason: 'x' } });
    await does('POST /v1/withdrawals/{id}/cancel', canceled, { by, body: {} });
    const batch = (await does('POST /v1/payout-batches', {}, { by, body: { currency: 'CNY' } })).body.id;
    await does('GET /v1/payout-batches/{id}/file', { id: batch }, { by });
    await does('POST /v1/payout-batches/{id}/confirm', { id: batch }, { by, body: { failed: [] } });
    await does('POST /v1/withdrawals/{id}/return-payment', paid, { by, body: { reason: 'closed' } });
  });

  test('distributors, bulk actions, mails and notes', async () => {
    const id = distributorId;
    const body = { reason: 'papers' };
    await does('POST /v1/distributors/{id}/suspend', { id }, { by: 'compliance', body });
    await does('POST /v1/distributors/{id}/reinstate', { id }, { by: 'compliance', body });
    const shown = { field: 'bankAccount', reason: 'a call' };
    await does('POST /v1/distributors/{id}/reveal', { id }, { by: 'finance', body: shown });
    const bulk = { action: 'distributors.suspend', input: body, ids: [id] };
    const started = await does('POST /v1/bulk-actions', {}, { by: 'compliance', body: bulk });
    await until(
      async () =>
        (await api.call('GET', `/v1/bulk-actions/${started.body.id}`, { key: keys.compliance })).body
          .state === 'done',
    );
    const mail = `distributor/${id}/test`;
    await fixtures.query(
      `INSERT INTO mails (key, subject_ref, recipient, subject, body, state)
       VALUES ($1, $2, 'li@example.com', 's', 'b', 'undeliverable')`,
      [mail, `distributor/${id}`],
    );
    await does('POST /v1/mails/{key}/resend', { key: mail }, { by: 'admin' });
    const note = { subject: `distributor/${id}`, body: 'call back', mentions: [userIds.finance] };
    const noted = await does('POST /v1/notes', {}, { by: 'operator', body: note });
    await does('POST /v1/me/mentions/{id}/read', { id: noted.body.id }, { by: 'finance' });
    await does('POST /v1/notes/{id}/retract', { id: noted.body.id }, { by: 'operator' });
  });

  test('policies', async () => {
    const body = { kind: 'credential_rules', terms: firstCredentialTerms };
    const id = String((await does('POST /v1/policies', {}, { by: 'compliance', body })).body.id);
    await does('POST /v1/policies/{id}/approve', { id }, { by: 'admin', body: {} });
    await does('POST /v1/policies/{id}/activate', { id }, { by: 'compliance', body: {} });
  });

  test('renewals of credentials', async () => {
    const id = randomUUID();
    await fixtures.query(
      `INSERT INTO credentials (id, application_id, distributor_id, round, type, number_sealed, number_hash,
         number_masked, holder, valid_from, valid_until, known_at)
       SELECT $1, application_id, id, 1, 'food_permit', 's', '', '***', 'Li', '2020-01-01', '2030-01-01', now()
       FROM distributors WHERE id = $2`,
      [id, distributorId],
    );
    const body = { number: 'JY123', validFrom: '2025-01-01', validUntil: '2035-01-01' };
    const steps = { accept: { note: 'seen' }, refuse: { reason: 'unclear' } };
    for (const [step, decision] of Object.entries(steps)) {
      const renewal = await does('POST /v1/credentials/{id}/renewals', { id }, { by: 'compliance', body });
      await does(
        `POST /v1/credentials/{id}/renewals/{renewalId}/${step}`,
        { id, renewalId: renewal.body.id },
        { by: 'compliance', body: decision },
      );
    }
  });

  test('account changes', async () => {
    const { bankAccount } = form();
    const ask = async (body: object) =>
      (
        await does(
          'POST /v1/distributors/{id}/account-changes',
          { id: distributorId },
          { by: 'operator', body },
        )
      ).body.id;
    const step = (name: string, id: string, by: Role, body: object = {}) =>
      does(`POST /v1/account-changes/{id}/${name}`, { id }, { by, body });
    const account = await ask({ field: 'bank_account', bankAccount });
    await step('reveal', account, 'finance', { field: 'to', reason: 'a call' });
    await step('approve', account, 'compliance', { note: 'seen' });
    await step('confirm', account, 'finance');
    await step('reject', account, 'compliance', { reason: 'not theirs' });
    await step('cancel', await ask({ field: 'phone', phone: '13900139000' }), 'operator');
    const address = await ask({ field: 'email', email: `${randomUUID()}@example.com` });
    await step('approve', address, 'compliance');
    const token = confirmAddressToken(createSealer(api.context.config), address);
    await does(
      'POST /v1/account-changes/{id}/confirm-address',
      { id: address },
      { actor: null, body: { token } },
    );
  });

  test('imports once at their begin and once at their end, and saved views', async () => {
    const by = 'operator';
    const { id } = (await does('POST /v1/imports', {}, { by, body: { fileName: 'o.csv' } })).body;
    const counts = { orders: 1, returns: 0, rejected: 0 };
    await does('PATCH /v1/imports/{id}', { id }, { by, body: counts });
    const rejection = {
      row: 2,
      orderId: '',
      sku: '',
      amount: null,
      currency: 'CNY',
      reason: 'x',
      detail: '',
    };
    const rejections = { first: 0, rejections: [rejection] };
    await does('POST /v1/imports/{id}/rejections', { id }, { by, body: rejections });
    await does('POST /v1/imports/{id}/finish', { id }, { by, body: { ...counts, reconciliations: [] } });
    const view = { name: 'mine', query: 'state=open' };
    const saved = await does('POST /v1/saved-views', {}, { by, body: { list: 'orders', ...view } });
    await does('PUT /v1/saved-views/{id}', { id: saved.body.id }, { by, body: { ...view, shared: true } });
    await does('DELETE /v1/saved-views/{id}', { id: saved.body.id }, { by });
  });

  test('users and keys', async () => {
    const by = 'admin';
    const user = { email: `${randomUUID()}@example.com`, name: 'Ann', role: 'operator' };
    const { id } = (await does('POST /v1/users', {}, { by, body: user })).body;
    const body = { role: 'finance', reason: 'moved' };
    await does('POST /v1/users/{id}/change-role', { id }, { by, body });
    await does('POST /v1/users/{id}/disable', { id }, { by, body: { reason: 'x' } });
    await does('POST /v1/users/{id}/enable', { id }, { by, body: { reason: 'x' } });
    await does('POST /v1/users/{id}/sign-in-link', { id }, { by });
    await fixtures.query(
      "UPDATE users SET totp_secret_sealed = 's', totp_confirmed_at = now() WHERE id = $1",
      [id],
    );
    await does('DELETE /v1/users/{id}/second-factor', { id }, { by });
    const key = { userId: id, name: 'script', scopes: ['orders:read'] };
    const made = (await does('POST /v1/keys', {}, { by, body: key })).body;
    await does('DELETE /v1/keys/{id}', { id: made.id }, { by });
  });

  test('changes by a person of their account', async () => {
    const { id, email } = people.finance;
    const password = 'slow clouds over the ridge';
    await does(
      'POST /v1/sign-in',
      {},
      { browser: openBrowser(api), actor: id, body: { email, password: PASSWORD } },
    );
    const browser = await signedIn(api, email);
    const own = { browser, actor: id };
    await does('PATCH /v1/me', {}, { ...own, body: { name: 'Li Wei' } });
    const { secret } = (await does('POST /v1/me/second-factor', {}, own)).body;
    const confirmed = await does(
      'POST /v1/me/second-factor/confirm',
      {},
      { ...own, body: { code: new TOTP({ secret }).generate() } },
    );
    await does(
      'POST /v1/me/second-factor/disable',
      {},
      { ...own, body: { password: PASSWORD, code: confirmed.body.recoveryCodes[0] } },
    );
    const sessions = await browser.call('GET', '/v1/me/sessions');
    const other = sessions.body.items.find(({ current }: { current: boolean }) => !current);
    await does('DELETE /v1/me/sessions/{id}', { id: other.id }, own);
    await does('POST /v1/me/password', {}, { ...own, body: { current: PASSWORD, new: password } });
    await does('POST /v1/sign-out', {}, own);
    await does('POST /v1/sign-in-links', {}, { actor: null, body: { email } });

    const linkId = randomUUID();
    const { config } = api.context;
    const actor = { userId: userIds.admin, name: 'admin' };
    await inTransaction(fixtures, (client) =>
      mailSignInLink(client, config, { userId: people.newcomer.id, linkId, actor }),
    );
    const token = signInPage(config, createSealer(config), linkId).split('#')[1];
    await does(
      'POST /v1/sign-in-links/redeem',
      {},
      { browser: openBrowser(api), actor: people.newcomer.id, body: { token, password } },
    );
  });

  test('and no endpoint is left out', async () => {
    const changing = endpoints.filter(({ method, audit }) => method !== 'get' || audit !== undefined);
    // The provider's answer to the browser: test/api/identity/oidc.test.ts.
    const elsewhere = ['GET /v1/auth/oidc/callback'];
    expect(changing.map(nameOf).filter((name) => !called.has(name) && !elsewhere.includes(name))).toEqual([]);
    expect(unexplained((await notedSince(0)).filter(({ name }) => !name.startsWith('import_')))).toEqual([]);
  });
});

async function actions(orderId: string): Promise<string[]> {
  const { rows } = await fixtures.query('SELECT action FROM audit_entries WHERE subject = $1 ORDER BY id', [
    `order/${orderId}`,
  ]);
  return rows.map(({ action }) => action);
}

async function timelineOf(orderId: string, key = keys.admin) {
  const { body } = await api.call('GET', `/v1/timeline/order/${orderId}?sort=at`, { key });
  return body.items.map((entry: Record<string, unknown>) => [entry.type, entry.actor, entry.account]);
}

describe('the timeline names the account', () => {
  test('of a person, with one line for event and audit entry; distributors see neither', async () => {
    const placed = order();
    const id = placed.externalId;
    await does('POST /v1/orders', {}, { by: 'operator', body: placed });
    await does('POST /v1/orders/{id}/deliveries', { id }, { by: 'operator', body: { deliveredAt: ago(10) } });
    const account = { id: userIds.operator, email: `${userIds.operator}@test.invalid` };
    expect(await timelineOf(id)).toEqual([
      ['paid', 'test operator', account],
      ['delivered', 'test operator', account],
    ]);
    const { body } = await api.call('GET', `/v1/orders/${id}/timeline`, { key: keys.operator });
    expect(body.entries.map((entry: { account: object }) => entry.account)).toEqual([account, account]);
    const audit = await api.call('GET', `/v1/audit?subject=order/${id}`, { key: keys.admin });
    expect(audit.body.items.map((entry: { actorEmail: string }) => entry.actorEmail)).toEqual([
      account.email,
      account.email,
    ]);
  });

  test('of a machine, which reports as the shop and leaves no audit entry', async () => {
    const made = await api.call('POST', '/v1/keys', {
      key: keys.admin,
      body: { userId: userIds.operator, name: 'our shop', machine: true, scopes: [...MACHINE_SCOPES] },
    });
    const { key } = made.body;
    const placed = order();
    const id = placed.externalId;
    expect((await api.call('POST', '/v1/orders', { key, body: placed })).status).toBe(201);
    const delivered = { deliveredAt: ago(10) };
    expect((await api.call('POST', `/v1/orders/${id}/deliveries`, { key, body: delivered })).status).toBe(
      200,
    );
    const account = { id: userIds.operator, email: `${userIds.operator}@test.invalid` };
    expect(await timelineOf(id)).toEqual([
      ['paid', 'shop', account],
      ['delivered', 'shop', account],
    ]);
    expect(await actions(id)).toEqual([]);
    // What is no report of the shop is audited for machines too.
    const product = { name: 'Tea of the shop', price: { amount: 1999, currency: 'CNY' } };
    await api.call('PUT', '/v1/products/SHOPTEA', { key, body: product });
    const { rows } = await fixtures.query(
      "SELECT actor_id FROM audit_entries WHERE subject = 'product/SHOPTEA'",
    );
    expect(rows).toEqual([{ actor_id: userIds.operator }]);
  });

  test('of an import of a person, which is audited once as a whole; nobody reports as part of another one', async () => {
    const begin = (key: string) =>
      api.call('POST', '/v1/imports', { key, body: { fileName: `${randomUUID()}.csv` } });
    const own = (await begin(keys.operator)).body.id;
    const others = (await begin(keys.admin)).body.id;
    const placed = order();
    const pay = (importId: string, body = placed) =>
      api.call('POST', '/v1/orders', {
        key: keys.operator,
        body,
        headers: { 'X-Tributary-Import': importId },
      });
    for (const wrong of [others, randomUUID(), 'no id'])
      expect(await pay(wrong)).toMatchObject({ status: 409, body: { type: '/problems/import_not_running' } });
    expect((await pay(own)).status).toBe(201);
    expect(await actions(placed.externalId)).toEqual([]);
    const { rows } = await fixtures.query('SELECT actor, actor_id, data FROM events WHERE subject = $1', [
      `order/${placed.externalId}`,
    ]);
    expect(rows).toEqual([{ actor: 'test operator', actor_id: userIds.operator, data: { importId: own } }]);
    const done = { orders: 1, returns: 0, rejected: 0, reconciliations: [] };
    await api.call('POST', `/v1/imports/${own}/finish`, { key: keys.operator, body: done });
    expect(await pay(own, order())).toMatchObject({ status: 409 });
  });
});
