-- Which bargain an order was made of: an order that closes unpaid opens it again.
CREATE INDEX bargains_order_idx ON bargains (merchant_id, order_id) WHERE state = 'ORDERED';
