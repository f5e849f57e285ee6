/*
 * Restrictions that end by themselves, whose dates move, and that were never right.
 *
 * `lifted_at` is when a restriction stopped: by a decision; or, where it ended by itself, its own end, written when what
 * it kept back is released. So `lifted_at IS NULL` finds what is open, what is to come, and what ended a moment ago.
 * `voided_at` is when a restriction was found never to have been right: it was open at no time, see `restriction_open`.
 */

-- Compares texts for equality in a GiST index, which else needs the extension btree_gist; not every managed server has it.
CREATE TYPE text_range AS RANGE (subtype = text, collation = "C");

ALTER TABLE restrictions
  ADD COLUMN voided_at timestamptz,
  ADD CHECK (voided_at IS NULL OR lifted_at IS NOT NULL),
  -- What is restricted, by what cause. A person may restrict the same for several reasons.
  ADD COLUMN restricted text NOT NULL GENERATED ALWAYS AS (
    distributor_id::text || '/' || effect || '/' || reason || '/' || key_part(cause) || '/' ||
    CASE
      WHEN commission_id IS NOT NULL THEN 'commission/' || commission_id::text
      WHEN category IS NOT NULL THEN 'category/' || key_part(category)
      WHEN sku IS NOT NULL THEN 'sku/' || key_part(sku)
      WHEN currency IS NOT NULL THEN 'amount/' || currency::text
      ELSE ''
    END
  ) STORED;

-- One cause restricts the same once at a time; again after that has ended, and in as many periods as it likes.
DROP INDEX restrictions_one_open;
ALTER TABLE restrictions ADD CONSTRAINT restrictions_once EXCLUDE USING gist (
  text_range(restricted, restricted, '[]') WITH &&, tstzrange(effective_from, effective_until) WITH &&
) WHERE (lifted_at IS NULL);

-- By whom and for what a distributor is restricted: what a process lifts, moves or voids.
CREATE INDEX restrictions_by_cause ON restrictions (distributor_id, cause);
-- What has ended, and is to be followed by a release.
CREATE INDEX restrictions_ending ON restrictions (effective_until) WHERE lifted_at IS NULL;
-- What a restriction kept from being accrued.
CREATE INDEX commissions_not_accrued ON commissions USING gin (not_accrued_by) WHERE state = 'not_accrued';

-- Whether a restriction was, is or will be open at an instant. One that was voided never was. At present, that is with
-- `lifted_at IS NULL` as well: who lifts by a clock that is a little ahead has lifted.
CREATE OR REPLACE FUNCTION restriction_open(r restrictions, at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT r.effective_from <= at AND (r.effective_until IS NULL OR at < r.effective_until)
    AND (r.lifted_at IS NULL OR at < r.lifted_at) AND r.voided_at IS NULL
$$;

-- How much of what a distributor can withdraw in a currency restrictions keep back at an instant, or now where that is
-- later. Minor units; it may be more than is available.
CREATE OR REPLACE FUNCTION kept_back(distributor uuid, of_currency char(3), at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(r.amount), 0)::bigint FROM restrictions r
  WHERE r.distributor_id = distributor AND r.currency = of_currency AND r.lifted_at IS NULL AND r.commission_id IS NULL
    AND r.effect = 'no_payout' AND restriction_open(r, greatest(at, clock_timestamp()))
$$;

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
