-- Coupons: templates and their stock, coupons, grants, locks, codes, transfers. Money is bigint fen.
-- append-only: coupon_terms

CREATE TABLE coupon_templates (
    merchant_id   text        NOT NULL,
    template_id   text        NOT NULL,
    version       bigint      NOT NULL,
    name          text        NOT NULL,
    state         text        NOT NULL,
    terms         jsonb       NOT NULL,
    terms_version bigint      NOT NULL,
    validity      jsonb       NOT NULL,
    limits        jsonb       NOT NULL,
    audience      jsonb       NOT NULL,
    notice_hours  bigint      NOT NULL,
    created_at    timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    changed_by    text        NOT NULL,
    claim_from    timestamptz,
    claim_until   timestamptz,
    CONSTRAINT coupon_templates_pkey PRIMARY KEY (merchant_id, template_id),
    CONSTRAINT coupon_templates_state CHECK (
        state IN ('DRAFT', 'ACTIVE', 'PAUSED', 'ENDED', 'VOIDED')
    ),
    CONSTRAINT coupon_templates_versions CHECK (version > 0 AND terms_version > 0)
);

-- What coupons name: one row per version of a template's terms, never changed.
CREATE TABLE coupon_terms (
    merchant_id   text   NOT NULL,
    template_id   text   NOT NULL,
    terms_version bigint NOT NULL,
    terms         jsonb  NOT NULL,
    CONSTRAINT coupon_terms_pkey PRIMARY KEY (merchant_id, template_id, terms_version)
);

-- The hot row: changed by every claim, once per batch.
CREATE TABLE coupon_stocks (
    merchant_id  text   NOT NULL,
    template_id  text   NOT NULL,
    issued       bigint NOT NULL,
    recycled     bigint NOT NULL,
    reserved     bigint NOT NULL,
    spent_fen    bigint NOT NULL,
    reserved_fen bigint NOT NULL,
    day_issued   bigint NOT NULL,
    day          date,
    total        bigint,
    budget_fen   bigint,
    due_at       timestamptz,
    swept_at     timestamptz,
    CONSTRAINT coupon_stocks_pkey PRIMARY KEY (merchant_id, template_id),
    CONSTRAINT coupon_stocks_counts CHECK (
        recycled BETWEEN 0 AND issued AND reserved >= 0 AND spent_fen >= 0 AND reserved_fen >= 0
    ),
    -- C1 and C11: whatever the code does, not one coupon and not one fen too many.
    CONSTRAINT coupon_stocks_not_oversold CHECK (issued - recycled + reserved <= total),
    CONSTRAINT coupon_stocks_not_overspent CHECK (spent_fen + reserved_fen <= budget_fen)
) WITH (fillfactor = 50);

CREATE TABLE coupons (
    merchant_id   text        NOT NULL,
    coupon_id     text        NOT NULL,
    template_id   text        NOT NULL,
    block         bigint      NOT NULL,
    terms_version bigint      NOT NULL,
    member_id     text        NOT NULL,
    state         text        NOT NULL,
    face_fen      bigint      NOT NULL,
    valid_from    timestamptz NOT NULL,
    valid_to      timestamptz NOT NULL,
    source        text        NOT NULL,
    ref           text        NOT NULL,
    channel       text        NOT NULL,
    claimed_at    timestamptz NOT NULL,
    noticed       boolean     NOT NULL,
    recalled      boolean     NOT NULL,
    hops          bigint      NOT NULL,
    order_id      text        NOT NULL,
    discount_fen  bigint      NOT NULL,
    locked_until  timestamptz,
    used_at       timestamptz,
    CONSTRAINT coupons_pkey PRIMARY KEY (merchant_id, coupon_id),
    CONSTRAINT coupons_state CHECK (state IN (
        'FISSION_LOCKED', 'AVAILABLE', 'LOCKED', 'USED', 'EXPIRED', 'VOIDED', 'TRANSFERRING',
        'TRANSFERRED'
    )),
    CONSTRAINT coupons_validity CHECK (valid_from <= valid_to),
    CONSTRAINT coupons_figures CHECK (face_fen >= 0 AND discount_fen >= 0 AND hops >= 0),
    -- One order at most, and only while it holds or used the coupon.
    CONSTRAINT coupons_order CHECK ((order_id <> '') = (state IN ('LOCKED', 'USED')))
) WITH (fillfactor = 90);
-- A member's coupons, and what he got of one template.
CREATE INDEX coupons_member_idx ON coupons (merchant_id, member_id, template_id);
-- What can still end or be taken back. A used coupon costs nothing here.
CREATE INDEX coupons_block_idx ON coupons (merchant_id, template_id, block)
    WHERE state IN ('FISSION_LOCKED', 'AVAILABLE', 'LOCKED', 'TRANSFERRING');

CREATE TABLE coupon_standings (
    merchant_id   text   NOT NULL,
    member_id     text   NOT NULL,
    tier_id       text   NOT NULL,
    paid_orders   bigint NOT NULL,
    first_paid_at timestamptz,
    CONSTRAINT coupon_standings_pkey PRIMARY KEY (merchant_id, member_id)
);

