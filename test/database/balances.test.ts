import { createPool, type Pool } from '../../database/pool';
import { createDatabase } from '../support/database';
import { addDistributor } from '../support/platform';

let database: Awaited<ReturnType<typeof createDatabase>>;
let pool: Pool;

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, 16, (error) => console.error(error));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function post(
  transfers: { key: string; from: string; to: string; distributorId: string; amount: number }[],
) {
  await pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     SELECT t.key, t."from", t."to", t."distributorId", 'CNY', t.amount, now()
     FROM jsonb_to_recordset($1::jsonb) AS t (key text, "from" account, "to" account, "distributorId" uuid, amount bigint)`,
    [JSON.stringify(transfers)],
  );
}

async function balances(): Promise<Record<string, number[]>> {
  const { rows } = await pool.query('SELECT distributor_id, held, available, reserved, debt FROM balances');
  return Object.fromEntries(
    rows.map((row) => [row.distributor_id, [row.held, row.available, row.reserved, row.debt]]),
  );
}

test('batches posted at once to the same new distributors, each in another order, all count', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, async () => (await addDistributor(pool)).id));
  const batch = (index: number) => {
    const order = index % 2 ? ids : [...ids].reverse();
    return order.flatMap((distributorId) => [
      {
        key: `${index}/${distributorId}/accrue`,
        from: 'commission_expense',
        to: 'held',
        distributorId,
        amount: 10,
      },
      {
        key: `${index}/${distributorId}/more`,
        from: 'commission_expense',
        to: 'held',
        distributorId,
        amount: 5,
      },
      { key: `${index}/${distributorId}/release`, from: 'held', to: 'available', distributorId, amount: 4 },
      { key: `${index}/${distributorId}/debt`, from: 'debt', to: 'penalties', distributorId, amount: 2 },
      { key: `${index}/${distributorId}/repaid`, from: 'held', to: 'debt', distributorId, amount: 2 },
    ]);
  };
  await Promise.all(Array.from({ length: 32 }, (_, index) => post(batch(index))));
  expect(await balances()).toEqual(Object.fromEntries(ids.map((id) => [id, [32 * 9, 32 * 4, 0, 0]])));
});

test('what a batch moves in and out again needs no money before', async () => {
  const { id } = await addDistributor(pool);
  await post([
    { key: 'out', from: 'held', to: 'available', distributorId: id, amount: 7 },
    { key: 'in', from: 'commission_expense', to: 'held', distributorId: id, amount: 7 },
  ]);
  expect((await balances())[id]).toEqual([0, 7, 0, 0]);
});

test('a transfer of more than there is is refused with its whole batch', async () => {
  const { id } = await addDistributor(pool);
  const accrue = { key: 'accrue', from: 'commission_expense', to: 'held', distributorId: id, amount: 7 };
  await expect(
    post([accrue, { ...accrue, key: 'over', from: 'held', to: 'available', amount: 8 }]),
  ).rejects.toThrow(/violates check constraint "balances_held_check"/);
  expect((await balances())[id]).toBeUndefined();
});
