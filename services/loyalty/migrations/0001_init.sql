-- Points: accounts, lots, holds, earnings, rules, check-ins, exchanges and the journal. Whole points.
-- append-only: points_entries
-- append-only: points_rule_versions
-- append-only: points_clawbacks
-- append-only: points_reverts

CREATE TABLE points_accounts (
    merchant_id      text        NOT NULL,
    member_id        text        NOT NULL,
    state            text        NOT NULL,
    available_points bigint      NOT NULL,
    pending_points   bigint      NOT NULL,
    frozen_points    bigint      NOT NULL,
    debt_points      bigint      NOT NULL,
    opened_at        timestamptz NOT NULL,
    next_maturity_at timestamptz,
    due_at           timestamptz,
    ran_at           timestamptz,
    CONSTRAINT points_accounts_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT points_accounts_state CHECK (state IN ('OPEN', 'FROZEN', 'CLOSED', 'MERGED')),
    CONSTRAINT points_accounts_parts CHECK (
        pending_points >= 0 AND frozen_points >= 0 AND debt_points >= 0
    ),
    -- Below zero only by what is owed, and nothing is usable while something is owed.
    CONSTRAINT points_accounts_debt CHECK (
        available_points >= 0 AND debt_points = 0 OR available_points = -debt_points
    )
) WITH (fillfactor = 70);

CREATE TABLE points_programmes (
    merchant_id        text    NOT NULL,
    programme          text    NOT NULL,
    version            bigint  NOT NULL,
    earning            boolean NOT NULL,
    zone               text    NOT NULL,
    grace_days         bigint  NOT NULL,
    notice_days        bigint  NOT NULL,
    hold_minutes       bigint  NOT NULL,
    daily_cap_points   bigint  NOT NULL,
    clawback           text    NOT NULL,
    points_per_yuan    bigint  NOT NULL,
    deduct_cap_bp      bigint  NOT NULL,
    deduct_step_points bigint  NOT NULL,
    deduct_min_points  bigint  NOT NULL,
    CONSTRAINT points_programmes_pkey PRIMARY KEY (merchant_id, programme),
    CONSTRAINT points_programmes_clawback CHECK (
        clawback IN ('DEBT', 'WITHIN_BALANCE', 'PENDING_ONLY')
    ),
    CONSTRAINT points_programmes_terms CHECK (
        grace_days >= 0 AND notice_days >= 0 AND hold_minutes > 0 AND daily_cap_points >= 0
        AND points_per_yuan > 0 AND deduct_cap_bp BETWEEN 0 AND 10000
        AND deduct_step_points > 0 AND deduct_min_points >= 0
    )
);

CREATE TABLE points_lots (
    merchant_id      text        NOT NULL,
    lot_id           text        NOT NULL,
    member_id        text        NOT NULL,
    source_type      text        NOT NULL,
    state            text        NOT NULL,
    earned_points    bigint      NOT NULL,
    remaining_points bigint      NOT NULL,
    held_points      bigint      NOT NULL,
    consumed_points  bigint      NOT NULL,
    expired_points   bigint      NOT NULL,
    revoked_points   bigint      NOT NULL,
    earned_at        timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    notified         boolean     NOT NULL,
    CONSTRAINT points_lots_pkey PRIMARY KEY (merchant_id, lot_id),
    CONSTRAINT points_lots_state CHECK (state IN ('AVAILABLE', 'DEPLETED', 'EXPIRED', 'REVOKED')),
    CONSTRAINT points_lots_parts CHECK (
        remaining_points >= 0 AND held_points >= 0 AND consumed_points >= 0
        AND expired_points >= 0 AND revoked_points >= 0
    ),
    CONSTRAINT points_lots_accounted CHECK (
        earned_points = remaining_points + held_points + consumed_points + expired_points
            + revoked_points
    ),
    CONSTRAINT points_lots_closed_empty CHECK (state = 'AVAILABLE' OR remaining_points = 0)
) WITH (fillfactor = 70);
-- Only open lots are looked for by member, so used-up history costs an order nothing.
CREATE INDEX points_lots_open_idx ON points_lots (merchant_id, member_id)
    WHERE state = 'AVAILABLE';
-- For merges.
CREATE INDEX points_lots_member_idx ON points_lots (merchant_id, member_id);

CREATE TABLE points_holds (
    merchant_id     text        NOT NULL,
    hold_id         text        NOT NULL,
    order_id        text        NOT NULL,
    member_id       text        NOT NULL,
    state           text        NOT NULL,
    points          bigint      NOT NULL,
    reverted_points bigint      NOT NULL,
    shares          jsonb       NOT NULL,
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz,
    CONSTRAINT points_holds_pkey PRIMARY KEY (merchant_id, hold_id),
    CONSTRAINT points_holds_state CHECK (state IN (
        'HELD', 'CONSUMED', 'RELEASED', 'EXPIRED', 'PARTIALLY_REVERTED', 'REVERTED'
    )),
    CONSTRAINT points_holds_points CHECK (points > 0),
    CONSTRAINT points_holds_not_over_reverted CHECK (reverted_points BETWEEN 0 AND points)
) WITH (fillfactor = 80);
-- An order holds points once, whatever happens in parallel.
CREATE UNIQUE INDEX points_holds_order_idx ON points_holds (merchant_id, order_id)
    WHERE state NOT IN ('RELEASED', 'EXPIRED');
