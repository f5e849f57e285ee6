-- What is told late is noted where the balances are kept, once for all transfers of a statement: asking each row of
-- its own cost a single transfer seven hundredths of its time.
DROP TRIGGER transfers_late ON transfers;
CREATE OR REPLACE FUNCTION note_late_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'orders' THEN INSERT INTO late_entries VALUES (NEW.paid_at);
  ELSE INSERT INTO late_entries VALUES (NEW.resolved_at);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION apply_transfers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change record;
BEGIN
  FOR change IN
    SELECT distributor_id, currency,
      sum(CASE 'held'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS held,
      sum(CASE 'available'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS available,
      sum(CASE 'reserved'::account WHEN to_account THEN amount WHEN from_account THEN -amount ELSE 0 END)::bigint AS reserved,
      sum(CASE 'debt'::account WHEN to_account THEN -amount WHEN from_account THEN amount ELSE 0 END)::bigint AS debt,
      min(occurred_at) AS earliest
    FROM posted GROUP BY distributor_id, currency ORDER BY distributor_id, currency
  LOOP
    IF change.earliest < now() - interval '1 day' THEN
      INSERT INTO late_entries
      SELECT DISTINCT p.occurred_at FROM posted p
      WHERE p.distributor_id = change.distributor_id AND p.currency = change.currency
        AND p.occurred_at < now() - interval '1 day';
    END IF;
    UPDATE balances b
    SET held = b.held + change.held, available = b.available + change.available,
        reserved = b.reserved + change.reserved, debt = b.debt + change.debt
    WHERE b.distributor_id = change.distributor_id AND b.currency = change.currency;
    CONTINUE WHEN FOUND;
    -- The first transfer of this distributor in this currency, or one of two that are posted at once.
    INSERT INTO balances AS b (distributor_id, currency, held, available, reserved, debt)
    VALUES (change.distributor_id, change.currency, change.held, change.available, change.reserved, change.debt)
    ON CONFLICT (distributor_id, currency) DO UPDATE
    SET held = b.held + change.held, available = b.available + change.available,
        reserved = b.reserved + change.reserved, debt = b.debt + change.debt;
  END LOOP;
  RETURN NULL;
END $$;

/*
 * Releases what is in one of `from_states` and what nothing keeps back: debts are paid first, and the rest becomes
 * available. A commission whose window has just ended goes from held to released in one change: it was due when the
 * window of its line ended. Leaves what a hold, an open return or a distributor who is not active keeps back, and says
 * which. Serves one commission or thousands.
 */
CREATE OR REPLACE FUNCTION release_commissions(ids bigint[], from_states text[], at timestamptz)
RETURNS TABLE (commission_id bigint, obstacle text, amount bigint) LANGUAGE plpgsql AS $$
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

/*
 * Writes what one step of an order changed: lines, returns, commissions and the money behind them, and the line in
 * its timeline. `changes`: {lines, returns, cuts, cause, causeAt, due, automatic, finished, events}; `at` is when the
 * step happens, each event in it carries when it happened in the shop. `due` are the commissions whose window is over,
 * by id: asked for by order and state, PostgreSQL may read all that is open from the indexes of what is held.
 */
CREATE OR REPLACE FUNCTION save_order(changed text, changes jsonb, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  due bigint[] := ARRAY(SELECT i::bigint FROM jsonb_array_elements_text(changes -> 'due') i);
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

  -- Automatic plans release here: what is due now, and what only an open return kept back.
  IF (changes ->> 'automatic')::boolean AND cardinality(due) > 0 THEN
    due := ARRAY(
      SELECT r.commission_id FROM release_commissions(due, ARRAY['held', 'due'], at) r
      WHERE r.obstacle IS NOT NULL AND NOT starts_with(r.obstacle, 'state_'));
  END IF;
  -- What is left to finance, and what something keeps back.
  IF cardinality(due) > 0 THEN
    UPDATE commissions c
    SET state = CASE c.state WHEN 'held' THEN 'due' ELSE c.state END, due_at = coalesce(c.due_at, l.window_ends_at)
    FROM order_lines l WHERE c.id = ANY (due) AND l.order_id = c.order_id AND l.line_id = c.line_id;
  END IF;

  INSERT INTO events (subject, key, type, actor, occurred_at, data)
  SELECT 'order/' || changed, n.key, n.type, n.actor, n.at, n.data
  FROM jsonb_to_recordset(changes -> 'events') AS n (key text, type text, actor text, at timestamptz, data jsonb)
  ON CONFLICT DO NOTHING;

  IF (changes ->> 'finished')::boolean THEN
    UPDATE orders SET state = 'closed' WHERE id = changed AND state = 'open';
  END IF;
END $$;

-- Their ids come as arrays, and PostgreSQL would plan anew for each array. The plan for any array is as good: every
-- row is found by its key.
ALTER FUNCTION lock_commissions(bigint[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION release_commissions(bigint[], text[], timestamptz) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION reduce_commissions(text, jsonb, timestamptz, timestamptz) SET plan_cache_mode = force_generic_plan;
