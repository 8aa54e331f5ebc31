"""Whether a definition can run: every rule names the step that breaks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from services.automation.channels import RULES
from services.automation.conditions import fault
from services.automation.definitions import (
    AnyStep,
    Condition,
    Definition,
    EndRound,
    GrantCoupon,
    Listener,
    SendMessage,
    Split,
    Trigger,
    Wait,
    WaitEvent,
    WaitUntil,
)
from services.automation.errors import JourneyInvalid
from services.automation.occurrences import CLOCKED, NO_LISTENING, NO_TRIGGER

FULL_BP: Final = 10_000


def successors(step: AnyStep) -> list[str]:
    """Every step that may follow; the empty one is the end."""
    found = [] if isinstance(step, Split) else [step.next]
    if isinstance(step, Split):
        found += [branch.next for branch in step.branches]
    elif isinstance(step, Condition):
        found.append(step.else_next)
    elif isinstance(step, WaitEvent):
        found.append(step.timeout_next)
    elif isinstance(step, GrantCoupon) and step.await_grant:
        found.append(step.refused_next)
    return found


def coupon_templates(definition: Definition) -> dict[str, str]:
    """The coupon templates that the definition gives: template → the first step that does."""
    found: dict[str, str] = {}
    for step in definition.steps:
        if isinstance(step, GrantCoupon):
            found.setdefault(step.template_id, step.step_id)
    return found


def message_templates(definition: Definition) -> dict[str, str]:
    """The message templates that the definition sends: template → the first step that does."""
    found: dict[str, str] = {}
    for step in definition.steps:
        if isinstance(step, SendMessage):
            found.setdefault(step.template_id, step.step_id)
    return found


def check_definition(definition: Definition) -> None:
    """Refuses JOURNEY_INVALID naming what is wrong, and the step it is wrong in."""
    for field, step_id, why in _faults(definition):
        raise JourneyInvalid(field=f"definition.{field}", why=why, step_id=step_id)


def _faults(definition: Definition) -> Iterator[tuple[str, str, str]]:
    """(field, step, what is wrong), the first one first."""
    yield from _trigger_faults(definition.trigger)
    for place, listener in enumerate(definition.exits):
        yield from _listener_faults(listener, f"exits[{place}]", "")
    if definition.goal is not None:
        yield from _listener_faults(definition.goal, "goal", "")
    if definition.trigger.kind in CLOCKED and definition.trigger.max_age_seconds < 60:
        yield "trigger.max_age_seconds", "", "a clock may be a minute late"
    yield from _graph_faults(definition.steps)
    for place, step in enumerate(definition.steps):
        for why in _step_faults(step, definition):
            yield f"steps[{place}]", step.step_id, why


def _trigger_faults(trigger: Trigger) -> Iterator[tuple[str, str, str]]:
    if trigger.kind in NO_TRIGGER:
        yield "trigger.kind", "", "nothing begins by this"
    if why := fault(trigger.condition):
        yield "trigger.condition", "", why
    if trigger.kind == "CALENDAR" and not trigger.object_id:
        yield "trigger.object_id", "", "name a day of the calendar"
    if trigger.kind in ("SEGMENT_ENTERED", "BEHAVED") and not trigger.object_id:
        yield "trigger.object_id", "", "name the segment or the behaviour"
    if trigger.segment_id and trigger.kind not in ("SCHEDULE", "CALENDAR", "LIVE_STARTING"):
        yield "trigger.segment_id", "", "only a schedule, a day and a live session go to a segment"
    ways = (bool(trigger.weekdays), bool(trigger.day_of_month), trigger.once_time is not None)
    if trigger.kind != "SCHEDULE" and any(ways):
        yield "trigger.weekdays", "", "only a schedule has days"
    if sum(ways) > 1:
        yield "trigger.weekdays", "", "weekdays, a day of the month or one moment, not several"


def _listener_faults(
    listener: Listener, field: str, step_id: str
) -> Iterator[tuple[str, str, str]]:
    if listener.kind in NO_LISTENING:
        yield f"{field}.kind", step_id, "this does not happen to one member"
    if why := fault(listener.condition):
        yield f"{field}.condition", step_id, why


def _step_faults(step: AnyStep, definition: Definition) -> Iterator[str]:
    if isinstance(step, Wait | WaitUntil | WaitEvent):
        yield from _wait_faults(step, definition)
    elif isinstance(step, Condition):
        yield from ((why,) if (why := fault(step.condition)) else ())
        if not step.condition:
            yield "a condition says something"
    elif isinstance(step, Split):
        if sum(branch.weight_bp for branch in step.branches) != FULL_BP:
            yield f"the weights do not sum to {FULL_BP}"
        if step.next:
            yield "a split goes on with its branches"
    elif isinstance(step, GrantCoupon) and step.refused_next and not step.await_grant:
        yield "a refusal is only heard of by who awaits the grant"
    elif isinstance(step, SendMessage):
        yield from (f"there is no channel {one}" for one in step.channels if one not in RULES)
    elif isinstance(step, EndRound) and definition.trigger.kind != "STAGE_CHANGED":
        yield "wake-up rounds belong to a journey that begins by a stage"


def _wait_faults(step: Wait | WaitUntil | WaitEvent, definition: Definition) -> Iterator[str]:
    if isinstance(step, WaitEvent):
        yield from (why for _, _, why in _listener_faults(step.listener, "", step.step_id))
        if (step.timeout_seconds > 0) == (step.timeout_cycle_bp > 0):
            yield "a wait has seconds or a share of the cycle"
    elif isinstance(step, Wait):
        if (step.seconds > 0) == (step.cycle_bp > 0):
            yield "a wait has seconds or a share of the cycle"
    else:
        before_end = step.before_window_end_seconds >= 0
        if sum((step.minute_of_day >= 0, step.time is not None, before_end)) != 1:
            yield "name a time of day, a moment or the window's end"
        if step.weekdays and step.minute_of_day < 0:
            yield "weekdays go with a time of day"
        if before_end and not definition.window_seconds:
            yield "the journey has no window"


def _graph_faults(steps: list[AnyStep]) -> Iterator[tuple[str, str, str]]:
    places = {step.step_id: place for place, step in enumerate(steps)}
    for step_id, times in Counter(step.step_id for step in steps).items():
        if times > 1:
            yield f"steps[{places[step_id]}]", step_id, "two steps have this id"
    for place, step in enumerate(steps):
        for following in successors(step):
            if following and following not in places:
                yield f"steps[{place}]", step.step_id, f"there is no step {following}"
    by_id = {step.step_id: step for step in steps}
    reached = set(_walk(steps[0].step_id, by_id, by_id))
    for place, step in enumerate(steps):
        if step.step_id not in reached:
            yield f"steps[{place}]", step.step_id, "no step leads here"
    quick = {step.step_id for step in steps if not _waits(step)}
    for place, step in enumerate(steps):
        if step.step_id in quick and _returns(step, by_id, quick):
            yield f"steps[{place}]", step.step_id, "a loop without a wait leads back here"


def _waits(step: AnyStep) -> bool:
    """Whether time passes here, however often it is come by."""
    return isinstance(step, Wait | WaitEvent) or (
        isinstance(step, WaitUntil) and step.minute_of_day >= 0
    )


def _walk(start: str, steps: dict[str, AnyStep], within: Iterable[str]) -> Iterator[str]:
    """Every step that can be come to from ``start``, itself first, over steps of ``within``."""
    seen, waiting, allowed = {start}, [start], set(within)
    while waiting:
        current = waiting.pop()
        yield current
        for following in successors(steps[current]):
            if following in allowed and following not in seen:
                seen.add(following)
                waiting.append(following)


def _returns(step: AnyStep, steps: dict[str, AnyStep], quick: set[str]) -> bool:
    return any(
        step.step_id in set(_walk(following, steps, quick))
        for following in successors(step)
        if following in quick
    )
