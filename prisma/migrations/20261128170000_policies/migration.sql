-- Rules of the brand as data: versions of each kind of policy, each immutable once it is activated.

CREATE TABLE policies (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  version integer NOT NULL CHECK (version > 0),
  terms jsonb NOT NULL,
  -- The request that created it, so that a repeat finds it. Null for the first version, which the system writes.
  request_id uuid UNIQUE,
  created_by uuid REFERENCES users,
  created_at timestamptz NOT NULL DEFAULT now(),
  approved_by uuid REFERENCES users,
  approved_at timestamptz,
  effective_from timestamptz,
  activated_by uuid REFERENCES users,
  activated_at timestamptz,
  UNIQUE (kind, version),
  UNIQUE (kind, effective_from),
  CHECK ((effective_from IS NULL) = (activated_at IS NULL)),
  CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
  -- The author does not approve.
  CHECK (approved_by <> created_by)
);
CREATE INDEX ON policies (created_at, id);

-- The rules that a credential's present period is judged by. Null: it was known before there were rules, and its process
-- pins those in force when it begins.
ALTER TABLE credentials ADD COLUMN policy_id bigint REFERENCES policies;

-- A version of a policy that has been activated is pinned by what it judged: it never changes again, and none is deleted.
CREATE OR REPLACE FUNCTION refuse_policy_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'policy % is immutable: create a new version', OLD.id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER policies_immutable BEFORE UPDATE ON policies FOR EACH ROW
  WHEN (OLD.terms IS DISTINCT FROM NEW.terms OR OLD.kind <> NEW.kind OR OLD.version <> NEW.version
    OR (OLD.activated_at IS NOT NULL AND OLD IS DISTINCT FROM NEW))
  EXECUTE FUNCTION refuse_policy_change();
CREATE TRIGGER policies_not_deleted BEFORE DELETE ON policies FOR EACH ROW EXECUTE FUNCTION refuse_policy_change();
