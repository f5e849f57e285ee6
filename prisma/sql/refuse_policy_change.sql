-- A version of a policy that has been activated is pinned by what it judged: it never changes again, and none is deleted.
CREATE OR REPLACE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'policy % is immutable: create a new version', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
