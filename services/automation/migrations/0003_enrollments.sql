-- Members as automation knows them, and their ways through journeys.

ALTER TABLE journey_versions ADD COLUMN in_use boolean NOT NULL DEFAULT false;
UPDATE journey_versions SET in_use = true WHERE state <> 'DRAFT';
CREATE INDEX journey_versions_in_use_idx ON journey_versions (merchant_id) WHERE in_use;
CREATE INDEX journeys_paused_idx ON journeys (merchant_id) WHERE state = 'PAUSED';

CREATE TABLE members (
    merchant_id   text        NOT NULL,
    member_id     text        NOT NULL,
    state         text        NOT NULL,
    merged_into   text        NOT NULL,
    stage         text        NOT NULL,
    stage_at      timestamptz,
    cycle_days    bigint      NOT NULL,
    order_count   bigint      NOT NULL,
    spent_fen     bigint      NOT NULL,
    last_order_at timestamptz,
    tier_id       text        NOT NULL,
    tier_level    bigint      NOT NULL,
    tier_need     bigint      NOT NULL,
    consents      jsonb       NOT NULL,
    tag_ids       jsonb       NOT NULL,
    birthday      text        NOT NULL,
    CONSTRAINT members_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT members_state CHECK (state IN ('ACTIVE', 'MERGED', 'CLOSED')),
    CONSTRAINT members_merged CHECK ((state = 'MERGED') = (merged_into <> '')),
    CONSTRAINT members_counts CHECK (order_count >= 0 AND cycle_days >= 0)
) WITH (fillfactor = 80);
CREATE INDEX members_merged_idx ON members (merchant_id, merged_into) WHERE merged_into <> '';
CREATE INDEX members_birthday_idx ON members (merchant_id, birthday, member_id)
    WHERE birthday <> '';

CREATE TABLE segment_members (
    merchant_id text        NOT NULL,
    segment_id  text        NOT NULL,
    member_id   text        NOT NULL,
    entered_at  timestamptz NOT NULL,
    CONSTRAINT segment_members_pkey PRIMARY KEY (merchant_id, segment_id, member_id)
);
CREATE INDEX segment_members_member_idx ON segment_members (merchant_id, member_id);

CREATE TABLE member_orders (
    merchant_id  text        NOT NULL,
    order_id     text        NOT NULL,
    member_id    text        NOT NULL,
    state        text        NOT NULL,
    number       bigint      NOT NULL,
    paid_fen     bigint      NOT NULL,
    refunded_fen bigint      NOT NULL,
    refund_ids   jsonb       NOT NULL,
    channel      text        NOT NULL,
    store_id     text        NOT NULL,
    category_ids jsonb       NOT NULL,
    sku_ids      jsonb       NOT NULL,
    paid_at      timestamptz NOT NULL,
    CONSTRAINT member_orders_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT member_orders_state CHECK (state IN ('PAID', 'COMPLETED', 'REFUNDED')),
    CONSTRAINT member_orders_number CHECK ((state = 'REFUNDED') = (number = 0)),
    CONSTRAINT member_orders_refunded CHECK (refunded_fen BETWEEN 0 AND paid_fen)
) WITH (fillfactor = 80);
CREATE INDEX member_orders_member_idx ON member_orders (merchant_id, member_id)
    WHERE number > 0;

