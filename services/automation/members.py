"""What automation knows of a member, from topics: enough for triggers, conditions and exits.

A small copy, no profile: no name, no address, a birthday without its year.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from common.rows import Group, Row
from services.automation.occurrences import Occurrence

DAY_S: Final = 86_400


class Member(Row, frozen=True):
    """One member. Whoever was merged leads to who remains, and has no journeys."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    state: Literal["ACTIVE", "MERGED", "CLOSED"] = "ACTIVE"
    merged_into: str = ""
    # Of audience; empty until it has said anything. ``cycle_days`` are the member's own, or of who
    # buys the same category; 0: not known.
    stage: str = ""
    stage_at: datetime | None = None
    cycle_days: int = 0
    # Paid orders that are not refunded in full, over all channels; parity.md §3 no. 65.
    order_count: int = 0
    spent_fen: int = 0
    last_order_at: datetime | None = None
    tier_id: str = ""
    tier_level: int = 0
    # How much of the tier's metric the next tier is away; 0: there is none, or nobody said.
    tier_need: int = 0
    # As ``SMS/MARKETING``.
    consents: tuple[str, ...] = ()
    tag_ids: tuple[str, ...] = ()
    # As ``05-17``; empty if it is not known.
    birthday: str = ""


MEMBER_ITSELF: Final = Group(Member, ("merchant_id", "member_id"))
MERGED_HERE: Final = Group(
    Member, ("merchant_id", "merged_into"), holds=lambda member: member.merged_into != ""
)


class SegmentMember(Row, frozen=True):
    """That a member is in a segment (人群) now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "segment_id", "member_id")

    merchant_id: str
    segment_id: str
    member_id: str
    entered_at: datetime


SEGMENTS_OF: Final = Group(
    SegmentMember, ("merchant_id", "member_id"), order=lambda row: row.segment_id
)


class MemberOrder(Row, frozen=True):
    """A paid order. ``number`` is its place among the member's orders that stand; 0: refunded."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "order_id")

    merchant_id: str
    order_id: str
    member_id: str
    state: Literal["PAID", "COMPLETED", "REFUNDED"]
    number: int
    paid_fen: int
    refunded_fen: int
    refund_ids: list[str]
    channel: str
    store_id: str
    category_ids: list[str]
    sku_ids: list[str]
    paid_at: datetime


ORDER_ITSELF: Final = Group(MemberOrder, ("merchant_id", "order_id"))
# Those that stand, oldest first. Read only when one is refunded in full or members merge.
ORDERS_OF: Final = Group(
    MemberOrder,
    ("merchant_id", "member_id"),
    holds=lambda order: order.number > 0,
    order=lambda order: (order.paid_at, order.order_id),
)


def member_lock(member_id: str) -> str:
    """The lock of everything automation keeps of one member."""
    return f"member:{member_id}"


def facts(
    member: Member, segments: list[str], occurrence: Occurrence, rounds: int, at: datetime
) -> dict[str, Any]:
    """What a condition sees; ``conditions.VARIABLES``."""
    last = member.last_order_at
    return {
        "stage": member.stage,
        "order_count": member.order_count,
        "spent_fen": member.spent_fen,
        "days_since_order": -1 if last is None else max(0, (at - last).days),
        "tier_id": member.tier_id,
        "tier_level": member.tier_level,
        "tier_need": member.tier_need,
        "segment_ids": segments,
        "tag_ids": list(member.tag_ids),
        "consents": list(member.consents),
        "birthday": member.birthday,
        "rounds": rounds,
        "event_kind": occurrence.kind,
        "event_ref": occurrence.ref,
        "event_amount_fen": occurrence.amount_fen,
        "event_number": occurrence.number,
        "event_channel": occurrence.channel,
        "event_store_id": occurrence.store_id,
        "event_category_ids": occurrence.category_ids,
        "event_sku_ids": occurrence.sku_ids,
        "event_before": occurrence.before,
        "event_after": occurrence.after,
        "event_object_id": occurrence.object_id,
    }
