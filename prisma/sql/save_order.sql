/*
 * Writes what one step of an order changed: lines, returns, commissions and the money behind them, and the lines in
 * its timeline. `changes`: {lines, returns, cuts: [{cause, at, items}], due, automatic, finished, events, audits}; `at`
 * is when the step happens, each cut and event in it carries when it happened in the shop. `due` are the commissions
 * whose window has ended, by id: asked for by order and state, PostgreSQL may read all that is open from the indexes of
 * what is held. `audits` are the events that a person reported.
 */
CREATE OR REPLACE FUNCTION save_order(changed text, changes jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  due bigint[] := ARRAY(SELECT i::bigint FROM jsonb_array_elements_text(changes -> 'due') i);
  cut jsonb;
BEGIN
  UPDATE order_lines l SET state = n.state, returned_quantity = n."returnedQuantity", shipped_at = n."shippedAt",
    delivered_at = n."deliveredAt", delivery_named = n."deliveryNamed", window_ends_at = n."windowEndsAt"
  FROM jsonb_to_recordset(changes -> 'lines') AS n ("lineId" text, state text, "returnedQuantity" integer,
    "shippedAt" timestamptz, "deliveredAt" timestamptz, "deliveryNamed" boolean, "windowEndsAt" timestamptz)
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
    FOR cut IN SELECT * FROM jsonb_array_elements(changes -> 'cuts') LOOP
      PERFORM reduce_commissions(cut ->> 'cause', cut -> 'items', (cut ->> 'at')::timestamptz, at);
    END LOOP;
  END IF;

  -- Automatic plans release here: what is due now, and what only an open return kept back.
  IF (changes ->> 'automatic')::boolean AND cardinality(due) > 0 THEN
    due := ARRAY(SELECT r.commission_id FROM release_commissions(due, at) r WHERE r.obstacle IS NOT NULL);
  END IF;
  -- What is left to finance, and what something keeps back.
  IF cardinality(due) > 0 THEN
    UPDATE commissions c
    SET state = 'due', due_at = l.window_ends_at
    FROM order_lines l
    WHERE c.id = ANY (due) AND c.state = 'held' AND l.order_id = c.order_id AND l.line_id = c.line_id;
  END IF;

  INSERT INTO events (subject, key, type, actor, actor_id, occurred_at, data)
  SELECT 'order/' || key_part(changed), n.key, n.type, n.actor, n."actorId", n.at, n.data
  FROM jsonb_to_recordset(changes -> 'events') AS n (key text, type text, actor text, "actorId" uuid, at timestamptz,
    data jsonb)
  ON CONFLICT DO NOTHING;

  IF changes -> 'audits' <> '[]' THEN
    INSERT INTO audit_entries (actor_id, actor, action, subject, event_key, after, reason, request_id)
    SELECT n."userId", n.name, n.action, 'order/' || key_part(changed), n.key, n.after, n.reason, n."requestId"
    FROM jsonb_to_recordset(changes -> 'audits') AS n ("userId" uuid, name text, action text, key text, after jsonb,
      reason text, "requestId" text);
  END IF;

  IF (changes ->> 'finished')::boolean THEN
    UPDATE orders SET state = 'closed' WHERE id = changed AND state = 'open';
  END IF;
END $$;
