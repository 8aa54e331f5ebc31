-- Bearer cards have a term; a refund bears interest from the day its contract ended.
ALTER TABLE accounts
    ADD COLUMN expires_at timestamptz,
    ADD CONSTRAINT accounts_named_do_not_expire CHECK (
        card_kind = 'BEARER' OR expires_at IS NULL
    );

ALTER TABLE policies
    ADD COLUMN bearer_validity_days bigint NOT NULL DEFAULT 1096,
    ADD COLUMN interest_merchant_bp bigint NOT NULL DEFAULT 0,
    ADD COLUMN interest_consumer_bp bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT policies_interest CHECK (
        interest_merchant_bp BETWEEN 0 AND 10000 AND interest_consumer_bp BETWEEN 0 AND 10000
    );

ALTER TABLE recharge_refunds
    ADD COLUMN rescinded_at timestamptz,
    ADD COLUMN interest_fen bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT recharge_refunds_interest CHECK (interest_fen >= 0);
