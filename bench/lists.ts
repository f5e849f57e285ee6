import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Connection } from '@temporalio/client';
import { createApp } from '../api/app';
import { bootstrapAdmin } from '../api/identity/authentication';
import { loadConfig } from '../config';
import { sumDays } from '../database/dailySums';
import type { Pool } from '../database/pool';
import { makeSecrets } from '../embedded/secrets';
import { createLogger } from '../log';
import { PrismaClient } from '../prisma/client/client';
import type { Bench, Result } from './bench';
import { fillYear, YEAR_DAYS, type Year } from './listData';
import { percentile, progress, short, spread } from './rounds';
import { seed } from './seed';

const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

/** Queries of one list: each filter in each sort, and its summary if it has one. */
interface Asked {
  path: string;
  sorts: string[];
  summary?: string;
  filters: Record<string, string>;
}

/** Filters: a common, a rare and a missing value of each, and some combinations. */
function asked(year: Year): Asked[] {
  const { distributorId, sponsorId, withdrawalId } = year;
  const someTime = (from: string, until: string) => ({
    'in a month': `${from}=${ago(180)}&${until}=${ago(150)}`,
    'in the last day': `${from}=${ago(1)}`,
    'long ago': `${until}=${ago(YEAR_DAYS - 2)}`,
    never: `${from}=${ago(-30)}`,
  });
  const named = (name: string, times: Record<string, string>) =>
    Object.fromEntries(Object.entries(times).map(([when, query]) => [`${name} ${when}`, query]));
  return [
    {
      path: '/v1/commissions',
      sorts: ['-createdAt', 'createdAt', '-amount', 'amount', 'dueAt', '-dueAt'],
      summary: '/v1/commissions/summary',
      filters: {
        none: '',
        'common state': 'state=released',
        'rare state': 'state=due',
        'no such state': 'state=clawed_back',
        distributor: `distributorId=${distributorId}`,
        'sponsor of many': `distributorId=${sponsorId}`,
        order: 'orderId=20260777',
        'common currency': 'currency=CNY',
        'rare currency': 'currency=USD',
        'no such currency': 'currency=EUR',
        'due before': `dueBefore=${ago(200)}`,
        ...named('due', { 'in a month': `dueAfter=${ago(180)}&dueBefore=${ago(150)}` }),
        ...named('created', someTime('createdAfter', 'createdBefore')),
        ...named('released', someTime('releasedAfter', 'releasedBefore')),
        'amount from': 'amountMin=99990',
        'amount within': 'amountMin=500&amountMax=520',
        'amount never': 'amountMin=5000000',
        'on hold': 'onHold=true',
        'not on hold': 'onHold=false&state=due',
        'hold reason': 'holdReason=risk',
        'rare hold reason': 'holdReason=violation',
        'due and rare currency': 'state=due&currency=USD',
        'due and large': 'state=due&amountMin=99900',
        'released and large, of a month': `state=released&amountMin=99900&releasedAfter=${ago(180)}&releasedBefore=${ago(150)}`,
        'due, held back for risk': 'state=due&holdReason=risk',
        'distributor and state': `distributorId=${distributorId}&state=due`,
      },
    },
    {
      path: '/v1/orders',
      sorts: ['-createdAt', 'createdAt', '-paidAt', 'paidAt'],
      summary: '/v1/orders/summary',
      filters: {
        none: '',
        'common state': 'state=closed',
        'rare state': 'state=open',
        'one number': 'number=20260777',
        'beginning of many numbers': 'number=2026',
        'beginning of some numbers': 'number=202677',
        'no such number': 'number=1999',
        distributor: `distributorId=${distributorId}`,
        customer: 'customerId=customer-77',
        'no such customer': 'customerId=nobody',
        'common region': 'region=CN-31',
        'rare region': 'region=CN-91',
        'no such region': 'region=XX',
        'common reason': 'attributionReason=code',
        'rare reason': 'attributionReason=own_purchase',
        'no such reason': 'attributionReason=code_unknown',
        ...named('paid', someTime('paidAfter', 'paidBefore')),
        ...named('created', someTime('createdAfter', 'createdBefore')),
        'open, of a region': 'state=open&region=CN-31',
        'paid in a month, of a region': `paidAfter=${ago(180)}&paidBefore=${ago(150)}&region=CN-31`,
        'paid in a month, by rare reason': `paidAfter=${ago(180)}&paidBefore=${ago(150)}&attributionReason=own_purchase`,
      },
    },
    {
      path: '/v1/transfers',
      sorts: ['-occurredAt', 'occurredAt'],
      filters: {
        none: '',
        distributor: `distributorId=${distributorId}`,
        'sponsor of many': `distributorId=${sponsorId}`,
        'common account': 'account=held',
        'rare account': 'account=cash',
        'account of none': 'account=write_off',
        'common currency': 'currency=CNY',
        'rare currency': 'currency=USD',
        'no such currency': 'currency=EUR',
        commission: 'commissionId=7777',
        withdrawal: `withdrawalId=${withdrawalId}`,
        ...named('occurred', someTime('occurredAfter', 'occurredBefore')),
        'sponsor of many, in a month': `distributorId=${sponsorId}&occurredAfter=${ago(180)}&occurredBefore=${ago(150)}`,
        'rare account and currency': 'account=cash&currency=USD',
      },
    },
    {
      path: '/v1/returns',
      sorts: ['-requestedAt', 'requestedAt'],
      filters: {
        none: '',
        'common state': 'state=refunded',
        'rare state': 'state=requested',
        'no such state': 'state=rejected',
        order: 'orderId=20260020',
        distributor: `distributorId=${distributorId}`,
        ...named('requested', someTime('requestedAfter', 'requestedBefore')),
        ...named('resolved', someTime('resolvedAfter', 'resolvedBefore')),
      },
    },
    {
      path: '/v1/withdrawals',
      sorts: ['-requestedAt', 'requestedAt', '-amount', 'amount'],
      summary: '/v1/withdrawals/summary',
      filters: {
        none: '',
        'common state': 'state=paid',
        'rare state': 'state=requested',
        'no such state': 'state=rejected',
        distributor: `distributorId=${distributorId}`,
        'rare currency': 'currency=USD',
        'no such currency': 'currency=EUR',
        'amount from': 'amountMin=199',
        'amount never': 'amountMin=5000000',
        'awaiting me': 'awaitingMe=true',
        ...named('requested', someTime('requestedAfter', 'requestedBefore')),
        'settled in the last day': `settledAfter=${ago(1)}`,
      },
    },
    {
      path: '/v1/holds',
      sorts: ['-placedAt', 'placedAt'],
      filters: {
        none: '',
        open: 'open=true',
        lifted: 'open=false',
        reason: 'reason=risk',
        'rare reason': 'reason=violation',
        distributor: `distributorId=${sponsorId}`,
        ...named('placed', someTime('placedAfter', 'placedBefore')),
      },
    },
    {
      path: '/v1/balances',
      sorts: ['-available', 'available', '-held', '-reserved', '-debt'],
      filters: {
        none: '',
        'rare currency': 'currency=USD',
        distributor: `distributorId=${distributorId}`,
        debt: 'debtAbove=0',
      },
    },
    {
      path: `/v1/distributors/${sponsorId}/statement`,
      sorts: ['-id', 'id'],
      filters: {
        none: '',
        account: 'account=reserved',
        'rare currency': 'currency=USD',
        ...named('occurred', someTime('occurredAfter', 'occurredBefore')),
      },
    },
    {
      path: `/v1/distributors/${sponsorId}/earnings`,
      sorts: ['-id', 'id'],
      filters: { none: '', due: 'state=due', 'rare currency': 'currency=USD' },
    },
    {
      path: '/v1/distributors/tree',
      sorts: ['createdAt', '-createdAt'],
      filters: { roots: '', 'three levels': 'depth=3', 'below one': `root=${sponsorId}` },
    },
  ];
}

