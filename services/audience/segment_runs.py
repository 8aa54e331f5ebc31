"""Runs: a segment that is new, or has a new rule, is brought over all members, chunk by chunk.

What differs is found outside of the engine by one set-based statement per range of members, and
judged here under the members' locks, so that a profile that changes meanwhile is not overlooked:
changed before it was looked for, the statement saw it; changed after, it left a mark. Each chunk
moves the run forward with what it did, from where it expects it; so a crash, or two runners at
once, repeat a chunk that does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.audience.profiles import member_key
from services.audience.segment_departures import Presence, is_gone
from services.audience.segment_judging import Judging, judging_reads
from services.audience.segment_members import SegmentMember, entered, left
from services.audience.segments import OfSegment, Segment


class _Chunk(OfSegment, frozen=True, kw_only=True):
    """Members of a run after ``after`` up to ``reached`` that may differ; the rest agrees."""

    run: int
    after: str
    reached: str
    is_last: bool
    members: tuple[str, ...]

    def is_expected(self, segment: Segment) -> bool:
        """Whether the run is where this chunk begins."""
        return segment.is_running and (segment.run, segment.reached) == (self.run, self.after)

    def forward(self, segment: Segment, came: int, went: int) -> Segment:
        """The segment with its run behind this chunk."""
        moved = replace(
            segment, reached=self.reached, entered=segment.entered + came,
            left_count=segment.left_count + went,
        )  # fmt: skip
        if not self.is_last:
            return moved
        state = "ARCHIVED" if segment.state == "ARCHIVED" else "READY"
        return replace(moved, is_running=False, state=state, computed_at=self.at)


class JudgeChunk(_Chunk, frozen=True, kw_only=True):
    """Judges a chunk for a dynamic segment."""

    def keys(self, found: State) -> Sequence[str]:
        return [self.lane(), *map(member_key, self.members)]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from judging_reads(self.merchant_id, self.members)

    def decide(self, state: State) -> Decision:
        segment = self.segment(state)
        if not self.is_expected(segment) or not segment.is_watched:
            return Decision()
        judging = Judging(state, self.merchant_id, self.at, is_backfill=True)
        for member in self.members:
            judging.judge(member, (segment,))
        after = self.forward(segment, judging.entered, judging.left)
        return Decision(rows=[after, *judging.rows], events=judging.events, deletes=judging.deletes)


class FreezeChunk(_Chunk, frozen=True, kw_only=True):
    """Takes a chunk into a static segment: those its rule holds for as it is evaluated, once."""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        for member in self.members:
            yield SegmentMember, (self.merchant_id, self.segment_id, member)
            yield Presence, (self.merchant_id, member)

    def decide(self, state: State) -> Decision:
        segment = self.segment(state)
        if not self.is_expected(segment) or segment.state != "COMPUTING":
            return Decision()
        rows: list[Row] = []
        events: list[Event] = []
        for member in self.members:
            if is_gone(state, self.merchant_id, member):  # since they were looked for
                continue
            if state.get(SegmentMember, (self.merchant_id, self.segment_id, member)) is None:
                row, told = entered(segment, member, self.at, is_backfill=True)
                rows.append(row)
                events += told
        return Decision(rows=[self.forward(segment, len(rows), 0), *rows], events=events)


class EmptyChunk(_Chunk, frozen=True, kw_only=True):
    """Lets a chunk of members leave an archived segment."""

    def keys(self, found: State) -> Sequence[str]:
        return [self.lane(), *map(member_key, self.members)]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        for member in self.members:
            yield SegmentMember, (self.merchant_id, self.segment_id, member)

    def decide(self, state: State) -> Decision:
        segment = self.segment(state)
        if not self.is_expected(segment) or segment.state != "ARCHIVED":
            return Decision()
        events: list[Event] = []
        gone = []
        for member in self.members:
            key = (self.merchant_id, self.segment_id, member)
            if state.get(SegmentMember, key) is not None:
                gone.append((SegmentMember, key))
                events += left(segment, member, self.at, is_backfill=True)
        after = self.forward(segment, 0, len(gone))
        return Decision(rows=[after], events=events, deletes=gone)
