import { randomUUID } from 'node:crypto';
import { revealPayoutFile } from '../../activities/payout';
import type { Actor } from '../../database/journal';
import type { Pool } from '../../database/pool';
import { createSealer } from '../../database/sealing';
import {
  addDistributor,
  addUser,
  balanceOf,
  charge,
  codeOf,
  credit,
  ledgerFaults,
  openDatabase,
  sendUpdate,
  startWorker,
  testConfig,
} from '../support/payouts';
import { suspend } from '../support/restrictions';

const config = testConfig({ SECOND_APPROVAL_ABOVE: '100000' });
const sealer = createSealer(config);
let database: Awaited<ReturnType<typeof openDatabase>>;
let pool: Pool;
let worker: Awaited<ReturnType<typeof startWorker>>;
let li: Actor & { userId: string };
let wang: Actor & { userId: string };

beforeAll(async () => {
  database = await openDatabase();
  pool = database.pool;
  worker = await startWorker(pool, config);
  li = await addUser(pool, 'Li');
  wang = await addUser(pool, 'Wang');
});
afterAll(async () => {
  await worker.stop();
  await database.close();
});
afterEach(async () => expect(await ledgerFaults(pool)).toEqual([]));

const request = (
  distributorId: string,
  amount: number,
  { id = randomUUID() as string, currency = 'CNY' } = {},
) => ({
  id,
  answer: sendUpdate(
    worker,
    'withdrawal',
    id,
    'request',
    { id, distributorId, amount, currency, by: li },
    { resume: false },
  ),
});
const decide = (
  id: string,
  what: 'approve' | 'reject' | 'cancel' | 'returnPayment',
  by: Actor,
  decisionId = randomUUID() as string,
) =>
  codeOf(
    sendUpdate(
      worker,
      'withdrawal',
      id,
      what,
      { id, decisionId, by, text: 'because' },
      { updateId: decisionId },
    ),
  );
const stateOf = async (id: string) =>
  (await pool.query<{ state: string }>('SELECT state FROM withdrawals WHERE id = $1', [id])).rows[0]?.state;
const keysOf = async (id: string) =>
  (
    await pool.query<{ key: string }>('SELECT key FROM transfers WHERE withdrawal_id = $1 ORDER BY id', [id])
  ).rows.map(({ key }) => key.replace(`withdrawal/${id}/`, ''));

async function funded(amount: number): Promise<string> {
  const distributor = await addDistributor(pool);
  await credit(pool, distributor, amount);
  return distributor;
}

async function approved(amount = 5000): Promise<{ id: string; distributor: string }> {
  const distributor = await funded(amount);
  const { id, answer } = request(distributor, amount);
  await answer;
  await decide(id, 'approve', li);
  return { id, distributor };
}

describe('a request', () => {
  test('reserves the money', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 2000);
    expect(await answer).toEqual({ state: 'requested', method: 'file' });
    expect(await balanceOf(pool, distributor)).toEqual({ held: 0, available: 3000, reserved: 2000, debt: 0 });
    expect(await keysOf(id)).toEqual(['reserve']);
  });

  test('that arrives twice is one', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 2000);
    await answer;
    await Promise.all([request(distributor, 2000, { id }).answer, request(distributor, 2000, { id }).answer]);
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 3000, reserved: 2000 });
  });

  test('for the whole balance, made 50 times at once, succeeds exactly once', async () => {
    const distributor = await funded(5000);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => codeOf(request(distributor, 5000).answer)),
    );
    expect(answers.filter((answer) => answer === 'insufficient_available')).toHaveLength(49);
    expect(await balanceOf(pool, distributor)).toEqual({ held: 0, available: 0, reserved: 5000, debt: 0 });
  });

  test('is refused by one clear code each', async () => {
    const distributor = await funded(5000);
    const suspended = await funded(5000);
    await suspend(pool, suspended);
    const bare = await funded(5000);
    await pool.query(`UPDATE distributors SET bank_account_sealed = '' WHERE id = $1`, [bare]);
    const refused = (id: string, amount: number, currency = 'CNY') =>
      codeOf(request(id, amount, { currency }).answer);
    expect(await refused(distributor, 999)).toBe('below_minimum');
    expect(await refused(distributor, 5001)).toBe('insufficient_available');
    expect(await refused(distributor, 2000, 'USD')).toBe('currency_unknown');
    expect(await refused(suspended, 2000)).toBe('distributor_not_active');
    expect(await refused(bare, 2000)).toBe('no_bank_account');
    expect(await refused(randomUUID(), 2000)).toBe('distributor_not_found');
    expect(
      (
        await pool.query('SELECT FROM withdrawals WHERE distributor_id = ANY ($1)', [
          [distributor, suspended, bare],
        ])
      ).rowCount,
    ).toBe(0);
  });
});

