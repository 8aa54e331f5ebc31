"""When a statutory period ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.wallet.calendar import SHANGHAI, period_ends


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_w12_the_start_day_is_not_counted_and_the_last_day_is_whole() -> None:
    assert period_ends(shanghai("2026-05-01T10:00"), 7) == shanghai("2026-05-09T00:00")
    # Not 7 × 24 hours: the hour of the payment does not matter.
    assert period_ends(shanghai("2026-05-01T00:00"), 7) == shanghai("2026-05-09T00:00")
    assert period_ends(shanghai("2026-05-01T23:59:59"), 7) == shanghai("2026-05-09T00:00")


def test_w12_a_holiday_moves_the_end_to_the_next_working_day() -> None:
    start = shanghai("2026-05-01T10:00")
    friday = date(2026, 5, 8)
    # The day after is a Saturday, so Monday the 11th is the next working day.
    assert period_ends(start, 7, [friday]) == shanghai("2026-05-12T00:00")
    # Unless that Saturday is worked, or weekends do not count as rest.
    saturday = date(2026, 5, 9)
    assert period_ends(start, 7, [friday], [saturday]) == shanghai("2026-05-10T00:00")
    assert period_ends(start, 7, [friday], weekends_rest=False) == shanghai("2026-05-10T00:00")


def test_a_holiday_inside_the_period_changes_nothing() -> None:
    holidays = [date(2026, 5, day) for day in range(2, 6)]
    assert period_ends(shanghai("2026-05-01T10:00"), 7, holidays) == shanghai("2026-05-09T00:00")


@pytest.mark.parametrize(
    ("utc", "local_day"),
    [("2026-04-30T15:59:59", "2026-05-07"), ("2026-04-30T16:00", "2026-05-08")],
)
def test_the_day_is_shanghais(utc: str, local_day: str) -> None:
    start = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    last = datetime.fromisoformat(local_day).date()
    end = period_ends(start, 7, weekends_rest=False)
    assert end == datetime(last.year, last.month, last.day + 1, tzinfo=SHANGHAI)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 86_399),
    st.sets(st.dates(date(2020, 1, 1), date(2030, 12, 31)), max_size=20),
)
def test_a_holiday_never_shortens_the_period(day: date, second: int, holidays: set[date]) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + timedelta(seconds=second)
    plain = period_ends(start, 7, weekends_rest=False)
    extended = period_ends(start, 7, holidays)
    assert extended >= plain
    assert timedelta(days=7) < plain - start <= timedelta(days=8)
    assert extended.astimezone(SHANGHAI).hour == 0
