-- How much of what a distributor can withdraw in a currency restrictions keep back at an instant, or now where that is
-- later. Minor units; it may be more than is available.
CREATE OR REPLACE FUNCTION kept_back(distributor uuid, of_currency char(3), at timestamptz) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT coalesce(sum(r.amount), 0)::bigint FROM restrictions r
  WHERE r.distributor_id = distributor AND r.currency = of_currency AND r.lifted_at IS NULL AND r.commission_id IS NULL
    AND r.effect = 'no_payout' AND restriction_open(r, greatest(at, clock_timestamp()))
$$;
