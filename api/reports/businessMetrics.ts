import { Gauge, type Registry } from 'prom-client';
import type { Pool } from '../../database/pool';
import { unlessSlow } from '../http/stall';

interface Figure {
  name: string;
  /** Values of the metric's labels. */
  labels: Record<string, string>;
  value: number;
}

// What is still open, each by an index that holds only or mainly the open ones. Orders and commissions in their
// return window are the many: past `bound` they are not counted on, since a scrape must not cost more with them.
const bound = 10_000;
const sql = `
  SELECT 'tributary_applications' AS name, jsonb_build_object('state', s.state) AS labels, open.count::float8 AS value
    FROM unnest(ARRAY['submitted', 'in_review', 'changes_requested']) AS s (state), LATERAL (
      SELECT count(*) FROM (SELECT FROM applications a WHERE a.state = s.state LIMIT ${bound}) capped) open
  UNION ALL
  SELECT 'tributary_applications_oldest_seconds', jsonb_build_object('state', s.state),
      coalesce(extract(epoch FROM now() - oldest.at), 0)
    FROM unnest(ARRAY['submitted', 'in_review', 'changes_requested']) AS s (state), LATERAL (
      SELECT min(a.submitted_at) AS at FROM applications a WHERE a.state = s.state) oldest
  UNION ALL
  SELECT 'tributary_withdrawals', jsonb_build_object('state', s.state), open.count
    FROM unnest(ARRAY['requested', 'approved', 'paying']) AS s (state), LATERAL (
      SELECT count(*) FROM (SELECT FROM withdrawals w WHERE w.state = s.state LIMIT ${bound}) capped) open
  UNION ALL
  SELECT 'tributary_withdrawals_oldest_seconds', jsonb_build_object('state', s.state),
      coalesce(extract(epoch FROM now() - oldest.at), 0)
    FROM unnest(ARRAY['requested', 'approved', 'paying']) AS s (state), LATERAL (
      SELECT min(w.requested_at) AS at FROM withdrawals w WHERE w.state = s.state) oldest
  UNION ALL
  SELECT 'tributary_commissions', jsonb_build_object('state', s.state), open.count
    FROM unnest(ARRAY['held', 'due']) AS s (state), LATERAL (
      SELECT count(*) FROM (SELECT FROM commissions c WHERE c.state = s.state LIMIT ${bound}) capped) open
  UNION ALL
  SELECT 'tributary_commissions_oldest_due_seconds', '{}',
      coalesce(extract(epoch FROM now() - (SELECT min(due_at) FROM commissions WHERE state = 'due')), 0)
  UNION ALL
  SELECT 'tributary_orders_open', '{}',
      (SELECT count(*) FROM (SELECT FROM orders WHERE state = 'open' LIMIT ${bound}) capped)
  UNION ALL
  SELECT 'tributary_ledger_transfers', '{}', coalesce((SELECT max(id) FROM transfers), 0)
  UNION ALL
  SELECT 'tributary_mails', jsonb_build_object('state', s.state), open.count
    FROM unnest(ARRAY['pending', 'undeliverable']) AS s (state), LATERAL (
      SELECT count(*) FROM (SELECT FROM mails m WHERE m.state = s.state AND m.state <> 'sent' LIMIT ${bound}) capped) open
  UNION ALL
  SELECT 'tributary_messages_waiting', jsonb_build_object('state', 'early_event'),
      (SELECT count(*) FROM (SELECT FROM early_events LIMIT ${bound}) capped)
  UNION ALL
  SELECT 'tributary_messages_waiting', jsonb_build_object('state', 'accepted_order'),
      (SELECT count(*) FROM (SELECT FROM accepted_orders LIMIT ${bound}) capped)
  UNION ALL
  SELECT 'tributary_messages_waiting_oldest_seconds', jsonb_build_object('state', 'early_event'),
      coalesce(extract(epoch FROM now() - (SELECT min(received_at) FROM early_events)), 0)
  UNION ALL
  SELECT 'tributary_messages_waiting_oldest_seconds', jsonb_build_object('state', 'accepted_order'),
      coalesce(extract(epoch FROM now() - (SELECT min(accepted_at) FROM accepted_orders)), 0)`;

const help: Record<string, string> = {
  tributary_applications: `Applications in review, counted up to ${bound}.`,
  tributary_applications_oldest_seconds: 'Age of the oldest application in review.',
  tributary_withdrawals: `Withdrawals not yet settled, counted up to ${bound}.`,
  tributary_withdrawals_oldest_seconds: 'Age of the oldest withdrawal not yet settled.',
  tributary_commissions: `Commissions in the return window, and commissions due, counted up to ${bound}.`,
  tributary_commissions_oldest_due_seconds: 'Age of the oldest due commission.',
  tributary_orders_open: `Orders with an open return window, counted up to ${bound}.`,
  tributary_ledger_transfers: 'Transfers posted in total.',
  tributary_mails: `Emails that are pending or undeliverable, counted up to ${bound}.`,
  tributary_messages_waiting: `Events whose order or return has not arrived, and orders accepted with 202 that are not recorded yet, counted up to ${bound}.`,
  tributary_messages_waiting_oldest_seconds: 'Age of the oldest of them.',
};

// However many scrape, and however often, the database is asked once in this time.
const freshMs = 15_000;

/** Adds gauges of open work, by state and age, that are read from PostgreSQL when somebody scrapes. */
export function collectBusinessMetrics(registry: Registry, pool: Pool): void {
  let figures: Promise<Figure[]> | undefined;
  let readAt = 0;
  const read = () => {
    if (!figures || Date.now() - readAt > freshMs) {
      readAt = Date.now();
      const asked = pool.query<Figure>({ name: 'business-metrics', text: sql }).then(
        ({ rows }) => rows,
        () => [],
      );
      // The other metrics are needed most while the database is away: these are left out then.
      figures = unlessSlow(asked, []);
    }
    return figures;
  };
  for (const [name, text] of Object.entries(help)) {
    new Gauge({
      name,
      help: text,
      labelNames: name === 'tributary_orders_open' ? [] : ['state'],
      registers: [registry],
      async collect() {
        this.reset();
        for (const figure of await read()) {
          if (figure.name === name) this.set(figure.labels, figure.value);
        }
      },
    });
  }
}
