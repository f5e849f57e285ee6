import { randomUUID } from 'node:crypto';
import { startApi, type TestApi } from '../../support/api';
import { eventually } from '../../support/eventually';
import { addCommissions, addDistributor, balanceOf, startWorker } from '../../support/payouts';
import { restrict } from '../../support/restrictions';

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
