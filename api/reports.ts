/**
 * The statements behind the reports. Each gives one row a period, in order, also for periods in which nothing
 * happened; $1 to $4 are the zone, the interval, and the first and the last day, $5 the currency. Every period reads
 * its own stretch of an index over time, so that a month costs what happened in that month.
 */

// The first and the last period may be cut short by the days asked for, so that the sum over all is what happened on
// those days.
const periods = `period AS (
    SELECT to_char(day, 'YYYY-MM-DD') AS period,
      greatest(day, $3::timestamp) AT TIME ZONE $1::text AS starts,
      least(day + ('1 ' || $2)::interval, $4::timestamp + interval '1 day') AT TIME ZONE $1::text AS ends
    FROM generate_series(date_trunc($2, $3::timestamp), $4::timestamp, ('1 ' || $2)::interval) AS day
  )`;

const within = (column: string) => `${column} >= p.starts AND ${column} < p.ends`;
const sumWhere = (condition: string) => `coalesce(sum(t.amount) FILTER (WHERE ${condition}), 0)::bigint`;

const accrued = `t.from_account = 'commission_expense' AND t.to_account = 'held'`;
const reversed = `t.from_account = 'held' AND t.to_account = 'commission_expense'`;
const clawedBack = `t.from_account IN ('available', 'debt') AND t.to_account = 'commission_expense'`;

/** Value of the returned units of a line, half up. */
const returnedValue = `round(l.net_amount * (unit ->> 'quantity')::numeric / l.quantity)`;

export const ordersReport = `
  WITH ${periods}
  SELECT p.period, sold.orders, sold.net, back.returned
  FROM period p CROSS JOIN LATERAL (
    SELECT count(DISTINCT o.id)::int AS orders, coalesce(sum(l.net_amount), 0)::bigint AS net
    FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE ${within('o.paid_at')} AND o.currency = $5
  ) sold CROSS JOIN LATERAL (
    SELECT coalesce(sum(${returnedValue}), 0)::bigint AS returned
    FROM returns r JOIN orders o ON o.id = r.order_id CROSS JOIN LATERAL jsonb_array_elements(r.lines) unit
      JOIN order_lines l ON l.order_id = r.order_id AND l.line_id = unit ->> 'lineId'
    WHERE r.state = 'refunded' AND ${within('r.resolved_at')} AND o.currency = $5
  ) back ORDER BY p.starts`;

/** @param ofOne only of the distributor $6 */
export const commissionsReport = (ofOne: boolean) => `
  WITH ${periods}
  SELECT p.period, s.* FROM period p CROSS JOIN LATERAL (
    SELECT ${sumWhere(accrued)} AS accrued,
      ${sumWhere(`t.from_account = 'held' AND t.to_account IN ('available', 'debt')`)} AS released,
      ${sumWhere(reversed)} AS reversed, ${sumWhere(clawedBack)} AS "clawedBack"
    FROM transfers t WHERE ${within('t.occurred_at')} AND t.currency = $5${ofOne ? ' AND t.distributor_id = $6' : ''}
  ) s ORDER BY p.starts`;

export const payoutsReport = `
  WITH ${periods}
  SELECT p.period, s.* FROM period p CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE w.state = 'paid')::int AS "paidCount",
      coalesce(sum(w.amount) FILTER (WHERE w.state = 'paid'), 0)::bigint AS paid,
      count(*) FILTER (WHERE w.state = 'failed')::int AS "failedCount",
      coalesce(sum(w.amount) FILTER (WHERE w.state = 'failed'), 0)::bigint AS failed
    FROM withdrawals w WHERE ${within('w.settled_at')} AND w.currency = $5
  ) s ORDER BY p.starts`;

export const applicationsReport = `
  WITH ${periods}
  SELECT p.period, came.submitted, went.* FROM period p CROSS JOIN LATERAL (
    SELECT count(*)::int AS submitted FROM applications a WHERE ${within('a.submitted_at')}
  ) came CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE a.state = 'approved')::int AS approved,
      count(*) FILTER (WHERE a.state = 'rejected')::int AS rejected,
      round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.decided_at - a.submitted_at) / 3600)
        FILTER (WHERE a.state IN ('approved', 'rejected')))::numeric, 1)::float8 AS "medianHours"
    FROM applications a WHERE ${within('a.decided_at')}
  ) went ORDER BY p.starts`;

const netInto = (account: string) =>
  `coalesce(sum(CASE '${account}' WHEN t.to_account::text THEN t.amount WHEN t.from_account::text THEN -t.amount END), 0)::bigint`;

// Backwards from what the accounts hold now, which never has to read what lies before the days asked for.
export const balancesReport = `
  WITH ${periods}, stretch AS (
    SELECT period, starts, ends FROM period UNION ALL SELECT NULL, max(ends), 'infinity' FROM period
  ), change AS (
    SELECT p.period, p.starts, s.* FROM stretch p CROSS JOIN LATERAL (
      SELECT ${netInto('held')} AS held, ${netInto('available')} AS available, ${netInto('reserved')} AS reserved,
        -${netInto('debt')} AS debt
      FROM transfers t WHERE ${within('t.occurred_at')} AND t.currency = $5
    ) s
  ), present AS (
    SELECT coalesce(sum(held), 0) AS held, coalesce(sum(available), 0) AS available,
      coalesce(sum(reserved), 0) AS reserved, coalesce(sum(debt), 0) AS debt
    FROM balances WHERE currency = $5
  ), standing AS (
    SELECT c.period, c.starts, ${['held', 'available', 'reserved', 'debt']
      .map((account) => `(n.${account} - coalesce(sum(c.${account}) OVER later, 0))::bigint AS ${account}`)
      .join(', ')}
    FROM change c CROSS JOIN present n
    WINDOW later AS (ORDER BY c.starts DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  )
  SELECT period, held, available, reserved, debt FROM standing WHERE period IS NOT NULL ORDER BY starts`;

/** Not by period: $1 the zone, $2 and $3 the days, $4 the currency, $5 how many. */
export const topDistributorsReport = `
  WITH span AS (
    SELECT $2::timestamp AT TIME ZONE $1::text AS starts, ($3::timestamp + interval '1 day') AT TIME ZONE $1::text AS ends
  ), best AS (
    SELECT o.distributor_id, count(DISTINCT o.id)::int AS orders, sum(l.net_amount)::bigint AS net
    FROM span p, orders o JOIN order_lines l ON l.order_id = o.id
    WHERE ${within('o.paid_at')} AND o.currency = $4 AND o.distributor_id IS NOT NULL
    GROUP BY o.distributor_id ORDER BY net DESC, o.distributor_id LIMIT $5
  )
  SELECT d.id AS "distributorId", d.name, b.orders, b.net, e.commission
  FROM span p, best b JOIN distributors d ON d.id = b.distributor_id CROSS JOIN LATERAL (
    SELECT (${sumWhere(accrued)} - ${sumWhere(reversed)} - ${sumWhere(clawedBack)})::bigint AS commission
    FROM transfers t WHERE t.distributor_id = b.distributor_id AND ${within('t.occurred_at')} AND t.currency = $4
  ) e ORDER BY b.net DESC, d.id`;
