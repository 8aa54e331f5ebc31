-- no-transaction
-- One payment pays one card; a card that was handed on keeps the payment of the one it was.
DROP INDEX CONCURRENTLY IF EXISTS punch_cards_payment_idx;
CREATE UNIQUE INDEX CONCURRENTLY punch_cards_payment_idx ON punch_cards (merchant_id, payment_id)
    WHERE payment_id <> '' AND from_card_id = '';
