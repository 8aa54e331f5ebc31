-- Payment passwords (支付密码): hashes, attempts, what may be paid without one, and reset codes.

CREATE TABLE pay_passwords (
    merchant_id   text        NOT NULL,
    member_id     text        NOT NULL,
    hash          text        NOT NULL,
    version       bigint      NOT NULL,
    failed        bigint      NOT NULL,
    locked_until  timestamptz,
    free_txn_fen  bigint      NOT NULL,
    free_day_fen  bigint      NOT NULL,
    free_day      date,
    free_used_fen bigint      NOT NULL,
    changed_at    timestamptz NOT NULL,
    CONSTRAINT pay_passwords_pkey PRIMARY KEY (merchant_id, member_id),
    -- Never plain, never a fast hash.
    CONSTRAINT pay_passwords_slow_hash CHECK (hash LIKE '$argon2id$%'),
    CONSTRAINT pay_passwords_version CHECK (version > 0),
    CONSTRAINT pay_passwords_attempts CHECK (failed BETWEEN 0 AND 5),
    CONSTRAINT pay_passwords_locked_after_five CHECK ((failed = 5) = (locked_until IS NOT NULL)),
    CONSTRAINT pay_passwords_free_txn CHECK (free_txn_fen BETWEEN 0 AND 20000),
    CONSTRAINT pay_passwords_free_day CHECK (free_day_fen BETWEEN 0 AND 100000),
    CONSTRAINT pay_passwords_free_used CHECK (free_used_fen BETWEEN 0 AND 100000)
) WITH (fillfactor = 80);

CREATE TABLE pay_policies (
    merchant_id      text        NOT NULL,
    policy           text        NOT NULL,
    require_password boolean     NOT NULL,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT pay_policies_pkey PRIMARY KEY (merchant_id, policy)
);

CREATE TABLE password_resets (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    reset_id    text        NOT NULL,
    code_hash   bytea       NOT NULL,  -- keyed digest; empty once the code was used
    sent_at     timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    wrong       bigint      NOT NULL,
    day         date        NOT NULL,
    sent        bigint      NOT NULL,
    CONSTRAINT password_resets_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT password_resets_tries CHECK (wrong BETWEEN 0 AND 5),
    CONSTRAINT password_resets_sent CHECK (sent BETWEEN 1 AND 5)
);
