-- Members: who is one, by what identities, who was merged into whom, what stands against closing.
-- append-only: merges

CREATE TABLE members (
    merchant_id      text        NOT NULL,
    member_id        text        NOT NULL,
    status           text        NOT NULL,
    status_reason    text        NOT NULL,
    card_no          text        NOT NULL,
    channel          text        NOT NULL,
    channel_code     text        NOT NULL,
    store_id         text        NOT NULL,
    referrer_id      text        NOT NULL,
    referrer_kind    text        NOT NULL,
    opening_guide_id text        NOT NULL,
    imported         boolean     NOT NULL,
    enrolled_at      timestamptz NOT NULL,
    merged_into      text,
    CONSTRAINT members_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT members_status CHECK (status IN ('ACTIVE', 'FROZEN', 'MERGED', 'CLOSED')),
    CONSTRAINT members_referrer_kind CHECK (referrer_kind IN ('', 'STAFF', 'MEMBER')),
    CONSTRAINT members_merged_into CHECK ((status = 'MERGED') = (merged_into IS NOT NULL)),
    CONSTRAINT members_not_into_itself CHECK (merged_into <> member_id),
    CONSTRAINT members_merged_into_fkey FOREIGN KEY (merchant_id, merged_into)
        REFERENCES members (merchant_id, member_id)
) WITH (fillfactor = 85);
CREATE INDEX members_merged_into_idx ON members (merchant_id, merged_into)
    WHERE merged_into IS NOT NULL;

-- The primary key is what makes an identity belong to one member. Closing a member deletes its rows.
CREATE TABLE identities (
    merchant_id text        NOT NULL,
    identity    text        NOT NULL,  -- <kind>:<realm>:<keyed fingerprint>
    kind        text        NOT NULL,
    member_id   text        NOT NULL,
    sealed      text        NOT NULL,  -- ciphertext; of a card its number
    bound_at    timestamptz NOT NULL,
    CONSTRAINT identities_pkey PRIMARY KEY (merchant_id, identity),
    CONSTRAINT identities_kind CHECK (kind IN ('PHONE', 'UNIONID', 'OPENID', 'EXTERNAL', 'CARD'))
);
CREATE INDEX identities_member_idx ON identities (merchant_id, member_id);

CREATE TABLE merges (
    merchant_id    text        NOT NULL,
    merge_id       text        NOT NULL,
    from_member_id text        NOT NULL,
    into_member_id text        NOT NULL,
    survivor_id    text        NOT NULL,
    operator       text        NOT NULL,
    at             timestamptz NOT NULL,
    CONSTRAINT merges_pkey PRIMARY KEY (merchant_id, merge_id)
);
-- A member is merged away at most once.
CREATE UNIQUE INDEX merges_from_idx ON merges (merchant_id, from_member_id);

CREATE TABLE obligations (
    merchant_id   text   NOT NULL,
    obligation_id text   NOT NULL,
    member_id     text   NOT NULL,
    kind          text   NOT NULL,
    ref           text   NOT NULL,
    amount        bigint NOT NULL,
    CONSTRAINT obligations_pkey PRIMARY KEY (merchant_id, obligation_id),
    CONSTRAINT obligations_amount CHECK (amount >= 0)
) WITH (fillfactor = 70);
CREATE INDEX obligations_member_idx ON obligations (merchant_id, member_id) WHERE amount > 0;

CREATE TABLE code_guesses (
    merchant_id text        NOT NULL,
    presenter   text        NOT NULL,
    since       timestamptz NOT NULL,
    wrong       bigint      NOT NULL,
    CONSTRAINT code_guesses_pkey PRIMARY KEY (merchant_id, presenter),
    CONSTRAINT code_guesses_wrong CHECK (wrong >= 0)
) WITH (fillfactor = 70);
