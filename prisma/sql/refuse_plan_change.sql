-- A plan that has been activated is pinned by orders: its terms never change again.
CREATE OR REPLACE FUNCTION refuse_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'commission plan % is immutable: create a new version', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
