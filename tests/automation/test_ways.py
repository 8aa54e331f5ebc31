"""Ways through a journey: pauses, versions, conditions, splits, tests, and what is told late."""

from __future__ import annotations

from datetime import timedelta

from services.automation.consents import SetConsent
from services.automation.definitions import (
    AddPoints,
    Branch,
    Condition,
    Definition,
    Listener,
    SendMessage,
    Split,
    Trigger,
)
from services.automation.journey_states import PauseJourney
from services.automation.member_events import TakeHappening
from services.automation.occurrences import Occurrence
from services.automation.order_events import TakeOrderRefunded
from services.automation.steps import TestEnroll
from tests.automation.desk import DAY, Desk, definition


async def test_a_paused_journey_holds_still(desk: Desk) -> None:
    await desk.journey("j")
    await desk.order("m1")
    await desk.run(PauseJourney, journey_id="j", actor="boss")
    await desk.order("m2")
    await desk.due(hours=2)
    held = await desk.only("j")
    assert (held.awaits, held.step_id, held.wake_at) == ("RESUME", "points", None)


async def test_a_window_does_not_wait_for_a_paused_journey(desk: Desk) -> None:
    """M4. Seen wrong: a week after the sale its coupon was given, as the journey was paused."""
    await desk.journey("j", definition(window_seconds=DAY))
    await desk.order("m")
    await desk.run(PauseJourney, journey_id="j", actor="boss")
    await desk.due(hours=2)
    assert (await desk.only("j")).awaits == "RESUME"
    await desk.due(days=7)
    await desk.activated("j", 1)
    await desk.due()
    on = await desk.only("j")
    assert (on.state, on.reason) == ("EXITED", "WINDOW_ENDED")
    assert not await desk.told("PointsGrantRequested")


async def test_a_paused_journeys_messages_wait(desk: Desk) -> None:
    """Seen wrong: what was planned at night was sent in the morning, pause or not."""
    await desk.journey("j", definition(SendMessage(step_id="say", template_id="hello")))
    said = {"channel": "SMS", "purpose": "MARKETING", "granted": True, "given_at": desk.at}
    await desk.run(SetConsent, member_id="m", evidence="form", actor="gw", **said)
    await desk.due(hours=11)
    await desk.order("m")
    await desk.due()
    await desk.run(PauseJourney, journey_id="j", actor="boss")
    await desk.due(hours=10)
    assert not await desk.told("MessageRequested")
    await desk.activated("j", 1)
    await desk.due(minutes=15)
    assert len(await desk.told("MessageRequested")) == 1


async def test_members_stay_on_the_version_they_entered_by(desk: Desk) -> None:
    await desk.journey("j")
    await desk.order("m1")
    await desk.journey("j", definition(AddPoints(step_id="more", points=99)))
    await desk.order("m2")
    await desk.due(hours=1)
    points = {one["member_id"]: one["points"] for one in await desk.told("PointsGrantRequested")}
    assert points == {"m1": 10, "m2": 99}
    assert {one.member_id: one.version for one in await desk.enrolled("j")} == {"m1": 1, "m2": 2}


async def test_conditions_and_splits_choose_the_way(desk: Desk) -> None:
    ways = Definition(
        trigger=Trigger(kind="ORDER_PAID"),
        steps=[
            Condition(step_id="big", condition="event_amount_fen >= 5000", next="split"),
            Split(step_id="split", branches=[Branch(5_000, "a"), Branch(5_000, "b")]),
            AddPoints(step_id="a", points=1),
            AddPoints(step_id="b", points=2),
        ],
    )
    await desk.journey("j", ways)
    for number in range(40):
        await desk.order(f"m{number}", paid_fen=5_000)
    await desk.order("small", paid_fen=4_999)
    told = await desk.told("PointsGrantRequested")
    assert len(told) == 40
    assert {one["points"] for one in told} == {1, 2}


async def test_a_test_goes_past_trigger_condition_and_holdout(desk: Desk) -> None:
    await desk.saved("j", definition(holdout_bp=10_000))
    test = {"journey_id": "j", "version": 1, "entry_key": "try", "skip_waits": True}
    assert await desk.refused(TestEnroll, member_id="m1", **test) == "MEMBER_NOT_FOUND"
    await desk.order("m1")
    assert (await desk.run(TestEnroll, member_id="m1", **test)).state == "COMPLETED"
    assert await desk.refused(TestEnroll, member_id="m1", **test) == "ALREADY_ENROLLED"
    unknown = test | {"version": 2}
    assert await desk.refused(TestEnroll, member_id="m1", **unknown) == "JOURNEY_NOT_FOUND"
    assert len(await desk.told("PointsGrantRequested")) == 1
    assert await desk.pool.fetchval("SELECT count(*) FROM touches") == 0


async def test_a_message_is_the_journeys_kind_and_goes_by_the_steps_channels(desk: Desk) -> None:
    """Seen wrong: a transactional journey's message waited out the night as marketing."""
    step = SendMessage(step_id="say", template_id="hello", channels=["SMS", "OA"])
    await desk.journey("service", definition(step, purpose="TRANSACTIONAL"))
    await desk.journey("advert", definition(step))
    await desk.order("m1")
    rows = await desk.pool.fetch(
        "SELECT source_id, is_marketing, channels::text FROM messages ORDER BY source_id"
    )
    channels = '["SMS", "OA"]'
    assert [tuple(row) for row in rows] == [
        ("advert", True, channels),
        ("service", False, channels),
    ]


async def test_an_event_told_late_is_not_the_goal_of_what_began_after(desk: Desk) -> None:
    await desk.journey(
        "j", definition(trigger=Trigger(kind="RECHARGED"), goal=Listener(kind="ORDER_PAID"))
    )
    await desk.happened("m1", "RECHARGED")
    await desk.order("m1", at=desk.at - timedelta(hours=1))
    assert (await desk.only("j")).state == "RUNNING"
    await desk.order("m1", at=desk.at + timedelta(minutes=1))
    assert (await desk.only("j")).state == "GOAL_REACHED"


async def test_the_same_event_twice_is_once(desk: Desk) -> None:
    await desk.journey("j", definition(reentry="PER_OCCURRENCE"))
    command = desk.make(
        TakeHappening, **desk.about("m1"), happened=Occurrence("ORDER_PAID", "o", desk.at)
    )
    await desk.answer(command)
    await desk.answer(command)
    assert len(await desk.enrolled("j")) == 1


async def test_a_refund_before_its_order_waits_for_it(desk: Desk) -> None:
    early = {"order_id": "o", "refund_id": "r", "amount_fen": 1, "is_full": True}
    assert await desk.refused(TakeOrderRefunded, **desk.about("m1"), **early) == "ORDER_UNKNOWN"
    await desk.order("m1", order_id="o")
    await desk.run(TakeOrderRefunded, **desk.about("m1"), **early)
    assert (await desk.member("m1")).order_count == 0
