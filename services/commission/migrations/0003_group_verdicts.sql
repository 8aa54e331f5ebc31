-- That an order's group succeeded, where the group's topic overtook the order's.
CREATE TABLE group_verdicts (
    merchant_id text    NOT NULL,
    order_id    text    NOT NULL,
    allowed     boolean NOT NULL,  -- whether the activity lets its orders earn commission
    CONSTRAINT group_verdicts_pkey PRIMARY KEY (merchant_id, order_id)
);
