-- Stored value beyond payments: recharges and their refunds, adjustments, merges, policies.
-- append-only: member_merges

-- Money leaves a lot without being spent: by a recharge refund or an adjustment.
ALTER TABLE lots
    ADD COLUMN withdrawn_fen           bigint NOT NULL DEFAULT 0,
    ADD COLUMN principal_withdrawn_fen bigint NOT NULL DEFAULT 0,
    ADD COLUMN adjustment_id           text   NOT NULL DEFAULT '',
    DROP CONSTRAINT lots_not_overspent,
    DROP CONSTRAINT lots_principal_not_overspent,
    DROP CONSTRAINT lots_bonus_not_overspent,
    ADD CONSTRAINT lots_not_overspent CHECK (
        used_fen >= 0 AND frozen_fen >= 0 AND withdrawn_fen >= 0
        AND used_fen + frozen_fen + withdrawn_fen <= paid_fen + bonus_fen
    ),
    ADD CONSTRAINT lots_principal_not_overspent CHECK (
        principal_used_fen >= 0 AND principal_frozen_fen >= 0 AND principal_withdrawn_fen >= 0
        AND principal_used_fen + principal_frozen_fen + principal_withdrawn_fen <= paid_fen
    ),
    ADD CONSTRAINT lots_bonus_not_overspent CHECK (
        used_fen - principal_used_fen >= 0 AND frozen_fen - principal_frozen_fen >= 0
        AND withdrawn_fen - principal_withdrawn_fen >= 0
        AND used_fen - principal_used_fen + frozen_fen - principal_frozen_fen
            + withdrawn_fen - principal_withdrawn_fen <= bonus_fen
    );
-- For a member's own list, and for a merge, which moves spent lots too.
CREATE INDEX lots_member_idx ON lots (merchant_id, member_id, credited_at, lot_id);
-- A merge moves payments, so that a later refund is serialised with the wallet it restores to.
CREATE INDEX payments_member_idx ON payments (merchant_id, member_id, created_at);

ALTER TABLE accounts
    ADD COLUMN merged_into text        NOT NULL DEFAULT '',
    ADD COLUMN changed_by  text        NOT NULL DEFAULT '',
    ADD COLUMN changed_at  timestamptz,
    ADD CONSTRAINT accounts_merged_are_closed CHECK (merged_into = '' OR status = 'CLOSED');

CREATE INDEX accounts_merged_idx ON accounts (merchant_id, merged_into) WHERE merged_into <> '';

CREATE TABLE policies (
    merchant_id           text    NOT NULL,
    policy_id             text    NOT NULL,
    version               bigint  NOT NULL,
    cap_named_fen         bigint  NOT NULL,
    cap_bearer_fen        bigint  NOT NULL,
    cap_basis             text    NOT NULL,
    card_kind             text    NOT NULL,
    spend_order           text    NOT NULL,
    hold_ttl_seconds      bigint  NOT NULL,
    recharge_ttl_seconds  bigint  NOT NULL,
    cooling_off_days      bigint  NOT NULL,
    holidays              jsonb   NOT NULL,  -- dates
    working_days          jsonb   NOT NULL,  -- weekend days that are worked
    weekends_rest         boolean NOT NULL,
    refund_fee_bp         bigint  NOT NULL,
    refund_fee_fixed_fen  bigint  NOT NULL,
    free_recharge_max_fen bigint  NOT NULL,
    changed_by            text    NOT NULL,
    changed_at            timestamptz,
    CONSTRAINT policies_pkey PRIMARY KEY (merchant_id, policy_id),
    CONSTRAINT policies_caps CHECK (cap_named_fen > 0 AND cap_bearer_fen > 0),
    CONSTRAINT policies_cap_basis CHECK (cap_basis IN ('PRINCIPAL', 'TOTAL')),
    CONSTRAINT policies_times CHECK (hold_ttl_seconds > 0 AND recharge_ttl_seconds > 0),
    CONSTRAINT policies_cooling_off CHECK (cooling_off_days >= 7),
    CONSTRAINT policies_fee CHECK (
        refund_fee_bp BETWEEN 0 AND 10000 AND refund_fee_fixed_fen >= 0
    )
);

