-- Group-buy: activities, groups, seats, their payments and refunds, bargains and assists. Fen.
-- append-only: activity_terms
-- append-only: seat_payments
-- append-only: leader_rewards
-- append-only: bargain_helps
-- append-only: assist_helps

CREATE TABLE activities (
    merchant_id text        NOT NULL,
    activity_id text        NOT NULL,
    state       text        NOT NULL,
    version     bigint      NOT NULL,
    terms       jsonb       NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    created_at  timestamptz NOT NULL,
    created_by  text        NOT NULL,
    stop_policy text        NOT NULL,
    stop_reason text        NOT NULL,
    CONSTRAINT activities_pkey PRIMARY KEY (merchant_id, activity_id),
    CONSTRAINT activities_state CHECK (
        state IN ('DRAFT', 'SCHEDULED', 'RUNNING', 'ENDED', 'STOPPED')
    ),
    CONSTRAINT activities_stop_policy CHECK (stop_policy IN ('LET_RUN', 'FAIL_OPEN')),
    CONSTRAINT activities_period CHECK (starts_at < ends_at)
);
CREATE INDEX activities_listed_idx ON activities (merchant_id, created_at, activity_id);

CREATE TABLE activity_terms (
    merchant_id text        NOT NULL,
    activity_id text        NOT NULL,
    version     bigint      NOT NULL,
    terms       jsonb       NOT NULL,
    edited_at   timestamptz NOT NULL,
    edited_by   text        NOT NULL,
    CONSTRAINT activity_terms_pkey PRIMARY KEY (merchant_id, activity_id, version)
);

CREATE TABLE sku_stock (
    merchant_id text   NOT NULL,
    activity_id text   NOT NULL,
    sku_id      text   NOT NULL,
    total       bigint NOT NULL,
    taken       bigint NOT NULL,
    CONSTRAINT sku_stock_pkey PRIMARY KEY (merchant_id, activity_id, sku_id),
    CONSTRAINT sku_stock_taken CHECK (taken >= 0 AND total >= 0)
) WITH (fillfactor = 50);

CREATE TABLE buy_groups (
    merchant_id     text        NOT NULL,
    group_id        text        NOT NULL,
    activity_id     text        NOT NULL,
    terms_version   bigint      NOT NULL,
    bucket          bigint      NOT NULL,
    mode            text        NOT NULL,
    status          text        NOT NULL,
    outcome         text        NOT NULL,
    leader_id       text        NOT NULL,
    tier            bigint      NOT NULL,
    min_seats       bigint      NOT NULL,
    seats           bigint      NOT NULL,
    reserved        bigint      NOT NULL,
    paid            bigint      NOT NULL,
    new_paid        bigint      NOT NULL,
    virtual         bigint      NOT NULL,
    pickup_point_id text        NOT NULL,
    gather          boolean     NOT NULL,
    created_at      timestamptz NOT NULL,
    opened_at       timestamptz,
    expires_at      timestamptz,
    ended_at        timestamptz,
    CONSTRAINT buy_groups_pkey PRIMARY KEY (merchant_id, group_id),
    CONSTRAINT buy_groups_mode CHECK (
        mode IN ('NORMAL', 'NEWCOMER', 'LADDER_PICK', 'LADDER_DYNAMIC', 'COMMUNITY')
    ),
    CONSTRAINT buy_groups_end CHECK (
        CASE status
            WHEN 'WAITING_LEADER_PAY' THEN outcome = ''
            WHEN 'OPEN' THEN outcome = ''
            WHEN 'CLOSED' THEN outcome = ''
            WHEN 'SUCCEEDED' THEN outcome IN ('FULL', 'SIMULATED', 'MANUAL', 'LADDER')
            WHEN 'FAILED' THEN
                outcome IN ('EXPIRED', 'LEADER_LEFT_ALONE', 'ACTIVITY_STOPPED', 'STOCK_OUT')
            ELSE false
        END
    ),
    -- Never one seat too many, whatever the code does.
    CONSTRAINT buy_groups_seats CHECK (
        reserved >= 0 AND paid >= 0 AND reserved + paid <= seats AND min_seats <= seats
    ),
    CONSTRAINT buy_groups_new CHECK (new_paid BETWEEN 0 AND paid),
    CONSTRAINT buy_groups_virtual CHECK (
        virtual >= 0 AND (virtual = 0 OR outcome IN ('SIMULATED', 'MANUAL'))
    ),
    CONSTRAINT buy_groups_clock CHECK (status <> 'OPEN' OR expires_at IS NOT NULL)
) WITH (fillfactor = 60);
CREATE INDEX buy_groups_live_idx ON buy_groups (merchant_id, activity_id, bucket)
    WHERE status IN ('WAITING_LEADER_PAY', 'OPEN');
