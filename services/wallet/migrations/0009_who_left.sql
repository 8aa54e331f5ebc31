-- When a wallet's member left for good, or its owner closed it: a freeze by risk control says its own
-- reason in status_reason. Absent in rows of the previous release, which said it there alone.
ALTER TABLE accounts ADD COLUMN left_at timestamptz;
