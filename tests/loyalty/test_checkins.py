"""Check-ins: the day of the shop, streaks, ladders and make-up cards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danke.events import loyalty_points as events
from services.loyalty.checkins import (
    CheckIn,
    CheckInCalendar,
    GrantMakeUpCards,
    MakeUpCheckIn,
    Run,
    merged_runs,
    recent_days,
    status,
    streak_on,
    with_day,
)
from services.loyalty.earn_rules import Milestone, PointsRule, RuleTerms
from services.loyalty.errors import (
    AlreadyCheckedIn,
    MakeUpDayNotAllowed,
    NoMakeUpCard,
    NotOffered,
)
from tests.loyalty.points_desk import Desk, command, cst

LADDER = [5, 5, 10, 5, 5, 5, 30]


async def on(desk: Desk, *days: int) -> None:
    """Checks in at noon of these days of March 2026."""
    for day in days:
        await desk.run(CheckIn, member_id="ann", at=cst(f"2026-03-{day:02} 12:00"))


async def test_L6_seven_days_in_a_row_and_the_ladder_begins_anew(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=LADDER)
    await on(desk, *range(1, 8))
    assert await desk.available("ann") == 65
    await on(desk, 8)
    assert await desk.available("ann") == 70


async def test_L6_a_missed_day_starts_the_streak_anew(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=LADDER)
    await on(desk, 1, 2, 3)
    assert await desk.available("ann") == 20
    done = await desk.run(CheckIn, member_id="ann", at=cst("2026-03-05 00:00"))
    assert (done.streak, done.points, await desk.available("ann")) == (1, 5, 25)


async def test_L6_midnight_of_the_shop_parts_the_days(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=LADDER)
    late = datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)
    first = await desk.run(CheckIn, member_id="ann", at=late)
    second = await desk.run(CheckIn, member_id="ann", at=late + timedelta(seconds=1))
    assert (first.day, second.day, second.streak) == (date(2026, 3, 1), date(2026, 3, 2), 2)
    with pytest.raises(AlreadyCheckedIn):
        await desk.run(CheckIn, member_id="ann", at=cst("2026-03-02 23:59:59"))
    assert [event.streak for event in await desk.events(events.CheckedIn, "ann")] == [1, 2]


async def test_a_double_tap_in_one_batch_counts_once(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=LADDER)
    taps = [command(CheckIn, desk.now, member_id="ann") for _ in range(3)]
    outcomes = await desk.run_each(taps)
    assert sum(isinstance(one, AlreadyCheckedIn) for one in outcomes) == 2
    assert await desk.available("ann") == 5


async def test_a_make_up_card_closes_the_gap(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=LADDER, make_up_days=3)
    await on(desk, 1, 2, 4)
    noon = cst("2026-03-04 12:00")
    gap = {"member_id": "ann", "day": date(2026, 3, 3), "at": noon}
    with pytest.raises(NoMakeUpCard):
        await desk.run(MakeUpCheckIn, **gap)
    await desk.run(GrantMakeUpCards, member_id="ann", cards=2, operator="admin")
    done = await desk.run(MakeUpCheckIn, **gap)
    assert (done.streak, done.points, done.make_up_cards) == (3, 10, 1)
    with pytest.raises(AlreadyCheckedIn):
        await desk.run(MakeUpCheckIn, **gap)
    for day in (date(2026, 2, 28), date(2026, 3, 4), date(2026, 3, 5)):
        with pytest.raises(MakeUpDayNotAllowed):
            await desk.run(MakeUpCheckIn, **(gap | {"day": day}))
    after = await desk.run(CheckIn, member_id="ann", at=cst("2026-03-05 12:00"))
    assert (after.streak, after.points) == (5, 5)


async def test_nothing_is_offered_without_a_rule(desk: Desk) -> None:
    with pytest.raises(NotOffered):
        await on(desk, 1)


async def test_milestones_come_on_top(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=[1], milestones=[Milestone(3, 100)])
    await on(desk, 1, 2, 3, 4)
    assert await desk.available("ann") == 104


def test_a_weekly_ladder_begins_on_monday_and_a_monthly_one_on_the_first() -> None:
    runs = [Run(date(2026, 2, 26), date(2026, 3, 3))]
    tuesday = date(2026, 3, 3)
    assert streak_on(runs, tuesday) == 6
    assert streak_on(runs, tuesday, "WEEK") == 2
    assert streak_on(runs, tuesday, "MONTH") == 3


def test_what_a_member_sees_before_tapping() -> None:
    rule = PointsRule("m1", "d", "CHECK_IN", 1, "ACTIVE", "", RuleTerms(ladder=LADDER))
    calendar = CheckInCalendar("m1", "ann", [Run(date(2026, 3, 1), date(2026, 3, 2))], 1, 2)
    seen = status(calendar, rule, cst("2026-03-03 08:00"), "Asia/Shanghai")
    assert (seen.checked_in_today, seen.streak, seen.next_points) == (False, 2, 10)
    seen = status(calendar, rule, cst("2026-03-02 08:00"), "Asia/Shanghai")
    assert (seen.checked_in_today, seen.streak, seen.next_points) == (True, 2, 10)
    seen = status(None, rule, cst("2026-03-02 08:00"), "Asia/Shanghai")
    assert (seen.streak, seen.next_points) == (0, 5)
    assert seen.next_day_starts_at == cst("2026-03-03")


def test_a_calendar_shows_the_days_that_are_remembered() -> None:
    today = date(2026, 3, 3)
    runs = [Run(date(2026, 2, 27), date(2026, 3, 1)), Run(today, today)]
    february = [date(2026, 2, 27), date(2026, 2, 28)]
    assert recent_days(runs, today) == [*february, date(2026, 3, 1), today]
    runs = [Run(date(2025, 1, 1), date(2025, 1, 5)), Run(date(2025, 6, 1), today)]
    shown = recent_days(runs, today)
    assert (shown[0], shown[-1], len(shown)) == (date(2026, 1, 1), today, 62)


@given(st.permutations(range(12)), st.integers(1, 12))
def test_runs_are_the_days_whatever_order_they_come_in(days: list[int], count: int) -> None:
    start = date(2026, 3, 1)
    taken = [start + timedelta(days=n) for n in days[:count]]
    runs: list[Run] = []
    for day in taken:
        runs = with_day(runs, day)
    assert runs == merged_runs([], [Run(day, day) for day in taken])
    for run, later in pairwise(runs):
        assert run.end + timedelta(days=1) < later.start
