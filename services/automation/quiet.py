"""Quiet hours (免打扰): marketing that falls due at night waits until morning. Pure; times are UTC.

domain.md §2.12, M1. A window includes its first minute and excludes the one it ends with; equal
ends mean that there is none. The night is the member's, in the member's or the merchant's zone.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

MINUTES_A_DAY = 24 * 60


class QuietHours(msgspec.Struct, frozen=True):
    """From when until when nobody is disturbed, in minutes after local midnight."""

    start_minute: int = 21 * 60
    end_minute: int = 8 * 60


def release(quiet: QuietHours, at: datetime, zone: str) -> datetime:
    """``at``, or if that is inside of the quiet hours, when they end; M1."""
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    start, end = quiet.start_minute, quiet.end_minute
    if start <= end:
        if not start <= minute < end:
            return at
        return _moment(local, end, zone, days=0)
    if end <= minute < start:
        return at
    return _moment(local, end, zone, days=1 if minute >= start else 0)


def begins_after(quiet: QuietHours, at: datetime, zone: str) -> datetime | None:
    """When the quiet hours next begin after ``at``, which is outside of them; None without any."""
    if quiet.start_minute == quiet.end_minute:
        return None
    local = at.astimezone(ZoneInfo(zone))
    today = _moment(local, quiet.start_minute, zone, days=0)
    return today if today > at else _moment(local, quiet.start_minute, zone, days=1)


def _moment(local: datetime, minute: int, zone: str, *, days: int) -> datetime:
    # In the hour that a zone has twice, the same one of the two.
    clock = time(minute // 60, minute % 60, fold=0 if days else local.fold)
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)
