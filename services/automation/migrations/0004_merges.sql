-- Who goes on under another id, and as whom; what is left of a quota moves along.
ALTER TABLE recipients ADD COLUMN merged_into text NOT NULL DEFAULT '';
ALTER TABLE recipients ADD CONSTRAINT recipients_merged
    CHECK (merged_into = '' OR gone = 'MERGED') NOT VALID;
ALTER TABLE recipients VALIDATE CONSTRAINT recipients_merged;
CREATE INDEX recipients_merged_idx ON recipients (merchant_id, merged_into)
    WHERE merged_into <> '';
ALTER TABLE quota_entries DROP CONSTRAINT quota_entries_delta;
ALTER TABLE quota_entries ADD CONSTRAINT quota_entries_delta CHECK (
    CASE kind WHEN 'GRANT' THEN delta > 0 WHEN 'SEND' THEN delta = -1
              WHEN 'RESTORE' THEN delta = 1 WHEN 'MERGE' THEN delta <> 0 ELSE false END
) NOT VALID;
ALTER TABLE quota_entries VALIDATE CONSTRAINT quota_entries_delta;
