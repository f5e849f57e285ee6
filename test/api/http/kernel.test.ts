import fc from 'fast-check';
import { z } from 'zod';
import type { Endpoint } from '../../../api/http/endpoint';
import { type Answer, endpoints, startApi, startWorker, type TestApi } from '../../support/api';
import { makePerson, openBrowser, signedIn } from '../../support/person';

let api: TestApi;
let admin: string;
let stopWorker: () => Promise<void>;
beforeAll(async () => {
  api = await startApi({ TRUST_PROXY: 'true' });
  stopWorker = await startWorker(api.context);
  admin = await api.keyFor('admin');
});
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const product = { name: 'Tea', price: { amount: 100, currency: 'CNY' } };

describe("a request that cannot be understood is the client's fault and says why", () => {
  const put = (body: unknown, headers?: Record<string, string>) =>
    api.call('PUT', '/v1/products/T-1', { key: admin, body, headers });

  test.each<[string, () => ReturnType<TestApi['call']>, number, string]>([
    ['unknown address', () => api.call('GET', '/v1/nothing', { key: admin }), 404, 'not_found'],
    [
      'broken percent-encoding',
      () => api.call('GET', '/v1/products/%E0%A4%A', { key: admin }),
      400,
      'request_malformed',
    ],
    ['a name that every object has', () => api.call('GET', '/problems/constructor'), 404, 'not_found'],
    ['NUL in the path', () => api.call('GET', '/v1/products/a%00b', { key: admin }), 404, 'not_found'],
    [
      'NUL in the query',
      () => api.call('GET', '/v1/products?category=%00', { key: admin }),
      400,
      'query_not_valid',
    ],
    [
      'unknown query parameter',
      () => api.call('GET', '/v1/products?categry=x', { key: admin }),
      400,
      'query_not_valid',
    ],
    [
      'repeated query parameter',
      () => api.call('GET', '/v1/products?limit=1&limit=2', { key: admin }),
      400,
      'query_not_valid',
    ],
    [
      'limit too high',
      () => api.call('GET', '/v1/products?limit=201', { key: admin }),
      400,
      'query_not_valid',
    ],
    ['limit zero', () => api.call('GET', '/v1/products?limit=0', { key: admin }), 400, 'query_not_valid'],
    [
      'unknown sort',
      () => api.call('GET', '/v1/products?sort=price', { key: admin }),
      400,
      'query_not_valid',
    ],
    ['id that is no UUID', () => api.call('GET', '/v1/users/1', { key: admin }), 404, 'not_found'],
    [
      'plan number beyond all integers',
      () => api.call('GET', '/v1/commission-plans/99999999999999999999', { key: admin }),
      404,
      'not_found',
    ],
    ['wrong method', () => api.call('PATCH', '/v1/products/T-1', { key: admin }), 405, 'method_not_allowed'],
    ['malformed JSON', () => put('{"name":'), 400, 'body_not_json'],
    [
      'another content type',
      () => put('name=Tea', { 'Content-Type': 'application/x-www-form-urlencoded' }),
      415,
      'content_type_not_supported',
    ],
    [
      'another character set',
      () => put(product, { 'Content-Type': 'application/json; charset=iso-8859-1' }),
      415,
      'content_type_not_supported',
    ],
    [
      'unknown encoding',
      () => put(product, { 'Content-Encoding': 'lzma' }),
      415,
      'content_type_not_supported',
    ],
    ['not gzip after all', () => put(product, { 'Content-Encoding': 'gzip' }), 400, 'request_malformed'],
    ['body too large', () => put({ ...product, name: 'x'.repeat(300_000) }), 413, 'body_too_large'],
    ['NUL in a text', () => put({ ...product, name: 'a\0b' }), 422, 'body_not_valid'],
    ['NUL in a name of a field', () => put({ ...product, 'a\0b': 1 }), 422, 'body_not_valid'],
    [
      'half a surrogate pair',
      () => put('{"name":"\\ud800","price":{"amount":1,"currency":"CNY"}}'),
      422,
      'body_not_valid',
    ],
    [
      'amount beyond safe integers',
      () => put({ ...product, price: { amount: 1e300, currency: 'CNY' } }),
      422,
      'body_not_valid',
    ],
    [
      'fraction of a cent',
      () => put({ ...product, price: { amount: 0.5, currency: 'CNY' } }),
      422,
      'body_not_valid',
    ],
    [
      'no such currency',
      () => put({ ...product, price: { amount: 1, currency: 'AAA' } }),
      422,
      'body_not_valid',
    ],
    ['no body', () => api.call('PUT', '/v1/products/T-1', { key: admin }), 422, 'body_not_valid'],
    ['null', () => put('null'), 422, 'body_not_valid'],
    ['a list', () => put([]), 422, 'body_not_valid'],
    [
      'nested without end',
      () => put(`{"name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`),
      422,
      'body_not_valid',
    ],
    ['__proto__ as a field', () => put('{"__proto__":{"name":"x"}}'), 422, 'body_not_valid'],
    [
      'body where none is expected',
      () => api.call('DELETE', '/v1/keys/none', { key: admin, body: { why: 1 } }),
      422,
      'body_not_valid',
    ],
    [
      'Idempotency-Key too long',
      () =>
        api.call('POST', '/v1/users', {
          key: admin,
          body: {},
          headers: { 'Idempotency-Key': 'x'.repeat(256) },
        }),
      400,
      'idempotency_key_not_valid',
    ],
  ])('%s', async (_name, request, status, code) => {
    const answer = await request();
    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${code}`]);
    expect(answer.headers.get('content-type')).toMatch('application/problem+json');
    expect(answer.body).toMatchObject({ title: expect.any(String), status, detail: expect.any(String) });
    expect(answer.body.instance).toBe(`urn:request:${answer.headers.get('x-request-id')}`);
  });

  test('unknown fields are refused by name, at every depth', async () => {
    const { body } = await put({ ...product, nmae: 'x', price: { amount: 1, currency: 'CNY', tax: 0 } });
    expect(body.errors).toEqual([
      { pointer: '/price/tax', detail: 'is not a known field' },
      { pointer: '/nmae', detail: 'is not a known field' },
    ]);
  });

  test('of the forms that a field may have, the nearest one is explained', async () => {
    const terms = { levels: [{ default: { rateBp: 20_000 } }] };
    const { body } = await api.call('POST', '/v1/commission-plans', {
      key: admin,
      body: { name: 'x', terms },
    });
    expect(body.errors).toEqual([{ pointer: '/terms/levels/0/default/rateBp', detail: expect.any(String) }]);
  });

  test('a wrong method names the right ones, and OPTIONS asks for them', async () => {
    const allow = 'PUT, GET, HEAD, OPTIONS';
    expect((await api.call('POST', '/v1/products/T-1')).headers.get('allow')).toBe(allow);
    const options = await api.call('OPTIONS', '/v1/products/T-1');
    expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
  });
});

// "." and ".." are steps in a path, and no ids: a client resolves them before it sends anything.
const anyId = fc.string({ unit: 'grapheme', minLength: 1 }).filter((id) => !/^\.\.?$/.test(id));

test('a body in another encoding is refused, so that two names never become the same', async () => {
  // 甲 in GB18030.
  const body = Buffer.from('{"name": "\u00bc\u00d7", "price": {"amount": 1, "currency": "CNY"}}', 'latin1');
  const response = await fetch(`${api.url}/v1/products/T-3`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
    body,
  });
  expect([response.status, await response.json()]).toMatchObject([
    400,
    { type: '/problems/request_malformed' },
  ]);
});

describe('a null body is refused, also if every field is optional', () => {
  const lenient = endpoints.filter(
    ({ method, body, takesFile }) => method !== 'get' && !takesFile && (!body || body.safeParse({}).success),
  );

  test.each(lenient.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s',
    async (_name, endpoint) => {
      const ask = await callerOf(endpoint);
      // IDs in the wrong format are refused first.
      for (const id of ['1', '0193ff0c-0000-7000-8000-000000000000']) {
        const { status, body } = await ask(pathOf(endpoint, id), 'null');
        expect([status, body?.type]).toEqual(
          status === 404 ? [404, '/problems/not_found'] : [422, '/problems/body_not_valid'],
        );
      }
    },
  );
});

describe('no malformed request is answered as a fault of the server', () => {
  const writing = endpoints.filter(({ method }) => method !== 'get');

  test.each(writing.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
    '%s',
    async (_name, endpoint) => {
      const ask = await callerOf(endpoint);
      // Of the form that is expected, with single parts replaced by anything.
      const shape = fc.dictionary(
        fc.constantFrom(...fieldsOf(endpoint.body), 'odd'),
        fc.oneof(
          fc.jsonValue(),
          fc.constantFrom('\0', '\ud800', 1e308, -1, 2 ** 53, '9'.repeat(400), {}, []),
        ),
      );
      const request = fc.tuple(fc.oneof(shape, fc.jsonValue()), fc.oneof(fc.constant('1'), anyId));
      await fc.assert(
        fc.asyncProperty(together(request), async (requests) => {
          const answers = await Promise.all(
            requests.map(([body, id]) => ask(pathOf(endpoint, id), JSON.stringify(body))),
          );
          for (const { status } of answers) expect(status).toBeLessThan(500);
        }),
        { numRuns: 20 },
      );
    },
  );

  const reading = endpoints.filter(({ method, tag }) => method === 'get' && tag !== 'documentation');
  test.each(reading.map((endpoint) => [endpoint.path, endpoint] as const))(
    'get %s',
    async (_name, endpoint) => {
      const names = Object.keys(endpoint.query?.shape ?? {});
      const ask = await callerOf(endpoint);
      await fc.assert(
        fc.asyncProperty(
          together(
            fc.tuple(
              fc.dictionary(
                fc.constantFrom(...names, 'odd'),
                fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', '-1', '\0', '9e99')),
              ),
              anyId,
            ),
          ),
          async (requests) => {
            const answers = await Promise.all(
              requests.map(([query, id]) => {
                const text = Object.entries(query).map(([name, value]) => `${name}=${percentEncode(value)}`);
                return ask(`${pathOf(endpoint, id)}?${text.join('&')}`);
              }),
            );
            for (const { status } of answers) expect(status).toBeLessThan(500);
          },
        ),
        { numRuns: 10 },
      );
    },
  );
});

const pathOf = ({ path }: Endpoint, id: string) => path.replace(/\{\w+\}/g, () => percentEncode(id));

/** Asks as an authorised user, from an address of its own, with a session where one is needed. */
async function callerOf({
  method,
  path,
  roles,
}: Endpoint): Promise<(path: string, body?: string) => Promise<Answer>> {
  const role = roles === 'public' ? 'admin' : roles[0]!;
  const inSession = /^\/v1\/(me|sign-out)/.test(path);
  const browser = inSession ? await signedIn(api, (await makePerson(api, role)).email) : openBrowser(api);
  const key = inSession ? undefined : await api.keyFor(role);
  return (at, body) => browser.call(method.toUpperCase(), at, { key, body });
}

/** Ten at once, which takes half the time of one after the other. */
function together<T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(one, { minLength: 10, maxLength: 10 });
}

/** Of any text, halves of surrogate pairs included, which encodeURIComponent refuses. */
function percentEncode(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function fieldsOf(schema: unknown): string[] {
  const shape = (schema as { shape?: object } | undefined)?.shape;
  return shape ? Object.keys(shape) : ['field'];
}

describe('every answer', () => {
  test('carries the request id it was given, or a new one', async () => {
    const given = await api.call('GET', '/healthz', { headers: { 'X-Request-Id': 'from-the-shop-1' } });
    expect(given.headers.get('x-request-id')).toBe('from-the-shop-1');
    const odd = await api.call('GET', '/healthz', { headers: { 'X-Request-Id': 'a b\tc' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  test('is logged with who, what and how long, and with nothing else of the request', async () => {
    api.logged.length = 0;
    const key = await api.keyFor('admin');
    await api.call('POST', '/v1/users', {
      key,
      body: { email: 'wang@example.com', name: 'Wang Xiaoming', role: 'finance' },
      headers: { 'X-Request-Id': 'logged-1' },
    });
    const lines = api.logged.join('');
    expect(JSON.parse(lines)).toMatchObject({
      requestId: 'logged-1',
      route: '/v1/users',
      status: 201,
      durationMs: expect.any(Number),
      userId: expect.any(String),
    });
    for (const secret of [key, 'wang@example.com', 'Xiaoming', 'Bearer']) expect(lines).not.toContain(secret);
  });

  test('is logged with IDs of a limited length', async () => {
    const key = await api.keyFor('admin');
    const body = { name: 'logged', terms: { levels: [{ default: { rateBp: 100 } }] } };
    const plan = await api.call('POST', '/v1/commission-plans', { key, body });
    api.logged.length = 0;
    const path = `/v1/commission-plans/${'0'.repeat(9000)}${plan.body.id}`;
    expect((await api.call('GET', path, { key })).status).toBe(200);
    expect(api.logged.join('').length).toBeLessThan(1000);
  });
});

describe('documentation', () => {
  test('describes every endpoint in OpenAPI 3.1', async () => {
    const { body } = await api.call('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const { path, method } of endpoints.filter(({ tag }) => tag !== 'documentation')) {
      expect(body.paths[path]?.[method]).toBeDefined();
    }
  });

  test('allows no field that the schemas do not name', () => {
    const loose = endpoints
      .filter(({ body }) => body && hasLooseObject(body))
      .map(({ method, path }) => `${method} ${path}`);
    expect(loose).toEqual([]);
  });
});

function hasLooseObject(schema: z.ZodType): boolean {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  const objects = text.match(/"type":"object"/g)?.length ?? 0;
  const strict = text.match(/"additionalProperties":/g)?.length ?? 0;
  return objects > strict;
}
