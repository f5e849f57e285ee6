-- What a distributor is at present: terminated for good, suspended by a restriction that is open, or active.
CREATE OR REPLACE FUNCTION distributor_state(d distributors) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN d.terminated_at <= now() THEN 'terminated'
    WHEN EXISTS (SELECT FROM restrictions r WHERE r.distributor_id = d.id AND r.lifted_at IS NULL
                 AND r.effect = 'suspended' AND restriction_open(r, now())) THEN 'suspended'
    ELSE 'active'
  END
$$;
