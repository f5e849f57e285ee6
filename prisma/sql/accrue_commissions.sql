/*
 * Accrues what was not accrued: posts what commissions would have earned, and sets each to its proper state, held in
 * its window or due. What an automatic plan would have released is released, where nothing keeps it back now. The
 * money counts from now (`at`). Leaves commissions that are accrued already; returns the states of the others.
 */
CREATE OR REPLACE FUNCTION accrue_commissions(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, state text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  accrued bigint[];
BEGIN
  -- The orders first, as each of their steps does: none closes a window between what is read and what is written here.
  PERFORM 1 FROM orders WHERE id IN (SELECT order_id FROM commissions WHERE id = ANY (ids)) ORDER BY id FOR UPDATE;
  PERFORM lock_commissions(ids);
  accrued := ARRAY(SELECT id FROM commissions WHERE id = ANY (ids) AND state = 'not_accrued' ORDER BY id);

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
  SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, at
  FROM commissions WHERE id = ANY (accrued) AND amount > 0 ORDER BY id;

  UPDATE commissions c
  SET state = CASE l.state WHEN 'closed' THEN 'due' ELSE 'held' END,
      due_at = CASE l.state WHEN 'closed' THEN l.window_ends_at END
  FROM order_lines l WHERE c.id = ANY (accrued) AND l.order_id = c.order_id AND l.line_id = c.line_id;

  PERFORM release_commissions(ARRAY(SELECT id FROM commissions WHERE id = ANY (accrued) AND state = 'due' AND automatic), at);
  RETURN QUERY SELECT c.id, c.state FROM commissions c WHERE c.id = ANY (accrued) ORDER BY c.id;
END $$;