describe('a decision', () => {
  test('to reject returns the money to the balance, debt first', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 5000);
    await answer;
    await charge(pool, distributor, 1500);
    await decide(id, 'reject', li);
    expect(await balanceOf(pool, distributor)).toEqual({ held: 0, available: 3500, reserved: 0, debt: 0 });
    expect(await keysOf(id)).toEqual(['reserve', 'return-debt', 'return']);
  });

  test('is one, and money moves once, when two people approve and reject at once', async () => {
    for (let round = 0; round < 5; round++) {
      const distributor = await funded(5000);
      const { id, answer } = request(distributor, 5000);
      await answer;
      const answers = await Promise.all([decide(id, 'approve', li), decide(id, 'reject', wang)]);
      expect(answers.filter((given) => given === 'withdrawal_decided')).toHaveLength(1);
      const won = await stateOf(id);
      expect(await keysOf(id)).toEqual(won === 'rejected' ? ['reserve', 'return'] : ['reserve']);
    }
  });

  test('to reject, made twice at once by two people, moves money once', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 5000);
    await answer;
    const answers = await Promise.all([decide(id, 'reject', li), decide(id, 'reject', wang)]);
    expect(answers.filter((given) => given === 'withdrawal_decided')).toHaveLength(1);
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 5000, reserved: 0 });
  });

  test('that arrives twice gets the same answer, also after the workflow is gone', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 5000);
    await answer;
    const decision = randomUUID();
    const first = await decide(id, 'reject', li, decision);
    await worker.client.workflow.getHandle(`withdrawal/${id}`).result();
    expect(await decide(id, 'reject', li, decision)).toEqual(first);
    expect(await keysOf(id)).toEqual(['reserve', 'return']);
  });

  test('above the set amount takes two different people', async () => {
    const distributor = await funded(100_001);
    const { id, answer } = request(distributor, 100_001);
    await answer;
    expect(await decide(id, 'approve', li)).toMatchObject({ state: 'requested' });
    expect(await decide(id, 'approve', li)).toBe('second_person_needed');
    expect(await stateOf(id)).toBe('requested');
    expect(await decide(id, 'approve', wang)).toMatchObject({ state: 'approved' });
  });

  test('to approve is refused to the distributor who is paid', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 5000);
    await answer;
    expect(await decide(id, 'approve', await addUser(pool, 'Self', distributor))).toBe('own_withdrawal');
  });

  test('after the rejection learns who rejected it', async () => {
    const distributor = await funded(5000);
    const { id, answer } = request(distributor, 5000);
    await answer;
    await decide(id, 'reject', wang);
    await expect(
      sendUpdate(worker, 'withdrawal', id, 'approve', { id, decisionId: randomUUID(), by: li }),
    ).rejects.toMatchObject({ cause: { message: expect.stringContaining('rejected by Wang at') } });
  });

  test('to cancel works until it is being paid, also when the workflow has ended', async () => {
    const { id, distributor } = await approved();
    await worker.client.workflow.getHandle(`withdrawal/${id}`).result();
    expect(await decide(id, 'cancel', li)).toMatchObject({ state: 'canceled' });
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 5000, reserved: 0 });
    await worker.client.workflow.getHandle(`withdrawal/${id}`).result();
    expect(await decide(id, 'cancel', wang)).toBe('withdrawal_decided');
  });
});

