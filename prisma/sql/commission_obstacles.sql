/*
 * What keeps commissions from being released at an instant, or now where that is later: the one place that decides it,
 * for releasing, for explaining and for what distributors see. One row for each obstacle, none for a commission
 * that may be released. The codes are those of domain/explanation.ts; by `rank`, then by `since`, the first one is the
 * one to show where there is room for one. `cause` is the subject that causes it, `restriction_id` the
 * restriction; `until` is when it ends automatically.
 */
CREATE OR REPLACE FUNCTION commission_obstacles(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, rank integer, code text, cause text, since timestamptz, until timestamptz,
  restriction_id uuid, note text) LANGUAGE plpgsql STABLE ROWS 10
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  instant timestamptz := greatest(at, clock_timestamp());
BEGIN
  RETURN QUERY
  SELECT c.id, o.*
  FROM commissions c
  -- Each is looked up by its key (OFFSET 0 keeps them apart): as plain joins, a plan that was made while the tables were
  -- small would read all of them.
  CROSS JOIN LATERAL (SELECT * FROM order_lines l WHERE l.order_id = c.order_id AND l.line_id = c.line_id OFFSET 0) l
  CROSS JOIN LATERAL (SELECT d.terminated_at FROM distributors d WHERE d.id = c.distributor_id OFFSET 0) d
  CROSS JOIN LATERAL (
    -- Released already, or nothing left to release.
    SELECT 1, c.state, NULL::text, c.released_at, NULL::timestamptz, NULL::uuid, NULL::text
    WHERE c.state IN ('not_accrued', 'released', 'reversed', 'clawed_back')
    UNION ALL
    SELECT 2, 'return_open', 'return/' || key_part(r.order_id) || '/' || key_part(r.id), r.requested_at, NULL, NULL, NULL
    FROM returns r
    WHERE r.order_id = c.order_id AND r.state = 'requested' AND c.state IN ('held', 'due')
      AND r.lines @> jsonb_build_array(jsonb_build_object('lineId', c.line_id))
    UNION ALL
    -- An open return, which has the line's state, pauses the window.
    SELECT 3, CASE WHEN l.window_ends_at IS NULL THEN 'awaiting_delivery' ELSE 'return_window_open' END, NULL,
      l.delivered_at, l.window_ends_at, NULL, NULL
    WHERE c.state = 'held' AND l.state IN ('paid', 'shipped', 'delivered')
    UNION ALL
    SELECT 4, 'distributor_terminated', NULL, d.terminated_at, NULL, NULL, NULL
    WHERE d.terminated_at <= instant AND c.state IN ('held', 'due')
    UNION ALL
    SELECT CASE r.effect WHEN 'suspended' THEN 5 ELSE 6 END,
      CASE r.effect WHEN 'suspended' THEN 'distributor_suspended' ELSE 'hold_' || r.reason END, r.cause,
      r.effective_from, r.effective_until, r.id, r.note
    FROM restrictions r
    WHERE r.distributor_id = c.distributor_id AND r.lifted_at IS NULL AND r.commission_id IS NULL
      AND r.effect IN ('suspended', 'no_release') AND restriction_open(r, instant) AND c.state IN ('held', 'due')
      AND (r.sku IS NULL OR r.sku = l.sku) AND (r.category IS NULL OR r.category = l.category)
    UNION ALL
    SELECT 6, 'hold_' || r.reason, r.cause, r.effective_from, r.effective_until, r.id, r.note
    FROM restrictions r
    WHERE r.commission_id = c.id AND r.lifted_at IS NULL AND restriction_open(r, instant) AND c.state IN ('held', 'due')
  ) o
  WHERE c.id = ANY (ids)
  ORDER BY c.id, 2, 5, 7;
END $$;
