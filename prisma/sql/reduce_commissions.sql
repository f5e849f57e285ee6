/*
 * Takes commissions back, wholly or partly. Before release the held money goes back to the brand, as of the time of what
 * caused it (`caused_at`), since it was never the distributor's; after release it comes out of what is available, now
 * (`at`), and what is no longer there becomes debt.
 * items: [{"id": 7, "amount": 120, "final": false}] - the amount that is left, and whether nothing can be earned
 * any more. An amount above the present one leaves it as it is: nothing is ever added here. `cause` makes the transfers'
 * keys unique, such as a return's id.
 */
CREATE OR REPLACE FUNCTION reduce_commissions(cause text, items jsonb, caused_at timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  PERFORM lock_commissions(ARRAY(SELECT (i ->> 'id')::bigint FROM jsonb_array_elements(items) i));
  WITH taken AS MATERIALIZED (
    SELECT c.id, c.state, c.distributor_id, c.currency, c.amount - least(c.amount, i.amount) AS cut,
      least(c.amount, i.amount) AS rest, i.final
    FROM commissions c JOIN jsonb_to_recordset(items) AS i (id bigint, amount bigint, final boolean) ON i.id = c.id
  ), share AS MATERIALIZED (
    SELECT t.*, CASE WHEN t.state = 'released' THEN
      least(t.cut, greatest(0, coalesce(b.available, 0) - (sum(t.cut) OVER earlier - t.cut)))::bigint
    ELSE 0 END AS from_available
    FROM taken t LEFT JOIN balances b USING (distributor_id, currency)
    WINDOW earlier AS (PARTITION BY t.distributor_id, t.currency, t.state = 'released' ORDER BY t.id)
  ), posted AS (
    INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
    SELECT 'commission/' || s.id || '/' || p.name || '/' || cause, p.source::account, 'commission_expense',
      s.distributor_id, s.currency, p.amount, s.id, CASE WHEN s.state = 'released' THEN at ELSE caused_at END
    FROM share s CROSS JOIN LATERAL (
      VALUES ('reverse', 'held', CASE WHEN s.state = 'released' THEN 0 ELSE s.cut END),
             ('clawback', 'available', s.from_available),
             ('clawback-debt', 'debt', CASE WHEN s.state = 'released' THEN s.cut - s.from_available ELSE 0 END)
    ) AS p (name, source, amount)
    WHERE p.amount > 0
  )
  UPDATE commissions c
  SET amount = s.rest,
      state = CASE WHEN NOT s.final THEN c.state WHEN c.state = 'released' THEN 'clawed_back' ELSE 'reversed' END
  FROM share s WHERE c.id = s.id;
END $$;
