"""Who enters a journey: trigger, age, condition, re-entry and holdout, in this order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from common.rows import Read, Row, State
from danke.events.automation import EnrollmentStarted
from danke.events.envelope import Event
from services.automation.attributions import assigned
from services.automation.calendars import celebrated_year
from services.automation.conditions import holds
from services.automation.enrollments import ONCE, Enrollment, Visit, enrollment_id
from services.automation.holdout import global_key, is_held_out
from services.automation.journeys import JourneyVersion
from services.automation.members import Member, facts
from services.automation.occurrences import Occurrence
from services.automation.policies import Rules
from services.automation.walking import Surroundings, Walk

# An order brings back whom nothing else would reach any more; domain.md §1.10.
_BY_ORDER = ("ORDER_PAID", "ORDER_COMPLETED")


def entry_key(version: JourneyVersion, occurrence: Occurrence) -> str:
    """By what one entry is the same as another; parity.md §3 no. 59."""
    if version.definition.reentry == "ONCE":
        return ONCE
    if occurrence.kind == "BIRTHDAY":
        # Once a year, however often the member says that it is another day; parity.md §3 no. 22.
        year = celebrated_year(version.definition.trigger, occurrence.ref)
        return f"{occurrence.kind}:{year}"
    return f"{occurrence.kind}:{occurrence.ref}"


def entry_reads(version: JourneyVersion, member_id: str, occurrence: Occurrence) -> Iterator[Read]:
    """What ``enter`` asks for of this version."""
    key = entry_key(version, occurrence)
    found = enrollment_id(version.journey_id, member_id, key)
    yield Enrollment, (version.merchant_id, found)
    if version.definition.reentry != "PER_OCCURRENCE":
        yield Visit, (version.merchant_id, version.journey_id, member_id)


def knows_entry(
    state: State, version: JourneyVersion, member_id: str, occurrence: Occurrence
) -> bool:
    """Whether everything that ``enter`` asks for was read."""
    return all(state.knows(*read) for read in entry_reads(version, member_id, occurrence))


def may_begin(
    version: JourneyVersion, member: Member, segments: list[str], occurrence: Occurrence,
    now: datetime,
) -> bool:  # fmt: skip
    """Whether the occurrence begins this journey for this member, entered before or not."""
    trigger = version.definition.trigger
    if occurrence.kind != trigger.kind or member.state != "ACTIVE":
        return False
    if trigger.object_id and trigger.object_id != occurrence.object_id:
        return False
    if occurrence.until is not None and now >= occurrence.until:
        return False
    # Late, and back-filled: it would come at a moment that nobody meant; parity.md §3 no. 62.
    if now - occurrence.at > timedelta(seconds=trigger.max_age_seconds):
        return False
    lost = member.stage == "LOST" and occurrence.kind not in _BY_ORDER
    if lost and version.definition.purpose == "MARKETING":
        return False
    seen = facts(member, segments, occurrence, 0, occurrence.at)
    return holds(trigger.condition, seen)


def may_again(
    state: State, version: JourneyVersion, member_id: str, occurrence: Occurrence
) -> bool:
    """Whether the member has not entered by this before, and may enter again."""
    (*reads,) = entry_reads(version, member_id, occurrence)
    _, key = reads[0]
    if state.get(Enrollment, key) is not None:
        return False
    if version.definition.reentry == "PER_OCCURRENCE":
        return True
    visit = state.get(Visit, (version.merchant_id, version.journey_id, member_id))
    if visit is None:
        return True
    if version.definition.reentry == "ONCE":
        return False  # by an id that was merged, or by a version that let in more often
    pause = timedelta(seconds=version.definition.pause_seconds)
    return visit.ended_at is not None and occurrence.at >= visit.ended_at + pause


class Entry:
    """A member's new enrolment, gone as far as it goes at once."""

    def __init__(
        self, version: JourneyVersion, member: Member, segments: list[str],
        occurrence: Occurrence, rules: Rules, *, key: str = "", skip_waits: bool = False,
    ) -> None:  # fmt: skip
        """``key`` is a test's: it goes past the holdout, and counts for nothing."""
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self.deletes: list[tuple[type[Row], tuple[str, ...]]] = []
        definition, at = version.definition, occurrence.at
        merchant_id, member_id = version.merchant_id, member.member_id
        is_test = key != ""
        key = key or entry_key(version, occurrence)
        window = timedelta(seconds=definition.window_seconds)
        # The merchant's holdout is from marketing, as that of a message is; §2.12.
        global_bp = rules.global_holdout_bp if definition.purpose == "MARKETING" else 0
        held_out = not is_test and (
            is_held_out(version.journey_id, member_id, definition.holdout_bp)
            or is_held_out(global_key(merchant_id), member_id, global_bp)
        )
        self.enrollment = Enrollment(
            merchant_id, enrollment_id(version.journey_id, member_id, key), version.journey_id,
            version.version, member_id, key, "HELD_OUT" if held_out else "RUNNING", "", "", "",
            None, at + window if window else None, occurrence, 0, 0, {},
            definition.reentry == "AFTER_END" and not is_test, is_test, skip_waits, at,
        )  # fmt: skip
        self._begin(version, member, segments, rules)

    def _begin(
        self, version: JourneyVersion, member: Member, segments: list[str], rules: Rules
    ) -> None:
        on, definition = self.enrollment, version.definition
        self.events.append(
            EnrollmentStarted(
                enrollment_id=on.enrollment_id, journey_id=on.journey_id, version=on.version,
                member_id=on.member_id, entry_key=on.entry_key, trigger=on.occurrence.kind,
                held_out=on.state == "HELD_OUT",
            )
        )  # fmt: skip
        if not on.is_test:
            measured = timedelta(hours=rules.window_hours)
            self.rows.append(
                assigned(
                    merchant_id=on.merchant_id, source_kind="JOURNEY", source_id=on.journey_id,
                    ref=on.enrollment_id, member_id=on.member_id, at=on.started_at,
                    until=on.ends_at or on.started_at + measured, control=on.state == "HELD_OUT",
                )
            )  # fmt: skip
        if on.again:
            self.rows.append(
                Visit(on.merchant_id, on.journey_id, on.member_id, on.enrollment_id, None)
            )
        walk = Walk(on, Surroundings(definition, member, segments, rules, on.started_at))
        walk.go(definition.steps[0].step_id)
        self.enrollment = walk.enrollment
        self.rows += walk.rows
        self.events += walk.events
        # A walk that ended at once deletes a timer that was never set.
        self.deletes += walk.deletes
