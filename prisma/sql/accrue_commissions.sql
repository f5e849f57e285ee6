/*
 * Accrues what was not accrued, once no restriction for which it was not was open when the order was paid: each of them
 * was voided or moved. Posts what the commissions would have earned, and sets each to its proper state, held in its
 * window or due. What an automatic plan would have released is released, where nothing keeps it back now. The customer
 * is bound as by the payment. The money counts from now (`at`). Leaves all others; returns the states of those accrued.
 *
 * Locks as a step of an order does: orders, commissions, balances, then restrictions, shared. So it never runs in
 * the transaction that voids or moves a restriction, which steps of orders wait for.
 */
CREATE OR REPLACE FUNCTION accrue_commissions(ids bigint[], at timestamptz)
RETURNS TABLE (commission_id bigint, state text) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  accrued bigint[];
BEGIN
  -- The orders first, as each of their steps does: none closes a window between what is read and what is written here.
  PERFORM 1 FROM orders WHERE id IN (SELECT order_id FROM commissions WHERE id = ANY (ids)) ORDER BY id FOR UPDATE;
  PERFORM lock_commissions(ids);
  accrued := ARRAY(
    SELECT c.id FROM commissions c JOIN orders o ON o.id = c.order_id
    WHERE c.id = ANY (ids) AND c.state = 'not_accrued'
      AND NOT EXISTS (SELECT FROM restrictions r WHERE r.id = ANY (c.not_accrued_by) AND restriction_open(r, o.paid_at))
      AND NOT EXISTS (SELECT FROM distributors d WHERE d.id IN (o.distributor_id, c.distributor_id) AND d.terminated_at <= o.paid_at)
    ORDER BY c.id);

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
  SELECT 'commission/' || id || '/accrue', 'commission_expense', 'held', distributor_id, currency, amount, id, at
  FROM commissions WHERE id = ANY (accrued) AND amount > 0 ORDER BY id;

  UPDATE commissions c
  SET state = CASE l.state WHEN 'closed' THEN 'due' ELSE 'held' END,
      due_at = CASE l.state WHEN 'closed' THEN l.window_ends_at END
  FROM order_lines l WHERE c.id = ANY (accrued) AND l.order_id = c.order_id AND l.line_id = c.line_id;

  INSERT INTO customer_bindings (customer_id, bound_at, distributor_id, order_id)
  SELECT DISTINCT o.customer_id, o.paid_at, o.distributor_id, o.id
  FROM commissions c JOIN orders o ON o.id = c.order_id
  WHERE c.id = ANY (accrued) AND c.level = 1 AND o.customer_id IS NOT NULL AND o.attribution ->> 'reason' = 'code'
  ON CONFLICT DO NOTHING;

  PERFORM release_commissions(ARRAY(SELECT id FROM commissions WHERE id = ANY (accrued) AND state = 'due' AND automatic), at);
  RETURN QUERY SELECT c.id, c.state FROM commissions c WHERE c.id = ANY (accrued) ORDER BY c.id;
END $$;