CREATE INDEX points_holds_member_idx ON points_holds (merchant_id, member_id, created_at);

CREATE TABLE points_reverts (
    merchant_id    text        NOT NULL,
    refund_id      text        NOT NULL,
    hold_id        text        NOT NULL,
    member_id      text        NOT NULL,
    points         bigint      NOT NULL,
    expired_points bigint      NOT NULL,
    at             timestamptz NOT NULL,
    CONSTRAINT points_reverts_pkey PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT points_reverts_points CHECK (points > 0 AND expired_points BETWEEN 0 AND points)
);
CREATE INDEX points_reverts_hold_idx ON points_reverts (merchant_id, hold_id);

-- One row per source and rule: what makes an order, a recharge or a check-in earn once.
CREATE TABLE points_earnings (
    merchant_id            text        NOT NULL,
    source_type            text        NOT NULL,
    source_id              text        NOT NULL,
    rule_id                text        NOT NULL,
    rule_version           bigint      NOT NULL,
    member_id              text        NOT NULL,
    state                  text        NOT NULL,
    points                 bigint      NOT NULL,
    revoked_points         bigint      NOT NULL,
    revoked_pending_points bigint      NOT NULL,
    forgiven_points        bigint      NOT NULL,
    lot_id                 text        NOT NULL,
    cap_day                text        NOT NULL,
    earned_at              timestamptz NOT NULL,
    matures_at             timestamptz,
    expires_at             timestamptz NOT NULL,
    CONSTRAINT points_earnings_pkey PRIMARY KEY (merchant_id, source_type, source_id, rule_id),
    CONSTRAINT points_earnings_state CHECK (state IN ('PENDING', 'AVAILABLE', 'REVOKED')),
    CONSTRAINT points_earnings_source CHECK (source_type IN (
        'ORDER', 'CHECK_IN', 'GAME', 'BIRTHDAY', 'RECHARGE', 'MANUAL', 'ACTIVITY'
    )),
    CONSTRAINT points_earnings_points CHECK (points >= 0),
    CONSTRAINT points_earnings_not_over_revoked CHECK (
        revoked_points BETWEEN 0 AND points
        AND revoked_pending_points BETWEEN 0 AND revoked_points
        AND forgiven_points BETWEEN 0 AND revoked_points - revoked_pending_points
    ),
    CONSTRAINT points_earnings_pending CHECK (
        state <> 'PENDING' OR matures_at IS NOT NULL AND points > revoked_points
    )
) WITH (fillfactor = 80);
CREATE INDEX points_earnings_pending_idx ON points_earnings (merchant_id, member_id)
    WHERE state = 'PENDING';
CREATE INDEX points_earnings_member_idx ON points_earnings (merchant_id, member_id, earned_at);

CREATE TABLE points_clawbacks (
    merchant_id text        NOT NULL,
    clawback_id text        NOT NULL,
    member_id   text        NOT NULL,
    source_type text        NOT NULL,
    source_id   text        NOT NULL,
    points      bigint      NOT NULL,
    reason      text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT points_clawbacks_pkey PRIMARY KEY (merchant_id, clawback_id),
    CONSTRAINT points_clawbacks_points CHECK (points >= 0)
);
CREATE INDEX points_clawbacks_source_idx
    ON points_clawbacks (merchant_id, source_type, source_id);

CREATE TABLE points_orders (
    merchant_id    text        NOT NULL,
    order_id       text        NOT NULL,
    member_id      text        NOT NULL,
    lines          jsonb       NOT NULL,
    offers         jsonb       NOT NULL,
    cap_day        text        NOT NULL,
    fully_refunded boolean     NOT NULL,
    paid_at        timestamptz NOT NULL,
    completed_at   timestamptz,
    CONSTRAINT points_orders_pkey PRIMARY KEY (merchant_id, order_id)
) WITH (fillfactor = 80);
CREATE INDEX points_orders_member_idx ON points_orders (merchant_id, member_id);

CREATE TABLE points_rules (
    merchant_id text        NOT NULL,
    rule_id     text        NOT NULL,
    kind        text        NOT NULL,
    version     bigint      NOT NULL,
    state       text        NOT NULL,
    name        text        NOT NULL,
    terms       jsonb       NOT NULL,
    starts_at   timestamptz,
    ends_at     timestamptz,
    CONSTRAINT points_rules_pkey PRIMARY KEY (merchant_id, rule_id),
    CONSTRAINT points_rules_kind CHECK (
        kind IN ('PURCHASE', 'RECHARGE', 'CHECK_IN', 'GAME', 'BIRTHDAY')
    ),
    CONSTRAINT points_rules_state CHECK (state IN ('ACTIVE', 'PAUSED')),
    CONSTRAINT points_rules_period CHECK (starts_at < ends_at)
);
CREATE INDEX points_rules_kind_idx ON points_rules (merchant_id, kind);