CREATE INDEX buy_groups_leader_idx ON buy_groups (merchant_id, leader_id)
    WHERE status IN ('WAITING_LEADER_PAY', 'OPEN');
CREATE INDEX buy_groups_gather_idx ON buy_groups (merchant_id, activity_id, expires_at, group_id)
    WHERE status = 'OPEN' AND gather;
CREATE INDEX buy_groups_activity_idx ON buy_groups (merchant_id, activity_id, status);

CREATE TABLE seats (
    merchant_id     text        NOT NULL,
    seat_id         text        NOT NULL,
    group_id        text        NOT NULL,
    activity_id     text        NOT NULL,
    member_id       text        NOT NULL,
    order_id        text        NOT NULL,
    sku_id          text        NOT NULL,
    qty             bigint      NOT NULL,
    unit_price_fen  bigint      NOT NULL,
    amount_fen      bigint      NOT NULL,
    paid_fen        bigint      NOT NULL,
    owed_back_fen   bigint      NOT NULL,
    refunded_fen    bigint      NOT NULL,
    state           text        NOT NULL,
    leads           boolean     NOT NULL,
    is_new          boolean     NOT NULL,
    inviter_id      text        NOT NULL,
    pickup_point_id text        NOT NULL,
    payment_id      text        NOT NULL,
    reserved_at     timestamptz NOT NULL,
    hold_until      timestamptz NOT NULL,
    paid_at         timestamptz,
    ended_at        timestamptz,
    merged_from     text        NOT NULL,
    CONSTRAINT seats_pkey PRIMARY KEY (merchant_id, seat_id),
    CONSTRAINT seats_state CHECK (state IN (
        'RESERVED', 'PAID', 'SETTLED', 'RELEASED', 'LATE_PAID', 'REFUND_REQUESTED', 'REFUNDED'
    )),
    CONSTRAINT seats_amount CHECK (
        qty > 0 AND unit_price_fen > 0 AND amount_fen = qty * unit_price_fen
    ),
    CONSTRAINT seats_not_over_refunded CHECK (
        owed_back_fen >= 0 AND refunded_fen >= 0 AND owed_back_fen + refunded_fen <= paid_fen
    ),
    CONSTRAINT seats_paid CHECK ((paid_at IS NULL) = (state IN ('RESERVED', 'RELEASED')))
) WITH (fillfactor = 70);
CREATE INDEX seats_live_idx ON seats (merchant_id, group_id)
    WHERE state IN ('RESERVED', 'PAID', 'SETTLED');
CREATE INDEX seats_claim_idx ON seats (merchant_id, activity_id, member_id)
    WHERE state IN ('RESERVED', 'PAID', 'SETTLED');
-- An order has one seat, whatever happens in parallel.
CREATE UNIQUE INDEX seats_order_idx ON seats (merchant_id, order_id);
CREATE INDEX seats_member_idx ON seats (merchant_id, member_id, reserved_at, seat_id);
CREATE INDEX seats_group_idx ON seats (merchant_id, group_id, reserved_at, seat_id);

