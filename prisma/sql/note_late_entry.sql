-- Notes what is reported more than a day late: its day may be summed already.
CREATE OR REPLACE FUNCTION note_late_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'orders' THEN INSERT INTO late_entries VALUES (NEW.paid_at);
  ELSE INSERT INTO late_entries VALUES (NEW.resolved_at);
  END IF;
  RETURN NULL;
END $$;
