import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from '../activities/database';
import { createApp } from '../api/app';
import { bootstrapAdmin } from '../api/authentication';
import { loadConfig } from '../config';
import { makeSecrets } from '../embedded/secrets';
import { createLogger } from '../log';
import { PrismaClient } from '../prisma/client/client';
import type { Bench } from './bench';
import { progress, short, spread } from './rounds';
import { type Seeded, seed } from './seed';
import type { Database } from './servers';

const month = (number: number) => `2026-${String(number).padStart(2, '0')}-01T00:00:00Z`;

/** What a finance clerk filters by: the common and the rare value of each, and some together. */
const filters = ({ distributors, sponsors }: Seeded): Record<string, string> => ({
  none: '',
  'common state': 'state=released',
  'rare state': 'state=due',
  'no such state': 'state=clawed_back',
  distributor: `distributorId=${distributors[3]!.id}`,
  'sponsor of many': `distributorId=${sponsors[3]!}`,
  order: 'orderId=order/777',
  'common currency': 'currency=CNY',
  'rare currency': 'currency=USD',
  'no such currency': 'currency=EUR',
  'due before': `dueBefore=${month(2)}`,
  'due in a month': `dueAfter=${month(5)}&dueBefore=${month(6)}`,
  'created in a month': `createdAfter=${month(5)}&createdBefore=${month(6)}`,
  'created never': `createdAfter=${month(12)}`,
  'released in a month': `releasedAfter=${month(5)}&releasedBefore=${month(6)}`,
  'amount from': 'amountMin=99990',
  'amount within': 'amountMin=500&amountMax=520',
  'amount never': 'amountMin=5000000',
  'on hold': 'onHold=true',
  'not on hold': 'onHold=false&state=due',
  'hold reason': 'holdReason=risk',
  'rare hold reason': 'holdReason=violation',
  'due and rare currency': 'state=due&currency=USD',
  'due and large': 'state=due&amountMin=99900',
  'released and large, of a month': `state=released&amountMin=99900&releasedAfter=${month(5)}&releasedBefore=${month(6)}`,
  'due, held back for risk': 'state=due&holdReason=risk',
  'distributor and state': `distributorId=${distributors[3]!.id}&state=due`,
});

const sorts = ['-id', 'id', '-amount', 'amount', 'dueAt', '-dueAt'];

/** Commissions over ten months: nine of ten released, some held, due, reversed, on hold and in another currency. */
async function fill(pool: Pool, { distributors, sponsors, planId }: Seeded, count: number): Promise<void> {
  const client = await pool.connect();
  try {
    // Rows are made to fit; checking the keys of a million would only take its time.
    await client.query('SET session_replication_role = replica');
    await client.query(
      `INSERT INTO orders (id, fingerprint, customer_id, currency, paid_at, region, attribution, plan_id)
       SELECT 'order/' || n, '', 'customer', 'CNY', now(), 'CN-31', '{}', $1 FROM generate_series(1, $2::int / 2) n`,
      [planId, count],
    );
    await client.query(
      `INSERT INTO order_lines (order_id, line_id, position, sku, quantity, unit_price, discount, net_amount)
       SELECT 'order/' || n, '1', 1, 'sku-1', 1, 10000, 0, 10000 FROM generate_series(1, $1::int / 2) n`,
      [count],
    );
    await client.query(
      `INSERT INTO commissions (order_id, line_id, level, distributor_id, state, currency, original_amount, amount, rule,
         automatic, due_at, released_at, created_at)
       SELECT 'order/' || (n + 1) / 2, '1', CASE WHEN n % 5000 = 0 THEN 3 ELSE 2 - n % 2 END,
         CASE WHEN n % 2 = 1 THEN ($1::uuid[])[1 + (hashint4(n) & 65535) % cardinality($1::uuid[])]
           ELSE ($2::uuid[])[1 + (hashint4(n) & 65535) % cardinality($2::uuid[])] END,
         state, CASE WHEN n % 1000 = 0 THEN 'USD' ELSE 'CNY' END, 100000, CASE state WHEN 'reversed' THEN 0 ELSE amount END,
         '{"tier": "standard", "matched": "default", "earning": {"rateBp": 1000}}', n % 50 = 0,
         CASE WHEN state IN ('due', 'released') THEN at + interval '12 days' END,
         CASE WHEN state = 'released' THEN at + interval '13 days' END, at
       FROM (SELECT n, '2026-01-01Z'::timestamptz + n * interval '300 days' / $3::int AS at,
           (hashint4(n + 1) & 2147483647) % 100000 AS amount,
           CASE WHEN n > $3::int * 0.95 THEN 'held' WHEN n % 30 = 0 THEN 'due' WHEN n % 40 = 0 THEN 'reversed'
             ELSE 'released' END AS state
         FROM generate_series(1, $3::int) n) made`,
      [distributors.map(({ id }) => id), sponsors, count],
    );
    await client.query(
      `INSERT INTO holds (id, commission_id, reason, note, placed_by)
       SELECT gen_random_uuid(), id, CASE WHEN id % 30000 = 0 THEN 'violation' ELSE 'risk' END, 'x', (SELECT id FROM users LIMIT 1)
       FROM commissions WHERE state = 'due' AND id % 300 = 0`,
    );
  } finally {
    await client.query('SET session_replication_role = DEFAULT');
    client.release();
  }
  // As autovacuum does sooner or later.
  await pool.query('VACUUM ANALYZE orders, order_lines, commissions, holds');
}

