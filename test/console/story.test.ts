import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { AuditAction, EventType } from '../../domain/journal';
import { answered, type ConsoleWorld, type Locale, type Person, startConsole } from '../support/console';
import { addDistributor } from '../support/payouts';

let world: ConsoleWorld;
let admin: Person;
let distributorId: string;

const id = randomUUID();
const money = { amount: 123_456, currency: 'CNY' };
const moment = '2026-03-01T02:30:00.000Z';

type Facts = Record<string, unknown>;

/** The text of each event, with every fact that any of its writers gives it. */
const EVENTS: Record<EventType, Facts> = {
  submitted: {},
  checked: { round: 1, failed: ['phone', 'credential/1/validity'] },
  changes_requested: { message: 'a clearer photo', deadline: moment, reasonCode: 'document_unreadable' },
  reminded: {},
  resubmitted: { round: 2 },
  documents_added: { documents: 2 },
  approved: {
    tier: 'gold',
    note: 'known well',
    distributorId: id,
    sponsorId: id,
    alerts: [{ measure: 'people', bound: 24, value: 25 }],
    approvals: 2,
    approvalsNeeded: 2,
    effectiveAt: moment,
  },
  rejected: { reason: 'cannot be reached', reasonCode: 'risk' },
  withdrawn: { because: 'deadline' },
  joined: { applicationId: id, tier: 'gold', sponsorId: id },
  compliance_alert: { measure: 'levels', bound: 3, value: 3, applicationId: id },
  monitoring_started: {},
  renewal_submitted: { renewalId: id, validFrom: '2026-03-01', validUntil: '2031-02-28' },
  renewal_accepted: { renewalId: id, validFrom: '2026-03-01', validUntil: null },
  renewal_refused: { renewalId: id, reason: 'blurred', reasonCode: 'document_unreadable' },
  suspended: { reason: 'papers', until: moment },
  reinstated: { reason: 'papers came' },
  account_changed: { accountField: 'bank_account', accountChangeId: id },
  'account_change.requested': {
    accountField: 'bank_account',
    failed: ['holder/bank_account', 'credential/1/holder'],
    note: 'old card is lost',
  },
  confirmed: { effectiveAt: moment, note: 'called back' },
  in_effect: {},
  paid: { batchId: id, reason: 'as asked', reference: 'P-7' },
  payment_refused: { message: 'No plan is in force.' },
  shipped: { lineIds: ['1', '2'] },
  delivered: { lineIds: ['1'] },
  canceled: { lineIds: ['2'], reason: 'changed my mind' },
  return_requested: { returnId: 'R-1', reason: 'worn', lines: [{ lineId: '1', quantity: 2 }], untimed: true },
  return_refunded: { returnId: 'R-1', untimed: true },
  return_rejected: { returnId: 'R-1', reason: 'as described' },
  window_closed: { lineIds: ['1'] },
  event_refused: { event: 'return_refunded', message: 'The order has no return R-9.' },
  hold_placed: { reason: 'credential_expired', note: 'looks odd' },
  hold_lifted: { lifted: ['finance', 'credential_expired'], note: 'clear', released: true },
  restriction_ended: { effect: 'no_release', reason: 'credential_expired' },
  proposed: { items: 3, leftOut: 1, totals: { CNY: 1200, GBP: 300 } },
  requested: { amount: money, approvalsNeeded: 2 },
  approval_given: { approvals: 1, approvalsNeeded: 2, note: 'fine' },
  paying: { batchId: id },
  failed: { batchId: id, reason: 'account closed', reference: 'P-7' },
  opened: { count: 2, total: money },
  settled: { paid: 1, failed: 1 },
  payment_return_reported: { reason: 'account closed' },
  payment_returned: { reason: 'account closed' },
  done: { released: 2, leftOut: 1, done: 5, refused: 1 },
  'plan.requested': { planId: 7 },
};

