-- Commission: programmes, promoters and bindings, accruals and entries, accounts, withdrawals.
-- Money is bigint fen. Levels beyond two do not exist: the roles say so.
-- append-only: binding_changes
-- append-only: clicks
-- append-only: attributions
-- append-only: reversals
-- append-only: movements
-- append-only: member_merges

CREATE TABLE programmes (
    merchant_id           text        NOT NULL,
    programme_id          text        NOT NULL,
    version               bigint      NOT NULL,
    level_cap             bigint      NOT NULL,
    l1_bp                 bigint      NOT NULL,
    l2_bp                 bigint      NOT NULL,
    levels                jsonb       NOT NULL,
    acknowledged_by       text        NOT NULL,
    acknowledged_at       timestamptz,
    base                  text        NOT NULL,
    cap_bp                bigint      NOT NULL,
    channel_fee_bp        bigint      NOT NULL,
    refund_window_days    bigint      NOT NULL,
    who                   text        NOT NULL,
    spend_fen             bigint      NOT NULL,
    self_purchase         boolean     NOT NULL,
    binding_mode          text        NOT NULL,
    validity_days         bigint      NOT NULL,
    protection_days       bigint      NOT NULL,
    bind_scope            text        NOT NULL,
    group_orders          boolean     NOT NULL,
    guide_pool_bp         bigint      NOT NULL,
    sales_share_bp        bigint      NOT NULL,
    conflict              text        NOT NULL,
    conflict_winner       text        NOT NULL,
    guide_validity_days   bigint      NOT NULL,
    guide_protection_days bigint      NOT NULL,
    recharge_bp           bigint      NOT NULL,
    wait_for_created      jsonb       NOT NULL,
    changed_by            text        NOT NULL,
    changed_at            timestamptz,
    CONSTRAINT programmes_pkey PRIMARY KEY (merchant_id, programme_id),
    CONSTRAINT programmes_level_cap CHECK (level_cap IN (1, 2)),
    CONSTRAINT programmes_second_level_acknowledged CHECK (level_cap = 1 OR acknowledged_by <> ''),
    CONSTRAINT programmes_rates CHECK (
        l1_bp BETWEEN 0 AND 10000 AND l2_bp BETWEEN 0 AND 10000 AND cap_bp BETWEEN 0 AND 10000
    )
);

CREATE TABLE rates (
    merchant_id  text   NOT NULL,
    rate_id      text   NOT NULL,
    l1_fixed_fen bigint,
    l1_bp        bigint,
    l2_fixed_fen bigint,
    l2_bp        bigint,
    changed_by   text   NOT NULL,
    changed_at   timestamptz,
    CONSTRAINT rates_pkey PRIMARY KEY (merchant_id, rate_id)
);

CREATE TABLE promoters (
    merchant_id   text    NOT NULL,
    promoter_id   text    NOT NULL,
    state         text    NOT NULL,
    level_id      text    NOT NULL,
    has_customers boolean NOT NULL,
    merged_into   text    NOT NULL,
    reason        text    NOT NULL,
    changed_by    text    NOT NULL,
    changed_at    timestamptz,
    CONSTRAINT promoters_pkey PRIMARY KEY (merchant_id, promoter_id),
    CONSTRAINT promoters_state CHECK (
        state IN ('NONE', 'APPLIED', 'ACTIVE', 'FROZEN', 'REMOVED', 'MERGED')
    ),
    CONSTRAINT promoters_merged CHECK ((state = 'MERGED') = (merged_into <> ''))
);
CREATE INDEX promoters_merged_idx ON promoters (merchant_id, merged_into)
    WHERE state = 'MERGED';
CREATE INDEX promoters_state_idx ON promoters (merchant_id, state, promoter_id);

CREATE TABLE promo_links (
    merchant_id  text        NOT NULL,
    link_id      text        NOT NULL,
    promoter_id  text        NOT NULL,
    target       text        NOT NULL,
    channel_code text        NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT promo_links_pkey PRIMARY KEY (merchant_id, link_id)
);
CREATE INDEX promo_links_promoter_idx ON promo_links (merchant_id, promoter_id, link_id);

