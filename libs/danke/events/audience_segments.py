"""What audience publishes of segments (人群): who entered and left, and snapshots in pages."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from danke.events.envelope import Event, Topic

SEGMENT = Topic(
    name="danke.audience.segment.v1",
    key="member_id",
    summary="Segments (人群): a member entered or left one, exactly once per change.",
)
SNAPSHOT = Topic(
    name="danke.audience.snapshot.v1",
    key="snapshot_id",
    summary="Snapshots of segments: that one is ready, then its pages in order if asked for.",
)


class SegmentEvent(Event, frozen=True, kw_only=True):
    """An event of one member in one segment; in order per member.

    ``is_backfill``: the segment was made, filled or changed, the member did nothing. Whoever sends
    messages looks at it. ``rule_version`` is that of the rule that decided; 0 for a list.
    """

    TOPIC: ClassVar[Topic] = SEGMENT
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str
    segment_id: str
    rule_version: int
    is_backfill: bool


class SegmentEntered(SegmentEvent, frozen=True, kw_only=True):
    """The member is in the segment from now on."""

    entered_at: datetime


class SegmentLeft(SegmentEvent, frozen=True, kw_only=True):
    """The member is in the segment no more."""

    left_at: datetime


class SnapshotEvent(Event, frozen=True, kw_only=True):
    """An event of one snapshot; in order per snapshot."""

    TOPIC: ClassVar[Topic] = SNAPSHOT
    KEY: ClassVar[str] = "snapshot_id"
    SUBJECT: ClassVar[str] = "snapshot_id"

    snapshot_id: str
    segment_id: str


class SegmentSnapshotReady(SnapshotEvent, frozen=True, kw_only=True):
    """The snapshot has ``count`` members in ``pages`` pages and never changes again.

    ``checksum`` is the SHA-256 in hex of the pages' SHA-256 in hex, one after another; a page's is
    that of its member ids with a line feed between two. ``is_published``: the pages follow as
    events; otherwise they are read over gRPC.
    """

    count: int
    pages: int
    checksum: str
    is_published: bool
    ready_at: datetime


class SegmentSnapshotPage(SnapshotEvent, frozen=True, kw_only=True):
    """Page ``page`` of ``pages``, from 0: at most 500 members, in ascending order over all pages.

    Nobody is in a snapshot twice.
    """

    page: int
    pages: int
    member_ids: list[str]