const state = (from: string, to: string) => ({ before: { state: from }, after: { state: to } });
const terms = {
  levels: [
    {
      rules: [{ sku: 'TEA', tier: 'gold', earning: { fixed: 100, currency: 'CNY' } }],
      default: { rateBp: 850 },
    },
  ],
  inactiveUpline: 'next_up',
  attributionDays: 365,
  automaticRelease: false,
  returnWindowDays: 7,
};
const product = { sku: 'TEA', name: 'Tea', category: 'drinks', price: money, createdAt: moment };

/** The text of each entry of the audit trail, likewise. */
const AUDITS: Record<AuditAction, { before?: Facts; after?: Facts; reason?: string }> = {
  'account_change.approve': state('requested', 'approved'),
  'account_change.cancel': { ...state('approved', 'canceled'), reason: 'a mistake' },
  'account_change.confirm': state('approved', 'confirmed'),
  'account_change.erase': {},
  'account_change.reject': { ...state('confirmed', 'rejected'), reason: 'not the holder' },
  'account_change.request': {
    after: { state: 'requested', distributorId: id, accountField: 'bank_account', numberMasked: '***1' },
  },
  'account_change.reveal': { after: { field: 'from' }, reason: 'a call' },
  'application.approve': {
    ...state('in_review', 'approved'),
    after: { state: 'approved', tier: 'gold', distributorId: id, sponsorId: id },
  },
  'application.claim': { after: { claimedBy: 'Ann' } },
  'application.erase': {},
  'application.reject': { after: { state: 'rejected', reasonCode: 'risk', note: 'odd' }, reason: 'sorry' },
  'application.release_claim': { before: { claimedBy: 'Ann' } },
  'application.request_changes': {
    after: { state: 'changes_requested', deadline: moment, reasonCode: 'number_mismatch', note: 'odd' },
  },
  'application.add_documents': { after: { documents: 2 } },
  'application.resubmit': { after: { state: 'in_review' } },
  'application.submit': { after: { state: 'submitted', region: 'CN-31' } },
  'application.reveal': { after: { field: 'identityNumber' }, reason: 'a call' },
  'application.withdraw': { ...state('in_review', 'withdrawn'), reason: 'applicant' },
  'blacklist.add': { after: { kind: 'identity_number', numberMasked: '***1' }, reason: 'fraud' },
  'blacklist.remove': { before: { kind: 'bank_account', numberMasked: '***1', reason: 'fraud' } },
  'bulk.start': {
    after: {
      action: 'commissions.hold',
      input: { reason: 'credential_expired', note: 'odd' },
      items: 12,
    },
  },
  'commission.hold': { after: { hold: 'credential_expired' }, reason: 'odd' },
  'commission.unhold': { before: { holds: ['credential_expired'] }, after: { released: false } },
  'credential.accept_renewal': {
    before: { numberMasked: '***1', validFrom: '2021-03-01', validUntil: '2026-02-28' },
    after: { numberMasked: '***2', validFrom: '2026-03-01', validUntil: '2031-02-28' },
    reason: 'seen',
  },
  'credential.refuse_renewal': {
    after: { state: 'refused', reasonCode: 'document_unreadable', note: 'odd' },
    reason: 'blurred',
  },
  'credential.submit_renewal': {
    after: { renewalId: id, validFrom: '2026-03-01', validUntil: null, numberMasked: '***2' },
  },
  'distributor.reinstate': state('suspended', 'active'),
  'distributor.reveal': { after: { field: 'bankAccount' }, reason: 'a call' },
  'distributor.suspend': {
    before: { state: 'active' },
    after: { state: 'suspended', until: moment },
    reason: 'papers',
  },
  'document.delete': {},
  'document.upload': { after: { contentType: 'application/pdf', size: 12_345, about: `application/${id}` } },
  'document.view': { after: { about: `application/${id}`, preview: true } },
  'import.begin': { after: { fileName: 'orders.csv', attempt: 1 } },
  'import.finish': { after: { orders: 12, returns: 1, rejected: 2 } },
  'key.create': {
    after: { userId: id, name: 'our shop', machine: true, scopes: ['orders:write', 'orders:read'] },
  },
  'key.revoke': {},
  'mail.resend': {
    before: { mail: `application/${id}/approved`, state: 'undeliverable' },
    after: { state: 'pending' },
  },
  'note.add': { after: { about: `order/${id}`, mentions: [id] } },
  'note.read_mention': {},
  'note.retract': {},
  'order.cancel': { after: { lineIds: ['1'], reason: 'changed mind', at: moment }, reason: 'changed mind' },
  'order.create': { after: { amount: 5000, currency: 'CNY', distributorId: id } },
  'order.deliver': { after: { lineIds: ['1'], at: moment } },
  'order.keep_event': { after: { event: 'return_refunded', at: moment, returnId: 'R-1' } },
  'order.refund_return': { after: { returnId: 'R-1', at: moment } },
  'order.reject_return': { after: { returnId: 'R-1', reason: 'used', at: moment }, reason: 'used' },
  'order.request_return': {
    after: { returnId: 'R-1', lines: [{ lineId: '1', quantity: 1 }], reason: 'too small', at: moment },
    reason: 'too small',
  },
  'order.ship': { after: { lineIds: ['1'], at: moment } },
  'order.discard_event': {
    before: { event: 'return_refunded', returnId: 'R-1', lineIds: ['1'] },
    reason: 'no such order',
  },
  'payout_batch.confirm': {
    before: { state: 'open' },
    after: { state: 'settled', failed: [{ withdrawalId: id, reason: 'account closed' }] },
  },
  'payout_batch.open': { after: { state: 'open', count: 2, total: 5000, currency: 'CNY' } },
  'payout_batch.reveal_file': { after: { withdrawals: [id, id] } },
  'plan.acknowledge': { after: { acknowledgement: 'read and accepted' } },
  'plan.activate': { after: { planId: 7, effectiveFrom: moment, replaces: 6 } },
  'plan.create': { after: { name: 'Spring', terms } },
  'policy.activate': { after: { policyKind: 'credential_rules', version: 2, effectiveFrom: moment } },
  'policy.approve': { after: { policyKind: 'credential_rules', version: 2 }, reason: 'fine' },
  'policy.create': { after: { policyKind: 'credential_rules', version: 2 } },
  'product.create': { after: product },
  'product.update': {
    before: product,
    after: { ...product, category: null, price: { ...money, amount: 1 } },
  },
  'release_run.approve': state('proposed', 'approved'),
  'release_run.propose': {
    after: {
      state: 'proposed',
      filter: { dueBefore: moment, distributorId: id, currency: 'CNY', commissionIds: [1, 2] },
      items: 3,
      pending: 2,
      totals: { CNY: 1200 },
    },
  },
  'release_run.reject': { ...state('proposed', 'rejected'), reason: 'too early' },
  'second_factor.begin': {},
  'second_factor.disable': { after: { by: 'recovery_code' } },
  'second_factor.enable': {},
  'second_factor.remove': {},
  'session.end': {},
  'user.bind_oidc': {},
  'user.create': { after: { name: 'Ann', role: 'finance', distributorId: id, email: 'ann@example.com' } },
  'user.change_role': { before: { role: 'finance' }, after: { role: 'operator' }, reason: 'moved' },
  'user.delete_view': { before: { list: 'orders', name: 'mine' } },
  'user.disable': {},
  'user.enable': { before: { disabledAt: moment }, reason: 'back again' },
  'user.forgot_password': { after: { linkId: id, expiresAt: moment } },
  'user.make_sign_in_link': { after: { linkId: id, expiresAt: moment } },
  'user.save_view': {
    after: { list: 'orders', name: 'mine', query: 'state=open', columns: ['number'], shared: true },
  },
  'user.set_password': { after: { by: 'link', linkId: id } },
  'user.sign_in': { after: { sessionId: id, by: 'password+recovery_code' } },
  'user.sign_in_refused': { after: { because: 'password' } },
  'user.sign_out': { after: { sessionId: id } },
  'user.update': { before: { name: 'Ann', locale: 'en' }, after: { name: 'Anne', locale: 'zh-CN' } },
  'withdrawal.approve': { before: { state: 'requested' }, after: { state: 'approved', approvals: 2 } },
  'withdrawal.cancel': state('requested', 'canceled'),
  'withdrawal.reject': { ...state('requested', 'rejected'), reason: 'unknown account' },
  'withdrawal.return_payment': {
    before: { state: 'paid' },
    after: { state: 'failed', approvals: 2 },
    reason: 'account closed',
  },
  'withdrawal.request': {
    after: { state: 'requested', distributorId: id, amount: 5000, currency: 'CNY' },
  },
};

