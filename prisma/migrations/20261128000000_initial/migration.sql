-- The whole database as of the first release: tables by area, then the SQL functions, then the triggers that call
-- them. The present text of each function is in prisma/sql/<function>.sql, and a test compares both: a later migration
-- that changes a function carries the new text, and so does the file.

-- People and how they sign in -------------------------------------------------------------------------------

CREATE TABLE users (
  id uuid PRIMARY KEY,
  email text NOT NULL UNIQUE,
  name text NOT NULL,
  role text NOT NULL CHECK (role IN ('admin', 'compliance', 'finance', 'operator', 'distributor')),
  distributor_id uuid,
  locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
  -- Argon2id, with its parameters and salt.
  password_hash text,
  -- Without a time of confirmation the second factor is begun and not yet asked for.
  totp_secret_sealed text,
  totp_confirmed_at timestamptz,
  -- The 30-second step of the last code that was accepted: no code counts twice.
  totp_last_step bigint,
  -- Issuer and subject at the provider of single sign-on.
  oidc_subject text UNIQUE,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((role = 'distributor') = (distributor_id IS NOT NULL)),
  CHECK (totp_confirmed_at IS NULL OR totp_secret_sealed IS NOT NULL)
);

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  token_hash bytea NOT NULL UNIQUE,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX ON sessions (user_id, created_at, id);

-- The token of a link is its id and a keyed hash of it, so these rows alone open no link.
CREATE TABLE sign_in_links (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  purpose text NOT NULL CHECK (purpose = 'set_password'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  voided_at timestamptz
);
CREATE INDEX ON sign_in_links (user_id);

-- Attempts to sign in that have not succeeded, by account and by address (as keyed hashes, whether or not there is
-- such an account).
CREATE TABLE sign_in_attempts (
  subject text PRIMARY KEY,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  blocked_until timestamptz
);
CREATE INDEX ON sign_in_attempts (last_at);

CREATE TABLE api_keys (
  id text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  name text NOT NULL,
  secret_hash bytea NOT NULL UNIQUE,
  scopes text[] NOT NULL,
  created_by uuid REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid REFERENCES users
);

CREATE TABLE idempotency_keys (
  user_id uuid NOT NULL REFERENCES users,
  key text NOT NULL,
  request_hash bytea NOT NULL,
  resource_id uuid NOT NULL,
  status integer,
  body jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, key)
);
CREATE INDEX ON idempotency_keys (created_at);

-- Timelines, audit trail, approvals, mails ------------------------------------------------------------------

-- What happened to one subject, in the order it happened. The key keeps a repeated message from leaving a second line.
CREATE TABLE events (
  subject text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  actor text NOT NULL,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  data jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (subject, key)
);

CREATE TABLE audit_entries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT now(),
  actor_id uuid,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  -- Key of the subject's event that says the same: the timeline shows both as one line.
  event_key text,
  before jsonb,
  after jsonb,
  reason text,
  request_id text
);
CREATE INDEX ON audit_entries (subject, id);
CREATE INDEX ON audit_entries (actor_id, id);

-- Maker-checker: who approved what. The primary key keeps one person from counting twice.
CREATE TABLE approvals (
  subject text NOT NULL,
  user_id uuid NOT NULL REFERENCES users,
  note text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (subject, user_id)
);

CREATE TABLE mails (
  key text PRIMARY KEY,
  subject_ref text NOT NULL,
  recipient text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'undeliverable')),
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  sign_in_link_id uuid REFERENCES sign_in_links,
  created_at timestamptz NOT NULL DEFAULT now(),
  sent_at timestamptz,
  -- MAIL_RETRY_FOR starts again when a person sends the mail again.
  resent_at timestamptz
);
CREATE INDEX ON mails (subject_ref);
CREATE INDEX ON mails (created_at, key);
CREATE INDEX ON mails (state, created_at, key) WHERE state <> 'sent';

-- Applications ----------------------------------------------------------------------------------------------

CREATE TABLE applications (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('submitted', 'in_review', 'changes_requested', 'approved', 'rejected', 'withdrawn')),
  round integer NOT NULL DEFAULT 1,
  -- Durations in force when it was submitted, in milliseconds: {"changesDeadlineMs", "reminderBeforeMs"}.
  policy jsonb NOT NULL,
  kind text NOT NULL CHECK (kind IN ('person', 'company')),
  name text NOT NULL,
  email text NOT NULL,
  phone text NOT NULL,
  channels text[] NOT NULL,
  region text NOT NULL,
  locale text NOT NULL DEFAULT 'zh-CN',
  sponsor_code text,
  shop_customer_id text,
  identity_number_sealed text NOT NULL,
  identity_number_hash bytea NOT NULL,
  identity_number_masked text NOT NULL,
  bank_account_sealed text NOT NULL,
  bank_account_hash bytea NOT NULL,
  bank_account_masked text NOT NULL,
  bank_account_holder text NOT NULL,
  bank_name text NOT NULL,
  phone_hash bytea NOT NULL,
  fingerprint bytea NOT NULL,
  submitted_at timestamptz NOT NULL,
  changes_requested text,
  changes_reason_code text,
  changes_note text,
  changes_deadline timestamptz,
  changes_reminder_at timestamptz,
  tier text,
  decision_reason text,
  decision_reason_code text,
  decision_note text,
  decided_by uuid REFERENCES users,
  decided_at timestamptz,
  distributor_id uuid,
  -- When the personal data of an applicant who was not admitted was erased.
  erased_at timestamptz
);
CREATE INDEX ON applications (submitted_at, id);
CREATE INDEX ON applications (state, submitted_at, id);
CREATE INDEX ON applications (changes_deadline) WHERE state = 'changes_requested';
CREATE INDEX ON applications (decided_at) WHERE decided_at IS NOT NULL;
CREATE INDEX ON applications (identity_number_hash);
CREATE INDEX ON applications (bank_account_hash);
CREATE INDEX ON applications (phone_hash);
-- Search by the beginning of a name or number. Uuids are found by ranges of their primary keys and by their last
-- eight digits: people read those off a page, and the first ones are the time.
CREATE INDEX applications_name_prefix ON applications (lower(name) text_pattern_ops);
CREATE INDEX applications_id_end ON applications (right(id::text, 8));

CREATE TABLE application_checks (
  application_id uuid NOT NULL REFERENCES applications,
  round integer NOT NULL,
  name text NOT NULL,
  passed boolean NOT NULL,
  code text NOT NULL,
  reason text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (application_id, round, name)
);

-- Who works on an application. A row that has lapsed counts as none; the next reviewer who claims takes it over.
CREATE TABLE application_claims (
  application_id uuid PRIMARY KEY REFERENCES applications,
  user_id uuid NOT NULL REFERENCES users,
  claimed_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL
);
CREATE INDEX ON application_claims (user_id);

-- Distributors ----------------------------------------------------------------------------------------------

