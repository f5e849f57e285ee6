import { inTransaction, type Pool } from './pool';

/*
 * What reports add up over past days is kept as sums: sales by day, currency and distributor, and transfers
 * by day, currency and accounts. Only `sumDays` below writes them, so that no order ever waits for another at a row
 * that both would count in. Days are those of the brand's zone, by the time of the event; what is reported late is
 * noted by triggers in `late_entries`, and its day counts as not summed until it is summed again.
 *
 * The fragments of SQL take the zone as $1 and read days from a relation of (day, since, until).
 */

const startOf = (day: string) => `((${day})::timestamp AT TIME ZONE $1::text)`;

/** The relation of days for the fragments. @param days SQL that gives a column `day` */
export const withBounds = (days: string) =>
  `SELECT day, ${startOf('day')} AS since, ${startOf('day + 1')} AS until FROM (${days}) AS these (day)`;

/** The first day that is not summed. */
export const summedUntil = `coalesce((SELECT until FROM summed_days WHERE zone = $1::text), '-infinity')`;

/** Days whose sums are out of date, because an event of theirs was reported after they were summed. */
export const outdatedDays = `SELECT DISTINCT (at AT TIME ZONE $1::text)::date AS day FROM late_entries
  WHERE at < ${startOf(summedUntil)}`;

/**
 * Sales from the rows themselves: how many orders, their net amount, the value of units returned, which is their share
 * of the line, half up, and the commission accrued at any level, less what was taken back. Without a distributor: of
 * all, including orders without a distributor.
 */
export const salesOn = (days: string) => `
  SELECT d.day, s.* FROM ${days} d CROSS JOIN LATERAL (
    SELECT currency, distributor_id, sum(orders)::integer AS orders, sum(net)::bigint AS net,
      sum(returned)::bigint AS returned, sum(commission)::bigint AS commission
    FROM (
      SELECT o.currency, o.distributor_id, 1 AS orders,
        (SELECT sum(l.net_amount) FROM order_lines l WHERE l.order_id = o.id) AS net, 0 AS returned, 0 AS commission
      FROM orders o WHERE o.paid_at >= d.since AND o.paid_at < d.until
      UNION ALL
      SELECT o.currency, o.distributor_id, 0, 0, round(l.net_amount * (unit ->> 'quantity')::numeric / l.quantity), 0
      FROM returns r JOIN orders o ON o.id = r.order_id CROSS JOIN LATERAL jsonb_array_elements(r.lines) unit
        JOIN order_lines l ON l.order_id = r.order_id AND l.line_id = unit ->> 'lineId'
      WHERE r.state = 'refunded' AND r.resolved_at >= d.since AND r.resolved_at < d.until
      UNION ALL
      SELECT t.currency, t.distributor_id, 0, 0, 0,
        CASE t.from_account WHEN 'commission_expense' THEN t.amount ELSE -t.amount END
      FROM transfers t WHERE t.occurred_at >= d.since AND t.occurred_at < d.until
        AND 'commission_expense' IN (t.from_account, t.to_account)
    ) AS sale
    GROUP BY GROUPING SETS ((currency), (currency, distributor_id))
    HAVING grouping(distributor_id) = 1 OR distributor_id IS NOT NULL
  ) AS s`;

/** Sums of transfers, from the transfers themselves. */
export const transfersOn = (days: string) => `
  SELECT d.day, s.* FROM ${days} d CROSS JOIN LATERAL (
    SELECT t.currency, t.from_account, t.to_account, sum(t.amount)::bigint AS amount
    FROM transfers t WHERE t.occurred_at >= d.since AND t.occurred_at < d.until
    GROUP BY t.currency, t.from_account, t.to_account
  ) AS s`;

/** What is not in the sums: days with a late report, and all after the last day that is summed. */
const unsummedSpans = `(${withBounds(`${outdatedDays}`)} UNION ALL
  SELECT ${summedUntil}, ${startOf(summedUntil)}, 'infinity'::timestamptz)`;

const ever = (table: 'daily_sales' | 'daily_transfers', columns: string, added: string) =>
  `SELECT ${columns} FROM ${table} WHERE day < ${summedUntil} AND day NOT IN (${outdatedDays})
   UNION ALL SELECT ${columns} FROM (${added}) AS added`;

/** Sums of all transfers there ever were, of which only those of the last days are read. */
export const transfersEver = ever(
  'daily_transfers',
  'currency, from_account, to_account, amount',
  transfersOn(unsummedSpans),
);

/** Sums of all sales there ever were, likewise, by distributor and, without one, of all. */
export const salesEver = ever('daily_sales', 'currency, distributor_id, net', salesOn(unsummedSpans));

/**
 * The first day that ended too recently to be summed. What happened more than a day before its transaction
 * began is noted as late; so a transaction that is under way while a day is summed would have to last longer than a
 * day to add something to it unnoted.
 */
const firstOpenDay = `((now() - interval '2 days') AT TIME ZONE $1::text)::date`;

/** The day of the first event, or the first open day where there is none. */
const firstDay = `coalesce((least((SELECT min(paid_at) FROM orders), (SELECT min(occurred_at) FROM transfers))
  AT TIME ZONE $1::text)::date, ${firstOpenDay})`;

/** Days in one transaction: few enough that a stop of this process need not wait for it. */
const mostDays = 31;

const running = new WeakMap<Pool, Promise<void>>();

/**
 * Sums the past days that are not summed yet, and those with a late report. The first time reads
 * every order and transfer; after that, those of a day. Reports need not wait for it: they add up what is not summed.
 * @param zone the brand's zone; when it is another than the last time, every day is summed again
 */