CREATE TABLE enrollments (
    merchant_id   text        NOT NULL,
    enrollment_id text        NOT NULL,
    journey_id    text        NOT NULL,
    version       bigint      NOT NULL,
    member_id     text        NOT NULL,
    entry_key     text        NOT NULL,
    state         text        NOT NULL,
    reason        text        NOT NULL,
    step_id       text        NOT NULL,
    awaits        text        NOT NULL,
    wake_at       timestamptz,
    ends_at       timestamptz,
    occurrence    jsonb       NOT NULL,
    rounds        bigint      NOT NULL,
    steps         bigint      NOT NULL,
    visits        jsonb       NOT NULL,
    again         boolean     NOT NULL,
    is_test       boolean     NOT NULL,
    skip_waits    boolean     NOT NULL,
    started_at    timestamptz NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT enrollments_pkey PRIMARY KEY (merchant_id, enrollment_id),
    CONSTRAINT enrollments_entry UNIQUE (merchant_id, journey_id, member_id, entry_key),
    CONSTRAINT enrollments_state CHECK (state IN (
        'RUNNING', 'COMPLETED', 'GOAL_REACHED', 'EXITED', 'HELD_OUT'
    )),
    CONSTRAINT enrollments_awaits CHECK (awaits IN ('', 'TIME', 'EVENT', 'GRANT', 'RESUME')),
    -- Who runs waits for something; who waits for a time knows it; nobody else waits.
    CONSTRAINT enrollments_running CHECK ((state = 'RUNNING') = (awaits <> '')),
    CONSTRAINT enrollments_wake CHECK ((awaits IN ('TIME', 'EVENT', 'GRANT')) = (wake_at IS NOT NULL)),
    CONSTRAINT enrollments_ended CHECK ((state IN ('RUNNING', 'HELD_OUT')) = (ended_at IS NULL)),
    CONSTRAINT enrollments_held_out CHECK (state <> 'HELD_OUT' OR (steps = 0 AND visits = '{}'))
) WITH (fillfactor = 80);
CREATE INDEX enrollments_running_idx ON enrollments (merchant_id, member_id)
    WHERE state = 'RUNNING';
CREATE INDEX enrollments_journey_idx ON enrollments (merchant_id, journey_id, enrollment_id)
    INCLUDE (state);

CREATE TABLE visits (
    merchant_id   text NOT NULL,
    journey_id    text NOT NULL,
    member_id     text NOT NULL,
    enrollment_id text NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT visits_pkey PRIMARY KEY (merchant_id, journey_id, member_id)
);

CREATE TABLE webhook_calls (
    merchant_id   text        NOT NULL,
    call_id       text        NOT NULL,
    endpoint_id   text        NOT NULL,
    journey_id    text        NOT NULL,
    enrollment_id text        NOT NULL,
    step_id       text        NOT NULL,
    member_id     text        NOT NULL,
    state         text        NOT NULL,
    attempts      bigint      NOT NULL,
    next_at       timestamptz NOT NULL,
    error         text        NOT NULL,
    asked_at      timestamptz NOT NULL,
    CONSTRAINT webhook_calls_pkey PRIMARY KEY (merchant_id, call_id),
    CONSTRAINT webhook_calls_state CHECK (state IN ('PENDING', 'DONE', 'FAILED'))
);
CREATE INDEX webhook_calls_due_idx ON webhook_calls (next_at) WHERE state = 'PENDING';

-- Who is on the way in a journey that is archived or goes on.
CREATE INDEX enrollments_on_the_way_idx ON enrollments (merchant_id, journey_id, enrollment_id)
    WHERE state = 'RUNNING';

CREATE TABLE calendars (
    merchant_id text        NOT NULL,
    calendar_id text        NOT NULL,
    days        jsonb       NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT calendars_pkey PRIMARY KEY (merchant_id, calendar_id)
);

CREATE TABLE journey_sweeps (
    merchant_id text        NOT NULL,
    sweep_id    text        NOT NULL,
    journey_id  text        NOT NULL,
    version     bigint      NOT NULL,
    population  text        NOT NULL,
    subjects    jsonb       NOT NULL,
    occurrence  jsonb       NOT NULL,
    cursor      text        NOT NULL,
    looked_at   bigint      NOT NULL,
    state       text        NOT NULL,
    started_at  timestamptz NOT NULL,
    CONSTRAINT journey_sweeps_pkey PRIMARY KEY (merchant_id, sweep_id),
    CONSTRAINT journey_sweeps_state CHECK (state IN ('RUNNING', 'DONE'))
);
CREATE INDEX journey_sweeps_running_idx ON journey_sweeps (started_at) WHERE state = 'RUNNING';

CREATE TABLE live_members (
    merchant_id text        NOT NULL,
    live_id     text        NOT NULL,
    member_id   text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT live_members_pkey PRIMARY KEY (merchant_id, live_id, member_id)
);

CREATE TABLE live_sessions (
    merchant_id text        NOT NULL,
    live_id     text        NOT NULL,
    ended_at    timestamptz NOT NULL,
    sales_fen   bigint      NOT NULL,
    CONSTRAINT live_sessions_pkey PRIMARY KEY (merchant_id, live_id)
);
