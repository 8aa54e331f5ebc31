-- The wallet: accounts, lots, payments and the ledger. Money is bigint fen.
-- append-only: transfers
-- append-only: payment_refunds

CREATE TABLE accounts (
    merchant_id   text        NOT NULL,
    member_id     text        NOT NULL,
    status        text        NOT NULL,
    card_kind     text        NOT NULL,
    status_reason text        NOT NULL,
    opened_at     timestamptz NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (merchant_id, member_id),
    CONSTRAINT accounts_status CHECK (status IN ('NORMAL', 'FROZEN', 'CLOSED')),
    CONSTRAINT accounts_card_kind CHECK (card_kind IN ('NAMED', 'BEARER'))
);

CREATE TABLE lots (
    merchant_id          text        NOT NULL,
    lot_id               text        NOT NULL,
    member_id            text        NOT NULL,
    recharge_id          text        NOT NULL,
    state                text        NOT NULL,
    spend_order          text        NOT NULL,
    paid_fen             bigint      NOT NULL,
    bonus_fen            bigint      NOT NULL,
    used_fen             bigint      NOT NULL,
    principal_used_fen   bigint      NOT NULL,
    frozen_fen           bigint      NOT NULL,
    principal_frozen_fen bigint      NOT NULL,
    credited_at          timestamptz NOT NULL,
    CONSTRAINT lots_pkey PRIMARY KEY (merchant_id, lot_id),
    CONSTRAINT lots_state CHECK (state IN ('ACTIVE', 'EXHAUSTED', 'REFUNDED')),
    CONSTRAINT lots_worth CHECK (paid_fen >= 0 AND bonus_fen >= 0 AND paid_fen + bonus_fen > 0),
    CONSTRAINT lots_not_overspent CHECK (
        used_fen >= 0 AND frozen_fen >= 0 AND used_fen + frozen_fen <= paid_fen + bonus_fen
    ),
    CONSTRAINT lots_principal_not_overspent CHECK (
        principal_used_fen >= 0 AND principal_frozen_fen >= 0
        AND principal_used_fen + principal_frozen_fen <= paid_fen
    ),
    CONSTRAINT lots_bonus_not_overspent CHECK (
        used_fen - principal_used_fen >= 0 AND frozen_fen - principal_frozen_fen >= 0
        AND used_fen - principal_used_fen + frozen_fen - principal_frozen_fen <= bonus_fen
    )
) WITH (fillfactor = 70);
-- Only open lots are ever looked for by member, so a member's spent history costs nothing.
CREATE INDEX lots_open_idx ON lots (merchant_id, member_id) WHERE state = 'ACTIVE';

CREATE TABLE payments (
    merchant_id            text        NOT NULL,
    payment_id             text        NOT NULL,
    order_id               text        NOT NULL,
    member_id              text        NOT NULL,
    store_id               text        NOT NULL,
    state                  text        NOT NULL,
    amount_fen             bigint      NOT NULL,
    principal_fen          bigint      NOT NULL,
    refunded_fen           bigint      NOT NULL,
    principal_refunded_fen bigint      NOT NULL,
    shares                 jsonb       NOT NULL,
    created_at             timestamptz NOT NULL,
    expires_at             timestamptz,
    CONSTRAINT payments_pkey PRIMARY KEY (merchant_id, payment_id),
    CONSTRAINT payments_state CHECK (state IN (
        'FROZEN', 'CAPTURED', 'RELEASED', 'EXPIRED', 'PARTIALLY_REFUNDED', 'REFUNDED'
    )),
    CONSTRAINT payments_amount CHECK (amount_fen > 0 AND principal_fen BETWEEN 0 AND amount_fen),
    CONSTRAINT payments_not_over_refunded CHECK (
        refunded_fen BETWEEN 0 AND amount_fen
        AND principal_refunded_fen BETWEEN 0 AND principal_fen
        AND refunded_fen - principal_refunded_fen BETWEEN 0 AND amount_fen - principal_fen
    )
);
-- An order is paid once from a wallet, whatever happens in parallel.
CREATE UNIQUE INDEX payments_order_idx ON payments (merchant_id, order_id)
    WHERE state NOT IN ('RELEASED', 'EXPIRED');

CREATE TABLE payment_refunds (
    merchant_id   text        NOT NULL,
    refund_id     text        NOT NULL,
    payment_id    text        NOT NULL,
    member_id     text        NOT NULL,
    amount_fen    bigint      NOT NULL,
    principal_fen bigint      NOT NULL,
    at            timestamptz NOT NULL,
    CONSTRAINT payment_refunds_pkey PRIMARY KEY (merchant_id, refund_id),
    CONSTRAINT payment_refunds_amount CHECK (
        amount_fen > 0 AND principal_fen BETWEEN 0 AND amount_fen
    )
);
CREATE INDEX payment_refunds_payment_idx ON payment_refunds (merchant_id, payment_id);

CREATE TABLE transfers (
    merchant_id text        NOT NULL,
    transfer_id text        NOT NULL,
    member_id   text        NOT NULL,
    kind        text        NOT NULL,
    debit       text        NOT NULL,
    credit      text        NOT NULL,
    amount_fen  bigint      NOT NULL,
    ref         text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT transfers_pkey PRIMARY KEY (merchant_id, transfer_id),
    CONSTRAINT transfers_amount_positive CHECK (amount_fen > 0),
    CONSTRAINT transfers_two_accounts CHECK (debit <> credit)
);
CREATE INDEX transfers_member_idx ON transfers (merchant_id, member_id, at);
