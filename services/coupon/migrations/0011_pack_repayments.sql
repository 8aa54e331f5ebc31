-- A pack may be refunded in pieces: what its last request to the payment system was about.
ALTER TABLE coupon_packs ADD COLUMN asked_fen bigint NOT NULL DEFAULT 0;
