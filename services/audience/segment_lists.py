"""Static segments that are lists: members by id, uploaded in pages while the segment is a draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, State
from services.audience.errors import MemberMoved
from services.audience.errors_segments import (
    SegmentKindInvalid,
    SegmentPageOutOfOrder,
    SegmentStateInvalid,
)
from services.audience.profiles import ALIAS_OF, target_of
from services.audience.segment_departures import Presence, is_gone
from services.audience.segment_members import SegmentMember, entered
from services.audience.segments import OfSegment


class AddSegmentMembers(OfSegment, frozen=True, kw_only=True):
    """Adds page ``page`` (from 0) of a list to a static draft; who is in it already stays.

    An id that was merged stands for who remains, and who left is passed over.

    Refuses SEGMENT_NOT_FOUND, SEGMENT_KIND_INVALID if it is dynamic or has a rule,
    SEGMENT_STATE_INVALID once in use, SEGMENT_PAGE_OUT_OF_ORDER.
    """

    page: int
    member_ids: tuple[str, ...]

    def _members(self, found: State) -> list[str]:
        """Whom the ids stand for by now, each once."""
        targets = (target_of(found, self.merchant_id, one) for one in self.member_ids)
        return list(dict.fromkeys(targets))

    def locate(self) -> Sequence[Read]:
        return [(ALIAS_OF, (self.merchant_id, one)) for one in self.member_ids]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield from self.locate()
        for member_id in self._members(found):
            yield SegmentMember, (self.merchant_id, self.segment_id, member_id)
            yield Presence, (self.merchant_id, member_id)

    def decide(self, state: State) -> Decision:
        segment = self.segment(state)
        if segment.kind == "DYNAMIC" or segment.rule:
            raise SegmentKindInvalid(field="segment_id")
        if segment.state != "DRAFT":
            raise SegmentStateInvalid(state=segment.state)
        if self.page != segment.pages:
            raise SegmentPageOutOfOrder(field="page", expected=segment.pages)
        new = [one for one in self._members(state) if self._is_new(state, one)]
        after = replace(
            segment, pages=segment.pages + 1, version=segment.version + 1,
            entered=segment.entered + len(new),
        )  # fmt: skip
        changes = [entered(after, member_id, self.at, is_backfill=True) for member_id in new]
        rows = [row for row, _ in changes]
        return Decision(after, [after, *rows], [event for _, told in changes for event in told])

    def _is_new(self, state: State, member_id: str) -> bool:
        key = (self.merchant_id, self.segment_id, member_id)
        if not state.knows(SegmentMember, key):  # a merge came between the look and the reads
            raise MemberMoved(member_id=member_id)
        if is_gone(state, self.merchant_id, member_id):
            return False
        return state.get(SegmentMember, key) is None