export async function sumDays(pool: Pool, zone: string): Promise<void> {
  // Concurrent callers share one connection.
  const sum = running.get(pool) ?? sumInPortions(pool, zone).finally(() => running.delete(pool));
  running.set(pool, sum);
  await sum;
}

async function sumInPortions(pool: Pool, zone: string): Promise<void> {
  const { rows } = await pool.query<{ isDone: boolean }>(
    `SELECT ${summedUntil} >= ${firstOpenDay} AND NOT EXISTS (${outdatedDays}) AS "isDone"`,
    [zone],
  );
  for (let more = !rows[0]!.isDone; more && !pool.ending; ) more = await sumPortion(pool, zone);
}

/** @returns whether there is more */
async function sumPortion(pool: Pool, zone: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    // One snapshot for all that follows, after concurrent sums have ended: locking a table takes no snapshot yet.
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await client.query('LOCK TABLE summed_days IN SHARE ROW EXCLUSIVE MODE');
    const { rows } = await client.query<{ isNew: boolean; days: string[]; until: string }>(
      `WITH these AS (
         SELECT ARRAY(SELECT generate_series(greatest(${summedUntil}, ${firstDay}), ${firstOpenDay} - 1, interval '1 day')::date
           AS day UNION ${outdatedDays} ORDER BY day LIMIT ${mostDays}) AS days
       )
       SELECT NOT EXISTS (SELECT FROM summed_days WHERE zone = $1) AS "isNew", days, greatest(${summedUntil},
         CASE WHEN cardinality(days) < ${mostDays} THEN ${firstOpenDay} ELSE days[${mostDays}] + 1 END) AS until
       FROM these`,
      [zone],
    );
    const { isNew, days, until } = rows[0]!;
    for (const table of ['daily_sales', 'daily_transfers'])
      await client.query(`DELETE FROM ${table} WHERE $1 OR day = ANY ($2::date[])`, [isNew, days]);
    const these = `(${withBounds('SELECT unnest($2::date[])')})`;
    await client.query(
      `INSERT INTO daily_sales (day, currency, distributor_id, orders, net, returned, commission) ${salesOn(these)}`,
      [zone, days],
    );
    await client.query(
      `INSERT INTO daily_transfers (day, currency, from_account, to_account, amount) ${transfersOn(these)}`,
      [zone, days],
    );
    await client.query('DELETE FROM late_entries WHERE (at AT TIME ZONE $1)::date = ANY ($2::date[])', [
      zone,
      days,
    ]);
    await client.query('DELETE FROM summed_days');
    await client.query('INSERT INTO summed_days (zone, until) VALUES ($1, $2)', [zone, until]);
    return days.length === mostDays;
  });
}

/** A sum of a day that is not what the rows behind it add up to. */
export interface WrongSum {
  /** Such as `day/2026-05-01/held/available`, or `day/2026-05-01/net/all`. */
  subject: string;
  currency: string;
  expected: number;
  actual: number;
}

/** Figures by key as the rows have them, beside those that are kept, where any of them differ. */
function compared(keys: string[], figures: string[], rows: string, kept: string): string {
  const columns = [...keys, ...figures].join(', ');
  const sums = figures.flatMap((name) => [
    `coalesce(sum(${name}) FILTER (WHERE NOT is_kept), 0)::bigint AS ${name}_expected`,
    `coalesce(sum(${name}) FILTER (WHERE is_kept), 0)::bigint AS ${name}_actual`,
  ]);
  const differ = figures.map((name) => `sum(CASE WHEN is_kept THEN ${name} ELSE -${name} END) <> 0`);
  return `SELECT ${keys.join(', ')}, ${sums.join(', ')} FROM (
      SELECT ${columns}, false AS is_kept FROM (${rows}) AS added
      UNION ALL SELECT ${columns}, true FROM ${kept} WHERE day IN (SELECT day FROM summed)
    ) AS both_sides GROUP BY ${keys.join(', ')} HAVING ${differ.join(' OR ')}`;
}

// One statement, so that sums and rows are seen as they were at one moment.
const wrongSums = `
  WITH summed AS MATERIALIZED (${withBounds(
    `SELECT generate_series(${firstDay}, ${summedUntil} - 1, interval '1 day')::date
     UNION SELECT day FROM daily_sales UNION SELECT day FROM daily_transfers EXCEPT (${outdatedDays})`,
  )}), sale AS (
    ${compared(
      ['day', 'currency', 'distributor_id'],
      ['orders', 'net', 'returned', 'commission'],
      salesOn('summed'),
      'daily_sales',
    )}
  ), transfer AS (
    ${compared(['day', 'currency', 'from_account', 'to_account'], ['amount'], transfersOn('summed'), 'daily_transfers')}
  )
  SELECT 'day/' || day || '/' || figure.name || '/' || coalesce(distributor_id::text, 'all') AS subject, currency,
    figure.expected, figure.actual
  FROM sale CROSS JOIN LATERAL (VALUES ('orders', orders_expected, orders_actual), ('net', net_expected, net_actual),
    ('returned', returned_expected, returned_actual), ('commission', commission_expected, commission_actual)
  ) AS figure (name, expected, actual) WHERE figure.expected <> figure.actual
  UNION ALL
  SELECT 'day/' || day || '/' || from_account || '/' || to_account, currency, amount_expected, amount_actual FROM transfer
  ORDER BY subject, currency`;

/** Compares every sum that is kept with the rows behind it; reads all of them. */
export async function findWrongSums(pool: Pool): Promise<WrongSum[]> {
  const { rows: zones } = await pool.query<{ zone: string }>('SELECT zone FROM summed_days');
  if (!zones[0]) return [];
  const { rows } = await pool.query<WrongSum>(wrongSums, [zones[0].zone]);
  return rows;
}
