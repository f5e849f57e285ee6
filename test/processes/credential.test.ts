import { randomUUID } from 'node:crypto';
import { createCredentialActivities, type RenewalRequest } from '../../activities/credential/credential';
import { createOrderActivities } from '../../activities/order/order';
import { createSealer } from '../../database/sealing';
import { dateIn } from '../../domain/calendarDate';
import { firstCredentialTerms } from '../../domain/credentialRules';
import type { ProcessStatus } from '../../domain/processStatus';
import { rootFailure } from '../../temporal/messages';
import { acceptRenewal, refuseRenewal, submitRenewal } from '../../workflows/credential';
import { testConfig } from '../support/config';
import { addCredential, dayFromNow, renewalOf, ZONE } from '../support/credentials';
import { eventually } from '../support/eventually';
import { expectSoundLedger } from '../support/ledger';
import {
  activatePlan,
  addDistributor,
  addUser,
  balanceOf,
  type Platform,
  payment,
  startPlatform,
  type TestDistributor,
} from '../support/platform';

const day = 86_400_000;
const sealer = createSealer(testConfig());
let platform: Platform;
let steps: ReturnType<typeof createOrderActivities>;
let seller: TestDistributor;
let by: { userId: string; name: string };

beforeAll(async () => {
  platform = await startPlatform();
  steps = createOrderActivities(platform.pool);
  by = { userId: platform.userId, name: 'Li' };
  await activatePlan(platform, { automaticRelease: true });
});
afterAll(() => platform.close());
beforeEach(async () => {
  seller = await addDistributor(platform.pool);
});
afterEach(() => expectSoundLedger(platform.pool));

/** An order of 10000, delivered so long ago that its window has ended: 1000 of commission. */
async function sellOne(): Promise<string> {
  const paid = payment({
    attributionCode: seller.code,
    paidAt: new Date(Date.now() - 30 * day).toISOString(),
    lines: [{ lineId: '1', sku: 'TEA', quantity: 1, unitPrice: 10_000 }],
  });
  await steps.payOrder(paid, Date.now());
  const delivered = { type: 'delivered', at: Date.now() - 29 * day, actor: 'shop' } as const;
  await steps.applyOrderEvent(paid.externalId, delivered, Date.now());
  return paid.externalId;
}

const run = (id: string) => ({
  workflowId: `credential/${id}`,
  taskQueue: platform.taskQueue,
  args: [{ id, resume: true }] as [{ id: string; resume: true }],
});

async function renew(credentialId: string, change: Partial<RenewalRequest> = {}): Promise<void> {
  const handle = platform.client.workflow.getHandle(`credential/${credentialId}`);
  const request = renewalOf(sealer, { holder: 'Li Wei', credentialId, by, ...change });
  await handle.executeUpdate(submitRenewal, { args: [request] });
  const decision = { decisionId: randomUUID(), credentialId, renewalId: request.id, by, note: 'seen' };
  await handle.executeUpdate(acceptRenewal, { args: [decision] });
}

const statesOf = async (orderId: string) => {
  const { rows } = await platform.pool.query<{ state: string }>(
    'SELECT state FROM commissions WHERE order_id = $1 ORDER BY id',
    [orderId],
  );
  return rows.map(({ state }) => state);
};

test('an expired credential keeps a commission back, and an accepted renewal releases it', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(-1) });
  await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  expect(await statesOf(orderId)).toEqual(['due']);
  const { rows } = await platform.pool.query(
    'SELECT o.code, o.cause FROM commissions c, commission_obstacles(ARRAY[c.id], now()) o WHERE c.order_id = $1',
    [orderId],
  );
  expect(rows).toEqual([{ code: 'hold_credential_expired', cause: `credential/${id}` }]);

  await renew(id);
  await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');
  expect(await balanceOf(platform.pool, seller.id)).toMatchObject({ held: 0, available: 1000 });
});

test('of two expired credentials each restricts by itself: what is due is released when both are renewed', async () => {
  const validUntil = dayFromNow(-1);
  const ids = [
    await addCredential(platform.pool, { distributor: seller.id, validUntil }),
    await addCredential(platform.pool, { distributor: seller.id, validUntil, type: 'cosmetics_filing' }),
  ];
  for (const id of ids) await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  await renew(ids[0]!);
  expect(await statesOf(orderId)).toEqual(['due']);
  await renew(ids[1]!);
  await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');
});

test('a credential that ends today restricts nothing until the day is over', async () => {
  await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(0) });
  expect(await statesOf(await sellOne())).toEqual(['released']);
});

