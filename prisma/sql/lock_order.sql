-- Everything that decides what an event does to an order, read after the lock, so that it is what the lock protects.
CREATE OR REPLACE FUNCTION lock_order(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM orders WHERE id = wanted FOR UPDATE;
  RETURN (
    SELECT jsonb_build_object(
      'state', o.state, 'paidAt', o.paid_at, 'planId', o.plan_id,
      'lines', (SELECT jsonb_agg(jsonb_build_object(
          'lineId', l.line_id, 'state', l.state, 'quantity', l.quantity, 'netAmount', l.net_amount,
          'returnedQuantity', l.returned_quantity, 'shippedAt', l.shipped_at, 'deliveredAt', l.delivered_at,
          'windowEndsAt', l.window_ends_at) ORDER BY l.position)
        FROM order_lines l WHERE l.order_id = o.id),
      'returns', (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', r.id, 'state', r.state, 'reason', r.reason, 'requestedAt', r.requested_at,
          'resolvedAt', r.resolved_at, 'lines', r.lines) ORDER BY r.requested_at, r.id), '[]')
        FROM returns r WHERE r.order_id = o.id),
      'commissions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'id', c.id, 'lineId', c.line_id, 'amount', c.amount, 'state', c.state, 'earning', c.rule -> 'earning') ORDER BY c.id), '[]')
        FROM commissions c WHERE c.order_id = o.id))
    FROM orders o WHERE o.id = wanted);
END $$;
