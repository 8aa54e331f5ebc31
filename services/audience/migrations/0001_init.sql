-- Audience: profiles, facts, lifecycle, tags, attributes, consent. Fen, whole points, CST days.
-- append-only: stage_changes
-- append-only: consent_records

-- The wide row per member that segments are compiled against. Partitions keep each index and each
-- vacuum small with tens of millions of members of one merchant; see services/audience/README.md.
-- The rfm_ columns are written by the set-based refresh only, never by the engine.
CREATE TABLE profiles (
    merchant_id      text        NOT NULL,
    member_id        text        NOT NULL,
    status           text        NOT NULL,
    merged_into      text        NOT NULL,
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    -- where they came from
    enrolled_at      timestamptz,
    enrol_channel    text        NOT NULL,
    store_id         text        NOT NULL,
    source           text        NOT NULL,
    source_at        timestamptz,
    referrer_id      text        NOT NULL,
    opening_guide_id text        NOT NULL,
    guide_id         text        NOT NULL,
    guide_at         timestamptz,
    -- what they bought: orders refunded in full are in none of these but refunded_fen
    order_count      bigint      NOT NULL,
    first_paid_at    timestamptz,
    last_paid_at     timestamptz,
    order_days       jsonb       NOT NULL,
    net_sales_fen    bigint      NOT NULL,
    refunded_fen     bigint      NOT NULL,
    avg_order_fen    bigint      NOT NULL,
    last_order_id    text        NOT NULL,
    last_category_id text        NOT NULL,
    last_store_id    text        NOT NULL,
    last_channel     text        NOT NULL,
    -- lifecycle
    stage            text        NOT NULL,
    stage_since      timestamptz NOT NULL,
    evaluated_at     timestamptz NOT NULL,
    next_stage_at    timestamptz,
    cycle_days       bigint      NOT NULL,
    cycle_source     text        NOT NULL,
    stage_number     bigint      NOT NULL,
    wake_round       bigint      NOT NULL,
    wake_ended_at    timestamptz,
    is_habit         boolean     NOT NULL,
    is_super         boolean     NOT NULL,
    feedback_count   bigint      NOT NULL,
    referral_count   bigint      NOT NULL,
    -- standing, as their own services tell it
    tier_id          text        NOT NULL,
    tier_level       bigint      NOT NULL,
    points           bigint      NOT NULL,
    principal_fen    bigint      NOT NULL,
    bonus_fen        bigint      NOT NULL,
    paid_member_until timestamptz,
    coupons_received bigint      NOT NULL,
    coupons_used     bigint      NOT NULL,
    groups_joined    bigint      NOT NULL,
    promoter_id      text        NOT NULL,
    -- portrait: jsonb lists of text, and objects
    birthday         text        NOT NULL,
    tags             jsonb       NOT NULL,
    attributes       jsonb       NOT NULL,
    consents         jsonb       NOT NULL,
    behaviour        jsonb       NOT NULL,
    last_seen_at     timestamptz,
    -- RFM (see above); 0 = never scored
    rfm_recency      smallint    NOT NULL DEFAULT 0,
    rfm_frequency    smallint    NOT NULL DEFAULT 0,
    rfm_monetary     smallint    NOT NULL DEFAULT 0,
    rfm_as_of        date,
    CONSTRAINT profiles_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT profiles_status CHECK (
        status IN ('VISITOR', 'MEMBER', 'FROZEN', 'CLOSED', 'MERGED')
    ),
    CONSTRAINT profiles_merged CHECK ((status = 'MERGED') = (merged_into <> '')),
    CONSTRAINT profiles_stage CHECK (stage IN (
        'PROSPECT', 'NEW', 'RETURNING', 'ACTIVE', 'SILENT', 'SLEEPING', 'LOST'
    )),
    CONSTRAINT profiles_prospect CHECK ((stage = 'PROSPECT') = (order_count = 0)),
    CONSTRAINT profiles_counts CHECK (
        order_count >= 0 AND refunded_fen >= 0 AND feedback_count >= 0 AND referral_count >= 0
    ),
    CONSTRAINT profiles_paid CHECK (
        (order_count = 0) = (last_paid_at IS NULL) AND (order_count = 0) = (first_paid_at IS NULL)
    ),
    CONSTRAINT profiles_cycle CHECK (cycle_source IN ('', 'MEMBER', 'COHORT', 'DEFAULT')),
    CONSTRAINT profiles_birthday CHECK (birthday = '' OR birthday ~ '^[01][0-9]-[0-3][0-9]$'),
    CONSTRAINT profiles_rfm CHECK (
        rfm_recency BETWEEN 0 AND 5 AND rfm_frequency BETWEEN 0 AND 5
        AND rfm_monetary BETWEEN 0 AND 5
    )
) PARTITION BY HASH (merchant_id, member_id);
CREATE TABLE profiles_0 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 0)
    WITH (fillfactor = 70);
