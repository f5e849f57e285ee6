-- A part of a subject or key, as `keyPart` in domain/kinds.ts makes it: no two ids give one key, whatever is in them.
CREATE OR REPLACE FUNCTION key_part(part text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT replace(replace(part, '%', '%25'), '/', '%2F')
$$;
