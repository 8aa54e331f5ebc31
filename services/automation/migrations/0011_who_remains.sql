-- Uses and returns of a coupon count by their place among its events, in whatever order they are heard of; of two
-- coupons of one order the one that took off more has the credit. 0 and '': a release before did not say.

ALTER TABLE given_coupons ADD COLUMN heard bigint NOT NULL DEFAULT 0;
ALTER TABLE attributed_orders
    ADD COLUMN coupon_id text NOT NULL DEFAULT '',
    ADD COLUMN coupon_fen bigint NOT NULL DEFAULT 0;
-- What was said to who was merged already: later merges move it themselves.
UPDATE touches t SET member_id = r.merged_into FROM recipients r
WHERE r.merchant_id = t.merchant_id AND r.member_id = t.member_id AND r.merged_into <> '' AND t.is_open;
-- Nor does who was merged enter once more what is entered once.
INSERT INTO visits (merchant_id, journey_id, member_id, enrollment_id, ended_at)
SELECT e.merchant_id, e.journey_id, m.merged_into, e.enrollment_id, coalesce(e.ended_at, e.started_at)
FROM members m JOIN enrollments e ON e.merchant_id = m.merchant_id AND e.member_id = m.member_id
WHERE m.merged_into <> '' AND e.entry_key = 'once' AND e.awaits = ''
ON CONFLICT DO NOTHING;
