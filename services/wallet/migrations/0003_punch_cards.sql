-- Punch cards (次卡): templates, cards, codes, redemptions, shares and refunds.

CREATE TABLE punch_templates (
    merchant_id      text        NOT NULL,
    template_id      text        NOT NULL,
    version          bigint      NOT NULL,
    state            text        NOT NULL,
    name             text        NOT NULL,
    kind             text        NOT NULL,
    price_fen        bigint      NOT NULL,
    allowances       jsonb       NOT NULL,
    valid_days       bigint      NOT NULL,
    valid_from       text        NOT NULL,
    store_ids        jsonb       NOT NULL,
    shareable        boolean     NOT NULL,
    transferable     boolean     NOT NULL,
    limit_per_member bigint      NOT NULL,
    sale_from        timestamptz,
    sale_to          timestamptz,
    created_at       timestamptz NOT NULL,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT punch_templates_pkey PRIMARY KEY (merchant_id, template_id),
    CONSTRAINT punch_templates_state CHECK (state IN ('DRAFT', 'ON_SALE', 'OFF_SALE')),
    CONSTRAINT punch_templates_kind CHECK (kind IN ('COUNT', 'COMBO', 'UNLIMITED')),
    CONSTRAINT punch_templates_valid_from CHECK (valid_from IN ('PURCHASE', 'FIRST_USE')),
    CONSTRAINT punch_templates_price CHECK (price_fen > 0),
    CONSTRAINT punch_templates_days CHECK (valid_days >= 0 AND (kind <> 'UNLIMITED' OR valid_days > 0)),
    CONSTRAINT punch_templates_pass_is_personal CHECK (kind <> 'UNLIMITED' OR NOT shareable)
);

CREATE TABLE punch_cards (
    merchant_id      text        NOT NULL,
    card_id          text        NOT NULL,
    template_id      text        NOT NULL,
    template_version bigint      NOT NULL,
    name             text        NOT NULL,
    kind             text        NOT NULL,
    state            text        NOT NULL,
    owner_id         text        NOT NULL,
    buyer_id         text        NOT NULL,
    price_fen        bigint      NOT NULL,
    allowances       jsonb       NOT NULL,
    total_visits     bigint      NOT NULL,
    used_visits      bigint      NOT NULL,
    revenue_fen      bigint      NOT NULL,
    valid_days       bigint      NOT NULL,
    valid_from       text        NOT NULL,
    store_ids        jsonb       NOT NULL,
    shareable        boolean     NOT NULL,
    transferable     boolean     NOT NULL,
    sold_store_id    text        NOT NULL,
    staff_id         text        NOT NULL,
    campaign         text        NOT NULL,
    payment_id       text        NOT NULL,
    created_at       timestamptz NOT NULL,
    activated_at     timestamptz,
    starts_at        timestamptz,
    expires_at       timestamptz,
    suspended_at     timestamptz,
    refund_id        text        NOT NULL,
    from_card_id     text        NOT NULL,
    CONSTRAINT punch_cards_pkey PRIMARY KEY (merchant_id, card_id),
    CONSTRAINT punch_cards_state CHECK (state IN (
        'PENDING_PAYMENT', 'CLOSED', 'ACTIVE', 'SUSPENDED', 'EXHAUSTED', 'EXPIRED',
        'REFUND_REQUESTED', 'REFUNDED', 'TRANSFERRED'
    )),
    CONSTRAINT punch_cards_kind CHECK (kind IN ('COUNT', 'COMBO', 'UNLIMITED')),
    CONSTRAINT punch_cards_price CHECK (price_fen > 0),
    CONSTRAINT punch_cards_not_overused CHECK (used_visits BETWEEN 0 AND total_visits),
    CONSTRAINT punch_cards_revenue CHECK (revenue_fen BETWEEN 0 AND price_fen),
    CONSTRAINT punch_cards_exhausted CHECK (
        state <> 'EXHAUSTED' OR (used_visits = total_visits AND total_visits > 0)
    ),
    CONSTRAINT punch_cards_paid CHECK (
        state IN ('PENDING_PAYMENT', 'CLOSED') OR (payment_id <> '' AND activated_at IS NOT NULL)
    ),
    CONSTRAINT punch_cards_validity CHECK (expires_at IS NULL OR expires_at > starts_at)
) WITH (fillfactor = 80);
CREATE INDEX punch_cards_owner_idx ON punch_cards (merchant_id, owner_id, card_id);
CREATE INDEX punch_cards_bought_idx ON punch_cards (merchant_id, buyer_id, template_id)
    WHERE state NOT IN ('CLOSED', 'REFUNDED', 'TRANSFERRED');
CREATE INDEX punch_cards_expiring_idx ON punch_cards (merchant_id, expires_at, card_id)
    WHERE state = 'ACTIVE' AND expires_at IS NOT NULL;
-- The liability report reads what is still owed, not the whole history.
CREATE INDEX punch_cards_owed_idx ON punch_cards (merchant_id, sold_store_id)
    WHERE state IN ('ACTIVE', 'SUSPENDED', 'EXPIRED', 'REFUND_REQUESTED');

CREATE TABLE redeem_codes (
    merchant_id text        NOT NULL,
    code_hash   text        NOT NULL,  -- keyed digest; the code itself is stored nowhere
    code_id     text        NOT NULL,
    card_id     text        NOT NULL,
    holder_id   text        NOT NULL,
    item_id     text        NOT NULL,
    times       bigint      NOT NULL,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    state       text        NOT NULL,
    CONSTRAINT redeem_codes_pkey PRIMARY KEY (merchant_id, code_hash),
    CONSTRAINT redeem_codes_state CHECK (state IN ('ISSUED', 'REDEEMED')),
    CONSTRAINT redeem_codes_times CHECK (times > 0),
    CONSTRAINT redeem_codes_a_minute CHECK (expires_at <= issued_at + interval '60 seconds')
);
CREATE INDEX redeem_codes_expires_idx ON redeem_codes USING brin (expires_at);

