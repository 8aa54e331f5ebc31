-- Segments (人群): rules over profiles, who is in, and snapshots.
-- append-only: segment_versions
-- append-only: snapshot_pages

CREATE TABLE segments (
    merchant_id  text        NOT NULL,
    segment_id   text        NOT NULL,
    name         text        NOT NULL,
    description  text        NOT NULL,
    kind         text        NOT NULL,
    state        text        NOT NULL,
    rule         text        NOT NULL,
    rule_version bigint      NOT NULL,
    reads        jsonb       NOT NULL,  -- the columns of profiles that the rule reads
    is_timed     boolean     NOT NULL,  -- its answers change by time alone
    is_watched   boolean     NOT NULL,  -- dynamic, and neither a draft nor archived
    is_quiet     boolean     NOT NULL,  -- filling it tells no events
    is_running   boolean     NOT NULL,  -- all members are being gone through
    run          bigint      NOT NULL,
    reached      text        NOT NULL,  -- the last member the run has done
    run_at       timestamptz,           -- since when the run goes
    entered      bigint      NOT NULL,  -- by the run
    left_count   bigint      NOT NULL,
    computed_at  timestamptz,
    pages        bigint      NOT NULL,  -- of a list that was uploaded
    version      bigint      NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT segments_pkey PRIMARY KEY (merchant_id, segment_id),
    CONSTRAINT segments_kind CHECK (kind IN ('STATIC', 'DYNAMIC')),
    CONSTRAINT segments_state CHECK (state IN ('DRAFT', 'READY', 'COMPUTING', 'ARCHIVED')),
    CONSTRAINT segments_rule CHECK (kind = 'STATIC' OR rule <> ''),
    CONSTRAINT segments_watched CHECK (
        is_watched = (kind = 'DYNAMIC' AND state IN ('READY', 'COMPUTING'))
    ),
    CONSTRAINT segments_running CHECK (
        (state <> 'COMPUTING' OR is_running) AND (NOT is_running OR state IN ('COMPUTING', 'ARCHIVED'))
    )
) WITH (fillfactor = 70);
CREATE INDEX segments_watched_idx ON segments (merchant_id, is_watched);
CREATE INDEX segments_running_idx ON segments (merchant_id, segment_id) WHERE is_running;

CREATE TABLE segment_versions (
    merchant_id  text        NOT NULL,
    segment_id   text        NOT NULL,
    rule_version bigint      NOT NULL,
    rule         text        NOT NULL,
    set_by       text        NOT NULL,
    set_at       timestamptz NOT NULL,
    CONSTRAINT segment_versions_pkey PRIMARY KEY (merchant_id, segment_id, rule_version)
);

-- Partitioned as profiles are, so that both are gone through together.
CREATE TABLE segment_members (
    merchant_id  text        NOT NULL,
    segment_id   text        NOT NULL,
    member_id    text        NOT NULL,
    rule_version bigint      NOT NULL,
    entered_at   timestamptz NOT NULL,
    CONSTRAINT segment_members_pkey PRIMARY KEY (merchant_id, segment_id, member_id)
) PARTITION BY HASH (merchant_id, member_id);
CREATE TABLE segment_members_0 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE segment_members_1 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE segment_members_2 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE segment_members_3 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE segment_members_4 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE segment_members_5 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE segment_members_6 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE segment_members_7 PARTITION OF segment_members FOR VALUES WITH (MODULUS 8, REMAINDER 7);
CREATE INDEX segment_members_member_idx ON segment_members (merchant_id, member_id);

CREATE TABLE snapshots (
    merchant_id  text        NOT NULL,
    snapshot_id  text        NOT NULL,
    segment_id   text        NOT NULL,
    rule_version bigint      NOT NULL,
    state        text        NOT NULL,
    members      bigint      NOT NULL,
    pages        bigint      NOT NULL,
    reached      text        NOT NULL,  -- the last member of the last page
    checksum     text        NOT NULL,
    is_published boolean     NOT NULL,
    told         bigint      NOT NULL,  -- how many pages went out as events
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    ready_at     timestamptz,
    CONSTRAINT snapshots_pkey PRIMARY KEY (merchant_id, snapshot_id),
    CONSTRAINT snapshots_state CHECK (state IN ('BUILDING', 'SEALING', 'PUBLISHING', 'READY')),
    CONSTRAINT snapshots_told CHECK (told BETWEEN 0 AND pages),
    CONSTRAINT snapshots_ready CHECK (
        (state IN ('PUBLISHING', 'READY')) = (ready_at IS NOT NULL)
        AND (ready_at IS NOT NULL) = (checksum <> '')
    )
) WITH (fillfactor = 70);
CREATE INDEX snapshots_open_idx ON snapshots (merchant_id, snapshot_id) WHERE state <> 'READY';
CREATE INDEX snapshots_segment_idx ON snapshots (merchant_id, segment_id, snapshot_id);