describe('a payout file', () => {
  const open = async (id = randomUUID() as string) => {
    const answer = await codeOf(
      sendUpdate(worker, 'payout', id, 'open', { id, currency: 'CNY', by: li }, { resume: false }),
    );
    return { id, answer };
  };
  const confirm = (id: string, failed: { withdrawalId: string; reason: string }[] = [], by = li) =>
    codeOf(sendUpdate(worker, 'payout', id, 'confirm', { id, decisionId: randomUUID(), failed, by }));
  const listed = async (batchId: string) =>
    (await revealPayoutFile({ pool, sealer }, { id: batchId, by: li }))!.map((row) => row.withdrawalId);

  // Whatever earlier tests left approved must not be collected by these.
  beforeEach(() => pool.query(`UPDATE withdrawals SET method = 'http' WHERE state = 'approved'`));

  test('is refused when nothing is approved', async () => {
    expect((await open()).answer).toBe('nothing_to_pay');
  });

  test('pays what it lists and returns what the bank refused to the balance', async () => {
    const [paid, failed] = [await approved(5000), await approved(7000)];
    const { id } = await open();
    expect((await listed(id)).sort()).toEqual([paid.id, failed.id].sort());
    expect(await confirm(id, [{ withdrawalId: failed.id, reason: 'account closed' }])).toBe('settled');
    expect([await stateOf(paid.id), await stateOf(failed.id)]).toEqual(['paid', 'failed']);
    expect(await balanceOf(pool, paid.distributor)).toMatchObject({ available: 0, reserved: 0 });
    expect(await balanceOf(pool, failed.distributor)).toMatchObject({ available: 7000, reserved: 0 });
    expect(await keysOf(paid.id)).toEqual(['reserve', 'pay']);
  });

  test('what the bank sends back after it was confirmed is credited to the distributor, once, and pays debt first', async () => {
    const { id, distributor } = await approved(5000);
    await confirm((await open()).id);
    await charge(pool, distributor, 2000);

    const answers = await Promise.all([
      decide(id, 'returnPayment', li),
      decide(id, 'returnPayment', wang),
      decide(id, 'returnPayment', li),
    ]);

    expect(answers.filter((answer) => answer === 'withdrawal_state')).toHaveLength(2);
    expect(await stateOf(id)).toBe('failed');
    expect(await keysOf(id)).toEqual(['reserve', 'pay', 'return-debt', 'return']);
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 3000, reserved: 0, debt: 0 });
  });

  test('above the limit it takes two people to say that the bank has sent money back', async () => {
    const distributor = await funded(200_000);
    const { id, answer } = request(distributor, 200_000);
    await answer;
    await decide(id, 'approve', li);
    await decide(id, 'approve', wang);
    expect(await decide(id, 'returnPayment', li)).toBe('withdrawal_state');
    await confirm((await open()).id);

    expect(await decide(id, 'returnPayment', li)).toMatchObject({ state: 'paid' });
    expect(await decide(id, 'returnPayment', li)).toBe('second_person_needed');
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 0 });
    expect(await decide(id, 'returnPayment', wang)).toMatchObject({ state: 'failed' });
    expect(await balanceOf(pool, distributor)).toMatchObject({ available: 200_000, reserved: 0 });
  });

  test('confirmed by two people at once is settled by one of them', async () => {
    const { id: withdrawal } = await approved();
    const { id } = await open();
    const answers = await Promise.all([
      confirm(id),
      confirm(id, [{ withdrawalId: withdrawal, reason: 'no' }], wang),
    ]);
    expect(answers.sort()).toEqual(['payout_decided', 'settled']);
    expect(await keysOf(withdrawal)).toHaveLength(2);
  });

  test('refuses a confirmation that names a withdrawal of another file, and changes nothing', async () => {
    const { id: withdrawal } = await approved();
    const { id } = await open();
    expect(await confirm(id, [{ withdrawalId: randomUUID(), reason: 'no' }])).toBe('not_in_batch');
    expect(await stateOf(withdrawal)).toBe('paying');
  });

  test('pays exactly what it lists, also when withdrawals are canceled and other files made meanwhile', async () => {
    const all = [];
    for (let i = 0; i < 12; i++) all.push(await approved());
    const [one, two, ...cancellations] = await Promise.all([
      open(),
      open(),
      ...all.slice(0, 6).map(({ id }) => decide(id, 'cancel', wang)),
    ]);
    const batches = [one, two].filter(({ answer }) => answer === 'open');
    const lists = await Promise.all(batches.map(({ id }) => listed(id)));
    await Promise.all(batches.map(({ id }) => confirm(id)));
    const paid = lists.flat();
    expect(new Set(paid).size).toBe(paid.length);
    for (const [index, { id, distributor }] of all.entries()) {
      const canceled = typeof cancellations[index] === 'object';
      expect(await stateOf(id)).toBe(canceled ? 'canceled' : 'paid');
      expect(paid.includes(id)).toBe(!canceled);
      expect(await balanceOf(pool, distributor)).toMatchObject({
        available: canceled ? 5000 : 0,
        reserved: 0,
      });
    }
  });

  test('shows full account numbers, and each look is audited', async () => {
    const { id: withdrawal } = await approved(123_45);
    const { id } = await open();
    const first = await revealPayoutFile({ pool, sealer }, { id, by: wang });
    expect(first).toEqual([
      {
        withdrawalId: withdrawal,
        holder: '王小明',
        bank: 'ICBC',
        account: '6222020200112233445',
        amount: '123.45',
        currency: 'CNY',
      },
    ]);
    expect(await revealPayoutFile({ pool, sealer }, { id, by: wang })).toEqual(first);
    const { rows } = await pool.query(
      `SELECT actor FROM audit_entries WHERE subject = $1 AND action = 'payout_batch.reveal_file'`,
      [`payout/${id}`],
    );
    expect(rows).toEqual([{ actor: 'Wang' }, { actor: 'Wang' }]);
  });
});
