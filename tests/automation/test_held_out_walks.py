"""Who is held out goes the way of the treated, with nothing done: M3, and what uplift means."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from math import sqrt
from random import Random
from typing import Any, Final

from common.from_door import FromDoor
from services.automation import store_campaigns
from services.automation.attributions import CreditOrder
from services.automation.definitions import (
    AddPoints,
    AssignTask,
    CallWebhook,
    Condition,
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
from services.automation.departures import CloseMember
from services.automation.enrollments import Enrollment
from services.automation.holdout import is_held_out
from services.automation.journey_states import ArchiveJourney, PauseJourney
from services.automation.member_events import TakeConsent, TakeHappening, TakeStage
from services.automation.occurrences import Occurrence
from services.automation.order_events import TakeOrderPaid
from services.automation.policies import Rules, SetPolicy
from services.automation.reports import report
from tests.automation.desk import DAY, HOUR, MERCHANT, Desk, definition

HALF_BP: Final = 5_000
ALL: Final[dict[str, Any]] = {"holdout_bp": 10_000}
BY_RECHARGE: Final = Trigger(kind="RECHARGED")
POINTS: Final = AddPoints(step_id="points", points=10)
EVERYTHING: Final = (
    GrantCoupon(step_id="gift", template_id="t", await_grant=True, refused_next="calls"),
    SendMessage(step_id="tell", template_id="hello"),
    SetTag(step_id="tag", tag_id="warm"),
    AssignTask(step_id="task", title="call"),
    CallWebhook(step_id="calls", endpoint_id="crm"),
    POINTS,
)


def groups(journey_id: str, size: int) -> tuple[list[str], list[str]]:
    """So many members who would be treated in a half-held-out journey, and as many held out."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for number in count():
        member = f"m{number}"
        found[is_held_out(journey_id, member, HALF_BP)].append(member)
        if min(map(len, found.values())) >= size:
            break
    return found[False][:size], found[True][:size]


def standing(one: Enrollment) -> tuple[Any, ...]:
    """Where an enrolment stands and how it ended, whoever goes it."""
    how = (one.state, one.reason)
    if one.state in ("COMPLETED", "GOAL_REACHED"):
        how = ("EXITED", one.state)
    if one.state == "HELD_OUT":
        how = ("EXITED" if one.ended_at else "RUNNING", one.reason)
    return (
        one.entry_key, how, one.step_id, one.awaits, one.wake_at, one.ends_at, one.rounds,
        one.steps, one.started_at, one.ended_at,
    )  # fmt: skip


async def nothing_was_done(desk: Desk) -> None:
    """No member held out has anything of the journey."""
    held = {one["member_id"] for one in await desk.told("EnrollmentStarted") if one["held_out"]}
    assert held
    done = await desk.told(
        "StepExecuted", "CouponGrantRequested", "PointsGrantRequested", "TagRequested",
        "GuideTaskRequested", "WakeRoundEnded", "MessageRequested",
    )  # fmt: skip
    assert not held & {one["member_id"] for one in done}
    for table in ("messages", "webhook_calls", "frequency_counters", "quota_entries"):
        rows = await desk.pool.fetch(f"SELECT member_id FROM {table}")
        assert not held & {row["member_id"] for row in rows}, table


async def test_the_held_out_wait_as_long_and_get_nothing(desk: Desk) -> None:
    steps = (*EVERYTHING, Wait(step_id="rest", seconds=HOUR), AddPoints(step_id="more", points=1))
    await desk.journey("j", definition(*steps, **ALL))
    await desk.order("m1")
    waiting = await desk.only("j")
    assert (waiting.state, waiting.awaits, waiting.step_id) == ("HELD_OUT", "TIME", "rest")
    assert (waiting.wake_at, waiting.ended_at) == (desk.at + timedelta(hours=1), None)
    assert waiting.visits == {}
    await desk.due(hours=1)
    after = await desk.only("j")
    assert (after.state, after.reason, after.ended_at) == ("HELD_OUT", "COMPLETED", desk.at)
    [ended] = await desk.told("EnrollmentEnded")
    assert (ended["state"], ended["held_out"]) == ("COMPLETED", True)
    await nothing_was_done(desk)


async def test_they_enter_again_when_the_treated_may(desk: Desk) -> None:
    """The bias of before: a held-out member had entered at each of these events."""
    await desk.journey(
        "j",
        definition(
            Wait(step_id="w", seconds=10 * DAY), POINTS, trigger=BY_RECHARGE, reentry="AFTER_END",
            pause_seconds=5 * DAY, holdout_bp=HALF_BP,
        ),
    )  # fmt: skip
    [[treated], [control]] = groups("j", 1)
    for _ in range(40):
        for member in (treated, control):
            await desk.happened(member, "RECHARGED", f"r-{desk.at.date()}")
        await desk.due(days=1)
    entered: dict[str, list[datetime]] = {treated: [], control: []}
    for one in await desk.enrolled("j"):
        entered[one.member_id].append(one.started_at)
    assert entered[treated] == entered[control]
    assert len(entered[control]) == 3
    windows = await desk.pool.fetch("SELECT kind, count(*) AS n FROM touches GROUP BY kind")
    assert {row["kind"]: row["n"] for row in windows} == {"TREATED": 3, "CONTROL": 3}


