-- Sums of days, for reports ---------------------------------------------------------------------------------

-- What happened on days that are over: see activities/dailySums.ts, which alone writes these. No step of an order
-- touches them: a row that all orders of a day counted in would be one that they all wait for.
CREATE TABLE summed_days (
  zone text PRIMARY KEY,
  -- The first day that is not summed.
  until date NOT NULL
);

CREATE TABLE daily_sales (
  day date NOT NULL,
  currency char(3) NOT NULL,
  -- Null: all orders of the day, also those that belong to nobody.
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

-- When things happened that were told more than a day later: their days may be summed already. Without a key, so
-- that nobody who tells something waits for somebody else who does.
CREATE TABLE late_entries (at timestamptz NOT NULL);

CREATE FUNCTION note_late_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'orders' THEN INSERT INTO late_entries VALUES (NEW.paid_at);
  ELSIF TG_TABLE_NAME = 'returns' THEN INSERT INTO late_entries VALUES (NEW.resolved_at);
  ELSE INSERT INTO late_entries VALUES (NEW.occurred_at);
  END IF;
  RETURN NULL;
END $$;
-- The conditions cost next to nothing where they do not hold, which is nearly always.
CREATE TRIGGER orders_late AFTER INSERT ON orders FOR EACH ROW
  WHEN (NEW.paid_at < now() - interval '1 day') EXECUTE FUNCTION note_late_entry();
CREATE TRIGGER returns_late AFTER INSERT OR UPDATE ON returns FOR EACH ROW
  WHEN (NEW.state = 'refunded' AND NEW.resolved_at < now() - interval '1 day') EXECUTE FUNCTION note_late_entry();
CREATE TRIGGER transfers_late AFTER INSERT ON transfers FOR EACH ROW
  WHEN (NEW.occurred_at < now() - interval '1 day') EXECUTE FUNCTION note_late_entry();

-- Lists -----------------------------------------------------------------------------------------------------

CREATE INDEX ON orders (paid_at, id);
DROP INDEX orders_paid_at_idx;
CREATE INDEX ON orders (customer_id);
-- Few values, which an index keeps once each.
CREATE INDEX ON orders (region);
CREATE INDEX orders_attribution_reason ON orders ((attribution ->> 'reason'));
-- The beginning of a number finds an order of a distributor as well without the distributor in front.
DROP INDEX orders_own_id_prefix;

-- Each change of state writes a commission into all its indexes, so these are few and narrow. Commissions lie in the
-- order in which they came in, and fall due and are released nearly so: an index of ranges of pages finds a span of
-- time among them and is not written again with each change.
CREATE INDEX commissions_times ON commissions USING brin (created_at, due_at, released_at)
  WITH (pages_per_range = 32, autosummarize = on);
DROP INDEX commissions_released_at_idx;
DROP INDEX commissions_by_id;
DROP INDEX commissions_by_amount;
CREATE INDEX ON commissions (amount, id);
DROP INDEX commissions_by_due;
CREATE INDEX commissions_by_due ON commissions ((coalesce(due_at, '9999-12-31 00:00:00+00'::timestamptz)), id);
-- Skipping from currency to currency, commissions_currency_state_id_idx finds a state of all of them.
DROP INDEX commissions_state_id_idx;

CREATE INDEX ON withdrawals (amount, id);

-- Each the same as another, or its beginning.
DROP INDEX distributors_sponsor_id_idx;
DROP INDEX applications_changes_deadline_idx1;
DROP INDEX applications_decided_at_idx1;
DROP INDEX withdrawals_settled_at_idx1;
DROP INDEX payout_batches_created_at_idx;
DROP INDEX mails_created_at_idx;
DROP INDEX returns_requested_at_idx;
