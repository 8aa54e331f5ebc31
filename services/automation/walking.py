"""How an enrolment goes on: step after step until it waits or ends. Pure.

Who is held out goes the same way, waits as long and ends as the treated do; steps that act do
nothing then. Else the held out would enter again sooner and be watched over more windows; M3.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from common.rows import Row
from danke.events.automation import StepExecuted, WakeRoundEnded
from danke.events.envelope import Event
from services.automation import actions
from services.automation.conditions import holds
from services.automation.definition_rules import FULL_BP
from services.automation.definitions import (
    AnyStep,
    Condition,
    Definition,
    EndRound,
    GrantCoupon,
    Split,
    Wait,
    WaitEvent,
    WaitUntil,
)
from services.automation.enrollments import (
    Enrollment,
    EnrollmentState,
    action_id,
    ended,
    step_timer,
    timer_key,
)
from services.automation.members import DAY_S, Member, facts
from services.automation.policies import Rules

# A loop with waits may go on for years; nobody means it to.
MOST_STEPS: Final = 500
# Coupon always answers; this is for an answer that is lost. Long, because a step that runs late
# counts from when it was due.
GRANT_TIMEOUT: Final = timedelta(days=1)


class Surroundings(msgspec.Struct, frozen=True):
    """What a walk sees besides the enrolment: its journey's version, the member, the policy."""

    definition: Definition
    member: Member
    segments: list[str]
    rules: Rules
    at: datetime
    # A paused journey does nothing; whoever would go on waits until it is activated.
    paused: bool = False

    def facts(self, enrollment: Enrollment) -> dict[str, Any]:
        """What a step's condition sees."""
        return facts(self.member, self.segments, enrollment.occurrence, enrollment.rounds, self.at)