CREATE TABLE distributors (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL UNIQUE REFERENCES applications,
  referral_code text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('person', 'company')),
  name text NOT NULL,
  email text NOT NULL,
  phone text NOT NULL,
  channels text[] NOT NULL,
  region text NOT NULL,
  locale text NOT NULL DEFAULT 'zh-CN',
  tier text NOT NULL,
  sponsor_id uuid REFERENCES distributors,
  shop_customer_id text UNIQUE,
  identity_number_hash bytea NOT NULL UNIQUE,
  bank_account_sealed text NOT NULL,
  bank_account_masked text NOT NULL,
  bank_account_holder text NOT NULL,
  bank_name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- For good. Whether a distributor is suspended, the open restrictions say: see `distributor_state`.
  terminated_at timestamptz,
  CHECK (sponsor_id <> id)
);
CREATE INDEX ON distributors (sponsor_id, created_at, id);
CREATE INDEX ON distributors (created_at, id);
CREATE INDEX distributors_name_prefix ON distributors (lower(name) text_pattern_ops);
CREATE INDEX distributors_code_prefix ON distributors (referral_code text_pattern_ops);
CREATE INDEX distributors_id_end ON distributors (right(id::text, 8));

ALTER TABLE users ADD FOREIGN KEY (distributor_id) REFERENCES distributors;
ALTER TABLE applications ADD FOREIGN KEY (distributor_id) REFERENCES distributors;

CREATE TABLE credentials (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES applications,
  distributor_id uuid REFERENCES distributors,
  round integer NOT NULL,
  type text NOT NULL,
  number_sealed text NOT NULL,
  number_hash bytea NOT NULL,
  number_masked text NOT NULL,
  holder text NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  CHECK (valid_until IS NULL OR valid_until >= valid_from)
);
CREATE INDEX ON credentials (application_id);
CREATE INDEX ON credentials (distributor_id);
CREATE INDEX ON credentials ((coalesce(valid_until, '9999-12-31'::date)), id) WHERE distributor_id IS NOT NULL;
CREATE INDEX ON credentials (type, (coalesce(valid_until, '9999-12-31'::date)), id) WHERE distributor_id IS NOT NULL;

CREATE TABLE blacklist_entries (
  id uuid PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('identity_number', 'bank_account', 'phone')),
  number_hash bytea NOT NULL,
  number_masked text NOT NULL,
  reason text NOT NULL,
  created_by uuid NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (kind, number_hash)
);

-- Products, customers, plans --------------------------------------------------------------------------------

