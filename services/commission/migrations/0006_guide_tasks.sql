-- What journeys and campaigns ask members' own guides to do.
CREATE TABLE guide_tasks (
    merchant_id text        NOT NULL,
    task_id     text        NOT NULL,  -- the id of the action that asked for it
    guide_id    text        NOT NULL,  -- empty: the member had none
    store_id    text        NOT NULL,
    member_id   text        NOT NULL,
    title       text        NOT NULL,
    state       text        NOT NULL,
    source_kind text        NOT NULL,
    source_id   text        NOT NULL,
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    ended_at    timestamptz,
    done_by     text        NOT NULL,
    note        text        NOT NULL,
    CONSTRAINT guide_tasks_pkey PRIMARY KEY (merchant_id, task_id),
    CONSTRAINT guide_tasks_state CHECK (state IN ('OPEN', 'DONE', 'EXPIRED')),
    CONSTRAINT guide_tasks_ended CHECK ((state = 'OPEN') = (ended_at IS NULL)),
    CONSTRAINT guide_tasks_has_guide CHECK (guide_id <> '' OR state = 'EXPIRED')
);
CREATE INDEX guide_tasks_guide_idx ON guide_tasks (merchant_id, guide_id, due_at, task_id);
CREATE INDEX guide_tasks_member_idx ON guide_tasks (merchant_id, member_id) WHERE state = 'OPEN';
