/*
 * Why nothing may be paid to a distributor at an instant, or now where that is later: `terminated`, `suspended` or
 * `no_payout`; null where payouts may leave. What is only kept back in part, as an amount, is no obstacle.
 */
CREATE OR REPLACE FUNCTION payout_obstacle(d distributors, at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN d.terminated_at <= greatest(at, clock_timestamp()) THEN 'terminated' ELSE (
    SELECT r.effect FROM restrictions r
    WHERE r.distributor_id = d.id AND r.lifted_at IS NULL AND r.commission_id IS NULL
      AND r.effect IN ('suspended', 'no_payout') AND r.amount IS NULL AND r.category IS NULL AND r.sku IS NULL
      AND restriction_open(r, greatest(at, clock_timestamp()))
    ORDER BY r.effect DESC LIMIT 1
  ) END
$$;
