-- What waits in a run stands in a small table of its own and leaves it with its result. So a result changes no index of
-- `release_items`, and with half of each page free the new row stands beside the old one.
CREATE TABLE release_waiting (
  -- A commission waits in one run at a time.
  commission_id bigint PRIMARY KEY,
  run_id uuid NOT NULL,
  distributor_id uuid NOT NULL,
  FOREIGN KEY (run_id, commission_id) REFERENCES release_items
);
INSERT INTO release_waiting (commission_id, run_id, distributor_id)
SELECT commission_id, run_id, distributor_id FROM release_items WHERE state = 'pending';
CREATE INDEX ON release_waiting (run_id, distributor_id, commission_id);

DROP INDEX release_items_one_pending;
-- Its partial index goes with the column.
ALTER TABLE release_items DROP COLUMN distributor_id;
ALTER TABLE release_items SET (fillfactor = 50);
