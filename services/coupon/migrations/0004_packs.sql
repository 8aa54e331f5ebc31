-- Saver packs: what is sold, and what was bought. Money is bigint fen.

CREATE TABLE pack_offers (
    merchant_id text        NOT NULL,
    offer_id    text        NOT NULL,
    version     bigint      NOT NULL,
    name        text        NOT NULL,
    state       text        NOT NULL,
    price_fen   bigint      NOT NULL,
    per_member  bigint      NOT NULL,
    items       jsonb       NOT NULL,
    changed_by  text        NOT NULL,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT pack_offers_pkey PRIMARY KEY (merchant_id, offer_id),
    CONSTRAINT pack_offers_state CHECK (state IN ('ON_SALE', 'OFF_SALE')),
    CONSTRAINT pack_offers_price CHECK (price_fen > 0 AND per_member >= 0 AND version > 0)
);

CREATE TABLE coupon_packs (
    merchant_id   text        NOT NULL,
    pack_id       text        NOT NULL,
    offer_id      text        NOT NULL,
    offer_version bigint      NOT NULL,
    member_id     text        NOT NULL,
    state         text        NOT NULL,
    price_fen     bigint      NOT NULL,
    items         jsonb       NOT NULL,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    payment_id    text        NOT NULL,
    paid_at       timestamptz,
    refund_id     text        NOT NULL,
    refund_fen    bigint      NOT NULL,
    savings_fen   bigint      NOT NULL,
    ended_at      timestamptz,
    CONSTRAINT coupon_packs_pkey PRIMARY KEY (merchant_id, pack_id),
    CONSTRAINT coupon_packs_state CHECK (
        state IN ('CREATED', 'CLOSED', 'DELIVERING', 'DELIVERED', 'REFUNDING', 'REFUNDED')
    ),
    -- domain.md §2.14: never more than was paid, never less than nothing.
    CONSTRAINT coupon_packs_refund CHECK (refund_fen BETWEEN 0 AND price_fen AND savings_fen >= 0),
    CONSTRAINT coupon_packs_paid CHECK (
        state IN ('CREATED', 'CLOSED') OR (payment_id <> '' AND paid_at IS NOT NULL)
    )
);

CREATE INDEX coupon_packs_member ON coupon_packs (merchant_id, member_id, offer_id);
