-- Automation: journeys as data, and the coupon templates they may give.
-- append-only in meaning: a version's definition never changes, only its state.

CREATE TABLE journeys (
    merchant_id    text        NOT NULL,
    journey_id     text        NOT NULL,
    name           text        NOT NULL,
    state          text        NOT NULL,
    version        bigint      NOT NULL,
    active_version bigint      NOT NULL,
    changed_by     text        NOT NULL,
    changed_at     timestamptz NOT NULL,
    CONSTRAINT journeys_pkey PRIMARY KEY (merchant_id, journey_id),
    CONSTRAINT journeys_state CHECK (state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'ARCHIVED')),
    CONSTRAINT journeys_versions CHECK (version > 0 AND active_version BETWEEN 0 AND version)
);

CREATE TABLE journey_versions (
    merchant_id  text        NOT NULL,
    journey_id   text        NOT NULL,
    version      bigint      NOT NULL,
    state        text        NOT NULL,
    trigger_kind text        NOT NULL,
    definition   jsonb       NOT NULL,
    created_by   text        NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT journey_versions_pkey PRIMARY KEY (merchant_id, journey_id, version),
    CONSTRAINT journey_versions_state CHECK (
        state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'RETIRED', 'ARCHIVED')
    )
);
-- Members enter by one version at a time; deferred, as one takes over from another in one statement.
ALTER TABLE journey_versions ADD CONSTRAINT journey_versions_current
    EXCLUDE USING btree (merchant_id WITH =, journey_id WITH =)
    WHERE (state IN ('ACTIVE', 'PAUSED')) DEFERRABLE INITIALLY DEFERRED;
-- What an event may begin.
CREATE INDEX journey_versions_trigger_idx ON journey_versions (merchant_id, trigger_kind)
    WHERE state = 'ACTIVE';

CREATE TABLE coupon_templates (
    merchant_id text        NOT NULL,
    template_id text        NOT NULL,
    version     bigint      NOT NULL,
    state       text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT coupon_templates_pkey PRIMARY KEY (merchant_id, template_id)
);
