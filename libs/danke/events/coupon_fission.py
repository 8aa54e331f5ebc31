"""What the coupon service publishes of fission groups and saver packs. Money is int fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from danke.events.envelope import Event, Topic

FISSION = Topic(
    name="danke.coupon.fission.v1",
    key="group_id",
    summary="Fission groups: opened, helped, completed with rewards, expired or stopped.",
)
PACK = Topic(
    name="danke.coupon.pack.v1",
    key="member_id",
    summary="Saver packs: bought, and refunded.",
)

FissionKind = Literal["UNLOCK", "DIVIDE", "SHARE_PACK", "BOOMERANG", "INFLATE"]


class FissionEvent(Event, frozen=True, kw_only=True):
    """An event of one fission group; in order per group."""

    TOPIC: ClassVar[Topic] = FISSION
    KEY: ClassVar[str] = "group_id"
    SUBJECT: ClassVar[str] = "group_id"

    group_id: str
    activity_id: str
    kind: FissionKind
    # Who opened it.
    member_id: str


class FissionOpened(FissionEvent, frozen=True, kw_only=True):
    """A member opened a group and may share it until ``expires_at``."""

    helpers_needed: int
    expires_at: datetime


class FissionHelped(FissionEvent, frozen=True, kw_only=True):
    """Somebody helped; ``helpers`` counts him. A touch point, never a permanent binding."""

    helper_id: str
    is_new: bool
    helpers: int


class FissionReward(msgspec.Struct, frozen=True, kw_only=True):
    """A coupon somebody got out of a group."""

    member_id: str
    coupon_id: str
    face_fen: int


class FissionCompleted(FissionEvent, frozen=True, kw_only=True):
    """The group came together and its rewards were given; once per group."""

    helpers: int
    rewards: list[FissionReward]


class FissionExpired(FissionEvent, frozen=True, kw_only=True):
    """The group did not come together in time, or was stopped."""

    helpers: int
    stopped: bool = False


class FissionMoved(FissionEvent, frozen=True, kw_only=True):
    """Who opened the group was merged into ``member_id``; saga S9."""

    from_member_id: str
    merge_id: str


class PackEvent(Event, frozen=True, kw_only=True):
    """An event of one bought pack; in order per member."""

    TOPIC: ClassVar[Topic] = PACK
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "pack_id"

    pack_id: str
    member_id: str
    offer_id: str


class PackPurchased(PackEvent, frozen=True, kw_only=True):
    """A pack was paid; its coupons are delivered as it promised."""

    payment_id: str
    price_fen: int
    coupons: int
    paid_at: datetime


class PackRefundRequested(PackEvent, frozen=True, kw_only=True):
    """The payment system is asked to pay back; it answers on trade.payment.v1 with this refund."""

    refund_id: str
    payment_id: str
    amount_fen: int


class PackRefunded(PackEvent, frozen=True, kw_only=True):
    """The pack is refunded: what was paid less what its coupons already saved."""

    refund_id: str
    amount_fen: int
    savings_fen: int


class PackMoved(PackEvent, frozen=True, kw_only=True):
    """The pack's owner was merged into ``member_id``; saga S9."""

    from_member_id: str
    merge_id: str
