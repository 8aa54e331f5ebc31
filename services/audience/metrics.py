"""What is asked of the metric cube: which days, counted how, split by what. Pure.

A member counts once in every unit of counting: in each day, in each calendar month, or in the whole
range. So buyers of a month are its distinct buyers, and orders per buyer its repurchase; over
several months each month's are summed. Days are CST days. M53.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

import msgspec

from services.audience.errors import RangeNotMonths
from services.audience.funnel import Components

# Reports read what lies in their range: a range of days to be counted distinct, and any other.
RANGE_DAYS: Final = 92
REPORT_DAYS: Final = 1_100

Counting = Literal["DAYS", "MONTHS", "RANGE"]
Dimension = Literal["PERIOD", "CHANNEL", "STORE", "GUIDE"]
# The cube's bits: which dimensions a cell leaves out.
BITS: Final = {"CHANNEL": 4, "STORE": 2, "GUIDE": 1}


class Place(msgspec.Struct, frozen=True):
    """Where: None is anywhere, the empty text is where none is known."""

    channel: str | None = None
    store_id: str | None = None
    guide_id: str | None = None


class Query(msgspec.Struct, frozen=True):
    """Which components are asked for. Both days included."""

    first: date
    last: date
    counting: Counting
    split: frozenset[Dimension] = frozenset()
    place: Place = Place()
    # Members who are in them now; with several, each is a part of its own.
    segments: tuple[str, ...] = ()
    # Members whom they keep, instead; likewise.
    snapshots: tuple[str, ...] = ()

    @property
    def mask(self) -> int:
        """The cells that have just the dimensions asked for."""
        given = {
            "CHANNEL": self.place.channel, "STORE": self.place.store_id,
            "GUIDE": self.place.guide_id,
        }  # fmt: skip
        return sum(
            bit for name, bit in BITS.items() if name not in self.split and given[name] is None
        )

    @property
    def grain(self) -> str:
        """Which of the cube's rows are read."""
        return "MONTH" if self.counting == "MONTHS" else "DAY"


class Line(msgspec.Struct, frozen=True):
    """Components of one part of what was asked for; what it is not split by is empty or None."""

    period: date | None
    channel: str
    store_id: str
    guide_id: str
    # The segment's or the snapshot's id.
    group_id: str
    components: Components


def whole_months(first: date, last: date, field: str) -> None:
    """Refuses RANGE_NOT_MONTHS unless the range is calendar months."""
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        raise RangeNotMonths(field=field)


def months_before(day: date, months: int) -> list[tuple[date, date]]:
    """The calendar months that ended before ``day``'s, oldest first, as first and last day."""
    found = []
    first = day.replace(day=1)
    for _ in range(months):
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        found.append((first, last))
    return found[::-1]
