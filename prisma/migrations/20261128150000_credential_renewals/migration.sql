-- Credentials act on their own: reminders before their end, renewals, and the restriction that an expiry is.

ALTER TABLE credentials
  -- When the present validity became known: reminders that would have been due before are not sent.
  ADD COLUMN known_at timestamptz;
UPDATE credentials SET known_at = now() WHERE distributor_id IS NOT NULL;
ALTER TABLE credentials ADD CHECK (distributor_id IS NULL OR known_at IS NOT NULL);

-- A further period of a credential, as handed in. What it replaced stays in it when it is accepted.
CREATE TABLE credential_renewals (
  id uuid PRIMARY KEY,
  credential_id uuid NOT NULL REFERENCES credentials,
  state text NOT NULL CHECK (state IN ('submitted', 'accepted', 'refused')),
  number_sealed text NOT NULL,
  number_hash bytea NOT NULL,
  number_masked text NOT NULL,
  holder text NOT NULL,
  valid_from date NOT NULL,
  valid_until date,
  submitted_at timestamptz NOT NULL,
  submitted_by uuid REFERENCES users,
  -- [{"name", "passed", "code", "reason"}], made when it was handed in.
  checks jsonb NOT NULL,
  -- {"numberMasked", "validFrom", "validUntil"} of the period before, when it is accepted.
  replaced jsonb,
  -- What the distributor reads.
  reason text,
  reason_code text,
  -- Internal.
  note text,
  decided_by uuid REFERENCES users,
  decided_at timestamptz,
  CHECK (valid_until IS NULL OR valid_until >= valid_from),
  CHECK ((state = 'submitted') = (decided_at IS NULL)),
  CHECK ((state = 'accepted') = (replaced IS NOT NULL))
);
-- One at a time.
CREATE UNIQUE INDEX credential_renewals_one_open ON credential_renewals (credential_id) WHERE state = 'submitted';
CREATE INDEX ON credential_renewals (credential_id, submitted_at, id);
CREATE INDEX ON credential_renewals (submitted_at, id);
CREATE INDEX ON credential_renewals (state, submitted_at, id);

-- Reminders of one period that were sent, and those that were passed while another was sent.
CREATE TABLE credential_reminders (
  credential_id uuid NOT NULL REFERENCES credentials,
  valid_until date NOT NULL,
  days_before integer NOT NULL CHECK (days_before >= 0),
  at timestamptz NOT NULL,
  -- Who was reminded; empty for one that was passed.
  recipients text[] NOT NULL,
  PRIMARY KEY (credential_id, valid_until, days_before)
);

-- A mail whose text became wrong before it was sent.
ALTER TABLE mails DROP CONSTRAINT mails_state_check,
  ADD CONSTRAINT mails_state_check CHECK (state IN ('pending', 'sent', 'undeliverable', 'canceled'));
