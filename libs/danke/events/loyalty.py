"""What loyalty publishes: members, points and tiers. No personal data: hashes are keyed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from danke.events.envelope import Event, Topic

MEMBER = Topic(
    name="danke.loyalty.member.v1",
    key="member_id",
    summary="Who is a member: enrolled, merged, frozen, closed.",
)
TIER = Topic(
    name="danke.loyalty.tier.v1",
    key="member_id",
    summary="A member's tier (会员等级), the progress to the next one, and paid memberships.",
)

# --- members --------------------------------------------------------------------------------------


class MemberEvent(Event, frozen=True, kw_only=True):
    """An event of one member; in order per member."""

    TOPIC: ClassVar[Topic] = MEMBER
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


EnrolChannel = Literal["POS", "STORE", "MINI", "LIVE", "GUIDE", "REFERRAL", "IMPORT", "OTHER"]
ReferrerKind = Literal["", "STAFF", "MEMBER"]


class MemberEnrolled(MemberEvent, frozen=True, kw_only=True):
    """Somebody became a member. ``imported`` members get no opening gifts.

    ``phone_hash`` and ``unionid_hash`` are keyed fingerprints, comparable within one merchant.
    """

    channel: EnrolChannel
    store_id: str
    phone_hash: str = ""
    unionid_hash: str = ""
    referrer_id: str = ""
    referrer_kind: ReferrerKind = ""
    opening_guide_id: str = ""
    channel_code: str = ""
    imported: bool = False


class MemberIdentityBound(MemberEvent, frozen=True, kw_only=True):
    """A further identity leads to this member; ``phone_hash`` is set if it is a phone number."""

    kind: str
    phone_hash: str = ""


class MemberFrozen(MemberEvent, frozen=True, kw_only=True):
    """Risk control froze the member: no codes, no purchases of memberships, no redemptions."""

    reason: str


class MemberUnfrozen(MemberEvent, frozen=True, kw_only=True):
    """The member may do everything again."""

    reason: str


class MemberMerged(MemberEvent, frozen=True, kw_only=True):
    """Two members turned out to be one. ``member_id`` and ``into_member_id`` is who remains.

    Whoever keeps something by ``from_member_id`` moves it; ids of ``from`` still lead to ``into``.
    """

    merge_id: str
    from_member_id: str
    into_member_id: str


class MemberClosed(MemberEvent, frozen=True, kw_only=True):
    """The member left and the identities were erased; the id stays as a pseudonym in the books."""

    reason: str


# --- tiers ----------------------------------------------------------------------------------------


class TierEvent(Event, frozen=True, kw_only=True):
    """An event of one member's tier; in order per member."""

    TOPIC: ClassVar[Topic] = TIER
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


TierSource = Literal["BASE", "EARNED", "RECHARGE", "MANUAL", "PAID", "TRIAL"]
TierMetric = Literal["GROWTH", "POINTS", "SPEND", "ORDERS"]
TierReason = Literal[
    "GROWTH", "RECHARGE", "MANUAL", "PAID", "TRIAL", "IMPORT", "MERGE", "SCHEME",
    "DOWNGRADE", "REVERT", "REVOKED", "ENDED",
]  # fmt: skip


class TierChanged(TierEvent, frozen=True, kw_only=True):
    """The effective tier is another one now. Levels count from 1, higher is better."""

    from_tier_id: str
    to_tier_id: str
    from_level: int
    to_level: int
    reason: TierReason
    source: TierSource
    ref: str = ""
    valid_until: datetime | None = None


class TierKept(TierEvent, frozen=True, kw_only=True):
    """The keep threshold (保级) was met at the end of the validity; the tier goes on."""

    tier_id: str
    level: int
    valid_until: datetime


class TierWillDowngrade(TierEvent, frozen=True, kw_only=True):
    """Advance notice: without ``need`` more of the metric the tier falls at ``at``."""

    tier_id: str
    to_tier_id: str
    at: datetime
    metric: TierMetric
    need: int


class TierProgressUpdated(TierEvent, frozen=True, kw_only=True):
    """How far the next tier is: ``need_growth`` more of ``metric`` (growth by default).

    Told when any of it changes.
    """

    tier_id: str
    next_tier_id: str
    metric: TierMetric
    value: int
    need_growth: int
    growth: int


class GiftCoupon(msgspec.Struct, frozen=True):
    """``quantity`` coupons of one template."""

    template_id: str
    quantity: int


class TierUpgradeGiftDue(TierEvent, frozen=True, kw_only=True):
    """The gift of a tier, once per tier and cycle. ``gift_id`` makes each reward work once."""

    gift_id: str
    tier_id: str
    points: int = 0
    coupons: list[GiftCoupon] = []


class TierUpgradeGiftRevoked(TierEvent, frozen=True, kw_only=True):
    """The upgrade was undone by a refund: the gift's points and unused coupons go back."""

    gift_id: str
    tier_id: str
    points: int = 0


class MembershipActivated(TierEvent, frozen=True, kw_only=True):
    """A paid membership (付费会员) was paid and runs, or will run after the current one."""

    membership_id: str
    plan_id: str
    price_fen: int
    starts_at: datetime
    ends_at: datetime
    renewal: bool


class MembershipExpired(TierEvent, frozen=True, kw_only=True):
    """A paid membership ran out."""

    membership_id: str
    plan_id: str


class MembershipRefunded(TierEvent, frozen=True, kw_only=True):
    """A paid membership ended by refund; the order system pays ``amount_fen`` back.

    Also sent for a payment that could not be used (``reason`` AMOUNT_MISMATCH).
    """

    membership_id: str
    plan_id: str
    refund_id: str
    payment_id: str
    amount_fen: int
    reason: str
