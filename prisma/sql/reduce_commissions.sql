/*
 * Takes commissions back, wholly or partly. Before release the held money goes back to the brand, as of the time of the
 * cause (`caused_at`), since it was never the distributor's; after release it is charged, now (`at`). Of what was never
 * accrued, only the amount is reduced.
 * items: [{"id": 7, "amount": 120, "final": false}] - the amount that is left, and whether nothing can be earned
 * any more. An amount above the present one leaves it as it is: nothing is ever added here. `cause` makes the transfers'
 * keys unique, such as a return's id.
 */
CREATE OR REPLACE FUNCTION reduce_commissions(cause text, items jsonb, caused_at timestamptz, at timestamptz)
RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  released movement[];
BEGIN
  PERFORM lock_commissions(ARRAY(SELECT (i ->> 'id')::bigint FROM jsonb_array_elements(items) i));

  INSERT INTO transfers (key, from_account, to_account, distributor_id, currency, amount, commission_id, occurred_at)
  SELECT 'commission/' || c.id || '/reverse/' || cause, 'held', 'commission_expense', c.distributor_id, c.currency,
    c.amount - i.amount, c.id, caused_at
  FROM commissions c JOIN jsonb_to_recordset(items) AS i (id bigint, amount bigint) ON i.id = c.id
  WHERE c.state IN ('held', 'due') AND c.amount > i.amount;

  released := ARRAY(
    SELECT ROW('commission/' || c.id || '/clawback/' || cause, 'commission/' || c.id || '/clawback-debt/' || cause,
      'commission_expense', c.distributor_id, c.currency, c.amount - i.amount, c.id, NULL, at)::movement
    FROM commissions c JOIN jsonb_to_recordset(items) AS i (id bigint, amount bigint) ON i.id = c.id
    WHERE c.state = 'released' AND c.amount > i.amount ORDER BY c.id);
  IF cardinality(released) > 0 THEN
    PERFORM charge(released);
  END IF;

  UPDATE commissions c
  SET amount = least(c.amount, i.amount),
      state = CASE WHEN NOT i.final THEN c.state WHEN c.state = 'released' THEN 'clawed_back' ELSE 'reversed' END
  FROM jsonb_to_recordset(items) AS i (id bigint, amount bigint, final boolean) WHERE c.id = i.id;
END $$;
