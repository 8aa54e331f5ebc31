"""What happened to a member: what is known changes, journeys end, go on and begin.

Every event about a member becomes one command of this shape. It changes the member first, so that
conditions see what is so now; then running enrolments hear of it; then it may begin others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from danke.events.envelope import Event
from services.automation.conditions import holds
from services.automation.definitions import Listener, WaitEvent
from services.automation.enrollments import RUNNING_OF, Ended, Enrollment, asked_last, ended
from services.automation.entering import Entry, entry_reads, knows_entry, may_again, may_begin
from services.automation.errors import JourneysMoved
from services.automation.journeys import ACTIVE_BY, IN_USE, JourneyVersion, is_paused, paused_read
from services.automation.members import (
    MEMBER_ITSELF,
    SEGMENTS_OF,
    Member,
    MemberOrder,
    SegmentMember,
    facts,
    member_lock,
)
from services.automation.occurrences import Occurrence
from services.automation.policies import Rules, policy_key, policy_of
from services.automation.walking import Surroundings, Walk


def version_key(enrollment: Enrollment) -> tuple[str, str, int]:
    """The version an enrolment goes by."""
    return (enrollment.merchant_id, enrollment.journey_id, enrollment.version)


class Change:
    """What one command makes of a member, gathered while it is decided."""

    def __init__(self, member: Member, segments: Sequence[SegmentMember]) -> None:
        self.member = member
        self.segments = [row.segment_id for row in segments]
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self.deletes: list[tuple[type[Row], tuple[Any, ...]]] = []

    def take(self, made: Ended) -> None:
        """Adds what ended or went on."""
        rows, events, deletes = made
        self.rows += rows
        self.events += events
        self.deletes += deletes

    def decision(self) -> Decision:
        """All of it; a timer that is set again is not deleted."""
        return Decision(rows=self.rows, events=self.events, deletes=self.deletes)


class MemberCommand(Command, frozen=True, kw_only=True):
    """Something about one member. ``now`` is when it was told, by the door's clock."""

    RESULT: ClassVar[Any] = None

    member_id: str
    now: FromDoor[datetime]

    def lane(self) -> str:
        return self.member_id

    def occurrence(self) -> Occurrence | None:
        """What happened, as far as it is known without looking; None begins and ends nothing."""
        return None

    def subject(self, found: State) -> str:
        """The member it is about: who was merged is who remains."""
        for member in found.group(MEMBER_ITSELF, (self.merchant_id, self.member_id)):
            return member.merged_into or self.member_id
        return self.member_id

    def locate(self) -> Sequence[Read]:
        reads: list[Read] = [
            (MEMBER_ITSELF, (self.merchant_id, self.member_id)),
            (RUNNING_OF, (self.merchant_id, self.member_id)),
        ]
        if (happened := self.occurrence()) is not None:
            reads.append((ACTIVE_BY, (self.merchant_id, happened.kind)))
        return reads

    def keys(self, found: State) -> Sequence[str]:
        return [member_lock(one) for one in {self.member_id, self.subject(found)} if one]

    def reads(self, found: State) -> Iterable[Read]:
        subject = self.subject(found)
        yield Member, (self.merchant_id, self.member_id)
        yield Member, (self.merchant_id, subject)
        yield SEGMENTS_OF, (self.merchant_id, subject)
        yield RUNNING_OF, (self.merchant_id, subject)
        yield policy_key(self.merchant_id)
        yield paused_read(self.merchant_id)
        for enrollment in found.group(RUNNING_OF, (self.merchant_id, self.member_id)):
            yield JourneyVersion, version_key(enrollment)
        if subject != self.member_id:
            yield IN_USE, (self.merchant_id, True)
        if (happened := self.occurrence()) is not None:
            yield ACTIVE_BY, (self.merchant_id, happened.kind)
            for version in found.group(ACTIVE_BY, (self.merchant_id, happened.kind)):
                yield from entry_reads(version, subject, happened)

    def change(self, state: State) -> Change:
        """The member as it is, or who remains of it."""
        return self.change_of(state, self.member_id)

    def change_of(self, state: State, member_id: str) -> Change:
        """A member as it is. Refuses JOURNEYS_MOVED if it was merged while this waited."""
        member = self._read(state, member_id)
        if member.merged_into:
            member = self._read(state, member.merged_into)
        key = (self.merchant_id, member.member_id)
        if not state.knows(RUNNING_OF, key):
            raise JourneysMoved
        return Change(member, state.group(SEGMENTS_OF, key))

    def _read(self, state: State, member_id: str) -> Member:
        key = (self.merchant_id, member_id)
        if not state.knows(Member, key):
            raise JourneysMoved
        return state.get(Member, key) or Member(*key)

    def decide(self, state: State) -> Decision:
        change = self.change(state)
        happened = self.happen(state, change)
        if happened is not None:
            Reaction(self.merchant_id, change, happened, state).hear()
            self._begin(state, change, happened)
        return change.decision()

    def happen(self, state: State, change: Change) -> Occurrence | None:
        """Changes what is known; what happened, for journeys to hear."""
        raise NotImplementedError

    def _begin(self, state: State, change: Change, happened: Occurrence) -> None:
        rules = policy_of(state, self.merchant_id).rules
        for version in state.group(ACTIVE_BY, (self.merchant_id, happened.kind)):
            if not may_begin(version, change.member, change.segments, happened, self.now.found):
                continue
            if not knows_entry(state, version, change.member.member_id, happened):
                raise JourneysMoved
            if may_again(state, version, change.member.member_id, happened):
                entry = Entry(version, change.member, change.segments, happened, rules)
                change.take((entry.rows, entry.events, entry.deletes))


