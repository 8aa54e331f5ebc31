"""Frequency caps (频次上限): how many marketing messages a member gets per calendar day and week.

A message takes its place when it is sent and keeps it once delivered; a failure gives it back, and
one of which nothing is known keeps it, so that nobody ever gets more. domain.md §2.12, M2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from common.rows import Group, Key, Read, Row, State

# The counter over all channels.
EVERY = ""


class Cap(msgspec.Struct, frozen=True):
    """The most messages of one channel, or of all (empty) together; None for no limit."""

    channel: str = EVERY
    per_day: int | None = None
    per_week: int | None = None


class FrequencyCounter(Row, frozen=True):
    """How many messages a member got in one period, by one channel or by all (empty)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "period", "channel")

    merchant_id: str
    member_id: str
    # A day as D2026-05-01 or an ISO week as W2026-W18, in the member's zone.
    period: str
    channel: str
    # Sent, and how it ended is not known; delivered.
    reserved: int
    delivered: int
    # The cap when the last place was taken; 0 if there was none.
    cap: int

    @property
    def taken(self) -> int:
        """How many places are not free."""
        return self.reserved + self.delivered


COUNTERS_OF = Group(FrequencyCounter, ("merchant_id", "member_id", "period"))


def day_of(at: datetime, zone: str) -> str:
    """The calendar day of ``at`` in ``zone``."""
    return f"D{at.astimezone(ZoneInfo(zone)).date().isoformat()}"


def week_of(at: datetime, zone: str) -> str:
    """The ISO week of ``at`` in ``zone``; it begins on Monday."""
    year, week, _ = at.astimezone(ZoneInfo(zone)).date().isocalendar()
    return f"W{year:04d}-W{week:02d}"


def periods_around(at: datetime) -> list[str]:
    """Every day and week that ``at`` may belong to, whatever the zone."""
    days = [at + timedelta(days=shift) for shift in (-1, 0, 1)]
    found = {day_of(day, "UTC") for day in days} | {week_of(day, "UTC") for day in days}
    return sorted(found)


def counter_reads(merchant_id: str, member_id: str, periods: Iterable[str]) -> Iterable[Read]:
    """What ``Counters`` needs."""
    for period in periods:
        yield COUNTERS_OF, (merchant_id, member_id, period)


class Counters:
    """A member's counters, as one command changes them."""

    def __init__(self, state: State, merchant_id: str, member_id: str, periods: Sequence[str]):
        self._member: tuple[str, str] = (merchant_id, member_id)
        self._rows: dict[Key, FrequencyCounter] = {}
        self._changed: dict[Key, FrequencyCounter] = {}
        for period in periods:
            for row in state.group(COUNTERS_OF, (*self._member, period)):
                self._rows[row.period, row.channel] = row

    def _row(self, period: str, channel: str) -> FrequencyCounter:
        new = FrequencyCounter(*self._member, period, channel, 0, 0, 0)
        return self._rows.get((period, channel), new)

    def _put(self, row: FrequencyCounter) -> None:
        key = (row.period, row.channel)
        self._rows[key] = self._changed[key] = row

    def has_room(self, caps: Sequence[Cap], channel: str, day: str, week: str) -> bool:
        """Whether one more message by ``channel`` keeps all caps."""
        return all(
            limit is None or self._row(period, scope).taken < limit
            for scope in (EVERY, channel)
            for period, limit in _limits(caps, scope, day, week)
        )

    def reserve(self, caps: Sequence[Cap], channel: str, day: str, week: str) -> None:
        """Takes a place for a message that is being sent."""
        for scope in (EVERY, channel):
            for period, limit in _limits(caps, scope, day, week):
                row = self._row(period, scope)
                self._put(replace(row, reserved=row.reserved + 1, cap=limit or 0))

    def end(self, channel: str, day: str, week: str, *, delivered: bool) -> None:
        """The message was delivered and keeps its place, or failed and gives it back."""
        for scope in (EVERY, channel):
            for period in (day, week):
                row = self._row(period, scope)
                assert row.reserved > 0, "Bug: a message ends that took no place"
                more = row.delivered + 1 if delivered else row.delivered
                self._put(replace(row, reserved=row.reserved - 1, delivered=more))

    def rows(self) -> list[FrequencyCounter]:
        """The counters that changed."""
        return list(self._changed.values())


def _limits(
    caps: Sequence[Cap], scope: str, day: str, week: str
) -> Iterable[tuple[str, int | None]]:
    """Each period and its limit; the strictest if several caps name the same channel."""
    found = [cap for cap in caps if cap.channel == scope]
    daily = [cap.per_day for cap in found if cap.per_day is not None]
    weekly = [cap.per_week for cap in found if cap.per_week is not None]
    yield day, min(daily, default=None)
    yield week, min(weekly, default=None)
