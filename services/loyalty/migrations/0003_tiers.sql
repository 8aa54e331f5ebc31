-- Tiers: schemes, growth and its ledger, grants, gifts, paid memberships and benefits.
-- append-only: growth_entries

CREATE TABLE tier_schemes (
    merchant_id   text        NOT NULL,
    scheme_id     text        NOT NULL,  -- 'current', or the number of a version
    version       bigint      NOT NULL,
    metric        text        NOT NULL,
    validity_days bigint      NOT NULL,
    notice_days   bigint      NOT NULL,
    tiers         jsonb       NOT NULL,
    set_by        text        NOT NULL,
    set_at        timestamptz,
    CONSTRAINT tier_schemes_pkey PRIMARY KEY (merchant_id, scheme_id),
    CONSTRAINT tier_schemes_metric CHECK (metric IN ('GROWTH', 'POINTS', 'SPEND', 'ORDERS')),
    CONSTRAINT tier_schemes_days CHECK (validity_days > 0 AND notice_days >= 0)
);

CREATE TABLE growth_policies (
    merchant_id        text   NOT NULL,
    policy_id          text   NOT NULL,
    version            bigint NOT NULL,
    grant_on           text   NOT NULL,
    growth_per_yuan_bp bigint NOT NULL,
    CONSTRAINT growth_policies_pkey PRIMARY KEY (merchant_id, policy_id),
    CONSTRAINT growth_policies_grant_on CHECK (grant_on IN ('PAID', 'COMPLETED')),
    CONSTRAINT growth_policies_rate CHECK (growth_per_yuan_bp >= 0)
);

CREATE TABLE order_growth (
    merchant_id        text        NOT NULL,
    order_id           text        NOT NULL,
    member_id          text        NOT NULL,
    state              text        NOT NULL,
    growth_per_yuan_bp bigint      NOT NULL,
    lines              jsonb       NOT NULL,
    earned             jsonb       NOT NULL,  -- [growth, points, spend_fen, orders]
    reversed           jsonb       NOT NULL,
    counted_n          bigint      NOT NULL,
    refund_ids         jsonb       NOT NULL,
    paid_at            timestamptz NOT NULL,
    CONSTRAINT order_growth_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT order_growth_state CHECK (state IN ('PAID', 'COUNTED')),
    CONSTRAINT order_growth_not_over_reversed CHECK (
        (reversed->>0)::bigint BETWEEN 0 AND (earned->>0)::bigint
    )
) WITH (fillfactor = 70);
CREATE INDEX order_growth_member_idx ON order_growth (merchant_id, member_id);

CREATE TABLE recharge_tiers (
    merchant_id text    NOT NULL,
    recharge_id text    NOT NULL,
    member_id   text    NOT NULL,
    tier_id     text    NOT NULL,
    growth      bigint  NOT NULL,
    counted_n   bigint  NOT NULL,
    refunded    boolean NOT NULL,
    CONSTRAINT recharge_tiers_pkey PRIMARY KEY (merchant_id, recharge_id),
    CONSTRAINT recharge_tiers_growth CHECK (growth >= 0)
);

-- One line per cause: the primary key is what makes an order, a refund or a recharge count once.
CREATE TABLE growth_entries (
    merchant_id text        NOT NULL,
    entry_id    text        NOT NULL,  -- <kind>:<ref>
    member_id   text        NOT NULL,
    kind        text        NOT NULL,
    ref         text        NOT NULL,
    n           bigint      NOT NULL,
    counts_n    bigint      NOT NULL,
    growth      bigint      NOT NULL,
    points      bigint      NOT NULL,
    spend_fen   bigint      NOT NULL,
    orders      bigint      NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT growth_entries_pkey PRIMARY KEY (merchant_id, entry_id),
    CONSTRAINT growth_entries_n CHECK (n > 0 AND counts_n BETWEEN 1 AND n)
);
-- A member's lines are numbered without a gap and in order; also the statement's order.
CREATE UNIQUE INDEX growth_entries_member_idx ON growth_entries (merchant_id, member_id, n);

CREATE TABLE tier_states (
    merchant_id       text        NOT NULL,
    member_id         text        NOT NULL,
    tier_id           text        NOT NULL,
    level             bigint      NOT NULL,
    source            text        NOT NULL,
    valid_until       timestamptz,
    growth            bigint      NOT NULL,
    points            bigint      NOT NULL,
    spend_fen         bigint      NOT NULL,
    orders            bigint      NOT NULL,
    qualifying        jsonb       NOT NULL,  -- [growth, points, spend_fen, orders]
    qualifying_from_n bigint      NOT NULL,
    last_n            bigint      NOT NULL,
    scheme_version    bigint      NOT NULL,
    CONSTRAINT tier_states_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT tier_states_level CHECK (level > 0)
) WITH (fillfactor = 70);

