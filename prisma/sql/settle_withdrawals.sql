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
