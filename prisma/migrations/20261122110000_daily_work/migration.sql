-- Review queue ----------------------------------------------------------------------------------------------

-- Who works on an application. A row that has lapsed counts as none and is taken over by whoever claims next.
CREATE TABLE application_claims (
  application_id uuid PRIMARY KEY REFERENCES applications,
  user_id uuid NOT NULL REFERENCES users,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON application_claims (user_id);

ALTER TABLE applications
  ADD COLUMN decision_reason_code text,
  ADD COLUMN changes_reason_code text,
  ADD COLUMN changes_note text;
CREATE INDEX ON applications (changes_deadline) WHERE state = 'changes_requested';
CREATE INDEX ON applications (submitted_at, id);
CREATE INDEX ON applications (decided_at) WHERE decided_at IS NOT NULL;

-- Notes -----------------------------------------------------------------------------------------------------

CREATE TABLE notes (
  id uuid PRIMARY KEY,
  subject text NOT NULL,
  author_id uuid NOT NULL REFERENCES users,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  retracted_at timestamptz
);
CREATE INDEX ON notes (subject, created_at, id);

CREATE TABLE note_mentions (
  note_id uuid NOT NULL REFERENCES notes,
  user_id uuid NOT NULL REFERENCES users,
  read_at timestamptz,
  PRIMARY KEY (user_id, note_id)
);
CREATE INDEX ON note_mentions (note_id);

-- Saved views -----------------------------------------------------------------------------------------------

CREATE TABLE saved_views (
  id uuid PRIMARY KEY,
  owner_id uuid NOT NULL REFERENCES users,
  list text NOT NULL,
  name text NOT NULL,
  query text NOT NULL,
  columns text[],
  shared boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (owner_id, list, name)
);
CREATE INDEX ON saved_views (list) WHERE shared;

-- Bulk actions ----------------------------------------------------------------------------------------------

CREATE TABLE bulk_actions (
  id uuid PRIMARY KEY,
  action text NOT NULL,
  input jsonb NOT NULL,
  state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done')),
  item_count integer NOT NULL,
  asked_by uuid NOT NULL REFERENCES users,
  -- The key or session it was asked with: when that key is revoked, the rest is refused.
  key_id text NOT NULL,
  request_id text,
  asked_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CHECK ((state = 'done') = (finished_at IS NOT NULL))
);
CREATE INDEX ON bulk_actions (asked_by, asked_at, id);
CREATE INDEX ON bulk_actions (id) WHERE state = 'running';

CREATE TABLE bulk_items (
  bulk_id uuid NOT NULL REFERENCES bulk_actions,
  position integer NOT NULL,
  target text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'refused')),
  code text,
  message text,
  finished_at timestamptz,
  PRIMARY KEY (bulk_id, position),
  UNIQUE (bulk_id, target),
  CHECK ((state = 'refused') = (code IS NOT NULL)),
  CHECK ((state = 'pending') = (finished_at IS NULL))
);
CREATE INDEX ON bulk_items (bulk_id, position) WHERE state = 'pending';

-- Search by the beginning of a name or number; uuids are found by ranges of their primary keys ---------------

CREATE INDEX applications_name_prefix ON applications (lower(name) text_pattern_ops);
CREATE INDEX distributors_name_prefix ON distributors (lower(name) text_pattern_ops);
CREATE INDEX distributors_code_prefix ON distributors (referral_code text_pattern_ops);
CREATE INDEX orders_id_prefix ON orders (id text_pattern_ops);
CREATE INDEX orders_own_id_prefix ON orders (distributor_id, id text_pattern_ops);
CREATE INDEX products_sku_prefix ON products (sku text_pattern_ops);
CREATE INDEX products_name_prefix ON products (lower(name) text_pattern_ops);

-- Lists and figures -----------------------------------------------------------------------------------------

-- One for each order in which commissions are listed, with what they are filtered by behind it: whatever the filter,
-- rows that do not fit are passed over within the index, and a page costs at most one walk through it.
CREATE INDEX commissions_by_id ON commissions (id, state, currency, amount, due_at, created_at, released_at);
CREATE INDEX commissions_by_amount ON commissions (amount, id, state, currency, due_at, created_at, released_at);
-- Without a date a commission is due last, so that sorting by it loses no row.
CREATE INDEX commissions_by_due ON commissions ((coalesce(due_at, '9999-12-31 00:00:00+00'::timestamptz)), id, state,
  currency, amount, due_at, created_at, released_at);
CREATE INDEX ON commissions (currency, state, id);
CREATE INDEX ON commissions (released_at) WHERE state = 'released';
CREATE INDEX holds_open_by_reason ON holds (reason, commission_id) WHERE lifted_at IS NULL;
CREATE INDEX ON withdrawals (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX ON withdrawals (requested_at, id);
CREATE INDEX ON release_runs (state, proposed_at) WHERE state IN ('proposed', 'approved', 'running');
CREATE INDEX ON payout_batches (created_at) WHERE state = 'open';
CREATE INDEX ON returns (requested_at) WHERE state = 'requested';
CREATE INDEX ON products (sku) WHERE price = 0;
