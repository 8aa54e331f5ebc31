"""Many members at once: the clock, the calendar, birthdays, live sessions, pauses; M74, M72, M4."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.automation.calendars import (
    CalendarDay,
    SetCalendar,
    birthdays_on,
    celebrated,
    next_firing,
)
from services.automation.definitions import AddPoints, Listener, Trigger, Wait
from services.automation.firing import EndLive, FireJourney, WatchLive
from services.automation.journey_states import ArchiveJourney, PauseJourney
from services.automation.journey_sweeps import CHUNK
from services.automation.member_events import SetBirthday, TakeEnrolled, TakeSegment
from services.automation.policies import CHINA
from services.automation.timers_journeys import next_chunks
from tests.automation.desk import DAY, HOUR, START, Desk, cst, definition

POINTS = AddPoints(step_id="points", points=10)
YEARLY = CalendarDay("anniversary", "店庆", "ANNIVERSARY", 6, 18)
MOON = (
    CalendarDay("moon", "中秋", "FESTIVAL", 9, 25, 2026),
    CalendarDay("moon", "中秋", "FESTIVAL", 9, 15, 2027),
)


async def members(desk: Desk, *names: str) -> None:
    """Makes members of these names."""
    for name in names:
        await desk.run(
            TakeEnrolled, **desk.about(name), channel="MINI", store_id="s", imported=True
        )


@pytest.mark.parametrize(
    ("trigger", "after", "expected"),
    [
        (Trigger(kind="SCHEDULE"), "2026-06-01 09:59", "2026-06-01 10:00"),
        (Trigger(kind="SCHEDULE"), "2026-06-01 10:00", "2026-06-02 10:00"),
        (Trigger(kind="SCHEDULE", weekdays=[7]), "2026-06-01 12:00", "2026-06-07 10:00"),
        (Trigger(kind="SCHEDULE", day_of_month=31), "2026-06-01 12:00", "2026-06-30 10:00"),
        (Trigger(kind="SCHEDULE", day_of_month=31), "2027-02-01 12:00", "2027-02-28 10:00"),
        (
            Trigger(kind="SCHEDULE", once_time=cst("2026-07-01 08:00")),
            "2026-06-01 12:00",
            "2026-07-01 08:00",
        ),
        (
            Trigger(kind="SCHEDULE", once_time=cst("2026-05-01 08:00")),
            "2026-06-01 12:00",
            None,
        ),
        (
            Trigger(kind="CALENDAR", object_id="anniversary", offset_days=-3),
            "2026-06-01 12:00",
            "2026-06-15 10:00",
        ),
        (
            Trigger(kind="CALENDAR", object_id="anniversary", offset_days=-3),
            "2026-06-15 10:00",
            "2027-06-15 10:00",
        ),
        (Trigger(kind="CALENDAR", object_id="moon"), "2026-09-26 12:00", "2027-09-15 10:00"),
        (Trigger(kind="CALENDAR", object_id="moon"), "2027-09-26 12:00", None),
        (Trigger(kind="CALENDAR", object_id="unknown"), "2026-06-01 12:00", None),
    ],
)
def test_when_a_journey_begins_next(trigger: Trigger, after: str, expected: str | None) -> None:
    found = next_firing(trigger, cst(after), CHINA, (YEARLY, *MOON))
    assert found == (cst(expected) if expected else None)


def test_the_29th_of_february_is_celebrated_every_year() -> None:
    trigger = Trigger(kind="BIRTHDAY")
    assert str(celebrated(2027, 2, 29)) == "2027-02-28"
    assert birthdays_on(cst("2027-02-28 10:00"), trigger, CHINA) == ["02-28", "02-29"]
    assert birthdays_on(cst("2028-02-28 10:00"), trigger, CHINA) == ["02-28"]
    early = Trigger(kind="BIRTHDAY", offset_days=-7)
    assert birthdays_on(cst("2026-12-28 10:00"), early, CHINA) == ["01-04"]


async def test_birthdays_come_every_year(desk: Desk) -> None:
    trigger = Trigger(kind="BIRTHDAY", offset_days=-7)
    await desk.journey("j", definition(POINTS, trigger=trigger, reentry="PER_OCCURRENCE"))
    for name, birthday in (("a", "06-09"), ("b", "06-10"), ("c", "")):
        await desk.run(SetBirthday, **desk.about(name), birthday=birthday)
    await desk.due(cst("2026-06-02 10:00"))
    assert [one.member_id for one in await desk.enrolled("j")] == ["a"]
    for day in range(1, 366):
        await desk.due(cst("2026-06-02 10:00") + timedelta(days=day))
    assert [one.member_id for one in await desk.enrolled("j")] == ["a", "b", "a"]


async def test_a_birthday_that_is_told_anew_is_celebrated_once_a_year(desk: Desk) -> None:
    """L7, parity.md §3 no. 22. Seen wrong: whoever moved his birthday had a coupon every time."""
    trigger = Trigger(kind="BIRTHDAY", offset_days=-7)
    await desk.journey("j", definition(POINTS, trigger=trigger, reentry="PER_OCCURRENCE"))
    # A week before: those of next year's first days are next year's.
    for birthday, at, times in (
        ("06-09", "2026-06-02", 1), ("06-20", "2026-06-13", 1), ("01-03", "2026-12-27", 2),
        ("01-31", "2027-01-24", 2), ("01-05", "2027-12-29", 3),
    ):  # fmt: skip
        await desk.due(cst(f"{at} 09:00"))
        await desk.run(SetBirthday, **desk.about("a"), birthday=birthday)
        await desk.due(cst(f"{at} 10:00"))
        assert len(await desk.enrolled("j")) == times, birthday


async def test_a_schedule_reaches_everybody_in_chunks_once(desk: Desk) -> None:
    await members(desk, *(f"m{number:04d}" for number in range(2 * CHUNK + 1)))
    await desk.journey("all", definition(POINTS, trigger="SCHEDULE"))
    await desk.due(cst("2026-06-02 10:00"))
    assert len(await desk.enrolled("all")) == 2 * CHUNK + 1
    sweeps = await desk.pool.fetch("SELECT state, looked_at FROM journey_sweeps")
    assert [tuple(row) for row in sweeps] == [("DONE", 2 * CHUNK + 1)]
    await desk.due(cst("2026-06-03 10:00"))
    assert len(await desk.enrolled("all")) == 2 * CHUNK + 1, "once in a life"


async def test_a_schedule_goes_to_a_segment_only(desk: Desk) -> None:
    trigger = Trigger(kind="SCHEDULE", segment_id="vip", once_time=cst("2026-06-05 09:00"))
    await desk.journey("j", definition(POINTS, trigger=trigger))
    for name in ("a", "b", "c"):
        fields = {"segment_id": "vip" if name != "b" else "other", "entered": True}
        await desk.run(TakeSegment, **desk.about(name), **fields, is_backfill=True)
    await desk.due(cst("2026-06-05 09:00"))
    assert [one.member_id for one in await desk.enrolled("j")] == ["a", "c"]
    assert await desk.due(days=400) == 0


async def test_what_was_missed_for_too_long_is_not_caught_up_on(desk: Desk) -> None:
    await members(desk, "a")
    await desk.journey("j", definition(POINTS, trigger="SCHEDULE"))
    await desk.due(cst("2026-06-04 09:00"))
    begun = [one.started_at for one in await desk.enrolled("j")]
    assert begun == [cst("2026-06-03 10:00")], "that of the 2nd was more than a day ago"


async def test_a_new_calendar_moves_what_is_due(desk: Desk) -> None:
    await members(desk, "a")
    trigger = Trigger(kind="CALENDAR", object_id="anniversary", offset_days=-3)
    await desk.journey("j", definition(POINTS, trigger=trigger, reentry="PER_OCCURRENCE"))
    await desk.run(SetCalendar, days=(YEARLY,), actor="boss")
    await desk.run(SetCalendar, days=(YEARLY, *MOON), actor="boss")
    await desk.due(cst("2026-06-15 09:59"))
    assert await desk.enrolled("j") == []
    await desk.due(cst("2026-06-15 10:00"))
    [entered] = await desk.enrolled("j")
    assert entered.entry_key == "CALENDAR:2026-06-15T10:00"
    await desk.run(SetCalendar, days=(), actor="boss")
    assert await desk.due(days=400) == 0
    twice = (YEARLY, YEARLY)
    assert await desk.refused(SetCalendar, days=twice, actor="boss") == "CALENDAR_INVALID"
    no_day = (CalendarDay("x", "", "HOLIDAY", 2, 30),)
    assert await desk.refused(SetCalendar, days=no_day, actor="boss") == "CALENDAR_INVALID"


@pytest.mark.parametrize(("hours", "end"), [(72, "2026-06-04 22:00"), (48, "2026-06-03 22:00")])
async def test_m4_the_window_after_a_live_session(desk: Desk, hours: int, end: str) -> None:
    """M4: live ended 06-01 22:00; 21:59:59.999 at the window's end counts, 22:00 does not."""
    await desk.journey(
        "j",
        definition(
            POINTS,
            Wait(step_id="rest", seconds=30 * DAY),
            trigger="LIVE_ENDED",
            goal=Listener(kind="ORDER_PAID"),
            window_seconds=hours * HOUR,
            reentry="PER_OCCURRENCE",
        ),
    )
    for name in ("in", "out"):
        await desk.run(WatchLive, live_id="live1", member_id=name)
    await desk.run(WatchLive, live_id="live2", member_id="elsewhere")
    ended: datetime = cst("2026-06-01 22:00")
    for _ in range(2):
        await desk.run(EndLive, live_id="live1", sales_fen=1_000_000, at=ended)
    await desk.due(ended)
    assert {one.ends_at for one in await desk.enrolled("j")} == {cst(end)}
    await desk.order("in", at=cst(end) - timedelta(milliseconds=1))
    await desk.order("out", at=cst(end))
    await desk.due(cst(end))
    states = {one.member_id: one.state for one in await desk.enrolled("j")}
    assert states == {"in": "GOAL_REACHED", "out": "EXITED"}


