-- Fission: activities, groups, helps. Money is bigint fen.
-- append-only: fission_helps

CREATE TABLE fission_activities (
    merchant_id text        NOT NULL,
    activity_id text        NOT NULL,
    version     bigint      NOT NULL,
    name        text        NOT NULL,
    state       text        NOT NULL,
    terms       jsonb       NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT fission_activities_pkey PRIMARY KEY (merchant_id, activity_id),
    CONSTRAINT fission_activities_state CHECK (state IN ('DRAFT', 'ACTIVE', 'ENDED')),
    CONSTRAINT fission_activities_version CHECK (version > 0)
);

-- Changed by every group that is opened.
CREATE TABLE fission_tallies (
    merchant_id text   NOT NULL,
    activity_id text   NOT NULL,
    opened      bigint NOT NULL,
    CONSTRAINT fission_tallies_pkey PRIMARY KEY (merchant_id, activity_id),
    CONSTRAINT fission_tallies_opened CHECK (opened >= 0)
) WITH (fillfactor = 50);

CREATE TABLE fission_groups (
    merchant_id text        NOT NULL,
    group_id    text        NOT NULL,
    activity_id text        NOT NULL,
    member_id   text        NOT NULL,
    state       text        NOT NULL,
    terms       jsonb       NOT NULL,
    helpers     bigint      NOT NULL,
    coupon_id   text        NOT NULL,
    coupon_key  text        NOT NULL,
    face_fen    bigint      NOT NULL,
    opened_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    attempts    bigint      NOT NULL,
    reason      text        NOT NULL,
    CONSTRAINT fission_groups_pkey PRIMARY KEY (merchant_id, group_id),
    CONSTRAINT fission_groups_state CHECK (
        state IN ('OPEN', 'COMPLETED', 'REWARDED', 'EXPIRED', 'STOPPED')
    ),
    CONSTRAINT fission_groups_helpers CHECK (helpers >= 0),
    CONSTRAINT fission_groups_ended CHECK ((state = 'OPEN') = (ended_at IS NULL))
) WITH (fillfactor = 80);

CREATE INDEX fission_groups_member ON fission_groups (merchant_id, activity_id, member_id);

-- Nobody helps a group twice, whatever the code does.
CREATE TABLE fission_helps (
    merchant_id text        NOT NULL,
    group_id    text        NOT NULL,
    helper_id   text        NOT NULL,
    activity_id text        NOT NULL,
    day         date        NOT NULL,
    is_new      boolean     NOT NULL,
    helped_at   timestamptz NOT NULL,
    CONSTRAINT fission_helps_pkey PRIMARY KEY (merchant_id, group_id, helper_id)
);

CREATE INDEX fission_helps_day ON fission_helps (merchant_id, activity_id, helper_id, day);
