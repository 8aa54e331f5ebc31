"""The merchant's calendar (营销日历): holidays, festivals, openings, anniversaries; domain.md M74.

And when a journey that begins by the clock begins next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from services.automation.definitions import Trigger
from services.automation.errors import CalendarInvalid
from services.automation.journeys import ACTIVE_BY, FIRING_TIMER
from services.automation.policies import policy_key, policy_of

DEFAULT: Final = "default"
DayKind = Literal["HOLIDAY", "FESTIVAL", "ANNIVERSARY", "NEW_PRODUCT"]


class CalendarDay(msgspec.Struct, frozen=True):
    """One day to celebrate: every year, or of one ``year`` only (a moon festival, an opening)."""

    day_id: str
    name: str
    kind: DayKind
    month: int
    day: int
    # 0: every year.
    year: int = 0

    def in_year(self, year: int) -> date | None:
        """The day in that year, if there is one; 29 February falls on the 28th."""
        if self.year not in (0, year):
            return None
        return celebrated(year, self.month, self.day)


class Calendar(Row, frozen=True):
    """A merchant's calendar as it is now."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "calendar_id")

    merchant_id: str
    calendar_id: str
    days: tuple[CalendarDay, ...]
    changed_by: str
    changed_at: datetime


def celebrated(year: int, month: int, day: int) -> date:
    """That day of the year; 29 February falls on the 28th where there is none. L7."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, month, 28)


def calendar_key(merchant_id: str) -> Read:
    """What ``days_of`` needs."""
    return Calendar, (merchant_id, DEFAULT)


def days_of(state: State, merchant_id: str) -> tuple[CalendarDay, ...]:
    """The days of the merchant's calendar."""
    found = state.get(Calendar, (merchant_id, DEFAULT))
    return found.days if found else ()


def next_firing(
    trigger: Trigger, after: datetime, zone: str, days: Iterable[CalendarDay]
) -> datetime | None:
    """When a journey of this trigger begins next after ``after``; None: never again."""
    if trigger.once_time is not None:
        return trigger.once_time if trigger.once_time > after else None
    local = after.astimezone(ZoneInfo(zone))
    if trigger.kind == "CALENDAR":
        found = [
            at
            for day in days
            if day.day_id == trigger.object_id
            for year in range(local.year - 1, local.year + 3)
            if (on := day.in_year(year)) is not None
            if (at := _moment(on + timedelta(days=trigger.offset_days), trigger, zone)) > after
        ]
        return min(found, default=None)
    for ahead in range(400):
        on = local.date() + timedelta(days=ahead)
        if trigger.weekdays and on.isoweekday() not in trigger.weekdays:
            continue
        if trigger.day_of_month and on.day != _day_of_month(on, trigger.day_of_month):
            continue
        if (at := _moment(on, trigger, zone)) > after:
            return at
    raise AssertionError("every schedule comes within a year")


def _day_of_month(on: date, wanted: int) -> int:
    """The wanted day, or the last of a shorter month."""
    last = (on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return min(wanted, last.day)


def _moment(on: date, trigger: Trigger, zone: str) -> datetime:
    at = time(trigger.minute_of_day // 60, trigger.minute_of_day % 60)
    return datetime.combine(on, at, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))


def birthdays_on(firing: datetime, trigger: Trigger, zone: str) -> list[str]:
    """Whose birthdays (``MM-DD``) a firing is for; on 28 February also those of the 29th."""
    on = firing.astimezone(ZoneInfo(zone)).date() - timedelta(days=trigger.offset_days)
    found = [on.strftime("%m-%d")]
    if found == ["02-28"] and celebrated(on.year, 2, 29) == on:
        found.append("02-29")
    return found


def celebrated_year(trigger: Trigger, firing: str) -> int:
    """Of which year the birthday is that a firing is for, told as the local ``YYYY-MM-DD…``."""
    return (date.fromisoformat(firing[:10]) - timedelta(days=trigger.offset_days)).year


class SetCalendar(Command, frozen=True, kw_only=True):
    """Replaces the calendar; journeys that begin by it are due by the new one at once.

    Refuses CALENDAR_INVALID naming the day.
    """

    RESULT: ClassVar[type] = Calendar

    days: tuple[CalendarDay, ...]
    actor: str

    def lane(self) -> str:
        return "calendar"

    def keys(self, found: State) -> Sequence[str]:
        return ("calendar",)

    def reads(self, found: State) -> Iterable[Read]:
        return (
            calendar_key(self.merchant_id),
            policy_key(self.merchant_id),
            (ACTIVE_BY, (self.merchant_id, "CALENDAR")),
        )

    def decide(self, state: State) -> Decision:
        names = [(day.day_id, day.year) for day in self.days]
        for place, day in enumerate(self.days):
            if (day.day_id, day.year) in names[:place]:
                raise CalendarInvalid(field=f"days[{place}].day_id", why="named before")
            try:
                date(day.year or 2_000, day.month, day.day)
            except ValueError as error:
                raise CalendarInvalid(field=f"days[{place}].day", why=str(error)) from error
        calendar = Calendar(self.merchant_id, DEFAULT, self.days, self.actor, self.at)
        zone = policy_of(state, self.merchant_id).rules.zone
        rows: list[Row] = [calendar]
        gone = []
        for version in state.group(ACTIVE_BY, (self.merchant_id, "CALENDAR")):
            at = next_firing(version.definition.trigger, self.at, zone, self.days)
            key = (self.merchant_id, FIRING_TIMER, version.journey_id)
            if at is None:
                gone.append((Timer, key))
            else:
                rows.append(Timer(*key, at))
        return Decision(calendar, rows, deletes=gone)
