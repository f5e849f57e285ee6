import { randomUUID } from 'node:crypto';
import { startApi, startWorker, type TestApi } from '../../support/api';
import { activatePlan, addUser, payment } from '../../support/platform';

let api: TestApi;
let operator: string;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  api = await startApi();
  stopWorker = await startWorker(api.context);
  operator = await api.keyFor('operator');
  const userId = await addUser(api.context.pool, 'admin');
  await activatePlan({ pool: api.context.pool, userId } as Parameters<typeof activatePlan>[0]);
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const get = (path: string) => api.call('GET', path, { key: operator });
const post = (path: string, body: unknown) => api.call('POST', path, { key: operator, body });
const stuckOf = async (id: string) =>
  (await get('/v1/stuck-work')).body.items.filter(
    (item: { subject: string }) => item.subject === `order/${id}`,
  );

test('an event whose order never arrived is found, is stuck work after a day, and can be discarded', async () => {
  const id = `never-${randomUUID()}`;
  const deliveredAt = '2026-03-01T08:00:00Z';
  expect((await post(`/v1/orders/${id}/deliveries`, { deliveredAt })).status).toBe(202);

  const missing = await get(`/v1/orders/${id}`);
  expect(missing.status).toBe(404);
  expect(missing.body.detail).toContain('delivered at 2026-03-01T08:00:00');
  expect((await get(`/v1/search?q=${id}`)).body.items).toEqual([
    { kind: 'order', id, title: id, subtitle: '', state: 'waiting' },
  ]);

  expect((await get(`/v1/orders/${id}/unapplied-events`)).body.unappliedEvents).toMatchObject([
    { type: 'delivered', state: 'waiting', lineIds: null, refusal: null },
  ]);
  expect(await stuckOf(id)).toEqual([]);
  await api.context.pool.query(
    "UPDATE early_events SET received_at = received_at - interval '25 hours' WHERE order_id = $1",
    [id],
  );
  const [item] = await stuckOf(id);
  expect(item).toMatchObject({
    kind: 'event_waiting',
    href: `/orders/${id}`,
    what: { en: 'A delivery has waited for its order for over a day' },
  });

  const [action] = item.actions;
  expect(action).toMatchObject({ name: 'discard', method: 'POST' });
  expect((await post(action.path, action.body)).status).toBe(422);
  const discard = { ...action.body, reason: 'a test of the shop' };
  expect((await post(action.path, discard)).body).toEqual({ unappliedEvents: [] });
  expect((await post(action.path, discard)).status).toBe(404);
  expect(await stuckOf(id)).toEqual([]);
  const { rows } = await api.context.pool.query(
    'SELECT action, before, reason FROM audit_entries WHERE subject = $1',
    [`order/${id}`],
  );
  expect(rows).toEqual([
    { action: 'order.keep_event', before: null, reason: null },
    { action: 'order.discard_event', before: { event: 'delivered' }, reason: 'a test of the shop' },
  ]);
});

test('an event that was refused when its order arrived shows there and as stuck work, until it is sent corrected', async () => {
  const order = payment();
  const id = order.externalId;
  const ask = (quantity: number) =>
    post(`/v1/orders/${id}/returns`, { returnId: 'R1', reason: 'x', lines: [{ lineId: '1', quantity }] });
  expect((await ask(4)).status).toBe(202);
  const { body } = await post('/v1/orders', order);
  const refused = {
    key: 'return_requested/R1',
    type: 'return_requested',
    state: 'refused',
    returnId: 'R1',
    refusal: { code: 'quantity_exceeded', message: 'Line 1 has 3 of 3 units left to return, not 4.' },
  };
  expect(body.unappliedEvents).toMatchObject([refused]);
  expect(await stuckOf(id)).toMatchObject([
    {
      kind: 'event_refused',
      what: {
        en: 'A return request was accepted and later refused: Line 1 has 3 of 3 units left to return, not 4.',
      },
    },
  ]);

  expect((await ask(5)).body.type).toBe('/problems/quantity_exceeded');
  expect((await get(`/v1/orders/${id}`)).body.unappliedEvents).toMatchObject([refused]);
  expect((await ask(3)).body).toMatchObject({
    unappliedEvents: [],
    returns: [{ id: 'R1', state: 'requested' }],
  });
  expect(await stuckOf(id)).toEqual([]);
});

test('a refund reported ahead of its return waits in the order for that', async () => {
  const order = payment();
  await post('/v1/orders', order);
  const url = `/v1/orders/${order.externalId}`;
  expect((await post(`${url}/returns/R1/refund`, {})).status).toBe(202);
  expect((await get(url)).body.unappliedEvents).toMatchObject([
    { type: 'return_refunded', state: 'waiting', returnId: 'R1', refusal: null },
  ]);
  const { body } = await post(`${url}/returns`, {
    returnId: 'R1',
    reason: 'x',
    lines: [{ lineId: '1', quantity: 3 }],
  });
  expect(body).toMatchObject({ state: 'closed', unappliedEvents: [], returns: [{ state: 'refunded' }] });
});