async function addEvent(subject: string, type: string, facts: Facts): Promise<void> {
  await world.api.context.pool.query(
    'INSERT INTO events (subject, key, type, actor, occurred_at, data) VALUES ($1, $2, $2, $3, now(), $4)',
    [subject, type, 'clock', facts],
  );
}

beforeAll(async () => {
  world = await startConsole();
  admin = await world.person('admin');
  const { pool } = world.api.context;
  distributorId = await addDistributor(pool);
  const subject = `distributor/${distributorId}`;
  for (const [type, facts] of Object.entries(EVENTS)) await addEvent(subject, type, facts);
  for (const [action, { before, after, reason }] of Object.entries(AUDITS)) {
    await pool.query(
      `INSERT INTO audit_entries (actor, action, subject, before, after, reason) VALUES ('system', $1, $2, $3, $4, $5)`,
      [action, subject, before, after, reason],
    );
  }
  for (const mail of ['pending', 'sent', 'undeliverable']) {
    await pool.query(
      `INSERT INTO mails (key, subject_ref, recipient, subject, body, state, attempts, last_error)
       VALUES ($1, $2, 'li@example.com', 'Welcome', '', $3, 2, '550 mailbox unavailable')`,
      [randomUUID(), subject, mail],
    );
  }
});
afterAll(() => world.stop());
afterEach(() => expect(world.faults).toEqual([]));