/** The API on this database, in this process: what it answers here needs no Temporal. */
async function serve({ url, pool }: Database): Promise<{ get(path: string): Promise<void>; stop(): void }> {
  const config = loadConfig({
    ...makeSecrets(),
    DATABASE_URL: url,
    SMTP_URL: 'smtp://127.0.0.1:1',
    API_RATE_LIMIT: '100000000',
    LOG_LEVEL: 'fatal',
  });
  const key = 'a key of this bench alone';
  await bootstrapAdmin(pool, key);
  const connection = Connection.lazy();
  const server = createServer(
    createApp({
      pool,
      prisma: new PrismaClient({ adapter: new PrismaPg(pool) }),
      temporal: new Client({ connection }),
      config,
      log: createLogger(config, 'bench'),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    get: async (path) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${text}`);
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export const lists: Bench = {
  description:
    'The first page of GET /v1/commissions over HTTP, on a million commissions: each filter in each sort, then the ' +
    'summary of each filter. The median of several times for each, of which the slowest is shown.',
  async run(servers, { quick }) {
    const database = await servers.createDatabase();
    const seeded = await seed(database.pool);
    await fill(database.pool, seeded, quick ? 10_000 : 1_000_000);
    const api = await serve(database);
    const time = async (name: string, path: string) => {
      const times: number[] = [];
      for (let round = 0; round < (quick ? 1 : 4); round++) {
        const start = performance.now();
        await api.get(path);
        // The first time warms the caches.
        if (quick || round) times.push(performance.now() - start);
      }
      const { median } = spread(times);
      progress(`lists, ${name}: ${short(median)} ms`);
      return { name, median };
    };
    const slowest = (all: { name: string; median: number }[]) => {
      const { name, median } = all.reduce((a, b) => (b.median > a.median ? b : a));
      return `${short(median)} ms (${name})`;
    };
    try {
      const pages: Awaited<ReturnType<typeof time>>[] = [];
      const summaries: typeof pages = [];
      for (const [name, filter] of Object.entries(filters(seeded))) {
        for (const sort of sorts)
          pages.push(await time(`${name} by ${sort}`, `/v1/commissions?sort=${sort}&${filter}`));
        summaries.push(await time(`summary, ${name}`, `/v1/commissions/summary?${filter}`));
      }
      const aim = 'at most 300 ms';
      return [
        { measured: `Slowest of ${pages.length} pages, by filter and sort`, ours: slowest(pages), aim },
        { measured: `Slowest of ${summaries.length} summaries`, ours: slowest(summaries), aim },
      ];
    } finally {
      api.stop();
    }
  },
};