async def test_every_way_out_is_theirs_too(desk: Desk) -> None:
    await desk.journey(
        "j",
        definition(
            Wait(step_id="w", seconds=60 * DAY), POINTS, trigger=BY_RECHARGE, **ALL,
            goal=Listener(kind="ORDER_PAID"), exits=[Listener(kind="OPTED_OUT")],
            window_seconds=30 * DAY,
        ),
    )  # fmt: skip
    for member in ("buys", "objects", "lost", "leaves", "stays"):
        await desk.happened(member, "RECHARGED")
    await desk.order("buys")
    no = {"channel": "SMS", "purpose": "MARKETING", "granted": False}
    await desk.run(TakeConsent, **desk.about("objects"), **no)
    lost = {"before": "SLEEPING", "after": "LOST", "cycle_days": 20}
    await desk.run(TakeStage, **desk.about("lost"), **lost)
    await desk.run(CloseMember, member_id="leaves")
    await desk.due(days=30)
    assert {one.member_id: (one.state, one.reason) for one in await desk.enrolled("j")} == {
        "buys": ("HELD_OUT", "GOAL_REACHED"),
        "objects": ("HELD_OUT", "OPTED_OUT"),
        "lost": ("HELD_OUT", "LOST"),
        "leaves": ("HELD_OUT", "MEMBER_CLOSED"),
        "stays": ("HELD_OUT", "WINDOW_ENDED"),
    }


async def test_a_pause_holds_them_and_an_archive_ends_them(desk: Desk) -> None:
    steps = (Wait(step_id="w", seconds=HOUR), POINTS, Wait(step_id="x", seconds=DAY))
    await desk.journey("j", definition(*steps, **ALL))
    await desk.order("m1")
    await desk.run(PauseJourney, journey_id="j", actor="boss")
    await desk.due(hours=2)
    assert (await desk.only("j")).awaits == "RESUME"
    await desk.activated("j", 1)
    await desk.due(hours=1)
    assert (await desk.only("j")).step_id == "x"
    await desk.run(ArchiveJourney, journey_id="j", actor="boss")
    await desk.due(minutes=1)
    after = await desk.only("j")
    assert (after.state, after.reason) == ("HELD_OUT", "ARCHIVED")
    await nothing_was_done(desk)


async def test_rounds_pass_but_nobody_is_lost_by_them(desk: Desk) -> None:
    wake = Definition(
        trigger=Trigger(kind="STAGE_CHANGED"),
        steps=[
            GrantCoupon(step_id="coupon", template_id="t", next="wait"),
            Wait(step_id="wait", seconds=14 * DAY, next="end"),
            EndRound(step_id="end", rounds=3, next="coupon"),
        ],
        reentry="AFTER_END",
        holdout_bp=10_000,
    )
    await desk.journey("wake", wake)
    asleep = {"before": "SILENT", "after": "SLEEPING", "cycle_days": 20}
    await desk.run(TakeStage, **desk.about("m1"), **asleep)
    for _ in range(3):
        await desk.due(days=14)
    after = await desk.only("wake")
    assert (after.state, after.reason, after.rounds) == ("HELD_OUT", "COMPLETED", 3)
    await nothing_was_done(desk)


async def test_who_was_held_out_before_stays_ended(desk: Desk) -> None:
    """Rows of releases before: no wait, no end. They neither run nor keep anybody from entering."""
    again = definition(Wait(step_id="w", seconds=DAY), reentry="AFTER_END", **ALL)
    await desk.journey("j", again)
    await desk.order("m1")
    await desk.pool.execute("DELETE FROM timers")
    await desk.pool.execute("DELETE FROM visits")
    await desk.pool.execute(
        "UPDATE enrollments SET awaits = '', step_id = '', wake_at = NULL, steps = 0"
    )
    await desk.order("m1")
    first, second = sorted(await desk.enrolled("j"), key=lambda one: one.steps)
    assert (first.state, first.awaits, first.ended_at) == ("HELD_OUT", "", None)
    assert second.awaits == "TIME"
    await desk.due(days=1)
    ends = [one.ended_at for one in await desk.enrolled("j")]
    assert sorted(ends, key=str) == [desk.at, None]


