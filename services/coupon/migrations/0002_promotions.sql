-- Promotions and what each of their versions said. Money is bigint fen.
-- append-only: promotion_versions

CREATE TABLE promotions (
    merchant_id  text        NOT NULL,
    promotion_id text        NOT NULL,
    version      bigint      NOT NULL,
    name         text        NOT NULL,
    state        text        NOT NULL,
    terms        jsonb       NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    changed_by   text        NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT promotions_pkey PRIMARY KEY (merchant_id, promotion_id),
    CONSTRAINT promotions_state CHECK (state IN ('DRAFT', 'ACTIVE', 'ENDED')),
    CONSTRAINT promotions_version CHECK (version > 0),
    CONSTRAINT promotions_time CHECK (starts_at < ends_at)
);

-- What every quote of the merchant looks at.
CREATE INDEX promotions_active ON promotions (merchant_id, ends_at) WHERE state = 'ACTIVE';

CREATE TABLE promotion_versions (
    merchant_id  text        NOT NULL,
    promotion_id text        NOT NULL,
    version      bigint      NOT NULL,
    name         text        NOT NULL,
    state        text        NOT NULL,
    terms        jsonb       NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    changed_by   text        NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT promotion_versions_pkey PRIMARY KEY (merchant_id, promotion_id, version)
);
