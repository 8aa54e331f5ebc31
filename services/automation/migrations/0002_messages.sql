-- Messages and campaigns: policies, templates, consents, quotas, messages, attribution. Fen.
-- append-only: consent_records
-- append-only: quota_entries

CREATE TABLE policies (
    merchant_id text        NOT NULL,
    policy_id   text        NOT NULL,
    version     bigint      NOT NULL,
    rules       jsonb       NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT policies_pkey PRIMARY KEY (merchant_id, policy_id)
);

CREATE TABLE message_templates (
    merchant_id text        NOT NULL,
    template_id text        NOT NULL,
    version     bigint      NOT NULL,
    name        text        NOT NULL,
    purpose     text        NOT NULL,
    channels    jsonb       NOT NULL,
    variants    jsonb       NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT message_templates_pkey PRIMARY KEY (merchant_id, template_id),
    CONSTRAINT message_templates_purpose CHECK (purpose IN ('MARKETING', 'TRANSACTIONAL'))
);

CREATE TABLE consents (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    purpose     text        NOT NULL,
    granted     boolean     NOT NULL,
    given_at    timestamptz NOT NULL,
    evidence    text        NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (merchant_id, member_id, channel, purpose),
    CONSTRAINT consents_channel CHECK (channel IN ('SUBSCRIBE', 'SMS', 'OA', 'WECOM')),
    CONSTRAINT consents_purpose CHECK (purpose IN ('MARKETING', 'TRANSACTIONAL'))
);

CREATE TABLE consent_records (
    merchant_id text        NOT NULL,
    record_id   text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    purpose     text        NOT NULL,
    granted     boolean     NOT NULL,
    given_at    timestamptz NOT NULL,
    evidence    text        NOT NULL,
    recorded_by text        NOT NULL,
    CONSTRAINT consent_records_pkey PRIMARY KEY (merchant_id, record_id)
);
CREATE INDEX consent_records_member_idx
    ON consent_records (merchant_id, member_id, channel, purpose, given_at);

CREATE TABLE suppressions (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    active      boolean     NOT NULL,
    reason      text        NOT NULL,
    evidence    text        NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT suppressions_pkey PRIMARY KEY (merchant_id, member_id, channel),
    CONSTRAINT suppressions_reason CHECK (reason IN ('OPT_OUT', 'COMPLAINT', 'MANUAL'))
);

CREATE TABLE recipients (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    zone        text        NOT NULL,
    tier_id     text        NOT NULL,
    tier_at     timestamptz NOT NULL,
    stage       text        NOT NULL,
    stage_at    timestamptz NOT NULL,
    gone        text        NOT NULL,
    CONSTRAINT recipients_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT recipients_gone CHECK (gone IN ('', 'CLOSED', 'MERGED'))
);

CREATE TABLE channel_quotas (
    merchant_id text   NOT NULL,
    member_id   text   NOT NULL,
    channel     text   NOT NULL,
    template_id text   NOT NULL,
    remaining   bigint NOT NULL,
    CONSTRAINT channel_quotas_pkey PRIMARY KEY (merchant_id, member_id, channel, template_id),
    CONSTRAINT channel_quotas_not_negative CHECK (remaining >= 0)
) WITH (fillfactor = 70);

CREATE TABLE quota_entries (
    merchant_id text        NOT NULL,
    entry_id    text        NOT NULL,
    member_id   text        NOT NULL,
    channel     text        NOT NULL,
    template_id text        NOT NULL,
    kind        text        NOT NULL,
    delta       bigint      NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT quota_entries_pkey PRIMARY KEY (merchant_id, entry_id),
    CONSTRAINT quota_entries_delta CHECK (
        CASE kind WHEN 'GRANT' THEN delta > 0 WHEN 'SEND' THEN delta = -1
                  WHEN 'RESTORE' THEN delta = 1 ELSE false END
    )
);
CREATE INDEX quota_entries_quota_idx
    ON quota_entries (merchant_id, member_id, channel, template_id);

CREATE TABLE frequency_counters (
    merchant_id text   NOT NULL,
    member_id   text   NOT NULL,
    period      text   NOT NULL,
    channel     text   NOT NULL,
    reserved    bigint NOT NULL,
    delivered   bigint NOT NULL,
    cap         bigint NOT NULL,
    CONSTRAINT frequency_counters_pkey PRIMARY KEY (merchant_id, member_id, period, channel),
    CONSTRAINT frequency_counters_not_negative CHECK (reserved >= 0 AND delivered >= 0),
    -- Never one message too many, whatever the code does.
    CONSTRAINT frequency_counters_capped CHECK (cap = 0 OR reserved + delivered <= cap)
) WITH (fillfactor = 70);

