-- no-transaction
-- One payment pays one pack.
DROP INDEX CONCURRENTLY IF EXISTS coupon_packs_payment_idx;
CREATE UNIQUE INDEX CONCURRENTLY coupon_packs_payment_idx ON coupon_packs (merchant_id, payment_id)
    WHERE payment_id <> '';
