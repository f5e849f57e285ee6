/*
 * Releases what is in one of `from_states` and what nothing keeps back: debts are paid first, and the rest becomes
 * available. A commission whose window has just ended goes from held to released in one change: it was due when the
 * window of its line ended. Leaves what a hold, an open return or a distributor who is not active keeps back, and says
 * which. Serves one commission or thousands.
 */
CREATE OR REPLACE FUNCTION release_commissions(ids bigint[], from_states text[], at timestamptz)
RETURNS TABLE (commission_id bigint, obstacle text, amount bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  PERFORM lock_commissions(ids);
  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT c.id, c.distributor_id, c.currency, c.amount, CASE
      WHEN NOT c.state = ANY (from_states) THEN 'state_' || c.state
      WHEN d.state <> 'active' THEN 'distributor_' || d.state
      WHEN EXISTS (SELECT 1 FROM returns r WHERE r.order_id = c.order_id AND r.state = 'requested'
                   AND r.lines @> jsonb_build_array(jsonb_build_object('lineId', c.line_id))) THEN 'return_open'
      ELSE (SELECT 'hold_' || h.reason FROM holds h
            WHERE h.commission_id = c.id AND h.lifted_at IS NULL ORDER BY h.placed_at LIMIT 1)
    END AS obstacle
    FROM commissions c JOIN distributors d ON d.id = c.distributor_id
    WHERE c.id = ANY (ids)
  ), share AS MATERIALIZED (
    SELECT j.id, j.distributor_id, j.currency, j.amount,
      least(j.amount, greatest(0, coalesce(b.debt, 0) - (sum(j.amount) OVER earlier - j.amount)))::bigint AS to_debt
    FROM judged j LEFT JOIN balances b USING (distributor_id, currency)
    WHERE j.obstacle IS NULL
    WINDOW earlier AS (PARTITION BY j.distributor_id, j.currency ORDER BY j.id)
  ), posted AS (
    INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
    SELECT 'commission/' || s.id || '/' || p.name, 'held', p.target::account, s.distributor_id, s.currency, p.amount, s.id, at
    FROM share s CROSS JOIN LATERAL (
      VALUES ('release-debt', 'debt', s.to_debt), ('release', 'available', s.amount - s.to_debt)
    ) AS p (name, target, amount)
    WHERE p.amount > 0
  ), moved AS (
    UPDATE commissions c
    SET state = 'released', released_at = at,
        due_at = coalesce(c.due_at,
          (SELECT l.window_ends_at FROM order_lines l WHERE l.order_id = c.order_id AND l.line_id = c.line_id))
    FROM share s WHERE c.id = s.id
  )
  SELECT j.id, j.obstacle, j.amount FROM judged j;
END $$;
