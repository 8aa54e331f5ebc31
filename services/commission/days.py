"""Days and months as the merchant counts them: Asia/Shanghai."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Final

CST: Final = timezone(timedelta(hours=8))


def month(at: datetime) -> str:
    """The month of a moment, ``YYYY-MM``: the period of performances and of tax."""
    return at.astimezone(CST).strftime("%Y-%m")


def day(at: datetime) -> str:
    """The day of a moment, ``YYYY-MM-DD``."""
    return at.astimezone(CST).strftime("%Y-%m-%d")


def next_day(at: datetime) -> datetime:
    """The next midnight."""
    local = at.astimezone(CST)
    return local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def month_ends(period: str) -> datetime:
    """The first moment after the month ``YYYY-MM``."""
    year, number = int(period[:4]), int(period[5:])
    year, number = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=CST)
