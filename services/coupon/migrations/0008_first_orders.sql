-- Of two orders under way only one may hold a first-order coupon.

ALTER TABLE coupon_standings ADD COLUMN first_order_id text NOT NULL DEFAULT '';
