"""What loyalty publishes about points (积分): the account, check-ins and exchanges."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from danke.events.envelope import Event, Topic

POINTS = Topic(
    name="danke.loyalty.points.v1",
    key="member_id",
    summary="Every change of a member's points: earned, matured, held, consumed, expired, revoked.",
)
CHECK_IN = Topic(
    name="danke.loyalty.checkin.v1",
    key="member_id",
    summary="Daily check-ins of members and their streaks.",
)
EXCHANGE = Topic(
    name="danke.loyalty.exchange.v1",
    key="member_id",
    summary="Points exchanged for gifts and coupons, from the request to its end.",
)

# What a member did to earn points. MANUAL: given by an operator; ACTIVITY: given by another service
# (a journey, a referral).
SourceType = Literal["ORDER", "CHECK_IN", "GAME", "BIRTHDAY", "RECHARGE", "MANUAL", "ACTIVITY"]


class LotShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many points of one lot an event is about, and when that lot expires."""

    lot_id: str
    points: int
    expires_at: datetime


class PointsEvent(Event, frozen=True, kw_only=True):
    """A change of one member's points; in order per member, with the balances after it."""

    TOPIC: ClassVar[Topic] = POINTS
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str
    # What can be used; below zero only while points of a clawback are owed.
    available_points: int
    pending_points: int
    frozen_points: int
    debt_points: int


class PointsEarned(PointsEvent, frozen=True, kw_only=True):
    """Points were earned: usable at once, or pending until ``matures_at``."""

    # Empty while pending: a lot is chosen when the points mature.
    lot_id: str
    points: int
    state: Literal["PENDING", "AVAILABLE"]
    expires_at: datetime
    source_type: SourceType
    source_id: str
    rule_id: str
    rule_version: int
    matures_at: datetime | None = None
    # The part that repaid a debt at once.
    debt_repaid_points: int = 0


class PointsMatured(PointsEvent, frozen=True, kw_only=True):
    """Pending points became usable."""

    lot_id: str
    points: int
    expires_at: datetime
    source_type: SourceType
    source_id: str
    rule_id: str
    debt_repaid_points: int = 0


class PointsHeld(PointsEvent, frozen=True, kw_only=True):
    """Points were put aside for an order or an exchange."""

    hold_id: str
    order_id: str
    points: int
    expires_at: datetime | None


class PointsHoldReleased(PointsEvent, frozen=True, kw_only=True):
    """A hold ended unused, by the caller or because it ran out (``expired``)."""

    hold_id: str
    order_id: str
    points: int
    expired: bool
    # The part whose lots expired under the hold and is lost.
    expired_points: int = 0


class PointsConsumed(PointsEvent, frozen=True, kw_only=True):
    """Held points were used."""

    hold_id: str
    order_id: str
    points: int
    lots: list[LotShare]


class PointsReverted(PointsEvent, frozen=True, kw_only=True):
    """Used points came back to the lots they were taken from."""

    hold_id: str
    order_id: str
    refund_id: str
    # What was reverted; the part of it that had expired meanwhile and is lost.
    points: int
    expired_points: int
    lots: list[LotShare]
    fully_reverted: bool


class PointsRevoked(PointsEvent, frozen=True, kw_only=True):
    """Earned points were taken back, because what earned them was undone."""

    points: int
    # True if they had not matured: nothing was ever usable.
    pending: bool
    debt_after_points: int
    source_type: SourceType
    source_id: str
    rule_id: str
    reason: str
    # Earned no more, and not taken: they were used, and the programme makes no debts.
    forgiven_points: int = 0


class PointsExpired(PointsEvent, frozen=True, kw_only=True):
    """Unused points reached the end of their validity."""

    points: int
    lots: list[LotShare]


class PointsExpiringSoon(PointsEvent, frozen=True, kw_only=True):
    """Points will expire; told once per lot, one event for all lots of one day."""

    points: int
    expires_at: datetime


class PointsMerged(PointsEvent, frozen=True, kw_only=True):
    """The points of another member came over, after the debts of both were settled."""

    from_member_id: str
    points: int
    debt_repaid_points: int


class PointsForfeited(PointsEvent, frozen=True, kw_only=True):
    """The account was closed and what was left in it is void."""

    points: int


class CheckedIn(Event, frozen=True, kw_only=True):
    """A member checked in, or made up for a missed day (``made_up``)."""

    TOPIC: ClassVar[Topic] = CHECK_IN
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str
    day: date
    # Days in a row up to ``day``.
    streak: int
    points: int
    made_up: bool = False


class ExchangeEvent(Event, frozen=True, kw_only=True):
    """An event of one exchange; in order per member."""

    TOPIC: ClassVar[Topic] = EXCHANGE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "exchange_id"

    exchange_id: str
    member_id: str
    item_id: str
    quantity: int
    points: int
    cash_fen: int


class GiftExchanged(ExchangeEvent, frozen=True, kw_only=True):
    """A gift was exchanged and waits to be handed over; its points are held."""

    address_ref: str


class CouponExchanged(ExchangeEvent, frozen=True, kw_only=True):
    """Coupons were exchanged: the coupon service grants them once per ``exchange_id``."""

    template_id: str


class ExchangeCompleted(ExchangeEvent, frozen=True, kw_only=True):
    """The member has what was exchanged; the points are used."""

    kind: Literal["GIFT", "COUPON"]


class ExchangeCancelled(ExchangeEvent, frozen=True, kw_only=True):
    """The exchange came to nothing; the points are back. ``cash_fen`` that was paid is due back."""

    kind: Literal["GIFT", "COUPON"]
    reason: str
    cash_paid: bool
