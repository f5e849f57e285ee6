-- Changes of a distributor's bank account, phone number, mail address or name: requested, approved, confirmed, and in
-- effect after a waiting period. Only the step that brings one into effect changes these columns of `distributors`.
CREATE TABLE account_changes (
  id uuid PRIMARY KEY,
  distributor_id uuid NOT NULL REFERENCES distributors,
  field text NOT NULL CHECK (field IN ('bank_account', 'phone', 'email', 'name')),
  state text NOT NULL CHECK (state IN ('requested', 'approved', 'confirmed', 'in_effect', 'rejected', 'canceled')),
  -- Pinned when it is requested: who confirms it after its approval, and how long it then waits, in milliseconds.
  confirmation text NOT NULL CHECK (confirmation IN ('second_person', 'new_address', 'none')),
  waiting_ms bigint NOT NULL CHECK (waiting_ms >= 0),
  -- The value; of a bank account its masked number, and the number itself sealed.
  old_value text NOT NULL,
  old_sealed text NOT NULL,
  old_holder text,
  old_bank_name text,
  new_value text NOT NULL,
  new_sealed text NOT NULL,
  -- Of a bank account or phone number, to find others who have it.
  new_hash bytea,
  new_holder text,
  new_bank_name text,
  -- Results of the automatic checks at the request.
  checks jsonb NOT NULL,
  -- Why it was requested, and why it was rejected or canceled.
  note text,
  reason text,
  requested_by uuid NOT NULL REFERENCES users,
  requested_at timestamptz NOT NULL,
  effective_at timestamptz,
  ended_at timestamptz,
  -- When the values that are not in effect were erased.
  erased_at timestamptz,
  CHECK ((field = 'bank_account') = (new_holder IS NOT NULL)),
  CHECK ((new_holder IS NULL) = (new_bank_name IS NULL)),
  CHECK (effective_at IS NOT NULL OR state NOT IN ('confirmed', 'in_effect')),
  CHECK ((ended_at IS NULL) = (state IN ('requested', 'approved', 'confirmed')))
);
-- One open change of each field.
CREATE UNIQUE INDEX account_changes_open ON account_changes (distributor_id, field)
  WHERE state IN ('requested', 'approved', 'confirmed');
CREATE INDEX ON account_changes (requested_at, id);
CREATE INDEX ON account_changes (state, requested_at, id);
CREATE INDEX ON account_changes (distributor_id, requested_at, id);
CREATE INDEX ON account_changes (ended_at) WHERE erased_at IS NULL;
CREATE INDEX ON account_changes (new_hash) WHERE new_hash IS NOT NULL;
CREATE INDEX account_changes_id_end ON account_changes (right(id::text, 8));