test('a reminder whose date has changed before it went out is not sent, and who was reminded hears of the renewal', async () => {
  // The mail server cannot be reached, so that nothing goes out.
  await platform.pool.query(`UPDATE distributors SET email = 'li@example.com' WHERE id = $1`, [seller.id]);
  const officer = await addUser(platform.pool, 'compliance');
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(1) });
  await platform.client.workflow.start('credential', run(id));
  const mails = async () => {
    const { rows } = await platform.pool.query<{ what: string; recipient: string; state: string }>(
      `SELECT split_part(key, '/', 3) AS what, recipient, state FROM mails WHERE subject_ref = 'credential/' || $1
       ORDER BY 1, recipient = 'li@example.com' DESC`,
      [id],
    );
    return rows.map(({ what, recipient, state }) => [what, recipient, state]);
  };
  const officers = `${officer}@example.com`;
  await eventually('the reminder', async () => (await mails()).length > 0);
  const to = (await mails()).map(([, recipient]) => recipient);
  expect(to).toEqual(expect.arrayContaining(['li@example.com']));
  await renew(id);
  const after = await mails();
  expect(after.filter(([what]) => what === 'reminded').every(([, , state]) => state === 'canceled')).toBe(
    true,
  );
  expect(after.filter(([what]) => what === 'renewal_accepted').map(([, recipient]) => recipient)).toEqual(to);
  expect(to.includes(officers)).toBe(to.length > 1);
});

test('one renewal is under review at a time, and a decided one is not decided again', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(20) });
  await platform.client.workflow.start('credential', run(id));
  const handle = platform.client.workflow.getHandle(`credential/${id}`);
  const codeOf = (answer: Promise<unknown>) =>
    answer.then(
      () => 'done',
      (error: unknown) => rootFailure(error)?.type,
    );
  const first = renewalOf(sealer, { holder: 'Li Wei', credentialId: id, by });
  const submit = (request: typeof first) => handle.executeUpdate(submitRenewal, { args: [request] });
  await submit(first);
  expect(await codeOf(submit(renewalOf(sealer, { holder: 'Li Wei', credentialId: id, by })))).toBe(
    'renewal_under_review',
  );
  const decide = (update: typeof acceptRenewal, decisionId = randomUUID()) =>
    codeOf(
      handle.executeUpdate(update, {
        args: [{ decisionId, credentialId: id, renewalId: first.id, by, reason: 'unreadable' }],
      }),
    );
  // Two people at once: one wins.
  expect((await Promise.all([decide(acceptRenewal), decide(refuseRenewal)])).sort()).toEqual([
    'done',
    'renewal_decided',
  ]);
  // The same message again is answered as it was.
  const decisionId = randomUUID();
  const second = renewalOf(sealer, { holder: 'Li Wei', credentialId: id, by });
  await submit(second);
  const repeat = { decisionId, credentialId: id, renewalId: second.id, by, reason: 'unreadable' };
  for (let times = 0; times < 2; times++) await handle.executeUpdate(refuseRenewal, { args: [repeat] });
  const { rows } = await platform.pool.query('SELECT state FROM credential_renewals WHERE id = $1', [
    second.id,
  ]);
  expect(rows).toEqual([{ state: 'refused' }]);
});

test('a renewal whose check failed is accepted with a note only', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(20) });
  await platform.client.workflow.start('credential', run(id));
  const handle = platform.client.workflow.getHandle(`credential/${id}`);
  const request = renewalOf(sealer, {
    credentialId: id,
    by,
    validFrom: dayFromNow(-30),
    validUntil: dayFromNow(-1),
  });
  await handle.executeUpdate(submitRenewal, { args: [request] });
  const decision = { decisionId: randomUUID(), credentialId: id, renewalId: request.id, by };
  const refused = await handle.executeUpdate(acceptRenewal, { args: [decision] }).catch(rootFailure);
  expect(refused).toMatchObject({ type: 'note_required' });
  await handle.executeUpdate(acceptRenewal, {
    args: [{ ...decision, decisionId: randomUUID(), note: 'a receipt of the authority' }],
  });
});

test('the process of a lost Temporal comes back, reminds nobody twice and loses no reminder', async () => {
  await platform.pool.query(`UPDATE distributors SET email = 'li@example.com' WHERE id = $1`, [seller.id]);
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(5) });
  await platform.client.workflow.start('credential', run(id));
  const reminders = async () => {
    const { rows } = await platform.pool.query<{ days: number[] }>(
      'SELECT array_agg(days_before ORDER BY days_before) AS days FROM credential_reminders WHERE credential_id = $1',
      [id],
    );
    return rows[0]!.days;
  };
  await eventually('the reminder', async () => (await reminders()) !== null);
  await platform.client.workflow.getHandle(`credential/${id}`).terminate('lost');
  await platform.client.workflow.start('credential', run(id));
  const status = () => platform.client.workflow.getHandle(`credential/${id}`).query<ProcessStatus>('status');
  await eventually('the wait for the next reminder', async () => (await status()).waitsFor.length > 0);
  expect(await reminders()).toEqual([7, 14, 30, 60]);
  const next = (await status()).waitsFor.find(({ what }) => what === 'reminder');
  // One day before the end.
  expect(dateIn(ZONE, next!.until!)).toBe(dayFromNow(4));
});

