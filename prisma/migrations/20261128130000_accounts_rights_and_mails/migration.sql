-- Which account acted, which keys are those of machines, which sessions proved a second factor, and the mails that were
-- requested without signing in.

ALTER TABLE events ADD COLUMN actor_id uuid;

-- A machine reports what happened in a shop; each other key acts as the person it belongs to.
ALTER TABLE api_keys ADD COLUMN machine boolean NOT NULL DEFAULT false;

-- Who sent an order that is accepted and not recorded yet.
ALTER TABLE accepted_orders ADD COLUMN reporter jsonb;

-- Whether a code of the second factor was given in this session or at its beginning.
ALTER TABLE sessions ADD COLUMN second_factor boolean NOT NULL DEFAULT false;

-- Mails that were requested without signing in, by keyed hashes of the mail address and of the network address.
CREATE TABLE public_mails (
  request_id uuid NOT NULL,
  address_hash bytea NOT NULL,
  origin_hash bytea NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (request_id, address_hash)
);
CREATE INDEX ON public_mails (address_hash, at);
CREATE INDEX ON public_mails (origin_hash, at);
CREATE INDEX ON public_mails (at);

-- Names under which the platform itself acts belong to no user.
UPDATE users SET name = name || ' (' || email || ')'
WHERE lower(regexp_replace(normalize(name, NFKC), '[[:space:]\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]', '', 'g'))
  IN ('system', 'clock', 'shop', 'applicant', 'staff', 'somebody', 'ledger', '系统', '系统定时', '商城', '申请人', '工作人员', '未登录者', '账本');

/*
 * Counts a mail that was requested without signing in, if the bounds allow it: so many for one mail address and so many
 * from one network address, in the last hour and in the last day. Returns how many seconds to wait, 0 where it is
 * counted. The same request again counts once. The locks let concurrent requests wait for each other, over all processes.
 */
CREATE OR REPLACE FUNCTION count_public_mail(wanted uuid, to_address bytea, from_origin bytea, address_hour integer,
  address_day integer, origin_hour integer, origin_day integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  keys bigint[] := ARRAY[hashtextextended('mail address ' || to_address::text, 0), hashtextextended('mail origin ' || from_origin::text, 0)];
  free_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(least(keys[1], keys[2]));
  PERFORM pg_advisory_xact_lock(greatest(keys[1], keys[2]));
  IF EXISTS (SELECT FROM public_mails WHERE request_id = wanted AND address_hash = to_address) THEN
    RETURN 0;
  END IF;
  -- Of a full window, the mail that makes room for the next one when it leaves it.
  SELECT max(room) INTO free_at FROM (
    (SELECT at + interval '1 hour' AS room FROM public_mails
     WHERE address_hash = to_address ORDER BY at DESC LIMIT 1 OFFSET address_hour - 1)
    UNION ALL
    (SELECT at + interval '1 day' FROM public_mails
     WHERE address_hash = to_address ORDER BY at DESC LIMIT 1 OFFSET address_day - 1)
    UNION ALL
    (SELECT at + interval '1 hour' FROM public_mails
     WHERE origin_hash = from_origin ORDER BY at DESC LIMIT 1 OFFSET origin_hour - 1)
    UNION ALL
    (SELECT at + interval '1 day' FROM public_mails
     WHERE origin_hash = from_origin ORDER BY at DESC LIMIT 1 OFFSET origin_day - 1)
  ) AS full_windows;
  IF free_at > clock_timestamp() THEN
    RETURN ceil(extract(epoch FROM free_at - clock_timestamp()));
  END IF;
  INSERT INTO public_mails (request_id, address_hash, origin_hash, at)
  VALUES (wanted, to_address, from_origin, clock_timestamp());
  RETURN 0;
END $$;

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
