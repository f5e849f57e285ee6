-- How people sign in ----------------------------------------------------------------------------------------

ALTER TABLE users
  ADD COLUMN locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
  -- Argon2id, with its parameters and salt.
  ADD COLUMN password_hash text,
  -- Without a time of confirmation the second factor is begun and not yet asked for.
  ADD COLUMN totp_secret_sealed text,
  ADD COLUMN totp_confirmed_at timestamptz,
  -- The 30-second step of the last code that was taken: no code counts twice.
  ADD COLUMN totp_last_step bigint,
  -- Issuer and subject at the provider of single sign-on.
  ADD COLUMN oidc_subject text UNIQUE,
  ADD CHECK (totp_confirmed_at IS NULL OR totp_secret_sealed IS NOT NULL);

CREATE TABLE recovery_codes (
  user_id uuid NOT NULL REFERENCES users,
  code_hash bytea NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (user_id, code_hash)
);

CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  token_hash bytea NOT NULL UNIQUE,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz
);
CREATE INDEX ON sessions (user_id, created_at, id);

-- The token of a link is its id and a keyed hash of it, so nothing here opens anything.
CREATE TABLE sign_in_links (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users,
  purpose text NOT NULL CHECK (purpose = 'set_password'),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  voided_at timestamptz
);
CREATE INDEX ON sign_in_links (user_id);

ALTER TABLE mails ADD COLUMN sign_in_link_id uuid REFERENCES sign_in_links;

-- Attempts to sign in that have not succeeded, by account and by address (as keyed hashes, whether or not there is
-- such an account).
CREATE TABLE sign_in_attempts (
  subject text PRIMARY KEY,
  failures integer NOT NULL,
  last_at timestamptz NOT NULL,
  blocked_until timestamptz
);
CREATE INDEX ON sign_in_attempts (last_at);
