-- Merges move fission groups and packs; a promise may say until when it can be taken back.

-- A member's groups of every activity.
CREATE INDEX fission_groups_owner ON fission_groups (merchant_id, member_id);

ALTER TABLE coupon_grants ADD COLUMN revocable_until timestamptz;