CREATE TABLE messages (
    merchant_id  text        NOT NULL,
    message_id   text        NOT NULL,
    source_kind  text        NOT NULL,
    source_id    text        NOT NULL,
    ref          text        NOT NULL,
    step         text        NOT NULL,
    member_id    text        NOT NULL,
    template_id  text        NOT NULL,
    channels     jsonb       NOT NULL,
    is_marketing boolean     NOT NULL,
    priority     bigint      NOT NULL,
    params       jsonb       NOT NULL,
    state        text        NOT NULL,
    reason       text        NOT NULL,
    planned_at   timestamptz NOT NULL,
    planned_for  timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    window_hours bigint      NOT NULL,
    window_until timestamptz,
    coupon_id    text        NOT NULL,
    channel      text        NOT NULL,
    attempts     jsonb       NOT NULL,
    cost_fen     bigint      NOT NULL,
    ended_at     timestamptz,
    -- The id is made of what it is for: one for each step of an enrolment, and for each member of a
    -- campaign.
    CONSTRAINT messages_pkey PRIMARY KEY (merchant_id, message_id),
    CONSTRAINT messages_id CHECK (message_id = CASE source_kind
        WHEN 'JOURNEY' THEN 'e/' || ref || '/' || step ELSE 'c/' || ref || '/' || member_id END),
    CONSTRAINT messages_source CHECK (source_kind IN ('JOURNEY', 'CAMPAIGN')),
    CONSTRAINT messages_state CHECK (
        CASE state
            WHEN 'PLANNED' THEN reason = '' AND ended_at IS NULL
            WHEN 'HELD_QUIET' THEN reason = '' AND ended_at IS NULL
            WHEN 'SENDING' THEN reason = '' AND ended_at IS NULL AND channel <> ''
            WHEN 'DELIVERED' THEN reason = '' AND ended_at IS NOT NULL AND channel <> ''
            WHEN 'FAILED' THEN reason <> '' AND ended_at IS NOT NULL
            WHEN 'SKIPPED' THEN ended_at IS NOT NULL AND reason IN (
                'CAPPED', 'NO_CONSENT', 'NO_QUOTA', 'SUPPRESSED', 'HOLDOUT', 'CANCELLED',
                'NO_TEMPLATE'
            )
            ELSE false
        END
    ),
    CONSTRAINT messages_cost CHECK (cost_fen >= 0)
) WITH (fillfactor = 70);
CREATE INDEX messages_waiting_idx ON messages (merchant_id, member_id)
    WHERE state IN ('PLANNED', 'HELD_QUIET');
CREATE INDEX messages_member_idx ON messages (merchant_id, member_id, planned_at, message_id);
CREATE INDEX messages_source_idx ON messages (merchant_id, source_kind, source_id, state);

CREATE TABLE campaigns (
    merchant_id        text        NOT NULL,
    campaign_id        text        NOT NULL,
    name               text        NOT NULL,
    state              text        NOT NULL,
    reason             text        NOT NULL,
    audience_id        text        NOT NULL,
    segment_id         text        NOT NULL,
    template_id        text        NOT NULL,
    coupon_template_id text        NOT NULL,
    params             jsonb       NOT NULL,
    priority           bigint      NOT NULL,
    start_at           timestamptz NOT NULL,
    holdout_bp         bigint      NOT NULL,
    holdout_key        text        NOT NULL,
    window_hours       bigint      NOT NULL,
    pages              bigint      NOT NULL,
    pages_added        bigint      NOT NULL,
    last_member_id     text        NOT NULL,
    members            bigint      NOT NULL,
    treated            bigint      NOT NULL,
    held_out           bigint      NOT NULL,
    suppressed         bigint      NOT NULL,
    created_by         text        NOT NULL,
    created_at         timestamptz NOT NULL,
    ended_at           timestamptz,
    CONSTRAINT campaigns_pkey PRIMARY KEY (merchant_id, campaign_id),
    CONSTRAINT campaigns_state CHECK (
        state IN ('RUNNING', 'PAUSED', 'COMPLETED', 'CANCELLED', 'FAILED')
    ),
    CONSTRAINT campaigns_ended CHECK ((ended_at IS NULL) = (state IN ('RUNNING', 'PAUSED'))),
    CONSTRAINT campaigns_members CHECK (members = treated + held_out + suppressed),
    CONSTRAINT campaigns_holdout CHECK (holdout_bp BETWEEN 0 AND 10000)
) WITH (fillfactor = 70);
CREATE INDEX campaigns_listed_idx ON campaigns (merchant_id, created_at, campaign_id);

CREATE TABLE audience_pages (
    merchant_id text   NOT NULL,
    audience_id text   NOT NULL,
    page        bigint NOT NULL,
    pages       bigint NOT NULL,
    segment_id  text   NOT NULL,
    member_ids  jsonb  NOT NULL,
    CONSTRAINT audience_pages_pkey PRIMARY KEY (merchant_id, audience_id, page)
);