CREATE TABLE products (
  sku text PRIMARY KEY,
  name text NOT NULL,
  category text,
  price bigint NOT NULL CHECK (price >= 0),
  currency char(3) NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON products (sku) WHERE price = 0;
CREATE INDEX products_sku_prefix ON products (sku text_pattern_ops);
CREATE INDEX products_name_prefix ON products (lower(name) text_pattern_ops);

-- `id` is what everything else refers to. In the default shop it is the shop's own number of the customer.
CREATE TABLE customers (
  id text PRIMARY KEY,
  shop text NOT NULL DEFAULT 'default',
  external_id text NOT NULL,
  device_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (shop, external_id)
);
CREATE INDEX ON customers (device_id) WHERE device_id IS NOT NULL;

-- Which distributor brought a customer, since when. Kept as history, so that a late order finds the binding
-- that held when it was paid.
CREATE TABLE customer_bindings (
  customer_id text NOT NULL REFERENCES customers,
  bound_at timestamptz NOT NULL,
  distributor_id uuid NOT NULL REFERENCES distributors,
  order_id text NOT NULL,
  PRIMARY KEY (customer_id, bound_at, order_id)
);

CREATE TABLE commission_plans (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  terms jsonb NOT NULL,
  created_by uuid NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  effective_from timestamptz UNIQUE,
  activated_by uuid REFERENCES users,
  activated_at timestamptz,
  acknowledged_by uuid REFERENCES users,
  acknowledgement text,
  CHECK ((effective_from IS NULL) = (activated_at IS NULL))
);

-- Orders ----------------------------------------------------------------------------------------------------

-- `id` is what everything else refers to. In the default shop it is the shop's own order number.
CREATE TABLE orders (
  id text PRIMARY KEY,
  shop text NOT NULL DEFAULT 'default',
  external_id text NOT NULL,
  fingerprint bytea NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
  -- Null for a guest.
  customer_id text,
  currency char(3) NOT NULL,
  paid_at timestamptz NOT NULL,
  region text NOT NULL,
  distributor_id uuid REFERENCES distributors,
  attribution jsonb NOT NULL,
  plan_id bigint NOT NULL REFERENCES commission_plans,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (shop, external_id)
);
CREATE INDEX ON orders (created_at, id);
CREATE INDEX ON orders (paid_at, id);
CREATE INDEX ON orders (distributor_id, created_at, id);
CREATE INDEX ON orders (customer_id);
CREATE INDEX ON orders (id) WHERE state = 'open';
-- Few values, which an index keeps once each.
CREATE INDEX ON orders (region);
CREATE INDEX orders_attribution_reason ON orders ((attribution ->> 'reason'));
CREATE INDEX orders_id_prefix ON orders (id text_pattern_ops);

CREATE TABLE order_lines (
  order_id text NOT NULL REFERENCES orders,
  line_id text NOT NULL,
  position integer NOT NULL,
  state text NOT NULL DEFAULT 'paid' CHECK (state IN ('paid', 'shipped', 'delivered', 'return_requested', 'closed', 'returned', 'canceled')),
  sku text NOT NULL,
  category text,
  quantity integer NOT NULL CHECK (quantity > 0),
  unit_price bigint NOT NULL CHECK (unit_price >= 0),
  discount bigint NOT NULL CHECK (discount >= 0),
  net_amount bigint NOT NULL CHECK (net_amount >= 0 AND net_amount = quantity * unit_price - discount),
  returned_quantity integer NOT NULL DEFAULT 0,
  shipped_at timestamptz,
  delivered_at timestamptz,
  -- The delivery named this line; false where it spoke of all lines that were still on their way.
  delivery_named boolean NOT NULL DEFAULT false,
  window_ends_at timestamptz,
  PRIMARY KEY (order_id, line_id),
  CHECK (returned_quantity BETWEEN 0 AND quantity)
);
-- Windows that should have closed: an index of what is under way only.
CREATE INDEX ON order_lines (window_ends_at) WHERE state = 'delivered';

CREATE TABLE returns (
  order_id text NOT NULL REFERENCES orders,
  id text NOT NULL,
  state text NOT NULL CHECK (state IN ('requested', 'refunded', 'rejected')),
  reason text NOT NULL,
  requested_at timestamptz NOT NULL,
  resolved_at timestamptz,
  lines jsonb NOT NULL,
  PRIMARY KEY (order_id, id),
  CHECK ((state = 'requested') = (resolved_at IS NULL))
);
CREATE INDEX ON returns (order_id, id) WHERE state = 'requested';
CREATE INDEX ON returns (requested_at, (order_id || E'\n' || id));
CREATE INDEX ON returns (state, requested_at, (order_id || E'\n' || id));
CREATE INDEX ON returns (resolved_at) WHERE resolved_at IS NOT NULL;

-- Messages that arrived before their order or return, to be applied as soon as it is known. Also those that were
-- refused after they had been answered with 202; such an order has the key `paid`.
CREATE TABLE early_events (
  order_id text NOT NULL,
  key text NOT NULL,
  event jsonb NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  -- {code?, message}: the rules do not allow it. Kept until it is sent again and applied, or discarded.
  refusal jsonb,
  PRIMARY KEY (order_id, key)
);
CREATE INDEX ON early_events (received_at);
CREATE INDEX early_events_order_prefix ON early_events (order_id text_pattern_ops);

-- Orders that were answered with 202 and are not recorded yet. Here, so that losing Temporal loses none of them.
CREATE TABLE accepted_orders (
  id text PRIMARY KEY,
  payment jsonb NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON accepted_orders (accepted_at);

-- Commissions and what keeps them back ----------------------------------------------------------------------

CREATE TABLE commissions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id text NOT NULL,
  line_id text NOT NULL,
  level smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
  distributor_id uuid NOT NULL REFERENCES distributors,
  state text NOT NULL DEFAULT 'held' CHECK (state IN ('not_accrued', 'held', 'due', 'released', 'reversed', 'clawed_back')),
  currency char(3) NOT NULL,
  original_amount bigint NOT NULL CHECK (original_amount >= 0),
  amount bigint NOT NULL CHECK (amount BETWEEN 0 AND original_amount),
  rule jsonb NOT NULL,
  automatic boolean NOT NULL,
  -- Restrictions for which it was not accrued when the order was paid: `amount` is what it would have earned, and nothing
  -- is posted. Kept when it is accrued after all. Empty where the distributor was terminated.
  not_accrued_by uuid[],
  due_at timestamptz,
  released_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (order_id, line_id) REFERENCES order_lines (order_id, line_id),
  UNIQUE (order_id, line_id, level),
  CHECK (state NOT IN ('reversed', 'clawed_back') OR amount = 0),
  CHECK (state <> 'not_accrued' OR not_accrued_by IS NOT NULL)
);
-- Each change of state writes a commission into all its indexes, so these are few and narrow. The list is read in the
-- order in which commissions were recorded: with the time in front, a span of it is where the reading begins and ends.
CREATE INDEX ON commissions (created_at, id);
CREATE INDEX ON commissions (amount, id);
-- Without a date a commission is due last, so that sorting by it loses no row.
CREATE INDEX commissions_by_due ON commissions ((coalesce(due_at, '9999-12-31 00:00:00+00'::timestamptz)), id);
-- Skipping from currency to currency, this one finds a state of all of them as well.
CREATE INDEX ON commissions (currency, state, id);
CREATE INDEX ON commissions (due_at, id) WHERE state = 'due';
CREATE INDEX ON commissions (distributor_id, id);
CREATE INDEX commissions_open_of_distributor ON commissions (distributor_id, id) WHERE state IN ('not_accrued', 'held', 'due');
-- Due under an automatic plan is only what something keeps back: what is released when that is lifted.
CREATE INDEX commissions_kept_back ON commissions (distributor_id, id) WHERE state = 'due' AND automatic;
-- Commissions lie in the order of recording, and fall due and are released nearly so: an index of ranges of
-- pages finds a span of time among them and is not written again with each change.
CREATE INDEX commissions_times ON commissions USING brin (due_at, released_at)
  WITH (pages_per_range = 32, autosummarize = on);

-- What a distributor may not do, or what is kept back from them: subject, effect, cause, from, until. Rights and
-- shown states are computed from the rows that are open; nothing else is set or unset. A row is lifted once and
-- never changed otherwise, and lifting goes by the cause, so that what another cause keeps back stays back.
CREATE TABLE restrictions (
  id uuid PRIMARY KEY,
  -- Whom: a distributor; where need be only in a product category or a product, one commission, or an amount.
  distributor_id uuid NOT NULL REFERENCES distributors,
  category text,
  sku text,
  commission_id bigint REFERENCES commissions,
  currency char(3),
  amount bigint CHECK (amount > 0),
  effect text NOT NULL CHECK (effect IN ('no_orders', 'no_accrual', 'no_release', 'no_payout', 'suspended', 'tier_at_most', 'no_replenishment')),
  -- Of `tier_at_most`: the tier that counts.
  tier text,
  -- A subject: `user/<id>` where a person placed it, `credential/<id>` or `violation/<id>` where a process did.
  cause text NOT NULL CHECK (cause LIKE '%_/_%'),
  reason text NOT NULL CHECK (reason IN ('finance', 'risk', 'violation', 'credential_expired', 'other')),
  note text NOT NULL,
  -- Null: the system.
  placed_by uuid REFERENCES users,
  placed_at timestamptz NOT NULL,
  effective_from timestamptz NOT NULL,
  effective_until timestamptz,
  lifted_by uuid REFERENCES users,
  lifted_at timestamptz,
  lift_note text,
  CHECK (effective_until > effective_from),
  CHECK (lifted_by IS NULL OR lifted_at IS NOT NULL),
  CHECK (num_nonnulls(category, sku, commission_id, amount) <= 1),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK (amount IS NULL OR effect = 'no_payout'),
  CHECK (commission_id IS NULL OR effect = 'no_release'),
  CHECK (category IS NULL AND sku IS NULL OR effect NOT IN ('suspended', 'tier_at_most')),
  CHECK ((tier IS NULL) = (effect <> 'tier_at_most'))
);
-- One cause restricts the same subject once. A person may, for several reasons.
CREATE UNIQUE INDEX restrictions_one_open ON restrictions (distributor_id, effect, cause, reason, commission_id, category, sku, currency)
  NULLS NOT DISTINCT WHERE lifted_at IS NULL;
CREATE INDEX restrictions_open_of_distributor ON restrictions (distributor_id, effect) WHERE lifted_at IS NULL AND commission_id IS NULL;
CREATE INDEX restrictions_open_of_commission ON restrictions (commission_id, reason) WHERE lifted_at IS NULL AND commission_id IS NOT NULL;
CREATE INDEX restrictions_open_suspensions ON restrictions (distributor_id) WHERE lifted_at IS NULL AND effect = 'suspended';
-- What held in the past: accrual is judged by the time of the payment.
CREATE INDEX restrictions_of_distributor ON restrictions (distributor_id, placed_at, id) WHERE commission_id IS NULL;
CREATE INDEX restrictions_of_commission ON restrictions (commission_id) WHERE commission_id IS NOT NULL;
CREATE INDEX ON restrictions (cause) WHERE lifted_at IS NULL;
-- The list of holds: what keeps single commissions back.
CREATE INDEX holds_by_time ON restrictions (placed_at, id) WHERE commission_id IS NOT NULL;
CREATE INDEX holds_open_by_time ON restrictions (placed_at, id) WHERE commission_id IS NOT NULL AND lifted_at IS NULL;
CREATE INDEX holds_by_reason ON restrictions (reason, placed_at, id) WHERE commission_id IS NOT NULL;
CREATE INDEX holds_open_by_reason ON restrictions (reason, commission_id) WHERE commission_id IS NOT NULL AND lifted_at IS NULL;

-- Release runs ----------------------------------------------------------------------------------------------

CREATE TABLE release_runs (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('proposed', 'approved', 'running', 'done', 'rejected')),
  filter jsonb NOT NULL,
  item_count integer NOT NULL DEFAULT 0,
  totals jsonb NOT NULL DEFAULT '{}',
  approvals_needed smallint NOT NULL DEFAULT 1,
  -- Null: the system, when a restriction was lifted that kept back commissions of automatic plans.
  proposed_by uuid REFERENCES users,
  proposed_at timestamptz NOT NULL,
  finished_at timestamptz,
  decision_reason text
);
CREATE INDEX ON release_runs (proposed_at, id);
CREATE INDEX ON release_runs (state, proposed_at) WHERE state IN ('proposed', 'approved', 'running');
CREATE INDEX ON release_runs (proposed_at) WHERE state = 'running';
CREATE INDEX release_runs_id_end ON release_runs (right(id::text, 8));

