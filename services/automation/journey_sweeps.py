"""What concerns many members at once, done in chunks.

A birthday's, a segment's or a live session's members enter a journey; everybody on the way goes on
after a pause, or leaves what is archived or was begun by a live session that is called off. A sweep
is a row with a cursor: a chunk that comes twice, or from two runners, is one command.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Read, Row, State
from services.automation.enrollments import Enrollment, ended
from services.automation.entering import Entry, entry_reads, may_again, may_begin
from services.automation.journeys import JourneyVersion
from services.automation.members import SEGMENTS_OF, Member, member_lock
from services.automation.occurrences import Occurrence
from services.automation.policies import policy_key, policy_of
from services.automation.steps import walk_of, walk_reads

# Each member is a lock of the shared table; its size is some thousands.
CHUNK: Final = 200

# Who is swept: members to enter, or enrolments.
Population = Literal["ALL", "BIRTHDAY", "SEGMENT", "LIVE", "RESUMED", "ARCHIVED", "CALLED_OFF"]


class JourneySweep(Row, frozen=True):
    """One sweep, and how far it is: everybody up to ``cursor`` is done."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "sweep_id")

    merchant_id: str
    sweep_id: str
    journey_id: str
    version: int
    population: Population
    # The birthdays, the segment or the live session.
    subjects: list[str]
    # What the members enter by.
    occurrence: Occurrence
    cursor: str
    looked_at: int
    state: Literal["RUNNING", "DONE"]
    started_at: datetime


class _Chunk(Command, frozen=True, kw_only=True):
    """Members or enrolments after ``cursor``, found by the door."""

    RESULT: ClassVar[Any] = None

    sweep_id: str
    cursor: str
    now: FromDoor[datetime]

    def lane(self) -> str:
        return self.sweep_id

    def sweep(self, state: State) -> JourneySweep | None:
        """The sweep, if this chunk is the next one."""
        sweep = state.get(JourneySweep, (self.merchant_id, self.sweep_id))
        is_next = sweep is not None and (sweep.state, sweep.cursor) == ("RUNNING", self.cursor)
        return sweep if is_next else None

    def after(self, sweep: JourneySweep, ids: Sequence[str]) -> JourneySweep:
        """The sweep when these are done; one that is not full was the last."""
        return replace(
            sweep, cursor=ids[-1] if ids else sweep.cursor, looked_at=sweep.looked_at + len(ids),
            state="RUNNING" if len(ids) == CHUNK else "DONE",
        )  # fmt: skip


class EnterChunk(_Chunk, frozen=True, kw_only=True):
    """Some members enter a journey, if it may begin for them."""

    journey_id: str
    version: int
    occurrence: Occurrence
    # As found, each with who remains of them.
    members: FromDoor[list[tuple[str, str]]]

    @property
    def _remaining(self) -> list[str]:
        return list(dict.fromkeys(remains for _, remains in self.members.found))

    def keys(self, found: State) -> Sequence[str]:
        return [f"sweep:{self.sweep_id}", *map(member_lock, self._remaining)]

    def reads(self, found: State) -> Iterable[Read]:
        version_key = (self.merchant_id, self.journey_id, self.version)
        yield JourneySweep, (self.merchant_id, self.sweep_id)
        yield JourneyVersion, version_key
        yield policy_key(self.merchant_id)
        # Its definition never changes; only that is looked at here.
        version = found.get(JourneyVersion, version_key)
        for member_id in self._remaining:
            yield Member, (self.merchant_id, member_id)
            yield SEGMENTS_OF, (self.merchant_id, member_id)
            if version is not None:
                yield from entry_reads(version, member_id, self.occurrence)

    def locate(self) -> Sequence[Read]:
        return ((JourneyVersion, (self.merchant_id, self.journey_id, self.version)),)

    def decide(self, state: State) -> Decision:
        sweep = self.sweep(state)
        version = state.get(JourneyVersion, (self.merchant_id, self.journey_id, self.version))
        if sweep is None or version is None:
            return Decision()
        # Another version that takes over meanwhile begins by the next occurrence, not by this one.
        if version.state not in ("ACTIVE", "RETIRED"):
            return Decision(rows=[replace(sweep, state="DONE")])
        rows: list[Row] = [self.after(sweep, [member_id for member_id, _ in self.members.found])]
        events, deletes = [], []
        for member_id in self._remaining:
            entry = self._entry(state, version, member_id)
            if entry is not None:
                rows += entry.rows
                events += entry.events
                deletes += entry.deletes
        return Decision(rows=rows, events=events, deletes=deletes)

    def _entry(self, state: State, version: JourneyVersion, member_id: str) -> Entry | None:
        key = (self.merchant_id, member_id)
        member = state.get(Member, key) or Member(*key)
        segments = [row.segment_id for row in state.group(SEGMENTS_OF, key)]
        if not may_begin(version, member, segments, self.occurrence, self.now.found):
            return None
        if not may_again(state, version, member_id, self.occurrence):
            return None
        rules = policy_of(state, self.merchant_id).rules
        return Entry(version, member, segments, self.occurrence, rules)


class EnrollmentChunk(_Chunk, frozen=True, kw_only=True):
    """Some enrolments go on after their journey's pause, or leave it.

    It is archived, or the live session that they began by is called off.
    """

    archived: bool
    enrollments: FromDoor[list[Enrollment]]

    def keys(self, found: State) -> Sequence[str]:
        members = {one.member_id for one in self.enrollments.found}
        return [f"sweep:{self.sweep_id}", *map(member_lock, sorted(members))]

    def reads(self, found: State) -> Iterable[Read]:
        yield JourneySweep, (self.merchant_id, self.sweep_id)
        for enrollment in self.enrollments.found:
            yield Enrollment, (self.merchant_id, enrollment.enrollment_id)
            yield from walk_reads(enrollment)

    def decide(self, state: State) -> Decision:
        sweep = self.sweep(state)
        if sweep is None:
            return Decision()
        rows: list[Row] = [self.after(sweep, [one.enrollment_id for one in self.enrollments.found])]
        events, deletes = [], []
        for known in self.enrollments.found:
            enrollment = state.get(Enrollment, (self.merchant_id, known.enrollment_id))
            if enrollment is None or not enrollment.awaits:
                continue
            if self.archived:
                made = ended(enrollment, "EXITED", "ARCHIVED", self.at)
            elif sweep.population == "CALLED_OFF":
                began = enrollment.occurrence
                if began.kind != "LIVE_STARTING" or began.object_id not in sweep.subjects:
                    continue
                made = ended(enrollment, "EXITED", "LIVE_CANCELLED", self.at)
            elif enrollment.awaits == "RESUME":
                walk = walk_of(state, enrollment, self.at)
                walk.resume()
                made = (walk.rows, walk.events, walk.deletes)
            else:
                continue
            rows += made[0]
            events += made[1]
            deletes += made[2]
        return Decision(rows=rows, events=events, deletes=deletes)