CREATE TABLE merged_members (
    merchant_id    text        NOT NULL,
    member_id      text        NOT NULL,
    into_member_id text        NOT NULL,
    merge_id       text        NOT NULL,
    at             timestamptz NOT NULL,
    CONSTRAINT merged_members_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT merged_members_another CHECK (member_id <> into_member_id)
);
CREATE INDEX merged_members_into_idx ON merged_members (merchant_id, into_member_id);

CREATE TABLE channels (
    merchant_id  text        NOT NULL,
    channel_code text        NOT NULL,
    template_id  text        NOT NULL,
    name         text        NOT NULL,
    claimed      bigint      NOT NULL,
    created_at   timestamptz NOT NULL,
    active       boolean     NOT NULL,
    quota        bigint,
    CONSTRAINT channels_pkey PRIMARY KEY (merchant_id, channel_code),
    CONSTRAINT channels_quota CHECK (claimed >= 0 AND claimed <= quota)
);
CREATE INDEX channels_template_idx ON channels (merchant_id, template_id, channel_code);

CREATE TABLE coupon_grants (
    merchant_id text        NOT NULL,
    grant_id    text        NOT NULL,
    template_id text        NOT NULL,
    member_id   text        NOT NULL,
    quantity    bigint      NOT NULL,
    source      text        NOT NULL,
    ref         text        NOT NULL,
    state       text        NOT NULL,
    coupon_ids  jsonb       NOT NULL,
    blocks      jsonb       NOT NULL,
    reason      text        NOT NULL,
    attempts    bigint      NOT NULL,
    created_at  timestamptz NOT NULL,
    promised    boolean     NOT NULL,
    CONSTRAINT coupon_grants_pkey PRIMARY KEY (merchant_id, grant_id),
    CONSTRAINT coupon_grants_state CHECK (state IN ('GRANTED', 'PENDING', 'FAILED', 'REVOKED')),
    CONSTRAINT coupon_grants_quantity CHECK (quantity > 0)
);
CREATE INDEX coupon_grants_ref_idx ON coupon_grants (merchant_id, source, ref);

CREATE TABLE post_pay_rules (
    merchant_id      text        NOT NULL,
    rule_id          text        NOT NULL,
    version          bigint      NOT NULL,
    state            text        NOT NULL,
    template_id      text        NOT NULL,
    quantity         bigint      NOT NULL,
    min_paid_fen     bigint      NOT NULL,
    channels         jsonb       NOT NULL,
    store_ids        jsonb       NOT NULL,
    first_order_only boolean     NOT NULL,
    changed_by       text        NOT NULL,
    changed_at       timestamptz NOT NULL,
    CONSTRAINT post_pay_rules_pkey PRIMARY KEY (merchant_id, rule_id),
    CONSTRAINT post_pay_rules_state CHECK (state IN ('ACTIVE', 'OFF')),
    CONSTRAINT post_pay_rules_figures CHECK (quantity > 0 AND min_paid_fen >= 0)
);
CREATE INDEX post_pay_rules_state_idx ON post_pay_rules (merchant_id, state);

CREATE TABLE order_locks (
    merchant_id text        NOT NULL,
    order_id    text        NOT NULL,
    member_id   text        NOT NULL,
    state       text        NOT NULL,
    coupons     jsonb       NOT NULL,
    quote_hash  text        NOT NULL,
    locked_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    refund_id   text        NOT NULL,
    CONSTRAINT order_locks_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT order_locks_state CHECK (
        state IN ('LOCKED', 'USED', 'UNLOCKED', 'EXPIRED', 'RETURNED')
    )
);

CREATE TABLE verify_codes (
    merchant_id   text        NOT NULL,
    code_hash     text        NOT NULL,
    code_id       text        NOT NULL,
    coupon_id     text        NOT NULL,
    template_id   text        NOT NULL,
    terms_version bigint      NOT NULL,
    lock_key      text        NOT NULL,
    issued_at     timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT verify_codes_pkey PRIMARY KEY (merchant_id, code_hash)
);
CREATE INDEX verify_codes_expiry_idx ON verify_codes (expires_at);

CREATE TABLE verifications (
    merchant_id     text        NOT NULL,
    verification_id text        NOT NULL,
    coupon_id       text        NOT NULL,
    member_id       text        NOT NULL,
    lock_key        text        NOT NULL,
    store_id        text        NOT NULL,
    staff_id        text        NOT NULL,
    order_id        text        NOT NULL,
    discount_fen    bigint      NOT NULL,
    state           text        NOT NULL,
    verified_at     timestamptz NOT NULL,
    reverted_at     timestamptz,
    reverted_by     text        NOT NULL,
    CONSTRAINT verifications_pkey PRIMARY KEY (merchant_id, verification_id),
    CONSTRAINT verifications_state CHECK (state IN ('DONE', 'REVERTED'))
);
-- A coupon is used in one store at a time.
CREATE UNIQUE INDEX verifications_coupon_idx ON verifications (merchant_id, coupon_id)
    WHERE state = 'DONE';

