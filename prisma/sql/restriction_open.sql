-- Whether a restriction was, is or will be open at an instant. One that was voided never was. At present, that is with
-- `lifted_at IS NULL` as well: who lifts by a clock that is a little ahead has lifted.
CREATE OR REPLACE FUNCTION restriction_open(r restrictions, at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT r.effective_from <= at AND (r.effective_until IS NULL OR at < r.effective_until)
    AND (r.lifted_at IS NULL OR at < r.lifted_at) AND r.voided_at IS NULL
$$;
