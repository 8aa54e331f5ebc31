-- What each change of a guide's relation ended: an order told of late belongs to whose customer its
-- buyer was when it was created. Since when a guide who was removed has no customers of before.
ALTER TABLE guides ADD COLUMN removed_at timestamptz;
ALTER TABLE guide_relation_changes
    ADD COLUMN at                 timestamptz,
    ADD COLUMN held_guide_id      text NOT NULL DEFAULT '',
    ADD COLUMN held_since         timestamptz,
    ADD COLUMN held_until         timestamptz,
    ADD COLUMN held_next_guide_id text NOT NULL DEFAULT '',
    ADD COLUMN held_next_at       timestamptz;
