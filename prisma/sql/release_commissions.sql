/*
 * Releases what nothing keeps back, see `commission_obstacles`. A commission whose window has just ended goes from held
 * to released in one change: it was due when the window of its line ended. Leaves the others, and says why. Serves one
 * commission or thousands.
 *
 * Lifting a restriction releases what it kept back at that moment. So lifting waits for this transaction: the
 * restriction is share-locked, and looked at again once it is.
 */
CREATE OR REPLACE FUNCTION release_commissions(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, obstacle text, amount bigint) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  kept bigint[];
  codes text[];
  locked uuid[] := '{}';
  unlocked uuid[];
BEGIN
  PERFORM lock_commissions(ids);
  LOOP
    SELECT coalesce(array_agg(o.commission_id), '{}'), coalesce(array_agg(o.code), '{}'),
      array_agg(DISTINCT o.restriction_id) FILTER (WHERE o.restriction_id <> ALL (locked))
    INTO kept, codes, unlocked
    FROM (SELECT DISTINCT ON (o.commission_id) o.* FROM commission_obstacles(ids, at) o
          ORDER BY o.commission_id, o.rank, o.since, o.restriction_id) o;
    EXIT WHEN unlocked IS NULL;
    PERFORM 1 FROM restrictions r WHERE r.id = ANY (unlocked) ORDER BY r.id FOR SHARE;
    locked := locked || unlocked;
  END LOOP;

  RETURN QUERY
  WITH judged AS MATERIALIZED (
    SELECT c.id, c.distributor_id, c.currency, c.amount, k.code AS obstacle
    FROM commissions c LEFT JOIN unnest(kept, codes) AS k (id, code) ON k.id = c.id WHERE c.id = ANY (ids)
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
