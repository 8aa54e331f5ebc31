-- Live sessions that will begin, as told last.

CREATE TABLE live_schedules (
    merchant_id  text        NOT NULL,
    live_id      text        NOT NULL,
    starts_at    timestamptz NOT NULL,
    is_cancelled boolean     NOT NULL,
    told_at      timestamptz NOT NULL,
    CONSTRAINT live_schedules_pkey PRIMARY KEY (merchant_id, live_id)
);
CREATE INDEX live_schedules_starts_idx ON live_schedules (starts_at);