-- With half of each page free, an item that gets its result stands beside its old version, and no index is written.
CREATE TABLE release_items (
  run_id uuid NOT NULL REFERENCES release_runs,
  commission_id bigint NOT NULL REFERENCES commissions,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'released', 'left_out')),
  proposed_amount bigint NOT NULL,
  released_amount bigint,
  reason text,
  PRIMARY KEY (run_id, commission_id)
) WITH (fillfactor = 50);

-- What waits in a run: a small table of its own, which an item leaves with its result, so that a result changes no
-- index of `release_items`.
CREATE TABLE release_waiting (
  -- A commission waits in one run at a time.
  commission_id bigint PRIMARY KEY,
  run_id uuid NOT NULL,
  distributor_id uuid NOT NULL,
  FOREIGN KEY (run_id, commission_id) REFERENCES release_items
);
-- A run works through one distributor after the other, so that each balance is changed once and not in every batch.
CREATE INDEX ON release_waiting (run_id, distributor_id, commission_id);

-- Withdrawals and payouts -----------------------------------------------------------------------------------

CREATE TABLE payout_batches (
  id uuid PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('open', 'settled')),
  currency char(3) NOT NULL,
  created_by uuid NOT NULL REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  settled_at timestamptz
);
CREATE INDEX ON payout_batches (created_at, id) WHERE state = 'open';
CREATE INDEX payout_batches_id_end ON payout_batches (right(id::text, 8));

CREATE TABLE withdrawals (
  id uuid PRIMARY KEY,
  distributor_id uuid NOT NULL REFERENCES distributors,
  state text NOT NULL CHECK (state IN ('requested', 'approved', 'paying', 'paid', 'failed', 'rejected', 'canceled')),
  currency char(3) NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  method text NOT NULL CHECK (method IN ('file', 'http')),
  bank_account_sealed text NOT NULL,
  bank_account_masked text NOT NULL,
  bank_account_holder text NOT NULL,
  bank_name text NOT NULL,
  approvals_needed smallint NOT NULL,
  requested_by uuid REFERENCES users,
  requested_at timestamptz NOT NULL,
  batch_id uuid REFERENCES payout_batches,
  provider_reference text,
  reason text,
  settled_at timestamptz,
  CHECK (batch_id IS NULL OR state IN ('paying', 'paid', 'failed'))
);
CREATE INDEX ON withdrawals (state, requested_at, id);
CREATE INDEX ON withdrawals (distributor_id, requested_at, id);
CREATE INDEX ON withdrawals (requested_at, id);
CREATE INDEX ON withdrawals (amount, id);
CREATE INDEX ON withdrawals (settled_at) WHERE settled_at IS NOT NULL;
CREATE INDEX ON withdrawals (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX withdrawals_id_end ON withdrawals (right(id::text, 8));

-- Ledger ----------------------------------------------------------------------------------------------------

CREATE TYPE account AS ENUM (
  'held', 'available', 'reserved', 'debt',
  'commission_expense', 'cash', 'tax', 'fees', 'penalties', 'write_off'
);

-- What a distributor has. Changed only by `apply_transfers`, in the transaction that posts the transfers.
CREATE TABLE balances (
  distributor_id uuid NOT NULL REFERENCES distributors,
  currency char(3) NOT NULL,
  held bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  available bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
  reserved bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  debt bigint NOT NULL DEFAULT 0 CHECK (debt >= 0),
  PRIMARY KEY (distributor_id, currency),
  -- Whatever becomes withdrawable pays debt first, so no distributor can withdraw while owing.
  CHECK (debt = 0 OR available = 0)
);
-- Balances change with every transfer, which an index over the amounts would slow down; they are as many as
-- distributors, so a list of them is sorted when it is asked for. Debts change seldom.
CREATE INDEX ON balances (debt, distributor_id) WHERE debt > 0;

-- Every movement of money, append-only. `debt` is what the distributor owes: a transfer out of it raises
-- the debt, a transfer into it pays the debt off.
CREATE TABLE transfers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key text NOT NULL UNIQUE,
  from_account account NOT NULL,
  to_account account NOT NULL,
  distributor_id uuid NOT NULL,
  currency char(3) NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  commission_id bigint REFERENCES commissions,
  withdrawal_id uuid REFERENCES withdrawals,
  occurred_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  CHECK (from_account <> to_account)
);
CREATE INDEX ON transfers (distributor_id, id);
CREATE INDEX ON transfers (occurred_at, id);
CREATE INDEX ON transfers (commission_id) WHERE commission_id IS NOT NULL;
CREATE INDEX ON transfers (withdrawal_id) WHERE withdrawal_id IS NOT NULL;
-- For accounts with few transfers: without it a list of one of them would read all the others.
CREATE INDEX transfers_rare_accounts ON transfers (occurred_at, id)
  WHERE from_account IN ('reserved', 'debt', 'cash', 'tax', 'fees', 'penalties', 'write_off')
     OR to_account IN ('reserved', 'debt', 'cash', 'tax', 'fees', 'penalties', 'write_off');

-- The input of `credit` and `charge`: money of a distributor to or from another account.
CREATE TYPE movement AS (
  key text,
  debt_key text,
  account account,
  distributor_id uuid,
  currency char(3),
  amount bigint,
  commission_id bigint,
  withdrawal_id uuid,
  occurred_at timestamptz
);

-- Sums of days, for reports ---------------------------------------------------------------------------------

-- What happened on past days: only database/dailySums.ts writes these. No step of an order
-- touches them: a row that all orders of a day counted in would be one that they all wait for.
CREATE TABLE summed_days (
  zone text PRIMARY KEY,
  -- The first day that is not summed.
  until date NOT NULL
);

