"""What Danke reads: orders, payments and behaviour, written by the order system and the gateway.

Danke owns these schemas; the writers are outside. A record that does not fit its model goes to the
topic's dead letters with the field that is wrong. Money is int fen, points are whole;
domain.md §3.0.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from danke.events.envelope import Event, Topic

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
# Where an id may be absent.
OptionalId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{0,64}$")]
Fen = Annotated[int, Meta(ge=0, le=10_000_000_000)]
PositiveFen = Annotated[int, Meta(gt=0, le=10_000_000_000)]
Points = Annotated[int, Meta(ge=0, le=10_000_000_000)]
Quantity = Annotated[int, Meta(gt=0, le=1_000_000)]
Instant = Annotated[datetime, Meta(tz=True)]

Channel = Literal["MINI", "POS", "LIVE"]

ORDERS = Topic(
    name="trade.order.v1",
    key="order_id",
    summary="The life of an order: created, paid, completed, closed, refunded.",
    retention_ms=90 * 24 * 3600 * 1000,
)
PAYMENTS = Topic(
    name="trade.payment.v1",
    key="payment_id",
    summary="Money that the payment channel confirmed: for recharges, packs, cards, memberships.",
    retention_ms=90 * 24 * 3600 * 1000,
)
BEHAVIOUR = Topic(
    name="behavior.event.v1",
    key="member_id",
    summary="What visitors and members do: views, clicks, shares, live sessions, consents.",
)


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line as ordered."""

    line_id: Id
    sku_id: Id
    spu_id: OptionalId = ""
    category_id: OptionalId = ""
    qty: Quantity
    list_price_fen: Fen


class PaidLine(OrderLine, frozen=True, kw_only=True):
    """One line as paid.

    ``net_paid_fen`` is what the customer paid for it after all discounts, by whatever method:
    principal + bonus + cash. ``list_price_fen`` is per unit.
    """

    net_paid_fen: Fen
    promo_off_fen: Fen = 0
    coupon_off_fen: Fen = 0
    points_off_fen: Fen = 0
    wallet_principal_fen: Fen = 0
    wallet_bonus_fen: Fen = 0
    cash_fen: Fen = 0


class PaymentPart(msgspec.Struct, frozen=True, kw_only=True):
    """One method that paid part of an order. For WALLET ``txn`` is the wallet's payment id."""

    method: Annotated[str, Meta(pattern=r"^[A-Z_]{1,32}$")]
    amount_fen: Fen
    txn: OptionalId = ""


class OrderEvent(Event, frozen=True, kw_only=True):
    """An event of one order; in order per order."""

    TOPIC: ClassVar[Topic] = ORDERS
    KEY: ClassVar[str] = "order_id"
    SUBJECT: ClassVar[str] = "order_id"

    order_id: Id


class OrderCreated(OrderEvent, frozen=True, kw_only=True):
    """An order was placed and is not paid yet."""

    HAPPENED: ClassVar[str] = "created_at"

    member_id: Id
    channel: Channel
    store_id: OptionalId = ""
    lines: Annotated[list[OrderLine], Meta(min_length=1, max_length=500)]
    promoter_hint: OptionalId = ""
    guide_hint: OptionalId = ""
    group_id: OptionalId = ""
    coupon_ids: list[Id] = []
    points_used: Points = 0
    created_at: Instant


class OrderPaid(OrderEvent, frozen=True, kw_only=True):
    """An order was paid in full; its lines say what each discount and method contributed."""

    HAPPENED: ClassVar[str] = "paid_at"

    member_id: Id
    channel: Channel
    store_id: OptionalId = ""
    lines: Annotated[list[PaidLine], Meta(min_length=1, max_length=500)]
    shipping_paid_fen: Fen = 0
    payments: list[PaymentPart] = []
    paid_at: Instant
    is_first_order: bool = False