class Walk:
    """One enrolment on its way now, and what that makes: rows, events, deletions."""

    def __init__(self, enrollment: Enrollment, seen: Surroundings) -> None:
        self.enrollment = enrollment
        self.seen = seen
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self.deletes: list[tuple[type[Row], tuple[str, ...]]] = []
        self._steps = {step.step_id: step for step in seen.definition.steps}
        self.held_out = enrollment.state == "HELD_OUT"

    def go(self, step_id: str) -> None:
        """Goes on with this step, and the next, until it waits or ends."""
        while True:
            if not step_id:
                self._complete()
                return
            if self.seen.paused:
                self._wait(step_id, "RESUME", None)
                return
            if self.enrollment.steps >= MOST_STEPS:
                self.end("EXITED", "STEP_LIMIT")
                return
            self.enrollment = replace(self.enrollment, steps=self.enrollment.steps + 1)
            following = self._do(self._steps[step_id])
            if following is None:
                return
            step_id = following

    def wake(self) -> None:
        """Its time has come: the wait is over, or nobody answered, or the window has ended."""
        if self._has_ended():
            return
        if not self.enrollment.step_id:
            self.end("COMPLETED")
            return
        step = self._steps[self.enrollment.step_id]
        if isinstance(step, WaitEvent):
            self.go(step.timeout_next)
        elif isinstance(step, GrantCoupon):
            self.go(step.refused_next)
        else:
            self.go(step.next)

    def answered(self, granted: bool) -> None:
        """The coupon it waits for exists, or never will."""
        step = self._steps[self.enrollment.step_id]
        assert isinstance(step, GrantCoupon), "only a coupon step waits for a grant"
        self.go(step.next if granted else step.refused_next)

    def resume(self) -> None:
        """Its paused journey runs again; its window did not wait."""
        if not self._has_ended():
            self.go(self.enrollment.step_id)

    def _has_ended(self) -> bool:
        """Whether the window has, and with it the enrolment; M4."""
        ends_at = self.enrollment.ends_at
        if ends_at is None or self.seen.at < ends_at:
            return False
        self.end("EXITED", "WINDOW_ENDED")
        return True

    def _complete(self) -> None:
        """All steps are gone. Before a live session: stays until it begins.

        It may be called off: then a message that still waits, over night say, is not sent.
        """
        until = self.enrollment.occurrence.until
        if until is not None and until > self.seen.at:
            self._wait("", "TIME", until)
        else:
            self.end("COMPLETED")

    def end(self, state: EnrollmentState, reason: str = "") -> None:
        """Ends here."""
        rows, events, deletes = ended(self.enrollment, state, reason, self.seen.at)
        assert isinstance(rows[0], Enrollment)
        self.enrollment = rows[0]
        self.rows += rows
        self.events += events
        self.deletes += deletes

    def _do(self, step: AnyStep) -> str | None:
        """Does one step; the step that follows, or None if it waits or has ended."""
        if isinstance(step, Wait | WaitUntil | WaitEvent):
            return self._come_to_wait(step)
        if isinstance(step, Condition):
            yes = holds(step.condition, self.seen.facts(self.enrollment))
            return step.next if yes else step.else_next
        if isinstance(step, Split):
            return branch_of(step, self.enrollment.journey_id, self.enrollment.member_id)
        if isinstance(step, EndRound):
            return self._end_round(step)
        return self._act(step)

    def _act(self, step: actions.ActionStep) -> str | None:
        if self.held_out:
            return step.next  # a coupon that is awaited counts as given: most are, and at once
        ref = action_id(self.enrollment, step.step_id)
        rows, events = actions.asked(step, ref, self.enrollment, self.seen)
        visits = self.enrollment.visits
        times = visits.get(step.step_id, 0) + 1
        self.enrollment = replace(self.enrollment, visits=visits | {step.step_id: times})
        self.rows += rows
        self.events += [*events, self._executed(step.step_id, actions.kind_of(step), ref)]
        if isinstance(step, GrantCoupon) and step.await_grant:
            self._wait(step.step_id, "GRANT", self.seen.at + GRANT_TIMEOUT)
            return None
        return step.next

    def _end_round(self, step: EndRound) -> str | None:
        number = self.enrollment.rounds + 1
        self.enrollment = replace(self.enrollment, rounds=number)
        if not self.held_out:  # nobody tried to wake them, so they are not LOST by it
            ref = f"{self.enrollment.enrollment_id}.{step.step_id}.{number}"
            told = WakeRoundEnded(
                member_id=self.enrollment.member_id, round=number, rounds=step.rounds,
                ended_at=self.seen.at,
            )  # fmt: skip
            self.events += [told, self._executed(step.step_id, "WAKE_ROUND", ref)]
        return step.next if number < step.rounds else ""

    def _executed(self, step_id: str, action: Any, ref: str) -> Event:
        on = self.enrollment
        return StepExecuted(
            enrollment_id=on.enrollment_id, journey_id=on.journey_id, version=on.version,
            member_id=on.member_id, step_id=step_id, action=action, ref=ref,
        )  # fmt: skip

    def _come_to_wait(self, step: Wait | WaitUntil | WaitEvent) -> str | None:
        wake_at = self._wake_at(step)
        if isinstance(step, WaitEvent):
            self._wait(step.step_id, "EVENT", wake_at)
            return None
        if wake_at <= self.seen.at or self.enrollment.skip_waits:
            return step.next
        self._wait(step.step_id, "TIME", wake_at)
        return None

    def _wake_at(self, step: Wait | WaitUntil | WaitEvent) -> datetime:
        at = self.seen.at
        if isinstance(step, Wait):
            return at + self._lasting(step.seconds, step.cycle_bp)
        if isinstance(step, WaitEvent):
            return at + self._lasting(step.timeout_seconds, step.timeout_cycle_bp)
        if step.time is not None:
            return step.time
        if step.before_window_end_seconds >= 0:
            assert self.enrollment.ends_at is not None, "the rules ask for a window"
            return self.enrollment.ends_at - timedelta(seconds=step.before_window_end_seconds)
        return next_time_of_day(at, step.minute_of_day, step.weekdays, self.seen.rules.zone)

    def _lasting(self, seconds: int, cycle_bp: int) -> timedelta:
        """So many seconds, or this share of the member's purchase cycle (M71)."""
        if not cycle_bp:
            return timedelta(seconds=seconds)
        days = self.seen.member.cycle_days or self.seen.definition.cycle_days
        return timedelta(seconds=days * DAY_S * cycle_bp // FULL_BP)

    def _wait(self, step_id: str, awaits: Any, wake_at: datetime | None) -> None:
        self.enrollment = replace(self.enrollment, step_id=step_id, awaits=awaits, wake_at=wake_at)
        self.rows.append(self.enrollment)
        if wake_at is not None:
            self.rows.append(step_timer(self.enrollment))
        else:
            self.deletes.append(timer_key(self.enrollment))


def branch_of(step: Split, journey_id: str, member_id: str) -> str:
    """The branch this member takes, always the same: by SHA-256 of journey, step and member."""
    digest = sha256(f"{journey_id}:{step.step_id}:{member_id}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % FULL_BP
    for branch in step.branches:
        place -= branch.weight_bp
        if place < 0:
            return branch.next
    raise AssertionError("the weights sum to 10000")


def next_time_of_day(at: datetime, minute: int, weekdays: list[int], zone: str) -> datetime:
    """The next such time after ``at`` in the zone, on one of the weekdays if any are named."""
    local = at.astimezone(ZoneInfo(zone))
    for days in range(9):
        day = (local + timedelta(days=days)).replace(
            hour=minute // 60, minute=minute % 60, second=0, microsecond=0,
            # In the hour that a zone has twice, the same one of the two.
            fold=0 if days else local.fold,
        )  # fmt: skip
        if day > local and (not weekdays or day.isoweekday() in weekdays):
            return day.astimezone(at.tzinfo)
    raise AssertionError("every weekday comes within eight days")
