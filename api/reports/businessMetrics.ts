import { Gauge, type Registry } from 'prom-client';
import type { Pool } from '../../database/pool';
import { openStates } from '../../database/states';
import type { Kind, ProcessKind } from '../../domain/kinds';
import { unlessSlow } from '../http/stall';

interface Figure {
  name: string;
  /** Values of the metric's labels. */
  labels: Record<string, string>;
  value: number;
}

/** The metrics of a kind. */
interface Measured {
  /** Gives name, labels and value of each figure. */
  sql: string;
  /** The help text of each metric, by its name. */
  help: Record<string, string>;
}

// What is still open, each by an index that holds only or mainly the open ones. Orders and commissions in their
// return window are many: they are counted up to `bound`, since a scrape must not cost more with them.
const bound = 10_000;

/** Number of open items of a kind, by state. */
function counted(kind: Kind, metric: string, table: string, help: string): Measured {
  return {
    sql: `SELECT '${metric}' AS name, jsonb_build_object('state', s.state) AS labels, open.count::float8 AS value
      FROM unnest(ARRAY[${openStates(kind)}]) AS s (state), LATERAL (
        SELECT count(*) FROM (SELECT FROM ${table} t WHERE t.state = s.state LIMIT ${bound}) capped) open`,
    help: { [metric]: `${help}, counted up to ${bound}.` },
  };
}

/** Also the age of the oldest item in each state. */
function aged(kind: Kind, metric: string, table: string, since: string, help: string): Measured {
  const { sql, help: helpOfCount } = counted(kind, metric, table, help);
  return {
    sql: `${sql}
      UNION ALL SELECT '${metric}_oldest_seconds', jsonb_build_object('state', s.state),
        coalesce(extract(epoch FROM now() - oldest.at), 0)
      FROM unnest(ARRAY[${openStates(kind)}]) AS s (state), LATERAL (
        SELECT min(t.${since}) AS at FROM ${table} t WHERE t.state = s.state) oldest`,
    help: { ...helpOfCount, [`${metric}_oldest_seconds`]: `Age of the oldest of them, by state.` },
  };
}

// A Record over the kinds, so that a new process is measured as well.
const measuredKinds: Record<ProcessKind | 'commission', Measured> = {
  application: aged(
    'application',
    'tributary_applications',
    'applications',
    'submitted_at',
    'Applications in review',
  ),
  account_change: aged(
    'account_change',
    'tributary_account_changes',
    'account_changes',
    'requested_at',
    'Account changes not yet in effect',
  ),
  credential: {
    sql: `SELECT 'tributary_credential_renewals', '{}',
      (SELECT count(*) FROM (SELECT FROM credential_renewals WHERE state = 'submitted' LIMIT ${bound}) capped)
      UNION ALL SELECT 'tributary_credential_renewals_oldest_seconds', '{}',
        coalesce(extract(epoch FROM now() - (SELECT min(submitted_at) FROM credential_renewals WHERE state = 'submitted')), 0)`,
    help: {
      tributary_credential_renewals: `Renewals of credentials under review, counted up to ${bound}.`,
      tributary_credential_renewals_oldest_seconds: 'Age of the oldest of them.',
    },
  },
  withdrawal: aged(
    'withdrawal',
    'tributary_withdrawals',
    'withdrawals',
    'requested_at',
    'Withdrawals not yet settled',
  ),
  commission: counted(
    'commission',
    'tributary_commissions',
    'commissions',
    'Commissions in the return window, and commissions due',
  ),
  order: {
    sql: `SELECT 'tributary_orders_open', '{}',
      (SELECT count(*) FROM (SELECT FROM orders WHERE state = 'open' LIMIT ${bound}) capped)`,
    help: { tributary_orders_open: `Orders with an open return window, counted up to ${bound}.` },
  },
  return: aged(
    'return',
    'tributary_returns',
    'returns',
    'requested_at',
    'Returns not yet decided by the shop',
  ),
  release: aged(
    'release',
    'tributary_release_runs',
    'release_runs',
    'proposed_at',
    'Release runs not yet done',
  ),
  payout: aged(
    'payout',
    'tributary_payout_batches',
    'payout_batches',
    'created_at',
    'Payout batches not yet confirmed',
  ),
  bulk: counted('bulk', 'tributary_bulk_actions', 'bulk_actions', 'Running bulk actions'),
  mail: {
    sql: `SELECT 'tributary_mails', jsonb_build_object('state', s.state), open.count
      FROM unnest(ARRAY['pending', 'undeliverable']) AS s (state), LATERAL (
        SELECT count(*) FROM (SELECT FROM mails m WHERE m.state = s.state AND m.state <> 'sent' LIMIT ${bound}) capped) open`,
    help: {
      tributary_mails: `Emails that are pending or undeliverable, counted up to ${bound}.`,
    },
  },
};

const measured: readonly Measured[] = [
  ...Object.values(measuredKinds),
  {
    sql: `SELECT 'tributary_commissions_oldest_due_seconds', '{}',
      coalesce(extract(epoch FROM now() - (SELECT min(due_at) FROM commissions WHERE state = 'due')), 0)`,
    help: {
      tributary_commissions_oldest_due_seconds: 'Age of the oldest due commission.',
    },
  },
  {
    sql: `SELECT 'tributary_ledger_transfers', '{}', coalesce((SELECT max(id) FROM transfers), 0)`,
    help: { tributary_ledger_transfers: 'Transfers posted in total.' },
  },
  {
    sql: `SELECT 'tributary_messages_waiting', jsonb_build_object('state', 'early_event'),
        (SELECT count(*) FROM (SELECT FROM early_events WHERE refusal IS NULL LIMIT ${bound}) capped)
      UNION ALL SELECT 'tributary_messages_waiting', jsonb_build_object('state', 'accepted_order'),
        (SELECT count(*) FROM (SELECT FROM accepted_orders LIMIT ${bound}) capped)
      UNION ALL SELECT 'tributary_messages_waiting_oldest_seconds', jsonb_build_object('state', 'early_event'),
        coalesce(extract(epoch FROM now() - (SELECT min(received_at) FROM early_events WHERE refusal IS NULL)), 0)
      UNION ALL SELECT 'tributary_messages_waiting_oldest_seconds', jsonb_build_object('state', 'accepted_order'),
        coalesce(extract(epoch FROM now() - (SELECT min(accepted_at) FROM accepted_orders)), 0)`,
    help: {
      tributary_messages_waiting: `Events whose order or return has not arrived, and orders accepted with 202 that are not recorded yet, counted up to ${bound}.`,
      tributary_messages_waiting_oldest_seconds: 'Age of the oldest of them.',
    },
  },
];

const sql = measured.map((one) => one.sql).join('\nUNION ALL\n');
const help: Record<string, string> = Object.assign({}, ...measured.map((one) => one.help));

// Concurrent and frequent scrapes share one query in this time.
const freshMs = 15_000;

/** Adds gauges of open work, by state and age, that are read from PostgreSQL on each scrape. */
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
