"""Members on their way: entering, stepping, waiting, leaving; domain.md §2.12, §3.7, M3, M5."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.automation.definitions import (
    AddPoints,
    AssignTask,
    CallWebhook,
    Definition,
    EndRound,
    GrantCoupon,
    Listener,
    SendMessage,
    SetTag,
    Trigger,
    Wait,
    WaitEvent,
    WaitUntil,
)
from services.automation.departures import CloseMember, MergeMembers
from services.automation.holdout import bucket
from services.automation.journey_states import ArchiveJourney
from services.automation.member_events import TakeSegment, TakeStage, TakeTier
from services.automation.policies import Rules, SetPolicy
from tests.automation.desk import DAY, HOUR, Desk, cst, definition

POINTS = AddPoints(step_id="points", points=10)


async def test_a_waiting_member_is_a_row_and_a_timer(desk: Desk) -> None:
    await desk.journey("j")
    await desk.order("m1")
    waiting = await desk.only("j")
    assert (waiting.state, waiting.step_id, waiting.awaits) == ("RUNNING", "wait", "TIME")
    assert waiting.wake_at == desk.at + timedelta(hours=1)
    assert not await desk.told("PointsGrantRequested")
    await desk.due(hours=1)
    assert (await desk.only("j")).state == "COMPLETED"
    [asked] = await desk.told("PointsGrantRequested")
    assert asked["points"] == 10
    assert asked["action_id"] == f"{waiting.enrollment_id}.points"
    [started] = await desk.told("EnrollmentStarted")
    assert started["trigger"] == "ORDER_PAID"
    assert [one["state"] for one in await desk.told("EnrollmentEnded")] == ["COMPLETED"]
    assert await desk.pool.fetchval("SELECT count(*) FROM timers WHERE kind = 'journey_step'") == 0


async def test_every_action_is_asked_for_once_of_who_owns_it(desk: Desk) -> None:
    await desk.journey(
        "j",
        definition(
            GrantCoupon(step_id="a", template_id="t", reason="WELCOME"),
            POINTS,
            SetTag(step_id="b", tag_id="new"),
            SetTag(step_id="c", tag_id="old", remove=True),
            AssignTask(step_id="d", title="call", due_seconds=HOUR),
            CallWebhook(step_id="e", endpoint_id="crm"),
            SendMessage(step_id="f", template_id="hello", params={"name": "x"}),
            priority=7,
        ),
    )
    order = await desk.order("m1")
    await desk.order("m1", order_id=order)
    on = await desk.only("j")
    assert on.state == "COMPLETED"
    told = await desk.told("StepExecuted")
    assert [(one["step_id"], one["action"]) for one in told] == [
        ("a", "COUPON"), ("points", "POINTS"), ("b", "TAG"), ("c", "TAG"), ("d", "GUIDE_TASK"),
        ("e", "WEBHOOK"), ("f", "MESSAGE"),
    ]  # fmt: skip
    [coupon] = await desk.told("CouponGrantRequested")
    assert (coupon["template_id"], coupon["source_id"], coupon["reason"]) == ("t", "j", "WELCOME")
    assert [one["add"] for one in await desk.told("TagRequested")] == [True, False]
    [task] = await desk.told("GuideTaskRequested")
    assert task["due_at"] == "2026-06-01T05:00:00Z"
    [message] = await desk.pool.fetch("SELECT ref, step, priority, state FROM messages")
    assert tuple(message) == (on.enrollment_id, "f", 7, "PLANNED")
    [call] = await desk.pool.fetch("SELECT call_id, endpoint_id, state FROM webhook_calls")
    assert tuple(call) == (f"{on.enrollment_id}.e", "crm", "PENDING")


async def test_m3_the_held_out_get_nothing_and_are_counted(desk: Desk) -> None:
    places = [6366, 9162, 6489, 293, 8058, 6219, 3642, 7438]
    members = [f"m{number}" for number in range(1, 9)]
    assert [bucket("j-wake-01", member) for member in members] == places
    await desk.journey(
        "j-wake-01",
        definition(
            GrantCoupon(step_id="a", template_id="t"),
            SendMessage(step_id="b", template_id="hello"),
            holdout_bp=1_000,
        ),
    )
    for member in members:
        await desk.order(member)
    states = {one.member_id: one.state for one in await desk.enrolled("j-wake-01")}
    assert states == dict.fromkeys(members, "COMPLETED") | {"m4": "HELD_OUT"}
    for name in ("CouponGrantRequested", "StepExecuted"):
        assert "m4" not in {one["member_id"] for one in await desk.told(name)}
    assert await desk.pool.fetchval("SELECT count(*) FROM messages WHERE member_id = 'm4'") == 0
    kinds = await desk.pool.fetch("SELECT member_id FROM touches WHERE kind = 'CONTROL'")
    assert [row["member_id"] for row in kinds] == ["m4"]
    held = {one["member_id"] for one in await desk.told("EnrollmentStarted") if one["held_out"]}
    assert held == {"m4"}


async def test_the_global_holdout_is_of_every_marketing_journey(desk: Desk) -> None:
    """§2.12. Seen wrong: who was held out did not hear of their own refund either."""
    await desk.run(SetPolicy, version=0, rules=Rules(global_holdout_bp=10_000), actor="boss")
    await desk.journey("service", definition(purpose="TRANSACTIONAL"))
    await desk.order("m0")
    assert (await desk.only("service")).state == "RUNNING"
    await desk.run(ArchiveJourney, journey_id="service", actor="boss")
    await desk.due()
    await desk.journey("j")
    await desk.order("m1")
    assert (await desk.only("j")).state == "HELD_OUT"
    await desk.due(days=1)
    assert (await desk.only("j")).state == "HELD_OUT"
    assert not await desk.told("StepExecuted", "PointsGrantRequested")


CYCLE = Definition(
    trigger=Trigger(kind="ORDER_COMPLETED", condition="event_number == 1"),
    steps=[
        WaitEvent(
            step_id="second", listener=Listener(kind="ORDER_PAID", condition="order_count >= 2"),
            timeout_cycle_bp=5_000, timeout_next="coupon", next="third",
        ),
        GrantCoupon(step_id="coupon", template_id="a", next="third"),
        WaitEvent(
            step_id="third", listener=Listener(kind="ORDER_PAID", condition="order_count >= 3"),
            timeout_seconds=90 * DAY, next="reward",
        ),
        GrantCoupon(step_id="reward", template_id="b", next="fifth"),
        WaitEvent(
            step_id="fifth", listener=Listener(kind="HABIT_FORMED"), timeout_seconds=90 * DAY
        ),
    ],
    goal=Listener(kind="HABIT_FORMED"),
    cycle_days=10,
)  # fmt: skip


@pytest.mark.parametrize("second", ["2026-06-04 12:00", "2026-06-07 12:00"])
async def test_m5_one_three_five(desk: Desk, second: str) -> None:
    await desk.journey("j", CYCLE)
    await desk.complete(await desk.order("m1"))
    waiting = await desk.only("j")
    assert waiting.wake_at == cst("2026-06-06 12:00")
    early = cst(second) < waiting.wake_at
    await desk.due(cst(second))
    asked = await desk.told("CouponGrantRequested")
    assert [one["template_id"] for one in asked] == ([] if early else ["a"])
    await desk.order("m1")
    await desk.due(days=3)
    await desk.order("m1")
    asked = await desk.told("CouponGrantRequested")
    assert [one["template_id"] for one in asked] == (["b"] if early else ["a", "b"])
    await desk.order("m1")
    assert (await desk.only("j")).state == "RUNNING"
    await desk.order("m1")
    await desk.happened("m1", "HABIT_FORMED", ref="5")
    assert (await desk.only("j")).state == "GOAL_REACHED"


async def test_a_member_enters_once_however_often_it_happens(desk: Desk) -> None:
    await desk.journey("once")
    await desk.journey("each", definition(reentry="PER_OCCURRENCE"))
    await desk.journey("again", definition(reentry="AFTER_END", pause_seconds=DAY))
    for _ in range(3):
        await desk.order("m1")
    counts = {name: len(await desk.enrolled(name)) for name in ("once", "each", "again")}
    assert counts == {"once": 1, "each": 3, "again": 1}
    await desk.due(hours=2)
    await desk.order("m1")  # the pause runs
    await desk.due(days=2)
    await desk.order("m1")
    counts = {name: len(await desk.enrolled(name)) for name in ("once", "each", "again")}
    assert counts == {"once": 1, "each": 5, "again": 2}


async def test_what_is_told_late_begins_nothing_but_counts(desk: Desk) -> None:
    await desk.journey("j")
    await desk.order("m1", at=desk.at - timedelta(days=2), now=desk.at)
    assert await desk.enrolled("j") == []
    member = await desk.member("m1")
    assert member.order_count == 1
    await desk.order("m1", at=desk.at - timedelta(hours=23), now=desk.at)
    assert len(await desk.enrolled("j")) == 1


async def test_a_refund_of_what_began_it_ends_the_journey(desk: Desk) -> None:
    nth = Trigger(kind="ORDER_PAID", condition="event_number == 3")
    await desk.journey("third", definition(trigger=nth))
    await desk.journey("any", definition(reentry="PER_OCCURRENCE"))
    orders = [await desk.order("m1") for _ in range(3)]
    assert len(await desk.enrolled("third")) == 1
    await desk.refund(orders[2], full=False)
    assert (await desk.only("third")).state == "RUNNING"
    await desk.refund(orders[0])
    third = await desk.only("third")
    assert (third.state, third.reason) == ("EXITED", "RENUMBERED")
    reasons = [one.reason for one in await desk.enrolled("any")]
    assert sorted(reasons) == ["", "", "REFUNDED"]
    assert (await desk.member("m1")).order_count == 2
    await desk.order("m1")
    assert len(await desk.enrolled("third")) == 1, "one reward for a number, whatever comes back"


async def test_who_is_gone_leaves_every_journey(desk: Desk) -> None:
    await desk.journey("j")
    for member in ("a", "b", "c"):
        await desk.order(member)
    await desk.run(CloseMember, member_id="a")
    await desk.run(MergeMembers, from_member="b", into_member="c")
    reasons = {one.member_id: one.reason for one in await desk.enrolled("j")}
    assert reasons == {"a": "MEMBER_CLOSED", "b": "MEMBER_MERGED", "c": ""}
    await desk.order("b")
    assert (await desk.member("c")).order_count == 3
    await desk.order("a")
    assert len(await desk.enrolled("j")) == 3
    await desk.due(hours=1)
    assert {one["member_id"] for one in await desk.told("PointsGrantRequested")} == {"c"}


async def test_a_tier_told_of_who_left_is_not_kept(desk: Desk) -> None:
    """As when a topic is read again after its command ids were forgotten."""
    tier = {"kind": "TIER_CHANGED", "tier_id": "gold", "level": 3}
    await desk.run(TakeTier, **desk.about("a"), **tier, ref="t1")
    assert (await desk.member("a")).tier_id == "gold"
    await desk.run(CloseMember, member_id="a")
    await desk.run(TakeTier, **desk.about("a"), **tier, ref="t2")
    after = await desk.member("a")
    assert (after.state, after.tier_id, after.tier_level) == ("CLOSED", "", 0)


async def test_a_tier_told_of_who_was_merged_is_not_the_survivors(desk: Desk) -> None:
    gold = {"kind": "TIER_CHANGED", "tier_id": "gold", "level": 3}
    await desk.run(TakeTier, **desk.about("old"), **gold, ref="t1")
    await desk.run(TakeTier, **desk.about("new"), kind="TIER_CHANGED", tier_id="black", ref="t2")
    await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.run(TakeTier, **desk.about("old"), **gold, ref="t3")
    assert (await desk.member("new")).tier_id == "black"


async def test_an_event_under_the_old_id_reaches_who_remains(desk: Desk) -> None:
    await desk.journey(
        "j",
        definition(goal=Listener(kind="ORDER_PAID"), trigger=Trigger(kind="RECHARGED")),
    )
    await desk.order("old")
    await desk.happened("new", "RECHARGED")
    await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.order("old")
    assert (await desk.only("j")).state == "GOAL_REACHED"


async def test_a_coupon_is_awaited_before_it_is_spoken_of(desk: Desk) -> None:
    """S6: a message is never planned before the coupon exists."""
    steps = (
        GrantCoupon(step_id="gift", template_id="t", await_grant=True, refused_next="points"),
        SendMessage(step_id="tell", template_id="hello"),
        POINTS,
    )
    await desk.journey("j", definition(*steps))
    for member in ("granted", "refused", "unanswered"):
        await desk.order(member)
    ids = {one.member_id: f"{one.enrollment_id}.gift" for one in await desk.enrolled("j")}
    await desk.happened("granted", "COUPON_GRANTED", action_id=ids["refused"])
    assert await desk.pool.fetchval("SELECT count(*) FROM messages") == 0
    await desk.happened("granted", "COUPON_GRANTED", action_id=ids["granted"])
    await desk.happened("refused", "COUPON_REFUSED", action_id=ids["refused"])
    await desk.due(hours=23)
    assert (await desk.only("j", "unanswered")).awaits == "GRANT"
    await desk.due(hours=1)
    told = await desk.pool.fetch("SELECT member_id FROM messages")
    assert [row["member_id"] for row in told] == ["granted"]
    assert {one.state for one in await desk.enrolled("j")} == {"COMPLETED"}


async def test_a_window_ends_by_itself_and_its_end_is_outside(desk: Desk) -> None:
    """M4: an order at the window's end exactly is not in it."""
    window = {"window_seconds": 72 * HOUR, "goal": Listener(kind="ORDER_PAID")}
    steps = (
        WaitUntil(step_id="last", before_window_end_seconds=6 * HOUR),
        POINTS,
        Wait(step_id="rest", seconds=30 * DAY),
    )
    await desk.journey("j", definition(*steps, trigger=Trigger(kind="RECHARGED"), **window))
    for member in ("in", "out"):
        await desk.happened(member, "RECHARGED")
    end = desk.at + timedelta(hours=72)
    await desk.due(end - timedelta(hours=6))
    assert len(await desk.told("PointsGrantRequested")) == 2
    await desk.order("in", at=end - timedelta(milliseconds=1))
    await desk.order("out", at=end)
    await desk.due(end)
    states = {one.member_id: (one.state, one.reason) for one in await desk.enrolled("j")}
    assert states == {"in": ("GOAL_REACHED", "ORDER_PAID"), "out": ("EXITED", "WINDOW_ENDED")}


