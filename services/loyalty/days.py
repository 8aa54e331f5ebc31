"""Days: where a calendar day begins and ends in the shop's zone. Pure; times are aware UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CHINA: Final = "Asia/Shanghai"


def known_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False
    return True


def local_day(at: datetime, zone: str = CHINA) -> date:
    """The calendar day of ``at`` in ``zone``."""
    return at.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str = CHINA) -> datetime:
    """The moment ``day`` begins in ``zone``."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def natural_days(at: datetime, days: int, zone: str = CHINA) -> datetime:
    """The end (exclusive) of ``days`` calendar days of which the day of ``at`` is the first.

    The same count as a coupon's NATURAL_DAY validity; domain.md C9, L1 (grace).
    """
    return midnight(local_day(at, zone) + timedelta(days=days), zone)


def next_year_end(at: datetime, zone: str = CHINA) -> datetime:
    """The end (exclusive) of the calendar year after that of ``at``; domain.md §2.9."""
    return midnight(date(local_day(at, zone).year + 2, 1, 1), zone)
