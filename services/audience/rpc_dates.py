"""Days in requests: text on the wire, dates within."""

from __future__ import annotations

from datetime import date
from typing import Final

from services.audience.errors import DateInvalid, DatesBackwards, RangeTooLong

EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2999, 12, 31)


def any_day(text: str, field: str) -> date:
    """The day in a field. Refuses DATE_INVALID."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateInvalid(field=field) from error


def day(text: str, field: str) -> date:
    """The day in a field, a sensible one. Refuses DATE_INVALID."""
    found = any_day(text, field)
    if not EARLIEST <= found <= LATEST:
        raise DateInvalid(field=field)
    return found


def days(message: object, prefix: str = "", most: int | None = None) -> tuple[date, date]:
    """The days from_date and to_date of a message, both included.

    Refuses DATE_INVALID, DATES_BACKWARDS, and RANGE_TOO_LONG beyond ``most`` days.
    """
    first = day(getattr(message, "from_date"), f"{prefix}from_date")  # noqa: B009
    last = day(getattr(message, "to_date"), f"{prefix}to_date")  # noqa: B009
    if last < first:
        raise DatesBackwards(field=f"{prefix}to_date")
    if most is not None and (last - first).days >= most:
        raise RangeTooLong(field=f"{prefix}to_date", most_days=most)
    return first, last
