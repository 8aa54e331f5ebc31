"""What a journey says: its trigger, steps, goal, exits. Pure data, one version of it per row."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from services.automation.occurrences import OccurrenceKind

DAY_S = 86_400


class Trigger(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who enters and when. ``condition`` sees the member and the event."""

    kind: OccurrenceKind
    # Only this segment, category, live session, behaviour or calendar day; empty for any.
    object_id: str = ""
    condition: str = ""
    # What happened longer ago than this begins nothing: back-fills do not send; parity.md §3 62.
    max_age_seconds: int = DAY_S
    # SCHEDULE, BIRTHDAY, CALENDAR: when, in the merchant's zone.
    minute_of_day: int = 600
    # BIRTHDAY, CALENDAR: so many days after the day; negative: before it.
    offset_days: int = 0
    # SCHEDULE: on these days only (1 Monday … 7 Sunday), on this day of the month, or once.
    weekdays: list[int] = []
    day_of_month: int = 0
    once_time: datetime | None = None
    # SCHEDULE, CALENDAR: only the members of this segment. LIVE_STARTING: they instead of who
    # reserved it.
    segment_id: str = ""
    # LIVE_STARTING: so long before the session.
    before_seconds: int = 900


class Listener(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event that ends the journey or a wait, if ``condition`` holds for it."""

    kind: OccurrenceKind
    object_id: str = ""
    condition: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="does"):
    """One step. ``next`` is the step that follows; empty: the journey is completed."""

    step_id: str
    next: str = ""


class Wait(Step, frozen=True, kw_only=True, omit_defaults=True, tag="WAIT"):
    """Waits so long: ``seconds``, or a share of the member's purchase cycle (M71)."""

    seconds: int = 0
    cycle_bp: int = 0


class WaitUntil(Step, frozen=True, kw_only=True, omit_defaults=True, tag="WAIT_UNTIL"):
    """Waits for a time of day in the merchant's zone, for a moment, or for the window's end.

    A time of day is always a later one: at 10:00 exactly, 10:00 is tomorrow. A moment that passed
    is no wait.
    """

    minute_of_day: int = -1
    weekdays: list[int] = []
    time: datetime | None = None
    # So long before the journey's window ends; -1: not this.
    before_window_end_seconds: int = -1


class WaitEvent(Step, frozen=True, kw_only=True, omit_defaults=True, tag="WAIT_EVENT"):
    """Waits for something to happen; when its time is over goes on with ``timeout_next``.

    Like a wait it lasts so many seconds, or a share of the member's purchase cycle.
    """

    listener: Listener
    timeout_seconds: int = 0
    timeout_cycle_bp: int = 0
    timeout_next: str = ""


class Condition(Step, frozen=True, kw_only=True, omit_defaults=True, tag="CONDITION"):
    """``next`` if the condition holds, else ``else_next``."""

    condition: str
    else_next: str = ""


class Branch(msgspec.Struct, frozen=True):
    """One way of a split, and how many of 10000 members take it."""

    weight_bp: int
    next: str = ""


class Split(Step, frozen=True, kw_only=True, omit_defaults=True, tag="SPLIT"):
    """A/B: each member takes one branch, always the same. Weights sum to 10000."""

    branches: list[Branch]


class GrantCoupon(Step, frozen=True, kw_only=True, omit_defaults=True, tag="COUPON"):
    """Asks coupon for one coupon.

    With ``await_grant`` the next step runs when the coupon exists, so that no message speaks of one
    that does not (S6); a refusal, or no answer within a day, goes on with ``refused_next``.
    """

    template_id: str
    reason: str = ""
    await_grant: bool = False
    refused_next: str = ""


class AddPoints(Step, frozen=True, kw_only=True, omit_defaults=True, tag="POINTS"):
    """Asks loyalty for so many points."""

    points: int


class SendMessage(Step, frozen=True, kw_only=True, omit_defaults=True, tag="MESSAGE"):
    """Plans a message; whether and when it is sent is the message policies' business."""

    template_id: str
    # In the order in which they are tried.
    channels: list[str] = []
    params: dict[str, str] = {}


class SetTag(Step, frozen=True, kw_only=True, omit_defaults=True, tag="TAG"):
    """Asks audience to tag the member, or with ``remove`` to untag."""

    tag_id: str
    remove: bool = False


class AssignTask(Step, frozen=True, kw_only=True, omit_defaults=True, tag="GUIDE_TASK"):
    """Gives the member's guide a task (销售线索), due so long from now; M70."""

    title: str
    due_seconds: int = DAY_S


class CallWebhook(Step, frozen=True, kw_only=True, omit_defaults=True, tag="WEBHOOK"):
    """Calls one of the merchant's registered endpoints; the contract is in the README."""

    endpoint_id: str


class EndRound(Step, frozen=True, kw_only=True, omit_defaults=True, tag="WAKE_ROUND"):
    """Ends a wake-up round without order; after the last of ``rounds`` the journey is completed.

    Audience makes the member LOST then; domain.md §2.14.
    """

    rounds: int


AnyStep: TypeAlias = (
    Wait | WaitUntil | WaitEvent | Condition | Split | GrantCoupon | AddPoints | SendMessage
    | SetTag | AssignTask | CallWebhook | EndRound
)  # fmt: skip
ReEntry = Literal["ONCE", "PER_OCCURRENCE", "AFTER_END"]
Purpose = Literal["MARKETING", "TRANSACTIONAL"]


class Definition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One version of a journey. The first step is where members enter."""

    trigger: Trigger
    steps: list[AnyStep]
    goal: Listener | None = None
    exits: list[Listener] = []
    # ONCE in a life; once per order, day or session, in parallel if it comes to that; or as often
    # as it happens, but one at a time and ``pause_seconds`` after the last end.
    reentry: ReEntry = "ONCE"
    pause_seconds: int = 0
    # The higher wins where messages compete for a day's cap.
    priority: int = 0
    # Of 10000 members so many are control, by a fixed hash; M3.
    holdout_bp: int = 0
    # The enrolment lasts so long from what triggered it, exclusive (M4); 0: as long as it takes.
    window_seconds: int = 0
    # MARKETING ends for who is LOST; domain.md §1.10.
    purpose: Purpose = "MARKETING"
    # For waits by cycle, where the member's own cycle is not known; M71.
    cycle_days: int = 30
