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
