-- Guides, their customers, performance and targets; referral of card opening. Money is bigint fen.
-- append-only: guide_relation_changes
-- append-only: performances

CREATE TABLE guides (
    merchant_id text        NOT NULL,
    guide_id    text        NOT NULL,
    store_id    text        NOT NULL,
    name        text        NOT NULL,
    state       text        NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT guides_pkey PRIMARY KEY (merchant_id, guide_id),
    CONSTRAINT guides_state CHECK (state IN ('ENABLED', 'DISABLED', 'REMOVED'))
);
CREATE INDEX guides_store_idx ON guides (merchant_id, store_id, guide_id);

CREATE TABLE guide_relations (
    merchant_id     text        NOT NULL,
    customer_id     text        NOT NULL,
    guide_id        text        NOT NULL,
    bound_at        timestamptz NOT NULL,
    valid_until     timestamptz,
    protected       boolean     NOT NULL,
    protected_until timestamptz,
    next_guide_id   text        NOT NULL,
    next_at         timestamptz,
    CONSTRAINT guide_relations_pkey PRIMARY KEY (merchant_id, customer_id),
    CONSTRAINT guide_relations_next CHECK ((next_guide_id = '') = (next_at IS NULL))
);
CREATE INDEX guide_relations_guide_idx ON guide_relations (merchant_id, guide_id, customer_id);

CREATE TABLE guide_relation_changes (
    merchant_id   text        NOT NULL,
    change_id     text        NOT NULL,
    customer_id   text        NOT NULL,
    from_guide_id text        NOT NULL,
    to_guide_id   text        NOT NULL,
    cause         text        NOT NULL,
    actor         text        NOT NULL,
    effective_at  timestamptz NOT NULL,
    CONSTRAINT guide_relation_changes_pkey PRIMARY KEY (merchant_id, change_id)
);
CREATE INDEX guide_relation_changes_customer_idx
    ON guide_relation_changes (merchant_id, customer_id, effective_at);

CREATE TABLE opening_guides (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    guide_id    text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT opening_guides_pkey PRIMARY KEY (merchant_id, member_id)
);
CREATE INDEX opening_guides_guide_idx ON opening_guides (merchant_id, guide_id, at);

CREATE TABLE performances (
    merchant_id    text        NOT NULL,
    performance_id text        NOT NULL,
    kind           text        NOT NULL,
    guide_id       text        NOT NULL,
    store_id       text        NOT NULL,
    source_id      text        NOT NULL,
    order_id       text        NOT NULL,
    refund_id      text        NOT NULL,
    amount_fen     bigint      NOT NULL,
    channel        text        NOT NULL,
    period         text        NOT NULL,
    at             timestamptz NOT NULL,
    CONSTRAINT performances_pkey PRIMARY KEY (merchant_id, performance_id),
    CONSTRAINT performances_kind CHECK (kind IN ('SALES', 'EXCLUSIVE', 'STORE')),
    CONSTRAINT performances_owner CHECK (
        CASE kind WHEN 'STORE' THEN guide_id = '' AND store_id <> '' ELSE guide_id <> '' END
    ),
    -- An order adds, a refund takes.
    CONSTRAINT performances_sign CHECK (
        CASE refund_id WHEN '' THEN amount_fen > 0 ELSE amount_fen < 0 END
    )
);
CREATE INDEX performances_guide_idx ON performances (merchant_id, guide_id, period, at)
    WHERE kind <> 'STORE';
CREATE INDEX performances_store_idx ON performances (merchant_id, store_id, period)
    WHERE kind = 'STORE';
CREATE INDEX performances_source_idx ON performances (merchant_id, source_id);

CREATE TABLE targets (
    merchant_id text        NOT NULL,
    target_id   text        NOT NULL,
    kind        text        NOT NULL,
    owner_id    text        NOT NULL,
    period      text        NOT NULL,
    target_fen  bigint      NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT targets_pkey PRIMARY KEY (merchant_id, target_id),
    CONSTRAINT targets_positive CHECK (target_fen > 0)
);

CREATE TABLE referral_programmes (
    merchant_id        text        NOT NULL,
    programme_id       text        NOT NULL,
    version            bigint      NOT NULL,
    name               text        NOT NULL,
    active             boolean     NOT NULL,
    referrers          jsonb       NOT NULL,
    rewards            jsonb       NOT NULL,
    min_order_fen      bigint      NOT NULL,
    window_days        bigint      NOT NULL,
    day_cap            bigint      NOT NULL,
    month_cap          bigint      NOT NULL,
    blacklist          jsonb       NOT NULL,
    refund_window_days bigint      NOT NULL,
    changed_by         text        NOT NULL,
    changed_at         timestamptz NOT NULL,
    CONSTRAINT referral_programmes_pkey PRIMARY KEY (merchant_id, programme_id)
);

-- One referrer per new member: the key says so.
CREATE TABLE referrals (
    merchant_id    text        NOT NULL,
    member_id      text        NOT NULL,
    programme_id   text        NOT NULL,
    referrer_kind  text        NOT NULL,
    referrer_id    text        NOT NULL,
    state          text        NOT NULL,
    terms          jsonb       NOT NULL,
    phone_verified boolean     NOT NULL,
    given          jsonb       NOT NULL,
    number         bigint      NOT NULL,
    source_id      text        NOT NULL,
    reason         text        NOT NULL,
    clicked_at     timestamptz NOT NULL,
    enrolled_at    timestamptz,
    qualified_at   timestamptz,
    CONSTRAINT referrals_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT referrals_state CHECK (
        state IN ('CLICKED', 'ENROLLED', 'QUALIFIED', 'REWARDED', 'REJECTED', 'CLAWED_BACK')
    ),
    CONSTRAINT referrals_not_oneself CHECK (
        referrer_kind <> 'MEMBER' OR referrer_id <> member_id OR state = 'REJECTED'
    )
);
CREATE INDEX referrals_referrer_idx ON referrals (merchant_id, referrer_id, member_id);

CREATE TABLE seen_identities (
    merchant_id text        NOT NULL,
    identity    text        NOT NULL,
    member_id   text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT seen_identities_pkey PRIMARY KEY (merchant_id, identity)
);

CREATE TABLE referral_counts (
    merchant_id text   NOT NULL,
    count_id    text   NOT NULL,
    qualified   bigint NOT NULL,
    CONSTRAINT referral_counts_pkey PRIMARY KEY (merchant_id, count_id)
);
