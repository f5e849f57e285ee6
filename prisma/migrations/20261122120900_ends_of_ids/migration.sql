-- People read the last eight digits of an id off a page; the first ones are the time.
CREATE INDEX applications_id_end ON applications (right(id::text, 8));
CREATE INDEX distributors_id_end ON distributors (right(id::text, 8));
CREATE INDEX withdrawals_id_end ON withdrawals (right(id::text, 8));
CREATE INDEX release_runs_id_end ON release_runs (right(id::text, 8));
CREATE INDEX payout_batches_id_end ON payout_batches (right(id::text, 8));