CREATE TABLE recharge_plans (
    merchant_id  text   NOT NULL,
    plan_id      text   NOT NULL,
    version      bigint NOT NULL,
    name         text   NOT NULL,
    state        text   NOT NULL,
    pay_fen      bigint NOT NULL,
    bonus_fen    bigint NOT NULL,
    gift_points  bigint NOT NULL,
    gift_coupons jsonb  NOT NULL,
    tier_grant   text   NOT NULL,
    growth       bigint NOT NULL,
    store_ids    jsonb  NOT NULL,  -- empty: sold everywhere
    on_sale_from timestamptz,
    on_sale_to   timestamptz,
    changed_by   text   NOT NULL,
    changed_at   timestamptz NOT NULL,
    CONSTRAINT recharge_plans_pkey PRIMARY KEY (merchant_id, plan_id),
    CONSTRAINT recharge_plans_state CHECK (state IN ('ON_SALE', 'OFF_SALE')),
    CONSTRAINT recharge_plans_amounts CHECK (
        pay_fen > 0 AND bonus_fen >= 0 AND gift_points >= 0 AND growth >= 0
    )
);

CREATE TABLE recharges (
    merchant_id  text        NOT NULL,
    recharge_id  text        NOT NULL,
    member_id    text        NOT NULL,
    store_id     text        NOT NULL,
    staff_id     text        NOT NULL,
    state        text        NOT NULL,
    state_reason text        NOT NULL,
    pay_fen      bigint      NOT NULL,
    terms        jsonb       NOT NULL,  -- what the plan promised when it was sold
    payment_id   text        NOT NULL,
    refund_id    text        NOT NULL,  -- the latest refund; older ones name their recharge
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    paid_at      timestamptz,
    credited_at  timestamptz,
    gifts_revoked boolean    NOT NULL,
    CONSTRAINT recharges_pkey PRIMARY KEY (merchant_id, recharge_id),
    CONSTRAINT recharges_state CHECK (state IN (
        'CREATED', 'CLOSED', 'CREDITED', 'REFUND_REQUESTED', 'REFUNDING', 'REFUNDED',
        'REFUND_REJECTED'
    )),
    CONSTRAINT recharges_amount CHECK (pay_fen > 0),
    CONSTRAINT recharges_credited_are_paid CHECK (
        credited_at IS NULL OR (paid_at IS NOT NULL AND payment_id <> '')
    ),
    CONSTRAINT recharges_open_are_unpaid CHECK (
        state NOT IN ('CREATED', 'CLOSED') OR paid_at IS NULL
    )
) WITH (fillfactor = 80);
CREATE INDEX recharges_open_idx ON recharges (merchant_id, member_id) WHERE state = 'CREATED';
CREATE INDEX recharges_member_idx ON recharges (merchant_id, member_id, created_at, recharge_id);
-- One payment pays one recharge.
CREATE UNIQUE INDEX recharges_payment_idx ON recharges (merchant_id, payment_id)
    WHERE payment_id <> '';

