-- What ended long ago is forgotten by policy; what reports say of it is kept as sums and members.

-- One row: rows of before then may be gone, so checks look at what is younger.
CREATE TABLE trims (
    name   text        NOT NULL,
    before timestamptz NOT NULL,
    CONSTRAINT trims_pkey PRIMARY KEY (name)
);
-- How many messages and enrolments of each kind of end were forgotten.
CREATE TABLE report_sums (
    merchant_id text   NOT NULL,
    source_kind text   NOT NULL,
    source_id   text   NOT NULL,
    what        text   NOT NULL,
    number      bigint NOT NULL,
    cost_fen    bigint NOT NULL,
    CONSTRAINT report_sums_pkey PRIMARY KEY (merchant_id, source_kind, source_id, what),
    CONSTRAINT report_sums_positive CHECK (number > 0 AND cost_fen >= 0)
) WITH (fillfactor = 70);
-- Whose assignments were forgotten: a member counts once, however often assigned.
CREATE TABLE report_members (
    merchant_id text NOT NULL,
    source_kind text NOT NULL,
    source_id   text NOT NULL,
    kind        text NOT NULL,
    member_id   text NOT NULL,
    CONSTRAINT report_members_pkey
        PRIMARY KEY (merchant_id, source_kind, source_id, kind, member_id),
    CONSTRAINT report_members_kind CHECK (kind IN ('TREATED', 'CONTROL'))
);
-- Rows lie as they came, so a few numbers per block range find the old ones.
CREATE INDEX messages_planned_idx ON messages USING brin (planned_at);
CREATE INDEX touches_at_idx ON touches USING brin (at);
CREATE INDEX enrollments_started_idx ON enrollments USING brin (started_at);
CREATE INDEX webhook_calls_asked_idx ON webhook_calls USING brin (asked_at);
CREATE INDEX frequency_counters_day_idx ON frequency_counters USING brin (period)
    WHERE period < 'E';
CREATE INDEX frequency_counters_week_idx ON frequency_counters USING brin (period)
    WHERE period > 'E';
CREATE INDEX live_members_at_idx ON live_members USING brin (at);
CREATE INDEX visits_enrollment_idx ON visits (merchant_id, enrollment_id);