CREATE TABLE profiles_1 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 1)
    WITH (fillfactor = 70);
CREATE TABLE profiles_2 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 2)
    WITH (fillfactor = 70);
CREATE TABLE profiles_3 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 3)
    WITH (fillfactor = 70);
CREATE TABLE profiles_4 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 4)
    WITH (fillfactor = 70);
CREATE TABLE profiles_5 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 5)
    WITH (fillfactor = 70);
CREATE TABLE profiles_6 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 6)
    WITH (fillfactor = 70);
CREATE TABLE profiles_7 PARTITION OF profiles FOR VALUES WITH (MODULUS 8, REMAINDER 7)
    WITH (fillfactor = 70);
CREATE INDEX profiles_stage_idx ON profiles (merchant_id, stage, member_id);
CREATE INDEX profiles_due_idx ON profiles (next_stage_at) WHERE next_stage_at IS NOT NULL;

-- Who a member turned out to be.
CREATE TABLE aliases (
    merchant_id text NOT NULL,
    member_id   text NOT NULL,
    into_member text NOT NULL,
    merge_id    text NOT NULL,
    CONSTRAINT aliases_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT aliases_not_itself CHECK (member_id <> into_member)
);
CREATE INDEX aliases_into_idx ON aliases (merchant_id, into_member);

-- One row per paid order; net_fen is what its goods cost after all discounts, shipping apart.
CREATE TABLE order_facts (
    merchant_id           text        NOT NULL,
    order_id              text        NOT NULL,
    member_id             text        NOT NULL,
    channel               text        NOT NULL,
    store_id              text        NOT NULL,
    guide_id              text        NOT NULL,
    paid_at               timestamptz NOT NULL,
    completed_at          timestamptz,
    net_fen               bigint      NOT NULL,
    shipping_fen          bigint      NOT NULL,
    refunded_fen          bigint      NOT NULL,
    shipping_refunded_fen bigint      NOT NULL,
    is_full_refund        boolean     NOT NULL,
    refunded_at           timestamptz,
    -- of the largest line
    category_id           text        NOT NULL,
    -- [{line_id, sku_id, spu_id, category_id, qty, net_fen, refunded_qty, refunded_fen}]
    lines                 jsonb       NOT NULL,
    refund_ids            jsonb       NOT NULL,
    CONSTRAINT order_facts_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT order_facts_amounts CHECK (
        net_fen >= 0 AND shipping_fen >= 0 AND refunded_fen >= 0 AND shipping_refunded_fen >= 0
    ),
    CONSTRAINT order_facts_refunded CHECK (
        (refunded_at IS NOT NULL) = (jsonb_array_length(refund_ids) > 0)
    )
) WITH (fillfactor = 85);
CREATE INDEX order_facts_member_idx ON order_facts (merchant_id, member_id, paid_at, order_id);

CREATE TABLE behaviour_facts (
    merchant_id  text        NOT NULL,
    fact_id      text        NOT NULL,
    member_id    text        NOT NULL,
    event_name   text        NOT NULL,
    happened_at  timestamptz NOT NULL,
    item_id      text        NOT NULL,
    store_id     text        NOT NULL,
    live_id      text        NOT NULL,
    promoter_id  text        NOT NULL,
    guide_id     text        NOT NULL,
    channel_code text        NOT NULL,
    template_id  text        NOT NULL,
    count        bigint      NOT NULL,
    amount_fen   bigint      NOT NULL,
    CONSTRAINT behaviour_facts_pkey PRIMARY KEY (merchant_id, fact_id)
);
CREATE INDEX behaviour_facts_member_idx ON behaviour_facts (merchant_id, member_id, happened_at);
CREATE INDEX behaviour_facts_trim_idx ON behaviour_facts (happened_at);

-- A referral that counts for who referred, until it is clawed back.
CREATE TABLE referral_facts (
    merchant_id  text    NOT NULL,
    programme_id text    NOT NULL,
    new_member   text    NOT NULL,
    referrer_id  text    NOT NULL,
    counts       boolean NOT NULL,
    CONSTRAINT referral_facts_pkey PRIMARY KEY (merchant_id, programme_id, new_member)
);
CREATE INDEX referral_facts_referrer_idx ON referral_facts (merchant_id, referrer_id);

