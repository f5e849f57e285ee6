import { applyItems } from '../../cli/apply';
import { type ApiClient, ApiError } from '../../cli/client';
import type { ImportItem, OrderItem } from '../../domain/imports/shopExport';

const product: ImportItem = {
  kind: 'product',
  sku: 'TEA',
  name: 'Tea',
  price: { amount: 100, currency: 'CNY' },
};

function order(id: string, customer = `customer of ${id}`): OrderItem {
  return {
    kind: 'order',
    order: {
      externalId: id,
      paidAt: '2026-02-01T10:00:00+08:00',
      currency: 'CNY',
      customer: { externalId: customer },
      shipTo: { region: 'CN-31' },
      lines: [{ lineId: '1', sku: 'TEA', quantity: 2, unitPrice: 100 }],
    },
    rows: [2],
    deliveries: [{ deliveredAt: '2026-02-02T10:00:00+08:00', lineIds: ['1'] }],
  };
}

function returnOf(id: string): ImportItem {
  return {
    kind: 'return',
    row: 3,
    sku: 'TEA',
    returnId: `C1/1/${id}/1`,
    orderExternalId: id,
    lineId: '1',
    quantity: 1,
    isTotal: false,
    at: '2026-02-03T10:00:00+08:00',
    value: { amount: 100, currency: 'CNY' },
  };
}

/** An API in which each request waits until the test lets it go on. */
function heldApi() {
  const seen: string[] = [];
  const waiting = new Map<string, (answer?: Error) => void>();
  let arrived: () => void = () => undefined;
  const api: ApiClient = {
    url: '',
    request<T>(method: string, path: string, { body }: { body?: unknown } = {}) {
      const id = (body as { externalId?: string } | undefined)?.externalId;
      const name = `${method} ${path}${id ? ` ${id}` : ''}`;
      seen.push(name);
      return new Promise<T>((resolve, reject) => {
        const lines = [{ lineId: '1', state: 'paid', deliveredAt: null }];
        waiting.set(name, (error) => {
          waiting.delete(name);
          if (error) reject(error);
          else resolve({ state: 'open', lines, returns: [] } as T);
        });
        arrived();
      });
    },
    async *list() {},
  };
  return {
    api,
    seen,
    /** Waits for a request, and answers it. */
    async answer(name: string, error?: Error) {
      while (!waiting.has(name)) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      waiting.get(name)?.(error);
    },
  };
}

async function collect(api: ApiClient, items: ImportItem[]): Promise<ImportItem[]> {
  async function* source() {
    yield* items;
  }
  const outcomes: ImportItem[] = [];
  for await (const outcome of applyItems(source(), { api })) outcomes.push(...outcome);
  return outcomes;
}

test('a return waits for its own order to be paid and delivered, and for no other', async () => {
  const { api, seen, answer } = heldApi();
  const done = collect(api, [order('A'), order('B'), returnOf('A'), returnOf('B')]);
  await answer('POST /v1/orders A');
  await answer('POST /v1/orders/A/deliveries');
  await answer('POST /v1/orders/A/returns');
  await answer('POST /v1/orders/A/returns/C1%2F1%2FA%2F1/refund');
  expect(seen).not.toContain('POST /v1/orders/B/returns');
  await answer('POST /v1/orders B');
  await answer('POST /v1/orders/B/deliveries');
  await answer('POST /v1/orders/B/returns');
  await answer('POST /v1/orders/B/returns/C1%2F1%2FB%2F1/refund');
  expect((await done).map(({ kind }) => kind)).toEqual(['order', 'order', 'return', 'return']);
});

test('a return that was refunded before is left as it is, and one that has grown since is rejected', async () => {
  const asked: string[] = [];
  const api: ApiClient = {
    url: '',
    request<T>(method: string, path: string) {
      asked.push(`${method} ${path}`);
      if (path.endsWith('/returns')) return Promise.reject(new ApiError(409, 'return_differs', 'differs'));
      const returns = [{ id: 'C1/1/a/1', state: 'refunded', lines: [{ lineId: '1', quantity: 1 }] }];
      const lines = [{ lineId: '1', state: 'delivered', deliveredAt: '2026-02-02T02:00:00Z' }];
      return Promise.resolve({ state: 'open', lines, returns } as T);
    },
    async *list() {},
  };
  const known = await collect(api, [order('a'), returnOf('a')]);
  expect(asked.some((request) => request.endsWith('/returns'))).toBe(false);
  expect(known.map(({ kind }) => kind)).toContain('return');
  const grown = await collect(api, [order('a'), { ...returnOf('a'), quantity: 2 } as ImportItem]);
  expect(grown.at(-1)).toMatchObject({ kind: 'rejected', reason: 'refused_return_differs' });
});