CREATE TABLE code_batches (
    merchant_id   text        NOT NULL,
    code_batch_id text        NOT NULL,
    template_id   text        NOT NULL,
    number        bigint      NOT NULL,
    redeemed      bigint      NOT NULL,
    each_fen      bigint      NOT NULL,
    state         text        NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    CONSTRAINT code_batches_pkey PRIMARY KEY (merchant_id, code_batch_id),
    CONSTRAINT code_batches_state CHECK (state IN ('OPEN', 'ENDED')),
    CONSTRAINT code_batches_redeemed CHECK (redeemed BETWEEN 0 AND number)
);
CREATE INDEX code_batches_template_idx ON code_batches (merchant_id, template_id);

CREATE TABLE redemption_codes (
    merchant_id   text NOT NULL,
    code_hash     text NOT NULL,
    code_id       text NOT NULL,
    code_batch_id text NOT NULL,
    template_id   text NOT NULL,
    state         text NOT NULL,
    coupon_id     text NOT NULL,
    redeemed_by   text NOT NULL,
    CONSTRAINT redemption_codes_pkey PRIMARY KEY (merchant_id, code_hash),
    CONSTRAINT redemption_codes_state CHECK (state IN ('ISSUED', 'REDEEMED')),
    CONSTRAINT redemption_codes_coupon CHECK ((coupon_id <> '') = (state = 'REDEEMED'))
);
CREATE INDEX redemption_codes_batch_idx ON redemption_codes (merchant_id, code_batch_id);

CREATE TABLE code_attempts (
    merchant_id text        NOT NULL,
    member_id   text        NOT NULL,
    wrong       bigint      NOT NULL,
    since       timestamptz NOT NULL,
    CONSTRAINT code_attempts_pkey PRIMARY KEY (merchant_id, member_id)
);

CREATE TABLE transfers (
    merchant_id  text        NOT NULL,
    transfer_id  text        NOT NULL,
    coupon_id    text        NOT NULL,
    lock_key     text        NOT NULL,
    giver_id     text        NOT NULL,
    state        text        NOT NULL,
    offered_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    friend_id    text        NOT NULL,
    to_coupon_id text        NOT NULL,
    CONSTRAINT transfers_pkey PRIMARY KEY (merchant_id, transfer_id),
    CONSTRAINT transfers_state CHECK (
        state IN ('OFFERED', 'ACCEPTED', 'REVOKED', 'EXPIRED', 'VOID')
    ),
    CONSTRAINT transfers_accepted CHECK ((to_coupon_id <> '') = (state = 'ACCEPTED'))
);
-- A coupon is offered once at a time, and goes to one friend.
CREATE UNIQUE INDEX transfers_coupon_idx ON transfers (merchant_id, coupon_id)
    WHERE state IN ('OFFERED', 'ACCEPTED');

CREATE TABLE grant_batches (
    merchant_id    text        NOT NULL,
    batch_id       text        NOT NULL,
    template_id    text        NOT NULL,
    name           text        NOT NULL,
    state          text        NOT NULL,
    members        bigint      NOT NULL,
    added          bigint      NOT NULL,
    pages          bigint      NOT NULL,
    chunks         bigint      NOT NULL,
    last_member_id text        NOT NULL,
    chunks_done    bigint      NOT NULL,
    each_fen       bigint      NOT NULL,
    reserved       bigint      NOT NULL,
    ok             bigint      NOT NULL,
    skipped        bigint      NOT NULL,
    failed         bigint      NOT NULL,
    limited        boolean     NOT NULL,
    created_by     text        NOT NULL,
    created_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT grant_batches_pkey PRIMARY KEY (merchant_id, batch_id),
    CONSTRAINT grant_batches_state CHECK (
        state IN ('CREATED', 'RUNNING', 'COMPLETED', 'PARTIAL', 'CANCELLED')
    ),
    CONSTRAINT grant_batches_counts CHECK (
        added <= members AND reserved >= 0 AND ok + skipped + failed <= members
    )
);
CREATE INDEX grant_batches_template_idx ON grant_batches (merchant_id, template_id);

CREATE TABLE grant_chunks (
    merchant_id text    NOT NULL,
    batch_id    text    NOT NULL,
    chunk       bigint  NOT NULL,
    member_ids  jsonb   NOT NULL,
    done        boolean NOT NULL,
    refused     jsonb   NOT NULL,
    CONSTRAINT grant_chunks_pkey PRIMARY KEY (merchant_id, batch_id, chunk)
);

CREATE TABLE recalls (
    merchant_id text        NOT NULL,
    recall_id   text        NOT NULL,
    template_id text        NOT NULL,
    ref         text        NOT NULL,
    recycle     boolean     NOT NULL,
    reason      text        NOT NULL,
    state       text        NOT NULL,
    next_block  bigint      NOT NULL,
    last_block  bigint      NOT NULL,
    voided      bigint      NOT NULL,
    pending     bigint      NOT NULL,
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    CONSTRAINT recalls_pkey PRIMARY KEY (merchant_id, recall_id),
    CONSTRAINT recalls_state CHECK (state IN ('RUNNING', 'DONE'))
);
