-- Whose money is asked back and not there yet.
CREATE INDEX coupon_packs_refunding ON coupon_packs (merchant_id, pack_id)
WHERE state = 'REFUNDING';
