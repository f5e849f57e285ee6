-- A release run works through one distributor after the other, so that each balance is changed once and not once in
-- every batch.
ALTER TABLE release_items ADD COLUMN distributor_id uuid;
UPDATE release_items i SET distributor_id = c.distributor_id FROM commissions c WHERE c.id = i.commission_id;
ALTER TABLE release_items ALTER COLUMN distributor_id SET NOT NULL;
DROP INDEX release_items_run_id_commission_id_idx;
CREATE INDEX ON release_items (run_id, distributor_id, commission_id) WHERE state = 'pending';
