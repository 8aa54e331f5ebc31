-- Who showed a code at a till: his first order is looked up when the coupon is used. Codes live minutes.
ALTER TABLE verify_codes ADD COLUMN member_id text NOT NULL DEFAULT '';