CREATE TABLE daily_sales (
  day date NOT NULL,
  currency char(3) NOT NULL,
  -- Null: all orders of the day, also those without a distributor.
  distributor_id uuid,
  orders integer NOT NULL,
  net bigint NOT NULL,
  returned bigint NOT NULL,
  -- Accrued at any level, less what was taken back.
  commission bigint NOT NULL,
  -- By distributor first: the sums of all, which most reports read, lie together.
  UNIQUE NULLS NOT DISTINCT (distributor_id, day, currency)
);
CREATE INDEX ON daily_sales (day);

CREATE TABLE daily_transfers (
  day date NOT NULL,
  currency char(3) NOT NULL,
  from_account account NOT NULL,
  to_account account NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (day, currency, from_account, to_account)
);

-- Times of events that were reported more than a day later: their days may be summed already. Without a key, so that
-- concurrent reports do not wait for each other.
CREATE TABLE late_entries (at timestamptz NOT NULL);

-- Daily work: notes, saved views, bulk actions, imports, stuck work -----------------------------------------

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

CREATE TABLE import_runs (
  id uuid PRIMARY KEY,
  file_name text NOT NULL,
  -- Identifies a file by its content; the id of the run where it is read from the standard input.
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
  -- In major units of the currency, exact: a file can have less than a minor unit. Null if unreadable.
  amount text,
  currency text NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (run_id, number)
);
CREATE INDEX ON import_rejections (run_id, reason, number);

-- Activities that keep failing, noted by the workers from the third attempt on, and removed when the
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

-- Functions -------------------------------------------------------------------------------------------------