/** The timeline of a distributor with everything unfolded: of each entry what it is called, its facts and all its text. */
async function storyOf(page: Page, distributor: string, more: string, unfold: RegExp) {
  await page.goto(`${world.api.url}/distributors/${distributor}`);
  const items = page.locator('.ant-timeline-item');
  await items.first().waitFor();
  for (const earlier = page.getByRole('button', { name: more, exact: true }); await earlier.count(); ) {
    const known = await items.count();
    await earlier.click();
    await items.nth(known).waitFor();
  }
  // Each click takes its button away.
  const folded = page.getByRole('button', { name: unfold });
  while (await folded.count()) await folded.first().click();
  await answered(page);
  const names = await items.evaluateAll((entries) =>
    entries.map((entry) => ({
      title: entry.querySelector('.strong')?.textContent?.trim() ?? '',
      facts: [...entry.querySelectorAll('.fact-name')].map((name) => name.textContent ?? ''),
    })),
  );
  const texts = await items.allInnerTexts();
  return names.map((name, index) => ({ ...name, text: texts[index] ?? '' }));
}

const LOCALES: [Locale, string, RegExp][] = [
  ['zh-CN', '更早', /^还有 \d+ 项$/],
  ['en', 'Earlier', /^\d+ more$/],
];

/** JSON, or a name as code writes it. */
const CODE = /[{}[\]"]|[a-z][A-Z]|[a-z]_[a-z]/;

test.each(LOCALES)('in %s every event and audit entry has a text', async (locale, more, unfold) => {
  const page = await world.open({ locale });
  await world.signIn(page, admin);
  const story = await storyOf(page, distributorId, more, unfold);
  expect(story.length).toBeGreaterThanOrEqual(Object.keys(EVENTS).length + Object.keys(AUDITS).length + 3);
  expect(story.map(({ text }) => text).filter((text) => CODE.test(text))).toEqual([]);
  // What has no words of its own falls back to English ones, so that in Chinese it is seen.
  const isSaid = (name: string) => locale === 'en' || /\p{Script=Han}/u.test(name);
  const names = story.flatMap(({ title, facts }) => [title, ...facts]);
  expect(names.filter((name) => !name || !isSaid(name))).toEqual([]);
  expect(story.map(({ text }) => text).join('\n')).toContain('1,234.56');
  // 02:30 in London is 10:30 in Shanghai.
  expect(story.find(({ text }) => text.includes('a clearer photo'))?.text).toMatch(/10:30/);
});

test('what a later version records is readable before the console knows it', async () => {
  const later = await addDistributor(world.api.context.pool);
  await addEvent(`distributor/${later}`, 'stock_counted', {
    countedUnits: 3,
    countedAt: { cityName: 'Hangzhou', isWhole: true },
  });
  const page = await world.open();
  await world.signIn(page, admin);
  const [entry] = await storyOf(page, later, 'Earlier', /^\d+ more$/);
  expect(entry?.title).toBe('Stock counted');
  expect(entry?.text).toMatch(/Counted at: Is whole: Yes; City name: Hangzhou\s+Counted units: 3/);
});

test('the story of a plan says what it changes against the one it replaces', async () => {
  const key = await world.api.keyFor('finance');
  const level = (rateBp: number, rules: object[] = []) => ({ default: { rateBp }, rules });
  const activated = async (terms: object) => {
    const { body } = await world.api.call('POST', '/v1/commission-plans', {
      key,
      body: { name: 'P', terms },
    });
    await world.api.call('POST', `/v1/commission-plans/${body.id}/activate`, { key, body: {} });
    return body.id as number;
  };
  await activated({ levels: [level(800, [{ sku: 'TEA', earning: { fixed: 100, currency: 'CNY' } }])] });
  const id = await activated({ returnWindowDays: 14, levels: [level(1000), level(200)] });
  const page = await world.open();
  await world.signIn(page, admin);
  await page.goto(`${world.api.url}/commission-plans/${id}`);
  const entry = page.locator('.ant-timeline-item', { hasText: 'Plan activated' });
  await entry.getByText('Return window: 14 days').waitFor();
  const text = (await entry.allInnerTexts()).join().replace(/\s+/g, ' ');
  expect(text).toContain('Return window: 7 days Return window: 14 days');
  expect(text).toContain('Level 1 · Default: 8% 10%');
  expect(text).toContain('Level 1 · Product TEA: CN¥1.00 per unit');
  expect(text).toContain('Level 2 · Default: 2%');
  const written = page.locator('.ant-timeline-item', { hasText: 'Plan created' });
  expect((await written.allInnerTexts()).join().replace(/\s+/g, ' ')).toContain(
    'Return window: 14 days · Release by finance · Level 1 10% · Level 2 2%',
  );
});

test('what happened to many lines at one moment is shown once, and what was posted with each on demand', async () => {
  const { pool } = world.api.context;
  const distributor = await addDistributor(pool);
  for (const line of Array.from({ length: 12 }, (_, index) => String(index + 1))) {
    await pool.query(
      `INSERT INTO events (subject, key, type, actor, occurred_at, data)
       VALUES ('distributor/' || $1::text, 'window_closed/' || $2, 'window_closed', 'clock', $3, $4)`,
      [distributor, line, moment, { lineIds: [line] }],
    );
    await pool.query(
      `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
       VALUES ($1::text || '/' || $2, 'commission_expense', 'held', $1::text::uuid, 'CNY', 100 + $2::int, $3)`,
      [distributor, line, moment],
    );
  }
  const page = await world.open();
  await world.signIn(page, admin);
  await page.goto(`${world.api.url}/distributors/${distributor}`);
  const entries = page.locator('.ant-timeline-item');
  await entries.nth(1).waitFor();
  const texts = (await entries.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  expect(texts).toHaveLength(2);
  expect(texts.join()).toMatch(/Return window closed Lines: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more/);
  expect(texts.join()).toMatch(/12\.78 Commission expense → Unreleased · 12 transfers/);
  await page.getByRole('button', { name: 'Show each transfer' }).click();
  await entries.getByText('1.07').waitFor();
});