CREATE TABLE recharge_refunds (
    merchant_id           text        NOT NULL,
    refund_id             text        NOT NULL,
    recharge_id           text        NOT NULL,
    member_id             text        NOT NULL,
    payment_id            text        NOT NULL,
    basis                 text        NOT NULL,
    state                 text        NOT NULL,
    reason                text        NOT NULL,
    amount_fen            bigint      NOT NULL,  -- what the payer gets back
    fee_fen               bigint      NOT NULL,
    forfeited_fen         bigint      NOT NULL,
    bonus_cancelled_fen   bigint      NOT NULL,
    held_fen              bigint      NOT NULL,  -- frozen in the lot while REFUNDING
    principal_held_fen    bigint      NOT NULL,
    consumed_original_fen bigint      NOT NULL,
    gifts_to_revoke       jsonb       NOT NULL,
    requested_by          text        NOT NULL,
    requested_at          timestamptz NOT NULL,
    decided_by            text        NOT NULL,
    decided_at            timestamptz,
    failures              bigint      NOT NULL,
    ended_at              timestamptz,
    CONSTRAINT recharge_refunds_pkey PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT recharge_refunds_state CHECK (
        state IN ('REQUESTED', 'REFUNDING', 'REFUNDED', 'REJECTED')
    ),
    CONSTRAINT recharge_refunds_amounts CHECK (
        amount_fen >= 0 AND fee_fen >= 0 AND forfeited_fen >= 0 AND bonus_cancelled_fen >= 0
        AND principal_held_fen BETWEEN 0 AND held_fen
    ),
    CONSTRAINT recharge_refunds_add_up CHECK (
        basis = 'NOT_CREDITED' OR state IN ('REQUESTED', 'REJECTED')
        OR amount_fen + fee_fen + forfeited_fen + bonus_cancelled_fen = held_fen
    ),
    CONSTRAINT recharge_refunds_two_people CHECK (
        state = 'REJECTED' OR decided_by = '' OR decided_by <> requested_by
    )
);
CREATE INDEX recharge_refunds_recharge_idx ON recharge_refunds (merchant_id, recharge_id);
CREATE INDEX recharge_refunds_open_idx ON recharge_refunds (merchant_id, requested_at, refund_id)
    WHERE state IN ('REQUESTED', 'REFUNDING');
CREATE INDEX recharge_refunds_member_idx ON recharge_refunds (merchant_id, member_id);

CREATE TABLE gift_receipts (
    merchant_id text        NOT NULL,
    recharge_id text        NOT NULL,
    gift        text        NOT NULL,
    promised    bigint      NOT NULL,
    refs        jsonb       NOT NULL,  -- what was granted, by the ids of those who did
    received    bigint      NOT NULL,
    since       timestamptz NOT NULL,
    complete_at timestamptz,
    CONSTRAINT gift_receipts_pkey PRIMARY KEY (merchant_id, recharge_id, gift),
    CONSTRAINT gift_receipts_promised CHECK (promised > 0 AND received >= 0)
);
CREATE INDEX gift_receipts_open_idx ON gift_receipts (merchant_id, since)
    WHERE complete_at IS NULL;

CREATE TABLE adjustments (
    merchant_id   text        NOT NULL,
    adjustment_id text        NOT NULL,
    member_id     text        NOT NULL,
    state         text        NOT NULL,
    principal_fen bigint      NOT NULL,  -- signed
    bonus_fen     bigint      NOT NULL,  -- signed
    reason        text        NOT NULL,
    requested_by  text        NOT NULL,
    requested_at  timestamptz NOT NULL,
    decided_by    text        NOT NULL,
    decided_at    timestamptz,
    note          text        NOT NULL,
    CONSTRAINT adjustments_pkey PRIMARY KEY (merchant_id, adjustment_id),
    CONSTRAINT adjustments_state CHECK (state IN ('REQUESTED', 'APPLIED', 'REJECTED')),
    CONSTRAINT adjustments_change_something CHECK (principal_fen <> 0 OR bonus_fen <> 0),
    CONSTRAINT adjustments_reason CHECK (reason <> ''),
    CONSTRAINT adjustments_two_people CHECK (state <> 'APPLIED' OR decided_by <> requested_by)
);
CREATE INDEX adjustments_member_idx ON adjustments (merchant_id, member_id);
CREATE INDEX adjustments_open_idx ON adjustments (merchant_id, requested_at, adjustment_id)
    WHERE state = 'REQUESTED';

CREATE TABLE member_merges (
    merchant_id   text        NOT NULL,
    merge_id      text        NOT NULL,
    from_member   text        NOT NULL,
    into_member   text        NOT NULL,
    principal_fen bigint      NOT NULL,
    bonus_fen     bigint      NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT member_merges_pkey PRIMARY KEY (merchant_id, merge_id),
    CONSTRAINT member_merges_two_members CHECK (from_member <> into_member)
);

-- The statement reads one member's transfers in order; reports read a merchant's period.
CREATE INDEX transfers_at_idx ON transfers USING brin (at);