const reports = ['orders', 'commissions', 'balances', 'payouts', 'applications', 'top-distributors'];

/** The API on this database, in this process: these calls need no Temporal. */
async function serve(
  url: string,
  pool: Pool,
): Promise<{ timeZone: string; get(path: string): Promise<void>; stop(): void }> {
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
      phase: () => 'running',
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    timeZone: config.BRAND_TIME_ZONE,
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

interface Timing {
  name: string;
  median: number;
}

const aims = { list: 300, report: 1000 };

/**
 * Queries every list, summary and report over HTTP.
 * @param rounds repetitions; the first one warms the caches and does not count if there are several
 */
export async function measureLists(url: string, pool: Pool, year: Year, rounds: number): Promise<Result[]> {
  const api = await serve(url, pool);
  const time = async (name: string, path: string): Promise<Timing> => {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const start = performance.now();
      await api.get(path);
      if (rounds === 1 || round) times.push(performance.now() - start);
    }
    const { median } = spread(times);
    progress(`lists, ${name}: ${short(median)} ms`);
    return { name, median };
  };
  const result = (measured: string, all: Timing[], aim: number): Result => {
    const slowest = all.reduce((a, b) => (b.median > a.median ? b : a));
    const p95 = percentile(
      all.map(({ median }) => median),
      0.95,
    );
    const missed = all.filter(({ median }) => median > aim).length;
    return {
      measured: `${measured} (${all.length} kinds of question)`,
      ours: `p95 ${short(p95)} ms, slowest ${short(slowest.median)} ms (${slowest.name})`,
      aim: `max ${aim} ms${missed ? `: missed by ${missed}` : ''}`,
    };
  };
  try {
    const results: Result[] = [];
    const summaries: Timing[] = [];
    for (const { path, sorts, summary, filters } of asked(year)) {
      const pages: Timing[] = [];
      const label = path.replace(/[\da-f-]{36}/, '{id}');
      for (const [name, filter] of Object.entries(filters)) {
        for (const sort of sorts)
          pages.push(await time(`${label} ${name} by ${sort}`, `${path}?sort=${sort}&${filter}`));
        if (summary) summaries.push(await time(`${summary} ${name}`, `${summary}?${filter}`));
      }
      results.push(result(`GET ${label}`, pages, aims.list));
    }
    results.push(result('Summaries beside lists', summaries, aims.list));
    const span = `from=${ago(YEAR_DAYS).slice(0, 10)}&to=${ago(0).slice(0, 10)}`;
    // Once per system; after that, one day at a time after the first report of a day.
    const start = performance.now();
    await sumDays(pool, api.timeZone);
    progress(`lists, summing ${YEAR_DAYS} days: ${short((performance.now() - start) / 1000)} s`);
    const years: Timing[] = [];
    for (const report of reports) {
      const currency = report === 'applications' ? '' : '&currency=CNY';
      years.push(await time(`reports, ${report}`, `/v1/reports/${report}?${span}${currency}`));
    }
    const own = `/v1/reports/commissions?${span}&currency=CNY&distributorId=`;
    years.push(await time('reports, commissions of a distributor', own + year.distributorId));
    years.push(await time('reports, commissions of a sponsor of many', own + year.sponsorId));
    results.push(result('Reports of a year by day', years, aims.report));
    return results;
  } finally {
    api.stop();
  }
}

export const lists: Bench = {
  description:
    'A year of half a million orders, a million commissions and two million transfers. Over HTTP, one at a time: the first ' +
    'page of each list with each filter in each sort, the summary of each filter, and each report over the year. The ' +
    'median of several times for each; of these the 95th percentile and the slowest.',
  async run(servers, { quick }) {
    const { url, pool } = await servers.createDatabase();
    const year = await fillYear(pool, await seed(pool), quick ? 5_000 : 500_000);
    return measureLists(url, pool, year, quick ? 1 : 4);
  },
};