class Reaction:
    """How a member's running enrolments take what happened."""

    def __init__(
        self, merchant_id: str, change: Change, happened: Occurrence, state: State
    ) -> None:
        self.change = change
        self.happened = happened
        self.state = state
        self.rules: Rules = policy_of(state, merchant_id).rules
        self.running = state.group(RUNNING_OF, (merchant_id, change.member.member_id))

    def hear(self) -> None:
        """Tells every running enrolment. Refuses JOURNEYS_MOVED if one began while this waited."""
        for enrollment in self.running:
            if not self.state.knows(JourneyVersion, version_key(enrollment)):
                raise JourneysMoved
            version = self.state.get(JourneyVersion, version_key(enrollment))
            assert version is not None, "an enrolment's version exists"
            self._hear(enrollment, version)

    def _hear(self, enrollment: Enrollment, version: JourneyVersion) -> None:
        definition, at = version.definition, self.happened.at
        if why := self._undone(enrollment, version):
            self._end(enrollment, "EXITED", why)
        elif self._is_lost(version):
            self._end(enrollment, "EXITED", "LOST")
        elif at < enrollment.started_at and self.happened.kind != "OPTED_OUT":
            return  # it happened before the journey began, and was told late
        elif any(self._matches(one, enrollment) for one in definition.exits):
            self._end(enrollment, "EXITED", self.happened.kind)
        elif enrollment.ends_at is not None and at >= enrollment.ends_at:
            return  # the window's end is not in the window (M4); its timer ends it
        elif definition.goal is not None and self._matches(definition.goal, enrollment):
            self._end(enrollment, "GOAL_REACHED", self.happened.kind)
        else:
            self._go_on(enrollment, version)

    def _is_lost(self, version: JourneyVersion) -> bool:
        lost = self.happened.kind == "STAGE_CHANGED" and self.happened.after == "LOST"
        return lost and version.definition.purpose == "MARKETING"

    def _undone(self, enrollment: Enrollment, version: JourneyVersion) -> str:
        """A refund took away what began it: the order, or its number; parity.md §3 no. 60."""
        began = enrollment.occurrence
        if self.happened.kind != "ORDER_REFUNDED" or not began.kind.startswith("ORDER_"):
            return ""
        orders = {
            row.order_id: row.number for row in self.change.rows if isinstance(row, MemberOrder)
        }
        number = orders.get(began.ref)
        if number is None or number == began.number:
            return ""
        if number == 0:
            return "REFUNDED"
        renumbered = replace(began, number=number)
        seen = facts(self.change.member, self.change.segments, renumbered, 0, self.happened.at)
        return "" if holds(version.definition.trigger.condition, seen) else "RENUMBERED"

    def _matches(self, listener: Listener, enrollment: Enrollment) -> bool:
        if listener.kind != self.happened.kind:
            return False
        if listener.object_id and listener.object_id != self.happened.object_id:
            return False
        member, segments = self.change.member, self.change.segments
        return holds(
            listener.condition,
            facts(member, segments, self.happened, enrollment.rounds, self.happened.at),
        )

    def _go_on(self, enrollment: Enrollment, version: JourneyVersion) -> None:
        walk = self._walk(enrollment, version)
        if enrollment.awaits == "GRANT":
            # Another step's id may begin with this one's; in a loop an earlier round's may be late.
            if self.happened.action_id != asked_last(enrollment, enrollment.step_id):
                return
            walk.answered(self.happened.kind == "COUPON_GRANTED")
        elif enrollment.awaits == "EVENT":
            steps = {step.step_id: step for step in version.definition.steps}
            step = steps[enrollment.step_id]
            assert isinstance(step, WaitEvent), "who awaits an event is at a step that does"
            if not self._matches(step.listener, enrollment):
                return
            walk.go(step.next)
        else:
            return
        self.change.take((walk.rows, walk.events, walk.deletes))

    def _walk(self, enrollment: Enrollment, version: JourneyVersion) -> Walk:
        paused = is_paused(self.state, enrollment.merchant_id, enrollment.journey_id)
        seen = Surroundings(
            version.definition, self.change.member, self.change.segments, self.rules,
            self.happened.at, paused,
        )  # fmt: skip
        return Walk(enrollment, seen)

    def _end(self, enrollment: Enrollment, state: Any, why: str) -> None:
        self.change.take(ended(enrollment, state, why, self.happened.at))
