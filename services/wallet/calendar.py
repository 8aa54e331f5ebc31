"""Statutory days: when a period of natural days ends, holidays considered.

Civil Code (民法典) art. 201 and 203: the day of the event is not counted, the last day ends at
24:00, and if it is a day of rest the period ends with the next working day. Not 7 × 24 hours.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta, timezone
from typing import Final

# Asia/Shanghai has had no other offset since 1991; domain.md's default zone.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
SATURDAY: Final = 5


def is_working_day(
    day: date, holidays: Collection[date], working_days: Collection[date], *, weekends_rest: bool
) -> bool:
    """``working_days`` are weekend days that are worked (调休); they overrule everything else."""
    if day in working_days:
        return True
    return day not in holidays and not (weekends_rest and day.weekday() >= SATURDAY)


def period_ends(
    start: datetime,
    days: int,
    holidays: Collection[date] = (),
    working_days: Collection[date] = (),
    *,
    weekends_rest: bool = True,
) -> datetime:
    """The first moment after a period of ``days`` natural days from ``start``; domain.md W12.

    What happens before it is in time. If the last day is a day of rest, the period is extended to
    the end of the next working day; days of rest inside the period change nothing.
    """
    last = start.astimezone(SHANGHAI).date() + timedelta(days=days)
    while not is_working_day(last, holidays, working_days, weekends_rest=weekends_rest):
        last += timedelta(days=1)
    return datetime.combine(last + timedelta(days=1), time(), SHANGHAI)
