/*
 * Ends withdrawals that are in one of `from_states`: what is paid leaves, what is not paid comes back. Money that
 * comes back pays what the distributor owes by now, and only the rest is withdrawable again. What the bank sends back
 * after it was paid comes out of `cash`, where it went.
 * items: [{"id": "…", "state": "paid", "reason": null, "reference": null}] with state paid, failed, rejected or
 * canceled. Serves one withdrawal or a whole payout batch; says which ones it ended.
 */
CREATE OR REPLACE FUNCTION settle_withdrawals(items jsonb, from_states text[], at timestamptz)
RETURNS TABLE (withdrawal_id uuid, state text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  ids uuid[] := ARRAY(SELECT (i ->> 'id')::uuid FROM jsonb_array_elements(items) i);
BEGIN
  PERFORM 1 FROM withdrawals w WHERE w.id = ANY (ids) ORDER BY w.id FOR NO KEY UPDATE;
  PERFORM 1 FROM balances
  WHERE (distributor_id, currency) IN (SELECT w.distributor_id, w.currency FROM withdrawals w WHERE w.id = ANY (ids))
  ORDER BY distributor_id, currency FOR UPDATE;
  RETURN QUERY
  WITH taken AS MATERIALIZED (
    SELECT w.id, w.distributor_id, w.currency, w.amount, i.state, i.reason, i.reference, i.state = 'paid' AS paid,
      CASE w.state WHEN 'paid' THEN 'cash' ELSE 'reserved' END::account AS source
    FROM withdrawals w JOIN jsonb_to_recordset(items) AS i (id uuid, state text, reason text, reference text) USING (id)
    WHERE w.state = ANY (from_states)
  ), share AS MATERIALIZED (
    SELECT t.*, CASE WHEN t.paid THEN 0 ELSE
      least(t.amount, greatest(0, coalesce(b.debt, 0) - (sum(t.amount) OVER earlier - t.amount)))::bigint
    END AS to_debt
    FROM taken t LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY t.distributor_id, t.currency, t.paid ORDER BY t.id)
  ), posted AS (
    INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, withdrawal_id, occurred_at)
    SELECT 'withdrawal/' || s.id || '/' || p.name, s.source, p.target::account, s.distributor_id, s.currency, p.amount, s.id, at
    FROM share s CROSS JOIN LATERAL (
      VALUES ('pay', 'cash', CASE WHEN s.paid THEN s.amount ELSE 0 END),
             ('return-debt', 'debt', s.to_debt),
             ('return', 'available', CASE WHEN s.paid THEN 0 ELSE s.amount - s.to_debt END)
    ) AS p (name, target, amount)
    WHERE p.amount > 0
  )
  UPDATE withdrawals w
  SET state = s.state, settled_at = at, reason = s.reason,
      provider_reference = coalesce(s.reference, w.provider_reference)
  FROM share s WHERE w.id = s.id
  RETURNING w.id, w.state;
END $$;