CREATE TABLE tier_grants (
    merchant_id  text        NOT NULL,
    grant_id     text        NOT NULL,
    member_id    text        NOT NULL,
    source       text        NOT NULL,
    ref          text        NOT NULL,
    state        text        NOT NULL,
    tier_id      text        NOT NULL,
    level        bigint      NOT NULL,
    level_before bigint      NOT NULL,
    obtained_at  timestamptz NOT NULL,
    valid_until  timestamptz,
    from_n       bigint      NOT NULL,
    window_sums  jsonb       NOT NULL,  -- [growth, points, spend_fen, orders]
    threshold    bigint,
    metric       text        NOT NULL,
    CONSTRAINT tier_grants_pkey PRIMARY KEY (merchant_id, grant_id),
    CONSTRAINT tier_grants_source CHECK (
        source IN ('EARNED', 'RECHARGE', 'MANUAL', 'PAID', 'TRIAL')
    ),
    CONSTRAINT tier_grants_state CHECK (
        state IN ('ACTIVE', 'SUPERSEDED', 'ENDED', 'REVOKED', 'REVERTED')
    ),
    CONSTRAINT tier_grants_given_ones_end CHECK (source = 'EARNED' OR valid_until IS NOT NULL),
    -- One earned grant in force, whatever happens in parallel. Deferrable, because one statement
    -- takes the old one off and puts the new one on, in no particular order.
    CONSTRAINT tier_grants_one_earned EXCLUDE USING btree (merchant_id WITH =, member_id WITH =)
        WHERE (state = 'ACTIVE' AND source = 'EARNED') DEFERRABLE INITIALLY IMMEDIATE
) WITH (fillfactor = 70);
CREATE INDEX tier_grants_open_idx ON tier_grants (merchant_id, member_id)
    WHERE state IN ('ACTIVE', 'SUPERSEDED');

CREATE TABLE tier_gifts (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    tier_id     text        NOT NULL,
    gift_id     text        NOT NULL,
    points      bigint      NOT NULL,
    given_at    timestamptz NOT NULL,
    revoked     boolean     NOT NULL,
    CONSTRAINT tier_gifts_pkey PRIMARY KEY (merchant_id, member_id, tier_id)
);

CREATE TABLE paid_plans (
    merchant_id text    NOT NULL,
    plan_id     text    NOT NULL,
    name        text    NOT NULL,
    price_fen   bigint  NOT NULL,
    days        bigint  NOT NULL,
    tier_id     text    NOT NULL,
    refund      text    NOT NULL,
    on_sale     boolean NOT NULL,
    version     bigint  NOT NULL,
    CONSTRAINT paid_plans_pkey PRIMARY KEY (merchant_id, plan_id),
    CONSTRAINT paid_plans_terms CHECK (price_fen > 0 AND days > 0),
    CONSTRAINT paid_plans_refund CHECK (refund IN ('PRO_RATA', 'NONE'))
);

CREATE TABLE paid_memberships (
    merchant_id   text        NOT NULL,
    membership_id text        NOT NULL,
    member_id     text        NOT NULL,
    plan_id       text        NOT NULL,
    state         text        NOT NULL,
    price_fen     bigint      NOT NULL,
    days          bigint      NOT NULL,
    tier_id       text        NOT NULL,
    refund        text        NOT NULL,
    bought_at     timestamptz NOT NULL,
    payment_id    text        NOT NULL,
    starts_at     timestamptz,
    ends_at       timestamptz,
    refund_id     text        NOT NULL,
    refunded_fen  bigint      NOT NULL,
    CONSTRAINT paid_memberships_pkey PRIMARY KEY (merchant_id, membership_id),
    CONSTRAINT paid_memberships_state CHECK (
        state IN ('PENDING', 'ACTIVE', 'EXPIRED', 'REFUNDED', 'CLOSED')
    ),
    CONSTRAINT paid_memberships_not_over_refunded CHECK (refunded_fen BETWEEN 0 AND price_fen),
    CONSTRAINT paid_memberships_term CHECK (
        state IN ('PENDING', 'CLOSED') OR (starts_at IS NOT NULL AND ends_at > starts_at)
    )
);
CREATE INDEX paid_memberships_open_idx ON paid_memberships (merchant_id, member_id)
    WHERE state IN ('PENDING', 'ACTIVE');
CREATE INDEX paid_memberships_member_idx ON paid_memberships (merchant_id, member_id, bought_at);

CREATE TABLE benefit_catalogues (
    merchant_id  text        NOT NULL,
    catalogue_id text        NOT NULL,
    owner        text        NOT NULL,
    owner_id     text        NOT NULL,
    version      bigint      NOT NULL,
    benefits     jsonb       NOT NULL,
    set_by       text        NOT NULL,
    set_at       timestamptz NOT NULL,
    CONSTRAINT benefit_catalogues_pkey PRIMARY KEY (merchant_id, catalogue_id),
    CONSTRAINT benefit_catalogues_owner CHECK (owner IN ('TIER', 'PLAN'))
);
CREATE INDEX benefit_catalogues_owner_idx ON benefit_catalogues (merchant_id, owner);
