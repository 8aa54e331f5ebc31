-- no-transaction
-- Customers whom a transfer brought to a guide are listed as that guide's.
CREATE INDEX CONCURRENTLY IF NOT EXISTS guide_relations_next_idx
    ON guide_relations (merchant_id, next_guide_id, customer_id) WHERE next_guide_id <> '';
