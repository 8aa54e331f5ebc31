"""What a journey may say: each rule, and that the step which breaks it is named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.automation.definition_rules import check_definition
from services.automation.definitions import (
    AddPoints,
    AnyStep,
    Branch,
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
from services.automation.rpc_definitions import definition_from, definition_to
from tests.automation.desk import DAY, HOUR, cst, definition

POINTS = AddPoints(step_id="points", points=10)
HEARD = Listener(kind="ORDER_PAID")
BROKEN: dict[str, tuple[list[AnyStep], str, str]] = {
    "two of one id": ([POINTS, POINTS], "points", "two steps"),
    "leads nowhere": ([AddPoints(step_id="a", points=1, next="b")], "a", "no step b"),
    "else leads nowhere": (
        [Condition(step_id="a", condition="order_count > 1", else_next="b")], "a", "no step b"
    ),
    "unreachable": ([POINTS, AddPoints(step_id="lost", points=1)], "lost", "no step leads here"),
    "loop": ([AddPoints(step_id="a", points=1, next="a")], "a", "loop without a wait"),
    "loop of two": (
        [
            AddPoints(step_id="a", points=1, next="b"),
            Condition(step_id="b", condition="order_count < 3", next="a"),
        ],
        "a",
        "loop without a wait",
    ),
    "loop over a moment": (
        [
            WaitUntil(step_id="a", time=cst("2026-06-01 10:00"), next="b"),
            AddPoints(step_id="b", points=1, next="a"),
        ],
        "a",
        "loop without a wait",
    ),
    "no wait": ([Wait(step_id="a")], "a", "seconds or a share"),
    "two waits in one": ([Wait(step_id="a", seconds=1, cycle_bp=1)], "a", "seconds or a share"),
    "until nothing": ([WaitUntil(step_id="a")], "a", "name a time of day"),
    "no window": ([WaitUntil(step_id="a", before_window_end_seconds=60)], "a", "no window"),
    "weights": (
        [Split(step_id="a", branches=[Branch(5_000), Branch(4_999)])], "a", "do not sum"
    ),
    "not a condition": ([Condition(step_id="a", condition="order_count")], "a", "INT, not BOOL"),
    "unknown variable": ([Condition(step_id="a", condition="age > 3")], "a", "age"),
    "empty condition": ([Condition(step_id="a", condition="")], "a", "says something"),
    "waits for the clock": (
        [WaitEvent(step_id="a", listener=Listener(kind="SCHEDULE"), timeout_seconds=60)],
        "a",
        "does not happen to one member",
    ),
    "unheard refusal": (
        [GrantCoupon(step_id="a", template_id="t", refused_next="b"),
         AddPoints(step_id="b", points=1)],
        "b",
        "no step leads here",
    ),
    "no such channel": (
        [SendMessage(step_id="a", template_id="t", channels=["SMS", "FAX"])], "a", "no channel FAX"
    ),
    "rounds of nothing": ([EndRound(step_id="a", rounds=3)], "a", "begins by a stage"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_the_broken_step_is_named(name: str) -> None:
    steps, step_id, why = BROKEN[name]
    with pytest.raises(JourneyInvalid) as refused:
        check_definition(Definition(trigger=Trigger(kind="ORDER_PAID"), steps=steps))
    assert refused.value.metadata["step_id"] == step_id
    assert why in refused.value.metadata["why"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"trigger": Trigger(kind="OPTED_OUT")}, "trigger.kind"),
        ({"trigger": Trigger(kind="ORDER_PAID", condition="1 +")}, "trigger.condition"),
        ({"trigger": Trigger(kind="CALENDAR")}, "trigger.object_id"),
        ({"trigger": Trigger(kind="BEHAVED")}, "trigger.object_id"),
        ({"trigger": Trigger(kind="BIRTHDAY", segment_id="s")}, "trigger.segment_id"),
        ({"trigger": Trigger(kind="BIRTHDAY", weekdays=[1])}, "trigger.weekdays"),
        ({"trigger": Trigger(kind="SCHEDULE", weekdays=[1], day_of_month=2)}, "trigger.weekdays"),
        ({"goal": Listener(kind="SCHEDULE")}, "goal.kind"),
        ({"exits": [HEARD, Listener(kind="ORDER_PAID", condition="x")]}, "exits[1].condition"),
    ],
)
def test_the_broken_part_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(JourneyInvalid) as refused:
        check_definition(definition(**fields))
    assert refused.value.field == f"definition.{field}"


def test_a_loop_with_a_wait_is_sound() -> None:
    check_definition(
        Definition(
            trigger=Trigger(kind="ORDER_PAID"),
            steps=[
                AddPoints(step_id="again", points=1, next="wait"),
                Wait(step_id="wait", seconds=DAY, next="more"),
                Condition(step_id="more", condition="order_count < 3", next="again"),
            ],
        )
    )


STEPS: list[AnyStep] = [
    Wait(step_id="s0", seconds=HOUR, next="s1"),
    Wait(step_id="s1", cycle_bp=5_000, next="s2"),
    WaitUntil(step_id="s2", minute_of_day=0, weekdays=[1, 7], next="s3"),
    WaitUntil(step_id="s3", time=cst("2026-06-01 10:00"), next="s4"),
    WaitEvent(step_id="s4", listener=HEARD, timeout_seconds=60, timeout_next="s5"),
    Condition(step_id="s5", condition="'vip' in tag_ids", else_next="s6"),
    Split(step_id="s6", branches=[Branch(9_000, "s7"), Branch(1_000)]),
    GrantCoupon(step_id="s7", template_id="t", await_grant=True, reason="r"),
]


@given(
    st.lists(st.sampled_from(STEPS), min_size=1, unique_by=lambda step: step.step_id),
    st.integers(0, 10_000),
    st.sampled_from(["ONCE", "PER_OCCURRENCE", "AFTER_END"]),
    st.integers(-100, 100),
)
def test_a_definition_goes_over_the_wire_and_back(
    steps: list[AnyStep], holdout_bp: int, reentry: Any, priority: int
) -> None:
    written = Definition(
        trigger=Trigger(kind="SCHEDULE", weekdays=[3], minute_of_day=0, segment_id="s"),
        steps=steps,
        goal=Listener(kind="ORDER_PAID", condition="event_number >= 2"),
        exits=[HEARD],
        holdout_bp=holdout_bp,
        reentry=reentry,
        priority=priority,
        window_seconds=72 * HOUR,
        purpose="TRANSACTIONAL",
    )
    assert definition_from(definition_to(written)) == written
    assert msgspec.json.decode(msgspec.json.encode(written), type=Definition) == written
