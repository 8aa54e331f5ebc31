"""What the coupon service publishes of coupons and mass grants. Money is int fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

INSTANCE = Topic(
    name="danke.coupon.instance.v1",
    key="member_id",
    summary="The life of each coupon: claimed or granted, locked, used, returned, ended.",
)
GRANT = Topic(
    name="danke.coupon.grant.v1",
    key="batch_id",
    summary="Mass grants and promised grants: progress, end, and what could not be granted.",
)
TEMPLATE = Topic(
    name="danke.coupon.template.v1",
    key="template_id",
    summary="Coupon templates as they are now, whenever one changes.",
)

CouponSource = Literal[
    "CLAIM", "CODE", "GRANT", "BATCH", "RECHARGE", "EXCHANGE", "TIER", "ORDER", "GROUPBUY",
    "FISSION", "PACK", "TRANSFER", "JOURNEY", "CAMPAIGN",
]  # fmt: skip


class TemplateEvent(Event, frozen=True, kw_only=True):
    """An event of one template; in order per template."""

    TOPIC: ClassVar[Topic] = TEMPLATE
    KEY: ClassVar[str] = "template_id"
    SUBJECT: ClassVar[str] = "template_id"

    template_id: str


class CouponTemplateChanged(TemplateEvent, frozen=True, kw_only=True):
    """A template was made, changed, activated, paused, ended or voided; this is how it is now."""

    version: int
    name: str
    state: Literal["DRAFT", "ACTIVE", "PAUSED", "ENDED", "VOIDED"]
    kind: Literal["FULL_REDUCTION", "CASH", "DISCOUNT", "EXCHANGE", "SHIPPING", "RANDOM"]
    # The most one coupon takes off; 0 if there is no limit to it.
    face_fen: int
    threshold_fen: int
    total: int | None = None
    budget_fen: int | None = None


class CouponEvent(Event, frozen=True, kw_only=True):
    """An event of one coupon; in order per member."""

    TOPIC: ClassVar[Topic] = INSTANCE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "coupon_id"

    coupon_id: str
    template_id: str
    member_id: str


class CouponIssued(CouponEvent, frozen=True, kw_only=True):
    """What every new coupon's event says. Usable from ``valid_from`` until before ``valid_to``."""

    FIRST: ClassVar[bool] = True

    face_fen: int
    valid_from: datetime
    valid_to: datetime
    # AVAILABLE, or FISSION_LOCKED until friends have helped.
    state: str
    channel: str = ""


class CouponClaimed(CouponIssued, frozen=True, kw_only=True):
    """The member took a coupon himself, with a code if ``code_id`` says so."""

    code_id: str = ""


class CouponGranted(CouponIssued, frozen=True, kw_only=True):
    """A coupon was given: by a mass grant (``batch_id``), or because of ``ref`` of ``source``.

    ``action_id`` says which action of a journey or campaign it carries out.
    """

    source: CouponSource
    ref: str
    batch_id: str = ""
    action_id: str = ""


class CouponLocked(CouponEvent, frozen=True, kw_only=True):
    """An order holds the coupon until ``until``."""

    order_id: str
    until: datetime


class CouponUnlocked(CouponEvent, frozen=True, kw_only=True):
    """The order gave the coupon back unpaid; its state is now ``state``."""

    order_id: str
    state: str
    expired: bool = False


class CouponUsed(CouponEvent, frozen=True, kw_only=True):
    """The coupon was used: in an order, or in a store by showing its code."""

    order_id: str
    discount_fen: int
    scene: Literal["ORDER", "POS"]
    store_id: str = ""


class CouponUseMissed(CouponEvent, frozen=True, kw_only=True):
    """An order that held the coupon was paid after its lock ran out and the coupon was gone."""

    order_id: str


class CouponReturned(CouponEvent, frozen=True, kw_only=True):
    """A used coupon came back by a full refund or a reverted verification; C7."""

    order_id: str
    refund_id: str
    state: str


class CouponExpired(CouponEvent, frozen=True, kw_only=True):
    """The coupon was not used in time."""

    face_fen: int
    valid_to: datetime


class CouponExpiringSoon(CouponEvent, frozen=True, kw_only=True):
    """The coupon ends soon; told once."""

    face_fen: int
    valid_to: datetime


class CouponVoided(CouponEvent, frozen=True, kw_only=True):
    """The coupon was taken back; ``reason`` says by what."""

    reason: str


class CouponTransferOffered(CouponEvent, frozen=True, kw_only=True):
    """The holder offers the coupon to a friend, until ``until``."""

    transfer_id: str
    until: datetime


class CouponTransferEnded(CouponEvent, frozen=True, kw_only=True):
    """The offer came to nothing; the coupon is its holder's again."""

    transfer_id: str
    state: str


class CouponTransferred(CouponEvent, frozen=True, kw_only=True):
    """A friend took the coupon: his is ``to_coupon_id``, this one is over."""

    transfer_id: str
    to_member_id: str
    to_coupon_id: str


class CouponMoved(CouponEvent, frozen=True, kw_only=True):
    """The coupon's holder was merged into ``member_id``; saga S9."""

    from_member_id: str
    merge_id: str


class GrantBatchEvent(Event, frozen=True, kw_only=True):
    """An event of one mass grant; in order per mass grant."""

    TOPIC: ClassVar[Topic] = GRANT
    KEY: ClassVar[str] = "batch_id"
    SUBJECT: ClassVar[str] = "batch_id"

    batch_id: str
    template_id: str


class GrantBatchProgress(GrantBatchEvent, frozen=True, kw_only=True):
    """How far a mass grant is: so many members of ``members`` got theirs, or were left out."""

    members: int
    ok: int
    skipped: int
    failed: int


class GrantBatchCompleted(GrantBatchEvent, frozen=True, kw_only=True):
    """A mass grant ended. PARTIAL: not everybody got his coupon; CANCELLED: it was stopped."""

    state: Literal["COMPLETED", "PARTIAL", "CANCELLED"]
    members: int
    ok: int
    skipped: int
    failed: int


class RecallCompleted(GrantBatchEvent, frozen=True, kw_only=True):
    """Unused coupons were taken back; locked ones follow when their order gives them back."""

    recall_id: str
    voided: int
    pending: int


class CouponGrantFailed(Event, frozen=True, kw_only=True):
    """Promised coupons could not be granted, also not later: somebody should look at it."""

    TOPIC: ClassVar[Topic] = GRANT
    KEY: ClassVar[str] = "grant_id"
    SUBJECT: ClassVar[str] = "grant_id"

    grant_id: str
    template_id: str
    member_id: str
    quantity: int
    source: CouponSource
    ref: str
    reason: str


class CouponGrantRefused(Event, frozen=True, kw_only=True):
    """The coupon an action of a journey or campaign asked for is not given, for good."""

    TOPIC: ClassVar[Topic] = GRANT
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "action_id"

    action_id: str
    member_id: str
    template_id: str
    reason: str
