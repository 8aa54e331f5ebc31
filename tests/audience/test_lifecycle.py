"""The lifecycle: A1, the rhythm, refunds, late facts; one event per change."""

from __future__ import annotations

from datetime import date, timedelta

from danke.events import trade
from services.audience.lifecycle import (
    LifecycleTerms,
    Standing,
    cycle_of,
    median_interval,
    next_change,
    stage_on,
)
from tests.audience.desk import Desk, line

TERMS = LifecycleTerms()


async def test_a1_stages_follow_the_members_own_rhythm(desk: Desk) -> None:
    """A1: a cycle of 20 days, the last of six orders paid on 2026-04-01."""
    first = date(2026, 4, 1) - timedelta(days=100)
    for number in range(6):
        await desk.pays("a1", (first + timedelta(days=20 * number)).isoformat())
    found = await desk.profile("a1")
    assert (found.order_count, found.cycle_days, found.cycle_source) == (6, 20, "MEMBER")
    seen = []
    for day in (
        "2026-05-01", "2026-05-02", "2026-05-21", "2026-05-22", "2026-07-10", "2026-07-11",
    ):  # fmt: skip
        await desk.due(day)
        seen.append((day, await desk.stage("a1")))
    assert seen == [
        ("2026-05-01", "ACTIVE"),
        ("2026-05-02", "SILENT"),
        ("2026-05-21", "SILENT"),
        ("2026-05-22", "SLEEPING"),
        ("2026-07-10", "SLEEPING"),
        ("2026-07-11", "LOST"),
    ]
    await desk.pays("a1", "2026-07-12")
    assert await desk.stage("a1") == "ACTIVE"
    told = await desk.told("LifecycleStageChanged")
    assert [(one["from_stage"], one["to_stage"]) for one in told] == [
        ("PROSPECT", "NEW"),
        ("NEW", "RETURNING"),
        ("RETURNING", "ACTIVE"),
        ("ACTIVE", "SILENT"),
        ("SILENT", "SLEEPING"),
        ("SLEEPING", "LOST"),
        ("LOST", "ACTIVE"),
    ]
    assert [one["days_since"] for one in told[3:]] == [31, 51, 101, 0]
    assert [one["cycle_source"] for one in told[:3]] == ["DEFAULT", "DEFAULT", "MEMBER"]
    assert told[-1]["order_count"] == 7
    assert len(await desk.told("HabitFormed")) == 1


async def test_a_late_order_tells_what_the_sweep_would_have_told(desk: Desk) -> None:
    """No sweep runs between two orders 400 days apart; the stages in between are told."""
    await desk.pays("m", "2026-01-01")
    await desk.pays("m", "2027-02-05")
    told = await desk.told("LifecycleStageChanged")
    assert [(one["to_stage"], one["changed_at"][:10]) for one in told] == [
        ("NEW", "2026-01-01"),
        ("SILENT", "2026-02-15"),  # day 46 begins in China on the 16th
        ("SLEEPING", "2026-03-17"),
        ("LOST", "2026-05-31"),
        ("RETURNING", "2027-02-05"),
    ]


async def test_a_full_refund_takes_the_order_out_of_everything(desk: Desk) -> None:
    """Edge case 60: the fifth order is no longer the fifth."""
    orders = [await desk.pays("m", f"2026-01-{day:02d}") for day in (1, 11, 21, 25, 31)]
    assert (await desk.profile("m")).is_habit
    desk.at += timedelta(days=31)
    await desk.refunds(orders[4], 1_000, full=True)
    found = await desk.profile("m")
    assert (found.order_count, found.net_sales_fen, found.refunded_fen) == (4, 4_000, 1_000)
    assert (found.stage, found.is_habit) == ("RETURNING", False)
    assert found.last_order_id == orders[3]
    assert len(await desk.told("HabitLost")) == 1


async def test_a_refund_before_its_payment_waits_for_it(desk: Desk) -> None:
    assert set(await desk.refunds("o-late", 1_000, full=True)) == {"ORDER_NOT_PAID"}
    await desk.pays("m", "2026-01-01", order_id="o-late")
    assert (await desk.refunds("o-late", 1_000, full=True)) != ["ORDER_NOT_PAID"]
    assert await desk.stage("m") == "PROSPECT"
    assert await desk.told("HabitFormed") == []


async def test_facts_count_once_whatever_id_they_come_with(desk: Desk) -> None:
    order = await desk.pays("m", "2026-01-01", line(2_000))
    await desk.pays("m", "2026-01-01", line(2_000), order_id=order)
    for _ in range(2):
        await desk.refunds(order, 500, full=False, refund_id="rf")
    found = await desk.profile("m")
    assert (found.order_count, found.net_sales_fen, found.refunded_fen) == (1, 1_500, 500)


async def test_completion_and_the_selling_guide_are_noted(desk: Desk) -> None:
    order = await desk.pays("m", "2026-01-01")
    await desk.take(trade.OrderCompleted(order_id=order, completed_at=desk.at))
    row = await desk.pool.fetchrow("SELECT completed_at, guide_id FROM order_facts")
    assert row is not None and row["completed_at"] == desk.at


def test_the_rhythm_takes_three_visits_and_rounds_up() -> None:
    day = date(2026, 1, 1)
    days = [day + timedelta(days=n) for n in (0, 10, 31)]
    assert median_interval(days[:2]) is None
    assert median_interval(days) == 16
    assert cycle_of(Standing(3, days, "milk"), TERMS, {"milk": 3}) == (16, "MEMBER")
    assert cycle_of(Standing(2, days[:2], "milk"), TERMS, {"milk": 3}) == (7, "COHORT")
    assert cycle_of(Standing(2, days[:2], "tea"), TERMS, {"milk": 3}) == (30, "DEFAULT")
    assert cycle_of(Standing(1, days[:1], "car"), TERMS, {"car": 900}) == (180, "COHORT")


def test_every_change_of_stage_is_foreseen() -> None:
    """Day by day the stage changes exactly on the days that ``next_change`` names."""
    for orders, cycle in ((1, 7), (3, 20), (6, 33), (9, 180)):
        standing = Standing(orders, [date(2026, 1, 1)], "")
        foreseen = next_change(date(2026, 1, 1), standing, cycle, TERMS)
        before = stage_on(date(2026, 1, 1), standing, cycle, TERMS)
        for n in range(1, 1_000):
            day = date(2026, 1, 1) + timedelta(days=n)
            stage = stage_on(day, standing, cycle, TERMS)
            assert (stage != before) == (day == foreseen)
            if day == foreseen:
                foreseen = next_change(day, standing, cycle, TERMS)
            before = stage
        assert (before, foreseen) == ("LOST", None)


def test_wake_rounds_end_in_lost_for_who_slept_through_the_last() -> None:
    """domain.md §2.14: whatever the recency ratio."""
    days = [date(2026, 1, 1)]

    def stage(round_: int, wake_day: date, on: date) -> str:
        standing = Standing(1, days, "", round_, wake_day)
        return stage_on(on, standing, 20, TERMS)

    asleep = date(2026, 2, 21)  # day 51 of a cycle of 20
    assert stage(3, asleep, asleep) == "LOST"
    assert stage(2, asleep, asleep) == "SLEEPING"
    # Who was only silent when the round ended is judged by days alone.
    assert stage(3, asleep - timedelta(days=1), asleep) == "SLEEPING"
