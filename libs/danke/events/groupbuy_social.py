"""What group-buy publishes about bargains (砍价) and assists (助力). Fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

BARGAIN = Topic(
    name="danke.groupbuy.bargain.v1",
    key="bargain_id",
    summary="Bargains (砍价): opened, cut by friends, down to the floor, ordered or expired.",
)
ASSIST = Topic(
    name="danke.groupbuy.assist.v1",
    key="assist_id",
    summary="Assists (助力): opened, helped, completed with rewards, or expired.",
)


class BargainEvent(Event, frozen=True, kw_only=True):
    """An event of one member's bargain; in order per bargain."""

    TOPIC: ClassVar[Topic] = BARGAIN
    KEY: ClassVar[str] = "bargain_id"
    SUBJECT: ClassVar[str] = "bargain_id"

    bargain_id: str
    activity_id: str
    member_id: str


class BargainOpened(BargainEvent, frozen=True, kw_only=True):
    """A member began to bargain."""

    sku_id: str
    start_fen: int
    floor_fen: int
    expires_at: datetime


class BargainCut(BargainEvent, frozen=True, kw_only=True):
    """A friend cut the price; ``inviter_id`` is whose share the friend followed."""

    helper_id: str
    inviter_id: str
    is_new_customer: bool
    cut_fen: int
    price_fen: int
    cuts: int


class BargainReached(BargainEvent, frozen=True, kw_only=True):
    """The price is down to the floor."""

    price_fen: int


class BargainOrdered(BargainEvent, frozen=True, kw_only=True):
    """The member ordered at the price the friends cut."""

    order_id: str
    price_fen: int


class BargainReopened(BargainEvent, frozen=True, kw_only=True):
    """The order closed unpaid: the bargain may be ordered again at the same price."""

    order_id: str
    price_fen: int


class BargainExpired(BargainEvent, frozen=True, kw_only=True):
    """The time ran out before an order."""

    price_fen: int


class AssistEvent(Event, frozen=True, kw_only=True):
    """An event of one member's assist; in order per assist."""

    TOPIC: ClassVar[Topic] = ASSIST
    KEY: ClassVar[str] = "assist_id"
    SUBJECT: ClassVar[str] = "assist_id"

    assist_id: str
    activity_id: str
    member_id: str


class AssistOpened(AssistEvent, frozen=True, kw_only=True):
    """A member asks friends for help."""

    needed: int
    expires_at: datetime


class AssistHelped(AssistEvent, frozen=True, kw_only=True):
    """A friend helped; ``inviter_id`` is whose share the friend followed."""

    helper_id: str
    inviter_id: str
    is_new_customer: bool
    helped: int
    needed: int


class AssistRewardDue(AssistEvent, frozen=True, kw_only=True):
    """A reward for whom it names: points, or a coupon of template ``ref``."""

    rewarded_id: str
    kind: Literal["POINTS", "COUPON"]
    amount: int
    ref: str
    idempotency_key: str


class AssistCompleted(AssistEvent, frozen=True, kw_only=True):
    """Enough friends helped in time."""

    helped: int


class AssistExpired(AssistEvent, frozen=True, kw_only=True):
    """The time ran out; nobody is rewarded."""

    helped: int
