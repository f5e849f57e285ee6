import { randomUUID } from 'node:crypto';
import { endRestrictions } from '../../../database/restrictionEnds';
import { startApi, type TestApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { addCommissions, addDistributor, balanceOf, startWorker } from '../../support/payouts';
import { lift, restrict, voided } from '../../support/restrictions';

const settings = { TEMPORAL_TASK_QUEUE: `restrictions-${randomUUID()}` };
let api: TestApi;
let worker: Awaited<ReturnType<typeof startWorker>>;
let admin: string;

beforeAll(async () => {
  api = await startApi(settings);
  worker = await startWorker(api.context.pool, api.context.config, settings.TEMPORAL_TASK_QUEUE);
  admin = await api.keyFor('admin');
});
afterAll(async () => {
  await worker.stop();
  await api.stop();
});

const post = (path: string, body: object = {}) => api.call('POST', path, { key: admin, body });
const get = (path: string) => api.call('GET', path, { key: admin });

async function runOf(distributorId: string): Promise<string | undefined> {
  const { body } = await get('/v1/commission-releases');
  return body.items.find(
    ({ selection }: { selection: { distributorId?: string } }) => selection.distributorId === distributorId,
  )?.id;
}

const released = (distributorId: string) =>
  eventually(`the release to ${distributorId}`, async () => {
    const { held } = await balanceOf(api.context.pool, distributorId);
    return held === 0;
  });

test('a suspended distributor is not paid; reinstating starts a run that releases what was kept back', async () => {
  const distributorId = await addDistributor(api.context.pool);
  const path = `/v1/distributors/${distributorId}`;
  await addCommissions(api.context.pool, [distributorId], [300, 200], { automatic: true });
  expect((await post(`${path}/suspend`, { reason: 'papers' })).body).toMatchObject({
    state: 'suspended',
    stateReason: 'papers',
  });
  const earnings = (await get(`${path}/earnings`)).body.items;
  expect(earnings.map(({ code }: { code: string }) => code)).toEqual(Array(2).fill('distributor_suspended'));
  expect((await get('/v1/distributors?state=suspended')).body.items).toMatchObject([{ id: distributorId }]);
  expect((await get(`${path}/restrictions?open=true`)).body.items).toMatchObject([
    { effect: 'suspended', note: 'papers', open: true, cause: expect.stringMatching(/^user\//) },
  ]);

  expect((await post(`${path}/reinstate`, { reason: 'all there' })).body).toMatchObject({
    state: 'active',
    stateReason: 'all there',
  });
  await released(distributorId);
  const id = await runOf(distributorId);
  await eventually('the end of the run', async () => {
    const { body } = await get(`/v1/commission-releases/${id}`);
    return body.state === 'done';
  });
  expect((await get(`/v1/commission-releases/${id}`)).body).toMatchObject({
    proposedBy: 'system',
    items: 2,
    totals: [{ amount: 500, currency: 'CNY' }],
    progress: { released: 2, leftOut: 0 },
  });
  expect((await get('/v1/distributors?state=suspended')).body.items).toEqual([]);
  expect((await get(`${path}/restrictions?open=true`)).body.items).toEqual([]);
  expect((await get(`${path}/restrictions`)).body.items).toMatchObject([
    { liftNote: 'all there', open: false },
  ]);
});

test('reinstating many at once starts their runs, too', async () => {
  const ids = [await addDistributor(api.context.pool), await addDistributor(api.context.pool)];
  await addCommissions(api.context.pool, ids, [300, 200], { automatic: true });
  const done = async (action: string) => {
    const { status, body } = await post('/v1/bulk-actions', { action, ids, input: { reason: 'x' } });
    expect(status).toBe(202);
    await eventually(action, async () => (await get(`/v1/bulk-actions/${body.id}`)).body.state === 'done');
  };
  await done('distributors.suspend');
  await done('distributors.reinstate');
  for (const id of ids) await released(id);
});

test('a distributor sees that something is restricted, and neither note nor cause', async () => {
  const key = await api.keyFor('distributor');
  const { distributorId } = (await api.call('GET', '/v1/me', { key })).body.user;
  await addCommissions(api.context.pool, [distributorId], [300]);
  await restrict(api.context.pool, distributorId, { effect: 'no_release', note: 'bought by themselves' });
  const { body } = await api.call('GET', `/v1/distributors/${distributorId}/earnings`, { key });
  expect(body.items).toMatchObject([{ code: 'hold_violation' }]);
  expect(JSON.stringify(body)).not.toContain('bought by themselves');
  expect(JSON.stringify(body)).not.toContain('violation/');
});

describe('a suspension with an end', () => {
  const day = 86_400_000;

  test('is shown until when, mailed, audited, and lifts by itself', async () => {
    const { pool } = api.context;
    const distributorId = await addDistributor(pool);
    await pool.query(`UPDATE distributors SET email = 'li@example.com', locale = 'en' WHERE id = $1`, [
      distributorId,
    ]);
    const path = `/v1/distributors/${distributorId}`;
    const until = new Date(Date.now() + day);
    const { status, body } = await post(`${path}/suspend`, { reason: 'papers', until: until.toISOString() });
    expect([status, body.state, body.suspendedUntil]).toEqual([200, 'suspended', until.toISOString()]);
    expect((await get(`${path}/restrictions?open=true`)).body.items).toMatchObject([
      { effectiveUntil: until.toISOString(), state: 'open' },
    ]);
    expect((await get(`/v1/audit?subject=distributor/${distributorId}`)).body.items).toMatchObject([
      {
        action: 'distributor.suspend',
        after: { state: 'suspended', until: until.toISOString() },
        reason: 'papers',
      },
    ]);
    const mails = async () =>
      (
        await pool.query('SELECT subject, body FROM mails WHERE subject_ref = $1 ORDER BY created_at', [
          `distributor/${distributorId}`,
        ])
      ).rows;
    const [mail] = await mails();
    const words = new Intl.DateTimeFormat('en', {
      ...{ dateStyle: 'long', timeStyle: 'short', timeZone: api.context.config.BRAND_TIME_ZONE },
    } as Intl.DateTimeFormatOptions).format(until);
    expect(mail.subject).toContain(`suspended until ${words}`);
    expect(mail.body).toContain(`ends automatically on ${words}`);
    expect(mail.body).not.toContain('papers');

    await pool.query('UPDATE restrictions SET effective_until = now() WHERE distributor_id = $1', [
      distributorId,
    ]);
    expect((await get(path)).body).toMatchObject({
      state: 'active',
      stateReason: null,
      suspendedUntil: null,
    });
    expect((await post(`${path}/reinstate`, { reason: 'x' })).body).toMatchObject({
      type: '/problems/distributor_state',
    });
    expect((await get(`${path}/restrictions?ended=true`)).body.items).toMatchObject([{ state: 'ended' }]);
    expect((await post(`${path}/suspend`, { reason: 'again' })).body).toMatchObject({
      ...{ state: 'suspended', stateReason: 'again', suspendedUntil: null },
    });
    await post(`${path}/reinstate`, { reason: 'all there' });
    expect((await mails()).map(({ subject }) => subject)).toEqual([
      mail.subject,
      expect.stringMatching('Your account is suspended$'),
      expect.stringMatching('Your account is active again$'),
    ]);
  });

  test('is refused where the end has passed, names the field, and changes nothing', async () => {
    const path = `/v1/distributors/${await addDistributor(api.context.pool)}`;
    const { status, body } = await post(`${path}/suspend`, { reason: 'x', until: new Date().toISOString() });
    expect([status, body.type, body.errors?.[0]?.pointer]).toEqual([422, '/problems/until_past', '/until']);
    const other = await post(`${path}/suspend`, { reason: 'x', until: 'tomorrow' });
    expect([other.status, other.body.errors?.[0]?.pointer]).toEqual([422, '/until']);
    expect((await get(`${path}/restrictions`)).body.items).toEqual([]);
  });
});

test('restrictions are listed with their state: open, to come, ended, lifted and voided', async () => {
  const { pool } = api.context;
  const distributorId = await addDistributor(pool);
  const at = (ms: number) => new Date(Date.now() + ms);
  const place = (effect: string, columns: object = {}) =>
    restrict(pool, distributorId, { effect, ...columns });
  await place('no_release');
  await place('no_payout', { effective_from: at(60_000) });
  await place('no_orders', { effective_until: at(-60_000) });
  await lift(pool, await place('no_accrual'));
  await voided(pool, await place('suspended'));
  const list = async (query: string) => {
    const { body } = await get(`/v1/distributors/${distributorId}/restrictions?${query}`);
    return Object.fromEntries(
      body.items.map(({ effect, state }: { effect: string; state: string }) => [effect, state]),
    );
  };
  const [open, toCome] = [{ no_release: 'open' }, { no_payout: 'to_come' }];
  const over = { no_orders: 'ended', no_accrual: 'lifted', suspended: 'voided' };
  expect(await list('')).toEqual({ ...open, ...toCome, ...over });
  expect(await list('open=true')).toEqual(open);
  expect(await list('ended=false')).toEqual({ ...open, ...toCome });
  expect(await list('ended=true')).toEqual(over);
});

test('a distributor lists what restricts them, without note, cause and names, and nobody else', async () => {
  const { pool } = api.context;
  const key = await api.keyFor('distributor');
  const { distributorId } = (await api.call('GET', '/v1/me', { key })).body.user;
  await post(`/v1/distributors/${distributorId}/suspend`, { reason: 'bought by themselves' });
  const own = `/v1/distributors/${distributorId}`;
  const { body } = await api.call('GET', `${own}/restrictions`, { key });
  expect(body.items).toMatchObject([
    { effect: 'suspended', state: 'open', cause: null, note: null, placedBy: null },
  ]);
  expect((await api.call('GET', own, { key })).body).toMatchObject({ state: 'suspended', stateReason: null });
  const other = await addDistributor(pool);
  expect((await api.call('GET', `/v1/distributors/${other}/restrictions`, { key })).status).toBe(404);
});

test('the balance says how much is kept back and what is left to withdraw', async () => {
  const { pool } = api.context;
  const distributorId = await addDistributor(pool);
  await pool.query(
    `INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, occurred_at)
     VALUES ($1, 'commission_expense', 'available', $2, 'CNY', 5000, now())`,
    [`test/${randomUUID()}`, distributorId],
  );
  const keepBack = (amount: number, columns: object = {}) =>
    restrict(pool, distributorId, { effect: 'no_payout', amount, currency: 'CNY', ...columns });
  const shown = async () => {
    const { body } = await get(`/v1/distributors/${distributorId}/balance`);
    const { totals } = (await get(`/v1/distributors/${distributorId}/earnings`)).body;
    const pair = ({ keptBack, withdrawable }: Record<string, { amount: number }>) => [
      keptBack!.amount,
      withdrawable!.amount,
    ];
    expect(pair(totals[0])).toEqual(pair(body));
    expect(body.available.amount).toBe(5000);
    return pair(body);
  };
  expect(await shown()).toEqual([0, 5000]);
  const first = await keepBack(3000);
  await keepBack(1000, { effective_from: new Date(Date.now() + 60_000) });
  expect(await shown()).toEqual([3000, 2000]);
  await keepBack(4000);
  expect(await shown()).toEqual([7000, 0]);
  await lift(pool, first);
  expect(await shown()).toEqual([4000, 1000]);
});

test('a restriction that ended half an hour ago and was not followed shows as stuck work, with its distributor', async () => {
  const { pool } = api.context;
  const distributorId = await addDistributor(pool);
  const ended = (minutes: number) =>
    restrict(pool, distributorId, {
      effect: 'no_release',
      effective_until: new Date(Date.now() - minutes * 60_000),
    });
  const stuck = async () =>
    (await get('/v1/stuck-work')).body.items.filter(
      ({ subject }: { subject: string }) => subject === `distributor/${distributorId}`,
    );
  await ended(20);
  expect(await stuck()).toEqual([]);
  await ended(40);
  expect(await stuck()).toMatchObject([{ kind: 'restriction_over', href: `/distributors/${distributorId}` }]);
  for await (const run of endRestrictions(pool)) expect(run).toBeNull();
  expect(await stuck()).toEqual([]);
});