describe('the total returned quantity of a line, as in a daily export', () => {
  const total = (quantity: number) =>
    ({ ...returnOf('a'), returnId: 'a/1/return', quantity, isTotal: true }) as ImportItem;

  /** Imports a line of 3 units with some recorded returns, and collects the requests. */
  async function importTotal(quantity: number, returns: { id: string; state: string; quantity: number }[]) {
    const asked: string[] = [];
    const units = (state: string) =>
      returns.reduce((sum, one) => sum + (one.state === state ? one.quantity : 0), 0);
    const api: ApiClient = {
      url: '',
      request<T>(_method: string, path: string, { body }: { body?: unknown } = {}) {
        const { returnId, lines: parts } = body as { returnId?: string; lines?: { quantity: number }[] };
        if (path.includes('/returns')) {
          asked.push(
            returnId ? `${returnId} of ${parts?.[0]?.quantity}` : path.split('/').slice(-2).join(' '),
          );
        }
        const line = { lineId: '1', state: 'delivered', deliveredAt: '2026-02-02T02:00:00Z' };
        return Promise.resolve({
          state: 'open',
          lines: [{ ...line, returnedQuantity: units('refunded') }],
          returns: returns.map(({ id, state, quantity: one }) => ({
            id,
            state,
            lines: [{ lineId: '1', quantity: one }],
          })),
        } as T);
      },
      async *list() {},
    };
    const outcome = (await collect(api, [order('a'), total(quantity)])).at(-1);
    return { asked: asked.map(decodeURIComponent), outcome };
  }

  const refunded = (id: string, quantity: number) => ({ id, state: 'refunded', quantity });
  const requested = (id: string, quantity: number) => ({ id, state: 'requested', quantity });

  test.each([
    ['the first units', 1, [], ['a/1/return of 1', 'a/1/return refund']],
    ['nothing new', 1, [refunded('a/1/return', 1)], []],
    ['more than before', 3, [refunded('a/1/return', 1)], ['a/1/return/3 of 2', 'a/1/return/3 refund']],
    [
      'more than was reported through the API',
      2,
      [refunded('r-1', 1)],
      ['a/1/return/2 of 1', 'a/1/return/2 refund'],
    ],
    ['what was reported through the API', 1, [requested('r-1', 1)], []],
    [
      'more, after an import that was interrupted before the refund',
      3,
      [requested('a/1/return', 1)],
      ['a/1/return refund', 'a/1/return/3 of 2', 'a/1/return/3 refund'],
    ],
    [
      'after a rejected return',
      1,
      [{ id: 'r-1', state: 'rejected', quantity: 1 }],
      ['a/1/return of 1', 'a/1/return refund'],
    ],
  ])('%s: only the difference is sent', async (_name, quantity, returns, requests) => {
    const { asked, outcome } = await importTotal(quantity, returns);
    expect(asked).toEqual(requests);
    expect(outcome?.kind).toBe('return');
  });

  test('fewer units than recorded are rejected, and the recorded returns do not change', async () => {
    const { asked, outcome } = await importTotal(1, [refunded('a/1/return', 2)]);
    expect(asked).toEqual([]);
    expect(outcome).toMatchObject({
      reason: 'conflicting_return',
      detail: expect.stringContaining('returned_quantity is 1, but returns of 2 are recorded.'),
    });
  });
});

test('if the API refuses a line, the whole order waits, and the report says why', async () => {
  const whole = order('a');
  const twoLines = {
    ...whole,
    rows: [2, 3],
    order: { ...whole.order, lines: ['1', '2'].map((lineId) => ({ ...whole.order.lines[0]!, lineId })) },
  };
  const asked: string[] = [];
  const api: ApiClient = {
    url: '',
    request(method: string, path: string) {
      asked.push(`${method} ${path}`);
      return Promise.reject(
        new ApiError(422, 'body_not_valid', 'not valid', [
          { pointer: '/lines/1/sku', detail: 'is too long' },
        ]),
      );
    },
    async *list() {},
  };
  const outcome = await collect(api, [twoLines]);
  expect(asked).toEqual(['POST /v1/orders']);
  expect(outcome).toMatchObject([
    { row: 2, reason: 'order_waits', detail: expect.stringContaining('because of row 3') },
    { row: 3, reason: 'refused_body_not_valid', detail: 'sku: is too long' },
  ]);
});

test('a product is there before the first order with it', async () => {
  const { api, seen, answer } = heldApi();
  const done = collect(api, [product, order('A')]);
  await answer('PUT /v1/products/TEA');
  await answer('POST /v1/orders A');
  await answer('POST /v1/orders/A/deliveries');
  await done;
  expect(seen).toEqual(['PUT /v1/products/TEA', 'POST /v1/orders A', 'POST /v1/orders/A/deliveries']);
});

test("a customer's orders are paid one after the other, since one binds the customer for the next", async () => {
  const { api, seen, answer } = heldApi();
  const done = collect(api, [order('A', 'Li'), order('B', 'Li'), order('C', 'Wang')]);
  await answer('POST /v1/orders C');
  expect(seen).not.toContain('POST /v1/orders B');
  await answer('POST /v1/orders A');
  await answer('POST /v1/orders B');
  for (const id of ['A', 'B', 'C']) await answer(`POST /v1/orders/${id}/deliveries`);
  await done;
});

test('the results of the items are reported in the order of the file', async () => {
  const { api, answer } = heldApi();
  const done = collect(api, [order('A'), order('B')]);
  await answer('POST /v1/orders B');
  await answer('POST /v1/orders/B/deliveries');
  await answer('POST /v1/orders A');
  await answer('POST /v1/orders/A/deliveries');
  const ids = (await done).map((item) => item.kind === 'order' && item.order.externalId);
  expect(ids).toEqual(['A', 'B']);
});

test('a fault that is no refusal ends the import after what is under way, and begins nothing else', async () => {
  const { api, seen, answer } = heldApi();
  const done = collect(api, [order('A'), order('B', 'Li'), order('C', 'Li')]);
  done.catch(() => undefined);
  await answer('POST /v1/orders A', new ApiError(401, 'key_not_valid', 'The key is revoked.'));
  await answer('POST /v1/orders B');
  await answer('POST /v1/orders/B/deliveries');
  await expect(done).rejects.toThrow('The key is revoked.');
  expect(seen).not.toContain('POST /v1/orders C');
});