-- A part of a subject or key, as `keyPart` in domain/kinds.ts makes it: no two ids give one key, whatever is in them.
CREATE OR REPLACE FUNCTION key_part(part text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT replace(replace(part, '%', '%25'), '/', '%2F')
$$;

-- What was posted or written to the audit trail stays as it is, whatever a program does.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

-- A plan that has been activated is pinned by orders: its terms never change again.
CREATE OR REPLACE FUNCTION refuse_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'commission plan % is immutable: create a new version', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

-- Notes what is reported more than a day late: its day may be summed already.
CREATE OR REPLACE FUNCTION note_late_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'orders' THEN INSERT INTO late_entries VALUES (NEW.paid_at);
  ELSE INSERT INTO late_entries VALUES (NEW.resolved_at);
  END IF;
  RETURN NULL;
END $$;

/*
 * Adds up what a statement posted to each balance and applies it. A loop of small statements, because nearly every
 * batch touches one to a few balances, where setting up one set-based statement costs more than all of them; with
 * hundreds both take the same time. Rows are locked in one order, so that two batches never wait for each other in a
 * circle. What is reported more than a day late is noted here, once for all transfers of a statement: a trigger for
 * each row cost a single transfer 7 % of its time.
 */
CREATE OR REPLACE FUNCTION apply_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change record;
BEGIN
  FOR change IN
    SELECT distributor_id, currency,
      sum(CASE 'held'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS held,
      sum(CASE 'available'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS available,
      sum(CASE 'reserved'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS reserved,
      sum(CASE 'debt'::account WHEN to_account THEN -amount WHEN from_account THEN amount ELSE 0 END)::bigint AS debt,
      min(occurred_at) AS earliest
    FROM posted GROUP BY distributor_id, currency ORDER BY distributor_id, currency
  LOOP
    IF change.earliest < now() - interval '1 day' THEN
      INSERT INTO late_entries
      SELECT DISTINCT p.occurred_at FROM posted p
      WHERE p.distributor_id = change.distributor_id AND p.currency = change.currency
        AND p.occurred_at < now() - interval '1 day';
    END IF;
    UPDATE balances b
    SET held = b.held + change.held, available = b.available + change.available,
        reserved = b.reserved + change.reserved, debt = b.debt + change.debt
    WHERE b.distributor_id = change.distributor_id AND b.currency = change.currency;
    CONTINUE WHEN FOUND;
    -- The first transfer of this distributor in this currency, or one of two that are posted at once.
    INSERT INTO balances AS b (distributor_id, currency, held, available, reserved, debt)
    VALUES (change.distributor_id, change.currency, change.held, change.available, change.reserved, change.debt)
    ON CONFLICT (distributor_id, currency) DO UPDATE
    SET held = b.held + change.held, available = b.available + change.available,
        reserved = b.reserved + change.reserved, debt = b.debt + change.debt;
  END LOOP;
  RETURN NULL;
END $$;

/*
 * Credits distributors: what they owe is paid first, the rest becomes available. The movements take their share of the
 * debt in the order of the array. `account` of a movement is the source of the money; `debt_key` is the key of the
 * transfer that pays the debt, `key` that of the rest. The caller has locked the balances.
 */
CREATE OR REPLACE FUNCTION credit(movements movement[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at)
  SELECT part.key, m.account, part.target::account, m.distributor_id, m.currency, part.amount, m.commission_id,
    m.withdrawal_id, m.occurred_at
  FROM (
    SELECT m.*, least(m.amount, greatest(0, coalesce(b.debt, 0) - (sum(m.amount) OVER earlier - m.amount)))::bigint AS to_debt
    FROM unnest(movements) WITH ORDINALITY m LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY m.distributor_id, m.currency ORDER BY m.ordinality)
  ) m CROSS JOIN LATERAL (
    VALUES (m.debt_key, 'debt', m.to_debt), (m.key, 'available', m.amount - m.to_debt)
  ) part (key, target, amount)
  WHERE part.amount > 0;
END $$;

/*
 * Charges distributors: what is available is charged first, the rest becomes debt. The movements take their
 * share of what is available in the order of the array. `account` of a movement is where the money goes; `debt_key` is
 * the key of the transfer that makes the debt, `key` that of the rest. The caller has locked the balances.
 */
CREATE OR REPLACE FUNCTION charge(movements movement[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, withdrawal_id, occurred_at)
  SELECT part.key, part.source::account, m.account, m.distributor_id, m.currency, part.amount, m.commission_id,
    m.withdrawal_id, m.occurred_at
  FROM (
    SELECT m.*, least(m.amount, greatest(0, coalesce(b.available, 0) - (sum(m.amount) OVER earlier - m.amount)))::bigint AS from_available
    FROM unnest(movements) WITH ORDINALITY m LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY m.distributor_id, m.currency ORDER BY m.ordinality)
  ) m CROSS JOIN LATERAL (
    VALUES (m.key, 'available', m.from_available), (m.debt_key, 'debt', m.amount - m.from_available)
  ) part (key, source, amount)
  WHERE part.amount > 0;
END $$;

-- Whether a restriction was, is or will be open at an instant. At present, that is with `lifted_at IS NULL` as well: who
-- lifts by a clock that is a little ahead has lifted.
CREATE OR REPLACE FUNCTION restriction_open(r restrictions, at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT r.effective_from <= at AND (r.effective_until IS NULL OR at < r.effective_until)
    AND (r.lifted_at IS NULL OR at < r.lifted_at)
$$;

-- What a distributor is at present: terminated for good, suspended by a restriction that is open, or active.
CREATE OR REPLACE FUNCTION distributor_state(d distributors) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN d.terminated_at <= now() THEN 'terminated'
    WHEN EXISTS (SELECT FROM restrictions r WHERE r.distributor_id = d.id AND r.lifted_at IS NULL
                 AND r.effect = 'suspended' AND restriction_open(r, now())) THEN 'suspended'
    ELSE 'active'
  END
$$;

/*
 * Why nothing may be paid to a distributor at an instant, or now where that is later: `terminated`, `suspended` or
 * `no_payout`; null where payouts may leave. What is only kept back in part, as an amount, is no obstacle.
 */
CREATE OR REPLACE FUNCTION payout_obstacle(d distributors, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN d.terminated_at <= greatest(at, clock_timestamp()) THEN 'terminated' ELSE (
    SELECT r.effect FROM restrictions r
    WHERE r.distributor_id = d.id AND r.lifted_at IS NULL AND r.commission_id IS NULL
      AND r.effect IN ('suspended', 'no_payout') AND r.amount IS NULL AND r.category IS NULL AND r.sku IS NULL
      AND restriction_open(r, greatest(at, clock_timestamp()))
    ORDER BY r.effect DESC LIMIT 1
  ) END
$$;

/*
 * Locks commissions and then the balances behind them, each in one order, so that concurrent batches never wait
 * for each other in a circle. A separate statement: what follows it sees what the lock waited for.
 * NO KEY UPDATE, because rows that only refer to a commission (a restriction, an item of a release run) need not wait.
 *
 * The ids are an array, and PostgreSQL would plan again for each array. The plan for any array is as good: every
 * row is found by its key.
 */
CREATE OR REPLACE FUNCTION lock_commissions(ids bigint[]) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM 1 FROM commissions WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
  PERFORM 1 FROM balances
  WHERE (distributor_id, currency) IN (SELECT distributor_id, currency FROM commissions WHERE id = ANY (ids))
  ORDER BY distributor_id, currency FOR UPDATE;
END $$;

/*
 * What keeps commissions from being released at an instant, or now where that is later: the one place that decides it,
 * for releasing, for explaining and for what distributors see. One row for each obstacle, none for a commission
 * that may be released. The codes are those of domain/explanation.ts; by `rank`, then by `since`, the first one is the
 * one to show where there is room for one. `cause` is the subject that causes it, `restriction_id` the
 * restriction; `until` is when it ends automatically.
 */
CREATE OR REPLACE FUNCTION commission_obstacles(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, rank integer, code text, cause text, since timestamptz, until timestamptz,
  restriction_id uuid, note text) LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  instant timestamptz := greatest(at, clock_timestamp());
BEGIN
  RETURN QUERY
  SELECT c.id, o.*
  FROM commissions c
  -- Each is looked up by its key (OFFSET 0 keeps them apart): as plain joins, a plan that was made while the tables were
  -- small would read all of them.
  CROSS JOIN LATERAL (SELECT * FROM order_lines l WHERE l.order_id = c.order_id AND l.line_id = c.line_id OFFSET 0) l
  CROSS JOIN LATERAL (SELECT d.terminated_at FROM distributors d WHERE d.id = c.distributor_id OFFSET 0) d
  CROSS JOIN LATERAL (
    -- Released already, or nothing left to release.
    SELECT 1, c.state, NULL::text, c.released_at, NULL::timestamptz, NULL::uuid, NULL::text
    WHERE c.state IN ('not_accrued', 'released', 'reversed', 'clawed_back')
    UNION ALL
    SELECT 2, 'return_open', 'return/' || key_part(r.order_id) || '/' || key_part(r.id), r.requested_at, NULL, NULL, NULL
    FROM returns r
    WHERE r.order_id = c.order_id AND r.state = 'requested' AND c.state IN ('held', 'due')
      AND r.lines @> jsonb_build_array(jsonb_build_object('lineId', c.line_id))
    UNION ALL
    -- An open return, which has the line's state, pauses the window.
    SELECT 3, CASE WHEN l.window_ends_at IS NULL THEN 'awaiting_delivery' ELSE 'return_window_open' END, NULL,
      l.delivered_at, l.window_ends_at, NULL, NULL
    WHERE c.state = 'held' AND l.state IN ('paid', 'shipped', 'delivered')
    UNION ALL
    SELECT 4, 'distributor_terminated', NULL, d.terminated_at, NULL, NULL, NULL
    WHERE d.terminated_at <= instant AND c.state IN ('held', 'due')
    UNION ALL
    SELECT CASE r.effect WHEN 'suspended' THEN 5 ELSE 6 END,
      CASE r.effect WHEN 'suspended' THEN 'distributor_suspended' ELSE 'hold_' || r.reason END, r.cause,
      r.effective_from, r.effective_until, r.id, r.note
    FROM restrictions r
    WHERE r.distributor_id = c.distributor_id AND r.lifted_at IS NULL AND r.commission_id IS NULL
      AND r.effect IN ('suspended', 'no_release') AND restriction_open(r, instant) AND c.state IN ('held', 'due')
      AND (r.sku IS NULL OR r.sku = l.sku) AND (r.category IS NULL OR r.category = l.category)
    UNION ALL
    SELECT 6, 'hold_' || r.reason, r.cause, r.effective_from, r.effective_until, r.id, r.note
    FROM restrictions r
    WHERE r.commission_id = c.id AND r.lifted_at IS NULL AND restriction_open(r, instant) AND c.state IN ('held', 'due')
  ) o
  WHERE c.id = ANY (ids)
  ORDER BY c.id, 2, 5, 7;
END $$;

/*
 * Releases what nothing keeps back, see `commission_obstacles`. A commission whose window has just ended goes from held
 * to released in one change: it was due when the window of its line ended. Leaves the others, and says why. Serves one
 * commission or thousands.
 *
 * Lifting a restriction releases what it kept back at that moment. So lifting waits for this transaction: the
 * restriction is share-locked, and looked at again once it is.
 */
CREATE OR REPLACE FUNCTION release_commissions(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, obstacle text, amount bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  kept bigint[];
  codes text[];
  locked uuid[] := '{}';
  unlocked uuid[];
BEGIN
  PERFORM lock_commissions(ids);
  LOOP
    SELECT coalesce(array_agg(o.commission_id), '{}'), coalesce(array_agg(o.code), '{}'),
      array_agg(DISTINCT o.restriction_id) FILTER (WHERE o.restriction_id <> ALL (locked))
    INTO kept, codes, unlocked
    FROM (SELECT DISTINCT ON (o.commission_id) o.* FROM commission_obstacles(ids, at) o
          ORDER BY o.commission_id, o.rank, o.since, o.restriction_id) o;
    EXIT WHEN unlocked IS NULL;
    PERFORM 1 FROM restrictions r WHERE r.id = ANY (unlocked) ORDER BY r.id FOR SHARE;
    locked := locked || unlocked;
  END LOOP;

  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT c.id, c.distributor_id, c.currency, c.amount, k.code AS obstacle
    FROM commissions c LEFT JOIN unnest(kept, codes) AS k (id, code) ON k.id = c.id WHERE c.id = ANY (ids)
  ), credited AS MATERIALIZED (
    SELECT credit(array_agg(ROW('commission/' || j.id || '/release', 'commission/' || j.id || '/release-debt', 'held',
      j.distributor_id, j.currency, j.amount, j.id, NULL, at)::movement ORDER BY j.id))
    FROM judged j WHERE j.obstacle IS NULL
  ), moved AS (
    UPDATE commissions c
    SET state = 'released', released_at = at,
        due_at = coalesce(c.due_at,
          (SELECT l.window_ends_at FROM order_lines l WHERE l.order_id = c.order_id AND l.line_id = c.line_id))
    FROM judged j WHERE c.id = j.id AND j.obstacle IS NULL
  )
  -- A part of a statement that nothing reads is not carried out: the join is what credits.
  SELECT j.id, j.obstacle, j.amount FROM judged j CROSS JOIN credited;
END $$;

/*
 * Takes commissions back, wholly or partly. Before release the held money goes back to the brand, as of the time of the
 * cause (`caused_at`), since it was never the distributor's; after release it is charged, now (`at`). Of what was never
 * accrued, only the amount is reduced.
 * items: [{"id": 7, "amount": 120, "final": false}] - the amount that is left, and whether nothing can be earned
 * any more. An amount above the present one leaves it as it is: nothing is ever added here. `cause` makes the transfers'
 * keys unique, such as a return's id.
 */
CREATE OR REPLACE FUNCTION reduce_commissions(cause text, items jsonb, caused_at timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  released movement[];
BEGIN
  PERFORM lock_commissions(ARRAY(SELECT (i ->> 'id')::bigint FROM jsonb_array_elements(items) i));

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
  SELECT 'commission/' || c.id || '/reverse/' || cause, 'held', 'commission_expense', c.distributor_id, c.currency,
    c.amount - i.amount, c.id, caused_at
  FROM commissions c JOIN jsonb_to_recordset(items) AS i (id bigint, amount bigint) ON i.id = c.id
  WHERE c.state IN ('held', 'due') AND c.amount > i.amount;

  released := ARRAY(
    SELECT ROW('commission/' || c.id || '/clawback/' || cause, 'commission/' || c.id || '/clawback-debt/' || cause,
      'commission_expense', c.distributor_id, c.currency, c.amount - i.amount, c.id, NULL, at)::movement
    FROM commissions c JOIN jsonb_to_recordset(items) AS i (id bigint, amount bigint) ON i.id = c.id
    WHERE c.state = 'released' AND c.amount > i.amount ORDER BY c.id);
  IF cardinality(released) > 0 THEN
    PERFORM charge(released);
  END IF;

  UPDATE commissions c
  SET amount = least(c.amount, i.amount),
      state = CASE WHEN NOT i.final THEN c.state WHEN c.state = 'released' THEN 'clawed_back' ELSE 'reversed' END
  FROM jsonb_to_recordset(items) AS i (id bigint, amount bigint, final boolean) WHERE c.id = i.id;
END $$;

/*
 * Accrues what was not accrued: posts what commissions would have earned, and sets each to its proper state, held in
 * its window or due. What an automatic plan would have released is released, where nothing keeps it back now. The
 * money counts from now (`at`). Leaves commissions that are accrued already; returns the states of the others.
 */
CREATE OR REPLACE FUNCTION accrue_commissions(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, state text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  accrued bigint[];
BEGIN
  -- The orders first, as each of their steps does: none closes a window between what is read and what is written here.
  PERFORM 1 FROM orders WHERE id IN (SELECT order_id FROM commissions WHERE id = ANY (ids)) ORDER BY id FOR UPDATE;
  PERFORM lock_commissions(ids);
  accrued := ARRAY(SELECT id FROM commissions WHERE id = ANY (ids) AND state = 'not_accrued' ORDER BY id);

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
  SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, at
  FROM commissions WHERE id = ANY (accrued) AND amount > 0 ORDER BY id;

  UPDATE commissions c
  SET state = CASE l.state WHEN 'closed' THEN 'due' ELSE 'held' END,
      due_at = CASE l.state WHEN 'closed' THEN l.window_ends_at END
  FROM order_lines l WHERE c.id = ANY (accrued) AND l.order_id = c.order_id AND l.line_id = c.line_id;

  PERFORM release_commissions(ARRAY(SELECT id FROM commissions WHERE id = ANY (accrued) AND state = 'due' AND automatic), at);
  RETURN QUERY SELECT c.id, c.state FROM commissions c WHERE c.id = ANY (accrued) ORDER BY c.id;
END $$;

/*
 * Ends withdrawals that are in one of `from_states`: what is paid leaves, what is not paid is credited again. What the
 * bank sends back after it was paid is taken from `cash`, where it went.
 * items: [{"id": "…", "state": "paid", "reason": null, "reference": null}] with state paid, failed, rejected or
 * canceled. Serves one withdrawal or a whole payout batch; says which ones it ended.
 */
CREATE OR REPLACE FUNCTION settle_withdrawals(items jsonb, from_states text[], at timestamptz)
RETURNS TABLE (withdrawal_id uuid, state text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ids uuid[] := ARRAY(SELECT (i ->> 'id')::uuid FROM jsonb_array_elements(items) i);
  unpaid movement[];
BEGIN
  PERFORM 1 FROM withdrawals w WHERE w.id = ANY (ids) ORDER BY w.id FOR NO KEY UPDATE;
  PERFORM 1 FROM balances
  WHERE (distributor_id, currency) IN (SELECT w.distributor_id, w.currency FROM withdrawals w WHERE w.id = ANY (ids))
  ORDER BY distributor_id, currency FOR UPDATE;

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
  SELECT 'withdrawal/' || w.id || '/pay', 'reserved', 'cash', w.distributor_id, w.currency, w.amount, w.id, at
  FROM withdrawals w JOIN jsonb_to_recordset(items) AS i (id uuid, state text) ON i.id = w.id
  WHERE w.state = ANY (from_states) AND i.state = 'paid' ORDER BY w.id;

  unpaid := ARRAY(
    SELECT ROW('withdrawal/' || w.id || '/return', 'withdrawal/' || w.id || '/return-debt',
      CASE w.state WHEN 'paid' THEN 'cash' ELSE 'reserved' END, w.distributor_id, w.currency, w.amount, NULL, w.id, at)::movement
    FROM withdrawals w JOIN jsonb_to_recordset(items) AS i (id uuid, state text) ON i.id = w.id
    WHERE w.state = ANY (from_states) AND i.state <> 'paid' ORDER BY w.id);
  IF cardinality(unpaid) > 0 THEN
    PERFORM credit(unpaid);
  END IF;

  RETURN QUERY
  UPDATE withdrawals w
  SET state = i.state, settled_at = at, reason = i.reason,
      provider_reference = coalesce(i.reference, w.provider_reference)
  FROM jsonb_to_recordset(items) AS i (id uuid, state text, reason text, reference text)
  WHERE w.id = i.id AND w.state = ANY (from_states)
  RETURNING w.id, w.state;
END $$;

-- Everything that decides what an event does to an order, read after the lock, so that it is what the lock protects.
CREATE OR REPLACE FUNCTION lock_order(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM orders WHERE id = wanted FOR UPDATE;
  RETURN (
    SELECT jsonb_build_object(
      'state', o.state, 'paidAt', o.paid_at, 'planId', o.plan_id,
      'lines', (SELECT jsonb_agg(jsonb_build_object(
          'lineId', l.line_id, 'state', l.state, 'quantity', l.quantity, 'netAmount', l.net_amount,
          'returnedQuantity', l.returned_quantity, 'shippedAt', l.shipped_at, 'deliveredAt', l.delivered_at,
          'deliveryNamed', l.delivery_named, 'windowEndsAt', l.window_ends_at) ORDER BY l.position)
        FROM order_lines l WHERE l.order_id = o.id),
      'returns', (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', r.id, 'state', r.state, 'reason', r.reason, 'requestedAt', r.requested_at,
          'resolvedAt', r.resolved_at, 'lines', r.lines) ORDER BY r.requested_at, r.id), '[]')
        FROM returns r WHERE r.order_id = o.id),
      'commissions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', c.id, 'lineId', c.line_id, 'amount', c.amount, 'state', c.state, 'earning', c.rule -> 'earning') ORDER BY c.id), '[]')
        FROM commissions c WHERE c.order_id = o.id),
      'early', (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'key', e.key, 'event', e.event, 'isRefused', e.refusal IS NOT NULL)), '[]')
        FROM early_events e WHERE e.order_id = o.id AND e.key <> 'paid'))
    FROM orders o WHERE o.id = wanted);
