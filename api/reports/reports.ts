import {
  outdatedDays,
  salesOn,
  sumDays,
  summedUntil,
  transfersOn,
  withBounds,
} from '../../database/dailySums';
import type { ApiContext } from '../http/endpoint';

/** Sums the days that have ended since, in the background: reports are right without it, but slower. */
export function keepDaysSummed({ pool, config, log }: Pick<ApiContext, 'pool' | 'config' | 'log'>): void {
  sumDays(pool, config.BRAND_TIME_ZONE).catch((error: unknown) =>
    log.warn({ err: error }, 'the daily totals could not be computed; reports read the orders instead'),
  );
}

/**
 * The statements behind the reports. Each gives one row a period, in order, also for periods in which nothing
 * happened; $1 to $4 are the zone, the interval, and the first and the last day, $5 the currency. Orders and transfers
 * are read as sums of days where these are summed, and by an index over time for the few days that are not.
 */

const startOf = (day: string) => `(${day}::timestamp AT TIME ZONE $1::text)`;
const endOf = (day: string) => `((${day}::timestamp + interval '1 day') AT TIME ZONE $1::text)`;
const within = (column: string, first = '$3', last = '$4') =>
  `${column} >= ${startOf(first)} AND ${column} < ${endOf(last)}`;
/** The day, week or month of a moment, by its first day. */
const dayOf = (column: string) => `date_trunc($2, ${column} AT TIME ZONE $1::text)`;
/** The same of a day. */
const periodOf = (day: string) => `date_trunc($2, ${day}::timestamp)`;

const periods = `period AS (
    SELECT day FROM generate_series(date_trunc($2, $3::timestamp), $4::timestamp, ('1 ' || $2)::interval) AS day
  )`;
const named = `to_char(p.day, 'YYYY-MM-DD') AS period`;

const sumOf = (amount: string, condition = 'true') =>
  `coalesce(sum(${amount}) FILTER (WHERE ${condition}), 0)::bigint`;
/** Figures of a period in which nothing happened. */
const orZero = (...names: string[]) => names.map((name) => `coalesce(s.${name}, 0) AS ${name}`).join(', ');

const accrued = `t.from_account = 'commission_expense' AND t.to_account = 'held'`;
const released = `t.from_account = 'held' AND t.to_account IN ('available', 'debt')`;
const reversed = `t.from_account = 'held' AND t.to_account = 'commission_expense'`;
const clawedBack = `t.from_account IN ('available', 'debt') AND t.to_account = 'commission_expense'`;

/** The days from `first` to `last` without valid sums: too recent, or with a late report. */
const unsummed = (first: string, last: string) =>
  `unsummed AS MATERIALIZED (${withBounds(
    `SELECT generate_series(greatest(${summedUntil}, ${first}::date), ${last}::date, interval '1 day')::date
   UNION SELECT day FROM (${outdatedDays}) AS outdated WHERE day BETWEEN ${first}::date AND ${last}::date`,
  )})`;

/** Sums of days from where they are: those that are kept, and those of the other days, added up now. */
const daily = (
  table: 'daily_sales' | 'daily_transfers',
  added: (days: string) => string,
  { columns, where, first, last }: { columns: string; where: string; first: string; last: string },
) => `
    SELECT ${columns} FROM ${table} WHERE day BETWEEN ${first}::date AND ${last}::date AND day < ${summedUntil}
      AND day NOT IN (SELECT day FROM unsummed) AND ${where}
    UNION ALL SELECT ${columns} FROM (${added('unsummed')}) AS added WHERE ${where}`;
const dailyTransfers = (first: string, last: string) =>
  daily('daily_transfers', transfersOn, {
    columns: 'day, from_account, to_account, amount',
    where: 'currency = $5',
    first,
    last,
  });

export const ordersReport = `
  WITH ${periods}, ${unsummed('$3', '$4')}, sold AS (
    SELECT ${periodOf('o.day')} AS day, sum(o.orders)::int AS orders, ${sumOf('o.net')} AS net,
      ${sumOf('o.returned')} AS returned
    FROM (${daily('daily_sales', salesOn, {
      columns: 'day, orders, net, returned',
      where: 'distributor_id IS NULL AND currency = $5',
      first: '$3',
      last: '$4',
    })}) o GROUP BY 1
  )
  SELECT ${named}, ${orZero('orders', 'net', 'returned')}
  FROM period p LEFT JOIN sold s USING (day) ORDER BY p.day`;

const commissionFigures = `${sumOf('t.amount', accrued)} AS accrued, ${sumOf('t.amount', released)} AS released,
      ${sumOf('t.amount', reversed)} AS reversed, ${sumOf('t.amount', clawedBack)} AS "clawedBack"`;
const commissionsOf = (before: string, moved: string) => `
  WITH ${periods}, ${before}moved AS (${moved} GROUP BY 1)
  SELECT ${named}, ${orZero('accrued', 'released', 'reversed', '"clawedBack"')}
  FROM period p LEFT JOIN moved s USING (day) ORDER BY p.day`;

export const commissionsReport = commissionsOf(
  `${unsummed('$3', '$4')}, `,
  `SELECT ${periodOf('t.day')} AS day, ${commissionFigures}
    FROM (${dailyTransfers('$3', '$4')}) t`,
);