CREATE TABLE snapshot_pages (
    merchant_id text   NOT NULL,
    snapshot_id text   NOT NULL,
    page        bigint NOT NULL,
    member_ids  jsonb  NOT NULL,
    sha256      text   NOT NULL,
    CONSTRAINT snapshot_pages_pkey PRIMARY KEY (merchant_id, snapshot_id, page)
);

-- Whose profile changed in a column that some watched segment reads, and which columns those were.
-- Written by the triggers below, so that no way to change a profile, the set-based ones included,
-- can forget the segments; taken by the sweep that judges.
CREATE TABLE segment_marks (
    merchant_id text        NOT NULL,
    mark_id     bigint      GENERATED ALWAYS AS IDENTITY,
    member_id   text        NOT NULL,
    columns     jsonb       NOT NULL,  -- ["*"] of a new profile
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT segment_marks_pkey PRIMARY KEY (merchant_id, mark_id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX segment_marks_id_idx ON segment_marks (mark_id);

CREATE FUNCTION mark_new_profiles() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM segments WHERE is_watched) THEN
        RETURN NULL;
    END IF;
    INSERT INTO segment_marks (merchant_id, member_id, columns)
    SELECT n.merchant_id, n.member_id, '["*"]'
    FROM new_profiles n
    WHERE EXISTS (SELECT FROM segments s WHERE s.merchant_id = n.merchant_id AND s.is_watched);
    RETURN NULL;
END $$;

-- The engine's sessions may not join by hash, which is what two lists without an index need.
CREATE FUNCTION mark_changed_profiles() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT SET enable_hashjoin TO on SET enable_nestloop TO off
    SET plan_cache_mode TO auto AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM segments WHERE is_watched) THEN
        RETURN NULL;
    END IF;
    INSERT INTO segment_marks (merchant_id, member_id, columns)
    SELECT c.merchant_id, c.member_id, to_jsonb(c.columns)
    FROM (
        SELECT n.merchant_id, n.member_id, array_remove(ARRAY[
            CASE WHEN n.status IS DISTINCT FROM o.status THEN 'status' END,
            CASE WHEN n.created_at IS DISTINCT FROM o.created_at THEN 'created_at' END,
            CASE WHEN n.enrolled_at IS DISTINCT FROM o.enrolled_at THEN 'enrolled_at' END,
            CASE WHEN n.enrol_channel IS DISTINCT FROM o.enrol_channel THEN 'enrol_channel' END,
            CASE WHEN n.store_id IS DISTINCT FROM o.store_id THEN 'store_id' END,
            CASE WHEN n.source IS DISTINCT FROM o.source THEN 'source' END,
            CASE WHEN n.source_at IS DISTINCT FROM o.source_at THEN 'source_at' END,
            CASE WHEN n.referrer_id IS DISTINCT FROM o.referrer_id THEN 'referrer_id' END,
            CASE WHEN n.opening_guide_id IS DISTINCT FROM o.opening_guide_id
                THEN 'opening_guide_id' END,
            CASE WHEN n.guide_id IS DISTINCT FROM o.guide_id THEN 'guide_id' END,
            CASE WHEN n.guide_at IS DISTINCT FROM o.guide_at THEN 'guide_at' END,
            CASE WHEN n.order_count IS DISTINCT FROM o.order_count THEN 'order_count' END,
            CASE WHEN n.first_paid_at IS DISTINCT FROM o.first_paid_at THEN 'first_paid_at' END,
            CASE WHEN n.last_paid_at IS DISTINCT FROM o.last_paid_at THEN 'last_paid_at' END,
            CASE WHEN n.net_sales_fen IS DISTINCT FROM o.net_sales_fen THEN 'net_sales_fen' END,
            CASE WHEN n.refunded_fen IS DISTINCT FROM o.refunded_fen THEN 'refunded_fen' END,
            CASE WHEN n.avg_order_fen IS DISTINCT FROM o.avg_order_fen THEN 'avg_order_fen' END,
            CASE WHEN n.last_category_id IS DISTINCT FROM o.last_category_id
                THEN 'last_category_id' END,
            CASE WHEN n.last_store_id IS DISTINCT FROM o.last_store_id THEN 'last_store_id' END,
            CASE WHEN n.last_channel IS DISTINCT FROM o.last_channel THEN 'last_channel' END,
            CASE WHEN n.stage IS DISTINCT FROM o.stage THEN 'stage' END,
            CASE WHEN n.stage_since IS DISTINCT FROM o.stage_since THEN 'stage_since' END,
            CASE WHEN n.cycle_days IS DISTINCT FROM o.cycle_days THEN 'cycle_days' END,
            CASE WHEN n.wake_round IS DISTINCT FROM o.wake_round THEN 'wake_round' END,
            CASE WHEN n.is_habit IS DISTINCT FROM o.is_habit THEN 'is_habit' END,
            CASE WHEN n.is_super IS DISTINCT FROM o.is_super THEN 'is_super' END,
            CASE WHEN n.feedback_count IS DISTINCT FROM o.feedback_count THEN 'feedback_count' END,
            CASE WHEN n.referral_count IS DISTINCT FROM o.referral_count THEN 'referral_count' END,
            CASE WHEN n.tier_id IS DISTINCT FROM o.tier_id THEN 'tier_id' END,
            CASE WHEN n.tier_level IS DISTINCT FROM o.tier_level THEN 'tier_level' END,
            CASE WHEN n.points IS DISTINCT FROM o.points THEN 'points' END,
            CASE WHEN n.principal_fen IS DISTINCT FROM o.principal_fen THEN 'principal_fen' END,
            CASE WHEN n.bonus_fen IS DISTINCT FROM o.bonus_fen THEN 'bonus_fen' END,
            CASE WHEN n.paid_member_until IS DISTINCT FROM o.paid_member_until
                THEN 'paid_member_until' END,
            CASE WHEN n.coupons_received IS DISTINCT FROM o.coupons_received
                THEN 'coupons_received' END,
            CASE WHEN n.coupons_used IS DISTINCT FROM o.coupons_used THEN 'coupons_used' END,
            CASE WHEN n.groups_joined IS DISTINCT FROM o.groups_joined THEN 'groups_joined' END,
            CASE WHEN n.promoter_id IS DISTINCT FROM o.promoter_id THEN 'promoter_id' END,
            CASE WHEN n.birthday IS DISTINCT FROM o.birthday THEN 'birthday' END,
            CASE WHEN n.tags IS DISTINCT FROM o.tags THEN 'tags' END,
            CASE WHEN n.attributes IS DISTINCT FROM o.attributes THEN 'attributes' END,
            CASE WHEN n.consents IS DISTINCT FROM o.consents THEN 'consents' END,
            CASE WHEN n.behaviour IS DISTINCT FROM o.behaviour THEN 'behaviour' END,
            CASE WHEN n.last_seen_at IS DISTINCT FROM o.last_seen_at THEN 'last_seen_at' END,
            CASE WHEN n.rfm_recency IS DISTINCT FROM o.rfm_recency THEN 'rfm_recency' END,
            CASE WHEN n.rfm_frequency IS DISTINCT FROM o.rfm_frequency THEN 'rfm_frequency' END,
            CASE WHEN n.rfm_monetary IS DISTINCT FROM o.rfm_monetary THEN 'rfm_monetary' END
        ], NULL) AS columns
        FROM new_profiles n
        JOIN old_profiles o ON o.merchant_id = n.merchant_id AND o.member_id = n.member_id
    ) AS c
    JOIN (
        SELECT s.merchant_id, array_agg(DISTINCT r.name) AS reads
        FROM segments s, jsonb_array_elements_text(s.reads) AS r (name)
        WHERE s.is_watched GROUP BY s.merchant_id
    ) AS w ON w.merchant_id = c.merchant_id AND w.reads && c.columns;
    RETURN NULL;
END $$;

CREATE TRIGGER profiles_new AFTER INSERT ON profiles
    REFERENCING NEW TABLE AS new_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION mark_new_profiles();
CREATE TRIGGER profiles_changed AFTER UPDATE ON profiles
    REFERENCING OLD TABLE AS old_profiles NEW TABLE AS new_profiles
    FOR EACH STATEMENT EXECUTE FUNCTION mark_changed_profiles();
