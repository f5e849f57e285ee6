/**
 * The statements behind the reports. Each gives one row a period, in order, also for periods in which nothing
 * happened; $1 to $4 are the zone, the interval, and the first and the last day, $5 the currency. What happened is
 * found by an index over time, from the first day to the last, so that a month costs what happened in that month.
 */

const startOf = (day: string) => `(${day}::timestamp AT TIME ZONE $1::text)`;
const endOf = (day: string) => `((${day}::timestamp + interval '1 day') AT TIME ZONE $1::text)`;
const within = (column: string, first = '$3', last = '$4') =>
  `${column} >= ${startOf(first)} AND ${column} < ${endOf(last)}`;
/** The day, week or month of a moment, by its first day. */
const dayOf = (column: string) => `date_trunc($2, ${column} AT TIME ZONE $1::text)`;

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

// Each order has one first line, so that counting those counts orders without sorting their numbers. The value of
// returned units is their share of the line, half up.
export const ordersReport = `
  WITH ${periods}, sold AS (
    SELECT ${dayOf('o.paid_at')} AS day, count(*) FILTER (WHERE l.position = 0)::int AS orders,
      ${sumOf('l.net_amount')} AS net
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE ${within('o.paid_at')} AND o.currency = $5 GROUP BY 1
  ), back AS (
    SELECT ${dayOf('r.resolved_at')} AS day,
      ${sumOf(`round(l.net_amount * (unit ->> 'quantity')::numeric / l.quantity)`)} AS returned
    FROM returns r JOIN orders o ON o.id = r.order_id CROSS JOIN LATERAL jsonb_array_elements(r.lines) unit
      JOIN order_lines l ON l.order_id = r.order_id AND l.line_id = unit ->> 'lineId'
    WHERE r.state = 'refunded' AND ${within('r.resolved_at')} AND o.currency = $5 GROUP BY 1
  )
  SELECT ${named}, ${orZero('orders', 'net')}, coalesce(b.returned, 0) AS returned
  FROM period p LEFT JOIN sold s USING (day) LEFT JOIN back b USING (day) ORDER BY p.day`;

/** @param ofOne only of the distributor $6 */
export const commissionsReport = (ofOne: boolean) => `
  WITH ${periods}, moved AS (
    SELECT ${dayOf('t.occurred_at')} AS day, ${sumOf('t.amount', accrued)} AS accrued,
      ${sumOf('t.amount', released)} AS released, ${sumOf('t.amount', reversed)} AS reversed,
      ${sumOf('t.amount', clawedBack)} AS "clawedBack"
    FROM transfers t
    WHERE ${within('t.occurred_at')} AND t.currency = $5${ofOne ? ' AND t.distributor_id = $6' : ''} GROUP BY 1
  )
  SELECT ${named}, ${orZero('accrued', 'released', 'reversed', '"clawedBack"')}
  FROM period p LEFT JOIN moved s USING (day) ORDER BY p.day`;

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

// Backwards from what the accounts hold now, so that what lies before the first day is never read.
export const balancesReport = `
  WITH ${periods}, change AS (
    SELECT CASE WHEN t.occurred_at < ${endOf('$4')} THEN ${dayOf('t.occurred_at')} ELSE 'infinity' END AS day,
      ${netInto('held')} AS held, ${netInto('available')} AS available, ${netInto('reserved')} AS reserved,
      -${netInto('debt')} AS debt
    FROM transfers t WHERE t.occurred_at >= ${startOf('$3')} AND t.currency = $5 GROUP BY 1
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

/** Not by period: $1 the zone, $2 and $3 the first and the last day, $4 the currency, $5 how many. */
export const topDistributorsReport = `
  WITH best AS (
    SELECT o.distributor_id, count(*) FILTER (WHERE l.position = 0)::int AS orders, ${sumOf('l.net_amount')} AS net
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE ${within('o.paid_at', '$2', '$3')} AND o.currency = $4 AND o.distributor_id IS NOT NULL
    GROUP BY o.distributor_id ORDER BY net DESC, o.distributor_id LIMIT $5
  )
  SELECT d.id AS "distributorId", d.name, b.orders, b.net, e.commission
  FROM best b JOIN distributors d ON d.id = b.distributor_id CROSS JOIN LATERAL (
    SELECT ${sumOf('t.amount', accrued)} - ${sumOf('t.amount', reversed)} - ${sumOf('t.amount', clawedBack)} AS commission
    FROM transfers t
    WHERE t.distributor_id = b.distributor_id AND ${within('t.occurred_at', '$2', '$3')} AND t.currency = $4
  ) e ORDER BY b.net DESC, d.id`;