CREATE TABLE punch_redemptions (
    merchant_id   text        NOT NULL,
    redemption_id text        NOT NULL,
    card_id       text        NOT NULL,
    owner_id      text        NOT NULL,
    redeemer_id   text        NOT NULL,
    share_id      text        NOT NULL,
    item_id       text        NOT NULL,
    times         bigint      NOT NULL,
    store_id      text        NOT NULL,
    staff_id      text        NOT NULL,
    via           text        NOT NULL,
    booking_id    text        NOT NULL,
    state         text        NOT NULL,
    revenue_fen   bigint      NOT NULL,
    redeemed_at   timestamptz NOT NULL,
    recorded_at   timestamptz NOT NULL,
    reversed_at   timestamptz,
    reversed_by   text        NOT NULL,
    reason        text        NOT NULL,
    CONSTRAINT punch_redemptions_pkey PRIMARY KEY (merchant_id, redemption_id),
    CONSTRAINT punch_redemptions_via CHECK (via IN ('CODE', 'STAFF')),
    CONSTRAINT punch_redemptions_state CHECK (state IN ('DONE', 'REVERSED')),
    CONSTRAINT punch_redemptions_reversed CHECK ((state = 'REVERSED') = (reversed_at IS NOT NULL)),
    CONSTRAINT punch_redemptions_times CHECK (times > 0),
    CONSTRAINT punch_redemptions_revenue CHECK (revenue_fen >= 0)
);
CREATE INDEX punch_redemptions_card_idx ON punch_redemptions (merchant_id, card_id, redemption_id);
CREATE INDEX punch_redemptions_redeemer_idx
    ON punch_redemptions (merchant_id, redeemer_id, redemption_id);
CREATE INDEX punch_redemptions_booking_idx ON punch_redemptions (merchant_id, booking_id)
    WHERE booking_id <> '';

CREATE TABLE punch_shares (
    merchant_id text        NOT NULL,
    share_id    text        NOT NULL,
    card_id     text        NOT NULL,
    owner_id    text        NOT NULL,
    kind        text        NOT NULL,
    state       text        NOT NULL,
    quota       bigint      NOT NULL,
    used        bigint      NOT NULL,
    friend_id   text        NOT NULL,
    link_hash   bytea       NOT NULL,  -- keyed digest of the link's secret
    offered_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    accepted_at timestamptz,
    CONSTRAINT punch_shares_pkey PRIMARY KEY (merchant_id, share_id),
    CONSTRAINT punch_shares_kind CHECK (kind IN ('SHARE', 'TRANSFER')),
    CONSTRAINT punch_shares_state CHECK (state IN (
        'OFFERED', 'ACCEPTED', 'USED_UP', 'REVOKED', 'EXPIRED', 'VOID'
    )),
    CONSTRAINT punch_shares_quota CHECK (used BETWEEN 0 AND quota),
    CONSTRAINT punch_shares_not_to_oneself CHECK (friend_id <> owner_id),
    CONSTRAINT punch_shares_accepted CHECK (
        state NOT IN ('ACCEPTED', 'USED_UP') OR (accepted_at IS NOT NULL AND friend_id <> '')
    )
);
CREATE INDEX punch_shares_card_idx ON punch_shares (merchant_id, card_id)
    WHERE state IN ('OFFERED', 'ACCEPTED', 'USED_UP');
CREATE INDEX punch_shares_friend_idx ON punch_shares (merchant_id, friend_id, share_id)
    WHERE friend_id <> '';
-- A card is handed on once.
CREATE UNIQUE INDEX punch_shares_transfer_once_idx ON punch_shares (merchant_id, card_id)
    WHERE kind = 'TRANSFER' AND state IN ('OFFERED', 'ACCEPTED');

CREATE TABLE punch_refunds (
    merchant_id  text        NOT NULL,
    refund_id    text        NOT NULL,
    card_id      text        NOT NULL,
    owner_id     text        NOT NULL,
    payment_id   text        NOT NULL,
    basis        text        NOT NULL,
    state        text        NOT NULL,
    amount_fen   bigint      NOT NULL,
    card_state   text        NOT NULL,
    requested_by text        NOT NULL,
    reason       text        NOT NULL,
    requested_at timestamptz NOT NULL,
    decided_by   text        NOT NULL,
    decided_at   timestamptz,
    paid_at      timestamptz,
    CONSTRAINT punch_refunds_pkey PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT punch_refunds_basis CHECK (basis IN ('NOT_CONSUMER_FAULT', 'CONSUMER_REASON')),
    CONSTRAINT punch_refunds_state CHECK (state IN (
        'REQUESTED', 'REJECTED', 'REFUNDING', 'PAYMENT_FAILED', 'REFUNDED'
    )),
    CONSTRAINT punch_refunds_amount CHECK (amount_fen > 0),
    CONSTRAINT punch_refunds_four_eyes CHECK (
        state NOT IN ('REFUNDING', 'REFUNDED') OR decided_by <> requested_by
    )
);
-- A card has at most one refund that is not turned down.
CREATE UNIQUE INDEX punch_refunds_card_idx ON punch_refunds (merchant_id, card_id)
    WHERE state <> 'REJECTED';