/** Only of the distributor $6: sums are kept of all distributors together. */
export const ownCommissionsReport = commissionsOf(
  '',
  `SELECT ${dayOf('t.occurred_at')} AS day, ${commissionFigures}
    FROM transfers t WHERE t.distributor_id = $6 AND ${within('t.occurred_at')} AND t.currency = $5`,
);

export const payoutsReport = `
  WITH ${periods}, settled AS (
    SELECT ${dayOf('w.settled_at')} AS day,
      count(*) FILTER (WHERE w.state = 'paid')::int AS "paidCount", ${sumOf('w.amount', `w.state = 'paid'`)} AS paid,
      count(*) FILTER (WHERE w.state = 'failed')::int AS "failedCount",
      ${sumOf('w.amount', `w.state = 'failed'`)} AS failed
    FROM withdrawals w WHERE ${within('w.settled_at')} AND w.currency = $5 GROUP BY 1
  )
  SELECT ${named}, ${orZero('"paidCount"', 'paid', '"failedCount"', 'failed')}
  FROM period p LEFT JOIN settled s USING (day) ORDER BY p.day`;

export const applicationsReport = `
  WITH ${periods}, came AS (
    SELECT ${dayOf('a.submitted_at')} AS day, count(*)::int AS submitted
    FROM applications a WHERE ${within('a.submitted_at')} GROUP BY 1
  ), decided AS (
    SELECT ${dayOf('a.decided_at')} AS day, count(*) FILTER (WHERE a.state = 'approved')::int AS approved,
      count(*) FILTER (WHERE a.state = 'rejected')::int AS rejected,
      round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.decided_at - a.submitted_at) / 3600)
        FILTER (WHERE a.state IN ('approved', 'rejected')))::numeric, 1)::float8 AS median
    FROM applications a WHERE ${within('a.decided_at')} GROUP BY 1
  )
  SELECT ${named}, coalesce(c.submitted, 0) AS submitted, ${orZero('approved', 'rejected')}, s.median AS "medianHours"
  FROM period p LEFT JOIN came c USING (day) LEFT JOIN decided s USING (day) ORDER BY p.day`;

const accounts = ['held', 'available', 'reserved', 'debt'];
const netInto = (account: string) =>
  `coalesce(sum(CASE '${account}'::account WHEN t.to_account THEN t.amount WHEN t.from_account THEN -t.amount END), 0)`;
/** The last possible day of an event: clocks of shops run a little ahead. */
const tomorrow = `((now() AT TIME ZONE $1::text)::date + 1)`;
const lastEver = `greatest($4::date, ${tomorrow})`;

// Backwards from what the accounts hold now, so that what lies before the first day is never read.
export const balancesReport = `
  WITH ${periods}, ${unsummed('$3', lastEver)}, change AS (
    SELECT CASE WHEN t.day <= $4::date THEN ${periodOf('t.day')} ELSE 'infinity' END AS day,
      ${netInto('held')} AS held, ${netInto('available')} AS available, ${netInto('reserved')} AS reserved,
      -${netInto('debt')} AS debt
    FROM (${dailyTransfers('$3', lastEver)}) t GROUP BY 1
  ), standing AS (
    SELECT day, ${accounts
      .map(
        (account) => `(SELECT coalesce(sum(b.${account}), 0) FROM balances b WHERE b.currency = $5)
          - coalesce(sum(c.${account}) OVER later, 0) AS ${account}`,
      )
      .join(', ')}
    FROM period FULL JOIN change c USING (day)
    WINDOW later AS (ORDER BY day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
  SELECT ${named}, ${accounts.map((account) => `p.${account}::bigint AS ${account}`).join(', ')}
  FROM standing p WHERE p.day < 'infinity' ORDER BY p.day`;

const salesOfEach = `distributor_id, sum(orders) AS orders, sum(net) AS net, sum(commission) AS commission`;

/** Not by period: $1 the zone, $2 and $3 the first and the last day, $4 the currency, $5 how many. */
export const topDistributorsReport = `
  WITH ${unsummed('$2', '$3')}, kept AS (
    SELECT ${salesOfEach} FROM daily_sales
    WHERE day BETWEEN $2::date AND $3::date AND day < ${summedUntil} AND day NOT IN (SELECT day FROM unsummed)
      AND distributor_id IS NOT NULL AND currency = $4 GROUP BY distributor_id
  ), added AS (
    SELECT ${salesOfEach} FROM (${salesOn('unsummed')}) AS added
    WHERE distributor_id IS NOT NULL AND currency = $4 GROUP BY distributor_id
  ), best AS (
    SELECT ${salesOfEach} FROM (SELECT * FROM kept UNION ALL SELECT * FROM added) AS sale
    GROUP BY distributor_id HAVING sum(orders) > 0 ORDER BY net DESC, distributor_id LIMIT $5
  )
  SELECT d.id AS "distributorId", d.name, b.orders::int AS orders, b.net::bigint AS net, b.commission::bigint AS commission
  FROM best b JOIN distributors d ON d.id = b.distributor_id ORDER BY b.net DESC, d.id`;
