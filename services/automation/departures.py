"""Members who are merged or leave: nobody goes on a journey for who is gone; saga S9, S10."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.automation.enrollments import RUNNING_OF, ended
from services.automation.errors import JourneysMoved
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

    Whom ``into_member`` was merged into already is who remains: merges may come in any order.
    Refuses JOURNEYS_MOVED if that merge came while this waited.
    """

    RESULT: ClassVar[Any] = None

    from_member: str
    into_member: str

    def lane(self) -> str:
        return self.into_member

    def locate(self) -> Sequence[Read]:
        return ((MEMBER_ITSELF, (self.merchant_id, self.into_member)),)

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

    def decide(self, state: State) -> Decision:
        target = self._target(state)
        gone_key, kept_key = (self.merchant_id, self.from_member), (self.merchant_id, target)
        if not state.knows(Member, kept_key) or not state.knows(ORDERS_OF, kept_key):
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
        return _leave(state, gone_key, "MEMBER_MERGED", self.at, rows)


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
