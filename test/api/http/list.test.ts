import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { startApi, type TestApi } from '../../support/api';

let api: TestApi;
let admin: string;
const skus = Array.from({ length: 25 }, (_, i) => `SKU-${String(i).padStart(2, '0')}`);
beforeAll(async () => {
  api = await startApi();
  admin = await api.keyFor('admin');
  // Five at a time share a moment to the microsecond, and moments differ by less than a millisecond.
  await api.context.pool.query(
    `INSERT INTO products (sku, name, category, price, currency, updated_at)
     SELECT sku, '=cmd|' || sku, CASE WHEN i % 2 = 0 THEN '茶' END, i, 'CNY', '2026-01-01Z'::timestamptz + i / 5 * interval '1 us'
     FROM unnest($1::text[]) WITH ORDINALITY AS t (sku, i)`,
    [skus],
  );
});
afterAll(() => api.stop());

const get = (path: string, headers?: Record<string, string>) =>
  api.call('GET', path, { key: admin, headers });

async function walk(path: string, id = 'sku'): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const { body } = await get(path + (cursor ? `&cursor=${cursor}` : ''));
    found.push(...body.items.map((item: Record<string, string>) => item[id]));
    cursor = body.nextCursor;
  } while (cursor);
  return found;
}

test.each([1, 2, 4, 5, 7, 24, 25, 200])('pages of %i list every entry once and in order', async (limit) => {
  expect(await walk(`/v1/products?limit=${limit}`)).toEqual(skus);
  expect(await walk(`/v1/products?limit=${limit}&sort=-sku`)).toEqual([...skus].reverse());
});

test.each(['updatedAt', '-updatedAt'])(
  'entries of the same moment are neither skipped nor repeated in %s',
  async (sort) => {
    const found = await walk(`/v1/products?limit=3&sort=${sort}`);
    expect([...found].sort()).toEqual(skus);
  },
);

test('a filter holds on every page', async () => {
  expect(await walk(`/v1/products?limit=5&category=${encodeURIComponent('茶')}`)).toHaveLength(12);
});

test('an entry that is added meanwhile moves no other entry to another page', async () => {
  const first = await get('/v1/products?limit=10');
  const path = '/v1/products/SKU-000-early';
  const put = { name: 'x', price: { amount: 1, currency: 'CNY' } };
  await api.call('PUT', path, { key: admin, body: put });
  const { body } = await get(`/v1/products?limit=10&cursor=${first.body.nextCursor}`);
  await api.context.pool.query("DELETE FROM products WHERE sku = 'SKU-000-early'");
  expect(body.items[0].sku).toBe('SKU-10');
});

test('what is not a cursor of this list in this sort is refused', async () => {
  const { nextCursor } = (await get('/v1/products?limit=1')).body;
  const foreign = Buffer.from(JSON.stringify(['updatedAt', "2026'; DROP", 'x'])).toString('base64url');
  const endless = Buffer.from(JSON.stringify(['-id', '9'.repeat(30), '1'])).toString('base64url');
  for (const path of [
    `/v1/products?sort=-sku&cursor=${nextCursor}`,
    `/v1/products?sort=updatedAt&cursor=${foreign}`,
    `/v1/audit?cursor=${endless}`,
    `/v1/audit?cursor=${nextCursor}`,
  ]) {
    const answer = await get(path);
    expect([path, answer.status, answer.body.errors[0].pointer]).toEqual([path, 400, '/cursor']);
  }
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.base64String(),
        fc.json().map((json) => Buffer.from(json).toString('base64url')),
      ),
      async (cursor) => {
        fc.pre(cursor !== '');
        expect((await get(`/v1/users?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
      },
    ),
    { numRuns: 100 },
  );
});

test.each([
  '0000-01-01 00:00:00+00',
  '300000-01-01 00:00:00+00',
  '9999-99-99 99:99:99+99',
  '2026-02-30 00:00:00+00',
  '2026-01-01 24:00:00+00',
  '2026-01-01 00:00:00+16',
  '2026-01-01T00:00:00Z',
  '1e400',
  'now',
])('a cursor that PostgreSQL could not read (%s) is refused by name', async (time) => {
  const cursor = Buffer.from(JSON.stringify(['updatedAt', time, 'SKU-1'])).toString('base64url');
  const { status, body } = await get(`/v1/products?sort=updatedAt&cursor=${cursor}`);
  expect([status, body.errors]).toMatchObject([400, [{ pointer: '/cursor' }]]);
});

describe('a filter by time lists in the requested order, on every page', () => {
  const day = (n: number) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString();
  // Each time in another order, two of the same now and then, and every third commission without two of its times.
  const made = Array.from({ length: 29 }, (_, n) => ({
    id: n + 1,
    createdAt: (n * 7) % 29,
    amount: (n * 5) % 11,
    dueAt: n % 3 ? (n * 11) % 13 : undefined,
    releasedAt: n % 3 ? 40 + ((n * 3) % 17) : undefined,
  }));
  type Made = (typeof made)[number];
  const distributorId = '00000000-0000-4000-8000-000000000000';
  beforeAll(async () => {
    const client = await api.context.pool.connect();
    // Their orders and lines are nothing to the list.
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO distributors (id, application_id, referral_code, kind, name, email, phone, channels, region, tier,
         identity_number_hash, bank_account_sealed, bank_account_masked, bank_account_holder, bank_name)
       VALUES ($1, $1, 'SPAN', 'person', 'Span', 's@example.com', '', '{}', 'CN-31', 'standard', '', '', '', '', '')`,
      [distributorId],
    );
    await client.query(
      `INSERT INTO commissions (id, order_id, line_id, level, distributor_id, state, currency, original_amount, amount, rule,
         automatic, created_at, due_at, released_at) OVERRIDING SYSTEM VALUE
       SELECT (m ->> 'id')::int, 'SPAN', m ->> 'id', 1, $2, CASE WHEN m ? 'dueAt' THEN 'released' ELSE 'held' END,
         'CNY', 100, (m ->> 'amount')::int, '{}', false, at (m -> 'createdAt'), at (m -> 'dueAt'), at (m -> 'releasedAt')
       FROM jsonb_array_elements($1) m`.replace(
        /at \(m -> '(\w+)'\)/g,
        "'2026-01-01Z'::timestamptz + interval '1 day' * (m ->> '$1')::int",
      ),
      [JSON.stringify(made), distributorId],
    );
    client.release(true);
  });

  test.each<{ query: string; holds: (commission: Made) => boolean }>([
    {
      query: `createdAfter=${day(3)}&createdBefore=${day(20)}`,
      holds: ({ createdAt }) => createdAt >= 3 && createdAt < 20,
    },
    { query: `releasedAfter=${day(44)}`, holds: ({ releasedAt = -1 }) => releasedAt >= 44 },
    { query: `dueAfter=${day(5)}`, holds: ({ dueAt = -1 }) => dueAt >= 5 },
  ])('$query', async ({ query, holds }) => {
    for (const sort of ['createdAt', 'amount', 'dueAt'] as const) {
      // What is not due yet sorts last.
      const order = ({ [sort]: value = Number.MAX_SAFE_INTEGER }: Made) => value;
      const expected = made
        .filter(holds)
        .sort((a, b) => order(a) - order(b) || a.id - b.id)
        .map(({ id }) => String(id));
      const path = `/v1/commissions?orderId=SPAN&${query}&limit=4&sort=`;
      expect([sort, await walk(path + sort, 'id')]).toEqual([sort, expected]);
      expect([sort, await walk(`${path}-${sort}`, 'id')]).toEqual([sort, [...expected].reverse()]);
    }
  });
});

