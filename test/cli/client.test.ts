import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError, ApiUnavailable, createClient } from '../../cli/client';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server;
let url: string;
let answers: Answer[];
let bodies: string[];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      bodies.push(body);
      (answers.shift() ?? ok)(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => {
  answers = [];
  bodies = [];
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const json = (status: number, body: object, headers: Record<string, string> = {}): Answer => {
  return (_, response) => void response.writeHead(status, headers).end(JSON.stringify(body));
};
const ok = json(200, { fine: true });
const busy = (headers: Record<string, string> = {}) => json(503, { detail: 'The queue is full.' }, headers);
const broken: Answer = (request) => void request.socket.destroy();

function client(options: { patienceMs?: number; maxInFlight?: number } = {}) {
  const waits: { why: string; delayMs: number }[] = [];
  const onRetry = (why: string, delayMs: number) => void waits.push({ why, delayMs });
  return { api: createClient({ url, key: 'k', onRetry, ...options }), waits };
}

test('a busy API is asked again with the same message, and not before it says', async () => {
  answers = [busy({ 'Retry-After': '1' }), json(429, {}, { 'Retry-After': '0' })];
  const { api, waits } = client();
  const startedAt = Date.now();
  expect(await api.request('POST', '/v1/orders', { body: { externalId: '1' } })).toEqual({ fine: true });
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(1000);
  expect(waits.map(({ why }) => why)).toEqual(['The queue is full.', 'The API responded with 429.']);
  expect(bodies).toEqual(Array(3).fill('{"externalId":"1"}'));
});

test('a connection that breaks is tried again', async () => {
  answers = [broken, broken];
  const { api, waits } = client();
  expect(await api.request('POST', '/v1/orders', { body: {} })).toEqual({ fine: true });
  expect(waits).toHaveLength(2);
});

test('the client gives up an API that stays away after the set time', async () => {
  answers = Array(20).fill(busy());
  const request = client({ patienceMs: 100 }).api.request('GET', '/v1/orders');
  await expect(request).rejects.toThrow(ApiUnavailable);
  await expect(request).rejects.toThrow('The queue is full.');
});

test('queued requests give up together with the one before them', async () => {
  answers = Array(60).fill(busy());
  const { api } = client({ patienceMs: 1000, maxInFlight: 1 });
  const startedAt = Date.now();
  const requests = Array.from({ length: 8 }, () => api.request('GET', '/v1/orders'));
  const outcomes = await Promise.allSettled(requests);
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
  expect(Date.now() - startedAt).toBeLessThan(4000);
});

test('a refusal is not tried again, and says what the API says', async () => {
  const errors = [{ pointer: '/lines/0/sku', detail: 'too long' }];
  answers = [json(422, { type: '/problems/body_not_valid', detail: 'The sku is too long.', errors })];
  const error = await client()
    .api.request('POST', '/v1/orders', { body: {} })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({
    status: 422,
    code: 'body_not_valid',
    message: 'The sku is too long.',
    errors,
    isRefusal: true,
  });
  expect(bodies).toHaveLength(1);
});

test.each([
  [401, 'key_not_valid'],
  [403, 'role_not_allowed'],
  [404, 'not_found'],
  [500, 'internal_error'],
  [409, 'no_plan_in_force'],
])('%i %s is nothing that is wrong with a row', async (status, code) => {
  answers = [json(status, { type: `/problems/${code}` })];
  await expect(client().api.request('POST', '/v1/orders')).rejects.toMatchObject({ code, isRefusal: false });
});

test('no more requests are under way at once than allowed', async () => {
  const held: (() => void)[] = [];
  let most = 0;
  answers = Array(10).fill(((_, response) => {
    held.push(() => ok(_, response, ''));
    most = Math.max(most, held.length);
    // The last of the three that may be under way lets all of them go on.
    if (held.length === 3 || bodies.length === 10) for (const go of held.splice(0)) go();
  }) satisfies Answer);
  const { api } = client({ maxInFlight: 3 });
  await Promise.all(Array.from({ length: 10 }, () => api.request('GET', '/v1/orders')));
  expect(most).toBe(3);
});

test('a list is read page after page', async () => {
  answers = [
    (request, response, body) => {
      expect(request.url).toBe('/v1/distributors?state=active&limit=200');
      json(200, { items: [1, 2], nextCursor: 'a b' })(request, response, body);
    },
    (request, response, body) => {
      expect(request.url).toBe('/v1/distributors?state=active&limit=200&cursor=a%20b');
      json(200, { items: [3], nextCursor: null })(request, response, body);
    },
  ];
  const found: number[] = [];
  for await (const item of client().api.list<number>('/v1/distributors?state=active')) found.push(item);
  expect(found).toEqual([1, 2, 3]);
});
