-- What refunds took back of leaders' rewards; points, coupons or fen, as the reward.
-- append-only: reward_reversals
CREATE TABLE reward_reversals (
    merchant_id text   NOT NULL,
    reversal_id text   NOT NULL,
    group_id    text   NOT NULL,
    refund_id   text   NOT NULL,
    amount      bigint NOT NULL,
    CONSTRAINT reward_reversals_pkey PRIMARY KEY (merchant_id, reversal_id),
    CONSTRAINT reward_reversals_amount CHECK (amount > 0)
);
CREATE INDEX reward_reversals_group_idx ON reward_reversals (merchant_id, group_id);