TWINS: Final = Definition(
    trigger=BY_RECHARGE,
    steps=[
        SendMessage(step_id="tell", template_id="hello", next="cycle"),
        Wait(step_id="cycle", cycle_bp=3_000, next="ten"),
        WaitUntil(step_id="ten", minute_of_day=600, weekdays=[2, 5], next="buys"),
        WaitEvent(
            step_id="buys", listener=Listener(kind="ORDER_PAID", condition="order_count < 4"),
            timeout_seconds=4 * DAY, timeout_next="often", next="gift",
        ),
        GrantCoupon(step_id="gift", template_id="t", next="rest"),
        Condition(step_id="often", condition="order_count > 2", next="calls", else_next="rest"),
        CallWebhook(step_id="calls", endpoint_id="crm"),
        Wait(step_id="rest", seconds=3 * DAY, next="points"),
        POINTS,
    ],
    goal=Listener(kind="ORDER_PAID", condition="event_amount_fen > 30000"),
    exits=[Listener(kind="OPTED_OUT")],
    reentry="AFTER_END",
    pause_seconds=2 * DAY,
    window_seconds=20 * DAY,
    holdout_bp=HALF_BP,
)  # fmt: skip


async def test_twins_of_both_groups_go_the_same_way(desk: Desk) -> None:
    """What happens to both happens at the same moments: they enter, wait and end alike."""
    random, pairs = Random(7), list(zip(*groups("j", 12), strict=True))
    await desk.journey("j", TWINS)
    for day in range(50):
        commands = []
        for number, pair in enumerate(pairs):
            kind, fen = random.choice("rrop" + "-" * 8), random.randrange(5_000, 40_000)
            commands += [twin(desk, kind, member, f"{day}-{number}", fen) for member in pair]
        await desk.engine.run_each([one for one in commands if one is not None])
        await desk.due(days=1)
    ways: dict[str, list[tuple[Any, ...]]] = {}
    for one in await desk.enrolled("j"):
        ways.setdefault(one.member_id, []).append(standing(one))
    assert [ways.get(treated) for treated, _ in pairs] == [ways.get(held) for _, held in pairs]
    assert max(map(len, ways.values())) > 1
    ends = {way[1] for one in ways.values() for way in one}
    assert {("EXITED", "COMPLETED"), ("EXITED", "GOAL_REACHED"), ("EXITED", "OPTED_OUT")} <= ends
    await nothing_was_done(desk)


def twin(desk: Desk, kind: str, member: str, ref: str, fen: int) -> Any:
    """A recharge, an order or an opting out of one of two twins; or nothing."""
    about = desk.about(member)
    if kind == "r":
        return desk.make(TakeHappening, **about, happened=Occurrence("RECHARGED", ref, desk.at))
    if kind == "o":
        return desk.make(
            TakeOrderPaid, **about, order_id=f"{member}-{ref}", paid_fen=fen, channel="MINI",
            store_id="s", category_ids=[], sku_ids=[],
        )  # fmt: skip
    if kind == "p":
        return desk.make(
            TakeConsent, **about, channel="SMS", purpose="MARKETING", granted=False
        )  # fmt: skip
    return None


MEMBERS, DAYS = 240, 60


async def test_where_nothing_has_an_effect_uplift_is_chance(desk: Desk) -> None:
    """Members recharge on one day in four and buy on one in twenty, whatever is done for them.

    The journey may be entered again after its 12 days, and watches for a day from each entry. The
    difference of both groups' rates must be chance: within three standard errors of nothing. Where
    who is held out ends at once and enters at every recharge, it is four of them below.
    """
    random = Random(20_260_601)
    await desk.run(SetPolicy, version=0, rules=Rules(window_hours=24), actor="boss")
    steps = (Wait(step_id="w", seconds=12 * DAY), SendMessage(step_id="tell", template_id="hello"))
    await desk.journey(
        "j", definition(*steps, trigger=BY_RECHARGE, reentry="AFTER_END", holdout_bp=HALF_BP)
    )
    for day in range(DAYS):
        recharges, orders = [], []
        for member in (f"m{number}" for number in range(MEMBERS)):
            if random.random() < 0.25:
                happened = Occurrence("RECHARGED", str(day), desk.at)
                about = {"member_id": member, "now": FromDoor.of(desk.at)}
                recharges.append(desk.make(TakeHappening, **about, happened=happened))
            if random.random() < 0.05:
                paid_at = desk.at + timedelta(minutes=random.randrange(1, 1_440))
                about = {"member_id": member, "order_id": f"{member}-{day}"}
                orders.append(desk.make(CreditOrder, **about, paid_at=paid_at, amount_fen=100))
        await desk.engine.run_each(recharges)
        await desk.engine.run_each(orders)
        await desk.due(days=1)
    counts = await store_campaigns.counts(desk.pool, MERCHANT, "JOURNEY", "j")
    found = report(counts, 0)
    buyers, members = counts.treated_buyers + counts.control_buyers, counts.treated + counts.control
    rate = buyers / members
    error = sqrt(rate * (1 - rate) * (1 / counts.treated + 1 / counts.control))
    assert found.uplift_bp is not None
    assert abs(found.uplift_bp) / 10_000 < 3 * error, found
    # As often watched: four or five entries each, over both groups alike.
    entered: dict[str, list[int]] = {"HELD_OUT": [0, counts.control], "": [0, counts.treated]}
    for one in await desk.enrolled("j"):
        entered[one.state if one.state == "HELD_OUT" else ""][0] += 1
    (held, control), (entries, treated) = entered.values()
    assert abs(held / control - entries / treated) < 0.2
