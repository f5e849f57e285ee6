-- The list of commissions is read in the order in which they came in. With the time in front, a span of it is where
-- the reading begins and ends: by id, a reading from the other end passed all that came in outside of the span.
CREATE INDEX ON commissions (created_at, id);
DROP INDEX commissions_times;
CREATE INDEX commissions_times ON commissions USING brin (due_at, released_at)
  WITH (pages_per_range = 32, autosummarize = on);

UPDATE saved_views SET query = regexp_replace(query, '\msort=(-?)id\M', 'sort=\1createdAt') WHERE list = 'commissions';
