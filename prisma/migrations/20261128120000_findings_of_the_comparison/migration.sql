-- What the comparison of rows and workflows found and has not seen mended yet.
CREATE TABLE reconcile_findings (
  subject text NOT NULL,
  disagreement text NOT NULL CHECK (disagreement IN ('missing', 'needless', 'overdue', 'ahead')),
  -- How far its process has come, where that shows: a finding that moves on counts as new.
  progress text NOT NULL DEFAULT '',
  -- In how many comparisons in a row it was found.
  looks integer NOT NULL DEFAULT 1,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  PRIMARY KEY (subject, disagreement)
);

-- When the provider was last called about a payout. Null: not yet.
ALTER TABLE withdrawals ADD COLUMN provider_called_at timestamptz;
