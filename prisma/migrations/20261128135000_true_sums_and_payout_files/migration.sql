-- When the payout file was first downloaded: what the bank never got is not confirmed.
ALTER TABLE payout_batches ADD COLUMN file_fetched_at timestamptz;

UPDATE payout_batches b SET file_fetched_at = fetched.at
FROM (
  SELECT subject, min(at) AS at FROM audit_entries WHERE action = 'payout_batch.reveal_file' GROUP BY subject
) AS fetched
WHERE fetched.subject = 'payout/' || b.id;

-- With amounts in the index, all that is due is added up without reading the commissions.
DROP INDEX commissions_due_at_id_idx;
CREATE INDEX commissions_due ON commissions (due_at, id) INCLUDE (currency, amount) WHERE state = 'due';
