"""Who left or was merged is in no segment any more, whatever kind it is.

A dynamic segment judges the profile that changed, as it does any change (segment_judging.py). What
a list named, or a rule found once, nobody judges again: it is left here, in the command that makes
the member gone, and who remains of a merge takes the place that the list gave to the same person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command
from common.rows import Read, Row, State
from danke.events.audience_segments import SegmentEntered, SegmentLeft
from danke.events.envelope import Event
from services.audience.errors import MemberMoved
from services.audience.segment_fields import PRESENT
from services.audience.segment_members import SEGMENTS_OF, SegmentMember
from services.audience.segments import WATCHED, Segment

Gone = tuple[list[tuple[type[Row], tuple[Any, ...]]], list[Event]]


class Presence(Row, frozen=True):
    """Whether a member is there at all; columns of a profile that chunks of thousands look at."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    status: str


def is_gone(state: State, merchant_id: str, member_id: str) -> bool:
    """Whether the member left or was merged; somebody of whom nothing is known did not."""
    found = state.get(Presence, (merchant_id, member_id))
    return found is not None and found.status not in PRESENT


def lists_left_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What ``lists_left`` needs."""
    yield WATCHED, (merchant_id, True)
    yield SEGMENTS_OF, (merchant_id, member_id)


def lists_left(state: State, command: Command, member_id: str) -> Gone:
    """The member's places in segments that are not dynamic, to be deleted, and what is told."""
    merchant = command.merchant_id
    if not state.knows(SEGMENTS_OF, (merchant, member_id)):
        raise MemberMoved(member_id=member_id)
    judged = {one.segment_id for one in state.group(WATCHED, (merchant, True))}
    rows = [
        row
        for row in state.group(SEGMENTS_OF, (merchant, member_id))
        if row.segment_id not in judged
    ]
    return _left(command, rows)


def lists_moved_reads(found: State, merchant_id: str, old: str, target: str) -> Iterable[Read]:
    """What ``lists_moved`` needs; the old id's segments were located."""
    yield from lists_left_reads(merchant_id, old)
    yield SEGMENTS_OF, (merchant_id, target)
    for row in found.group(SEGMENTS_OF, (merchant_id, old)):
        yield Segment, (merchant_id, row.segment_id)


def lists_moved(
    state: State, command: Command, old: str, target: str, *, gone: bool
) -> tuple[list[Row], Gone]:
    """``target`` takes the place of ``old`` in lists, once; with ``gone`` nobody does."""
    merchant = command.merchant_id
    deletes, events = lists_left(state, command, old)
    if gone:
        return [], (deletes, events)
    there = {row.segment_id for row in state.group(SEGMENTS_OF, (merchant, target))}
    rows: list[Row] = []
    for _, key in deletes:
        segment_id = key[1]
        if not state.knows(Segment, (merchant, segment_id)):
            raise MemberMoved(member_id=old)
        segment = state.get(Segment, (merchant, segment_id))
        place = state.get(SegmentMember, key)
        if segment is None or place is None or segment.state == "ARCHIVED" or segment_id in there:
            continue
        rows.append(replace(place, member_id=target))
        if not segment.is_quiet:  # it is in no journey's sense new: the same person was there
            events.append(
                SegmentEntered(
                    member_id=target, segment_id=segment_id, rule_version=place.rule_version,
                    is_backfill=True, entered_at=command.at,
                )
            )  # fmt: skip
    return rows, (deletes, events)


def _left(command: Command, rows: Iterable[SegmentMember]) -> Gone:
    deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
    events: list[Event] = []
    for row in rows:
        deletes.append((SegmentMember, (row.merchant_id, row.segment_id, row.member_id)))
        events.append(
            SegmentLeft(
                member_id=row.member_id, segment_id=row.segment_id,
                rule_version=row.rule_version, is_backfill=False, left_at=command.at,
            )
        )  # fmt: skip
    return deletes, events