class OrderCompleted(OrderEvent, frozen=True, kw_only=True):
    """The customer received or redeemed the goods."""

    HAPPENED: ClassVar[str] = "completed_at"

    member_id: OptionalId = ""
    completed_at: Instant


class OrderClosed(OrderEvent, frozen=True, kw_only=True):
    """The order ended unpaid."""

    HAPPENED: ClassVar[str] = "closed_at"

    member_id: OptionalId = ""
    reason: Annotated[str, Meta(max_length=200)] = ""
    closed_at: Instant | None = None


class RefundedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What came back of one line in one refund."""

    line_id: Id
    qty: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    cash_fen: Fen = 0
    wallet_fen: Fen = 0
    points: Points = 0


class OrderRefunded(OrderEvent, frozen=True, kw_only=True):
    """Part or all of a paid order was refunded. ``is_full_cumulative``: nothing is left of it."""

    HAPPENED: ClassVar[str] = "refunded_at"

    refund_id: Id
    member_id: OptionalId = ""
    lines: Annotated[list[RefundedLine], Meta(max_length=500)] = []
    shipping_refund_fen: Fen = 0
    # The part of the shipping refund that goes back to the wallet; the rest is cash.
    shipping_wallet_fen: Fen = 0
    is_full_cumulative: bool
    refunded_at: Instant


BizType = Literal["RECHARGE", "PACK", "PUNCHCARD", "GROUP_SEAT", "MEMBERSHIP"]


class PaymentEvent(Event, frozen=True, kw_only=True):
    """An event of one payment of the channel; in order per payment."""

    TOPIC: ClassVar[Topic] = PAYMENTS
    KEY: ClassVar[str] = "payment_id"
    SUBJECT: ClassVar[str] = "payment_id"

    payment_id: Id
    # What was paid for, and its id: a recharge, a pack, a card, a seat, a membership.
    biz_type: BizType
    biz_id: Id
    amount_fen: PositiveFen


class PaymentSucceeded(PaymentEvent, frozen=True, kw_only=True):
    """The channel confirmed the money."""

    HAPPENED: ClassVar[str] = "paid_at"

    paid_at: Instant


class PaymentRefunded(PaymentEvent, frozen=True, kw_only=True):
    """The channel gave money back, or said that it could not."""

    HAPPENED: ClassVar[str] = "refunded_at"

    refund_id: Id
    status: Literal["SUCCEEDED", "FAILED"]
    refunded_at: Instant | None = None


class BehaviourEvent(Event, frozen=True, kw_only=True):
    """Something a visitor or member did."""

    TOPIC: ClassVar[Topic] = BEHAVIOUR
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: Id


class Behaved(BehaviourEvent, frozen=True, kw_only=True):
    """One behaviour; ``event_name`` says which, and with it which of the other fields matter."""

    HAPPENED: ClassVar[str] = "happened_at"

    event_name: Literal[
        "page_view",
        "item_view",
        "cart_add",
        "search",
        "link_click",
        "share",
        "live_reserve",
        "live_watch",
        "live_end",
        "store_visit",
        "subscribe_consent",
        "group_chat_join",
        "review",
    ]
    happened_at: Instant
    item_id: OptionalId = ""
    store_id: OptionalId = ""
    live_id: OptionalId = ""
    promoter_id: OptionalId = ""
    guide_id: OptionalId = ""
    channel_code: OptionalId = ""
    template_id: OptionalId = ""
    count: Annotated[int, Meta(ge=0, le=1_000_000)] = 1
    amount_fen: Fen = 0


class LiveScheduled(BehaviourEvent, frozen=True, kw_only=True):
    """A live session (直播) will begin at ``starts_at``, or with ``is_cancelled`` will not.

    Told again whenever it moves; of several that are told of one session the one that
    ``happened_at`` last counts. ``member_id`` is who hosts it, as of its live_end.
    """

    HAPPENED: ClassVar[str] = "happened_at"

    live_id: Id
    starts_at: Instant
    is_cancelled: bool = False
    happened_at: Instant
