import { setTimeout as pause } from 'node:timers/promises';
import { openProcesses } from '../../database/recovery';
import { pageOfSubject, subjectOf } from '../../domain/kinds';
import { type Answer, startApi, startWorker, type TestApi } from '../support/api';
import { expectSoundLedger } from '../support/ledger';
import { activatePlan, addDistributor, addUser, payment, type TestDistributor } from '../support/platform';

const day = 86_400_000;
const numbers = { order: 'A/1 #2', line: '1/a', sku: 'X Y/Z#1', return: 'R/1 %2F' };

let api: TestApi;
let stopWorker: () => Promise<void>;
let key: string;
let seller: TestDistributor;

beforeAll(async () => {
  api = await startApi();
  stopWorker = await startWorker(api.context);
  key = await api.keyFor('admin');
  seller = await addDistributor(api.context.pool);
  const { pool } = api.context;
  const userId = await addUser(pool, 'admin');
  await activatePlan({ pool, userId } as Parameters<typeof activatePlan>[0], { returnWindowDays: 7 });
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});
afterEach(() => expectSoundLedger(api.context.pool));

const ok = async (answer: Promise<Answer>): Promise<Answer['body']> => {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body;
};
const post = (path: string, body: unknown = {}) => ok(api.call('POST', path, { key, body }));
const get = (path: string) => ok(api.call('GET', path, { key }));

const paidAt = Date.now() - 5 * day;
const after = (days: number) => new Date(paidAt + days * day).toISOString();
const part = encodeURIComponent;

const sold = (externalId: string) =>
  payment({
    externalId,
    paidAt: new Date(paidAt).toISOString(),
    attributionCode: seller.code,
    lines: [{ lineId: numbers.line, sku: numbers.sku, quantity: 2, unitPrice: 1000 }],
  });

/** Pays, ships and delivers an order. @returns its path in the API */
async function delivered(externalId: string, deliveredAt: string): Promise<string> {
  const order = `/v1/orders/${part(externalId)}`;
  const lineIds = [numbers.line];
  await post('/v1/orders', sold(externalId));
  await post(`${order}/shipments`, { lineIds, shippedAt: after(0.1) });
  await post(`${order}/deliveries`, { lineIds, deliveredAt });
  return order;
}

test('an order whose numbers hold slashes, number signs and spaces goes from payment to refund', async () => {
  const product = `/v1/products/${part(numbers.sku)}`;
  await ok(
    api.call('PUT', product, {
      key,
      body: { name: 'Tea', price: { amount: 1000, currency: 'CNY' } },
    }),
  );
  expect(await get(product)).toMatchObject({ sku: numbers.sku });

  const order = await delivered(numbers.order, after(1));
  const process = `/v1/processes/order/${part(numbers.order)}`;
  expect(await get(process)).toMatchObject({
    workflowId: 'order/A%2F1 #2',
    running: true,
    waitsFor: [{ what: 'window_end' }],
  });

  const lines = [{ lineId: numbers.line, quantity: 1 }];
  await post(`${order}/returns`, {
    returnId: numbers.return,
    requestedAt: after(2),
    lines,
    reason: 'worn',
  });
  await post(`${order}/returns/${part(numbers.return)}/refund`, { refundedAt: after(3) });
  expect(await get(order)).toMatchObject({
    id: numbers.order,
    lines: [{ lineId: numbers.line, sku: numbers.sku, returnedQuantity: 1 }],
    returns: [{ id: numbers.return, state: 'refunded' }],
  });

  const story = await get(`/v1/timeline/order/${part(numbers.order)}?limit=50`);
  const types = story.items.map(({ type }: { type: string }) => type);
  for (const type of ['paid', 'shipped', 'delivered', 'return_requested', 'return_refunded'])
    expect(types).toContain(type);
  const timeline = await get(`${order}/timeline`);
  expect(timeline.entries.map(({ type }: { type: string }) => type)).toEqual(
    expect.arrayContaining(['paid', 'return_refunded', 'transfer']),
  );
  expect((await get(`${order}/windows`)).items).toMatchObject([{ lineId: numbers.line, state: 'delivered' }]);

  // What a person writes about it, and finds it by.
  const subject = subjectOf('order', numbers.order);
  const note = await post('/v1/notes', { subject, body: 'rang the shop' });
  expect(note).toMatchObject({ subject });
  expect((await get(`/v1/notes?subject=${part(subject)}`)).items).toMatchObject([{ id: note.id }]);
  expect((await get(`/v1/search?q=${part('A/1')}`)).items).toMatchObject([
    { kind: 'order', id: numbers.order },
  ]);
  expect(pageOfSubject(subject)).toBe('/orders/A%2F1%20%232');
});

test('a late return with such numbers is decided by a process of its own', async () => {
  const number = `${numbers.order}/late`;
  const order = `/v1/orders/${part(number)}`;
  await post('/v1/orders', { ...sold(number), paidAt: new Date(paidAt - 20 * day).toISOString() });
  // Delivered so long ago that the window has already ended.
  await post(`${order}/deliveries`, { deliveredAt: after(-15) });
  while ((await get(order)).state !== 'closed') await pause(50);
  const lines = [{ lineId: numbers.line, quantity: 2 }];
  await post(`${order}/returns`, { returnId: numbers.return, lines, reason: 'late' });
  const subject = subjectOf('return', [number, numbers.return]);
  const process = `/v1/processes/return/${part(subject.slice('return/'.length))}`;
  expect(await get(process)).toMatchObject({
    workflowId: subject,
    running: true,
    waitsFor: [{ what: 'return_decision', which: [numbers.return] }],
  });
  // Were Temporal lost now, the same workflow would be started again.
  const open: string[] = [];
  for await (const page of openProcesses(api.context.pool, 'return'))
    open.push(...page.map(({ kind, id }) => subjectOf(kind, id)));
  expect(open).toContain(subject);
  await post(`${order}/returns/${part(numbers.return)}/refund`);
  expect(await get(order)).toMatchObject({ returns: [{ id: numbers.return, state: 'refunded' }] });
});

test.each([
  ['two lines', 'A\nB'],
  ['a tabulator', 'A\tB'],
  ['a mark that turns the text around', 'A\u202eB'],
  ['an invisible space', 'A\u200bB'],
  ['a space at its end', 'A '],
  ['only the dots of a folder', '..'],
  ['97 characters', 'A'.repeat(97)],
])('a number with %s is refused at its field', async (_what, externalId) => {
  const { status, body } = await api.call('POST', '/v1/orders', { key, body: sold(externalId) });
  expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/externalId']);
});

test('a number in Chinese is a number', async () => {
  const order = await delivered('订单 7/甲', after(1));
  expect(await get(order)).toMatchObject({ id: '订单 7/甲' });
});