async def test_who_has_not_entered_yet_when_a_new_version_takes_over_enters(desk: Desk) -> None:
    """Seen wrong: half of a day's birthdays, as the operator corrected a word meanwhile."""
    daily = Trigger(kind="SCHEDULE", minute_of_day=600)
    await desk.journey("j", definition(POINTS, trigger=daily, reentry="PER_OCCURRENCE"))
    names = [f"m{number:04d}" for number in range(CHUNK + 5)]
    await members(desk, *names)
    desk.at = cst("2026-06-02 10:00")
    await desk.run(FireJourney, journey_id="j")
    [chunk] = await next_chunks(desk.pool, desk.at)
    await desk.engine.run(chunk)
    assert len(await desk.enrolled("j")) == CHUNK
    more = AddPoints(step_id="points", points=20)
    await desk.journey("j", definition(more, trigger=daily, reentry="PER_OCCURRENCE"))
    await desk.due()
    assert {one.version for one in await desk.enrolled("j")} == {1}
    assert len(await desk.enrolled("j")) == len(names)
    await desk.due(days=1)
    assert len(await desk.told("PointsGrantRequested")) == 2 * len(names)


async def test_after_a_pause_everybody_goes_on(desk: Desk) -> None:
    await desk.journey("j", definition(Wait(step_id="w", seconds=HOUR), POINTS))
    names = [f"m{number:04d}" for number in range(CHUNK + 5)]
    for name in names:
        await desk.order(name)
    await desk.run(PauseJourney, journey_id="j", actor="boss")
    await desk.due(hours=5)
    assert {one.awaits for one in await desk.enrolled("j")} == {"RESUME"}
    assert not await desk.told("PointsGrantRequested")
    await desk.activated("j", 1)
    await desk.due()
    assert {one.state for one in await desk.enrolled("j")} == {"COMPLETED"}
    assert len(await desk.told("PointsGrantRequested")) == len(names)


async def test_who_is_on_the_way_leaves_an_archived_journey(desk: Desk) -> None:
    await desk.journey("j")
    for name in ("a", "b"):
        await desk.order(name)
    await desk.run(ArchiveJourney, journey_id="j", actor="boss")
    await desk.due()
    assert {one.reason for one in await desk.enrolled("j")} == {"ARCHIVED"}
    assert await desk.due(START + timedelta(days=9)) == 0
