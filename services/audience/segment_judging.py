"""Judging: whether members are in the segments they belong to, whenever that may have changed.

Three things make it so. A profile changed: a mark names the member and the columns, and only the
segments whose rules read one of them are looked at. Time passed: each member has at most one timer,
at the soonest moment that changes an answer; it is moved to an earlier one at once and to a later
one only when it has fired, so that an event that postpones it costs nothing. A rule is new: a run
goes through all members (segment_runs.py). All three judge under the member's lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events.envelope import Event
from services.audience.profiles import Profile, member_key
from services.audience.segment_members import SEGMENTS_OF, SegmentMember, entered, left
from services.audience.segment_rules import rule_of
from services.audience.segment_tests import Facing, holds, next_change
from services.audience.segments import WATCHED, Segment, reads_of

TURN_TIMER: Final = "segment_turn"
# How many members one command judges: each of them is locked.
CHUNK: Final = 250


class RfmScore(Row, frozen=True):
    """The columns of a profile that the set-based refresh writes; commands only read them."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    rfm_recency: int
    rfm_frequency: int
    rfm_monetary: int


class SegmentMark(Row, frozen=True):
    """A profile changed in columns that some watched segment reads; written by the database."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "mark_id")

    merchant_id: str
    mark_id: int
    member_id: str
    columns: list[str]


def judging_reads(merchant_id: str, members: Iterable[str]) -> Iterable[Read]:
    """What has to be read to judge these members."""
    yield WATCHED, (merchant_id, True)
    for member in members:
        yield Profile, (merchant_id, member)
        yield RfmScore, (merchant_id, member)
        yield SEGMENTS_OF, (merchant_id, member)
        yield Timer, (merchant_id, TURN_TIMER, member)


class Judging:
    """Collects what becomes of members that are judged at one moment."""

    def __init__(
        self, state: State, merchant_id: str, at: datetime, *, is_backfill: bool = False
    ) -> None:
        self.state = state
        self.merchant_id = merchant_id
        self.at = at
        self.is_backfill = is_backfill
        self.watched = state.group(WATCHED, (merchant_id, True))
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self.deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
        self.entered = 0
        self.left = 0

    def judge(self, member_id: str, segments: Sequence[Segment]) -> None:
        """Judges a member for these segments, and for all timed ones if time has made it due."""
        profile = self.state.get(Profile, (self.merchant_id, member_id))
        if profile is None:
            return
        rfm = self.state.get(RfmScore, (self.merchant_id, member_id))
        facing = Facing(profile, rfm or RfmScore(self.merchant_id, member_id, 0, 0, 0))
        timer = self.state.get(Timer, (self.merchant_id, TURN_TIMER, member_id))
        is_due = timer is not None and timer.due_at <= self.at
        if is_due:
            names = {one.segment_id for one in segments}
            timed = [s for s in self.watched if s.is_timed and s.segment_id not in names]
            segments = [*segments, *timed]
        was_in = {
            one.segment_id: one
            for one in self.state.group(SEGMENTS_OF, (self.merchant_id, member_id))
        }
        soonest: datetime | None = None
        for segment in segments:
            rule = rule_of(segment.rule)
            is_in = holds(rule, facing, self.at)
            if is_in != (segment.segment_id in was_in):
                self._change(segment, member_id, is_in)
            turns_at = next_change(rule, facing, self.at) if segment.is_timed else None
            if turns_at is not None and (soonest is None or turns_at < soonest):
                soonest = turns_at
        self._set_timer(member_id, timer, soonest, is_due=is_due)

    def _change(self, segment: Segment, member_id: str, is_in: bool) -> None:
        if is_in:
            row, events = entered(segment, member_id, self.at, is_backfill=self.is_backfill)
            self.rows.append(row)
            self.entered += 1
        else:
            key = (self.merchant_id, segment.segment_id, member_id)
            self.deletes.append((SegmentMember, key))
            events = left(segment, member_id, self.at, is_backfill=self.is_backfill)
            self.left += 1
        self.events += events

    def _set_timer(
        self, member_id: str, timer: Timer | None, soonest: datetime | None, *, is_due: bool
    ) -> None:
        if soonest is not None and (timer is None or is_due or soonest < timer.due_at):
            self.rows.append(Timer(self.merchant_id, TURN_TIMER, member_id, soonest))
        elif is_due:
            self.deletes.append((Timer, (self.merchant_id, TURN_TIMER, member_id)))


class JudgeChanged(Command, frozen=True, kw_only=True):
    """Judges members whose profiles changed, each for the segments that read what changed.

    Takes the marks away. A mark that was taken meanwhile judges again, and changes nothing.
    """

    members: tuple[tuple[str, tuple[str, ...]], ...]
    marks: tuple[int, ...]

    def lane(self) -> str:
        return member_key(self.members[0][0])

    def keys(self, found: State) -> Sequence[str]:
        return [member_key(member) for member, _ in self.members]

    def reads(self, found: State) -> Iterable[Read]:
        return judging_reads(self.merchant_id, (member for member, _ in self.members))

    def decide(self, state: State) -> Decision:
        judging = Judging(state, self.merchant_id, self.at)
        for member, columns in self.members:
            judging.judge(member, reads_of(columns, judging.watched))
        marks = [(SegmentMark, (self.merchant_id, mark)) for mark in self.marks]
        return Decision(
            rows=judging.rows, events=judging.events, deletes=[*judging.deletes, *marks]
        )


class TurnMember(Command, frozen=True, kw_only=True):
    """The moment has come at which time alone changes whether the member is in some segment.

    One that was moved or judged meanwhile does nothing.
    """

    member_id: str

    def lane(self) -> str:
        return member_key(self.member_id)

    def reads(self, found: State) -> Iterable[Read]:
        return judging_reads(self.merchant_id, (self.member_id,))

    def decide(self, state: State) -> Decision:
        judging = Judging(state, self.merchant_id, self.at)
        judging.judge(self.member_id, ())  # of all timed segments, if the timer is still there
        return Decision(rows=judging.rows, events=judging.events, deletes=judging.deletes)
