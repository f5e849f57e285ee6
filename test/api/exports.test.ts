import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Endpoint } from '../../api/http/endpoint';
import { ACTORS, EVENTS } from '../../domain/words/events';
import { NAMES_OF_STATES } from '../../domain/words/glossary';
import { endpoints, startApi, startWorker, type TestApi } from '../support/api';
import { addDistributor } from '../support/payouts';
import { fillWithSamples, type Samples } from '../support/sampleData';

let api: TestApi;
let stopWorker: () => Promise<void>;
let key: string;
let samples: Samples;
/** Values of the parameters of paths. */
let ids: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ WITHDRAWAL_MINIMUM: '100', BRAND_TIME_ZONE: 'America/New_York' });
  stopWorker = await startWorker(api.context);
  key = await api.keyFor('admin');
  samples = await fillWithSamples(api, key);
  const { distributorId } = samples;
  const first = async (path: string) => (await get(path)).body.items.at(-1).id;
  const above = (await get(`/v1/distributors/${distributorId}`)).body.sponsorId;
  await api.call('POST', `/v1/distributors/${distributorId}/suspend`, { key, body: { reason: 'papers' } });
  ids = {
    '/v1/distributors/{id}/downline': above,
    '/v1/distributors': distributorId,
    '/v1/imports': await first('/v1/imports'),
    '/v1/commission-releases': await first('/v1/commission-releases'),
    '/v1/bulk-actions': (await api.context.pool.query('SELECT id FROM bulk_actions')).rows[0].id,
  };
}, 120_000);
afterAll(async () => {
  await stopWorker();
  await api.stop();
});

const get = (path: string, headers?: Record<string, string>) => api.call('GET', path, { key, headers });
const csv = async (path: string) =>
  parse((await get(path, { Accept: 'text/csv' })).text, { bom: true }) as string[][];

/** Sessions are of people, and a key has none. */
const lists = endpoints.filter(
  ({ query, path }) => query && 'language' in query.shape && path !== '/v1/me/sessions',
);
const addressOf = ({ path }: Endpoint) => {
  const [, owner] = Object.entries(ids).find(([start]) => path.startsWith(start)) ?? [];
  const address = path
    .replace('/v1/timeline/{kind}/{id}', `/v1/timeline/order/${samples.returning}`)
    .replace('/v1/notes', `/v1/notes?subject=order/${samples.returning}`)
    .replace('{id}', owner ?? '');
  if (!path.startsWith('/v1/reports')) return address;
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const currency = path.endsWith('/applications') ? '' : '&currency=CNY';
  return `${address}?from=${day(40)}&to=${day(0)}${currency}`;
};
const asking = (address: string, query: string) => `${address}${address.includes('?') ? '&' : '?'}${query}`;

/** Every value that a program knows and a person does not: of the fields with few values, and of open lists of them. */
function codesOf({ responses }: Endpoint): Set<string> {
  const codes = new Set([...Object.keys(EVENTS), ...Object.keys(ACTORS), ...Object.keys(NAMES_OF_STATES)]);
  const collect = (schema: unknown) => {
    if (schema instanceof z.ZodEnum) for (const value of schema.options) codes.add(String(value));
    else if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) collect(schema.unwrap());
    else if (schema instanceof z.ZodArray) collect(schema.element);
    else if (schema instanceof z.ZodObject) Object.values(schema.shape).forEach(collect);
  };
  collect(responses[200]!.schema);
  return codes;
}

const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d/;

test.each(lists.map((one) => [one.path, one] as const))(
  '%s has a file for people in both languages, and one for programs',
  async (_, endpoint) => {
    const address = addressOf(endpoint);
    const raw = await csv(address);
    const fields = raw[0]!;
    expect(fields.every((name) => /^[a-zA-Z]+(\.[a-zA-Z]+)*$/.test(name))).toBe(true);
    // What is not there says nothing about how it is shown.
    expect(raw.length).toBeGreaterThan(1);
    const codes = codesOf(endpoint);
    for (const [language, heading] of [
      ['zh-CN', /^(SKU|[^a-zA-Z]+( SKU)?)$/],
      ['en', /^[A-Z][A-Za-z0-9 .,()×-]+$/],
    ] as const) {
      const answer = await get(asking(address, `language=${language}`), { Accept: 'text/csv' });
      expect([language, answer.status, answer.headers.get('content-type')]).toEqual([
        language,
        200,
        'text/csv; charset=utf-8',
      ]);
      const [headings, ...rows] = parse(answer.text, { bom: true }) as string[][];
      expect(headings!.filter((title) => !heading.test(title))).toEqual([]);
      expect(rows).toHaveLength(raw.length - 1);
      const unreadable = rows.flatMap((row) =>
        row.flatMap((cell, index) =>
          codes.has(cell) || MOMENT.test(cell) || /^[[{]/.test(cell) ? [`${headings![index]}: ${cell}`] : [],
        ),
      );
      expect(unreadable).toEqual([]);
    }
  },
);

test('amounts, times, states and reasons are as on the screen, in the language and zone of the reader', async () => {
  const list = `/v1/commissions?orderId=${samples.released}&sort=amount`;
  const { items } = (await get(list)).body;
  const newYork = (at: string) =>
    new Date(at).toLocaleString('sv-SE', { timeZone: 'America/New_York', timeZoneName: undefined });
  for (const [language, titles, released] of [
    ['zh-CN', ['编号', '状态', '金额', '币种', '原始金额', '受益分销商'], '已结算'],
    ['en', ['Number', 'State', 'Amount', 'Currency', 'Original amount', 'Distributor'], 'Released'],
  ] as const) {
    const [headings, ...rows] = await csv(`${list}&language=${language}`);
    expect(headings!.slice(0, 6)).toEqual(titles);
    const [first] = items;
    expect(rows[0]!.slice(0, 6)).toEqual([
      first.id,
      released,
      (first.amount.amount / 100).toFixed(2),
      'CNY',
      (first.originalAmount.amount / 100).toFixed(2),
      first.distributorName,
    ]);
    expect(rows[0]).toContain(newYork(first.releasedAt));
  }
  const [fields, ...raw] = await csv(list);
  expect(raw[0]![fields!.indexOf('amount.amount')]).toBe(String(items[0].amount.amount));
  expect(raw[0]![fields!.indexOf('releasedAt')]).toBe(items[0].releasedAt);
  const rejections = `/v1/imports/${ids['/v1/imports']}/rejections?language=zh-CN`;
  expect((await csv(rejections)).map((row) => row[5])).toEqual([
    '原因',
    '格式不正确',
    '单价为零',
    '订单号已存在且内容不同',
  ]);
});

test('what a spreadsheet would run or shorten stays a text', async () => {
  const id = await addDistributor(api.context.pool, {});
  await api.context.pool.query(`UPDATE distributors SET name = '=HYPERLINK("http://x")' WHERE id = $1`, [id]);
  const names = (await csv('/v1/distributors?language=en')).map(([name]) => name);
  expect(names).toContain(`'=HYPERLINK("http://x")`);
  const skus = (await csv('/v1/products?language=en')).map(([sku]) => sku);
  expect(skus).toEqual(['SKU', '4006381333931\t', 'TEA']);
});
