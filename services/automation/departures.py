"""Members who are merged or leave: nobody goes on a journey for who is gone; saga S9, S10."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.automation.enrollments import (
    ONCE,
    RUNNING_OF,
    Enrollment,
    Visit,
    ended,
    enrollment_id,
)
from services.automation.errors import JourneysMoved
from services.automation.journeys import IN_USE
from services.automation.members import (
    MEMBER_ITSELF,
    MERGED_HERE,
    ORDERS_OF,
    SEGMENTS_OF,
    Member,
    SegmentMember,
    member_lock,
)


class CloseMember(Command, frozen=True, kw_only=True):
    """The member left, or everything personal was erased; parity.md §3 no. 64. Works once."""

    RESULT: ClassVar[Any] = None

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_lock(self.member_id),)

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.member_id)
        return ((Member, key), (RUNNING_OF, key), (SEGMENTS_OF, key))

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.member_id)
        member = state.get(Member, key) or Member(*key)
        if member.state == "MERGED":
            return Decision()
        rows: list[Row] = [
            Member(*key, "CLOSED", order_count=member.order_count, spent_fen=member.spent_fen)
        ]
        return _leave(state, key, "MEMBER_CLOSED", self.at, rows)


class MergeMembers(Command, frozen=True, kw_only=True):
    """Two members are one. Orders count together; who is gone leaves all journeys. Works once.

    What who remains is on the way in goes on, and what either did once is done: who is gone leaves
    their visits. Whom ``into_member`` was merged into already is who remains: merges may come in
    any order. Refuses JOURNEYS_MOVED if that merge came while this waited.
    """

    RESULT: ClassVar[Any] = None

    from_member: str
    into_member: str

    def lane(self) -> str:
        return self.into_member

    def locate(self) -> Sequence[Read]:
        return (
            (MEMBER_ITSELF, (self.merchant_id, self.into_member)),
            (IN_USE, (self.merchant_id, True)),
        )

    def _journeys(self, found: State) -> list[str]:
        """Every journey that a member may ever have been in."""
        used = found.group(IN_USE, (self.merchant_id, True))
        return sorted({version.journey_id for version in used})

    def _once(self, journey_id: str) -> tuple[str, str]:
        """The key of the enrolment of who is gone, if the journey is entered once."""
        return self.merchant_id, enrollment_id(journey_id, self.from_member, ONCE)

    def _target(self, found: State) -> str:
        for member in found.group(MEMBER_ITSELF, (self.merchant_id, self.into_member)):
            return member.merged_into or self.into_member
        return self.into_member

    def keys(self, found: State) -> Sequence[str]:
        members = {self.from_member, self.into_member, self._target(found)}
        return [member_lock(member) for member in members]

    def reads(self, found: State) -> Iterable[Read]:
        gone = (self.merchant_id, self.from_member)
        kept = (self.merchant_id, self._target(found))
        yield MEMBER_ITSELF, (self.merchant_id, self.into_member)
        yield from ((Member, gone), (Member, kept), (RUNNING_OF, gone), (SEGMENTS_OF, gone))
        yield from ((ORDERS_OF, gone), (ORDERS_OF, kept), (MERGED_HERE, gone))
        yield IN_USE, (self.merchant_id, True)
        for journey_id in self._journeys(found):
            yield Enrollment, self._once(journey_id)
            yield Visit, self._visit(journey_id, self.from_member)
            yield Visit, self._visit(journey_id, kept[1])

    def decide(self, state: State) -> Decision:
        target = self._target(state)
        gone_key, kept_key = (self.merchant_id, self.from_member), (self.merchant_id, target)
        if not all(state.knows(*read) for read in self.reads(state)):
            raise JourneysMoved
        gone = state.get(Member, gone_key) or Member(*gone_key)
        kept = state.get(Member, kept_key) or Member(*kept_key)
        if gone.state == "MERGED" or self.from_member == target:
            return Decision()
        theirs, ours = state.group(ORDERS_OF, gone_key), state.group(ORDERS_OF, kept_key)
        orders = sorted([*ours, *theirs], key=lambda order: (order.paid_at, order.order_id))
        rows: list[Row] = [
            replace(order, member_id=target, number=number)
            for number, order in enumerate(orders, 1)
        ]
        rows.append(Member(*gone_key, "MERGED", target))
        rows += [
            replace(member, merged_into=target) for member in state.group(MERGED_HERE, gone_key)
        ]
        rows.append(
            replace(
                kept, order_count=len(orders), spent_fen=kept.spent_fen + gone.spent_fen,
                last_order_at=max((order.paid_at for order in orders), default=None),
                birthday="" if kept.state == "CLOSED" else kept.birthday or gone.birthday,
            )
        )  # fmt: skip
        rows += self._visits(state, target)
        return _leave(state, gone_key, "MEMBER_MERGED", self.at, rows)

    def _visits(self, state: State, target: str) -> Iterator[Visit]:
        """The later visit of either, in each journey that who is gone was in."""
        for journey_id in self._journeys(state):
            visit = state.get(Visit, self._visit(journey_id, self.from_member))
            once = state.get(Enrollment, self._once(journey_id))
            if visit is not None:
                last, ended_at = visit.enrollment_id, visit.ended_at or self.at
            elif once is not None:
                now = self.at if once.awaits else once.started_at
                last, ended_at = once.enrollment_id, once.ended_at or now
            else:
                continue
            own = state.get(Visit, self._visit(journey_id, target))
            if own is None or (own.ended_at is not None and own.ended_at < ended_at):
                yield Visit(*self._visit(journey_id, target), last, ended_at)

    def _visit(self, journey_id: str, member_id: str) -> tuple[str, str, str]:
        return self.merchant_id, journey_id, member_id


def _leave(state: State, key: tuple[str, str], reason: str, at: Any, rows: list[Row]) -> Decision:
    """Ends every running enrolment of who is gone, and every membership of segments."""
    events: list[Event] = []
    deletes: list[tuple[type[Row], tuple[Any, ...]]] = [
        (SegmentMember, (row.merchant_id, row.segment_id, row.member_id))
        for row in state.group(SEGMENTS_OF, key)
    ]
    for enrollment in state.group(RUNNING_OF, key):
        made = ended(enrollment, "EXITED", reason, at)
        rows += made[0]
        events += made[1]
        deletes += made[2]
    return Decision(rows=rows, events=events, deletes=deletes)