CREATE TABLE points_rule_versions (
    merchant_id text        NOT NULL,
    rule_id     text        NOT NULL,
    version     bigint      NOT NULL,
    rule        jsonb       NOT NULL,
    operator    text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT points_rule_versions_pkey PRIMARY KEY (merchant_id, rule_id, version)
);

-- Use of caps, one row per member, period (a day of the shop, or TOTAL) and capped rule (* is all).
-- Days that are past may be deleted.
CREATE TABLE points_caps (
    merchant_id text   NOT NULL,
    member_id   text   NOT NULL,
    period      text   NOT NULL,
    rule_id     text   NOT NULL,
    points      bigint NOT NULL,
    CONSTRAINT points_caps_pkey PRIMARY KEY (merchant_id, member_id, period, rule_id),
    CONSTRAINT points_caps_points CHECK (points >= 0)
);

CREATE TABLE check_in_calendars (
    merchant_id   text   NOT NULL,
    member_id     text   NOT NULL,
    runs          jsonb  NOT NULL,
    make_up_cards bigint NOT NULL,
    total_days    bigint NOT NULL,
    CONSTRAINT check_in_calendars_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT check_in_calendars_counts CHECK (make_up_cards >= 0 AND total_days >= 0)
);

CREATE TABLE birthdays (
    merchant_id  text   NOT NULL,
    member_id    text   NOT NULL,
    month        bigint NOT NULL,
    day          bigint NOT NULL,
    awarded_year bigint NOT NULL,
    CONSTRAINT birthdays_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT birthdays_date CHECK (month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31)
);

CREATE TABLE exchange_items (
    merchant_id text        NOT NULL,
    item_id     text        NOT NULL,
    kind        text        NOT NULL,
    version     bigint      NOT NULL,
    state       text        NOT NULL,
    name        text        NOT NULL,
    points      bigint      NOT NULL,
    cash_fen    bigint      NOT NULL,
    template_id text        NOT NULL,
    stock       bigint,
    taken       bigint      NOT NULL,
    per_member  bigint      NOT NULL,
    starts_at   timestamptz,
    ends_at     timestamptz,
    CONSTRAINT exchange_items_pkey PRIMARY KEY (merchant_id, item_id),
    CONSTRAINT exchange_items_kind CHECK (kind IN ('GIFT', 'COUPON')),
    CONSTRAINT exchange_items_state CHECK (state IN ('ON_OFFER', 'WITHDRAWN')),
    CONSTRAINT exchange_items_price CHECK (
        points >= 0 AND cash_fen >= 0 AND points + cash_fen > 0
    ),
    CONSTRAINT exchange_items_stock CHECK (taken >= 0 AND taken <= stock),
    CONSTRAINT exchange_items_limit CHECK (per_member >= 0)
) WITH (fillfactor = 50);

CREATE TABLE exchanges (
    merchant_id text        NOT NULL,
    exchange_id text        NOT NULL,
    member_id   text        NOT NULL,
    item_id     text        NOT NULL,
    kind        text        NOT NULL,
    state       text        NOT NULL,
    quantity    bigint      NOT NULL,
    points      bigint      NOT NULL,
    cash_fen    bigint      NOT NULL,
    template_id text        NOT NULL,
    hold_id     text        NOT NULL,
    address_ref text        NOT NULL,
    payment_id  text        NOT NULL,
    reason      text        NOT NULL,
    created_at  timestamptz NOT NULL,
    CONSTRAINT exchanges_pkey PRIMARY KEY (merchant_id, exchange_id),
    CONSTRAINT exchanges_kind CHECK (kind IN ('GIFT', 'COUPON')),
    CONSTRAINT exchanges_state CHECK (state IN ('CREATED', 'FULFILLING', 'DONE', 'CANCELLED')),
    CONSTRAINT exchanges_quantity CHECK (quantity > 0 AND points >= 0 AND cash_fen >= 0)
) WITH (fillfactor = 80);
CREATE INDEX exchanges_member_idx ON exchanges (merchant_id, member_id, item_id);

CREATE TABLE points_entries (
    merchant_id      text        NOT NULL,
    entry_id         text        NOT NULL,
    member_id        text        NOT NULL,
    kind             text        NOT NULL,
    points           bigint      NOT NULL,
    available_delta  bigint      NOT NULL,
    available_points bigint      NOT NULL,
    ref_type         text        NOT NULL,
    ref_id           text        NOT NULL,
    at               timestamptz NOT NULL,
    CONSTRAINT points_entries_pkey PRIMARY KEY (merchant_id, entry_id),
    CONSTRAINT points_entries_kind CHECK (kind IN (
        'EARNED', 'MATURED', 'HELD', 'RELEASED', 'CONSUMED', 'REVERTED', 'REVOKED', 'EXPIRED',
        'FORFEITED', 'MERGED_IN', 'MERGED_OUT'
    )),
    CONSTRAINT points_entries_points CHECK (points > 0)
);
CREATE INDEX points_entries_member_idx ON points_entries (merchant_id, member_id, at, entry_id);
CREATE INDEX points_entries_period_idx ON points_entries (merchant_id, at);
