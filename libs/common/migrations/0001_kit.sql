-- What the kit keeps in every service's schema: command ids, the outbox, sequences, timers, parking.

-- One row per command that took effect. The primary key is what makes a command id work once.
-- Old ids are trimmed by policy (DANKE_COMMAND_RETENTION_DAYS).
CREATE TABLE command_log (
    merchant_id  text        NOT NULL,
    command_id   text        NOT NULL,
    fingerprint  bytea       NOT NULL,  -- of the command's content: tells a retry from a reused id
    outcome      text        NOT NULL,  -- JSON: the stored answer, given again to a repeat
    at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT command_log_pkey PRIMARY KEY (merchant_id, command_id)
);
CREATE INDEX command_log_at_idx ON command_log USING brin (at);

-- The last ce_sequence given per aggregate, so that a subscriber can see a gap.
CREATE TABLE event_sequences (
    merchant_id  text   NOT NULL,
    aggregate    text   NOT NULL,  -- '<topic>/<subject>'
    last         bigint NOT NULL,
    CONSTRAINT event_sequences_pkey PRIMARY KEY (merchant_id, aggregate),
    CONSTRAINT event_sequences_last_positive CHECK (last > 0)
) WITH (fillfactor = 80);

-- Events committed with their state change, waiting for the broker. A row leaves only after the
-- broker acknowledged it.
CREATE TABLE outbox (
    id           bigint GENERATED ALWAYS AS IDENTITY,
    merchant_id  text   NOT NULL,
    topic        text   NOT NULL,
    key          text   NOT NULL,
    sequence     bigint NOT NULL,
    about        text   NOT NULL,  -- JSON: the envelope without key, merchant and sequence
    payload      text   NOT NULL,  -- JSON of the event
    created_at   timestamptz NOT NULL DEFAULT now(),  -- real time, for the age alarm
    CONSTRAINT outbox_pkey PRIMARY KEY (id)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);

-- Everything that waits for a time. Nothing waits in memory.
CREATE TABLE timers (
    merchant_id  text        NOT NULL,
    kind         text        NOT NULL,  -- which command it becomes
    ref          text        NOT NULL,  -- what it is about
    due_at       timestamptz NOT NULL,
    leased_until timestamptz,           -- a runner works on it until then
    attempts     bigint      NOT NULL DEFAULT 0,
    CONSTRAINT timers_pkey PRIMARY KEY (merchant_id, kind, ref)
);
CREATE INDEX timers_due_idx ON timers (due_at);

-- Events whose predecessor has not arrived. Retried when a record with the same key arrives and by
-- timer; after the time-out they go to the dead-letter topic.
CREATE TABLE parked (
    merchant_id  text        NOT NULL,
    event_id     text        NOT NULL,
    topic        text        NOT NULL,
    partition    bigint      NOT NULL,
    "offset"     bigint      NOT NULL,
    key          bytea       NOT NULL,
    headers      jsonb       NOT NULL,
    value        bytea       NOT NULL,
    reason       text        NOT NULL,
    parked_at    timestamptz NOT NULL,
    retry_at     timestamptz NOT NULL,
    attempts     bigint      NOT NULL DEFAULT 0,
    CONSTRAINT parked_pkey PRIMARY KEY (merchant_id, topic, event_id)
);
CREATE INDEX parked_retry_idx ON parked (retry_at);
CREATE INDEX parked_key_idx ON parked (topic, key);