CREATE TABLE seat_payments (
    merchant_id text        NOT NULL,
    payment_id  text        NOT NULL,
    seat_id     text        NOT NULL,
    amount_fen  bigint      NOT NULL,
    paid_at     timestamptz NOT NULL,
    use         text        NOT NULL,
    CONSTRAINT seat_payments_pkey PRIMARY KEY (merchant_id, payment_id),
    CONSTRAINT seat_payments_use CHECK (use IN ('SEAT', 'LATE', 'DUPLICATE')),
    CONSTRAINT seat_payments_amount CHECK (amount_fen > 0)
);
CREATE INDEX seat_payments_seat_idx ON seat_payments (merchant_id, seat_id);

CREATE TABLE refunds (
    merchant_id  text        NOT NULL,
    refund_id    text        NOT NULL,
    seat_id      text        NOT NULL,
    group_id     text        NOT NULL,
    activity_id  text        NOT NULL,
    order_id     text        NOT NULL,
    member_id    text        NOT NULL,
    payment_id   text        NOT NULL,
    kind         text        NOT NULL,
    amount_fen   bigint      NOT NULL,
    state        text        NOT NULL,
    requested_at timestamptz NOT NULL,
    attempts     bigint      NOT NULL,
    failures     bigint      NOT NULL,
    overdue      boolean     NOT NULL,
    done_at      timestamptz,
    CONSTRAINT refunds_pkey PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT refunds_kind CHECK (kind IN (
        'FAIL', 'LADDER_DIFF', 'LATE_PAY', 'OVERSOLD', 'LEAVE', 'NOT_NEW', 'DUPLICATE', 'ORDER'
    )),
    CONSTRAINT refunds_state CHECK (state IN ('REQUESTED', 'DONE')),
    CONSTRAINT refunds_amount CHECK (amount_fen >= 0),
    CONSTRAINT refunds_done CHECK ((state = 'DONE') = (done_at IS NOT NULL))
);
CREATE INDEX refunds_open_idx ON refunds (merchant_id, seat_id) WHERE state = 'REQUESTED';
CREATE INDEX refunds_member_idx ON refunds (merchant_id, member_id) WHERE state = 'REQUESTED';
CREATE INDEX refunds_waiting_idx ON refunds (merchant_id, requested_at, refund_id)
    WHERE state = 'REQUESTED';
CREATE INDEX refunds_seat_idx ON refunds (merchant_id, seat_id, kind);

CREATE TABLE leader_rewards (
    merchant_id   text   NOT NULL,
    group_id      text   NOT NULL,
    activity_id   text   NOT NULL,
    leader_id     text   NOT NULL,
    kind          text   NOT NULL,
    amount        bigint NOT NULL,
    ref           text   NOT NULL,
    seats_counted bigint NOT NULL,
    CONSTRAINT leader_rewards_pkey PRIMARY KEY (merchant_id, group_id),
    CONSTRAINT leader_rewards_amount CHECK (amount > 0 AND seats_counted > 0)
);

CREATE TABLE customers (
    merchant_id text   NOT NULL,
    member_id   text   NOT NULL,
    open        bigint NOT NULL,
    bought      bigint NOT NULL,
    refunded    bigint NOT NULL,
    merged_into text   NOT NULL,
    CONSTRAINT customers_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT customers_counts CHECK (open >= 0 AND bought >= 0 AND refunded >= 0)
) WITH (fillfactor = 70);
CREATE INDEX customers_merged_idx ON customers (merchant_id, merged_into) WHERE merged_into <> '';

CREATE TABLE customer_orders (
    merchant_id text NOT NULL,
    order_id    text NOT NULL,
    member_id   text NOT NULL,
    state       text NOT NULL,
    CONSTRAINT customer_orders_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT customer_orders_state CHECK (
        state IN ('SEAT', 'OPEN', 'CLOSED', 'PAID', 'PARTLY_REFUNDED', 'REFUNDED')
    )
) WITH (fillfactor = 70);
CREATE INDEX customer_orders_member_idx ON customer_orders (merchant_id, member_id);

