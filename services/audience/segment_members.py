"""Who is in a segment: one row per member and segment, one event per change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from common.rows import Group, Row
from danke.events.audience_segments import SegmentEntered, SegmentLeft
from danke.events.envelope import Event

if TYPE_CHECKING:
    from services.audience.segments import Segment


class SegmentMember(Row, frozen=True):
    """A member is in a segment, since when and by which version of its rule; 0 by a list."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "segment_id", "member_id")

    merchant_id: str
    segment_id: str
    member_id: str
    rule_version: int
    entered_at: datetime


SEGMENTS_OF = Group(SegmentMember, ("merchant_id", "member_id"))


def entered(
    segment: Segment, member_id: str, at: datetime, *, is_backfill: bool
) -> tuple[SegmentMember, Sequence[Event]]:
    """The member's row in the segment, and what is told of it."""
    row = SegmentMember(
        segment.merchant_id, segment.segment_id, member_id, segment.rule_version, at
    )
    if is_backfill and segment.is_quiet:
        return row, ()
    event = SegmentEntered(
        member_id=member_id, segment_id=segment.segment_id, rule_version=segment.rule_version,
        is_backfill=is_backfill, entered_at=at,
    )  # fmt: skip
    return row, (event,)


def left(segment: Segment, member_id: str, at: datetime, *, is_backfill: bool) -> Sequence[Event]:
    """What is told of a member who leaves."""
    if is_backfill and segment.is_quiet:
        return ()
    event = SegmentLeft(
        member_id=member_id, segment_id=segment.segment_id, rule_version=segment.rule_version,
        is_backfill=is_backfill, left_at=at,
    )  # fmt: skip
    return (event,)
