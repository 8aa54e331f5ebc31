"""Enrolments: one member's way through one version of a journey; domain.md §3.7.

RUNNING(step, wake_at) → COMPLETED | GOAL_REACHED | EXITED(reason). Who is held out (M3) goes the
same way for as long, HELD_OUT from the beginning to after the end; nothing is done for them.
Millions of waiting members are rows with a timer each, never memory.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.rows import Group, Row
from common.timers import Timer
from danke.events.automation import EnrollmentEnded
from danke.events.envelope import Event
from services.automation.occurrences import Occurrence

# ref: the enrolment. Who is held out has a kind of timer of their own: a process of a release that
# does not know that they walk leaves it alone.
STEP_TIMER: Final = "journey_step"
HELD_OUT_TIMER: Final = "journey_step_held_out"
# The entry key of who enters once in a life.
ONCE: Final = "once"

EnrollmentState = Literal["RUNNING", "COMPLETED", "GOAL_REACHED", "EXITED", "HELD_OUT"]
# What who is on the way waits for: a time, an event or a time, the answer to an asked coupon, or
# that its paused journey goes on.
Awaits = Literal["", "TIME", "EVENT", "GRANT", "RESUME"]
Ended = tuple[list[Row], list[Event], list[tuple[type[Row], tuple[str, ...]]]]


class Enrollment(Row, frozen=True):
    """One member in one journey. There is one per journey, member and entry key."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "enrollment_id")

    merchant_id: str
    enrollment_id: str
    journey_id: str
    version: int
    member_id: str
    entry_key: str
    state: EnrollmentState
    # Why it was exited; of who was held out, how it ended.
    reason: str
    # Where it waits.
    step_id: str
    awaits: Awaits
    wake_at: datetime | None
    # The end of the journey's window, exclusive (M4).
    ends_at: datetime | None
    # What began it.
    occurrence: Occurrence
    rounds: int
    # How many steps it has gone, and how often it acted at each.
    steps: int
    visits: dict[str, int]
    # Whether the member may enter again later, one at a time.
    again: bool
    is_test: bool
    # A test's waits for a time pass at once.
    skip_waits: bool
    started_at: datetime
    ended_at: datetime | None = None


# Those on the way, held out or not: who waits for something. Of releases before, who was held out
# never did.
RUNNING_OF: Final = Group(
    Enrollment,
    ("merchant_id", "member_id"),
    holds=lambda enrollment: enrollment.awaits != "",
    order=lambda enrollment: (enrollment.started_at, enrollment.enrollment_id),
)


class Visit(Row, frozen=True):
    """A member's latest enrolment in a journey that may be entered again, and when it ended.

    Where it may not, only of who remains of a merge: by which the one who is gone was in it.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "journey_id", "member_id")

    merchant_id: str
    journey_id: str
    member_id: str
    enrollment_id: str
    ended_at: datetime | None


def enrollment_id(journey_id: str, member_id: str, entry_key: str) -> str:
    """The only id that this entry can have: who enters twice by two events at once enters once."""
    text = f"{journey_id}\n{member_id}\n{entry_key}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def action_id(enrollment: Enrollment, step_id: str) -> str:
    """The id of what a step asks for now: the enrolment and the step; in a loop the round too."""
    times = enrollment.visits.get(step_id, 0)
    return f"{enrollment.enrollment_id}.{step_id}" + (f".{times + 1}" if times else "")


def asked_last(enrollment: Enrollment, step_id: str) -> str:
    """The id of what a step asked for last."""
    times = enrollment.visits.get(step_id, 0)
    before = replace(enrollment, visits=enrollment.visits | {step_id: max(0, times - 1)})
    return action_id(before, step_id)


def step_timer(enrollment: Enrollment) -> Timer:
    """What wakes a waiting enrolment: its time, or the end of its window if that is earlier."""
    assert enrollment.wake_at is not None, "who waits for no time has no timer"
    due_at = enrollment.wake_at
    if enrollment.ends_at is not None:
        due_at = min(due_at, enrollment.ends_at)
    return Timer(*_timer_key(enrollment), due_at)


def timer_key(enrollment: Enrollment) -> tuple[type[Row], tuple[str, ...]]:
    """The timer of an enrolment that waits for no time any more."""
    return Timer, _timer_key(enrollment)


def _timer_key(enrollment: Enrollment) -> tuple[str, str, str]:
    kind = HELD_OUT_TIMER if enrollment.state == "HELD_OUT" else STEP_TIMER
    return enrollment.merchant_id, kind, enrollment.enrollment_id


def ended(enrollment: Enrollment, state: EnrollmentState, reason: str, at: datetime) -> Ended:
    """The rows, events and deletions by which an enrolment that is on the way ends.

    Who was held out stays HELD_OUT; how it ended is the reason then.
    """
    assert enrollment.ended_at is None, "only what is on the way can end"
    held_out = enrollment.state == "HELD_OUT"
    after = replace(
        enrollment, state="HELD_OUT" if held_out else state,
        reason=state if held_out and state != "EXITED" else reason,
        step_id="", awaits="", wake_at=None, ended_at=at,
    )  # fmt: skip
    rows: list[Row] = [after]
    if after.again:
        key = (after.merchant_id, after.journey_id, after.member_id)
        rows.append(Visit(*key, after.enrollment_id, at))
    event = EnrollmentEnded(
        enrollment_id=after.enrollment_id, journey_id=after.journey_id, version=after.version,
        member_id=after.member_id, state=state, reason=reason,  # type: ignore[arg-type]
        held_out=held_out,
    )  # fmt: skip
    return rows, [event], [timer_key(after)]
