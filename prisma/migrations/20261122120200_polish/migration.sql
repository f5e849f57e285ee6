-- What is taken back after the release moves when it is taken back. A refund that is told days late used to be posted
-- at the time of the refund, so that by the times of the transfers a balance gave what it did not have yet.

DROP FUNCTION reduce_commissions(text, jsonb, timestamptz);

/*
 * Takes commissions back, wholly or partly. Before release the held money goes back to the brand, as of the time of what
 * caused it (`caused_at`), since it was never the distributor's; after release it comes out of what is available, now
 * (`at`), and what is no longer there becomes debt.
 * items: [{"id": 7, "amount": 120, "final": false}] - the amount that is left, and whether nothing can be earned
 * any more. An amount above the present one leaves it as it is: nothing is ever added here. `cause` makes the transfers'
 * keys unique, such as a return's id.
 */
CREATE FUNCTION reduce_commissions(cause text, items jsonb, caused_at timestamptz, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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

-- As before, but for the call of reduce_commissions.
CREATE OR REPLACE FUNCTION save_order(changed text, changes jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  ready bigint[];
BEGIN
  UPDATE order_lines l SET state = n.state, returned_quantity = n."returnedQuantity", shipped_at = n."shippedAt",
    delivered_at = n."deliveredAt", window_ends_at = n."windowEndsAt"
  FROM jsonb_to_recordset(changes -> 'lines') AS n ("lineId" text, state text, "returnedQuantity" integer,
    "shippedAt" timestamptz, "deliveredAt" timestamptz, "windowEndsAt" timestamptz)
  WHERE l.order_id = changed AND l.line_id = n."lineId";

  IF changes -> 'returns' <> '[]' THEN
    INSERT INTO returns (order_id, id, state, reason, requested_at, resolved_at, lines)
    SELECT changed, n.id, n.state, n.reason, n."requestedAt", n."resolvedAt", n.lines
    FROM jsonb_to_recordset(changes -> 'returns') AS n (id text, state text, reason text,
      "requestedAt" timestamptz, "resolvedAt" timestamptz, lines jsonb)
    ON CONFLICT (order_id, id) DO UPDATE SET state = EXCLUDED.state, resolved_at = EXCLUDED.resolved_at;
  END IF;

  IF changes -> 'cuts' <> '[]' THEN
    -- All that this step may touch, before the balances that reducing locks: no commission is locked after those.
    PERFORM lock_commissions(ARRAY(SELECT c.id FROM commissions c WHERE c.order_id = changed));
    PERFORM reduce_commissions(changes ->> 'cause', changes -> 'cuts', (changes ->> 'causeAt')::timestamptz, at);
  END IF;

  UPDATE commissions c SET state = 'due', due_at = n."windowEndsAt"
  FROM jsonb_to_recordset(changes -> 'due') AS n ("lineId" text, "windowEndsAt" timestamptz)
  WHERE c.order_id = changed AND c.line_id = n."lineId" AND c.state = 'held';

  -- Automatic plans release here: what is due now, and what only an open return kept back.
  ready := ARRAY(SELECT c.id FROM commissions c WHERE c.order_id = changed AND c.automatic AND c.state = 'due' ORDER BY c.id);
  IF cardinality(ready) > 0 THEN
    PERFORM release_commissions(ready, ARRAY['due'], at);
  END IF;

  INSERT INTO events (subject, key, type, actor, occurred_at, data)
  SELECT 'order/' || changed, n.key, n.type, n.actor, n.at, n.data
  FROM jsonb_to_recordset(changes -> 'events') AS n (key text, type text, actor text, at timestamptz, data jsonb)
  ON CONFLICT DO NOTHING;

  IF (changes ->> 'finished')::boolean THEN
    UPDATE orders SET state = 'closed' WHERE id = changed AND state = 'open';
  END IF;
END $$;
