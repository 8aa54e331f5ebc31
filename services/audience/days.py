"""Which day it is for a merchant's rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(at: datetime) -> date:
    """The calendar day in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def midnight(day: date) -> datetime:
    """The moment at which that day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