CREATE TABLE campaign_members (
    merchant_id text        NOT NULL,
    campaign_id text        NOT NULL,
    member_id   text        NOT NULL,
    state       text        NOT NULL,
    reason      text        NOT NULL,
    action_id   text        NOT NULL,
    coupon_id   text        NOT NULL,
    message_id  text        NOT NULL,
    assigned_at timestamptz NOT NULL,
    CONSTRAINT campaign_members_pkey PRIMARY KEY (merchant_id, campaign_id, member_id),
    -- A member that is held out gets nothing of any kind; a message never precedes its coupon.
    CONSTRAINT campaign_members_state CHECK (
        CASE state
            WHEN 'HELD_OUT' THEN action_id = '' AND coupon_id = '' AND message_id = ''
            WHEN 'SUPPRESSED' THEN action_id = '' AND coupon_id = '' AND message_id = ''
            WHEN 'GRANTING' THEN action_id <> '' AND coupon_id = '' AND message_id = ''
            WHEN 'REFUSED' THEN action_id <> '' AND coupon_id = '' AND message_id = ''
            WHEN 'PLANNED' THEN message_id <> '' AND (action_id = '') = (coupon_id = '')
            WHEN 'CANCELLED' THEN message_id = ''
            ELSE false
        END
    )
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX campaign_members_action_idx ON campaign_members (merchant_id, action_id)
    WHERE action_id <> '';
CREATE INDEX campaign_members_state_idx ON campaign_members (merchant_id, campaign_id, state);

CREATE TABLE touches (
    merchant_id text        NOT NULL,
    touch_id    text        NOT NULL,
    member_id   text        NOT NULL,
    kind        text        NOT NULL,
    source_kind text        NOT NULL,
    source_id   text        NOT NULL,
    at          timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    is_open     boolean     NOT NULL,
    CONSTRAINT touches_pkey PRIMARY KEY (merchant_id, touch_id),
    CONSTRAINT touches_kind CHECK (kind IN ('DELIVERED', 'TREATED', 'CONTROL')),
    CONSTRAINT touches_window CHECK (at <= until)
) WITH (fillfactor = 80);
CREATE INDEX touches_open_idx ON touches (merchant_id, member_id) WHERE is_open;
CREATE INDEX touches_source_idx ON touches (merchant_id, source_kind, source_id, kind);

CREATE TABLE attributed_orders (
    merchant_id      text        NOT NULL,
    order_id         text        NOT NULL,
    member_id        text        NOT NULL,
    paid_at          timestamptz NOT NULL,
    amount_fen       bigint      NOT NULL,
    refunded_fen     bigint      NOT NULL,
    refunded_in_full boolean     NOT NULL,
    refund_ids       jsonb       NOT NULL,
    source_kind      text        NOT NULL,
    source_id        text        NOT NULL,
    by               text        NOT NULL,
    -- One order, one source: it cannot be credited twice.
    CONSTRAINT attributed_orders_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT attributed_orders_refund CHECK (refunded_fen BETWEEN 0 AND amount_fen),
    CONSTRAINT attributed_orders_by CHECK ((by = '') = (source_id = ''))
) WITH (fillfactor = 80);
CREATE INDEX attributed_orders_source_idx
    ON attributed_orders (merchant_id, source_kind, source_id) WHERE source_id <> '';

CREATE TABLE conversions (
    merchant_id text    NOT NULL,
    order_id    text    NOT NULL,
    source_kind text    NOT NULL,
    source_id   text    NOT NULL,
    member_id   text    NOT NULL,
    is_control  boolean NOT NULL,
    amount_fen  bigint  NOT NULL,
    counts      boolean NOT NULL,
    CONSTRAINT conversions_pkey PRIMARY KEY (merchant_id, order_id, source_kind, source_id)
) WITH (fillfactor = 80);
CREATE INDEX conversions_source_idx
    ON conversions (merchant_id, source_kind, source_id, member_id) WHERE counts;

CREATE TABLE given_coupons (
    merchant_id  text    NOT NULL,
    coupon_id    text    NOT NULL,
    member_id    text    NOT NULL,
    source_kind  text    NOT NULL,
    source_id    text    NOT NULL,
    action_id    text    NOT NULL,
    is_used      boolean NOT NULL,
    order_id     text    NOT NULL,
    discount_fen bigint  NOT NULL,
    CONSTRAINT given_coupons_pkey PRIMARY KEY (merchant_id, coupon_id),
    CONSTRAINT given_coupons_discount CHECK (discount_fen >= 0 AND (is_used OR discount_fen = 0))
) WITH (fillfactor = 80);
CREATE INDEX given_coupons_source_idx ON given_coupons (merchant_id, source_kind, source_id);
