-- Which order of a bargain closed unpaid (it may be paid all the same), and whether its goods came back.
ALTER TABLE bargains
    ADD COLUMN closed_order_id text    NOT NULL DEFAULT '',
    ADD COLUMN goods_back      boolean NOT NULL DEFAULT false;
CREATE INDEX bargains_closed_order_idx ON bargains (merchant_id, closed_order_id)
    WHERE closed_order_id <> '';
