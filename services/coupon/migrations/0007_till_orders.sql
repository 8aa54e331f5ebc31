-- What was used at a till for an order comes back when the order is fully refunded.

CREATE INDEX verifications_order_idx ON verifications (merchant_id, order_id)
    WHERE state = 'DONE';
