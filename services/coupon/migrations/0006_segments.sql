-- Mass grants to audience's snapshots, and the segments each member is in.

ALTER TABLE grant_batches ADD COLUMN snapshot_id text NOT NULL DEFAULT '';
-- The mass grants that wait for the pages of a snapshot.
CREATE INDEX grant_batches_snapshot ON grant_batches (merchant_id, snapshot_id)
    WHERE state = 'CREATED' AND snapshot_id <> '';

ALTER TABLE coupon_standings ADD COLUMN segments jsonb NOT NULL DEFAULT '{}';