CREATE TABLE clicks (
    merchant_id  text        NOT NULL,
    click_id     text        NOT NULL,
    link_id      text        NOT NULL,
    promoter_id  text        NOT NULL,
    customer_id  text        NOT NULL,
    channel_code text        NOT NULL,
    outcome      text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT clicks_pkey PRIMARY KEY (merchant_id, click_id)
);
CREATE INDEX clicks_promoter_idx ON clicks (merchant_id, promoter_id, at);

CREATE TABLE bindings (
    merchant_id     text        NOT NULL,
    customer_id     text        NOT NULL,
    promoter_id     text        NOT NULL,
    click_id        text        NOT NULL,
    bound_at        timestamptz NOT NULL,
    valid_until     timestamptz,
    protected_until timestamptz,
    protected       boolean     NOT NULL,
    before_id       text        NOT NULL,
    CONSTRAINT bindings_pkey PRIMARY KEY (merchant_id, customer_id),
    CONSTRAINT bindings_not_to_oneself CHECK (customer_id <> promoter_id)
);
CREATE INDEX bindings_promoter_idx ON bindings (merchant_id, promoter_id, customer_id);

CREATE TABLE binding_changes (
    merchant_id      text        NOT NULL,
    change_id        text        NOT NULL,
    customer_id      text        NOT NULL,
    from_promoter_id text        NOT NULL,
    to_promoter_id   text        NOT NULL,
    cause            text        NOT NULL,
    actor            text        NOT NULL,
    at               timestamptz NOT NULL,
    CONSTRAINT binding_changes_pkey PRIMARY KEY (merchant_id, change_id)
);
CREATE INDEX binding_changes_customer_idx ON binding_changes (merchant_id, customer_id, at);

CREATE TABLE attributions (
    merchant_id        text        NOT NULL,
    order_id           text        NOT NULL,
    member_id          text        NOT NULL,
    l1_id              text        NOT NULL,
    l2_id              text        NOT NULL,
    click_id           text        NOT NULL,
    sales_guide_id     text        NOT NULL,
    exclusive_guide_id text        NOT NULL,
    store_id           text        NOT NULL,
    exclusive_store_id text        NOT NULL,
    group_id           text        NOT NULL,
    source             text        NOT NULL,
    terms              jsonb       NOT NULL,
    rates              jsonb       NOT NULL,
    promoter_hint      text        NOT NULL,
    guide_hint         text        NOT NULL,
    store_hint         text        NOT NULL,
    at                 timestamptz NOT NULL,
    CONSTRAINT attributions_pkey PRIMARY KEY (merchant_id, order_id),
    CONSTRAINT attributions_source CHECK (source IN ('CREATED', 'PUSHED', 'PAID')),
    CONSTRAINT attributions_levels CHECK (l2_id = '' OR l1_id <> l2_id)
);

