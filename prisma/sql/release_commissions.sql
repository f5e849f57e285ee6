/*
 * Releases what is in one of `from_states` and what nothing keeps back. A commission whose window has just ended goes
 * from held to released in one change: it was due when the window of its line ended. Leaves what a hold, an open return
 * or a distributor who is not active keeps back, and says which. Serves one commission or thousands.
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
  ), credited AS MATERIALIZED (
    SELECT credit(array_agg(ROW('commission/' || j.id || '/release', 'commission/' || j.id || '/release-debt', 'held',
      j.distributor_id, j.currency, j.amount, j.id, NULL, at)::movement ORDER BY j.id))
    FROM judged j WHERE j.obstacle IS NULL
  ), moved AS (
    UPDATE commissions c
    SET state = 'released', released_at = at,
        due_at = coalesce(c.due_at,
          (SELECT l.window_ends_at FROM order_lines l WHERE l.order_id = c.order_id AND l.line_id = c.line_id))
    FROM judged j WHERE c.id = j.id AND j.obstacle IS NULL
  )
  -- A part of a statement that nothing reads is not carried out: the join is what credits.
  SELECT j.id, j.obstacle, j.amount FROM judged j CROSS JOIN credited;
END $$;
