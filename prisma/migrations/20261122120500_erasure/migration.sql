-- When the personal data of an applicant who was not admitted was erased.
ALTER TABLE applications ADD COLUMN erased_at timestamptz;
