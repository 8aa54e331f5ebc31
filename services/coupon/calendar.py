"""Days and hours of the shop: where a calendar day begins in China. Pure; times are aware UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CHINA: Final = ZoneInfo("Asia/Shanghai")


def local_day(at: datetime) -> date:
    """The calendar day of ``at``."""
    return at.astimezone(CHINA).date()


def midnight(day: date) -> datetime:
    """The moment ``day`` begins."""
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)


def next_hour(at: datetime) -> datetime:
    """``at`` if it is a full hour, else the next one."""
    whole = at.replace(minute=0, second=0, microsecond=0)
    return whole if whole == at else whole + timedelta(hours=1)
