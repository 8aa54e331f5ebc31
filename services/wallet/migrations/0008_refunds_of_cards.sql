-- no-transaction
-- At most one refund of a card stands, but any number of payments that bought no card may go back
-- beside it: paid twice, with a wrong amount, after the card was refunded.
DROP INDEX CONCURRENTLY IF EXISTS punch_refunds_one_idx;
CREATE UNIQUE INDEX CONCURRENTLY punch_refunds_one_idx ON punch_refunds (merchant_id, card_id)
    WHERE state <> 'REJECTED' AND basis <> 'NOT_CREDITED';
DROP INDEX CONCURRENTLY IF EXISTS punch_refunds_card_idx;
-- What waits for somebody: a decision, the payment system, another try.
DROP INDEX CONCURRENTLY IF EXISTS punch_refunds_open_idx;
CREATE INDEX CONCURRENTLY punch_refunds_open_idx
    ON punch_refunds (merchant_id, requested_at, refund_id)
    WHERE state IN ('REQUESTED', 'REFUNDING', 'PAYMENT_FAILED');