CREATE TABLE bargain_activities (
    merchant_id text        NOT NULL,
    activity_id text        NOT NULL,
    stopped     boolean     NOT NULL,
    terms       jsonb       NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    ordered     bigint      NOT NULL,
    CONSTRAINT bargain_activities_pkey PRIMARY KEY (merchant_id, activity_id),
    CONSTRAINT bargain_activities_ordered CHECK (ordered >= 0)
);

CREATE TABLE bargains (
    merchant_id text        NOT NULL,
    bargain_id  text        NOT NULL,
    activity_id text        NOT NULL,
    member_id   text        NOT NULL,
    state       text        NOT NULL,
    terms       jsonb       NOT NULL,
    price_fen   bigint      NOT NULL,
    cuts        bigint      NOT NULL,
    opened_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    order_id    text        NOT NULL,
    CONSTRAINT bargains_pkey PRIMARY KEY (merchant_id, bargain_id),
    CONSTRAINT bargains_state CHECK (state IN ('OPEN', 'REACHED', 'ORDERED', 'EXPIRED')),
    CONSTRAINT bargains_price CHECK (price_fen >= 0 AND cuts >= 0)
);
CREATE INDEX bargains_open_idx ON bargains (merchant_id, activity_id, member_id)
    WHERE state IN ('OPEN', 'REACHED');
CREATE INDEX bargains_member_idx ON bargains (merchant_id, member_id, opened_at, bargain_id);

CREATE TABLE bargain_helps (
    merchant_id text        NOT NULL,
    bargain_id  text        NOT NULL,
    helper_id   text        NOT NULL,
    activity_id text        NOT NULL,
    day         date        NOT NULL,
    inviter_id  text        NOT NULL,
    is_new      boolean     NOT NULL,
    cut_fen     bigint      NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT bargain_helps_pkey PRIMARY KEY (merchant_id, bargain_id, helper_id),
    CONSTRAINT bargain_helps_cut CHECK (cut_fen > 0)
);
CREATE INDEX bargain_helps_day_idx ON bargain_helps (merchant_id, activity_id, helper_id, day);
CREATE INDEX bargain_helps_listed_idx ON bargain_helps (merchant_id, bargain_id, at, helper_id);

CREATE TABLE assist_activities (
    merchant_id text        NOT NULL,
    activity_id text        NOT NULL,
    stopped     boolean     NOT NULL,
    terms       jsonb       NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    set_aside   bigint      NOT NULL,
    CONSTRAINT assist_activities_pkey PRIMARY KEY (merchant_id, activity_id),
    CONSTRAINT assist_activities_set_aside CHECK (set_aside >= 0)
);

CREATE TABLE assists (
    merchant_id text        NOT NULL,
    assist_id   text        NOT NULL,
    activity_id text        NOT NULL,
    member_id   text        NOT NULL,
    state       text        NOT NULL,
    terms       jsonb       NOT NULL,
    helped      bigint      NOT NULL,
    opened_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT assists_pkey PRIMARY KEY (merchant_id, assist_id),
    CONSTRAINT assists_state CHECK (state IN ('OPEN', 'COMPLETED', 'EXPIRED')),
    CONSTRAINT assists_helped CHECK (helped >= 0)
);
CREATE INDEX assists_open_idx ON assists (merchant_id, activity_id, member_id)
    WHERE state = 'OPEN';
CREATE INDEX assists_member_idx ON assists (merchant_id, member_id, opened_at, assist_id);

CREATE TABLE assist_helps (
    merchant_id text        NOT NULL,
    assist_id   text        NOT NULL,
    helper_id   text        NOT NULL,
    activity_id text        NOT NULL,
    day         date        NOT NULL,
    inviter_id  text        NOT NULL,
    is_new      boolean     NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT assist_helps_pkey PRIMARY KEY (merchant_id, assist_id, helper_id)
);
CREATE INDEX assist_helps_day_idx ON assist_helps (merchant_id, activity_id, helper_id, day);
CREATE INDEX assist_helps_listed_idx ON assist_helps (merchant_id, assist_id, at, helper_id);
