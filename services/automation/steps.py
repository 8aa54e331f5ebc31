"""Commands on single enrolments: a step is due, a member is enrolled as a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.enrollments import Enrollment, enrollment_id
from services.automation.entering import Entry
from services.automation.errors import AlreadyEnrolled, JourneyNotFound, MemberNotFound
from services.automation.journeys import JourneyVersion, is_paused, paused_read
from services.automation.members import SEGMENTS_OF, Member, member_lock
from services.automation.occurrences import Occurrence
from services.automation.policies import policy_key, policy_of
from services.automation.walking import Surroundings, Walk


class RunStep(Command, frozen=True, kw_only=True):
    """The time that an enrolment waited for has come, or its window has ended."""

    RESULT: ClassVar[Any] = None

    enrollment_id: str

    @property
    def _key(self) -> tuple[str, str]:
        return (self.merchant_id, self.enrollment_id)

    def lane(self) -> str:
        return self.enrollment_id

    def locate(self) -> Sequence[Read]:
        # Whose it is and by which version never changes.
        return ((Enrollment, self._key),)

    def keys(self, found: State) -> Sequence[str]:
        enrollment = found.get(Enrollment, self._key)
        return (member_lock(enrollment.member_id),) if enrollment else ()

    def reads(self, found: State) -> Iterable[Read]:
        yield Enrollment, self._key
        enrollment = found.get(Enrollment, self._key)
        if enrollment is not None:
            yield from walk_reads(enrollment)

    def decide(self, state: State) -> Decision:
        enrollment = state.get(Enrollment, self._key)
        if enrollment is None or enrollment.wake_at is None:
            return Decision()
        due_at = enrollment.wake_at
        if enrollment.ends_at is not None:
            due_at = min(due_at, enrollment.ends_at)
        if due_at > self.at:  # an event moved it on meanwhile
            return Decision()
        walk = walk_of(state, enrollment, self.at)
        walk.wake()
        return Decision(rows=walk.rows, events=walk.events, deletes=walk.deletes)


def walk_reads(enrollment: Enrollment) -> Iterable[Read]:
    """What an enrolment needs to go on."""
    merchant_id = enrollment.merchant_id
    yield JourneyVersion, (merchant_id, enrollment.journey_id, enrollment.version)
    yield paused_read(merchant_id)
    yield Member, (merchant_id, enrollment.member_id)
    yield SEGMENTS_OF, (merchant_id, enrollment.member_id)
    yield policy_key(merchant_id)


def walk_of(state: State, enrollment: Enrollment, at: Any) -> Walk:
    """The enrolment, ready to go on."""
    merchant_id, member_id = enrollment.merchant_id, enrollment.member_id
    version = state.get(JourneyVersion, (merchant_id, enrollment.journey_id, enrollment.version))
    assert version is not None, "an enrolment has its version"
    member = state.get(Member, (merchant_id, member_id)) or Member(merchant_id, member_id)
    segments = [row.segment_id for row in state.group(SEGMENTS_OF, (merchant_id, member_id))]
    seen = Surroundings(
        version.definition, member, segments, policy_of(state, merchant_id).rules, at,
        is_paused(state, merchant_id, enrollment.journey_id),
    )  # fmt: skip
    return Walk(enrollment, seen)


class TestEnroll(Command, frozen=True, kw_only=True):
    """Enrols one member now, whatever trigger, condition and holdout say; for trying it out.

    What it does is real. Refuses JOURNEY_NOT_FOUND, MEMBER_NOT_FOUND, ALREADY_ENROLLED.
    """

    RESULT: ClassVar[type] = Enrollment
    __test__: ClassVar[bool] = False

    journey_id: str
    version: int
    member_id: str
    entry_key: str
    skip_waits: bool

    def lane(self) -> str:
        return self.member_id

    def keys(self, found: State) -> Sequence[str]:
        return (member_lock(self.member_id),)

    @property
    def _enrollment_id(self) -> str:
        return enrollment_id(self.journey_id, self.member_id, f"test:{self.entry_key}")

    def reads(self, found: State) -> Iterable[Read]:
        yield JourneyVersion, (self.merchant_id, self.journey_id, self.version)
        yield Member, (self.merchant_id, self.member_id)
        yield SEGMENTS_OF, (self.merchant_id, self.member_id)
        yield Enrollment, (self.merchant_id, self._enrollment_id)
        yield policy_key(self.merchant_id)

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.journey_id, self.version)
        version = state.get(JourneyVersion, key)
        if version is None:
            raise JourneyNotFound(field="version", version=self.version)
        member = state.get(Member, (self.merchant_id, self.member_id))
        if member is None or member.state != "ACTIVE":
            raise MemberNotFound(field="member_id", member_id=self.member_id)
        if state.get(Enrollment, (self.merchant_id, self._enrollment_id)) is not None:
            raise AlreadyEnrolled(field="entry_key", entry_key=self.entry_key)
        segments = [
            row.segment_id for row in state.group(SEGMENTS_OF, (self.merchant_id, self.member_id))
        ]
        rules = policy_of(state, self.merchant_id).rules
        occurrence = Occurrence("MANUAL", self.entry_key, self.at)
        entry = Entry(
            version, member, segments, occurrence, rules, key=f"test:{self.entry_key}",
            skip_waits=self.skip_waits,
        )  # fmt: skip
        rows: list[Row] = entry.rows
        if not version.in_use:
            rows.append(replace(version, in_use=True))
        return Decision(entry.enrollment, rows, entry.events, entry.deletes)
