/*
 * Counts a mail that was requested without signing in, if the bounds allow it: so many for one mail address and so many
 * from one network address, in the last hour and in the last day. Returns how many seconds to wait, 0 where it is
 * counted. The same request again counts once. The locks let concurrent requests wait for each other, over all processes.
 */
CREATE OR REPLACE FUNCTION count_public_mail(wanted uuid, to_address bytea, from_origin bytea, address_hour integer,
  address_day integer, origin_hour integer, origin_day integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  keys bigint[] := ARRAY[hashtextextended('mail address ' || to_address::text, 0), hashtextextended('mail origin ' || from_origin::text, 0)];
  free_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(least(keys[1], keys[2]));
  PERFORM pg_advisory_xact_lock(greatest(keys[1], keys[2]));
  IF EXISTS (SELECT FROM public_mails WHERE request_id = wanted AND address_hash = to_address) THEN
    RETURN 0;
  END IF;
  -- Of a full window, the mail that makes room for the next one when it leaves it.
  SELECT max(room) INTO free_at FROM (
    (SELECT at + interval '1 hour' AS room FROM public_mails
     WHERE address_hash = to_address ORDER BY at DESC LIMIT 1 OFFSET address_hour - 1)
    UNION ALL
    (SELECT at + interval '1 day' FROM public_mails
     WHERE address_hash = to_address ORDER BY at DESC LIMIT 1 OFFSET address_day - 1)
    UNION ALL
    (SELECT at + interval '1 hour' FROM public_mails
     WHERE origin_hash = from_origin ORDER BY at DESC LIMIT 1 OFFSET origin_hour - 1)
    UNION ALL
    (SELECT at + interval '1 day' FROM public_mails
     WHERE origin_hash = from_origin ORDER BY at DESC LIMIT 1 OFFSET origin_day - 1)
  ) AS full_windows;
  IF free_at > clock_timestamp() THEN
    RETURN ceil(extract(epoch FROM free_at - clock_timestamp()));
  END IF;
  INSERT INTO public_mails (request_id, address_hash, origin_hash, at)
  VALUES (wanted, to_address, from_origin, clock_timestamp());
  RETURN 0;
END $$;