END $$;

/*
 * Writes what one step of an order changed: lines, returns, commissions and the money behind them, and the lines in
 * its timeline. `changes`: {lines, returns, cuts: [{cause, at, items}], due, automatic, finished, events}; `at` is when
 * the step happens, each cut and event in it carries when it happened in the shop. `due` are the commissions whose
 * window has ended, by id: asked for by order and state, PostgreSQL may read all that is open from the indexes of what
 * is held.
 */
CREATE OR REPLACE FUNCTION save_order(changed text, changes jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  due bigint[] := ARRAY(SELECT i::bigint FROM jsonb_array_elements_text(changes -> 'due') i);
  cut jsonb;
BEGIN
  UPDATE order_lines l SET state = n.state, returned_quantity = n."returnedQuantity", shipped_at = n."shippedAt",
    delivered_at = n."deliveredAt", delivery_named = n."deliveryNamed", window_ends_at = n."windowEndsAt"
  FROM jsonb_to_recordset(changes -> 'lines') AS n ("lineId" text, state text, "returnedQuantity" integer,
    "shippedAt" timestamptz, "deliveredAt" timestamptz, "deliveryNamed" boolean, "windowEndsAt" timestamptz)
  WHERE l.order_id = changed AND l.line_id = n."lineId";

  IF changes -> 'returns' <> '[]' THEN
    INSERT INTO returns (order_id, id, state, reason, requested_at, resolved_at, lines)
    SELECT changed, n.id, n.state, n.reason, n."requestedAt", n."resolvedAt", n.lines
    FROM jsonb_to_recordset(changes -> 'returns') AS n (id text, state text, reason text,
      "requestedAt" timestamptz, "resolvedAt" timestamptz, lines jsonb)
    ON CONFLICT (order_id, id) DO UPDATE SET state = EXCLUDED.state, resolved_at = EXCLUDED.resolved_at;
  END IF;

  IF changes -> 'cuts' <> '[]' THEN
    -- All that this step may touch, before the balances that reducing locks: no commission is locked after those.
    PERFORM lock_commissions(ARRAY(SELECT c.id FROM commissions c WHERE c.order_id = changed));
    FOR cut IN SELECT * FROM jsonb_array_elements(changes -> 'cuts') LOOP
      PERFORM reduce_commissions(cut ->> 'cause', cut -> 'items', (cut ->> 'at')::timestamptz, at);
    END LOOP;
  END IF;

  -- Automatic plans release here: what is due now, and what only an open return kept back.
  IF (changes ->> 'automatic')::boolean AND cardinality(due) > 0 THEN
    due := ARRAY(SELECT r.commission_id FROM release_commissions(due, at) r WHERE r.obstacle IS NOT NULL);
  END IF;
  -- What is left to finance, and what something keeps back.
  IF cardinality(due) > 0 THEN
    UPDATE commissions c
    SET state = 'due', due_at = l.window_ends_at
    FROM order_lines l
    WHERE c.id = ANY (due) AND c.state = 'held' AND l.order_id = c.order_id AND l.line_id = c.line_id;
  END IF;

  INSERT INTO events (subject, key, type, actor, occurred_at, data)
  SELECT 'order/' || key_part(changed), n.key, n.type, n.actor, n.at, n.data
  FROM jsonb_to_recordset(changes -> 'events') AS n (key text, type text, actor text, at timestamptz, data jsonb)
  ON CONFLICT DO NOTHING;

  IF (changes ->> 'finished')::boolean THEN
    UPDATE orders SET state = 'closed' WHERE id = changed AND state = 'open';
  END IF;
END $$;

-- Triggers --------------------------------------------------------------------------------------------------

CREATE TRIGGER transfers_apply AFTER INSERT ON transfers
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION apply_transfers();
CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER plans_immutable BEFORE UPDATE ON commission_plans FOR EACH ROW
  WHEN (OLD.terms IS DISTINCT FROM NEW.terms OR (OLD.activated_at IS NOT NULL AND OLD IS DISTINCT FROM NEW))
  EXECUTE FUNCTION refuse_plan_change();
CREATE TRIGGER plans_not_deleted BEFORE DELETE ON commission_plans FOR EACH ROW EXECUTE FUNCTION refuse_plan_change();

-- The conditions cost almost nothing where they do not hold, which is the usual case.
CREATE TRIGGER orders_late AFTER INSERT ON orders FOR EACH ROW
  WHEN (NEW.paid_at < now() - interval '1 day') EXECUTE FUNCTION note_late_entry();
CREATE TRIGGER returns_late AFTER INSERT OR UPDATE ON returns FOR EACH ROW
  WHEN (NEW.state = 'refunded' AND NEW.resolved_at < now() - interval '1 day') EXECUTE FUNCTION note_late_entry();