test('a renewal that is valid only from tomorrow keeps the distributor restricted until then', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(-10) });
  await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  await renew(id, { validFrom: dayFromNow(1) });
  expect(await statesOf(orderId)).toEqual(['due']);
  const { rows } = await platform.pool.query<{ until: Date | null }>(
    `SELECT effective_until AS until FROM restrictions WHERE cause = 'credential/' || $1 ORDER BY effective_from`,
    [id],
  );
  expect(rows.map(({ until }) => until && dateIn(ZONE, until.getTime()))).toEqual([dayFromNow(1), null]);
});

test('where an expiry keeps new orders from earning, a renewal without a gap accrues what they would have earned', async () => {
  await platform.pool.query(
    `INSERT INTO policies (kind, version, terms, effective_from, activated_at)
     SELECT 'credential_rules', max(version) + 1, $1, now(), now() FROM policies WHERE kind = 'credential_rules'`,
    [
      JSON.stringify({
        ...firstCredentialTerms,
        types: { medical_device_permit: { reminders: [], graceDays: 0, effect: 'no_accrual' } },
      }),
    ],
  );
  const type = 'medical_device_permit';
  const id = await addCredential(platform.pool, {
    distributor: seller.id,
    validUntil: dayFromNow(-40),
    type,
  });
  await platform.client.workflow.start('credential', run(id));
  const orderId = await sellOne();
  expect(await statesOf(orderId)).toEqual(['not_accrued']);
  // Renewed in time by the authority, and handed in late.
  await renew(id, { validFrom: dayFromNow(-39) });
  await eventually('the release', async () => (await statesOf(orderId))[0] === 'released');

  // With a gap in which the order was paid, it stays as it is.
  const other = await addDistributor(platform.pool);
  seller = other;
  const late = await addCredential(platform.pool, {
    distributor: other.id,
    validUntil: dayFromNow(-40),
    type,
  });
  await platform.client.workflow.start('credential', run(late));
  const paidInGap = await sellOne();
  await renew(late, { validFrom: dayFromNow(-20) });
  const paidAfter = payment({
    attributionCode: other.code,
    paidAt: new Date(Date.now() - 15 * day).toISOString(),
  });
  await steps.payOrder(paidAfter, Date.now());
  expect(await statesOf(paidAfter.externalId)).toEqual(['held']);
  expect(await statesOf(paidInGap)).toEqual(['not_accrued']);
});

test('a renewal of another holder fails its check, and is accepted with a note only', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(20) });
  await platform.client.workflow.start('credential', run(id));
  const handle = platform.client.workflow.getHandle(`credential/${id}`);
  const request = renewalOf(sealer, { credentialId: id, by, holder: '王小明' });
  await handle.executeUpdate(submitRenewal, { args: [request] });
  const decision = { decisionId: randomUUID(), credentialId: id, renewalId: request.id, by };
  const refused = await handle.executeUpdate(acceptRenewal, { args: [decision] }).catch(rootFailure);
  expect(refused).toMatchObject({ type: 'note_required', message: expect.stringContaining('holder') });
});

test('a distributor who was terminated is not reminded', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(5) });
  await platform.pool.query('UPDATE distributors SET terminated_at = now() WHERE id = $1', [seller.id]);
  const { remindOfExpiry } = createCredentialActivities({
    pool: platform.pool,
    sealer,
    config: testConfig(),
  });
  expect(await remindOfExpiry(id, Date.now())).toMatchObject({ open: false, mails: [] });
  const { rowCount } = await platform.pool.query(
    'SELECT FROM credential_reminders WHERE credential_id = $1',
    [id],
  );
  expect(rowCount).toBe(0);
});

test('a renewal that is submitted early, from the day after the present end, passes its checks', async () => {
  const id = await addCredential(platform.pool, { distributor: seller.id, validUntil: dayFromNow(20) });
  await platform.client.workflow.start('credential', run(id));
  const failedOf = async (validFrom: string) => {
    const handle = platform.client.workflow.getHandle(`credential/${id}`);
    const request = renewalOf(sealer, { holder: 'Li Wei', credentialId: id, by, validFrom });
    await handle.executeUpdate(submitRenewal, { args: [request] });
    const decision = { decisionId: randomUUID(), credentialId: id, renewalId: request.id, by, reason: 'x' };
    await handle.executeUpdate(refuseRenewal, { args: [decision] });
    const { rows } = await platform.pool.query<{ failed: string[] }>(
      `SELECT ARRAY(SELECT c ->> 'code' FROM jsonb_array_elements(checks) c WHERE NOT (c ->> 'passed')::boolean) AS failed
       FROM credential_renewals WHERE id = $1`,
      [request.id],
    );
    return rows[0]!.failed;
  };
  expect(await failedOf(dayFromNow(21))).toEqual([]);
  expect(await failedOf(dayFromNow(22))).toEqual(['validity_not_started']);
});