async def test_wake_rounds_end_in_lost(desk: Desk) -> None:
    """domain.md §2.14: the last round that ends without an order makes the member LOST."""
    wake = Definition(
        trigger=Trigger(kind="STAGE_CHANGED", condition="event_after == 'SLEEPING'"),
        steps=[
            GrantCoupon(step_id="coupon", template_id="t", next="wait"),
            Wait(step_id="wait", seconds=14 * DAY, next="end"),
            EndRound(step_id="end", rounds=3, next="coupon"),
        ],
        goal=Listener(kind="ORDER_PAID"),
        reentry="AFTER_END",
    )
    await desk.journey("wake", wake)
    for member in ("asleep", "awake"):
        await desk.run(
            TakeStage, **desk.about(member), before="SILENT", after="SLEEPING", cycle_days=20
        )
    await desk.due(days=20)
    await desk.order("awake")
    await desk.due(days=8)
    await desk.due(days=14)
    rounds = await desk.told("WakeRoundEnded")
    assert [(one["member_id"], one["round"], one["rounds"]) for one in rounds] in (
        [("asleep", 1, 3), ("awake", 1, 3), ("asleep", 2, 3), ("asleep", 3, 3)],
        [("awake", 1, 3), ("asleep", 1, 3), ("asleep", 2, 3), ("asleep", 3, 3)],
    )
    states = {one.member_id: one.state for one in await desk.enrolled("wake")}
    assert states == {"asleep": "COMPLETED", "awake": "GOAL_REACHED"}
    ids = [one["action_id"] for one in await desk.told("CouponGrantRequested")]
    assert len(ids) == len(set(ids)) == 5