CREATE TABLE accruals (
    merchant_id        text        NOT NULL,
    source_id          text        NOT NULL,
    kind               text        NOT NULL,
    order_id           text        NOT NULL,
    member_id          text        NOT NULL,
    channel            text        NOT NULL,
    state              text        NOT NULL,
    paid_fen           bigint      NOT NULL,
    lines              jsonb       NOT NULL,
    payees             jsonb       NOT NULL,
    sales_guide_id     text        NOT NULL,
    exclusive_guide_id text        NOT NULL,
    store_id           text        NOT NULL,
    exclusive_store_id text        NOT NULL,
    group_id           text        NOT NULL,
    awaits_group       boolean     NOT NULL,
    refund_ids         jsonb       NOT NULL,
    fully_refunded     boolean     NOT NULL,
    refunded_fen       bigint      NOT NULL,
    after_sales        jsonb       NOT NULL,
    window_days        bigint      NOT NULL,
    rule_version       bigint      NOT NULL,
    paid_at            timestamptz NOT NULL,
    completed_at       timestamptz,
    unfreeze_at        timestamptz,
    route              text        NOT NULL,
    CONSTRAINT accruals_pkey PRIMARY KEY (merchant_id, source_id),
    CONSTRAINT accruals_kind CHECK (kind IN ('ORDER', 'RECHARGE', 'LEADER', 'REFERRAL')),
    CONSTRAINT accruals_state CHECK (state IN ('PAID', 'COMPLETED', 'SETTLED')),
    CONSTRAINT accruals_refunded CHECK (refunded_fen BETWEEN 0 AND paid_fen),
    CONSTRAINT accruals_completed CHECK ((state = 'PAID') = (unfreeze_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX accruals_member_idx ON accruals (merchant_id, member_id, source_id);

CREATE TABLE entries (
    merchant_id  text        NOT NULL,
    entry_id     text        NOT NULL,
    source_id    text        NOT NULL,
    source_kind  text        NOT NULL,
    order_id     text        NOT NULL,
    line_id      text        NOT NULL,
    role         text        NOT NULL,
    account_id   text        NOT NULL,
    base_fen     bigint      NOT NULL,
    rate_bp      bigint      NOT NULL,
    rule_version bigint      NOT NULL,
    amount_fen   bigint      NOT NULL,
    reversed_fen bigint      NOT NULL,
    state        text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT entries_pkey PRIMARY KEY (merchant_id, entry_id),
    -- There is no third level.
    CONSTRAINT entries_role CHECK (
        role IN ('L1', 'L2', 'SALES', 'EXCLUSIVE', 'RECHARGE', 'LEADER', 'REFERRAL')
    ),
    CONSTRAINT entries_state CHECK (state IN ('ESTIMATED', 'FROZEN', 'AVAILABLE', 'CANCELLED')),
    CONSTRAINT entries_not_over_reversed CHECK (
        amount_fen > 0 AND reversed_fen BETWEEN 0 AND amount_fen
    )
) WITH (fillfactor = 80);
CREATE INDEX entries_source_idx ON entries (merchant_id, source_id);
CREATE INDEX entries_account_idx ON entries (merchant_id, account_id, at, entry_id);
-- What is not settled yet, which is all that estimates are summed from.
CREATE INDEX entries_open_idx ON entries (merchant_id, account_id)
    WHERE state IN ('ESTIMATED', 'FROZEN');

CREATE TABLE reversals (
    merchant_id   text        NOT NULL,
    reversal_id   text        NOT NULL,
    entry_id      text        NOT NULL,
    account_id    text        NOT NULL,
    ref           text        NOT NULL,
    amount_fen    bigint      NOT NULL,
    pending_fen   bigint      NOT NULL,
    available_fen bigint      NOT NULL,
    debt_fen      bigint      NOT NULL,
    period        text        NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT reversals_pkey PRIMARY KEY (merchant_id, reversal_id),
    CONSTRAINT reversals_entry_fkey FOREIGN KEY (merchant_id, entry_id)
        REFERENCES entries (merchant_id, entry_id) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT reversals_parts CHECK (
        amount_fen > 0 AND least(pending_fen, available_fen, debt_fen) >= 0
        AND pending_fen + available_fen + debt_fen = amount_fen
    )
);
CREATE INDEX reversals_entry_idx ON reversals (merchant_id, entry_id);
CREATE INDEX reversals_account_idx ON reversals (merchant_id, account_id, at);

CREATE TABLE accounts (
    merchant_id     text   NOT NULL,
    account_id      text   NOT NULL,
    withdrawing_fen bigint NOT NULL,
    paid_fen        bigint NOT NULL,
    debt_fen        bigint NOT NULL,
    merged_into     text   NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (merchant_id, account_id),
    CONSTRAINT accounts_not_negative CHECK (least(withdrawing_fen, paid_fen, debt_fen) >= 0)
);
CREATE INDEX accounts_merged_idx ON accounts (merchant_id, merged_into) WHERE merged_into <> '';

CREATE TABLE credits (
    merchant_id   text        NOT NULL,
    credit_id     text        NOT NULL,
    account_id    text        NOT NULL,
    source_id     text        NOT NULL,
    amount_fen    bigint      NOT NULL,
    remaining_fen bigint      NOT NULL,
    available_at  timestamptz NOT NULL,
    share_before  timestamptz NOT NULL,
    CONSTRAINT credits_pkey PRIMARY KEY (merchant_id, credit_id),
    -- Whatever runs in parallel, nothing is withdrawn twice.
    CONSTRAINT credits_not_overdrawn CHECK (remaining_fen BETWEEN 0 AND amount_fen)
) WITH (fillfactor = 80);
CREATE INDEX credits_open_idx ON credits (merchant_id, account_id) WHERE remaining_fen > 0;
CREATE INDEX credits_source_idx ON credits (merchant_id, source_id);

CREATE TABLE movements (
    merchant_id     text        NOT NULL,
    movement_id     text        NOT NULL,
    account_id      text        NOT NULL,
    kind            text        NOT NULL,
    ref             text        NOT NULL,
    available_fen   bigint      NOT NULL,
    withdrawing_fen bigint      NOT NULL,
    paid_fen        bigint      NOT NULL,
    debt_fen        bigint      NOT NULL,
    at              timestamptz NOT NULL,
    CONSTRAINT movements_pkey PRIMARY KEY (merchant_id, movement_id),
    CONSTRAINT movements_kind CHECK (kind IN (
        'SETTLED', 'CLAWED', 'WITHDRAWN', 'RETURNED', 'PAID', 'MERGED_OUT', 'MERGED_IN'
    ))
);
CREATE INDEX movements_account_idx ON movements (merchant_id, account_id, at, movement_id);

CREATE TABLE withdrawal_policies (
    merchant_id      text   NOT NULL,
    policy_id        text   NOT NULL,
    version          bigint NOT NULL,
    min_fen          bigint NOT NULL,
    max_fen          bigint NOT NULL,
    day_fen          bigint NOT NULL,
    fee_bp           bigint NOT NULL,
    auto_approve_fen bigint NOT NULL,
    tax_policy       text   NOT NULL,
    changed_by       text   NOT NULL,
    changed_at       timestamptz,
    CONSTRAINT withdrawal_policies_pkey PRIMARY KEY (merchant_id, policy_id)
);

CREATE TABLE withdrawals (
    merchant_id   text        NOT NULL,
    withdrawal_id text        NOT NULL,
    account_id    text        NOT NULL,
    state         text        NOT NULL,
    channel       text        NOT NULL,
    route         text        NOT NULL,
    gross_fen     bigint      NOT NULL,
    fee_fen       bigint      NOT NULL,
    tax_fen       bigint      NOT NULL,
    tax_month     text        NOT NULL,
    parts         jsonb       NOT NULL,
    applied_by    text        NOT NULL,
    approved_by   text        NOT NULL,
    reason        text        NOT NULL,
    channel_ref   text        NOT NULL,
    attempts      bigint      NOT NULL,
    applied_at    timestamptz NOT NULL,
    ask_at        timestamptz,
    ended_at      timestamptz,
    CONSTRAINT withdrawals_pkey PRIMARY KEY (merchant_id, withdrawal_id),
    CONSTRAINT withdrawals_state CHECK (
        state IN ('APPLIED', 'APPROVED', 'PAYING', 'PAID', 'FAILED', 'REJECTED')
    ),
    CONSTRAINT withdrawals_net CHECK (
        gross_fen > 0 AND fee_fen >= 0 AND tax_fen >= 0 AND gross_fen > fee_fen + tax_fen
    )
);
CREATE INDEX withdrawals_account_idx ON withdrawals (merchant_id, account_id, applied_at);
CREATE INDEX withdrawals_open_idx ON withdrawals (merchant_id, account_id)
    WHERE state IN ('APPLIED', 'APPROVED', 'PAYING');
CREATE INDEX withdrawals_ask_idx ON withdrawals (ask_at) WHERE state IN ('APPROVED', 'PAYING');

CREATE TABLE tax_months (
    merchant_id text   NOT NULL,
    account_id  text   NOT NULL,
    month       text   NOT NULL,
    gross_fen   bigint NOT NULL,
    tax_fen     bigint NOT NULL,
    CONSTRAINT tax_months_pkey PRIMARY KEY (merchant_id, account_id, month),
    CONSTRAINT tax_months_not_negative CHECK (least(gross_fen, tax_fen) >= 0)
);

CREATE TABLE withdrawal_days (
    merchant_id text   NOT NULL,
    account_id  text   NOT NULL,
    day         text   NOT NULL,
    gross_fen   bigint NOT NULL,
    CONSTRAINT withdrawal_days_pkey PRIMARY KEY (merchant_id, account_id, day)
);

CREATE TABLE member_merges (
    merchant_id    text        NOT NULL,
    merge_id       text        NOT NULL,
    from_member_id text        NOT NULL,
    into_member_id text        NOT NULL,
    at             timestamptz NOT NULL,
    CONSTRAINT member_merges_pkey PRIMARY KEY (merchant_id, merge_id)
);