-- A merchant's lifecycle rules, and how often members of each category come back: the medians of
-- the last refresh, in days.
CREATE TABLE lifecycle_policies (
    merchant_id text        NOT NULL,
    scope       text        NOT NULL,
    version     bigint      NOT NULL,
    terms       jsonb       NOT NULL,
    cohorts     jsonb       NOT NULL,
    set_at      timestamptz NOT NULL,
    set_by      text        NOT NULL,
    CONSTRAINT lifecycle_policies_pkey PRIMARY KEY (merchant_id, scope)
);

CREATE TABLE stage_changes (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    number      bigint      NOT NULL,
    changed_at  timestamptz NOT NULL,
    from_stage  text        NOT NULL,
    to_stage    text        NOT NULL,
    order_count bigint      NOT NULL,
    days_since  bigint      NOT NULL,
    cycle_days  bigint      NOT NULL,
    CONSTRAINT stage_changes_pkey PRIMARY KEY (merchant_id, member_id, number),
    CONSTRAINT stage_changes_change CHECK (from_stage <> to_stage)
);
CREATE INDEX stage_changes_at_idx ON stage_changes (merchant_id, changed_at);

-- Long work over all members of a merchant, in chunks: what is done of it, and up to whom.
CREATE TABLE member_runs (
    merchant_id text        NOT NULL,
    kind        text        NOT NULL,
    run_id      text        NOT NULL,
    as_of       date        NOT NULL,
    state       text        NOT NULL,
    reached     text        NOT NULL,
    members     bigint      NOT NULL,
    changed     bigint      NOT NULL,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    terms       jsonb       NOT NULL,
    CONSTRAINT member_runs_pkey PRIMARY KEY (merchant_id, kind),
    CONSTRAINT member_runs_state CHECK (state IN ('RUNNING', 'DONE')),
    CONSTRAINT member_runs_ended CHECK ((state = 'DONE') = (ended_at IS NOT NULL))
);
CREATE INDEX member_runs_open_idx ON member_runs (kind) WHERE state = 'RUNNING';

CREATE TABLE attribute_definitions (
    merchant_id text        NOT NULL,
    name        text        NOT NULL,
    type        text        NOT NULL,
    allowed     jsonb       NOT NULL,
    is_personal boolean     NOT NULL,
    label       text        NOT NULL,
    is_retired  boolean     NOT NULL,
    defined_at  timestamptz NOT NULL,
    CONSTRAINT attribute_definitions_pkey PRIMARY KEY (merchant_id, name),
    CONSTRAINT attribute_definitions_type CHECK (
        type IN ('TEXT', 'NUMBER', 'FLAG', 'DATE', 'CHOICE', 'CHOICES')
    )
);

CREATE TABLE tag_definitions (
    merchant_id text        NOT NULL,
    tag_id      text        NOT NULL,
    name        text        NOT NULL,
    category    text        NOT NULL,
    segment_id  text        NOT NULL,
    is_retired  boolean     NOT NULL,
    defined_at  timestamptz NOT NULL,
    CONSTRAINT tag_definitions_pkey PRIMARY KEY (merchant_id, tag_id)
);
CREATE INDEX tag_definitions_segment_idx ON tag_definitions (merchant_id, segment_id)
    WHERE segment_id <> '';

CREATE TABLE tag_assignments (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    tag_id      text        NOT NULL,
    origin      text        NOT NULL,
    assigned_by text        NOT NULL,
    assigned_at timestamptz NOT NULL,
    CONSTRAINT tag_assignments_pkey PRIMARY KEY (merchant_id, member_id, tag_id),
    CONSTRAINT tag_assignments_origin CHECK (origin IN ('MANUAL', 'RULE', 'JOURNEY'))
);
CREATE INDEX tag_assignments_tag_idx ON tag_assignments (merchant_id, tag_id, member_id);

CREATE TABLE consents (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    purpose     text        NOT NULL,
    is_granted  boolean     NOT NULL,
    changed_at  timestamptz NOT NULL,
    record_id   text        NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (merchant_id, member_id, channel, purpose)
);

-- Every yes and no with its proof (个人信息保护法 art. 14, 24): what was shown, where and when.
CREATE TABLE consent_records (
    merchant_id text        NOT NULL,
    record_id   text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    purpose     text        NOT NULL,
    is_granted  boolean     NOT NULL,
    evidence    text        NOT NULL,
    recorded_by text        NOT NULL,
    given_at    timestamptz NOT NULL,
    CONSTRAINT consent_records_pkey PRIMARY KEY (merchant_id, record_id)
);
CREATE INDEX consent_records_member_idx ON consent_records (merchant_id, member_id, given_at);
