-- Stuck work ------------------------------------------------------------------------------------------------

-- Activities that fail again and again, noted by the workers from the third attempt on, and removed when the
-- activity succeeds or ends. A row that is not renewed any more belongs to a workflow that was ended from outside:
-- readers leave it out, and the next note removes it.
CREATE TABLE failing_activities (
  workflow_id text NOT NULL,
  activity_id text NOT NULL,
  type text NOT NULL,
  attempt integer NOT NULL,
  error_type text NOT NULL,
  message text NOT NULL,
  first_failed_at timestamptz NOT NULL DEFAULT now(),
  last_failed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (workflow_id, activity_id)
);

-- Since when a mail is tried: MAIL_RETRY_FOR counts anew when somebody sends it again.
ALTER TABLE mails ADD COLUMN resent_at timestamptz;

-- What is late, each by an index that holds only what is under way.
CREATE INDEX ON order_lines (window_ends_at) WHERE state = 'delivered';
CREATE INDEX ON applications (changes_deadline) WHERE state = 'changes_requested';
CREATE INDEX ON release_runs (proposed_at) WHERE state = 'running';
CREATE INDEX ON payout_batches (created_at, id) WHERE state = 'open';

-- Lists -----------------------------------------------------------------------------------------------------

CREATE INDEX ON mails (created_at, key);
CREATE INDEX ON mails (state, created_at, key) WHERE state <> 'sent';
CREATE INDEX ON returns (requested_at, (order_id || '/' || id));
CREATE INDEX ON returns (state, requested_at, (order_id || '/' || id));
CREATE INDEX ON returns (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX ON holds (placed_at, id);
CREATE INDEX ON holds (placed_at, id) WHERE lifted_at IS NULL;
CREATE INDEX ON holds (reason, placed_at, id);
CREATE INDEX ON credentials ((coalesce(valid_until, '9999-12-31'::date)), id) WHERE distributor_id IS NOT NULL;
CREATE INDEX ON credentials (type, (coalesce(valid_until, '9999-12-31'::date)), id) WHERE distributor_id IS NOT NULL;
-- Balances change with every transfer, which an index over the amounts would slow down; they are as many as
-- distributors, so a list of them is sorted when it is asked for. Debts change seldom.
CREATE INDEX ON balances (debt, distributor_id) WHERE debt > 0;
CREATE INDEX ON transfers (occurred_at, id);
-- The accounts that few transfers touch: without it a list of one of them would read all the others.
CREATE INDEX transfers_rare_accounts ON transfers (occurred_at, id)
  WHERE from_account IN ('reserved', 'debt', 'cash', 'tax', 'fees', 'penalties', 'write_off')
     OR to_account IN ('reserved', 'debt', 'cash', 'tax', 'fees', 'penalties', 'write_off');
CREATE INDEX ON distributors (sponsor_id, created_at, id);
CREATE INDEX ON commissions (distributor_id, id) WHERE state IN ('held', 'due');

-- Reports ---------------------------------------------------------------------------------------------------

CREATE INDEX ON orders (paid_at);
CREATE INDEX ON withdrawals (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX ON applications (decided_at) WHERE decided_at IS NOT NULL;

-- Imports ---------------------------------------------------------------------------------------------------

CREATE TABLE import_runs (
  id uuid PRIMARY KEY,
  file_name text NOT NULL,
  -- Tells files apart by their content; the id of the run where it is read from the standard input.
  file_hash text NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'stopped', 'finished')),
  -- How often it was begun: a file whose import was stopped goes on in the same run.
  attempt integer NOT NULL DEFAULT 1,
  orders_total integer,
  orders integer NOT NULL DEFAULT 0,
  returns integer NOT NULL DEFAULT 0,
  rejected integer NOT NULL DEFAULT 0,
  reconciliations jsonb,
  begun_by uuid NOT NULL REFERENCES users,
  begun_at timestamptz NOT NULL DEFAULT now(),
  reported_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CHECK ((state = 'finished') = (finished_at IS NOT NULL))
);
CREATE UNIQUE INDEX import_runs_one_unfinished ON import_runs (file_hash) WHERE state <> 'finished';
CREATE INDEX ON import_runs (begun_at, id);

CREATE TABLE import_rejections (
  run_id uuid NOT NULL REFERENCES import_runs,
  -- Its place among the rejections of the run.
  number integer NOT NULL,
  row_number integer NOT NULL,
  order_id text NOT NULL,
  sku text NOT NULL,
  -- In major units of the currency, exact: a file may hold less than a minor unit.
  amount text NOT NULL,
  currency text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX ON import_rejections (run_id, reason, number);