describe('as CSV', () => {
  const csv = { Accept: 'text/csv' };

  test('a list is exported whole, with a column for each field and no cell that a spreadsheet would run', async () => {
    const answer = await get('/v1/products?limit=1', csv);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const rows = parse(answer.text, { columns: true, bom: true }) as Record<string, string>[];
    expect(rows.map(({ sku }) => sku)).toEqual(skus);
    expect(rows[0]).toEqual({
      sku: 'SKU-00',
      name: "'=cmd|SKU-00",
      category: '',
      'price.amount': '1',
      'price.currency': 'CNY',
      updatedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test.each(['＝1+1', '＋1', '－1', '＠SUM(1)', '\n=1'])(
    'a cell that starts like %j is text',
    async (name) => {
      const products = await api.context.pool.query(
        `INSERT INTO products (sku, name, category, price, currency) VALUES ('FULL-WIDTH', $1, 'full-width', 1, 'CNY')`,
        [name],
      );
      expect(products.rowCount).toBe(1);
      const answer = await get('/v1/products?category=full-width', csv);
      await api.context.pool.query("DELETE FROM products WHERE sku = 'FULL-WIDTH'");
      expect(parse(answer.text, { columns: true, bom: true })).toMatchObject([{ name: `'${name}` }]);
    },
  );

  test('a list without entries still has its columns', async () => {
    const { text } = await get('/v1/products?category=none', csv);
    expect(text.trim().replace('\uFEFF', '')).toBe('sku,name,category,price.amount,price.currency,updatedAt');
  });

  test('a long list is read only as far as the client has taken it', async () => {
    // 20 pages of about a megabyte, of which the sockets between hold a few.
    await api.context.pool.query(
      `INSERT INTO audit_entries (actor, action, subject, reason)
       SELECT 'system', 'load', 'load/' || i, repeat('x', 1000) FROM generate_series(1, 20000) i`,
    );
    const spy = jest.spyOn(api.context.pool, 'query');
    const response = await fetch(`${api.url}/v1/audit?action=load`, {
      headers: { ...csv, Authorization: `Bearer ${admin}` },
    });
    let [lines, ahead] = [0, 0];
    for await (const chunk of response.body!) {
      const pages = spy.mock.calls.filter(([text]) => String(text).includes('audit_entries')).length;
      ahead = Math.max(ahead, pages * 1000 - lines);
      lines += Buffer.from(chunk).toString().split('\n').length - 1;
    }
    spy.mockRestore();
    expect(lines).toBe(20_001);
    expect(ahead).toBeLessThan(15_000);
  });

  test('an error while streaming aborts the response', async () => {
    const query = api.context.pool.query.bind(api.context.pool);
    let pages = 0;
    const spy = jest.spyOn(api.context.pool, 'query').mockImplementation(((
      text: unknown,
      values: unknown,
    ) => {
      if (String(text).includes('audit_entries') && ++pages === 3) return Promise.reject(new Error('lost'));
      return query(text as string, values as unknown[]);
    }) as never);
    const response = await fetch(`${api.url}/v1/audit?action=load`, {
      headers: { ...csv, Authorization: `Bearer ${admin}` },
    });
    await expect(response.text()).rejects.toThrow();
    spy.mockRestore();
  });
});