async def test_who_is_lost_gets_no_marketing_until_he_buys(desk: Desk) -> None:
    await desk.journey("j", definition(trigger=Trigger(kind="RECHARGED")))
    await desk.journey("order")
    await desk.happened("m1", "RECHARGED")
    lost = {"before": "SLEEPING", "after": "LOST", "cycle_days": 20}
    await desk.run(TakeStage, **desk.about("m1"), **lost)
    assert (await desk.only("j")).reason == "LOST"
    await desk.run(TakeStage, **desk.about("m2"), **lost)
    await desk.happened("m2", "RECHARGED")
    assert len(await desk.enrolled("j")) == 1
    await desk.order("m2")
    assert len(await desk.enrolled("order")) == 1


async def test_segments_begin_and_end_journeys_but_not_by_backfill(desk: Desk) -> None:
    await desk.journey(
        "j",
        definition(
            trigger=Trigger(kind="SEGMENT_ENTERED", object_id="vip"),
            exits=[Listener(kind="SEGMENT_LEFT", object_id="vip")],
        ),
    )
    fields = {"segment_id": "vip", "entered": True}
    await desk.run(TakeSegment, **desk.about("old"), **fields, is_backfill=True)
    await desk.run(TakeSegment, **desk.about("new"), **fields, is_backfill=False)
    left = {"segment_id": "vip", "entered": False, "is_backfill": True}
    assert (await desk.only("j")).member_id == "new"
    await desk.run(TakeSegment, **desk.about("new"), **left)
    assert (await desk.only("j")).reason == "SEGMENT_LEFT"
